/*
 * Each row is the story of an incident.  What happens, word by word:
 *   plan  the plan is stored            noplan  it cannot be made
 *   ok    the step asked for is done    bad     it failed
 *   int   its outcome is unknown        wait    10 s go by
 *   good  a verification sample is OK   fail    one is FAILED
 *   abort an operator stops it          late    the time budget is over
 *   crash the daemon starts again       sick, well  fresh samples say so
 *   drop  it is not needed any more     await  it needs an approval
 *   yes   a person approves it          no     a person says no
 *   look  nothing: its first step only prepares
 * and below each what is to be done next: P plan, S step, C check, U undo, V
 * verify, w wait, f confirm, a await, or the outcome in short.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "service/incident.h"

#define WITHIN_MS 60000
#define BUDGET_MS 900000

struct row {
	const char *name;
	const char *escalate;
	const char *on_failure;
	enum resume resume;
	const char *events;
	const char *todos;
};

/* clang-format off */
static struct row rows[] = {
	{ "two steps, two good answers, recovered",
	  NULL, "stop", RESUME_ASK,
	  "plan ok ok verify good good", "P S S V w w recovered" },
	{ "a bad answer in between starts the count again",
	  NULL, "stop", RESUME_ASK,
	  "plan ok ok verify good fail good good",
	  "P S S V w w w w recovered" },
	{ "verification that takes too long has not recovered",
	  NULL, "stop", RESUME_ASK,
	  "plan ok ok verify good wait wait wait wait wait wait",
	  "P S S V w w w w w w w not_recovered" },
	{ "a failed step stops it",
	  NULL, "stop", RESUME_ASK,
	  "plan bad", "P S failed" },
	{ "a failed step that may fail does not",
	  NULL, "continue", RESUME_ASK,
	  "plan bad ok verify good good", "P S S V w w recovered" },
	{ "a failed step escalates",
	  "page", "stop", RESUME_ASK,
	  "plan bad plan ok ok verify good good",
	  "P S P S S V w w recovered" },
	{ "its own procedure goes before the escalation, which comes after",
	  "page", "procedure:other", RESUME_ASK,
	  "plan bad plan bad plan bad", "P S P S P S failed" },
	{ "failed verification escalates once more and is verified again",
	  "page", "stop", RESUME_ASK,
	  "plan ok ok verify wait wait wait wait wait wait "
	  "plan ok ok verify good good",
	  "P S S V w w w w w w P S S V w w recovered" },
	{ "never deeper than two",
	  "page", "stop", RESUME_ASK,
	  "plan bad plan bad plan bad", "P S P S P S failed" },
	{ "an unknown outcome stops it and does not escalate",
	  "page", "stop", RESUME_ASK,
	  "plan int", "P S interrupted" },
	{ "an unknown outcome of a step that may run again",
	  NULL, "stop", RESUME_RERUN,
	  "plan int ok ok verify good good", "P S S S V w w recovered" },
	{ "an unknown outcome that a check can tell",
	  NULL, "stop", RESUME_CHECK,
	  "plan int ok ok verify good good", "P S C S V w w recovered" },
	{ "aborted before the plan",
	  NULL, "stop", RESUME_ASK,
	  "abort", "P aborted" },
	{ "aborted between steps",
	  "page", "stop", RESUME_ASK,
	  "plan abort", "P S aborted" },
	{ "aborted while it verifies",
	  "page", "stop", RESUME_ASK,
	  "plan ok ok verify abort", "P S S V w aborted" },
	{ "no step begins after the budget, the escalation does",
	  "page", "stop", RESUME_ASK,
	  "plan ok late plan ok ok verify good good",
	  "P S S P S S V w w recovered" },
	{ "no step begins after the budget",
	  NULL, "stop", RESUME_ASK,
	  "plan ok late", "P S S failed" },
	{ "one that has not begun within its budget is decided anew",
	  "page", "stop", RESUME_ASK,
	  "plan late", "P S not_needed" },
	{ "also when the daemon was away for so long",
	  "page", "stop", RESUME_ASK,
	  "plan crash late sick", "P S f f not_needed" },
	{ "it may be dropped before it begins",
	  "page", "stop", RESUME_ASK,
	  "plan crash drop", "P S f not_needed" },
	{ "and not after that",
	  "page", "stop", RESUME_ASK,
	  "plan ok drop", "P S S S" },
	{ "a check still looks after the budget",
	  NULL, "stop", RESUME_CHECK,
	  "plan int late", "P S C C" },
	{ "a plan that cannot be made fails it",
	  NULL, "stop", RESUME_ASK,
	  "noplan", "P failed" },
	{ "after a restart before the first step fresh samples confirm",
	  NULL, "stop", RESUME_ASK,
	  "plan crash sick ok ok verify good good",
	  "P S f S S V w w recovered" },
	{ "after a restart before the first step it may not be needed",
	  NULL, "stop", RESUME_ASK,
	  "plan crash well", "P S f not_needed" },
	{ "after a restart before the plan it goes back to planning",
	  NULL, "stop", RESUME_ASK,
	  "crash sick plan", "P f P S" },
	{ "once a step has begun nothing is confirmed any more",
	  NULL, "stop", RESUME_ASK,
	  "plan ok crash ok verify", "P S S S V w" },

