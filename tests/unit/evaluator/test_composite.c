/*
 * Each row is a story, a column a second: what each part says, one line a
 * part (? unknown, h healthy, T tripped; H and t the same, while its samples
 * are lost), and below it what the composite makes of that.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "evaluator/composite.h"
#include "evaluator/evaluator.h"

#define PARTS 3

/* clang-format off */
static struct row {
	const char *name;
	double weights[PARTS]; /* 0: that part and those behind are not there */
	double above, clear_below;
	int64_t for_ms, clear_for_ms;
	const char *parts[PARTS];
	const char *verdicts;
} rows[] = {
	{ "exactly at the limit is not above it", { 2, 1, 1 }, 0.5, 0, 0, 0,
	  { "hTT",
	    "hhT",
	    "hhh" },
	    "hhT" },
	{ "a light one more is", { 2, 1, 1 }, 0.5, 0, 0, 0,
	  { "TTh",
	    "hTT",
	    "hhT" },
	    "hTh" },
	{ "with a limit of 0 any of them is enough", { 2, 1, 1 }, 0, 0, 0, 0,
	  { "hhh",
	    "hhh",
	    "hTh" },
	    "hTh" },
	{ "close to 1 all of them", { 2, 1, 1 }, 0.99, 0, 0, 0,
	  { "TT",
	    "TT",
	    "hT" },
	    "hT" },
	{ "tenths add up as people think", { 0.1, 0.2, 0.7 }, 0.3, 0, 0, 0,
	  { "T",
	    "T",
	    "h" },
	    "h" },
	{ "it has tripped when the unknown do not matter", { 3, 1, 1 }, 0.5, 0,
	  0, 0,
	  { "T",
	    "?",
	    "?" },
	    "T" },
	{ "and is healthy when they cannot be enough", { 3, 1, 1 }, 0.5, 0,
	  0, 0,
	  { "h",
	    "?",
	    "T" },
	    "h" },
	{ "else nothing is known", { 2, 1, 1 }, 0.5, 0, 0, 0,
	  { "?T",
	    "hh",
	    "T?" },
	    "??" },
	{ "which is not what was before", { 2, 1, 1 }, 0.5, 0, 0, 0,
	  { "h?h",
	    "hTT",
	    "hhh" },
	    "h?h" },
	{ "but ends no trip", { 2, 1, 1 }, 0.5, 0, 0, 0,
	  { "T??h",
	    "TTTT",
	    "hhhh" },
	    "TTTh" },
	{ "it clears at another share when so set", { 2, 1, 1 }, 0.5, 0.25,
	  0, 0,
	  { "TThh",
	    "TTTh",
	    "hThT" },
	    "TThh" },
	{ "and not above that", { 2, 1, 1 }, 0.5, 0.25, 0, 0,
	  { "TTh",
	    "Thh",
	    "hhh" },
	    "TTh" },
	{ "nor while an unknown part may make it more", { 2, 1, 1 }, 0.5, 0.25,
	  0, 0,
	  { "Thh",
	    "T?h",
	    "hTT" },
	    "TTh" },
	{ "it must hold for so long", { 2, 1, 1 }, 0.5, 0, 2000, 0,
	  { "hTTTThTTT",
	    "hTTTThTTT",
	    "hhhhhhhhh" },
	    "hhhTThhhT" },
	{ "and not be above for so long", { 2, 1, 1 }, 0.5, 0, 0, 2000,
	  { "Thhhh",
	    "TTTTT",
	    "hhhhh" },
	    "TTThh" },
	{ "of lost samples no time counts for it", { 2, 1, 1 }, 0.5, 0, 2000, 0,
	  { "hTtttTTT",
	    "hTtttTTT",
	    "hhhhhhhh" },
	    "hhhhhhhT" },
	{ "nor against it", { 3, 1, 1 }, 0.5, 0, 0, 2000,
	  { "ThHHHhhh",
	    "hhhhhhhh",
	    "hhhhhhhh" },
	    "TTTTTTTh" },
	{ "unless the others are enough", { 3, 1, 1 }, 0.5, 0, 2000, 0,
	  { "hTTTT",
	    "htttt",
	    "h????" },
	    "hhhTT" },
	{ "nor is there anything that ends", { 2, 1, 1 }, 0.5, 0, 0, 0,
	  { "TtHh",
	    "TtHH",
	    "hhHH" },
	    "TThh" },
	{ "one part alone", { 1 }, 0.5, 0, 0, 0,
	  { "h?T?h" },
	    "h?TTh" },
	{ "of equal weights by default", { -1, -1, -1 }, 0.5, 0, 0, 0,
	  { "TT",
	    "hT",
	    "hh" },
	    "hT" },
};
/* clang-format on */

