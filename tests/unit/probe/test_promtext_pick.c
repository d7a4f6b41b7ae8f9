/* What is picked from a page, how much it may be, and which series is which. */
#include "tests/unit/test.h"

#include <string.h>

#include "tests/unit/probe/pages.h"

static const char four_lines[] = "# TYPE a counter\na{b=\"c\",d=\"e\"} 12\n"
				 "a{b=\"f\"} 3\nb 4\n";

/* clang-format off */
static const struct {
	struct promtext_limits limits;
	const char *why; /* NULL: it is within them */
} limits[] = {
	{ { .bytes = sizeof(four_lines) - 1 }, NULL },
	{ { .bytes = sizeof(four_lines) - 2 },
	  "line 4: the page is longer than 49 bytes" },
	{ { .bytes = 1 }, "line 1: the page is longer than 1 bytes" },
	{ { .bytes = 18 }, "line 2: the page is longer than 18 bytes" },
	{ { .line_bytes = 17 }, NULL },
	{ { .line_bytes = 16 }, "line 2: the line is longer than 16 bytes" },
	{ { .labels = 2 }, NULL },
	{ { .labels = 1 }, "line 2: more than 1 labels" },
	{ { .series = 3 }, NULL },
	{ { .series = 2 }, "line 4: more than 2 series" },
};
/* clang-format on */

static void
limits_are_kept(void **state)
{
	static const size_t pieces[] = { DUMP_MAX, 1, 7 };
	struct text t = text_new(DUMP_MAX);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(limits) * ARRAY_LEN(pieces); i++) {
		size_t row = i / ARRAY_LEN(pieces);
		struct promtext_settings settings = { .limits =
							  limits[row].limits };
		struct promtext *p = parser(&settings, &t);
		const char *why = limits[row].why;

		if (feed(p, four_lines, sizeof(four_lines) - 1,
			pieces[i % ARRAY_LEN(pieces)]) != (why == NULL))
			fail_msg("row %zu: %s", row, promtext_error(p));
		if (why != NULL)
			assert_string_equal(promtext_error(p), why);
		promtext_free(p);
	}
	text_free(&t);
}

static void
limits_have_limits(void **state)
{
	static const struct promtext_limits wrong[] = {
		{ .bytes = -1 },
		{ .steps = -1 },
		{ .line_bytes = PROMTEXT_LINE_BYTES_MAX + 1 },
		{ .labels = PROMTEXT_LABELS_MAX + 1 },
		{ .series = PROMTEXT_SERIES_MAX + 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct promtext_settings settings = { .limits = wrong[i] };
		struct error err = { "" };

		assert_null(promtext_new(&settings, NULL, 0, dump, NULL, &err));
		assert_string_not_equal(err.text, "");
	}
}

/* A label of 16 MB, from a target that means no good. */
static void
a_huge_label_takes_no_memory(void **state)
{
	static const char begin[] = "a{b=\"";
	static char piece[16384];
	struct text t = text_new(DUMP_MAX);
	struct promtext_settings settings = { 0 };
	struct promtext *p = parser(&settings, &t);
	size_t fed = sizeof(begin) - 1;

	(void)state;
	memset(piece, 'x', sizeof(piece));
	assert_true(promtext_feed(p, begin, sizeof(begin) - 1));
	while (promtext_feed(p, piece, sizeof(piece)))
		fed += sizeof(piece);
	assert_true(fed <= PROMTEXT_LINE_BYTES_DEFAULT);
	assert_string_equal(
	    promtext_error(p), "line 1: the line is longer than 65536 bytes");
	promtext_free(p);
	text_free(&t);
}

static const char page[] = "# TYPE http_total counter\n"
			   "http_total{code=\"200\"} 10\n"
			   "http_total{code=\"500\"} 1\n"
			   "# a comment\n"
			   "other{x=\"y\",z=\"\\\"\"} 5\n"
			   "# TYPE up gauge\n"
			   "up 1\n"
			   "{\"my.name\"} 2\n"
			   "http_totals 3\n";

/* clang-format off */
static const struct {
	const char *selectors[3];
	const char *samples; /* with the number of the selector */
} picks[] = {
	{ { "up" }, "0:up;" },
	{ { "nothing" }, "" },
	{ { "{__name__='',code=~'.+'}" }, "" },
	{ { "http_total" }, "0:http_total;0:http_total;" },
	{ { "http_total{code=~'5..'}" }, "0:http_total;" },
	{ { "up", "http_total{code='200'}" }, "1:http_total;0:up;" },
	{ { "up", "up" }, "0:up;1:up;" },
	{ { "{__name__=~'.*t.*'}" },
	  "0:http_total;0:http_total;0:other;0:http_totals;" },
	{ { "{\"my.name\"}" }, "0:my.name;" },
	{ { "{z='\"'}" }, "0:other;" },
};
/* clang-format on */

static void
dump_name(void *arg, const struct promtext_sample *s)
{
	struct text *t = arg;

	text_addf(t, "%u:%.*s%s;", s->selector, (int)s->name.length,
	    s->name.bytes, s->is_repeated ? " again" : "");
}

static void
check_pick(const char *const texts[3], const char *samples)
{
	struct selector *selectors[3];
	struct promtext_settings settings = { 0 };
	struct text t = text_new(DUMP_MAX);
	struct error err;
	struct promtext *p;
	size_t count = 0;

	for (; count < 3 && texts[count] != NULL; count++)
		selectors[count] = selector_new(texts[count], &err);
	p = promtext_new(&settings, selectors, count, dump_name, &t, &err);
	assert_non_null(p);
	for (size_t piece = 1; piece < sizeof(page); piece++) {
		text_clear(&t);
		promtext_begin(p, PROMTEXT_TEXT);
		assert_true(feed(p, page, sizeof(page) - 1, piece));
		assert_string_equal(text_str(&t), samples);
	}
	promtext_free(p);
	while (count > 0)
		selector_free(selectors[--count]);
	text_free(&t);
}

static void
selectors_pick_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(picks); i++)
		check_pick(picks[i].selectors, picks[i].samples);
}

