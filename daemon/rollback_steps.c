/* One step attempt: intent, request, outcome. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/failpoint.h"
#include "base/text.h"
#include "daemon/log.h"
#include "daemon/rollback_private.h"

static const char *
what_todo(const struct rollback *r)
{
	if (r->todo.undo > 0)
		return "the undo of step";
	return r->todo.check > 0 ? "the check of step" : "step";
}

static const char *
todo_label(struct rollback *r)
{
	return plan_step(rollback_run_now(r)->plan, r->todo.step)->label;
}

/* The end of the run under way. */
static struct json_object *
run_ended_json(struct rollback *r, const struct next *next)
{
	const struct run *run = incident_run(r->core);
	struct json_object *data = json_object_new_object();
	unsigned step;

	json_set_text(data, "outcome", run_outcome_word(next->outcome));
	json_set_text(data, "reason", next->reason);
	if (run_undone_count(run) > 0)
		json_set_int(data, "undone", run_undone_count(run));
	if (run_undo_failed(run, &step))
		json_set_text(data, "not_undone",
		    plan_step(rollback_run_now(r)->plan, step)->label);
	return data;
}

static void
outcome_is_stored(struct rollback *r)
{
	struct next next;

	FAILPOINT("monitor.after-outcome");
	if (BUG(LOSE_AN_OUTCOME))
		return;
	rollback_tell(r, &r->ended);
	(void)incident_step_ended(r->core, &r->ended, loop_now_ms(r->m->loop));
	next = run_next(incident_run(r->core));
	if (next.kind != NEXT_FINISHED) {
		rollback_advance(r);
		return;
	}
	rollback_write(r, EVENT_RUN_ENDED, run_ended_json(r, &next), NULL,
	    rollback_advance);
}

static void
tell_outcome(struct rollback *r, const struct result *result, bool is_bad)
{
	int64_t took_ms = result->ended_ms - result->started_ms;

	log_service(is_bad ? LOG_LEVEL_ERROR : LOG_LEVEL_NOTICE,
	    LOG_ID_STEP_ENDED, r->service, "%s %s is %s after %.3f s%s%s",
	    what_todo(r), todo_label(r), result->outcome,
	    result->started_ms == 0 ? 0.0 : (double)took_ms / 1000,
	    result->reason == NULL || !is_bad ? "" : ": ",
	    result->reason == NULL || !is_bad ? "" : result->reason);
}

/* Whoever is paged by it learns why, without having to look. */
static void
sum_up(struct rollback *r, const struct result *result, bool is_bad)
{
	struct text words = text_new(SUMMARY_MAX);

	text_addf(&words, "%s %s is %s", what_todo(r), todo_label(r),
	    result->outcome);
	if (is_bad && result->reason != NULL)
		text_addf(&words, ": %s", result->reason);
	rollback_copy(
	    r->write.summary, sizeof(r->write.summary), text_str(&words));
	text_free(&words);
}

void
rollback_step_ended(void *arg, const struct result *result)
{
	struct rollback *r = arg;
	enum step_outcome outcome = STEP_INTERRUPTED;
	const char *notice = NULL;
	bool is_bad;

	FAILPOINT("monitor.before-outcome");
	/* A word that is not known is an outcome that is not known. */
	(void)step_outcome_parse(result->outcome, &outcome);
	(void)snprintf(r->capture, sizeof(r->capture), "%s",
	    result->capture == NULL ? "" : result->capture);
	r->ended = (struct step_ended){
		.step = r->todo.step,
		.attempt = r->todo.attempt,
		.check = r->todo.check,
		.undo = r->todo.undo,
		.outcome = outcome,
		.exit_status = (int)result->exit_status,
		.capture = result->capture == NULL ? NULL : r->capture,
		.lives_on = result->left_behind > 0,
	};
	is_bad = outcome != STEP_DONE &&
	    !(r->todo.check > 0 && outcome == STEP_FAILED);
	tell_outcome(r, result, is_bad);
	if (is_bad)
		notice =
		    outcome == STEP_INTERRUPTED ? "interrupted" : "step_failed";
	sum_up(r, result, is_bad);
	rollback_write(r, EVENT_OUTCOME,
	    rollback_outcome_json(r, &r->todo, result), notice,
	    outcome_is_stored);
}

static void
end_without_start(struct rollback *r, const char *outcome, const char *reason)
{
	struct result result = { .outcome = outcome, .reason = reason };

	rollback_step_ended(r, &result);
}

