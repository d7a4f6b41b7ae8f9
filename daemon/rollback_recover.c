/*
 * Where an incident was, from its events.  The core is told the same things
 * in the same order as the first time, so it comes to the same place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "base/bug.h"
#include "daemon/rollback_private.h"
#include "daemon/together.h"

/* What the events leave open at their end. */
struct recovery {
	struct rollback *r;
	bool has_intent; /* of any step */
	bool intent_is_open;
	bool is_unreadable; /* a plan of it */
};

static void
take(char *to, size_t size, struct json_object *data, const char *key)
{
	const char *words = json_text(data, key);

	(void)snprintf(to, size, "%s", words == NULL ? "" : words);
}

#define TAKE(field, key) take(r->field, sizeof(r->field), data, key)

static enum severity
severity_of(const char *word)
{
	enum severity s = SEVERITY_P0;

	while (word != NULL && s < SEVERITY_P3 &&
	    strcmp(severity_word(s), word) != 0)
		s++;
	return s;
}

static int64_t
boot_ms(struct rollback *r, struct json_object *data, const char *key)
{
	int64_t wall_ms;

	if (!json_int(data, key, &wall_ms))
		return NEVER_MS;
	return loop_now_ms(r->m->loop) - (loop_wall_ms() - wall_ms);
}

static void
take_opened(struct rollback *r, struct json_object *data)
{
	const char *action = json_text(data, "action");
	const char *cause = json_text(data, "cause");

	r->action = ACTION_ROLL_BACK;
	if (action != NULL && strcmp(action, "propose") == 0)
		r->action = ACTION_PROPOSE;
	if (action != NULL && strcmp(action, "await_approval") == 0)
		r->action = ACTION_AWAIT;
	if (action != NULL && strcmp(action, "shadow") == 0)
		r->action = ACTION_SHADOW;
	r->by_operator = cause != NULL && strcmp(cause, "operator") == 0;
	r->had_tripped = json_flag(data, "had_tripped", false);
	r->is_drill = json_text(data, "drill") != NULL;
	r->severity = severity_of(json_text(data, "severity"));
	TAKE(rule, "rule");
	TAKE(by, "by");
	TAKE(reason, "reason");
	TAKE(version, "version");
	TAKE(previous, "previous");
	TAKE(target, "target");
	TAKE(procedure, "procedure");
	r->first_bad_ms = boot_ms(r, data, "first_bad_ms");
	r->opened_ms = boot_ms(r, data, "detected_ms");
	if (r->opened_ms == NEVER_MS)
		r->opened_ms = loop_now_ms(r->m->loop);
	r->reminded_ms = r->opened_ms;
	r->respond_ms = rollback_patience(r)->respond_ms;
	(void)json_int(data, "respond_ms", &r->respond_ms);
	r->is_opened = true;
	if (r->w != NULL && !r->by_operator)
		service_rearm(watched_core(r->w), r->rule);
}

static void
on_opened(struct recovery *y, struct json_object *data)
{
	struct rollback *r = y->r;

	take_opened(r, data);
	if (r->action != ACTION_ROLL_BACK && r->action != ACTION_AWAIT)
		return;
	r->verify = &watched_settings(r->w)->verify;
	r->core = incident_new(r->verify);
	if (r->core == NULL)
		return;
	r->awaits = r->action == ACTION_AWAIT ||
	    (r->by_operator && json_flag(data, "awaits", false));
	if (r->awaits)
		incident_await(r->core);
	incident_begin(r->core, r->procedure);
}

static void
on_planned(
    struct recovery *y, const struct store_event *e, struct json_object *data)
{
	struct rollback *r = y->r;
	const char *pin = json_text(data, "pin");
	struct rollback_run *run = &r->runs[r->run_count];
	struct error err = { "the log holds no plan" };

	/* Signed for is what was planned: then it comes before the approval. */
	if (r->core == NULL && r->action == ACTION_PROPOSE)
		(void)rollback_take_up(r);
	if (r->core == NULL || r->run_count == INCIDENT_RUNS_MAX)
		return;
	/* An escalation was asked for before it was planned; if nothing had
	   failed then time was up. */
	(void)incident_todo(r->core, INT64_MAX);
	if (pin == NULL || e->run == NULL ||
	    !rollback_run_make(r, run, pin, strlen(pin), &err)) {
		incident_plan_failed(r->core, err.text);
		y->is_unreadable = true;
		return;
	}
	take(r->config_digest, sizeof(r->config_digest), data, "generation");
	(void)snprintf(run->id, sizeof(run->id), "%s", e->run);
	r->run_count++;
	r->todo = (struct todo){ .kind = TODO_WAIT }; /* nothing of this run */
	(void)incident_planned(r->core, run->plan,
	    e->boot_ms + plan_procedure(run->plan)->budget_ms);
}

