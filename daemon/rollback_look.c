/* What new samples and operators change about an open incident. */
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/rollback_private.h"

/* One sample alone may have been the last bad one. */
#define LOOKS_AFTER_APPROVAL 2

static int
rule_index(const struct rollback *r)
{
	const struct service_settings *s = watched_settings(r->w);

	for (size_t i = 0; i < s->rule_count; i++)
		if (strcmp(s->rules[i].name, r->rule) == 0)
			return (int)i;
	return -1;
}

static struct decision
decide_now(const struct rollback *r, int rule)
{
	struct surroundings around = monitor_surroundings(r->m, r->w);

	around.confirm = false;
	around.is_approved = r->approved_ms != NEVER_MS;
	return service_decide_rule(watched_core(r->w), (unsigned)rule, &around);
}

/* What it was decided for is no more; NULL: it is. */
static const char *
what_has_changed(const struct rollback *r, int rule)
{
	if (watched_is_retired(r->w))
		return "the service is configured no more";
	if (rule < 0)
		return "its rule is configured no more";
	if (strcmp(service_version(watched_core(r->w)), r->version) != 0)
		return "another version has been deployed since";
	return NULL;
}

static void
look_at_proposal(struct rollback *r, int rule, enum verdict v)
{
	const char *change = what_has_changed(r, rule);

	if (!r->is_opened)
		return;
	if (change == NULL && v != VERDICT_HEALTHY)
		return;
	if (v == VERDICT_HEALTHY) {
		rollback_close(r, INCIDENT_CLEARED);
		return;
	}
	rollback_copy(r->reason, sizeof(r->reason), change);
	rollback_close(r, INCIDENT_NOT_NEEDED);
}

/* Is what would be decided now what the incident is for? */
static bool
is_still_wanted(const struct rollback *r, enum action action)
{
	if (action == ACTION_ROLL_BACK)
		return true;
	/* Before the approval; afterwards a person has armed it. */
	return r->awaits && r->approved_ms == NEVER_MS &&
	    (action == ACTION_AWAIT || action == ACTION_PROPOSE);
}

/* What was bad when a person was asked must be so still. */
static bool
has_looked(const struct rollback *r, int rule)
{
	return r->approved_ms == NEVER_MS ||
	    service_has_looked(
		watched_core(r->w), (unsigned)rule, LOOKS_AFTER_APPROVAL);
}

static void
confirm(struct rollback *r, int rule, enum verdict v)
{
	const char *change = what_has_changed(r, rule);
	enum action action = ACTION_ROLL_BACK;

	if (change == NULL && v == VERDICT_UNKNOWN)
		return;
	if (change == NULL && v == VERDICT_TRIPPED)
		action = decide_now(r, rule).action;
	if (change == NULL && v == VERDICT_HEALTHY &&
	    watched_settings(r->w)->rules[rule].when == RULE_WHEN_CLEARED)
		change = "it is bad again";
	if (action == ACTION_HOLD)
		return;
	if (change == NULL && !is_still_wanted(r, action))
		change = "it would not be decided so any more";
	if (change == NULL && v == VERDICT_TRIPPED && !has_looked(r, rule))
		return;
	if (change != NULL)
		incident_drop(r->core, change);
	else
		incident_confirmed(r->core, v == VERDICT_TRIPPED);
	if (change == NULL && v == VERDICT_TRIPPED)
		rollback_begins(r);
	rollback_advance(r);
}

/* The same of whether its rule still holds; healthy: of one for what is bad. */
static const char *
what_is_over(
    const struct rollback *r, int rule, enum verdict v, const char *healthy)
{
	const char *change = what_has_changed(r, rule);

	if (change != NULL || v != VERDICT_HEALTHY)
		return change;
	return watched_settings(r->w)->rules[rule].when == RULE_WHEN_CLEARED ?
	    "it is bad again" :
	    healthy;
}

/* While a person is asked, or what he approved is prepared. */
static void
look_at_waiting(struct rollback *r, int rule, enum verdict v)
{
	const char *change =
	    what_is_over(r, rule, v, "healthy again before it was approved");

	if (change == NULL)
		return;
	incident_drop(r->core, change);
	rollback_advance(r);
}

