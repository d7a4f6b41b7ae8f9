/*
 * Each row is a story, one character a second, of two metrics: how the
 * canary did beside a baseline that is always well.
 *   o  like it           x  higher       v  lower
 *   0  both are zero     5  the baseline is zero, the canary five
 *   n  no number         .  this metric was not there
 *   -  the whole sample was lost
 *   ~  twenty minutes in which nobody asks
 *   R  a deployment
 * The verdicts, right below what brought them about: ? unknown, h healthy,
 * m as before, but marginal, T tripped.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evaluator/canary.h"
#include "evaluator/comparison.h"
#include "evaluator/evaluator.h"

#define NOTES_MAX 1024

#define O5 "ooooo"
#define O10 O5 O5
#define X5 "xxxxx"
#define X9 X5 "xxxx"
#define Z10 "0000000000"
#define N10 "nnnnnnnnnn"
#define Q4 "????"
#define Q9 "?????????"
#define H5 "hhhhh"
#define H10 H5 H5
#define M5 "mmmmm"
#define T5 "TTTTT"

struct row {
	const char *name;
	const char *first, *second; /* NULL: there is no second metric */
	const char *verdicts;
	struct canary_metric a, b; /* what is not as usual */
	unsigned min_samples, window;
	int64_t spacing_ms;
};

/* clang-format off */
#define STORY(n, f, s, v) \
	.name = n, .first = f, .second = s, .verdicts = v
