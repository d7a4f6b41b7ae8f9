#include "daemon/drill_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "daemon/drill_kill.h"
#include "daemon/log.h"
#include "daemon/rollback.h"
#include "daemon/versions_log.h"

#define TURN_MS 200
#define RETRY_MS 1000

static void on_turn(void *arg);

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from == NULL ? "" : from);
}

struct drilling *
drilling_new(struct monitor *m, const char *service, struct generation *g)
{
	struct drilling *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->m = m;
	x->timer = loop_timer_new(m->loop, on_turn, x);
	if (x->timer == NULL) {
		free(x);
		return NULL;
	}
	x->generation = generation_join(g);
	copy(x->service, sizeof(x->service), service);
	x->report = text_new(DRILL_REPORT_MAX);
	return x;
}

void
drilling_free(struct drilling *x)
{
	if (x == NULL)
		return;
	if (x->m->drills->on == x)
		x->m->drills->on = NULL;
	loop_timer_free(x->timer);
	drill_run_free(x->breaks);
	drill_run_free(x->heals);
	json_object_put(x->write.deploy);
	json_object_put(x->ended);
	text_free(&x->report);
	generation_leave(x->generation);
	free(x);
}

struct drill_run_of
drilling_occasion(const struct drilling *x, const char *target)
{
	return (struct drill_run_of){
		.drill = x->id,
		.service = x->service,
		.environment = x->environment,
		.version = x->before,
		.previous = x->previous,
		.target = target,
		.reason = x->reason,
	};
}

static void
tell(struct drilling *x, enum drill_input input, const char *detail)
{
	static const char *const words[DRILL_SAW_TIME + 1] = {
		[DRILL_SAW_INJECTING] = "breaks the service on purpose",
		[DRILL_SAW_INJECTED] = "the service is broken",
		[DRILL_SAW_NOT_INJECTED] = "could not break it",
		[DRILL_SAW_TRIPPED] = "it is found to be bad",
		[DRILL_SAW_HEALING] = "heals the service",
		[DRILL_SAW_HEALED] = "healed",
		[DRILL_SAW_NOT_HEALED] = "could not heal it",
		[DRILL_SAW_WELL] = "it is well again",
		[DRILL_SAW_ABORT] = "is aborted",
		[DRILL_SAW_ALARM] = "people were told that nothing is heard",
	};

	if (words[input] != NULL)
		log_service(LOG_LEVEL_NOTICE, LOG_ID_NONE, x->service,
		    "DRILL %s: %s%s%s", x->id, words[input],
		    detail == NULL ? "" : ": ", detail == NULL ? "" : detail);
}

void
drilling_saw(struct drilling *x, enum drill_input input, const char *detail,
    int64_t at_ms)
{
	struct event_draft draft = {
		.kind = EVENT_DRILL_SAW,
		.service = x->service,
		.data = drilling_saw_json(x, input, detail, at_ms),
	};

	tell(x, input, detail);
	drill_saw(&x->core, input, detail, at_ms);
	events_append(x->m, &draft, 1, NULL, NULL, NULL, NULL);
}

/* ------------------------------------- what must be stored before it is */

static void
write_is_stored(void *arg, bool ok)
{
	struct drilling *x = arg;
	struct drilling_write w = x->write;
	struct watched *watched = monitor_watched(x->m, x->service);

	x->write = (struct drilling_write){ 0 };
	if (!ok) { /* nothing of it has happened: it is wanted still */
		json_object_put(w.deploy);
		loop_timer_start(x->timer, RETRY_MS);
		return;
	}
	drill_saw(&x->core, w.input, w.detail, w.at_ms);
	if (w.deploy != NULL && watched != NULL) {
		versions_take(watched, EVENT_DEPLOY, w.deploy, w.at_ms);
		log_service(LOG_LEVEL_NOTICE, LOG_ID_DEPLOYED, x->service,
		    "DRILL: version %s was deployed",
		    json_text(w.deploy, "version"));
	}
	json_object_put(w.deploy);
	if (w.then != NULL)
		w.then(x);
	else
		drilling_advance(x);
}

