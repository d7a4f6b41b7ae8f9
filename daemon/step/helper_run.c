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
#include "procedure/step_command.h"
#include "executor/helper.h"

#define MARK_BYTES (sizeof(HELPER_MARK) + NAME_MAX_BYTES + 2)
#define SAID_MAX 200 /* of its output, in the reason */

static bool
make_command(struct command *c, const struct helper *h, const char *id,
    struct error *err)
{
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

static bool
run(const struct helper *h, const char *id, int64_t kill_grace_ms,
    struct error *reason)
{
	char mark[MARK_BYTES];
	struct command command = { .argv = NULL };
	struct output *output = output_new(-1);
	int input = body_input(h);
	const struct effect_settings settings = { &command, mark, input,
		h->timeout_ms, kill_grace_ms };
	struct effect e = { .end = EFFECT_NOT_STARTED };
	bool ok = false;

	(void)snprintf(mark, sizeof(mark), HELPER_MARK "=%s", id);
	if (output == NULL || input < 0)
		(void)error_set(reason, "out of memory");
	else if (make_command(&command, h, id, reason)) {
		effect_run(&settings, output, &e);
		ok = e.end == EFFECT_EXITED && e.exit_status == 0;
		if (e.end == EFFECT_NOT_STARTED)
			*reason = e.reason;
		else
			explain(&e, output, reason);
	}
	if (input >= 0)
		(void)close(input);
	command_clear(&command);
	output_free(output);
	return ok;
}

static enum step_exit
store(int record, const char *id, bool ok, const char *reason)
{
	struct text file = text_new(HELPER_RESULT_MAX_BYTES);
	const struct helper_result r = { ok, reason };
	bool stored;

	helper_result_write(&file, &r);
	stored = text_ok(&file) && lseek(record, 0, SEEK_SET) == 0 &&
	    ftruncate(record, 0) == 0 &&
	    write_all(record, text_str(&file), file.length);
	text_free(&file);
	if (stored)
		return STEP_EXIT_OK;
	warn("%s: the result is lost", id);
	return STEP_EXIT_STORAGE;
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
	bool ok = bytes != NULL && helper_parse(&h, bytes, length, &reason) &&
	    run(&h, id, kill_grace_ms, &reason);

	free(bytes);
	return store(record, id, ok, reason.text);
}