static struct row rows[] = {
	{ STORY("it is healthy from the fifth point on",
	      O10 O10, NULL,
	      Q4 "h" H5 H10),
	  .min_samples = 5 },
	{ STORY("it trips at the tenth pair that is higher",
	      X9 "xx", NULL,
	      Q4 H5 "TT"),
	  .min_samples = 5 },
	{ STORY("with pairs two seconds apart it takes twice as long",
	      X9 X9 "xx", NULL,
	      Q9 "hhhhhhhhh" "TT"),
	  .spacing_ms = 2000 },
	{ STORY("a deployment ends the spacing as well",
	      X5 "R" X9 X9 "xx", NULL,
	      "?????" "R" Q9 "hhhhhhhhh" "TT"),
	  .spacing_ms = 2000 },
	{ STORY("with all the points it is to wait for it trips at once",
	      X9 "xxxx", NULL,
	      Q9 "??TT"),
	  .min_samples = 12 },
	{ STORY("after a healthy time it takes longer",
	      O10 O10 X9 X9 "xx", NULL,
	      Q4 "h" H5 H10 H10 "hhh" "TTTTTTT"),
	  .min_samples = 5 },
	{ STORY("an odd one among many changes nothing",
	      O10 "xoooooxoooooooxooooo", NULL,
	      Q9 "h" H10 H10) },
	{ STORY("lower is not bad where an increase is",
	      "vvvvvvvvvv" "vvvvvvvvvv", NULL,
	      Q9 "h" H10) },
	{ STORY("lower is bad where a decrease is",
	      "vvvvvvvvvv" "vv", NULL,
	      Q9 "TTT"),
	  .a = { .direction = COMPARISON_DECREASE } },
	{ STORY("where either is it takes one more",
	      "vvvvvvvvvv" "vv", NULL,
	      Q9 "hTT"),
	  .a = { .direction = COMPARISON_EITHER } },
	{ STORY("higher than the tolerance allows it is not",
	      X9 X9, NULL,
	      Q9 "hhhhhhhhh"),
	  .a = { .tolerance = 2 } },
	{ STORY("zeros on both sides are healthy",
	      Z10 Z10, NULL,
	      Q9 "h" H10) },
	{ STORY("one error among zeros is nothing",
	      Z10 "0000500000", NULL,
	      Q9 "h" H10) },
	{ STORY("errors among zeros trip it, however many zeros there were",
	      Z10 Z10 "05050505050505050505", NULL,
	      Q9 "h" H10 "hhhhhhhhhhhhhhhhhhhT") },
	{ STORY("lost samples neither add nor clear",
	      X9 "-----x-----", NULL,
	      Q9 "?????TTTTTT") },
	{ STORY("what is no number is no point",
	      N10 O10, NULL,
	      Q9 "??????????h") },
	{ STORY("or it is zero, and below the baseline",
	      N10 "n", NULL,
	      Q9 "TT"),
	  .a = { .direction = COMPARISON_DECREASE,
		     .nan = COMPARISON_NAN_ZERO } },
	{ STORY("a deployment forgets",
	      X9 "R" X9 "xx", NULL,
	      Q9 "R" Q9 "TT") },
	{ STORY("a deployment forgets a trip as well",
	      X9 "xxR" O10, NULL,
	      Q9 "TTR" Q9 "h") },
	{ STORY("when the canary comes to do as well, it clears",
	      X9 "x" O10 O10 O10, NULL,
	      Q9 "T" "TTTTTTTTTTTh" "hhhhhhhhhhhhhhhhhh"),
	  .window = 20 },
	{ STORY("and to trip again it must be shown afresh",
	      X9 "x" O10 O10 "xxxxxxxxxxxx", NULL,
	      Q9 "T" "TTTTTTTTTTTh" "hhhhhhhh" "hhhhhhhhhhhT"),
	  .window = 20 },
	{ STORY("what passed is not known to when nothing comes for long",
	      O10 "~o" O10, NULL,
	      Q9 "h~h" H10) },
	{ STORY("one of two fails: below marginal",
	      X9 "xxxx", O10 "ooo",
	      Q9 "hTTT") },
	{ STORY("one of four fails: marginal, and healthy stays healthy",
	      X9 "xxxx", O10 "ooo",
	      Q9 "hmmm"),
	  .b = { .weight = 3 } },
	{ STORY("unless it is critical",
	      X9 "xxxx", O10 "ooo",
	      Q9 "hTTT"),
	  .a = { .critical = true },
	  .b = { .weight = 3 } },
	{ STORY("one of nineteen fails: still passes",
	      X9 "xxxx", O10 "ooo",
	      Q9 "hhhh"),
	  .b = { .weight = 20 } },
	{ STORY("what has no data is not counted",
	      O10 "ooo", N10 "nnn",
	      Q9 "hhhh") },
	{ STORY("but without a critical one it is not called healthy",
	      O10 "ooo", N10 "nnn",
	      Q9 "????"),
	  .b = { .critical = true } },
	{ STORY("nor does that hide that another fails",
	      X9 "xxx", N10 "nn",
	      Q9 "?TT"),
	  .b = { .critical = true } },
	{ STORY("what stays away is no longer counted",
	      O10 "ooooo" "ooooo", O10 ".....~oooo",
	      Q9 "h" H5 "~hhhh") },
	{ STORY("marginal from the start is unknown",
	      X9 "xxxx", O10 "ooo",
	      Q9 "??MM"),
	  .b = { .weight = 3 },
	  .min_samples = 12 },
};
/* clang-format on */

static const struct probe_settings probe = { .name = "metrics",
	.interval_ms = 1000,
	.timeout_ms = 500 };

static struct canary_metric
usual(const char *name, const struct canary_metric *other)
{
	struct canary_metric m = *other;

	m.name = name;
	if (m.cles == 0)
		m.cles = COMPARISON_CLES;
	if (m.weight == 0)
		m.weight = 1;
	return m;
}

static struct evaluator *
make(const struct row *row)
{
	struct canary_metric metrics[] = { usual("a", &row->a),
		usual("b", &row->b) };
	struct canary_settings settings = {
		.metrics = { metrics, row->second == NULL ? 1 : 2 },
		.window = row->window == 0 ? 100 : row->window,
		.min_samples = row->min_samples == 0 ? 10 : row->min_samples,
		.spacing_ms = row->spacing_ms,
		.confidence = COMPARISON_CONFIDENCE,
		.pass = 95,
		.marginal = 75,
	};
	struct evaluator_source sources[] = { { &probe, 0, 0 },
		{ &probe, 0, 1 }, { &probe, 0, 2 }, { &probe, 0, 3 } };
	struct evaluator *e = canary_new(&settings, sources);

	assert_non_null(e);
	return e;
}

