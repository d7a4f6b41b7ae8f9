/*
 * What waits for a person: who is told, again and again, until somebody
 * answers or it is given up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "control/rights.h"
#include "daemon/log.h"
#include "daemon/rollback_private.h"

#define BUSY_PAUSE_MS 200
/* The runner takes none for more than a week, counted from when it looks. */
#define FILE_SPAN_MAX_MS (INT64_C(6) * 24 * 3600 * 1000)

const struct severity_settings *
rollback_patience(const struct rollback *r)
{
	return &r->m->generation->config->severities
		    .of[rollback_asked_severity(r)];
}

bool
rollback_waits(const struct rollback *r)
{
	return r->awaits && r->core != NULL && !r->is_closing &&
	    !incident_has_begun(r->core);
}

bool
rollback_is_approved(const struct rollback *r)
{
	return r->approved_ms != NEVER_MS;
}

bool
rollback_is_asking(const struct rollback *r)
{
	if (r->is_closing)
		return false;
	if (rollback_is_at_gate(r))
		return true;
	if (r->core == NULL)
		return r->action == ACTION_PROPOSE;
	return incident_is_awaiting(r->core);
}

int64_t
rollback_expires_ms(const struct rollback *r)
{
	int64_t expire_ms = rollback_patience(r)->expire_ms;
	int64_t from_ms =
	    r->approved_ms == NEVER_MS ? r->opened_ms : r->approved_ms;

	if (rollback_is_at_gate(r))
		return own_step_ends_ms(r->own);
	if (expire_ms == 0 || (!rollback_is_asking(r) && !rollback_waits(r)))
		return NEVER_MS;
	return from_ms + expire_ms;
}

/* Since when somebody is asked. */
static int64_t
asked_ms(const struct rollback *r)
{
	return rollback_is_at_gate(r) ? r->asked.at_ms : r->opened_ms;
}

static int64_t
escalates_ms(const struct rollback *r)
{
	int64_t escalate_ms = rollback_patience(r)->escalate_ms;

	if (escalate_ms == 0 || r->is_escalated || !rollback_is_asking(r) ||
	    rights_next_role(rollback_asked_severity(r)) == NULL)
		return NEVER_MS;
	return asked_ms(r) + escalate_ms;
}

static int64_t
reminds_ms(const struct rollback *r)
{
	int64_t remind_ms = rollback_patience(r)->remind_ms;

	if (remind_ms == 0 || !rollback_is_asking(r))
		return NEVER_MS;
	return r->reminded_ms + remind_ms;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	if (a == NEVER_MS || b == NEVER_MS)
		return a == NEVER_MS ? b : a;
	return a < b ? a : b;
}

static void
append(struct rollback *r, const char *kind, struct json_object *data,
    const char *event, const char *role, const char *words)
{
	struct event_draft draft = {
		.kind = kind,
		.service = r->service,
		.incident = r->id,
		.data = data,
	};
	struct notice notice = rollback_notice(r, event, words);
	char key[ULID_BYTES];

	notice.approver = role;
	events_new_id(r->m, key);
	events_append(r->m, &draft, 1, &notice, key, NULL, NULL);
}

/* "P1", or the step in the middle of a run. */
static const char *
what_waits(const struct rollback *r)
{
	return rollback_is_at_gate(r) ? rollback_label(r) :
					severity_word(r->severity);
}

/* Whole, or not at all. */
static void
name_step(const struct rollback *r, char words[WORDS_MAX])
{
	size_t length = strlen(words);
	struct text more = text_over(words + length, WORDS_MAX - length);

	if (!rollback_is_at_gate(r))
		return;
	rollback_add_step(r, &more);
	if (!text_ok(&more))
		words[length] = '\0';
}

static void
remind(struct rollback *r, int64_t now_ms)
{
	const char *role = rights_role(rollback_asked_severity(r));
	struct json_object *data = json_object_new_object();
	char words[WORDS_MAX], since[DURATION_TEXT_MAX];

	r->reminders++;
	r->reminded_ms = now_ms;
	json_set_int(data, "count", r->reminders);
	(void)snprintf(words, sizeof(words),
	    "%s of %.100s still waits for %s, for %s now: rollbackctl approve "
	    "%s",
	    what_waits(r), r->service, role,
	    duration_text((now_ms - asked_ms(r)) / 1000 * 1000, since), r->id);
	name_step(r, words);
	append(r, EVENT_REMINDED, data, "approval", role, words);
}