static const char *const names[PARTS] = { "a", "b", "c" };

static struct composite_settings
settings_of(const struct row *row, struct composite_part *parts)
{
	struct composite_settings s = { .above = row->above,
		.clear_below = row->clear_below,
		.for_ms = row->for_ms,
		.clear_for_ms = row->clear_for_ms };

	s.parts.items = parts;
	for (; s.parts.count < PARTS && row->weights[s.parts.count] != 0;
	     s.parts.count++)
		parts[s.parts.count] = (struct composite_part){
			.evaluator = names[s.parts.count],
			.weight = row->weights[s.parts.count] < 0 ?
			    0 :
			    row->weights[s.parts.count],
		};
	return s;
}

static enum verdict
verdict(char c)
{
	if (c == 'h' || c == 'H')
		return VERDICT_HEALTHY;
	return c == 'T' || c == 't' ? VERDICT_TRIPPED : VERDICT_UNKNOWN;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct composite_part parts[PARTS];
	struct composite_settings settings = settings_of(row, parts);
	struct evaluator *e = composite_new(&settings);
	char verdicts[32] = "";

	assert_non_null(e);
	for (size_t i = 0; row->verdicts[i] != '\0'; i++) {
		struct finding found[PARTS] = { { .verdict =
						      VERDICT_UNKNOWN } };

		for (size_t k = 0; k < settings.parts.count; k++) {
			char c = row->parts[k][i];

			found[k].verdict = verdict(c);
			found[k].is_mute = c == 'H' || c == 't';
		}
		verdicts[i] =
		    "?hT"[evaluator_combine(e, found, 1000 + 1000 * (int64_t)i)
			      .verdict];
	}
	assert_string_equal(verdicts, row->verdicts);
	evaluator_free(e);
}

static void
test_finding_is_that_of_the_parts(void **state)
{
	struct row row = { .weights = { 2, 1, 1 }, .above = 0.5 };
	struct composite_part parts[PARTS];
	struct composite_settings settings = settings_of(&row, parts);
	struct evaluator *e = composite_new(&settings);
	struct finding found[PARTS] = {
		{ VERDICT_TRIPPED, false, 5000, 4000, 7, "http.status", 3, 3 },
		{ VERDICT_TRIPPED, false, 6000, 3000, 20, "timeout", 3, 3 },
		{ VERDICT_HEALTHY, false, 100, 50, 9, "tcp.refused", 0, 3 },
	};
	struct finding f = evaluator_combine(e, found, 6000);

	(void)state;
	assert_int_equal(f.verdict, VERDICT_TRIPPED);
	assert_int_equal(f.since_ms, 6000);
	assert_int_equal(f.began_ms, 3000);
	assert_int_equal(f.samples, 36);
	assert_string_equal(f.failure, "timeout");
	assert_true(f.value == 0.75);
	assert_true(f.limit == 0.5);
	f = evaluator_combine(e, found, 9000);
	assert_int_equal(f.since_ms, 6000);
	assert_int_equal(f.began_ms, 3000);
	assert_false(evaluator_is_stale(e, 1000000));
	evaluator_free(e);
}

static void
test_missing(void **state)
{
	struct row row = { .weights = { 2, 1, 1 }, .above = 0.5 };
	struct composite_part parts[PARTS];
	struct composite_settings settings = settings_of(&row, parts);
	struct evaluator *e = composite_new(&settings);
	struct finding found[PARTS] = { { .verdict = VERDICT_UNKNOWN },
		{ .verdict = VERDICT_TRIPPED } };
	char text[EVALUATOR_TEXT_MAX] = "";

	(void)state;
	evaluator_missing(e, 1000, text);
	assert_string_equal(text, "a verdict of 3 of its 3 parts");
	evaluator_combine(e, found, 1000);
	text[0] = '\0';
	evaluator_missing(e, 1000, text);
	assert_string_equal(text, "a verdict of 2 of its 3 parts");
	found[0].verdict = VERDICT_TRIPPED;
	evaluator_combine(e, found, 2000);
	text[0] = '\0';
	evaluator_missing(e, 2000, text);
	assert_string_equal(text, "");
	evaluator_reset(e, 3000);
	assert_int_equal(evaluator_finding(e).verdict, VERDICT_UNKNOWN);
	evaluator_free(e);
}