/* Both wander about 100, neither above the other for long. */
static void
measure(double values[2], char c, size_t i)
{
	values[0] = 100 + (double)(i * 7 % 10);
	values[1] = 100 + (double)(i * 3 % 10);
	if (c == 'x')
		values[0] += 100;
	if (c == 'v')
		values[0] -= 50;
	if (c == 'n')
		values[0] = (double)NAN;
	if (c == '.')
		values[0] = values[1] = (double)NAN;
	if (c == '0' || c == '5') {
		values[0] = c - '0';
		values[1] = 0;
	}
}

static char
letter(const struct evaluator *e, int64_t now_ms, char asked)
{
	struct finding f = evaluator_finding(e);
	bool is_marginal = evaluator_state(e, now_ms) != NULL;

	if (strchr("~R", asked) != NULL)
		return asked;
	assert_true(f.limit == 75);
	assert_true(isnan(f.value) || (f.value >= 0 && f.value <= 100));
	if (is_marginal)
		return "Mmm"[f.verdict];
	return "?hT"[f.verdict];
}

static void
tell(struct evaluator *e, const struct row *row, size_t i, int64_t *now_ms)
{
	char first = row->first[i];
	char second = row->second == NULL ? 'o' : row->second[i];
	double values[4];
	struct sample s = { .asked_ms = *now_ms,
		.answered_ms = *now_ms,
		.outcome = first == '-' ? SAMPLE_LOST : SAMPLE_OK,
		.values = values,
		.value_count = 4 };

	measure(values, first, i);
	measure(values + 2, second, i + 1);
	if (first == '~' || second == '~')
		*now_ms += 20 * 60 * 1000;
	else if (first == 'R')
		evaluator_reset(e, *now_ms + 1);
	else
		(void)evaluator_observe(e, &s);
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct evaluator *e = make(row);
	char verdicts[128] = "";
	int64_t now_ms = 1000;

	assert_int_equal(strlen(row->first), strlen(row->verdicts));
	for (size_t i = 0; row->first[i] != '\0'; i++, now_ms += 1000) {
		char asked = row->first[i];

		if (row->second != NULL && row->second[i] == '~')
			asked = '~';
		tell(e, row, i, &now_ms);
		verdicts[i] = letter(e, now_ms, asked);
	}
	assert_string_equal(verdicts, row->verdicts);
	evaluator_free(e);
}

static void
test_finding_says_how_much_and_since_when(void **state)
{
	struct row row = { .first = "ooxxxxxxxxxxxx", .min_samples = 5 };
	struct evaluator *e = make(&row);
	struct sample kept[EVIDENCE_MAX];
	struct finding f;
	int64_t now_ms = 1000;

	(void)state;
	for (size_t i = 0; row.first[i] != '\0'; i++, now_ms += 1000)
		tell(e, &row, i, &now_ms);
	f = evaluator_finding(e);
	assert_int_equal(f.verdict, VERDICT_TRIPPED);
	assert_true(f.value == 0 && f.limit == 75);
	assert_int_equal(f.began_ms, 2000);
	assert_int_equal(f.since_ms, 11000);
	assert_int_equal(f.samples, 14);
	assert_int_equal(canary_standing(e, 0), CANARY_FAILS);
	assert_int_equal(
	    evaluator_evidence(e, kept, EVIDENCE_MAX), EVIDENCE_MAX);
	assert_true(kept[0].has_value && kept[0].value >= 200);
	assert_null(kept[0].values);
	evaluator_free(e);
}

