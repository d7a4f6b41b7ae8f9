#include <string.h>

#include "base/units.h"
#include "control/rights.h"
#include "daemon/drill.h"
#include "daemon/rollback_private.h"

struct rollback *
rollback_find(struct monitor *m, const char *id)
{
	for (struct rollback *r = m->rollbacks; r != NULL; r = r->next)
		if (strcmp(r->id, id) == 0 && !r->is_closing)
			return r;
	return NULL;
}

bool
rollback_exists(const struct monitor *m, const char *id)
{
	for (const struct rollback *r = m->rollbacks; r != NULL; r = r->next)
		if (strcmp(r->id, id) == 0)
			return true;
	return false;
}

void
rollback_summarise(const struct rollback *r, struct json_object *o)
{
	json_set_text(o, "service", r->service);
	json_set_text(o, "procedure", r->procedure);
	if (r->version[0] != '\0')
		json_set_text(o, "version", r->version);
	if (r->target[0] != '\0')
		json_set_text(o, "target_version", r->target);
	rollback_gate_json(r, o);
}

const char *
rollback_state(const struct rollback *r)
{
	if (r->core == NULL)
		return "open";
	if (rollback_waits(r))
		return r->approved_ms != NEVER_MS ? "approved" : "awaiting";
	if (rollback_is_at_gate(r))
		return "awaiting";
	return r->is_verifying ? "verifying" : "rolling_back";
}

static const char *
target_of(const struct rollback *r)
{
	return r->target[0] == '\0' ? "the version before" : r->target;
}

void
rollback_summarise_opening(struct rollback *r)
{
	struct text words = text_new(SUMMARY_MAX);

	if (r->action == ACTION_AWAIT || r->action == ACTION_PROPOSE) {
		text_addf(&words, "%s: %s", r->service, r->procedure);
		if (r->version[0] != '\0')
			text_addf(&words, " from %s", r->version);
		if (r->target[0] != '\0')
			text_addf(&words, " to %s", r->target);
		text_addf(&words, " waits for %s: rollbackctl approve %s; ",
		    rights_role(r->severity), r->id);
	}
	text_add(&words, r->reason);
	rollback_copy(
	    r->write.summary, sizeof(r->write.summary), text_str(&words));
	text_free(&words);
}

static void
add_left(struct text *out, int64_t left_ms, const char *words)
{
	char left[DURATION_TEXT_MAX];

	if (left_ms > 0)
		text_addf(out, "%s%s", words,
		    duration_text((left_ms + 999) / 1000 * 1000, left));
}

/* "; given up in 1h50m" */
static void
add_end(const struct rollback *r, struct text *out, int64_t now_ms)
{
	int64_t until_ms = rollback_expires_ms(r);

	if (until_ms != NEVER_MS)
		add_left(out, until_ms - now_ms, "; given up in ");
}

static void
describe_waiting(const struct rollback *r, struct text *out, int64_t now_ms)
{
	struct decision d = rollback_decision(r);

	if (r->approved_ms == NEVER_MS)
		text_addf(out,
		    "a rollback to %s %s, and waits for %s: rollbackctl "
		    "approve %s",
		    target_of(r),
		    r->todo.kind == TODO_AWAIT ? "is prepared" :
						 "is being prepared",
		    rights_role(r->severity), r->id);
	else if (d.action == ACTION_HOLD)
		text_addf(out, "a rollback to %s is approved by %s; %s",
		    target_of(r), r->approved_by, d.reason);
	else
		text_addf(out,
		    "a rollback to %s is approved by %s, and fresh samples "
		    "are to confirm it",
		    target_of(r), r->approved_by);
	add_end(r, out, now_ms);
}

static void
describe_proposal(const struct rollback *r, struct text *out)
{
	if (rollback_is_asking(r))
		text_addf(out,
		    "a rollback to %s is proposed, and waits for %s: "
		    "rollbackctl approve %s",
		    target_of(r), rights_role(r->severity), r->id);
	else
		text_addf(out, "a rollback to %s is on trial only: %s",
		    target_of(r), r->reason);
}

static void
describe_own(const struct rollback *r, struct text *out, int64_t now_ms)
{
	size_t length;

	if (rollback_is_at_gate(r)) {
		rollback_gate_question(r, out);
		add_end(r, out, now_ms);
		return;
	}
	text_addf(out, "rolls back: step %s, attempt %u: ", rollback_label(r),
	    r->todo.attempt);
	length = out->length;
	own_step_progress(r->own, out);
	if (out->length == length)
		text_add(out, "waits");
	add_left(out, own_step_ends_ms(r->own) - now_ms, ", for at most ");
}

