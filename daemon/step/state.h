/*
 * state.h - the folders that monitor and runner share.
 *
 * The monitor writes requests; all below step is the runner's.
 */
#ifndef DAEMON_STEP_STATE_H
#define DAEMON_STEP_STATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "executor/key.h"
#include "executor/result.h"

/* How the program ends; what the monitor makes of it is in steps.c. */
enum step_exit {
	STEP_EXIT_OK = 0,          /* there is a result */
	STEP_EXIT_USAGE = 2,       /* it was called wrongly */
	STEP_EXIT_CLAIMED = 10,    /* another has or had the key */
	STEP_EXIT_ALIVE = 11,      /* --reap: its runner lives */
	STEP_EXIT_NO_REQUEST = 12, /* or no claim, with --reap */
	STEP_EXIT_STORAGE = 13,    /* nothing was run; nothing can be stored */
	STEP_EXIT_UNKILLABLE = 14, /* --reap: some of it lives on */
};

/* Where --helper finds its record and leaves its result. */
#define STEP_PASSED_FD 3

struct state {
	int root;
	int requests;
	int claims;
	int pins;
	int results;
	int outputs;
	uid_t requests_owner;
	char boot_id[37];
};

/*
 * Opens the folders, making those that are missing.  Refuses what does not
 * belong to this user or what others may write.
 */
bool state_open(struct state *s, const char *folder, struct error *err);
void state_close(struct state *s);

/* A result as it is kept; bytes belong to the buffer. */
bool state_read_result(const struct state *s, const char *key,
    struct result *result, char buffer[RESULT_MAX_BYTES + 1]);
bool state_read_claim(const struct state *s, const char *key,
    struct claim *claim, char buffer[CLAIM_MAX_BYTES + 1]);

#endif