/* The evidence is of the metric that speaks loudest, and says which. */
static void
test_evidence_is_of_what_is_bad(void **state)
{
	struct row row = { .first = "ooooxooooooooo",
		.second = "ooxxxxxxxxxxxx" };
	struct evaluator *e = make(&row);
	struct sample kept[EVIDENCE_MAX];
	int64_t now_ms = 1000;
	size_t count;

	(void)state;
	for (size_t i = 0; row.first[i] != '\0'; i++, now_ms += 1000)
		tell(e, &row, i, &now_ms);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_int_equal(canary_standing(e, 0), CANARY_PASSES);
	assert_int_equal(canary_standing(e, 1), CANARY_FAILS);
	count = evaluator_evidence(e, kept, EVIDENCE_MAX);
	assert_int_equal(count, EVIDENCE_MAX);
	for (size_t i = 0; i < count; i++) {
		assert_true(kept[i].value >= 200);
		assert_string_equal(kept[i].detail, "metric b");
		assert_true(i == 0 ||
		    kept[i].answered_ms == kept[i - 1].answered_ms + 1000);
	}
	evaluator_free(e);
}

static void
test_it_says_what_is_missing(void **state)
{
	static const struct {
		const char *first, *second, *missing;
		unsigned weight;
	} says[] = {
		{ "", NULL, "10 more canary points of a", 1 },
		{ "ooooooo", NULL, "3 more canary points of a", 1 },
		{ "nnnnnnn", NULL, "10 more canary points of a", 1 },
		{ O10, "nnnnnnnnno", "9 more canary points of b", 1 },
		{ O10, O10, "", 1 },
		{ X9 "xx", NULL, "a as good as the baseline's", 1 },
		{ O10 "~o", NULL, "", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(says); i++) {
		struct row row = { .first = says[i].first,
			.second = says[i].second,
			.b = { .weight = says[i].weight } };
		struct evaluator *e = make(&row);
		char text[EVALUATOR_TEXT_MAX];
		int64_t now_ms = 1000;

		for (size_t k = 0; row.first[k] != '\0'; k++, now_ms += 1000)
			tell(e, &row, k, &now_ms);
		evaluator_missing(e, now_ms, text);
		assert_string_equal(text, says[i].missing);
		evaluator_free(e);
	}
}

/* The baseline answers on its own, and at other times. */
static void
test_two_probes_make_pairs(void **state)
{
	struct probe_settings slow = {
		.name = "slow", .interval_ms = 3000, .timeout_ms = 500
	};
	struct canary_metric metric = { .name = "a",
		.measure = CANARY_LATENCY,
		.cles = 0.56,
		.weight = 1 };
	struct canary_settings settings = { .metrics = { &metric, 1 },
		.window = 100,
		.min_samples = 5,
		.confidence = 0.98,
		.pass = 95,
		.marginal = 75 };
	struct evaluator_source sources[] = { { &probe, 4, -1 },
		{ &slow, 7, -1 } };
	struct evaluator *e = canary_new(&settings, sources);
	int64_t tripped_ms = 0;

	(void)state;
	assert_non_null(e);
	for (int64_t t = 1000; t < 60000 && tripped_ms == 0; t += 1000) {
		struct sample s = { .probe = 4,
			.asked_ms = t,
			.answered_ms = t,
			.latency_ms = 20 };

		(void)evaluator_observe(e, &s);
		s.probe = 7;
		s.latency_ms = 10;
		if (t % 3000 == 0)
			(void)evaluator_observe(e, &s);
		if (evaluator_finding(e).verdict == VERDICT_TRIPPED)
			tripped_ms = t;
	}
	assert_int_equal(tripped_ms, 30000);
	evaluator_free(e);
}

static void
took(struct evaluator *e, unsigned side, int64_t at_ms, double latency_ms)
{
	struct sample s = { .probe = side,
		.asked_ms = at_ms,
		.answered_ms = at_ms,
		.latency_ms = latency_ms };

	(void)evaluator_observe(e, &s);
}

/* What a canary did long ago is no reason, however well we hear the other. */
static void
test_a_trip_ages_with_either_side(void **state)
{
	struct canary_metric metric = { .name = "a",
		.measure = CANARY_LATENCY,
		.cles = 0.56,
		.weight = 1 };
	struct canary_settings settings = { .metrics = { &metric, 1 },
		.window = 20,
		.min_samples = 5,
		.confidence = 0.98,
		.pass = 95,
		.marginal = 75 };
	struct evaluator_source sources[] = { { &probe, 0, -1 },
		{ &probe, 1, -1 } };
	struct evaluator *e = canary_new(&settings, sources);
	int64_t t = 1000;

	(void)state;
	assert_non_null(e);
	for (; t < 60000; t += 1000) {
		took(e, 0, t, 20);
		took(e, 1, t + 500, 10);
	}
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_false(evaluator_is_stale(e, t));
	assert_false(evaluator_finding(e).is_mute);
	for (; t < 66000; t += 1000)
		took(e, 1, t, 10);
	assert_true(evaluator_finding(e).is_mute);
	assert_false(evaluator_is_stale(e, t));
	for (; t < 120000; t += 1000)
		took(e, 1, t, 10);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_true(evaluator_is_stale(e, t));
	took(e, 0, t, 20);
	assert_true(evaluator_is_stale(e, t));
	for (; t < 126000; t += 1000) {
		took(e, 0, t, 20);
		took(e, 1, t + 500, 10);
	}
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_TRIPPED);
	assert_false(evaluator_is_stale(e, t));
	evaluator_free(e);
}

