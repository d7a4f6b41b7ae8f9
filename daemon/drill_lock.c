/* What a drill may not touch while somebody else is at work on it. */
#include <stdio.h>
#include <string.h>

#include "daemon/drill_private.h"
#include "daemon/log.h"
#include "daemon/rollback.h"
#include "procedure/step_command.h"

static bool
take_lock(struct drilling *x, struct watched *w, const struct drill_run *run,
    char to[DRILL_LOCK_MAX], struct error *err)
{
	struct surroundings around = monitor_surroundings(x->m, w);
	struct occasion occasion = {
		.service = x->service,
		.environment = x->environment,
		.version = x->before,
		.target_version = x->before,
	};
	struct text lock = text_new(DRILL_LOCK_MAX);
	const char *holder = NULL;
	bool good = plan_lock(drill_run_plan(run), &occasion, &lock, err);

	if (good)
		holder = around.lock_holder(around.lock_arg, text_str(&lock));
	if (holder != NULL)
		good = error_set(err,
		    "%s is being rolled back under the same lock %s", holder,
		    text_str(&lock));
	if (good)
		(void)snprintf(to, DRILL_LOCK_MAX, "%s", text_str(&lock));
	text_free(&lock);
	return good;
}

bool
drilling_take_locks(struct drilling *x, struct watched *w, struct error *err)
{
	return take_lock(x, w, x->breaks, x->lock, err) &&
	    take_lock(x, w, x->heals, x->heal_lock, err);
}

bool
drilling_must_wait(struct drilling *x)
{
	const char *holder = rollback_at_work(x->m, x->service, x->heal_lock);

	if (holder != NULL && !x->is_kept)
		log_service(LOG_LEVEL_WARNING, LOG_ID_NONE, x->service,
		    "DRILL %s: is healed when the rollback of %s has ended, "
		    "which holds the lock %s",
		    x->id, holder, x->heal_lock);
	x->is_kept = holder != NULL;
	return holder != NULL;
}

/*
 * From the order on: what is stored just now is done right afterwards.  But
 * not until the service is found to be well again: that only looks.
 */
static bool
is_at_work(const struct drilling *x)
{
	const struct drill *d = &x->core;

	return d->stage == DRILL_NEW || d->is_injecting || x->write.is_on ||
	    d->heal == HEAL_ON ||
	    (d->stage == DRILL_ENDING && d->heal == HEAL_WANTED);
}

const char *
drills_lock_holder(
    const struct monitor *m, const char *service, const char *lock)
{
	const struct drilling *x = m->drills == NULL ? NULL : m->drills->on;

	if (x == NULL || strcmp(x->service, service) == 0 || lock[0] == '\0' ||
	    !is_at_work(x))
		return NULL;
	return strcmp(x->lock, lock) == 0 || strcmp(x->heal_lock, lock) == 0 ?
	    x->service :
	    NULL;
}