/* version: what is put down as deployed with it; NULL: nothing. */
static void
write_saw(struct drilling *x, enum drill_input input, const char *detail,
    const char *version, bool is_good, void (*then)(struct drilling *x))
{
	struct watched *w = monitor_watched(x->m, x->service);
	int64_t now_ms = loop_now_ms(x->m->loop);
	struct event_draft drafts[2] = { {
	    .kind = EVENT_DRILL_SAW,
	    .service = x->service,
	    .data = drilling_saw_json(x, input, detail, now_ms),
	} };
	const struct service_deployment d = {
		.version = version,
		.verified = is_good,
		.by = x->by,
		.at_ms = now_ms,
	};

	tell(x, input, detail);
	x->write = (struct drilling_write){
		.is_on = true, .input = input, .at_ms = now_ms, .then = then
	};
	copy(x->write.detail, sizeof(x->write.detail), detail);
	if (version != NULL && version[0] != '\0' && w != NULL) {
		x->write.deploy = versions_deploy_json(w, &d, now_ms);
		drafts[1] = (struct event_draft){
			.kind = EVENT_DEPLOY,
			.service = x->service,
			.data = json_object_get(x->write.deploy),
		};
	}
	events_append(x->m, drafts, drafts[1].kind == NULL ? 1 : 2, NULL, NULL,
	    write_is_stored, x);
}

/* ---------------------------------------------------------- breaking it */

static void
on_broken(void *arg, bool went_well, const char *why)
{
	struct drilling *x = arg;

	FAILPOINT("monitor.drill-after-injection");
	drilling_saw(x, went_well ? DRILL_SAW_INJECTED : DRILL_SAW_NOT_INJECTED,
	    why, loop_now_ms(x->m->loop));
	drilling_advance(x);
}

static void
break_it(struct drilling *x)
{
	if (x->breaks != NULL && x->core.is_injecting)
		drill_run_start(x->breaks, on_broken, x);
}

static void
kill_ourselves(struct drilling *x)
{
	log_service(LOG_LEVEL_CRITICAL, LOG_ID_STOPPING, x->service,
	    "DRILL %s: kills itself", x->id);
	drill_kill();
}

static void
inject(struct drilling *x)
{
	switch (x->core.plan.kind) {
	case DRILL_VERSION:
		write_saw(
		    x, DRILL_SAW_INJECTING, NULL, x->version, false, break_it);
		return;
	case DRILL_FAULT:
		write_saw(x, DRILL_SAW_INJECTING, NULL, NULL, false, break_it);
		return;
	case DRILL_KILL:
		write_saw(
		    x, DRILL_SAW_INJECTING, NULL, NULL, false, kill_ourselves);
		return;
	case DRILL_BLIND:
		write_saw(x, DRILL_SAW_INJECTING, NULL, NULL, false, NULL);
		return;
	}
}

/* ----------------------------------------------------------- healing it */

static void
on_healed(void *arg, bool went_well, const char *why)
{
	struct drilling *x = arg;
	bool leads = plan_needs_target(drill_run_plan(x->heals));

	FAILPOINT("monitor.drill-after-heal");
	if (went_well)
		write_saw(x, DRILL_SAW_HEALED, NULL, leads ? x->before : NULL,
		    x->was_good, NULL);
	else
		write_saw(x, DRILL_SAW_NOT_HEALED, why, NULL, false, NULL);
}

static void
heal_it(struct drilling *x)
{
	drill_run_start(x->heals, on_healed, x);
}

/* One that was used is used up: the runner runs nothing twice. */
static bool
heal_anew(struct drilling *x)
{
	struct drill_run_of of = drilling_occasion(x, x->before);
	struct json_object *data = drill_run_json(x->heals);
	struct error err = { "" };
	char id[ULID_BYTES];
	struct event_draft draft = {
		.kind = EVENT_DRILL_RUN,
		.service = x->service,
		.run = id,
		.data = data,
	};
	struct drill_run *again;

	events_new_id(x->m, id);
	again = drill_run_recover(x->m, x->generation, &of, id, data, &err);
	if (again == NULL) {
		json_object_put(data);
		drilling_saw(
		    x, DRILL_SAW_NOT_HEALED, err.text, loop_now_ms(x->m->loop));
		return false;
	}
	json_set_bool(data, "heals", true);
	events_append(x->m, &draft, 1, NULL, NULL, NULL, NULL);
	drill_run_free(x->heals);
	x->heals = again;
	return true;
}

