#include "daemon/monitor.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/drill.h"
#include "daemon/rollback.h"
#include "daemon/rollback_private.h"
#include "daemon/together.h"
#include "daemon/watched.h"
#include "daemon/witness.h"

#define CLOCK_MOVED_MS 1000

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
	return drills_lock_holder(m, watched_name(w), lock);
}

/* Whole seconds, and another one only when clocks have moved. */
static int64_t
wall_offset_ms(struct monitor *m, int64_t now_ms)
{
	int64_t offset_ms = loop_wall_ms() - now_ms;
	int64_t moved_ms = offset_ms - m->wall_offset_ms;

	if (moved_ms <= -CLOCK_MOVED_MS || moved_ms >= CLOCK_MOVED_MS)
		m->wall_offset_ms = offset_ms - offset_ms % CLOCK_MOVED_MS;
	return m->wall_offset_ms;
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
		.run_is_on = (r != NULL && rollback_acts(r) &&
				 !rollback_confirms(r) && !rollback_waits(r)) ||
		    drills_are_busy(m, watched_name(w)),
		/* What waits for a person keeps nothing graver from acting. */
		.confirm =
		    r != NULL && rollback_confirms(r) && !rollback_waits(r),
		.wall_offset_ms = wall_offset_ms(m, now_ms),
		.limit_until_ms = together_limit_until_ms(m->together, now_ms),
		.correlated = together_correlated,
		.correlated_arg = w,
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