static void
describe_acting(const struct rollback *r, struct text *out, int64_t now_ms)
{
	const struct rollback_run *run =
	    r->run_count == 0 ? NULL : &r->runs[r->run_count - 1];
	const struct rollback *before;

	if (r->own != NULL)
		describe_own(r, out, now_ms);
	else if (!r->is_busy && r->todo.kind == TODO_STEP &&
	    rollback_is_held_by(r) != NULL)
		text_addf(out, "has not begun, and is held by %s: %s",
		    rollback_is_held_by(r)->author,
		    rollback_is_held_by(r)->reason);
	else if (r->is_verifying)
		text_addf(out, "verifies the rollback to %s",
		    r->target[0] == '\0' ? "the version before" : r->target);
	else if (r->todo.kind == TODO_CONFIRM)
		text_add(out,
		    "waits for fresh samples to confirm, after a "
		    "restart");
	else if (run != NULL && r->todo.kind == TODO_STEP && !run->has_begun &&
	    (before = rollback_waits_for(r)) != NULL)
		text_addf(out, "waits for lock %s, which incident %s of %s has",
		    run->lock, before->id, before->service);
	else if (r->run_count > 0 && r->todo.kind == TODO_UNDO)
		text_addf(out, "undoes step %s, as the run %s",
		    rollback_label(r),
		    incident_is_aborted(r->core) ? "was aborted" : "failed");
	else if (r->run_count > 0 &&
	    (r->todo.kind == TODO_STEP || r->todo.kind == TODO_CHECK))
		text_addf(out, "rolls back: step %s, attempt %u",
		    rollback_label(r), r->todo.attempt);
	else
		text_add(out, "rolls back");
}

void
rollback_describe(const struct rollback *r, struct text *out, int64_t now_ms)
{
	char since[DURATION_TEXT_MAX];

	if (r->is_closing)
		text_add(out, "writes the report");
	else if (r->core == NULL) {
		describe_proposal(r, out);
		add_end(r, out, now_ms);
	} else if (r->own == NULL && rollback_waits(r))
		describe_waiting(r, out, now_ms);
	else
		describe_acting(r, out, now_ms);
	text_addf(out, " (incident %s, open for %s)", r->id,
	    duration_text((now_ms - r->opened_ms) / 1000 * 1000, since));
}

bool
rollback_acts(const struct rollback *r)
{
	return r->core != NULL;
}

bool
rollback_is_proposal(const struct rollback *r)
{
	return r->core == NULL;
}

bool
rollback_confirms(const struct rollback *r)
{
	return r->core != NULL && !r->is_busy && r->todo.kind == TODO_CONFIRM;
}

const char *
rollback_id(const struct rollback *r)
{
	return r->id;
}

const char *
rollback_service(const struct rollback *r)
{
	return r->service;
}

const char *
rollback_lock(const struct rollback *r)
{
	const struct rollback_run *run = &r->runs[0];

	/* One that is planned and not stored yet holds it as well. */
	if (r->run_count > 0)
		run = &r->runs[r->run_count - 1];
	/* Nobody knows whether one that awaits its confirmation will begin. */
	return r->core == NULL || run->lock == NULL || rollback_waits(r) ||
		(rollback_confirms(r) && !incident_has_begun(r->core)) ?
	    "" :
	    run->lock;
}

enum severity
rollback_severity(const struct rollback *r)
{
	return r->severity;
}

bool
rollback_move(struct rollback *r, struct watched *w)
{
	struct watched *before = r->w;

	r->w = w;
	if (r->core == NULL || r->is_closing || r->asks != NULL)
		return false;
	r->asks = before;
	return true;
}

struct watched *
rollback_asks(const struct rollback *r)
{
	return r->asks;
}

struct digests *
rollback_digests(struct monitor *m)
{
	struct digests *in_use;
	size_t count = 1;

	if (!m->is_ready)
		return NULL;
	count += drills_config(m) != NULL;
	for (const struct rollback *r = m->rollbacks; r != NULL; r = r->next)
		count += 2;
	in_use = malloc(sizeof(*in_use) + count * sizeof(in_use->items[0]));
	if (in_use == NULL)
		return NULL;
	in_use->count = 0;
	rollback_copy(in_use->items[in_use->count++], sizeof(in_use->items[0]),
	    m->generation->config->digest);
	if (drills_config(m) != NULL)
		rollback_copy(in_use->items[in_use->count++],
		    sizeof(in_use->items[0]), drills_config(m));
	for (const struct rollback *r = m->rollbacks; r != NULL; r = r->next) {
		rollback_copy(in_use->items[in_use->count++],
		    sizeof(in_use->items[0]), r->config_digest);
		/* An escalation is planned from this one. */
		rollback_copy(in_use->items[in_use->count++],
		    sizeof(in_use->items[0]), r->generation->config->digest);
	}
	return in_use;
}

bool
rollback_is_drill(const struct monitor *m, const char *id)
{
	for (const struct rollback *r = m->rollbacks; r != NULL; r = r->next)
		if (strcmp(r->id, id) == 0)
			return r->is_drill;
	return false;
}

const char *
rollback_at_work(const struct monitor *m, const char *service, const char *lock)
{
	if (lock[0] == '\0')
		return NULL;
	for (const struct rollback *r = m->rollbacks; r != NULL; r = r->next)
		if (strcmp(r->service, service) != 0 && rollback_acts(r) &&
		    strcmp(rollback_lock(r), lock) == 0)
			return r->service;
	return NULL;
}
