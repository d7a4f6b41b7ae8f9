/* From an order to a drill that is stored. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/drill_private.h"
#include "daemon/log.h"

#define SUMMARY_BYTES 1024

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from == NULL ? "" : from);
}

static enum drill_kind
kind_of(const char *fault)
{
	if (fault == NULL)
		return DRILL_VERSION;
	if (strcmp(fault, DRILL_FAULT_KILL) == 0)
		return DRILL_KILL;
	return strcmp(fault, DRILL_FAULT_BLIND) == 0 ? DRILL_BLIND :
						       DRILL_FAULT;
}

/* It must still be one that may be gone back to afterwards. */
static bool
is_good(struct watched *w, const char *version)
{
	const struct version *v =
	    versions_find(service_versions(watched_core(w)), version);

	return v != NULL && v->state == VERSION_GOOD;
}

static void
fill(struct drilling *x, struct watched *w, const struct drill_order *o)
{
	const struct service_settings *s = watched_settings(w);

	events_new_id(x->m, x->id);
	copy(x->environment, sizeof(x->environment), s->environment);
	copy(x->fault, sizeof(x->fault), o->fault);
	if (o->fault == NULL)
		copy(x->version, sizeof(x->version), s->drill.version);
	copy(x->before, sizeof(x->before), service_version(watched_core(w)));
	copy(x->previous, sizeof(x->previous),
	    service_previous_version(watched_core(w)));
	copy(x->by, sizeof(x->by), o->by);
	copy(x->reason, sizeof(x->reason), o->reason);
	x->is_scheduled = o->is_scheduled;
	x->was_good = is_good(w, x->before);
	x->began_wall_ms = loop_wall_ms();
}

/* Both are planned before anything is done: there is always a way back. */
static bool
plan_runs(struct drilling *x, const struct drill_settings *s, const char *fault,
    struct error *err)
{
	struct drill_run_of breaks =
	    drilling_occasion(x, fault == NULL ? s->version : x->before);
	struct drill_run_of heals = drilling_occasion(x, x->before);

	x->breaks = drill_run_new(
	    x->m, x->generation, &breaks, drill_fault_procedure(s, fault), err);
	if (x->breaks == NULL)
		return false;
	x->heals = drill_run_new(
	    x->m, x->generation, &heals, drill_heal_procedure(s, fault), err);
	return x->heals != NULL;
}

static bool
prepare(struct drilling *x, struct watched *w, const struct drill_order *o,
    struct error *err)
{
	const struct drill_settings *s = &watched_settings(w)->drill;
	struct drill_plan plan = {
		.kind = kind_of(o->fault),
		.detect_ms = s->detect_ms,
		.first_step_ms = s->first_step_ms,
		.recover_ms = s->recover_ms,
		.watching_ms = s->watching_ms,
		.blind_ms = s->blind_ms,
	};

	fill(x, w, o);
	if ((plan.kind == DRILL_VERSION || plan.kind == DRILL_FAULT) &&
	    (!plan_runs(x, s, o->fault, err) ||
		!drilling_take_locks(x, w, err)))
		return false;
	plan.heals_late =
	    x->heals != NULL && plan_needs_target(drill_run_plan(x->heals));
	drill_begin(&x->core, &plan, loop_now_ms(x->m->loop));
	return true;
}

static void
on_stored(void *arg, bool ok)
{
	struct drilling *x = arg;
	store_done *done = x->done;
	void *done_arg = x->arg;

	x->done = NULL;
	x->is_begun = ok;
	if (done != NULL)
		done(done_arg, ok);
	if (ok)
		drilling_advance(x);
	else
		drilling_free(x);
}

static struct event_draft
run_draft(const struct drilling *x, const struct drill_run *run, bool heals)
{
	struct event_draft draft = {
		.kind = EVENT_DRILL_RUN,
		.service = x->service,
		.run = drill_run_id(run),
		.data = drill_run_json(run),
	};

	json_set_bool(draft.data, "heals", heals);
	return draft;
}

static void
store(struct drilling *x)
{
	struct event_draft drafts[3] = { {
	    .kind = EVENT_DRILL,
	    .service = x->service,
	    .data = drilling_json(x),
	} };
	char summary[SUMMARY_BYTES];
	struct notice notice = {
		.event = "drill",
		.service = x->service,
		.environment = x->environment,
		.version = x->before,
		.summary = summary,
		.drill = true,
	};
	size_t count = 1;

	(void)snprintf(summary, sizeof(summary),
	    "%s in %s is broken on purpose by %.80s (%s%s): %.120s", x->service,
	    x->environment, x->by, x->fault[0] == '\0' ? "version " : "fault ",
	    x->fault[0] == '\0' ? x->version : x->fault, x->reason);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_NONE, x->service,
	    "DRILL %s begins: %s", x->id, summary);
	if (x->breaks != NULL)
		drafts[count++] = run_draft(x, x->breaks, false);
	if (x->heals != NULL)
		drafts[count++] = run_draft(x, x->heals, true);
	events_append(x->m, drafts, count, &notice, x->id, on_stored, x);
}

const char *
drills_begin(struct monitor *m, struct watched *w, const struct drill_order *o,
    store_done *done, void *arg, struct error *err)
{
	struct drilling *x;

	if (!drills_may_begin(m, w, o, err))
		return NULL;
	x = drilling_new(m, watched_name(w), watched_generation(w));
	if (x == NULL) {
		(void)error_set(err, "no memory");
		return NULL;
	}
	if (!prepare(x, w, o, err)) {
		drilling_free(x);
		return NULL;
	}
	x->done = done;
	x->arg = arg;
	m->drills->on = x;
	store(x);
	return x->id;
}

/* For those who ask who did what. */
static void
append_abort(struct drilling *x, const char *by, const char *why)
{
	struct event_draft draft = {
		.kind = EVENT_ABORT,
		.service = x->service,
		.data = json_object_new_object(),
	};

	json_set_text(draft.data, "by", by);
	json_set_text(draft.data, "reason", why);
	json_set_text(draft.data, "drill", x->id);
	events_append(x->m, &draft, 1, NULL, NULL, NULL, NULL);
}

const char *
drills_abort(
    struct monitor *m, const char *service, const char *by, const char *why)
{
	struct drilling *x = m->drills->on;
	char words[DRILL_WORDS_MAX];

	/* What is being stored decides first whether it has begun. */
	if (x == NULL || !x->is_begun || x->is_ending || x->write.is_on ||
	    strcmp(x->service, service) != 0)
		return NULL;
	append_abort(x, by, why);
	(void)snprintf(words, sizeof(words), "by %.80s: %.150s", by, why);
	drilling_saw(x, DRILL_SAW_ABORT, words, loop_now_ms(m->loop));
	if (x->breaks != NULL)
		drill_run_abort(x->breaks);
	drilling_advance(x);
	return x->id;
}
