/*
 * What the formats' own specifications allow, and what they do not.  A row is
 * a page, or with a type the lines of the family "a" of that type.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probe/promtext.h"

#define GOOD NULL
#define PAGE_MAX 8192

struct row {
	const char *type; /* NULL: the page as it is */
	const char *lines;
	const char *why; /* GOOD, or a part of the reason */
};

/* clang-format off */
static const struct row open_rows[] = {
	/* the page */
	{ NULL, "# EOF\n", GOOD },
	{ NULL, "# EOF", GOOD },
	{ NULL, "", "does not end with # EOF" },
	{ NULL, "a 1\n", "line 2: the page does not end with # EOF" },
	{ NULL, "a 1\n# EOF\n\n", "line 3: something follows" },
	{ NULL, "\xef\xbb\xbf# EOF\n", "byte order mark" },
	{ NULL, "a 1\n\n# EOF\n", "line 2: a name" },
	{ NULL, "# a comment\n# EOF\n", "TYPE, HELP, UNIT or EOF" },
	{ NULL, "a 1\r\n# EOF\n", "a value is expected" },

	/* metadata */
	{ NULL, "# TYPE a gauge\n# UNIT a \n# HELP a x\na 1\n# EOF\n", GOOD },
	{ NULL, "# HELP a x\n# TYPE a gauge\na 1\n# EOF\n", GOOD },
	{ NULL, "# TYPE a_s gauge\n# UNIT a_s s\na_s 1\n# EOF\n", GOOD },
	{ NULL, "# TYPE a_s_x gauge\n# UNIT a_s_x s_x\n# EOF\n", GOOD },
	{ NULL, "# TYPE a gauge\n# TYPE b gauge\n# EOF\n", GOOD },
	{ NULL, "# TYPE a gauge\n# TYPE a gauge\n# EOF\n", "line 2: the family has" },
	{ NULL, "# HELP a x\n# HELP a y\n# EOF\n", "line 2: the family has" },
	{ NULL, "# HELP a \n# HELP a \n# EOF\n", "line 2: the family has" },
	{ NULL, "# UNIT a_s s\n# UNIT a_s s\n# EOF\n", "line 2: the family has" },
	{ NULL, "# UNIT a s\n# EOF\n", "the unit is not the end" },
	{ NULL, "# UNIT as s\n# EOF\n", "the unit is not the end" },
	{ NULL, "# UNIT a_s- s-\n# EOF\n", "a blank" },
	{ NULL, "# TYPE a_s info\n# UNIT a_s s\n# EOF\n", "line 1: an info" },
	{ NULL, "# TYPE a_s stateset\n# UNIT a_s s\n# EOF\n", "line 1: an info" },
	{ NULL, "# UNIT a_s s\n# TYPE a_s info\n# EOF\n", "line 1: an info" },
	{ NULL, "# TYPE a_s info\n# UNIT a_s \n# EOF\n", GOOD },
	{ NULL, "# TYPE a untyped\n# EOF\n", "there is no type" },
	{ NULL, "# TYPE a\n# EOF\n", "a blank" },
	{ NULL, "# HELP a\n# EOF\n", "a blank" },
	{ NULL, "# HELP a x \\n \\\" \\\\ \\q\n# EOF\n", GOOD },
	{ NULL, "# HELP a x\" \n# EOF\n", "a quote in HELP" },
	{ NULL, "# HELP a x\\\n# EOF\n", "a backslash in HELP" },
	{ NULL, "# HELP a x\r\n# EOF\n", "carriage return" },
	{ NULL, "# HELP \"a\" x\n# EOF\n", "a name is expected" },
	{ NULL, "# HELP _a x\n# EOF\n", "underscore are reserved" },
	{ NULL, "a 1\n# TYPE a gauge\n# EOF\n", "line 2: TYPE, HELP and UNIT" },
	{ NULL, "# TYPE a gauge\na 1\n# HELP a x\n# EOF\n", "come before" },
	{ NULL, "# TYPE a_s gauge\na_s 1\n# UNIT a_s s\n# EOF\n", "come before" },

	/* families */
	{ NULL, "a 1\nb 1\na{x=\"y\"} 1\n# EOF\n", "line 3: the lines of the" },
	{ NULL, "# TYPE a gauge\n# TYPE b gauge\na 1\n# EOF\n", "line 3: the lines" },
	{ NULL, "# TYPE a counter\na_total 1\na 1\n# EOF\n", "line 3: samples of this" },
	{ NULL, "# TYPE a counter\n# TYPE a_total gauge\n# EOF\n", "line 2: " },
	{ NULL, "# TYPE a_created gauge\n# TYPE a counter\n# EOF\n",
	  "line 2: the name a_created is taken" },
	{ NULL, "# TYPE a histogram\na 1\n# EOF\n", "line 2: samples of this" },
	{ NULL, "# TYPE a gauge\n# TYPE a_total gauge\na_total 1\n# EOF\n", GOOD },
	{ NULL, "# TYPE a info\n# TYPE a_infos gauge\n# EOF\n", GOOD },

	/* samples */
	{ NULL, "a{} 1\n# EOF\n", GOOD },
	{ NULL, "a:b 1\n# EOF\n", GOOD },
	{ NULL, "a{b=\"\\q\"} 1\n# EOF\n", GOOD },
	{ NULL, "a{b=\"c\",d=\"e\"} 1\n# EOF\n", GOOD },
	{ NULL, "a{b=\"c\",} 1\n# EOF\n", "a label after the comma" },
	{ NULL, "a{\"b\"=\"c\"} 1\n# EOF\n", "a name in quotes" },
	{ NULL, "{\"a\"} 1\n# EOF\n", "a name in quotes" },
	{ NULL, "a{_b=\"c\"} 1\n# EOF\n", "underscore are reserved" },
	{ NULL, "_a 1\n# EOF\n", "underscore are reserved" },
	{ NULL, "a{b=\"c\",b=\"c\"} 1\n# EOF\n", "b is there twice" },
	{ NULL, "a 1e400\n# EOF\n", "a value" },
	{ NULL, "a 0x10\n# EOF\n", "a value" },
	{ NULL, "a 1_0\n# EOF\n", "a value" },

	/* metrics and their points */
	{ "gauge", "a 1\na 1\n", "line 3: the sample is there twice" },
	{ "gauge", "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n", "there twice" },
	{ "gauge", "a 1 1\na 1 1\n", "line 3: the sample is there twice" },
	{ "gauge", "a 1 1\na 1 2\n", GOOD },
	{ "gauge", "a 1 1.0000000001\na 1 1.0000000002\n", GOOD },
	{ "gauge", "a 1 1520879607.000000001\na 1 1520879607.000000002\n", GOOD },
	{ "gauge", "a 1 2\na 1 1\n", "line 3: the timestamps go backwards" },
	{ "gauge", "a 1 1\na 1\n", "line 3: some samples of the metric have" },
	{ "gauge", "a 1\na 1 1\n", "some samples of the metric have" },
	{ "gauge", "a{x=\"1\"} 1\na{x=\"2\"} 1 5\n", GOOD },
	{ "gauge", "a{x=\"1\"} 1 1\na{x=\"2\"} 1 1\na{x=\"1\"} 1 2\n",
	  "line 4: the samples of the metric are not together" },
	{ "summary", "a_count 0 1\na_count 0 2\na_sum 0 1\n", "go backwards" },
	{ "summary", "a_count 0 1\na_sum 0 1\na_count 0 2\na_sum 0 2\n", GOOD },

	{ "counter", "a_total 1\na_created 1.5\n", GOOD },
	{ "counter", "a_total +Inf\n", GOOD },
	{ "counter", "a 1\n", "line 2: samples of this type of metric end in "
			       "_total" },
	{ "histogram", "a 1\n", "metric end in _bucket" },
	{ "counter", "a_total NaN\n", "_total is not a number" },
	{ "counter", "a_total -1\n", "_total is negative" },
	{ "counter", "a_created 1\n", "line 2: a counter lacks its _total" },
	{ "counter", "a_total 1\na_created NaN\n", "_created is not a moment" },
	{ "gauge", "a -1\n", GOOD },
	{ "gauge", "a NaN\n", GOOD },

	{ "stateset", "a{a=\"x\"} 0\na{a=\"y\"} 1.0\n", GOOD },
	{ "stateset", "a{e=\"1\",a=\"x\"} 0\na{e=\"1\",a=\"y\"} 1\n"
	  "a{e=\"2\",a=\"x\"} 0\n", GOOD },
	{ "stateset", "a{a=\"x\"} 0\na{a=\"x\"} 0\n", "there twice" },
	{ "stateset", "a 0\n", "a state lacks" },
	{ "stateset", "a{b=\"x\"} 0\n", "a state lacks" },
	{ "stateset", "a{a=\"x\"} 2\n", "0 or 1" },
	{ "stateset", "a{a=\"x\"} NaN\n", "0 or 1" },

	{ "info", "a_info{x=\"1\"} 1\na_info{x=\"2\"} 1.0\n", GOOD },
	{ "info", "a_info 2\n", "the value of an info is 1" },
	{ "info", "a_info{x=\"1\"} 1\na_info{x=\"1\"} 1\n", "there twice" },
	{ "info", "a 1\n", "line 2: samples of this" },

	{ "summary", "a_count 1\na_sum 2.5\na_created 5\n", GOOD },
	{ "summary", "a{quantile=\"0.9\"} 1\na{quantile=\"0.5\"} NaN\n", GOOD },
	{ "summary", "a{quantile=\"1\"} 1\na{quantile=\"0\"} 1\n", GOOD },
	{ "summary", "a 1\n", "lacks its label quantile" },
	{ "summary", "a{quantile=\"x\"} 1\n", "not from 0 to 1" },
	{ "summary", "a{quantile=\"1.1\"} 1\n", "not from 0 to 1" },
	{ "summary", "a{quantile=\"-0.1\"} 1\n", "not from 0 to 1" },
	{ "summary", "a{quantile=\"NaN\"} 1\n", "not from 0 to 1" },
	{ "summary", "a{quantile=\"0.5\"} -1\n", "a quantile is negative" },
	{ "summary", "a_count 1.5\n", "_count is not a whole number" },
	{ "summary", "a_count -1\n", "_count is negative" },
	{ "summary", "a_sum NaN\n", "_sum is not a number" },
	{ "summary", "a_sum -1\n", "_sum is negative" },
	{ "summary", "a_sum{quantile=\"0.5\"} 1\n", "only quantiles" },

#define BUCKETS "a_bucket{le=\"1.0\"} 1\na_bucket{le=\"+Inf\"} 2\n"
	{ "histogram", BUCKETS, GOOD },
	{ "histogram", BUCKETS "a_count 2\na_sum 3\na_created 1\n", GOOD },
	{ "histogram", "a_bucket{le=\"+Inf\"} 0\n", GOOD },
	{ "histogram", "a_bucket{le=\"1.1e-4\"} 0\na_bucket{le=\"+Inf\"} 0\n", GOOD },
	{ "histogram", "a_bucket{le=\"-1.0\"} 0\na_bucket{le=\"+Inf\"} 0\n", GOOD },
	{ "histogram", "", GOOD },
	{ "histogram", BUCKETS "a_count 2\n", "line 4: a histogram has a count" },
	{ "histogram", BUCKETS "a_sum 2\n", "line 4: a histogram has a sum" },
	{ "histogram", BUCKETS "a_count 3\na_sum 1\n", "that of its bucket +Inf" },
	{ "histogram", "a_count 3\na_sum 1\n", "line 3: a histogram lacks its b" },
	{ "histogram", "a_bucket{le=\"1.0\"} 1\n", "lacks its bucket +Inf" },
	{ "histogram", "a_bucket 1\n", "lacks its label le" },
	{ "histogram", "a_bucket{le=\"\"} 1\n", "lacks its label le" },
	{ "histogram", "a_bucket{le=\"x\"} 1\n", "le is not a number" },
	{ "histogram", "a_bucket{le=\"NaN\"} 1\n", "le is not a number" },
	{ "histogram", "a_bucket{le=\"Inf\"} 1\n", "le of the last bucket" },
	{ "histogram", "a_bucket{le=\"+INF\"} 1\n", "le of the last bucket" },
	{ "histogram", "a_bucket{le=\"1.0\"} 1\na_bucket{le=\"1.0\"} 1\n", "twice" },
	{ "histogram", "a_bucket{le=\"1.0\"} 1\na_bucket{le=\"1.00\"} 1\n",
	  "not in order of le" },
	{ "histogram", "a_bucket{le=\"2.0\"} 1\na_bucket{le=\"1.0\"} 1\n",
	  "line 3: the buckets are not in order of le" },
	{ "histogram", "a_bucket{le=\"1.0\"} 3\na_bucket{le=\"+Inf\"} 2\n",
	  "line 3: the bucket counts less" },
	{ "histogram", "a_bucket{le=\"+Inf\"} 1.5\n", "not a whole number" },
	{ "histogram", "a_bucket{le=\"+Inf\"} +Inf\n", "not a whole number" },
	{ "histogram", "a_bucket{le=\"+Inf\"} NaN\n", "not a number" },
	{ "histogram", "a_bucket{le=\"+Inf\"} -1\n", "negative" },
	{ "histogram", BUCKETS "a_count 2\na_sum -1\n", "_sum is negative" },
	{ "histogram", "a_bucket{le=\"-1.0\"} 0\na_bucket{le=\"+Inf\"} 1\n"
	  "a_count 1\na_sum 0\n", "a negative le has a sum" },
	{ "histogram", BUCKETS "a_sum{le=\"1.0\"} 1\n", "only buckets have" },
	{ "histogram", "a_bucket{x=\"1\",le=\"+Inf\"} 1\n"
	  "a_bucket{x=\"2\",le=\"+Inf\"} 1\na_count{x=\"1\"} 1\n",
	  "line 4: the samples of the metric are not together" },
	{ "histogram", "a_bucket{x=\"1\",le=\"1.0\"} 1\n"
	  "a_bucket{x=\"2\",le=\"+Inf\"} 1\n", "line 2: a histogram lacks" },
	{ "histogram", "a_bucket{le=\"1.0\"} 1 1\na_bucket{le=\"+Inf\"} 1 2\n",
	  "lacks its bucket +Inf" },

	{ "gaugehistogram", BUCKETS "a_gcount 2\na_gsum 3\n", GOOD },
	{ "gaugehistogram", "a_bucket{le=\"-1.0\"} 1\na_bucket{le=\"+Inf\"} 2\n"
	  "a_gcount 2\na_gsum -3\n", GOOD },
	{ "gaugehistogram", BUCKETS "a_gcount 2\na_gsum -3\n", "no le is" },
	{ "gaugehistogram", BUCKETS "a_gsum 3\n", "a sum and no count" },
	{ "gaugehistogram", BUCKETS "a_gsum NaN\n", "_gsum is not a number" },
	{ "gaugehistogram", BUCKETS "a_gcount 1\na_gsum 3\n", "bucket +Inf" },
	{ "gaugehistogram", BUCKETS "a_sum 3\n", GOOD /* of nobody */ },

	/* exemplars */
	{ "counter", "a_total 1 # {x=\"y\"} 1 5\n", GOOD },
	{ "counter", "a_total 1 5 # {} 1\n", GOOD },
	{ "histogram", "a_bucket{le=\"+Inf\"} 1 # {} 1e9\n", GOOD },
	{ "histogram", "a_bucket{le=\"1.0\"} 1 # {} 1.5\n", "not of this bucket" },
	{ "gaugehistogram", "a_bucket{le=\"+Inf\"} 1 # {} 1\n", GOOD },
	{ "counter", "a_total 1\na_created 1 # {} 1\n", "only buckets and _total" },
	{ "gauge", "a 1 # {} 1\n", "only buckets and _total" },
	{ "histogram", BUCKETS "a_count 2 # {} 1\n", "only buckets and _total" },
	{ "summary", "a_count 2 # {} 1\n", "only buckets and _total" },
	{ "counter", "a_total 1 # {_x=\"y\"} 1\n", "underscore are reserved" },
	{ "counter", "a_total 1 # {x=\"y\",x=\"y\"} 1\n", "x is there twice" },
#define CHARS_63 "123456789012345678901234567890123456789012345678901234567890123"
	{ "counter", "a_total 1 # {x=\"" CHARS_63 CHARS_63 "1\"} 1\n", GOOD },
	{ "counter", "a_total 1 # {x=\"" CHARS_63 CHARS_63 "12\"} 1\n",
	  "more than 128 characters" },
	{ "counter", "a_total 1 # {x=\"" CHARS_63 CHARS_63 "\xc3\xa9\"} 1\n", GOOD },
};