/* Behind a good line, so that it is not read for being the first. */
static const struct row unwanted_rows[] = {
	{ "up 1\nother{x=\"y} 1\n", REFUSED, "line 2: a string does not end" },
	{ "up 1\nother{x=y} 1\n", REFUSED, "line 2: a label's value" },
	{ "up 1\nother{1x=\"y\"} 1\n", REFUSED, "line 2: a label or }" },
	{ "up 1\nother{x=\"y\",,z=\"\"} 1\n", REFUSED, "line 2: a label" },
	{ "up 1\nother x\n", REFUSED, "line 2: a value" },
	{ "up 1\nother 1e400\n", REFUSED, "line 2: a value" },
	{ "up 1\nother 1 x\n", REFUSED, "line 2: a timestamp" },
	{ "up 1\nother\n", REFUSED, "line 2: a value" },
	{ "up 1\n<html>\n", REFUSED, "line 2: a name" },
	{ "up 1\nBad Gateway\n", REFUSED, "line 2: a value" },
	{ "up 1\nother{x=\"\xff\"} 1\n", REFUSED, "line 2: there are bytes" },
	{ "up 1\nother{x=\"y", REFUSED, "line 2: a string does not end" },
	{ "up 1\nother", REFUSED, "line 2: a value" },
	{ "up 1\n# TYPE other what\n", REFUSED, "line 2: there is no type" },
	{ "up 1\nother{x=\"y\",} +Inf 5\n", "0:up;", NULL },
	{ "up 1\nother 1\nother 1\nup 2\nup{a=\"b\"} 2\nup{c=\"\"} 2\n",
	    "0:up;0:up again;0:up;0:up again;", NULL },
	{ "up 1\nother", REFUSED, "line 2: a value" },
};

static void
what_nobody_asks_for_is_checked(void **state)
{
	struct promtext_settings settings = { 0 };
	struct text t = text_new(DUMP_MAX);
	struct error err;
	struct selector *up = selector_new("up", &err);
	struct promtext *p =
	    promtext_new(&settings, &up, 1, dump_name, &t, &err);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unwanted_rows); i++) {
		check(p, &t, PROMTEXT_TEXT, &unwanted_rows[i], DUMP_MAX);
		check(p, &t, PROMTEXT_TEXT, &unwanted_rows[i], 1);
	}
	promtext_free(p);
	selector_free(up);
	text_free(&t);
}

