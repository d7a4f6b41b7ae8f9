/*
 * Each row is the story of one step that the monitor does itself, told by the
 * second: o an answer that is OK, x one that failed, - one that was lost, _
 * nothing; y a person says yes, n no; b it begins again, as after a crash.  It
 * ends at the second whose number is given.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "service/own_step.h"

#define BEGIN_MS 100000
#define NEVER (-1)

static const char *front[] = { "front" };
static const char *both[] = { "front", "back" };
static const struct verify_settings verify = { .probes = { front, 1 },
	.successes = 2,
	.within_ms = 3600000,
	.interval_ms = 500 };

#define TIME(ms)                                                 \
	{                                                        \
		.name = "s", .executor = "wait", .wait_ms = (ms) \
	}
#define UNTIL(probe, n, ms)                                        \
	{                                                          \
		.name = "s", .executor = "wait", .until = (probe), \
		.successes = (n), .timeout_ms = (ms)               \
	}
#define VERIFY(n, ms)                                                \
	{                                                            \
		.name = "s", .executor = "verify", .successes = (n), \
		.timeout_ms = (ms)                                   \
	}
#define GATE(ms)                                                     \
	{                                                            \
		.name = "s", .executor = "approval", .role = "lead", \
		.timeout_ms = (ms)                                   \
	}

static struct row {
	const char *name;
	struct step_settings step;
	int64_t left_ms;
	const char *happens;
	int ends_s;
	enum step_outcome outcome;
	const char *reason;
} rows[] = {
	/* clang-format off */
	{ "a time", TIME(3000), 60000, "_____",
	  3, STEP_DONE, "waited 3s" },
	{ "a time does not begin again", TIME(3000), 60000, "__b___",
	  3, STEP_DONE, "waited 3s" },
	{ "what was over during a crash is over", TIME(1000), 60000, "___",
	  1, STEP_DONE, "waited 1s" },
	{ "a time that the run has not", TIME(9000), 2000, "______",
	  2, STEP_TIMED_OUT,
	  "not over within 2s, all the time that the run had left" },
	{ "just as long as the run has", TIME(2000), 2000, "___",
	  2, STEP_DONE, "waited 2s" },
	{ "nobody is asked", TIME(9000), 60000, "ooooyn",
	  NEVER, STEP_DONE, NULL },

	{ "until a probe says so", UNTIL("back", 3, 60000), 60000, "xoxooo",
	  5, STEP_DONE, "3 successes in a row of probe back" },
	{ "as often as the service verifies", UNTIL("back", 0, 60000), 60000,
	  "xoo", 2, STEP_DONE, "2 successes in a row of probe back" },
	{ "once is enough", UNTIL("back", 1, 60000), 60000, "xxo",
	  2, STEP_DONE, "1 success in a row of probe back" },
	{ "or its time is over", UNTIL("back", 3, 4000), 60000, "oxoxox",
	  4, STEP_TIMED_OUT,
	  "probe back had 0 of 3 successes in a row within 4s" },
	{ "or that of the run", UNTIL("back", 3, 4000), 3000, "xoo_____",
	  3, STEP_TIMED_OUT, "probe back had 2 of 3 successes in a row within "
	  "3s, all the time that the run had left" },
	{ "lost answers say nothing", UNTIL("back", 2, 60000), 60000, "o---o",
	  4, STEP_DONE, "2 successes in a row of probe back" },

	{ "probes asked afresh", VERIFY(3, 60000), 60000, "ooo",
	  2, STEP_DONE, "3 successes in a row of probe front" },
	{ "one that never is well", VERIFY(2, 3000), 60000, "xxxxx",
	  3, STEP_FAILED,
	  "probe front had 0 of 2 successes in a row within 3s" },
	{ "nor blind", VERIFY(2, 3000), 60000, "-----",
	  3, STEP_FAILED,
	  "probe front had 0 of 2 successes in a row within 3s" },
	{ "begun again all counts anew", VERIFY(3, 4000), 60000, "oo_bo_oo",
	  7, STEP_FAILED,
	  "probe front had 2 of 3 successes in a row within 4s" },

	{ "a person's yes", GATE(60000), 60000, "___y",
	  3, STEP_DONE, "approved by ann: well" },
	{ "a person's no", GATE(60000), 60000, "_n",
	  1, STEP_REFUSED, "rejected by ann: well" },
	{ "nobody's", GATE(3000), 60000, "______",
	  3, STEP_TIMED_OUT, "nobody approved it within 3s" },
	{ "whatever the run has left", GATE(5000), 1000, "__oox___",
	  5, STEP_TIMED_OUT, "nobody approved it within 5s" },
	{ "a crash gives nobody more time", GATE(3000), 60000, "__b___",
	  3, STEP_TIMED_OUT, "nobody approved it within 3s" },
	{ "the first word counts", GATE(60000), 60000, "_yn",
	  1, STEP_DONE, "approved by ann: well" },
	/* clang-format on */
};

