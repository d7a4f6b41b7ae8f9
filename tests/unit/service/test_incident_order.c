/*
 * What follows when something fails, over all combinations: which procedures
 * there are and what each names, and how each run ends; against a model that
 * only knows the order of DESIGN: on_failure, undo, escalate, two at most.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "service/incident.h"

#define BUDGET_MS 100000

/* How a run of two steps, the first with an undo, ends. */
enum fate {
	FATE_HELPS,      /* done and verified */
	FATE_HELPS_NOT,  /* done, and verification fails */
	FATE_FAILS,      /* the second step; then the undo is done */
	FATE_UNDO_FAILS, /* the same, and the undo fails */
	FATE_UNDO_LOST,  /* the same, and nobody knows how the undo ended */
	FATE_LOST,       /* nobody knows how the second step ended */
	FATE_LATE,       /* time is up before it */
	FATE_NO_PLAN,
	FATE_ABORTED, /* before the second step */
	FATES,
};

/* Procedure a, and what it and those it goes over to name. */
struct shape {
	const char *on_failure[4]; /* of a, b, c, d: NULL or a procedure */
	const char *escalate[4];
};

static const struct shape shapes[] = {
	{ { NULL }, { NULL } },
	{ { NULL }, { "b" } },
	{ { NULL }, { "b", "c" } },
	{ { NULL }, { "b", "c", "d" } },
	{ { "b" }, { NULL } },
	{ { "b" }, { "c" } },
	{ { "b" }, { "b" } },
	{ { "b" }, { "c", "c" } },
	{ { "b" }, { "d", "c" } },
	{ { "b", "c" }, { "d" } },
	{ { "b", "c" }, { "d", "d" } },
	{ { "b", "c" }, { NULL } },
	{ { NULL, "c" }, { "b" } },
	{ { NULL, "c" }, { "b", "d" } },
};

static const char *
word(enum fate f)
{
	return f == FATE_HELPS                    ? "recovered" :
	    f == FATE_HELPS_NOT                   ? "not_recovered" :
	    f == FATE_LOST || f == FATE_UNDO_LOST ? "interrupted" :
	    f == FATE_ABORTED                     ? "aborted" :
						    "failed";
}

static bool
has_run(const char *ran, const char *name)
{
	return strchr(ran, name[0]) != NULL;
}

/* The first of these that names one which has not run, and who names it. */
static const char *
follower(const struct shape *s, const char *ran, const int *before, int *at,
    bool stepwise)
{
	const char *name = stepwise ? s->on_failure[*at] : NULL;

	if (name != NULL && !has_run(ran, name))
		return name;
	for (; *at >= 0; *at = before[*at]) {
		name = s->escalate[*at];
		if (name != NULL && !has_run(ran, name))
			return name;
	}
	return NULL;
}

/* "ab recovered": the procedures in their order and the outcome. */
static void
model(const struct shape *s, const enum fate *fates, char told[64])
{
	int before[4] = { -1, -1, -1, -1 };
	char ran[8] = "a";
	int at = 0;

	for (unsigned n = 0;; n++) {
		enum fate f = fates[n];
		const char *next = NULL;

		(void)snprintf(told, 64, "%s %s", ran, word(f));
		if (n < 2 && (f == FATE_HELPS_NOT || f == FATE_LATE))
			next = follower(s, ran, before, &at, false);
		if (n < 2 && (f == FATE_FAILS || f == FATE_UNDO_FAILS))
			next = follower(s, ran, before, &at, true);
		if (next == NULL)
			return;
		before[next[0] - 'a'] = at;
		at = next[0] - 'a';
		ran[n + 1] = next[0];
		ran[n + 2] = '\0';
	}
}

struct world {
	const struct shape *shape;
	struct step_settings steps[4][2];
	char on_failure[4][32];
	struct procedure_settings procedures[4];
	struct incident *incident;
	struct plan *plans[INCIDENT_RUNS_MAX];
	unsigned plan_count;
	int64_t now_ms;
	char ran[8];
};

static const char *program[] = { "/bin/true" };
static const char *probes[] = { "health" };

static void
make_procedures(struct world *w)
{
	static const char *const names[] = { "a", "b", "c", "d" };

	for (unsigned i = 0; i < 4; i++) {
		const char *then = w->shape->on_failure[i];

		(void)snprintf(w->on_failure[i], sizeof(w->on_failure[i]),
		    "%s%s", then == NULL ? "stop" : "procedure:",
		    then == NULL ? "" : then);
		for (unsigned k = 0; k < 2; k++)
			w->steps[i][k] = (struct step_settings){
				.name = names[k],
				.command = { program, 1 },
				.undo = { program, k == 0 },
				.on_failure = w->on_failure[i],
			};
		w->procedures[i] = (struct procedure_settings){
			.name = names[i],
			.budget_ms = BUDGET_MS,
			.escalate = w->shape->escalate[i],
			.steps = w->steps[i],
			.step_count = 2,
		};
	}
}

static struct todo
todo(struct world *w)
{
	return incident_todo(w->incident, w->now_ms);
}

static void
end(struct world *w, enum todo_kind kind, enum step_outcome outcome)
{
	struct todo t = todo(w);
	struct step_ended e = {
		.step = t.step,
		.attempt = t.attempt,
		.check = t.check,
		.undo = t.undo,
		.outcome = outcome,
	};

	assert_int_equal(t.kind, kind);
	incident_step_begins(w->incident, w->now_ms);
	assert_true(incident_step_ended(w->incident, &e, w->now_ms));
}

