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
store(const struct state *s, const char *id, bool ok, const char *reason)
{
	char name[FILE_NAME_MAX];
	struct text file = text_new(HELPER_RESULT_MAX_BYTES);
	const struct helper_result r = { ok, reason };
	struct error err;
	enum file_put status;

	(void)snprintf(name, sizeof(name), "%s" HELPER_RESULT_SUFFIX, id);
	helper_result_write(&file, &r);
	status = file_put(
	    s->helpers, name, text_str(&file), file.length, FILE_REPLACE, &err);
	text_free(&file);
	if (status == FILE_STORED)
		return STEP_EXIT_OK;
	warnx("%s: %s", id, err.text);
	return STEP_EXIT_STORAGE;
}

enum step_exit
helper_run(const struct state *s, const char *id, int64_t kill_grace_ms)
{
	char *bytes = malloc(HELPER_MAX_BYTES + 1);
	struct error reason = { "out of memory" };
	enum file_status status = FILE_BAD;
	struct helper h;
	size_t length;
	bool ok = false;

	if (bytes != NULL)
		status = file_read(s->helpers, id, s->requests_owner, bytes,
		    HELPER_MAX_BYTES, &length, &reason);
	if (status == FILE_OK && helper_parse(&h, bytes, length, &reason))
		ok = run(&h, id, kill_grace_ms, &reason);
	free(bytes);
	if (status == FILE_MISSING)
		return STEP_EXIT_NO_REQUEST;
	return store(s, id, ok, reason.text);
}
