#include "daemon/step/helper_run.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/units.h"
#include "daemon/host/files.h"
#include "daemon/step/effect.h"
#include "daemon/step/output.h"
#include "daemon/step/processes.h"
#include "procedure/step_command.h"
#include "executor/helper.h"

#define MARK_BYTES (sizeof(HELPER_MARK) + NAME_MAX_BYTES + 2)
#define SAID_MAX 200 /* of its output, in the reason */

static bool
make_command(struct command *c, const struct helper *h, const char *id,
    struct error *err)
{
	/* Where the unit has secrets for it. */
	const char *secrets = secure_getenv("CREDENTIALS_DIRECTORY");

	if (secrets != NULL &&
	    !command_set_variable(c, "CREDENTIALS_DIRECTORY", secrets, err))
		return false;
	if (!command_set_variable(c, HELPER_MARK, id, err) ||
	    !command_set_variable(c, "PATH", STEP_PATH, err) ||
	    !command_set_variable(c, "LANG", STEP_LOCALE, err))
		return false;
	for (size_t i = 0; h->argv[i] != NULL; i++)
		if (!command_add_argument(c, h->argv[i], err))
			return false;
	return true;
}

/* The body as a file that can be read from its start; -1 without. */
static int
body_input(const struct helper *h)
{
	int fd = memfd_create("rollbackd-event", MFD_CLOEXEC);

	if (fd >= 0 &&
	    (!write_all(fd, h->body, h->body_length) ||
		lseek(fd, 0, SEEK_SET) != 0)) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

/* What went wrong, and the last that it said. */
static void
explain(
    const struct effect *e, const struct output *output, struct error *reason)
{
	struct text tail = text_new(RESULT_MAX_BYTES);
	const char *said;

	output_tail(output, &tail);
	while (tail.length > 0 && tail.data[tail.length - 1] == '\n')
		tail.data[--tail.length] = '\0';
	said = strrchr(text_str(&tail), '\n');
	said = said == NULL ? text_str(&tail) : said + 1;
	if (e->end != EFFECT_EXITED)
		(void)error_set(reason, "not done in time; it was ended");
	else if (e->signal != 0)
		(void)error_set(reason, "killed by signal %d", e->signal);
	else
		(void)error_set(reason, "exit status %d%s%.*s", e->exit_status,
		    *said == '\0' ? "" : ": ", SAID_MAX, said);
	text_free(&tail);
}

static enum helper_end
end_of(const struct effect *e)
{
	switch (e->end) {
	case EFFECT_NOT_STARTED:
		return HELPER_NOT_STARTED;
	case EFFECT_TIMED_OUT:
	case EFFECT_UNKILLABLE:
		return HELPER_TIMED_OUT;
	case EFFECT_STOPPED:
		return HELPER_STOPPED;
	case EFFECT_EXITED:
		break;
	}
	return e->signal != 0 ? HELPER_KILLED : HELPER_EXITED;
}

static void
run_command(const struct effect_settings *settings, bool ends_all,
    struct output *output, struct helper_result *r, struct error *reason)
{
	const struct kin kin = { settings->mark, getpid() };
	struct effect e = { .end = EFFECT_NOT_STARTED };

	effect_run(settings, output, &e);
	if (ends_all && e.left_behind > 0)
		(void)processes_end(
		    &kin, settings->kill_grace_ms, processes_sleep, NULL);
	r->ok = e.end == EFFECT_EXITED && e.exit_status == 0;
	r->end = end_of(&e);
	r->status = e.signal != 0 ? e.signal : e.exit_status;
	r->took_ms = e.ended_ms - e.started_ms;
	if (e.end == EFFECT_NOT_STARTED)
		*reason = e.reason;
	else
		explain(&e, output, reason);
}

static enum step_exit
store(int record, const char *id, const struct helper_result *r)
{
	struct text file = text_new(HELPER_RESULT_MAX_BYTES);
	bool stored;

	helper_result_write(&file, r);
	stored = text_ok(&file) && lseek(record, 0, SEEK_SET) == 0 &&
	    ftruncate(record, 0) == 0 &&
	    write_all(record, text_str(&file), file.length);
	text_free(&file);
	if (stored)
		return STEP_EXIT_OK;
	warn("%s: the result is lost", id);
	return STEP_EXIT_STORAGE;
}

static enum step_exit
run(int record, const struct helper *h, const char *id, int64_t kill_grace_ms)
{
	char mark[MARK_BYTES];
	struct command command = { .argv = NULL };
	struct output *output = output_new(-1);
	int input = body_input(h);
	const struct effect_settings settings = { &command, mark, input,
		h->timeout_ms, kill_grace_ms, NULL };
	struct error reason = { "" };
	struct helper_result r = { .reason = reason.text };
	enum step_exit stored;

	(void)snprintf(mark, sizeof(mark), HELPER_MARK "=%s", id);
	if (output == NULL || input < 0)
		(void)error_set(&reason, "out of memory");
	else if (make_command(&command, h, id, &reason)) {
		run_command(&settings, h->ends_all, output, &r, &reason);
		r.output_length = output_start(output, &r.output);
		if (r.output_length > HELPER_OUTPUT_MAX)
			r.output_length = HELPER_OUTPUT_MAX;
	}
	stored = store(record, id, &r);
	if (input >= 0)
		(void)close(input);
	command_clear(&command);
	output_free(output);
	return stored;
}

/* All of the record; NULL with the reason. */
static char *
read_record(int fd, size_t *length, struct error *err)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *bytes = NULL;

	if (size > 0 && size <= HELPER_MAX_BYTES)
		bytes = calloc(1, (size_t)size + 1);
	if (bytes == NULL || pread(fd, bytes, (size_t)size, 0) != size) {
		(void)error_set(err, "the record cannot be read");
		free(bytes);
		return NULL;
	}
	*length = (size_t)size;
	return bytes;
}

enum step_exit
helper_run(int record, const char *id, int64_t kill_grace_ms)
{
	struct error reason;
	struct helper h;
	size_t length;
	char *bytes = read_record(record, &length, &reason);
	struct helper_result failed = { .reason = reason.text };
	enum step_exit status;

	if (bytes != NULL && helper_parse(&h, bytes, length, &reason))
		status = run(record, &h, id, kill_grace_ms);
	else
		status = store(record, id, &failed);
	free(bytes);
	return status;
}