static void
verify(struct world *w, bool recovered)
{
	assert_int_equal(todo(w).kind, TODO_VERIFY);
	incident_verifying(w->incident, w->now_ms);
	assert_int_equal(todo(w).kind, TODO_WAIT);
	incident_verified(w->incident, recovered);
}

static void
second_step(struct world *w, enum fate f)
{
	switch (f) {
	case FATE_HELPS:
	case FATE_HELPS_NOT:
		end(w, TODO_STEP, STEP_DONE);
		verify(w, f == FATE_HELPS);
		break;
	case FATE_FAILS:
	case FATE_UNDO_FAILS:
	case FATE_UNDO_LOST:
		end(w, TODO_STEP, STEP_FAILED);
		end(w, TODO_UNDO,
		    f == FATE_FAILS          ? STEP_DONE :
			f == FATE_UNDO_FAILS ? STEP_FAILED :
					       STEP_INTERRUPTED);
		break;
	case FATE_LOST:
		end(w, TODO_STEP, STEP_INTERRUPTED);
		break;
	case FATE_LATE:
		w->now_ms += BUDGET_MS + 1;
		end(w, TODO_UNDO, STEP_DONE);
		break;
	case FATE_ABORTED:
		incident_abort(w->incident, "by hand");
		break;
	case FATE_NO_PLAN:
	case FATES:
		break;
	}
}

static void
run(struct world *w, enum fate f)
{
	struct todo t = todo(w);
	const struct params none = { .count = 0 };
	struct plan *plan;
	struct error err;
	size_t length = strlen(w->ran);

	assert_int_equal(t.kind, TODO_PLAN);
	w->ran[length] = t.procedure[0];
	w->ran[length + 1] = '\0';
	if (f == FATE_NO_PLAN) {
		incident_plan_failed(w->incident, "no");
		return;
	}
	plan = plan_new(&w->procedures[t.procedure[0] - 'a'], &none, &err);
	assert_non_null(plan);
	w->plans[w->plan_count++] = plan;
	assert_true(incident_planned(w->incident, plan, w->now_ms + BUDGET_MS));
	/* Whose follower it is, is one who names it. */
	if (w->plan_count > 1) {
		unsigned p = incident_parent(w->incident, w->plan_count - 1);
		unsigned i = (unsigned)(w->ran[p] - 'a');

		assert_true((w->shape->escalate[i] != NULL &&
				w->shape->escalate[i][0] == t.procedure[0]) ||
		    (w->shape->on_failure[i] != NULL &&
			w->shape->on_failure[i][0] == t.procedure[0]));
	}
	end(w, TODO_STEP, STEP_DONE);
	second_step(w, f);
}

static void
really(const struct shape *s, const enum fate *fates, char told[64])
{
	const struct verify_settings settings = { .probes = { probes, 1 },
		.successes = 1,
		.within_ms = 1000,
		.interval_ms = 100 };
	struct world w = { .shape = s, .now_ms = 5 };

	make_procedures(&w);
	w.incident = incident_new(&settings);
	assert_non_null(w.incident);
	incident_begin(w.incident, "a");
	for (unsigned n = 0; todo(&w).kind != TODO_CLOSE; n++) {
		assert_in_range(n, 0, 2);
		run(&w, fates[n]);
	}
	(void)snprintf(
	    told, 64, "%s %s", w.ran, incident_outcome_word(todo(&w).outcome));
	assert_true(incident_reason(w.incident)[0] != '\0');
	incident_free(w.incident);
	for (unsigned i = 0; i < w.plan_count; i++)
		plan_free(w.plans[i]);
}

static void
test_every_combination(void **state)
{
	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(shapes); s++)
		for (int i = 0; i < FATES * FATES * FATES; i++) {
			const enum fate fates[] = { (enum fate)(i % FATES),
				(enum fate)(i / FATES % FATES),
				(enum fate)(i / FATES / FATES) };
			char is[64], should[64];

			really(&shapes[s], fates, is);
			model(&shapes[s], fates, should);
			if (strcmp(is, should) != 0)
				fail_msg("shape %zu, fates %d %d %d: \"%s\", "
					 "not \"%s\"",
				    s, fates[0], fates[1], fates[2], is,
				    should);
		}
}

static void
test_what_is_undone_is_in_the_reason(void **state)
{
	static const struct {
		enum fate fate;
		const char *reason;
	} rows[] = {
		{ FATE_FAILS, "step b: failed; 1 step was undone" },
		{ FATE_UNDO_FAILS,
		    "step b: failed; step a could not be undone, look at it "
		    "by hand" },
		{ FATE_UNDO_LOST,
		    "step b: failed; the outcome of undoing step a is "
		    "unknown: look before anything else is done" },
		{ FATE_LOST,
		    "the outcome of step b is unknown: look before anything "
		    "else is done" },
		{ FATE_LATE,
		    "the time budget of the run is used up; 1 step was "
		    "undone" },
		{ FATE_ABORTED, "aborted: by hand" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct verify_settings settings = {
			.probes = { probes, 1 }, .successes = 1
		};
		struct world w = { .shape = &shapes[0], .now_ms = 5 };

		make_procedures(&w);
		w.incident = incident_new(&settings);
		incident_begin(w.incident, "a");
		run(&w, rows[i].fate);
		assert_int_equal(todo(&w).kind, TODO_CLOSE);
		assert_string_equal(
		    incident_reason(w.incident), rows[i].reason);
		incident_free(w.incident);
		plan_free(w.plans[0]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_combination),
		cmocka_unit_test(test_what_is_undone_is_in_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