static void
escalate(struct rollback *r, int64_t now_ms)
{
	enum severity severity = rollback_asked_severity(r);
	const char *role = rights_next_role(severity);
	struct json_object *data = json_object_new_object();
	char words[WORDS_MAX], since[DURATION_TEXT_MAX];

	r->is_escalated = true;
	json_set_text(data, "to", role);
	(void)snprintf(words, sizeof(words),
	    "%s of %.100s has waited for %s for %s, and now asks a %s: "
	    "rollbackctl approve %s",
	    what_waits(r), r->service, rights_role(severity),
	    duration_text((now_ms - asked_ms(r)) / 1000 * 1000, since), role,
	    r->id);
	name_step(r, words);
	log_service(LOG_LEVEL_WARNING, LOG_ID_DECIDED, r->service, "%s", words);
	append(r, EVENT_ESCALATED, data, "approval_escalated", role, words);
}

static void
expire(struct rollback *r)
{
	char words[WORDS_MAX], after[DURATION_TEXT_MAX];

	duration_text(rollback_patience(r)->expire_ms, after);
	if (r->approved_ms != NEVER_MS)
		(void)snprintf(words, sizeof(words),
		    "guards kept it from beginning for %s after it was "
		    "approved",
		    after);
	else
		(void)snprintf(words, sizeof(words),
		    "nobody approved it within %s", after);
	rollback_turn_down(r, INCIDENT_EXPIRED, words);
}

static void
on_due(void *arg)
{
	struct rollback *r = arg;
	int64_t now_ms = loop_now_ms(r->m->loop);
	int64_t expires_ms = rollback_expires_ms(r);

	if (r->is_closing)
		return;
	if ((r->is_busy && !rollback_is_at_gate(r)) || r->is_answering) {
		loop_timer_start(r->waiting, BUSY_PAUSE_MS);
		return;
	}
	/* A step in the middle of a run looks at its own time. */
	if (rollback_is_at_gate(r))
		expires_ms = NEVER_MS;
	if (expires_ms != NEVER_MS && now_ms >= expires_ms) {
		expire(r);
		return;
	}
	if (escalates_ms(r) != NEVER_MS && now_ms >= escalates_ms(r))
		escalate(r, now_ms);
	if (reminds_ms(r) != NEVER_MS && now_ms >= reminds_ms(r))
		remind(r, now_ms);
	rollback_await(r);
}

void
rollback_await(struct rollback *r)
{
	int64_t now_ms = loop_now_ms(r->m->loop);
	int64_t next_ms = sooner(escalates_ms(r), reminds_ms(r));

	if (!rollback_is_at_gate(r))
		next_ms = sooner(next_ms, rollback_expires_ms(r));

	if (r->waiting == NULL)
		r->waiting = loop_timer_new(r->m->loop, on_due, r);
	if (r->waiting == NULL)
		abort(); /* start again, from the store */
	loop_timer_stop(r->waiting);
	if (next_ms != NEVER_MS && !r->is_closing)
		loop_timer_start(
		    r->waiting, next_ms > now_ms ? next_ms - now_ms : 0);
}

int64_t
rollback_dismissed_until_ms(const struct rollback *r)
{
	int64_t now_ms = loop_now_ms(r->m->loop);
	int64_t expire_ms = rollback_patience(r)->expire_ms;

	if (r->outcome == INCIDENT_REJECTED)
		return now_ms + ROLLBACK_REJECTED_MS;
	if (r->outcome == INCIDENT_EXPIRED)
		return now_ms +
		    (expire_ms == 0 ? ROLLBACK_REJECTED_MS : expire_ms);
	return NEVER_MS;
}