static void
a_slow_expression_gives_up(void **state)
{
	static const char slow[] =
	    "a{b=\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxyz\"} 1\n";
	struct promtext_settings settings = { 0 };
	struct text t = text_new(DUMP_MAX);
	struct error err;
	struct selector *s = selector_new("a{b=~'(x+x+)+y'}", &err);
	struct promtext *p =
	    promtext_new(&settings, &s, 1, dump_name, &t, &err);

	(void)state;
	assert_false(promtext_feed(p, slow, sizeof(slow) - 1));
	assert_true(promtext_gave_up(p));
	assert_string_equal(promtext_error(p),
	    "line 1: a regular expression of a{b=~\"(x+x+)+y\"} takes too "
	    "long");
	promtext_free(p);
	selector_free(s);
	text_free(&t);
}

/* Each by itself is quick enough. */
static void
all_expressions_have_one_budget(void **state)
{
	static const char slow[] = "a{b=\"xxxxxxxxyz\"} 1\n";
	struct promtext_settings settings = { .limits = { .steps = 10000 } };
	struct text t = text_new(DUMP_MAX);
	struct error err;
	struct selector *s = selector_new("a{b=~'(x+x+)+y'}", &err);
	struct promtext *p =
	    promtext_new(&settings, &s, 1, dump_name, &t, &err);
	int lines = 0;

	(void)state;
	while (promtext_feed(p, slow, sizeof(slow) - 1))
		assert_true(++lines < 10000);
	assert_true(lines > 1);
	assert_true(promtext_gave_up(p));
	promtext_begin(p, PROMTEXT_TEXT);
	assert_true(promtext_feed(p, slow, sizeof(slow) - 1));
	promtext_free(p);
	selector_free(s);
	text_free(&t);
}

struct ids {
	size_t count;
	struct series_id id[16];
	struct series_id group[16];
};

static void
note_ids(void *arg, const struct promtext_sample *s)
{
	struct ids *ids = arg;

	ids->id[ids->count] = s->id;
	ids->group[ids->count++] = s->group;
}

static bool
is_same(struct series_id a, struct series_id b)
{
	return a.high == b.high && a.low == b.low;
}

/* The first four are one series; the others are not, nor each other's. */
static const char series[] = "a_bucket{b=\"c\",le=\"1\"} 1\n"
			     "a_bucket{le=\"1\",b=\"c\"} 2\n"
			     "{le=\"1\",b=\"c\",\"a_bucket\"} 3\n"
			     "a_bucket{b=\"c\",\"le\"=\"1\",d=\"\"} 3\n"
			     "a_bucket{b=\"c\",le=\"2\"} 1\n"
			     "a_bucket{b=\"cl\",le=\"1\"} 1\n"
			     "a_bucket{bc=\"\",le=\"1\"} 1\n"
			     "a_bucket{b=\"1\",le=\"c\"} 1\n"
			     "b_bucket{b=\"c\",le=\"1\"} 1\n"
			     "a_bucket{b=\"c\"} 1\n";

static void
a_series_is_its_name_and_labels(void **state)
{
	struct promtext_settings settings = { 0 };
	struct ids ids = { 0 };
	struct error err;
	struct promtext *p =
	    promtext_new(&settings, NULL, 0, note_ids, &ids, &err);

	(void)state;
	assert_true(promtext_feed(p, series, sizeof(series) - 1));
	assert_true(promtext_finish(p));
	assert_int_equal(ids.count, 10);
	for (size_t i = 0; i < ids.count; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_equal(is_same(ids.id[i], ids.id[j]), i < 4);
	assert_true(is_same(ids.group[0], ids.group[4]));
	assert_true(is_same(ids.group[0], ids.id[9]));
	assert_false(is_same(ids.group[0], ids.group[5]));
	promtext_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(limits_have_limits),
		cmocka_unit_test(a_huge_label_takes_no_memory),
		cmocka_unit_test(selectors_pick_samples),
		cmocka_unit_test(what_nobody_asks_for_is_checked),
		cmocka_unit_test(a_slow_expression_gives_up),
		cmocka_unit_test(all_expressions_have_one_budget),
		cmocka_unit_test(a_series_is_its_name_and_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