static const struct row text_rows[] = {
	{ NULL, "", GOOD },
	{ NULL, "a 1\n", GOOD },
	{ NULL, "a 1", "line 1: the last line lacks its line feed" },
	{ NULL, "# comment", "line 1: the last line lacks its line feed" },
	{ NULL, "\n  \n\t a{ b = \"c\" , } 1 5 \n", GOOD },
	{ NULL, "a -1 -5\n", GOOD },
	{ NULL, "a{b=\"c\"d=\"e\"} 1\n", "a comma or }" },
	{ NULL, "a{b=\"c\"}1\n", "a blank and a value" },
	{ NULL, "a+1\n", "a blank and a value" },
	{ NULL, "a{b=\"\\q\"} 1\n", "one of \\\\, \\\" and \\n is expected" },
	{ NULL, "{\"a.b\"} 1\n", "a name in quotes" },
	{ NULL, "# HELP a x\n# TYPE a gauge\na 1\n", GOOD },
	{ NULL, "#\tTYPE  a\tgauge \na 1\n", GOOD },
	{ NULL, "#TYPE a what\n", "there is no type" },
	{ NULL, "# TYPE a\n", "there is no type" },
	{ NULL, "# TYPE\n", "a name" },
	{ NULL, "# TYPE a gauge x\n", "there is no type" },
	{ NULL, "# HELP\n", "a name" },
	{ NULL, "# HELP a\n", GOOD },
	{ NULL, "# HELP a \"x\" \\n \\\\\n", GOOD },
	{ NULL, "# HELP a \\x\n", "a backslash in HELP" },
	{ NULL, "# HELP a x\\\n", "a backslash in HELP" },
	{ NULL, "# TYPE a gauge\n# TYPE a gauge\n", "line 2: the family has" },
	{ NULL, "# HELP a x\n# HELP a x\n", "line 2: the family has" },
	{ NULL, "a 1\n# TYPE a gauge\n", "line 2: TYPE, HELP and UNIT come" },
	{ NULL, "a 1\nb 1\na{x=\"y\"} 1\n", "line 3: the lines of the family" },
	{ NULL, "a 1\nb 1\n# HELP a x\n", "line 3: the lines of the family" },
	{ NULL, "a 1\na 1\n", "line 2: the series is there twice" },
	{ NULL, "a 1 1\na 1 2\n", "line 2: the series is there twice" },
	{ NULL, "# TYPE a counter\na -1\n", GOOD },
	{ NULL, "_a{__b=\"c\"} 1\n", GOOD },
	{ NULL, "# TYPE a counter\n# TYPE a_total counter\na_total 1\n", GOOD },

	{ "summary", "a{quantile=\"0.5\"} 1\na{quantile=\"0.9\"} 2\na_sum 3\n"
	  "a_count 4\n", GOOD },
	{ "summary", "a{quantile=\"0.9\"} 1\na{quantile=\"0.5\"} 2\n",
	  "line 3: the quantiles are not in order" },
	{ "summary", "a 1\n", "lacks its label quantile" },
	{ "summary", "a{quantile=\"2\"} 1\n", "not from 0 to 1" },

	{ "histogram", BUCKETS "a_sum 1\na_count 2\n", GOOD },
	{ "histogram", BUCKETS "a_count 2\n", GOOD },
	{ "histogram", "a_count 2\n" BUCKETS, GOOD },
	{ "histogram", "a_bucket{x=\"1\",le=\"1\"} 1\na_bucket{x=\"2\",le=\"1\"} 1\n"
	  "a_bucket{x=\"1\",le=\"+Inf\"} 1\na_bucket{x=\"2\",le=\"+Inf\"} 1\n"
	  "a_count{x=\"1\"} 1\na_count{x=\"2\"} 1\n", GOOD },
	{ "histogram", BUCKETS, "line 3: a histogram lacks its count" },
	{ "histogram", BUCKETS "a_count 3\n", "line 4: a histogram's count" },
	{ "histogram", "a_bucket{le=\"1\"} 1\na_count 1\n", "lacks its bucket" },
	{ "histogram", "a_bucket 1\n", "lacks its label le" },
	{ "histogram", "a_bucket{le=\"2\"} 1\na_bucket{le=\"1\"} 1\n",
	  "not in order of le" },
	{ "histogram", "a_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n",
	  "the bucket counts less" },
	{ "histogram", "a 1\n", "end in _bucket" },
};
/* clang-format on */