void
rollback_turn_down(
    struct rollback *r, enum incident_outcome outcome, const char *reason)
{
	log_service(LOG_LEVEL_WARNING, LOG_ID_DECIDED, r->service,
	    "incident %s is %s: %s", r->id, incident_outcome_word(outcome),
	    reason);
	if (r->core == NULL) {
		rollback_copy(r->reason, sizeof(r->reason), reason);
		rollback_close(r, outcome);
		return;
	}
	incident_turn_down(r->core, outcome, reason);
	rollback_advance(r);
}

bool
rollback_take_up(struct rollback *r)
{
	struct generation *g = watched_generation(r->w);

	r->verify = &watched_settings(r->w)->verify;
	r->core = incident_new(r->verify);
	if (r->core == NULL)
		return false;
	generation_leave(r->generation);
	r->generation = generation_join(g);
	r->awaits = true;
	incident_await(r->core);
	incident_begin(r->core, r->procedure);
	return true;
}

bool
rollback_needs_file(const struct monitor *m)
{
	/* The variable is for tests: direct mode looks at no file. */
	return steps_mode(m->steps) == STEPS_UNITS ||
	    getenv("ROLLBACKD_APPROVALS") != NULL;
}

bool
rollback_is_planned(struct rollback *r)
{
	if (r->core == NULL && rollback_take_up(r))
		rollback_go(r);
	return r->run_count > 0;
}

struct json_object *
rollback_file(const struct rollback *r)
{
	int64_t span_ms = rollback_patience(r)->expire_ms;
	const struct rollback_run *run = &r->runs[0];
	struct json_object *o;

	if (!rollback_needs_file(r->m) || r->run_count == 0)
		return NULL;
	if (rollback_is_at_gate(r))
		run = &r->runs[r->run_count - 1];
	if (span_ms == 0 || span_ms > FILE_SPAN_MAX_MS)
		span_ms = FILE_SPAN_MAX_MS;
	o = json_object_new_object();
	json_set_text(o, "incident", r->id);
	json_set_text(o, "service", r->service);
	json_set_text(o, "procedure", plan_procedure(run->plan)->name);
	json_set_text(o, "digest", run->digest);
	json_set_text(
	    o, "target_version", r->target[0] == '\0' ? NULL : r->target);
	json_set_text(o, "boot_id", r->m->boot_id);
	json_set_int(o, "wall_ms", loop_wall_ms());
	json_set_int(o, "not_after_ms", loop_now_ms(r->m->loop) + span_ms);
	if (rollback_is_at_gate(r))
		rollback_gate_file(r, o);
	return o;
}

bool
rollback_approved(struct rollback *r, const char *by, int64_t at_ms)
{
	if (r->core == NULL && !rollback_take_up(r))
		return false;
	incident_approve(r->core);
	r->approved_ms = at_ms;
	rollback_copy(r->approved_by, sizeof(r->approved_by), by);
	if (r->w != NULL)
		service_look_afresh(watched_core(r->w), at_ms);
	return true;
}

bool
rollback_may_be_changed(const struct rollback *r, struct error *err)
{
	if (r->is_closing)
		return error_set(err, "incident %s is ending already", r->id);
	if (!r->is_opened || r->is_answering)
		return error_set(err,
		    "something else about incident %s is just being written "
		    "down: try again",
		    r->id);
	return true;
}

bool
rollback_may_be_answered(const struct rollback *r, struct error *err)
{
	if (!rollback_may_be_changed(r, err))
		return false;
	if (r->core == NULL && r->action == ACTION_SHADOW)
		return error_set(err,
		    "its rule is on trial and asks nobody: start it with "
		    "rollbackctl rollback %s",
		    r->service);
	if (rollback_is_asking(r) || rollback_waits(r))
		return true;
	return error_set(err,
	    "incident %s waits for no approval: it acts already; to stop it: "
	    "rollbackctl abort %s",
	    r->id, r->id);
}

void
rollback_set_answering(struct rollback *r, bool is_answering)
{
	r->is_answering = is_answering;
	if (!is_answering)
		rollback_await(r);
}

void
rollback_set_severity(struct rollback *r, enum severity severity)
{
	r->severity = severity;
	r->respond_ms =
	    r->m->generation->config->severities.of[severity].respond_ms;
	/* Others are asked now. */
	r->is_escalated = false;
}