bool
rollback_drop_needless(struct rollback *r)
{
	enum verdict v = VERDICT_UNKNOWN;
	const char *change;
	int rule;

	if (r->w == NULL || r->by_operator || incident_has_begun(r->core))
		return false;
	rule = rule_index(r);
	if (rule >= 0)
		v = service_rule_verdict(watched_core(r->w), (unsigned)rule);
	change = what_is_over(
	    r, rule, v, "healthy again before the first step that acts");
	if (change == NULL)
		return false;
	incident_drop(r->core, change);
	return true;
}

const struct hold *
rollback_is_held_by(const struct rollback *r)
{
	if (r->by_operator || r->core == NULL || incident_has_begun(r->core))
		return NULL;
	return holds_find(&r->m->holds, r->service, loop_now_ms(r->m->loop));
}

struct decision
rollback_decision(const struct rollback *r)
{
	int rule = rule_index(r);

	if (rule < 0)
		return (struct decision){ .action = ACTION_NONE };
	return decide_now(r, rule);
}

void
rollback_look(struct rollback *r)
{
	int rule = rule_index(r);
	enum verdict v = VERDICT_UNKNOWN;

	if (r->is_busy || r->is_answering || r->is_closing)
		return;
	if (rule >= 0)
		v = service_rule_verdict(watched_core(r->w), (unsigned)rule);
	if (rollback_is_proposal(r)) {
		look_at_proposal(r, rule, v);
		return;
	}
	/* Who orders it knows why, whatever is measured. */
	if (r->by_operator)
		return;
	if (rollback_confirms(r))
		confirm(r, rule, v);
	else if (rollback_waits(r))
		look_at_waiting(r, rule, v);
}

void
rollback_go(struct rollback *r)
{
	rollback_await(r);
	rollback_advance(r);
}

void
rollback_count(struct rollback *r, const struct sample *s)
{
	if (s->outcome == SAMPLE_FAILED) {
		r->bad++;
		r->last_bad_ms = s->answered_ms;
		r->good_since_ms = NEVER_MS;
	} else if (s->outcome == SAMPLE_OK) {
		r->good++;
		if (r->good_since_ms == NEVER_MS)
			r->good_since_ms = s->answered_ms;
	}
}

/*
 * Also of one whose opening is being stored: it comes behind that, and without
 * it nobody would know after a crash.
 */
static void
write_abort(struct rollback *r, const char *by, const char *reason,
    store_done *done, void *arg)
{
	struct event_draft draft = {
		.kind = EVENT_ABORT,
		.service = r->service,
		.incident = r->id,
		.data = json_object_new_object(),
	};

	json_set_text(draft.data, "by", by);
	json_set_text(draft.data, "reason", reason);
	events_append(r->m, &draft, 1, NULL, NULL, done, arg);
}

bool
rollback_abort(struct rollback *r, const char *by, const char *reason,
    store_done *done, void *arg)
{
	struct key key;
	char text[KEY_BYTES];

	if (r->core == NULL || r->is_closing || incident_is_aborted(r->core))
		return false;
	incident_abort(r->core, reason);
	if (!incident_is_aborted(r->core))
		return false; /* it has come to its end just now */
	log_service(LOG_LEVEL_WARNING, LOG_ID_DECIDED, r->service,
	    "incident %s is aborted by %s: %s", r->id, by, reason);
	write_abort(r, by, reason, done, arg);
	if (!incident_wants(r->core, &r->todo))
		rollback_own_withdraw(r);
	if (r->is_busy && !rollback_is_own(r) &&
	    !incident_wants(r->core, &r->todo) &&
	    (r->todo.kind == TODO_STEP || r->todo.kind == TODO_CHECK ||
		r->todo.kind == TODO_UNDO)) {
		rollback_key(r, &key);
		key_text(&key, text);
		steps_withdraw(r->m->steps, text);
	}
	r->is_verifying = false;
	rollback_advance(r);
	return true;
}

bool
rollback_supersede(struct rollback *r)
{
	if (r->is_busy || r->is_answering ||
	    (r->core != NULL && incident_has_begun(r->core)))
		return false;
	if (r->core != NULL)
		incident_drop(r->core, "another one took its place");
	rollback_close(r, INCIDENT_SUPERSEDED);
	return true;
}