static void
happen(struct own_step *o, const struct row *row, char what, int64_t now_ms)
{
	const struct sample s = {
		.outcome = what == 'o' ? SAMPLE_OK :
		    what == 'x'        ? SAMPLE_FAILED :
					 SAMPLE_LOST,
		.asked_ms = now_ms,
		.answered_ms = now_ms,
	};
	const struct strings *probes = own_step_probes(o);

	switch (what) {
	case 'o':
	case 'x':
	case '-':
		own_step_sample(
		    o, probes->count == 0 ? "front" : probes->items[0], &s);
		return;
	case 'y':
	case 'n':
		own_step_said(o, what == 'y', "ann", "well");
		return;
	case 'b':
		own_step_begin(
		    o, BEGIN_MS, now_ms, BEGIN_MS + row->left_ms - now_ms);
		return;
	default:
		return;
	}
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct own_step *o = own_step_new(&row->step, &verify);
	enum step_outcome outcome;
	const char *reason;
	int ended_s = NEVER;

	assert_non_null(o);
	own_step_begin(o, BEGIN_MS, BEGIN_MS, row->left_ms);
	for (int s = 0; row->happens[s] != '\0' && ended_s == NEVER; s++) {
		own_step_tick(o, BEGIN_MS + s * 1000);
		if (!own_step_has_ended(o, &outcome, &reason))
			happen(o, row, row->happens[s], BEGIN_MS + s * 1000);
		if (own_step_has_ended(o, &outcome, &reason))
			ended_s = s;
	}
	assert_int_equal(ended_s, row->ends_s);
	if (ended_s != NEVER) {
		assert_int_equal(outcome, row->outcome);
		assert_string_equal(reason, row->reason);
	}
	own_step_free(o);
}

/* What was asked before it began says nothing. */
static void
test_old_answers(void **state)
{
	struct step_settings step = VERIFY(1, 60000);
	struct own_step *o = own_step_new(&step, &verify);
	const struct sample old = { .outcome = SAMPLE_OK,
		.asked_ms = BEGIN_MS - 1,
		.answered_ms = BEGIN_MS + 1 };
	struct sample fresh = old;
	enum step_outcome outcome;
	const char *reason;

	(void)state;
	fresh.asked_ms = BEGIN_MS;
	own_step_begin(o, BEGIN_MS, BEGIN_MS, 60000);
	own_step_sample(o, "front", &old);
	own_step_sample(o, "back", &fresh);
	assert_false(own_step_has_ended(o, &outcome, &reason));
	own_step_sample(o, "front", &fresh);
	assert_true(own_step_has_ended(o, &outcome, &reason));
	own_step_free(o);
}

/* Of several each must have all of them; the furthest is told of. */
static void
test_every_probe(void **state)
{
	struct step_settings step = VERIFY(2, 60000);
	struct text words = text_new(100);
	const struct sample ok = { .outcome = SAMPLE_OK,
		.asked_ms = BEGIN_MS,
		.answered_ms = BEGIN_MS };
	enum step_outcome outcome;
	const char *reason;
	struct own_step *o;

	(void)state;
	step.probes = (struct strings){ both, 2 };
	o = own_step_new(&step, &verify);
	own_step_begin(o, BEGIN_MS, BEGIN_MS, 60000);
	own_step_sample(o, "front", &ok);
	own_step_sample(o, "front", &ok);
	own_step_sample(o, "back", &ok);
	own_step_progress(o, &words);
	assert_string_equal(text_str(&words), "1 of 2 successes of probe back");
	assert_false(own_step_has_ended(o, &outcome, &reason));
	own_step_sample(o, "back", &ok);
	assert_true(own_step_has_ended(o, &outcome, &reason));
	assert_string_equal(reason, "2 successes in a row of each probe");
	assert_int_equal(own_step_interval_ms(o), 500);
	text_free(&words);
	own_step_free(o);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_old_answers),
		cmocka_unit_test(test_every_probe),
	};
	struct CMUnitTest tests[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed + cmocka_run_group_tests(rules, NULL, NULL);
}