static void
ignore(void *arg, const struct promtext_sample *s)
{
	size_t *count = arg;

	(void)s;
	(*count)++;
}

static void
check(struct promtext *p, enum promtext_format format, const struct row *row)
{
	char page[PAGE_MAX];
	int length;
	bool ok;

	length = snprintf(page, sizeof(page), "%s%s%s%s%s",
	    row->type == NULL ? "" : "# TYPE a ",
	    row->type == NULL ? "" : row->type, row->type == NULL ? "" : "\n",
	    row->lines,
	    row->type == NULL || format == PROMTEXT_TEXT ? "" : "# EOF\n");
	assert_in_range(length, 0, sizeof(page) - 1);
	promtext_begin(p, format);
	ok = promtext_feed(p, page, (size_t)length) && promtext_finish(p);
	if (row->why == GOOD && !ok)
		fail_msg("%s: %s", page, promtext_error(p));
	if (row->why != GOOD &&
	    (ok || strstr(promtext_error(p), row->why) == NULL))
		fail_msg("%s: \"%s\" instead of \"%s\"", page,
		    promtext_error(p), row->why);
}

static void
check_rows(enum promtext_format format, const struct row *rows, size_t count)
{
	struct promtext_settings settings = { .is_strict = true };
	struct error err;
	size_t samples = 0;
	struct promtext *p =
	    promtext_new(&settings, NULL, 0, ignore, &samples, &err);

	assert_non_null(p);
	for (size_t i = 0; i < count; i++)
		check(p, format, &rows[i]);
	promtext_free(p);
}