/* What waits for a person must not begin while it is healed. */
static bool
make_room(struct drilling *x)
{
	struct watched *w = monitor_watched(x->m, x->service);
	struct rollback *r = w == NULL ? NULL : watched_rollback(w);

	if (x->core.stage != DRILL_ENDING || r == NULL ||
	    rollback_is_proposal(r) || !rollback_waits(r))
		return true;
	return rollback_supersede(r);
}

static void
heal(struct drilling *x)
{
	if (!make_room(x) || drilling_must_wait(x)) {
		loop_timer_start(x->timer, TURN_MS);
		return;
	}
	if (x->heals == NULL) {
		drilling_saw(x, DRILL_SAW_NOT_HEALED, "its plan cannot be read",
		    loop_now_ms(x->m->loop));
		drilling_advance(x);
		return;
	}
	if (drill_run_has_ended(x->heals) && !heal_anew(x)) {
		drilling_advance(x);
		return;
	}
	write_saw(x, DRILL_SAW_HEALING, NULL, NULL, false, heal_it);
}

/* --------------------------------------------------------- what it sees */

static void
look_at_verdict(struct drilling *x, struct watched *w, int64_t now_ms)
{
	const struct service *core = watched_core(w);
	int64_t since_ms = service_verdict_since_ms(core);
	bool is_bad = service_verdict(core) == VERDICT_TRIPPED;

	if (x->core.stage == DRILL_WATCHING && is_bad &&
	    x->core.at_ms[DRILL_DETECTED] == NEVER_MS &&
	    !drill_is_blind(&x->core))
		drilling_saw(x, DRILL_SAW_TRIPPED, NULL,
		    since_ms < x->core.at_ms[DRILL_BEGAN] || since_ms > now_ms ?
			now_ms :
			since_ms);
	if (x->core.stage == DRILL_ENDING && x->core.heal == HEAL_DONE &&
	    service_verdict(core) == VERDICT_HEALTHY &&
	    !service_is_failing(core) && watched_rollback(w) == NULL)
		drilling_saw(x, DRILL_SAW_WELL, NULL, now_ms);
}

static void
on_turn(void *arg)
{
	struct drilling *x = arg;
	struct watched *w = monitor_watched(x->m, x->service);
	int64_t now_ms = loop_now_ms(x->m->loop);
	struct drill later = x->core;

	if (x->is_ending || x->write.is_on || !x->is_begun) {
		drilling_advance(x);
		return;
	}
	if (w != NULL)
		look_at_verdict(x, w, now_ms);
	else if (x->core.stage != DRILL_ENDING)
		drilling_saw(x, DRILL_SAW_ABORT,
		    "the service is configured no more", now_ms);
	later = x->core;
	if (drill_tick(&later, now_ms))
		drilling_saw(x, DRILL_SAW_TIME, NULL, now_ms);
	drilling_advance(x);
}

void
drilling_advance(struct drilling *x)
{
	if (!x->is_begun || x->write.is_on)
		return;
	if (x->is_ending) {
		drilling_end(x);
		return;
	}
	switch (drill_todo(&x->core)) {
	case DRILL_WAIT:
		break;
	case DRILL_INJECT:
		inject(x);
		return;
	case DRILL_HEAL:
		heal(x);
		return;
	case DRILL_END:
		drilling_end(x);
		return;
	}
	loop_timer_start(x->timer, TURN_MS);
}

void
drilling_resume(struct drilling *x)
{
	if (x->core.is_injecting && x->breaks != NULL)
		drill_run_start(x->breaks, on_broken, x);
	else if (x->core.is_injecting)
		drilling_saw(x, DRILL_SAW_NOT_INJECTED,
		    "its plan cannot be read", loop_now_ms(x->m->loop));
	if (x->core.heal == HEAL_ON && x->heals != NULL)
		drill_run_start(x->heals, on_healed, x);
	else if (x->core.heal == HEAL_ON)
		drilling_saw(x, DRILL_SAW_NOT_HEALED, "its plan cannot be read",
		    loop_now_ms(x->m->loop));
	drilling_advance(x);
}
