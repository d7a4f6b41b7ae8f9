#include "daemon/steps_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/ulid.h"
#include "config/pin.h"
#include "daemon/host/files.h"
#include "daemon/step/state.h"
#include "procedure/run.h"

#define ROOM_MIN_BYTES (1024 * 1024) /* a step needs less than that */

/* Where monitor and runner are one user, all is beneath one folder. */
static bool
open_shared(struct steps_files *f, int root, struct error *err)
{
	int step = files_open_folder(root, "step", true, err);

	if (step >= 0)
		f->claims = files_open_folder(step, "claims", true, err);
	if (f->claims >= 0)
		f->pins = files_open_folder(step, "pins", true, err);
	if (f->pins >= 0)
		f->results = files_open_folder(step, "results", true, err);
	if (f->results >= 0)
		f->outputs = files_open_folder(step, "output", true, err);
	if (step >= 0)
		(void)close(step);
	return f->outputs >= 0;
}

bool
steps_files_look(struct steps_files *f, struct error *err)
{
	int runner;

	if (f->results >= 0)
		return true;
	runner = files_open_folder(AT_FDCWD, f->foreign, false, err);
	if (runner < 0)
		return false;
	if (f->claims < 0)
		f->claims = files_open_folder(runner, "claims", false, err);
	if (f->claims >= 0)
		f->results = files_open_folder(runner, "results", false, err);
	(void)close(runner);
	return f->results >= 0;
}

bool
steps_files_open(struct steps_files *f, const char *state_folder,
    const char *runner_folder, struct error *err)
{
	struct error later;
	bool ok = false;
	int root;

	*f = (struct steps_files){ -1, -1, -1, -1, -1, "", runner_folder };
	if (!host_boot_id(f->boot_id))
		return error_set(err, "the kernel does not tell its boot id");
	root = files_open_folder(AT_FDCWD, state_folder, true, err);
	if (root >= 0)
		f->requests = files_open_folder(root, "requests", true, err);
	if (f->requests >= 0 && runner_folder == NULL)
		ok = open_shared(f, root, err);
	else if (f->requests >= 0) {
		(void)steps_files_look(f, &later);
		ok = true;
	}
	if (root >= 0)
		(void)close(root);
	if (!ok)
		steps_files_close(f);
	return ok;
}

void
steps_files_close(struct steps_files *f)
{
	int folders[] = { f->requests, f->claims, f->pins, f->results,
		f->outputs };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (folders[i] >= 0)
			(void)close(folders[i]);
}

static bool
has_room(int folder, const char *name, struct error *err)
{
	struct statvfs v;

	if (fstatvfs(folder, &v) != 0)
		return error_set(err, "%s: %s", name, strerror(errno));
	if (v.f_bavail * v.f_frsize < ROOM_MIN_BYTES)
		return error_set(err, "no room left for %s", name);
	if (v.f_files > 0 && v.f_favail == 0)
		return error_set(err, "no inode left for %s", name);
	return true;
}

static bool
is_writable(int folder, const char *name, struct error *err)
{
	if (faccessat(folder, ".", W_OK | X_OK, 0) != 0)
		return error_set(
		    err, "cannot write in %s: %s", name, strerror(errno));
	return has_room(folder, name, err);
}

/* Whether root can write there, the runner says itself. */
static bool
is_readable(int folder, const char *name, struct error *err)
{
	if (faccessat(folder, ".", R_OK | X_OK, 0) != 0)
		return error_set(err, "cannot read the runner's %s: %s", name,
		    strerror(errno));
	return has_room(folder, name, err);
}

bool
steps_files_writable(const struct steps_files *f, struct error *err)
{
	if (f->foreign != NULL)
		return is_writable(f->requests, "requests", err) &&
		    is_readable(f->claims, "claims", err) &&
		    is_readable(f->results, "results", err);
	return is_writable(f->requests, "requests", err) &&
	    is_writable(f->claims, "claims", err) &&
	    is_writable(f->pins, "pins", err) &&
	    is_writable(f->results, "results", err);
}

enum claim_state
steps_files_claim(const struct steps_files *f, const char *key)
{
	static char bytes[CLAIM_MAX_BYTES + 1];
	struct claim claim;
	struct error err;
	size_t length;

	/* What cannot be looked at may be there. */
	if (!file_exists(f->claims, key))
		return CLAIM_NONE;
	if (file_read(f->claims, key, geteuid(), bytes, CLAIM_MAX_BYTES,
		&length, &err) != FILE_OK ||
	    !claim_parse(&claim, bytes, length, &err))
		return CLAIM_CUT;
	if (strcmp(claim.boot_id, f->boot_id) != 0)
		return CLAIM_DEAD;
	if (f->foreign != NULL)
		return CLAIM_THERE;
	if (!host_process_lives((pid_t)claim.pid, claim.start_time))
		return CLAIM_DEAD;
	return CLAIM_ALIVE;
}

