#include "daemon/step/able.h"

#include <err.h>

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

enum step_exit
able_run(const struct state *s)
{
	struct error why;

	if (can_store(s, &why))
		return STEP_EXIT_OK;
	warnx("%s", why.text);
	return STEP_EXIT_STORAGE;
}