	{ "prepared, approved, still bad: on it goes",
	  NULL, "stop", RESUME_ASK,
	  "look await plan ok yes sick ok verify good good",
	  "P P P S a f S V w w recovered" },
	{ "nothing to prepare: it waits at once",
	  NULL, "stop", RESUME_ASK,
	  "await plan yes sick ok ok verify good good",
	  "P P a f S S V w w recovered" },
	{ "approved, and well by then",
	  NULL, "stop", RESUME_ASK,
	  "look await plan ok yes well",
	  "P P P S a f not_needed" },
	{ "well again while it waits",
	  NULL, "stop", RESUME_ASK,
	  "look await plan ok drop",
	  "P P P S a not_needed" },
	{ "approved before it was prepared",
	  NULL, "stop", RESUME_ASK,
	  "look await plan yes ok sick ok",
	  "P P P S S f S V" },
	{ "nobody says yes", NULL, "stop", RESUME_ASK,
	  "look await plan ok no",
	  "P P P S a rejected" },
	{ "no after yes, before anything has begun", NULL, "stop", RESUME_ASK,
	  "look await plan ok yes no",
	  "P P P S a f rejected" },
	{ "a restart while it waits: confirmed, it waits on",
	  NULL, "stop", RESUME_ASK,
	  "look await plan ok crash sick yes sick ok",
	  "P P P S a f a f S V" },
	{ "a restart after the approval",
	  NULL, "stop", RESUME_ASK,
	  "look await plan ok yes crash sick ok",
	  "P P P S a f f S V" },
	{ "what prepares fails: nothing is done, not even an escalation",
	  "page", "stop", RESUME_ASK,
	  "look await plan bad",
	  "P P P S failed" },
	{ "approved, what prepares fails, and escalates",
	  "page", "stop", RESUME_ASK,
	  "look await plan yes bad plan ok sick ok",
	  "P P P S S P S f S V" },
	{ "what prepares may have to be checked",
	  NULL, "stop", RESUME_CHECK,
	  "look await plan int ok", "P P P S C a" },
	{ "approved, what fails escalates without being asked again",
	  "page", "stop", RESUME_ASK,
	  "look await plan ok yes sick bad plan ok ok verify good good",
	  "P P P S a f S P S S V w w recovered" },
	{ "waiting does not use the budget up",
	  NULL, "stop", RESUME_ASK,
	  "look await plan ok late yes sick ok",
	  "P P P S a a f S V" },
	{ "aborted while it waits",
	  NULL, "stop", RESUME_ASK,
	  "look await plan ok abort",
	  "P P P S a aborted" },
	{ "without approvals a prepared step is the first of all",
	  NULL, "stop", RESUME_ASK,
	  "look plan ok drop",
	  "P P S S not_needed" },
};
/* clang-format on */

struct story {
	const struct row *row;
	struct incident *incident;
	struct step_settings steps[2];
	struct procedure_settings procedure;
	struct params params;
	struct plan *plans[INCIDENT_RUNS_MAX];
	unsigned plan_count;
	int64_t now_ms;
};

static const char *command[] = { "/bin/true" };

static void
make_procedure(struct story *s)
{
	static const char *const names[] = { "first", "second" };

	for (int i = 0; i < 2; i++)
		s->steps[i] = (struct step_settings){
			.name = names[i],
			.executor = "command",
			.command = { command, 1 },
			.check = { command, 1 },
			.timeout_ms = 1000,
			.attempts = 1,
			.on_failure = s->row->on_failure,
			.resume = s->row->resume,
			.prepare =
			    i == 0 && strstr(s->row->events, "look") != NULL,
		};
	s->procedure = (struct procedure_settings){
		.name = "rollback",
		.budget_ms = BUDGET_MS,
		.escalate = s->row->escalate,
		.steps = s->steps,
		.step_count = 2,
	};
}

static void
plan(struct story *s)
{
	struct error err = { "" };
	struct plan *p = plan_new(&s->procedure, &s->params, &err);

	assert_non_null(p);
	s->plans[s->plan_count++] = p;
	assert_true(incident_planned(s->incident, p, s->now_ms + BUDGET_MS));
}

static void
end_step(struct story *s, enum step_outcome outcome)
{
	struct todo t = incident_todo(s->incident, s->now_ms);
	struct step_ended e = {
		.step = t.step,
		.attempt = t.attempt,
		.check = t.check,
		.undo = t.undo,
		.outcome = outcome,
	};

	incident_step_begins(s->incident, s->now_ms);
	assert_true(incident_step_ended(s->incident, &e, s->now_ms));
}