static void
openmetrics_is_what_its_specification_says(void **state)
{
	(void)state;
	check_rows(PROMTEXT_OPENMETRICS, open_rows, ARRAY_LEN(open_rows));
}

static void
text_is_what_its_documentation_says(void **state)
{
	(void)state;
	check_rows(PROMTEXT_TEXT, text_rows, ARRAY_LEN(text_rows));
}

/* The specification has them in strings; nowhere else. */
static void
openmetrics_may_have_nul_in_strings(void **state)
{
	static const char good[] = "a{b=\"x\0y\"} 1\n# EOF\n";
	static const char bad[] = "a{b\0=\"xy\"} 1\n# EOF\n";
	struct promtext_settings settings = { .is_strict = true };
	struct error err;
	size_t samples = 0;
	struct promtext *p =
	    promtext_new(&settings, NULL, 0, ignore, &samples, &err);

	(void)state;
	promtext_begin(p, PROMTEXT_OPENMETRICS);
	assert_true(promtext_feed(p, good, sizeof(good) - 1));
	assert_true(promtext_finish(p));
	assert_int_equal(samples, 1);
	promtext_begin(p, PROMTEXT_OPENMETRICS);
	assert_false(promtext_feed(p, bad, sizeof(bad) - 1));
	promtext_begin(p, PROMTEXT_TEXT);
	assert_false(promtext_feed(p, good, sizeof(good) - 1));
	promtext_free(p);
}

static void
series_are_limited_in_all(void **state)
{
	struct promtext_settings settings = { .is_strict = true,
		.limits = { .series = 3 } };
	struct error err;
	size_t samples = 0;
	struct promtext *p =
	    promtext_new(&settings, NULL, 0, ignore, &samples, &err);
	static const struct row at = { NULL,
		"a{x=\"1\"} 1\na{x=\"2\"} 1\nb 1\n", GOOD };
	static const struct row past = { NULL,
		"a{x=\"1\"} 1\na{x=\"2\"} 1\nb 1\nc 1\n",
		"line 4: more than 3 series" };

	(void)state;
	check(p, PROMTEXT_TEXT, &at);
	check(p, PROMTEXT_TEXT, &past);
	promtext_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openmetrics_is_what_its_specification_says),
		cmocka_unit_test(text_is_what_its_documentation_says),
		cmocka_unit_test(openmetrics_may_have_nul_in_strings),
		cmocka_unit_test(series_are_limited_in_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
