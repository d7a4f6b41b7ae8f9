#include "daemon/step/able.h"

#include <err.h>
#include <string.h>

#include "base/units.h"
#include "daemon/host/files.h"

/* As a claim and a result would be, and taken away again. */
static bool
has_room(int folder, const char *name, struct error *err)
{
	struct draft d;

	if (!draft_open(&d, folder, name, RESULT_MAX_BYTES, err))
		return false;
	draft_drop(&d);
	return true;
}

static bool
can_store(const struct state *s, struct error *err)
{
	int lock = state_lock(s, err);

	state_unlock(lock);
	return lock >= 0 && has_room(s->claims, "test", err) &&
	    has_room(s->results, "test", err) &&
	    has_room(s->pins, "test", err) && has_room(s->outputs, "test", err);
}

static bool
read_word(const struct state *s, char word[STEP_TEST_WORD_MAX + 1])
{
	struct error why;
	size_t length;
	enum file_status status = s->is_system ?
	    file_read_foreign(s->requests, STEP_TEST_NAME, s->monitor_uid, word,
		STEP_TEST_WORD_MAX, &length, &why) :
	    file_read(s->requests, STEP_TEST_NAME, s->monitor_uid, word,
		STEP_TEST_WORD_MAX, &length, &why);

	if (status == FILE_OK && name_is_valid(word))
		return true;
	warnx("no test is asked for where it looks for requests: %s",
	    status == FILE_OK ? "it is no word" : why.text);
	return false;
}

static bool
answer(const struct state *s, const char *word, struct error *err)
{
	struct draft d;

	if (!draft_open(&d, s->results, STEP_TEST_NAME, 0, err))
		return false;
	if (state_show(s, d.fd))
		return draft_commit(&d, word, strlen(word), FILE_REPLACE,
			   err) == FILE_STORED;
	draft_drop(&d);
	return error_set(err, "the answer cannot be shown");
}

enum step_exit
able_run(const struct state *s)
{
	char word[STEP_TEST_WORD_MAX + 1];
	struct error why;

	if (!can_store(s, &why)) {
		warnx("%s", why.text);
		return STEP_EXIT_STORAGE;
	}
	if (!read_word(s, word))
		return STEP_EXIT_NO_REQUEST;
	if (answer(s, word, &why))
		return STEP_EXIT_OK;
	warnx("%s", why.text);
	return STEP_EXIT_STORAGE;
}