/* After a reset the time that it must hold begins anew. */
static void
test_reset_forgets_the_time(void **state)
{
	struct row row = { .weights = { 1 }, .above = 0.5, .for_ms = 5000 };
	struct composite_part parts[PARTS];
	struct composite_settings settings = settings_of(&row, parts);
	struct evaluator *e = composite_new(&settings);
	struct finding bad = { .verdict = VERDICT_TRIPPED };

	(void)state;
	(void)evaluator_combine(e, &bad, 1000);
	evaluator_reset(e, 4000);
	assert_int_equal(
	    evaluator_combine(e, &bad, 6000).verdict, VERDICT_UNKNOWN);
	assert_int_equal(
	    evaluator_combine(e, &bad, 10999).verdict, VERDICT_UNKNOWN);
	assert_int_equal(
	    evaluator_combine(e, &bad, 11000).verdict, VERDICT_TRIPPED);
	evaluator_free(e);
}

static struct time_row {
	const char *name;
	double weights[PARTS];
	double above;
	int64_t for_ms;
	int64_t parts_ms[PARTS];
	int64_t together_ms;
} time_rows[] = {
	{ "the heavy one and one more", { 2, 1, 1 }, 0.5, 0,
	    { 9000, 1000, 5000 }, 9000 },
	{ "both light ones before it", { 2, 1, 1 }, 0.4, 0,
	    { 9000, 1000, 5000 }, 5000 },
	{ "the heavy one alone", { 3, 1, 1 }, 0.5, 0, { 2000, 1000, 5000 },
	    2000 },
	{ "and so long more", { 3, 1, 1 }, 0.5, 30000, { 2000, 1000, 5000 },
	    32000 },
	{ "all at the same time", { 1, 1, 1 }, 0.9, 0, { 2000, 2000, 2000 },
	    2000 },
};

static void
test_time(void **state)
{
	const struct time_row *t = *state;
	struct row row = { .above = t->above, .for_ms = t->for_ms };
	struct composite_part parts[PARTS];
	struct composite_settings settings;
	struct evaluator_settings e = { .kind = &evaluator_composite,
		.settings = &settings };

	memcpy(row.weights, t->weights, sizeof(row.weights));
	settings = settings_of(&row, parts);
	assert_int_equal(
	    evaluator_together_ms(&e, t->parts_ms), t->together_ms);
}

static void
note(enum objection objection, const char *text, void *arg)
{
	char *all = arg;
	size_t end = strlen(all);

	(void)snprintf(all + end, 1024 - end, "%s: %s\n",
	    objection == OBJECTION_WRONG ? "wrong" : "doubt", text);
}

static void
test_check(void **state)
{
	struct row row = { .weights = { 2, 1, 1 }, .above = 0.5 };
	struct composite_part parts[PARTS];
	struct composite_settings settings = settings_of(&row, parts);
	struct evaluator_settings e = { .kind = &evaluator_composite,
		.settings = &settings };
	char objections[1024] = "";
	const char *found[EVALUATOR_PARTS_MAX];

	(void)state;
	assert_true(evaluator_combines(&e));
	assert_int_equal(evaluator_parts(&e, found), 3);
	assert_string_equal(found[2], "c");
	assert_true(evaluator_has_part(&e, "b"));
	assert_false(evaluator_has_part(&e, "d"));
	settings.clear_below = 0.5;
	evaluator_check(&e, NULL, 0, note, objections);
	assert_string_equal(objections, "");
	settings.clear_below = 0.51;
	parts[2].evaluator = "a";
	evaluator_check(&e, NULL, 0, note, objections);
	assert_string_equal(objections,
	    "wrong: it names \"a\" twice: give that one more weight\n"
	    "wrong: clear_below 51% is above the limit of 50%, so that it "
	    "would clear while it trips\n");
	settings.clear_below = 0;
	settings.parts.count = 1;
	objections[0] = '\0';
	evaluator_check(&e, NULL, 0, note, objections);
	assert_string_equal(objections,
	    "doubt: it has one part alone: name that in the rule instead\n");
}

static void
add_row(
    struct CMUnitTest *test, const char *name, CMUnitTestFunction f, void *row)
{
	*test = (struct CMUnitTest){
		.name = name, .test_func = f, .initial_state = row
	};
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_finding_is_that_of_the_parts),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_reset_forgets_the_time),
		cmocka_unit_test(test_check),
	};
	static struct CMUnitTest rest[ARRAY_LEN(rows) + ARRAY_LEN(time_rows)];
	struct CMUnitTest *t = rest;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add_row(t++, rows[i].name, test_row, &rows[i]);
	for (size_t i = 0; i < ARRAY_LEN(time_rows); i++)
		add_row(t++, time_rows[i].name, test_time, &time_rows[i]);
	return cmocka_run_group_tests(rest, NULL, NULL) +
	    cmocka_run_group_tests(rules, NULL, NULL);
}
