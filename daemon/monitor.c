#include "daemon/monitor.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/rollback.h"
#include "daemon/rollback_private.h"
#include "daemon/watched.h"
#include "daemon/witness.h"

struct generation *
generation_join(struct generation *g)
{
	g->users++;
	return g;
}

void
generation_leave(struct generation *g)
{
	if (g == NULL || --g->users > 0)
		return;
	config_free(g->config);
	free(g);
}

static int
compare_name(const void *name, const void *item)
{
	return strcmp(name, watched_name(*(struct watched *const *)item));
}

struct watched *
monitor_watched(struct monitor *m, const char *service)
{
	struct watched **found;

	if (m->watched_count == 0)
		return NULL;
	found = bsearch(service, m->watched, m->watched_count,
	    sizeof(*m->watched), compare_name);
	return found == NULL ? NULL : *found;
}

static const char *
lock_holder(void *arg, const char *lock)
{
	const struct watched *w = arg;
	const struct rollback *own = watched_rollback(w);
	struct monitor *m = watched_monitor(w);

	for (const struct rollback *r = m->rollbacks; r != NULL; r = r->next)
		if (r != own && rollback_acts(r) &&
		    strcmp(rollback_lock(r), lock) == 0)
			return r->service;
	return NULL;
}

struct surroundings
monitor_surroundings(struct monitor *m, struct watched *w)
{
	int64_t now_ms = loop_now_ms(m->loop);
	const struct hold *hold =
	    holds_find(&m->holds, watched_name(w), now_ms);
	const struct rollback *r = watched_rollback(w);
	struct surroundings around = {
		.now_ms = now_ms,
		.store_fails = store_state(m->store) == STORE_FAILED,
		.shadow = m->shadow,
		.tilt_until_ms = m->tilt_until_ms,
		.blind_witness = witnesses_blind(m->witnesses),
		.has_witnesses = witnesses_are_there(m->witnesses),
		/* One that awaits its confirmation is not under way yet, and
		   whatever keeps it from that is to be told. */
		.run_is_on =
		    r != NULL && rollback_acts(r) && !rollback_confirms(r),
		.confirm = r != NULL && rollback_confirms(r),
		.lock_holder = lock_holder,
		.lock_arg = w,
	};

	if (hold != NULL) {
		around.hold_reason = hold->reason;
		around.hold_author = hold->author;
		around.hold_until_ms = hold->until_ms == HOLD_FOR_EVER_MS ?
		    NEVER_MS :
		    hold->until_ms;
	}
	return around;
}
