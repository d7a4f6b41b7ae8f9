/*
 * steps_files.h - requests, claims and results as the monitor sees them.
 */
#ifndef DAEMON_STEPS_FILES_H
#define DAEMON_STEPS_FILES_H

#include <stdbool.h>

#include "base/error.h"
#include "daemon/host/host.h"
#include "daemon/store/store.h"
#include "executor/key.h"
#include "executor/request.h"
#include "executor/result.h"

struct steps_files {
	int requests;
	int claims;
	int pins;
	int results;
	int outputs;
	char boot_id[BOOT_ID_BYTES];
	/* The runner's, where it is another user; else NULL. */
	const char *foreign;
};

/*
 * Opens the folders, making those that are missing.  Where a folder of the
 * runner's own is given, it is borrowed and only read, and it may be missing:
 * steps_files_look() tries again.
 */
bool steps_files_open(struct steps_files *f, const char *state_folder,
    const char *runner_folder, struct error *err);
bool steps_files_look(struct steps_files *f, struct error *err);
void steps_files_close(struct steps_files *f);

/* Could files be made in them now, by whom they are made? */
bool steps_files_writable(const struct steps_files *f, struct error *err);

enum claim_state {
	CLAIM_NONE,
	CLAIM_ALIVE, /* its runner is at work */
	CLAIM_DEAD,  /* its runner is gone, or of another boot */
	CLAIM_THERE, /* of this boot; only PID 1 knows its runner */
	CLAIM_CUT,   /* being written, or its runner died while it was */
};

enum claim_state steps_files_claim(
    const struct steps_files *f, const char *key);

/* A result as it was found; texts point into the bytes. */
struct found_result {
	struct result result;
	char key[KEY_BYTES];
	char bytes[RESULT_MAX_BYTES + 1];
};

/*
 * False when there is none.  One that cannot be understood counts as
 * "interrupted": nobody knows what it said.
 */
bool steps_files_result(
    const struct steps_files *f, const char *key, struct found_result *found);

/*
 * For a test of the runner: leaves a word, and finds it answered where results
 * are looked for.
 */
bool steps_files_ask_test(
    const struct steps_files *f, const char *word, struct error *err);
bool steps_files_is_answered(const struct steps_files *f, const char *word);

/* Whatever comes of it: nobody asks for the step any longer. */
void steps_files_unask(const struct steps_files *f, const char *key);

/*
 * Writes a request on the store's thread, then calls back on the loop, with
 * the reason when it failed; never after request_writing_cancel().  NULL when
 * memory is short.
 */
typedef void request_written(void *arg, bool ok, const struct error *err);
struct request_writing;
struct request_writing *request_writing_start(const struct steps_files *f,
    struct store *store, const char *key, const struct text *file,
    request_written *written, void *arg);
void request_writing_cancel(struct request_writing *w); /* NULL is allowed */

/*
 * Where monitor and runner are one user: leaves the pin of a run for its
 * runner, on the store's thread, unless it is there.  Nothing is told: what is
 * missing, the runner makes itself from the files of the configuration.
 */
void steps_files_pin(const struct steps_files *f, struct store *store,
    const char *run, const struct text *text);

/* Removes what host/retention.h calls old, on the store's thread. */
void steps_files_prune(const struct steps_files *f, struct store *store);

#endif