bool
steps_files_result(
    const struct steps_files *f, const char *key, struct found_result *found)
{
	struct error err;
	size_t length;
	enum step_outcome outcome;
	enum file_status status = file_read(f->results, key, geteuid(),
	    found->bytes, RESULT_MAX_BYTES, &length, &err);

	if (status == FILE_MISSING)
		return false;
	if (status == FILE_OK &&
	    result_parse(&found->result, found->bytes, length, &err) &&
	    strcmp(found->result.key, key) == 0 &&
	    step_outcome_parse(found->result.outcome, &outcome))
		return true;
	(void)snprintf(found->key, sizeof(found->key), "%s", key);
	found->result = (struct result){
		.key = found->key,
		.outcome = step_outcome_word(STEP_INTERRUPTED),
		.reason = "its result is damaged: what it said is not known",
		.tail = "",
	};
	return true;
}

bool
steps_files_ask_test(
    const struct steps_files *f, const char *word, struct error *err)
{
	int fd = openat(f->requests, STEP_TEST_NAME,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write_all(fd, word, strlen(word));

	if (!ok)
		(void)error_set(
		    err, "cannot write in requests: %s", strerror(errno));
	if (fd >= 0)
		(void)close(fd); /* it need not last */
	return ok;
}

bool
steps_files_is_answered(const struct steps_files *f, const char *word)
{
	char answer[STEP_TEST_WORD_MAX + 1];
	struct error err;
	size_t length;

	return file_read(f->results, STEP_TEST_NAME, geteuid(), answer,
		   STEP_TEST_WORD_MAX, &length, &err) == FILE_OK &&
	    strcmp(answer, word) == 0;
}

void
steps_files_unask(const struct steps_files *f, const char *key)
{
	/* After a crash it stands there again; then the boot id refuses. */
	(void)unlinkat(f->requests, key, 0);
}

struct request_writing {
	int folder;
	char *key;
	char *bytes;
	size_t length;
	struct error err;
	request_written *written; /* NULL: cancelled */
	void *arg;
};

static void
writing_free(struct request_writing *w)
{
	if (w->folder >= 0)
		(void)close(w->folder);
	free(w->key);
	free(w->bytes);
	free(w);
}

/* On the store's thread. */
static bool
write_request(void *arg)
{
	struct request_writing *w = arg;

	/*
	 * Not synced: the runner syncs its claim, which holds a copy, before
	 * anything happens, and after a loss of power a request is of another
	 * boot and refused.
	 */
	return file_place(w->folder, w->key, w->bytes, w->length,
		   FILE_REPLACE_CHECKSUMMED, &w->err) == FILE_STORED;
}

static void
on_written(void *arg, bool ok)
{
	struct request_writing *w = arg;

	if (w->written != NULL)
		w->written(w->arg, ok, &w->err);
	writing_free(w);
}

struct request_writing *
request_writing_start(const struct steps_files *f, struct store *store,
    const char *key, const struct text *file, request_written *written,
    void *arg)
{
	struct request_writing *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->folder = fcntl(f->requests, F_DUPFD_CLOEXEC, 3);
	w->key = strdup(key);
	w->length = file->length;
	w->bytes = malloc(file->length + 1);
	w->written = written;
	w->arg = arg;
	if (w->folder < 0 || w->key == NULL || w->bytes == NULL) {
		writing_free(w);
		return NULL;
	}
	memcpy(w->bytes, text_str(file), file->length + 1);
	(void)error_set(&w->err, "the store does not take it");
	store_run(store, write_request, on_written, w);
	return w;
}

struct pin_writing {
	int folder;
	char run[ULID_BYTES];
	size_t length;
	char bytes[];
};

/*
 * On the store's thread.  One that is whole stays, for the runner may have
 * synced it; one that a loss of power has cut does not.
 */
static bool
write_pin(void *arg)
{
	struct pin_writing *w = arg;
	char *before = malloc(PIN_MAX_BYTES + 1);
	struct error err;
	size_t length;
	bool is_there = before != NULL &&
	    file_read(w->folder, w->run, geteuid(), before, PIN_MAX_BYTES,
		&length, &err) == FILE_OK &&
	    length == w->length && memcmp(before, w->bytes, length) == 0;

	free(before);
	return is_there ||
	    file_place(w->folder, w->run, w->bytes, w->length,
		FILE_REPLACE_CHECKSUMMED, &err) == FILE_STORED;
}

static void
on_pinned(void *arg, bool ok)
{
	struct pin_writing *w = arg;

	(void)ok; /* without it the runner makes its own */
	(void)close(w->folder);
	free(w);
}

void
steps_files_pin(const struct steps_files *f, struct store *store,
    const char *run, const struct text *text)
{
	struct pin_writing *w;

	if (f->foreign != NULL || !ulid_is_valid(run) || !text_ok(text))
		return;
	w = malloc(sizeof(*w) + text->length);
	if (w == NULL)
		return;
	w->folder = fcntl(f->pins, F_DUPFD_CLOEXEC, 3);
	if (w->folder < 0) {
		free(w);
		return;
	}
	(void)snprintf(w->run, sizeof(w->run), "%s", run);
	w->length = text->length;
	memcpy(w->bytes, text_str(text), text->length);
	store_run(store, write_pin, on_pinned, w);
}

void
request_writing_cancel(struct request_writing *w)
{
	if (w != NULL)
		w->written = NULL;
}
