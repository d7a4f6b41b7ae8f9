#include "daemon/step/reap.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/host/files.h"
#include "daemon/host/host.h"
#include "daemon/step/output.h"
#include "daemon/step/processes.h"
#include "procedure/run.h"
#include "procedure/step_command.h"

#define MARK_BYTES (sizeof(STEP_MARK) + KEY_BYTES + 1)

/* The end of what it printed until its runner died. */
static void
read_tail(const struct state *s, const char *key, struct text *tail)
{
	char bytes[RESULT_TAIL_MAX];
	struct output *output = output_new(-1);
	int fd = openat(
	    s->outputs, key, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = 0;

	if (output != NULL && fd >= 0) {
		off_t size = lseek(fd, 0, SEEK_END);

		if (size > RESULT_TAIL_MAX)
			n = pread(
			    fd, bytes, sizeof(bytes), size - RESULT_TAIL_MAX);
		else
			n = pread(fd, bytes, sizeof(bytes), 0);
	}
	if (n > 0) {
		output_add(output, bytes, (size_t)n, true);
		output_tail(output, tail);
	}
	if (fd >= 0)
		(void)close(fd); /* was only read */
	output_free(output);
}

static enum step_exit
store(const struct state *s, const struct result *r)
{
	struct text file = text_new(RESULT_MAX_BYTES);
	struct error err = { "the result cannot be shown" };
	enum file_put status = FILE_FAILED;
	struct draft draft;

	result_write(&file, r);
	if (draft_open(&draft, s->results, r->key, 0, &err)) {
		if (state_show(s, draft.fd))
			status = draft_commit(&draft, text_str(&file),
			    file.length, FILE_NEW, &err);
		else
			draft_drop(&draft);
	}
	text_free(&file);
	if (status != FILE_FAILED)
		return STEP_EXIT_OK;
	warnx("%s: %s", r->key, err.text);
	return STEP_EXIT_STORAGE;
}

/* The room that its runner had taken for the result. */
static void
drop_draft(const struct state *s, const char *key, int64_t pid)
{
	char name[FILE_NAME_MAX + 32];

	(void)snprintf(
	    name, sizeof(name), DRAFT_NAME_FORMAT, key, (long long)pid);
	(void)unlinkat(s->results, name, 0);
}

/* The claim is locked and nothing of the step lives. */
static enum step_exit
say(const struct state *s, const char *key)
{
	static char buffer[CLAIM_MAX_BYTES + 1];
	struct text tail = text_new(RESULT_MAX_BYTES);
	struct claim claim;
	struct result r = {
		.key = key,
		.outcome = step_outcome_word(STEP_INTERRUPTED),
		.reason = "its runner died before it could say how it ended",
		.ended_ms = host_boot_ms(),
	};
	enum step_exit status;

	if (!state_read_claim(s, key, &claim, buffer)) {
		claim.pid = 0;
		r.reason = "its claim is cut: whether it ran is not known";
	} else if (claim.refusal != NULL) {
		r.outcome = step_outcome_word(STEP_REFUSED);
		r.reason = claim.refusal;
	} else {
		r.started_ms = claim.claimed_ms;
		r.started_wall_ms = claim.wall_ms;
		if (strcmp(claim.boot_id, s->boot_id) != 0)
			r.reason = "the host was restarted while it ran";
	}
	read_tail(s, key, &tail);
	r.tail = text_str(&tail);
	status = store(s, &r);
	drop_draft(s, key, claim.pid);
	text_free(&tail);
	return status;
}

/*
 * In system mode PID 1 has ended what was left in the unit before it says
 * that the unit is over; and what anybody writes into his environment is no
 * reason for root to kill him.
 */
static bool
end_kin(const struct state *s, const char *key, int64_t kill_grace_ms)
{
	char mark[MARK_BYTES];
	const struct kin kin = { .mark = mark };

	(void)snprintf(mark, sizeof(mark), STEP_MARK "=%s", key);
	return s->is_system ||
	    processes_end(&kin, kill_grace_ms, processes_sleep, NULL);
}

static enum step_exit
reap_locked(const struct state *s, const char *key, int64_t kill_grace_ms)
{
	if (file_exists(s->results, key))
		return STEP_EXIT_OK;
	if (!end_kin(s, key, kill_grace_ms)) {
		warnx("%s: some of its processes cannot be killed", key);
		return STEP_EXIT_UNKILLABLE;
	}
	return say(s, key);
}

/* Its runner has it: a version before this one locked the claim itself. */
static bool
is_alive(const struct state *s, const char *key)
{
	static char buffer[CLAIM_MAX_BYTES + 1];
	struct claim claim;

	return state_read_claim(s, key, &claim, buffer) &&
	    strcmp(claim.boot_id, s->boot_id) == 0 &&
	    host_process_lives((pid_t)claim.pid, claim.start_time);
}

enum step_exit
reap_run(const struct state *s, const char *key, int64_t kill_grace_ms)
{
	enum step_exit status;
	int lock;

	if (!file_exists(s->claims, key))
		return STEP_EXIT_NO_REQUEST;
	if (is_alive(s, key))
		return STEP_EXIT_ALIVE;
	lock = state_lock_key(s, key);
	if (lock < 0 && errno == EWOULDBLOCK)
		return STEP_EXIT_ALIVE;
	if (lock < 0) {
		warn("%s", key);
		return STEP_EXIT_STORAGE;
	}
	status = reap_locked(s, key, kill_grace_ms);
	(void)close(lock); /* holds nothing but the lock */
	return status;
}