static void
on_intent(
    struct recovery *y, const struct store_event *e, struct json_object *data)
{
	int64_t step = 0, attempt = 0, check = 0, undo = 0;

	(void)json_int(data, "step", &step);
	(void)json_int(data, "attempt", &attempt);
	(void)json_int(data, "check", &check);
	(void)json_int(data, "undo", &undo);
	/* Time was up, if no step had failed by then. */
	if (undo > 0)
		(void)incident_todo(y->r->core, INT64_MAX);
	y->r->todo = (struct todo){
		.kind = undo > 0 ? TODO_UNDO :
		    check > 0    ? TODO_CHECK :
				   TODO_STEP,
		.step = (unsigned)step,
		.attempt = (unsigned)attempt,
		.check = (unsigned)check,
		.undo = (unsigned)undo,
	};
	y->intent_is_open = y->has_intent = true;
	if (rollback_is_own(y->r))
		rollback_own_asked(y->r, e->boot_ms);
	incident_step_begins(y->r->core, e->boot_ms);
	if (!incident_has_begun(y->r->core) || rollback_is_own(y->r))
		return; /* it only prepares, looks or waits */
	if (y->r->run_count > 0)
		rollback_run_now(y->r)->has_begun = true;
	if (y->r->run_count > 0 &&
	    plan_needs_target(rollback_run_now(y->r)->plan))
		service_heading(watched_core(y->r->w), y->r->target);
	if (y->r->first_step_ms == NEVER_MS)
		y->r->first_step_ms = e->boot_ms;
}

static void
on_outcome(
    struct recovery *y, const struct store_event *e, struct json_object *data)
{
	const char *word = json_text(data, "outcome");
	struct step_ended ended = {
		.step = y->r->todo.step,
		.attempt = y->r->todo.attempt,
		.check = y->r->todo.check,
		.undo = y->r->todo.undo,
		.outcome = STEP_INTERRUPTED,
		.capture = json_text(data, "capture"),
	};
	int64_t status = 0, left_behind = 0;

	(void)json_int(data, "exit_status", &status);
	(void)json_int(data, "left_behind", &left_behind);
	ended.lives_on = left_behind > 0;
	ended.exit_status = (int)status;
	if (word != NULL)
		(void)step_outcome_parse(word, &ended.outcome);
	y->intent_is_open = false;
	rollback_tell(y->r, &ended);
	(void)incident_step_ended(y->r->core, &ended, e->boot_ms);
}

static void
replay(struct recovery *y, const struct store_event *e)
{
	struct error err;
	struct json_object *data = json_parse(e->data, strlen(e->data), &err);
	struct rollback *r = y->r;

	if (strcmp(e->kind, EVENT_OPENED) == 0)
		on_opened(y, data);
	else if (strcmp(e->kind, EVENT_PLANNED) == 0)
		on_planned(y, e, data);
	else if (rollback_recover_said(r, e, data))
		;
	else if (r->core == NULL)
		;
	else if (strcmp(e->kind, EVENT_INTENT) == 0)
		on_intent(y, e, data);
	else if (strcmp(e->kind, EVENT_OUTCOME) == 0)
		on_outcome(y, e, data);
	else if (strcmp(e->kind, EVENT_VERIFIED) == 0)
		incident_verified(r->core, json_flag(data, "recovered", false));
	else if (strcmp(e->kind, EVENT_ABORT) == 0)
		incident_abort(r->core,
		    json_text(data, "reason") == NULL ?
			"by an operator" :
			json_text(data, "reason"));
	json_object_put(data);
}

/* What only looks or waits is done again: nothing can have come of it. */
static void
go_on(struct rollback *r)
{
	struct result aborted = { .outcome = "withdrawn", .reason = "aborted" };

	log_service(LOG_LEVEL_NOTICE, LOG_ID_STEP_STARTED, r->service,
	    "goes on with step %s of incident %s", rollback_label(r), r->id);
	if (incident_wants(r->core, &r->todo))
		rollback_own_begin(r);
	else
		rollback_step_ended(r, &aborted);
}