/* Who refuses looks fast, and who hangs gives no good answer. */
static void
test_what_counts_as_latency(void **state)
{
	static const struct {
		enum sample_outcome outcome;
		double latency_ms;
		bool counts;
	} says[] = {
		{ SAMPLE_OK, 10, true },
		{ SAMPLE_FAILED, 10, false },
		{ SAMPLE_FAILED, 449, false },
		{ SAMPLE_FAILED, 450, true },
		{ SAMPLE_FAILED, 500, true },
		{ SAMPLE_LOST, 500, false },
	};
	struct canary_metric metric = { .name = "a",
		.measure = CANARY_LATENCY,
		.cles = 0.56,
		.weight = 1 };
	struct canary_settings settings = { .metrics = { &metric, 1 },
		.window = 100,
		.min_samples = 5,
		.confidence = 0.98,
		.pass = 95,
		.marginal = 75 };
	struct evaluator_source sources[] = { { &probe, 0, -1 },
		{ &probe, 1, -1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(says); i++) {
		struct evaluator *e = canary_new(&settings, sources);
		struct sample s = { .asked_ms = 1,
			.answered_ms = 1,
			.outcome = says[i].outcome,
			.latency_ms = says[i].latency_ms };
		char text[EVALUATOR_TEXT_MAX];

		assert_non_null(e);
		(void)evaluator_observe(e, &s);
		evaluator_missing(e, 1, text);
		assert_string_equal(text,
		    says[i].counts ? "4 more canary points of a" :
				     "5 more canary points of a");
		evaluator_free(e);
	}
}

static void
note(enum objection objection, const char *text, void *arg)
{
	char *notes = arg;
	size_t length = strlen(notes);

	(void)snprintf(notes + length, NOTES_MAX - length, "%s: %s\n",
	    objection == OBJECTION_WRONG ? "wrong" : "doubt", text);
}

static void
test_it_objects_to_contradictions(void **state)
{
	struct canary_metric metrics[] = {
		{ .name = "a", .cles = 0.56, .weight = 1 },
		{ .name = "a",
		    .cles = 0.56,
		    .weight = 1,
		    .metric = "rate(x[5m])",
		    .tolerance = 1,
		    .direction = COMPARISON_DECREASE },
	};
	struct canary_settings settings = { .metrics = { metrics, 2 },
		.window = 5,
		.min_samples = 6,
		.confidence = 0.98,
		.pass = 75,
		.marginal = 95 };
	struct evaluator_settings e = {
		.name = "c", .kind = &evaluator_canary, .settings = &settings
	};
	struct evaluator_source sources[] = { { &probe, 0, 0 },
		{ &probe, 0, 1 }, { &probe, 0, 2 }, { &probe, 0, 2 } };
	char notes[NOTES_MAX] = "";

	(void)state;
	evaluator_check(&e, sources, 4, note, notes);
	assert_string_equal(notes,
	    "wrong: window is smaller than min_samples: it can never judge\n"
	    "wrong: marginal is above pass: no score would ever clear it\n"
	    "wrong: metric \"a\" is there twice\n"
	    "wrong: metric \"a\" is compared with itself; set "
	    "baseline_probe or baseline_metric\n"
	    "wrong: metric \"a\" cannot fail: nothing decreases by more than "
	    "100%; set a smaller tolerance\n"
	    "doubt: metric \"a\" looks back further than to the point "
	    "before, so that one mishap counts in many points; leave its "
	    "range out, or set spacing to as much\n");
}

static void
test_what_it_asks_of_which_probe(void **state)
{
	struct canary_metric metrics[] = {
		{ .name = "a", .metric = "x" },
		{ .name = "b",
		    .metric = "x",
		    .baseline_metric = "y",
		    .probe = "other",
		    .baseline_probe = "third" },
		{ .name = "c", .measure = CANARY_FAILURES, .metric = "x" },
	};
	struct canary_settings settings = { .metrics = { metrics, 3 },
		.baseline_probe = "stable" };
	struct evaluator_settings e = {
		.probe = "new", .kind = &evaluator_canary, .settings = &settings
	};
	struct evaluator_input in[EVALUATOR_INPUTS_MAX];

	(void)state;
	assert_int_equal(evaluator_inputs(&e, in), 6);
	assert_string_equal(in[0].probe, "new");
	assert_string_equal(in[0].metric.text, "x");
	assert_string_equal(in[1].probe, "stable");
	assert_string_equal(in[1].metric.text, "x");
	assert_string_equal(in[2].probe, "other");
	assert_string_equal(in[3].probe, "third");
	assert_string_equal(in[3].metric.text, "y");
	assert_false(in[4].wants_value);
	assert_null(in[5].metric.text);
	settings.baseline_probe = NULL;
	(void)evaluator_inputs(&e, in);
	assert_string_equal(in[1].probe, "new");
}

static void
test_how_fast_it_can_be(void **state)
{
	struct canary_metric metric = { .name = "a", .metric = "x" };
	struct canary_settings settings = { .metrics = { &metric, 1 },
		.window = 100,
		.min_samples = 5,
		.confidence = 0.98 };
	struct evaluator_settings e = { .kind = &evaluator_canary,
		.settings = &settings };
	struct evaluator_source sources[] = { { &probe, 0, 0 },
		{ &probe, 0, 1 } };

	(void)state;
	assert_int_equal(evaluator_fastest_trip_ms(&e, sources, 2), 9000);
	assert_in_range(
	    evaluator_slowest_trip_ms(&e, sources, 2), 15000, 25000);
	settings.spacing_ms = 2500;
	assert_int_equal(evaluator_fastest_trip_ms(&e, sources, 2), 27000);
	settings.spacing_ms = 0;
	settings.min_samples = 50;
	assert_int_equal(evaluator_fastest_trip_ms(&e, sources, 2), 49000);
}

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_finding_says_how_much_and_since_when),
		cmocka_unit_test(test_evidence_is_of_what_is_bad),
		cmocka_unit_test(test_it_says_what_is_missing),
		cmocka_unit_test(test_two_probes_make_pairs),
		cmocka_unit_test(test_a_trip_ages_with_either_side),
		cmocka_unit_test(test_what_counts_as_latency),
		cmocka_unit_test(test_it_objects_to_contradictions),
		cmocka_unit_test(test_what_it_asks_of_which_probe),
		cmocka_unit_test(test_how_fast_it_can_be),
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
	return failed + cmocka_run_group_tests(others, NULL, NULL);
}