static void
intent_is_stored(struct rollback *r)
{
	struct request request;
	char key[KEY_BYTES];

	FAILPOINT("monitor.after-intent");
	if (!incident_wants(r->core, &r->todo) && !BUG(START_AFTER_ABORT)) {
		end_without_start(r, "withdrawn", "aborted before it began");
		return;
	}
	incident_step_begins(r->core, loop_now_ms(r->m->loop));
	if (rollback_is_own(r)) {
		rollback_own_begin(r);
		return;
	}
	r->is_busy = true;
	steps_pin(r->m->steps, rollback_run_now(r)->id,
	    &rollback_run_now(r)->pin_text);
	if (!rollback_request(r, &request, key) ||
	    !steps_start(r->m->steps, &request, rollback_step_ended, r))
		end_without_start(r, "refused", "it could not be asked for");
	FAILPOINT("monitor.after-start");
}

static bool
has_begun(const struct rollback *r)
{
	return r->run_count > 0 && r->runs[r->run_count - 1].has_begun;
}

static const char *
lock_of(const struct rollback *r)
{
	const struct rollback_run *run =
	    &r->runs[r->run_count == 0 ? 0 : r->run_count - 1];

	return run->lock == NULL ? "" : run->lock;
}

const struct rollback *
rollback_waits_for(const struct rollback *r)
{
	bool is_older = false; /* the newest are first in the list */

	for (const struct rollback *o = r->m->rollbacks; o != NULL;
	     o = o->next) {
		if (o == r)
			is_older = true;
		else if (rollback_acts(o) &&
		    ((is_older && !rollback_waits(o) &&
			 !rollback_confirms(o)) ||
			has_begun(o)) &&
		    strcmp(lock_of(o), lock_of(r)) == 0)
			return o;
	}
	return NULL;
}

static const char *
begins(const struct todo *todo)
{
	if (todo->undo > 0)
		return "undoes step";
	return todo->check > 0 ? "checks step" : "starts step";
}

/* To be seen where it leads is no deployment then. */
static void
head_for_target(struct rollback *r, const struct rollback_run *run)
{
	if (r->w != NULL && r->target[0] != '\0' &&
	    plan_needs_target(run->plan) &&
	    !plan_step(run->plan, r->todo.step)->settings->prepare)
		service_heading(watched_core(r->w), r->target);
}

/* It prepares, or the monitor does it itself: nothing begins by it. */
static bool
only_looks(struct rollback *r)
{
	return rollback_is_own(r) ||
	    plan_step(rollback_run_now(r)->plan, r->todo.step)
		->settings->prepare;
}

/* A gate: who is asked is told with the intent, and hears of none without. */
static const char *
notice_of(struct rollback *r)
{
	struct text ask = text_new(SUMMARY_MAX);

	if (rollback_is_own(r))
		rollback_own_asked(r, loop_now_ms(r->m->loop));
	if (!rollback_is_gate(r))
		return NULL;
	text_addf(&ask, "%s: ", r->service);
	rollback_gate_question(r, &ask);
	rollback_copy(
	    r->write.summary, sizeof(r->write.summary), text_str(&ask));
	text_free(&ask);
	return "approval";
}

static void
begin(struct rollback *r, struct rollback_run *run, int64_t now_ms)
{
	if (!only_looks(r)) {
		run->has_begun = true;
		if (r->first_step_ms == NEVER_MS)
			r->first_step_ms = now_ms;
	}
	if (!rollback_is_own(r))
		head_for_target(r, run);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_STEP_STARTED, r->service,
	    "%s %s, attempt %u", begins(&r->todo), todo_label(r),
	    r->todo.attempt);
	FAILPOINT("monitor.before-intent");
	if (BUG(SKIP_SYNC_OF_INTENT)) {
		intent_is_stored(r);
		return;
	}
	rollback_write(r, EVENT_INTENT, rollback_step_json(r, &r->todo),
	    notice_of(r), intent_is_stored);
}

void
rollback_step(struct rollback *r)
{
	int64_t now_ms = loop_now_ms(r->m->loop);
	struct rollback_run *run = rollback_run_now(r);

	if (r->todo.at_ms > now_ms) {
		rollback_later(r, r->todo.at_ms - now_ms, rollback_advance);
		return;
	}
	if (!run->has_begun && !only_looks(r) &&
	    (rollback_waits_for(r) != NULL || rollback_is_held_by(r) != NULL)) {
		rollback_later(r, LOCK_WAIT_MS, rollback_advance);
		return;
	}
	if (!run->has_begun && !only_looks(r) && r->todo.step > 0 &&
	    rollback_drop_needless(r)) {
		rollback_advance(r);
		return;
	}
	begin(r, run, now_ms);
}