static void
verify_sample(struct story *s, enum sample_outcome outcome)
{
	struct sample sample = { .outcome = outcome };

	s->now_ms += 1000;
	sample.asked_ms = sample.answered_ms = s->now_ms;
	incident_verify_sample(s->incident, 0, &sample);
}

static void
confirmed(struct story *s)
{
	if (strstr(s->row->events, "await") != NULL)
		incident_set_deadline(s->incident, s->now_ms + BUDGET_MS);
	incident_confirmed(s->incident, true);
}

static void
happen(struct story *s, const char *word)
{
	if (strcmp(word, "plan") == 0)
		plan(s);
	else if (strcmp(word, "noplan") == 0)
		incident_plan_failed(s->incident, "no");
	else if (strcmp(word, "ok") == 0)
		end_step(s, STEP_DONE);
	else if (strcmp(word, "bad") == 0)
		end_step(s, STEP_FAILED);
	else if (strcmp(word, "int") == 0)
		end_step(s, STEP_INTERRUPTED);
	else if (strcmp(word, "verify") == 0)
		incident_verifying(s->incident, s->now_ms);
	else if (strcmp(word, "good") == 0)
		verify_sample(s, SAMPLE_OK);
	else if (strcmp(word, "fail") == 0)
		verify_sample(s, SAMPLE_FAILED);
	else if (strcmp(word, "wait") == 0)
		incident_tick(s->incident, s->now_ms += 10000);
	else if (strcmp(word, "late") == 0)
		s->now_ms += BUDGET_MS + 1;
	else if (strcmp(word, "abort") == 0)
		incident_abort(s->incident, "by hand");
	else if (strcmp(word, "drop") == 0)
		incident_drop(s->incident, "not needed");
	else if (strcmp(word, "crash") == 0)
		incident_confirm(s->incident);
	else if (strcmp(word, "sick") == 0)
		confirmed(s);
	else if (strcmp(word, "look") == 0)
		return;
	else if (strcmp(word, "await") == 0)
		incident_await(s->incident);
	else if (strcmp(word, "yes") == 0)
		incident_approve(s->incident);
	else if (strcmp(word, "no") == 0)
		incident_turn_down(s->incident, INCIDENT_REJECTED, "no");
	else if (strcmp(word, "well") == 0)
		incident_confirmed(s->incident, false);
	else
		fail_msg("what is \"%s\"?", word);
}

static void
tell_todo(struct story *s, char *out, size_t size)
{
	struct todo t = incident_todo(s->incident, s->now_ms);
	size_t used = strlen(out);
	const char *word = "";

	switch (t.kind) {
	case TODO_WAIT:
		word = "w";
		break;
	case TODO_CONFIRM:
		word = "f";
		break;
	case TODO_AWAIT:
		word = "a";
		break;
	case TODO_PLAN:
		word = "P";
		break;
	case TODO_STEP:
		word = "S";
		break;
	case TODO_CHECK:
		word = "C";
		break;
	case TODO_UNDO:
		word = "U";
		break;
	case TODO_VERIFY:
		word = "V";
		break;
	case TODO_CLOSE:
		word = incident_outcome_word(t.outcome);
		break;
	}
	(void)snprintf(
	    out + used, size - used, "%s%s", used == 0 ? "" : " ", word);
}

static void
test_row(void **state)
{
	static const char *probes[] = { "health" };
	struct verify_settings verify = {
		.probes = { probes, 1 },
		.successes = 2,
		.within_ms = WITHIN_MS,
		.interval_ms = 1000,
	};
	struct story s = { .row = *state, .now_ms = 1000 };
	char events[256], todos[256] = "";
	char *rest = events;

	(void)snprintf(events, sizeof(events), "%s", s.row->events);
	make_procedure(&s);
	s.incident = incident_new(&verify);
	assert_non_null(s.incident);
	incident_begin(s.incident, "rollback");
	tell_todo(&s, todos, sizeof(todos));
	for (char *word; (word = strsep(&rest, " ")) != NULL;) {
		happen(&s, word);
		tell_todo(&s, todos, sizeof(todos));
	}
	assert_string_equal(todos, s.row->todos);
	incident_free(s.incident);
	for (unsigned i = 0; i < s.plan_count; i++)
		plan_free(s.plans[i]);
}

static void
test_what_was_not_asked_for_changes_nothing(void **state)
{
	static const char *probes[] = { "health" };
	struct verify_settings verify = { .probes = { probes, 1 } };
	struct incident *i;
	struct step_ended e = { .attempt = 1, .outcome = STEP_DONE };

	(void)state;
	verify.successes = 1;
	verify.within_ms = WITHIN_MS;
	i = incident_new(&verify);
	incident_begin(i, "rollback");
	assert_false(incident_step_ended(i, &e, 0));
	incident_verified(i, true);
	incident_confirmed(i, false);
	incident_tick(i, WITHIN_MS * 10);
	assert_int_equal(incident_todo(i, 0).kind, TODO_PLAN);
	incident_free(i);
	incident_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_what_was_not_asked_for_changes_nothing),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