/* The intent is stored; only the runner knows what became of it. */
static void
adopt(struct rollback *r)
{
	struct result unknown = {
		.outcome = "interrupted",
		.reason = "the step could not be asked after",
	};
	struct request request;
	char key[KEY_BYTES];

	if (rollback_is_own(r)) {
		go_on(r);
		return;
	}
	r->is_busy = true;
	log_service(LOG_LEVEL_NOTICE, LOG_ID_STEP_ENDED, r->service,
	    "asks what became of a step that was under way in incident %s",
	    r->id);
	if (rollback_run_now(r) != NULL)
		steps_pin(r->m->steps, rollback_run_now(r)->id,
		    &rollback_run_now(r)->pin_text);
	if (!rollback_request(r, &request, key) ||
	    !steps_adopt(r->m->steps, &request,
		incident_wants(r->core, &r->todo), rollback_step_ended, r))
		rollback_step_ended(r, &unknown);
}

/*
 * An order of which nothing but the plan is stored: whoever gave it may have
 * been told that it could not be.  With a step stored, or an approval to wait
 * for, he was not.
 */
static void
drop_untold(struct recovery *y)
{
	if (y->r->by_operator && !y->r->awaits && !y->has_intent)
		incident_drop(y->r->core,
		    "it was ordered and had not begun when rollbackd stopped: "
		    "order it again if it is still wanted");
}

/*
 * Nothing has been changed yet, and it waits or looks: what it was decided for
 * is to be confirmed first, and then it is asked for again.
 */
static bool
asks_again(const struct rollback *r)
{
	return rollback_is_own(r) && !r->by_operator &&
	    !incident_has_begun(r->core) && incident_wants(r->core, &r->todo);
}

void
rollback_recover(struct monitor *m, struct watched *w,
    const struct store_event *events, size_t count)
{
	struct recovery y = { .r = rollback_make(m, w) };
	struct rollback *r = y.r;

	if (r == NULL)
		abort(); /* systemd starts us again: nothing may be forgotten */
	(void)snprintf(r->id, sizeof(r->id), "%s", events[0].incident);
	watched_set_rollback(w, r);
	for (size_t i = 0; i < count; i++)
		replay(&y, &events[i]);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_DECIDED, r->service,
	    "goes on with incident %s after a restart", r->id);
	if (!r->is_opened) {
		rollback_free(r);
		return;
	}
	rollback_await(r);
	if (r->core == NULL && r->is_rejected)
		rollback_close(r, INCIDENT_REJECTED);
	if (r->core == NULL)
		return;
	/* One that waits for its confirmation must not wait for itself. */
	if (incident_has_begun(r->core) && !r->by_operator &&
	    r->severity == SEVERITY_P0)
		together_acted(m->together, r->opened_ms);
	if (y.intent_is_open && !y.is_unreadable && !asks_again(r)) {
		adopt(r);
		return;
	}
	drop_untold(&y);
	if (!incident_has_begun(r->core) && !r->by_operator &&
	    !BUG(RESUME_WITHOUT_FRESH_SAMPLES))
		incident_confirm(r->core);
	rollback_advance(r);
}

void
rollback_recover_orphan(struct monitor *m, const struct store_event *events,
    size_t count, const char *why)
{
	struct rollback *r = rollback_make(m, NULL);
	bool is_approved = false, has_begun = false;
	struct error err;
	struct json_object *data;

	if (r == NULL)
		abort(); /* systemd starts us again: nothing may be forgotten */
	(void)snprintf(r->id, sizeof(r->id), "%s", events[0].incident);
	(void)snprintf(r->service, sizeof(r->service), "%s",
	    events[0].service == NULL ? "" : events[0].service);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(events[i].kind, EVENT_APPROVED) == 0)
			is_approved = true;
		if (is_approved && strcmp(events[i].kind, EVENT_INTENT) == 0)
			has_begun = true;
		if (strcmp(events[i].kind, EVENT_OPENED) != 0)
			continue;
		data = json_parse(events[i].data, strlen(events[i].data), &err);
		take_opened(r, data);
		json_object_put(data);
	}
	(void)snprintf(
	    r->reason, sizeof(r->reason), "%s: look at it by hand", why);
	log_service(LOG_LEVEL_ERROR, LOG_ID_DECIDED, r->service,
	    "incident %s is open, and %s", r->id, r->reason);
	rollback_close(r,
	    r->action == ACTION_ROLL_BACK || has_begun ? INCIDENT_INTERRUPTED :
							 INCIDENT_CLEARED);
}
