/*
 * Pages of metrics as wholes: what is none, what is too much, too old or
 * always the same.  The names begin with the number of the fault in the
 * catalogue of faults.
 */
#include "tests/unit/probe/metric.h"

#include <stdio.h>
#include <stdlib.h>

#include "probe/metric.h"
#include "probe/metric_range.h"

/* clang-format off */
static const struct {
	struct metric_page_answer answer;
	const char *page;
	enum sample_outcome outcome;
	const char *failure;
	const char *detail; /* a part of it */
} pages[] = {
	{ { 200, NULL, NULL }, "m 1\n", SAMPLE_OK, NULL, "" },
	{ { 200, "text/plain; version=0.0.4; charset=utf-8", NULL }, "m 1\n",
	  SAMPLE_OK, NULL, "" },
	{ { 200, "application/openmetrics-text; version=1.0.0", NULL },
	  "# TYPE m counter\nm_total 3 # {id=\"x\"} 9 1\n# EOF\n",
	  SAMPLE_OK, NULL, "" },
	{ { 200, "application/openmetrics-text; version=1.0.0", NULL },
	  "m 1\n", SAMPLE_FAILED, "metrics.syntax", "EOF" },
	{ { 200, "text/html; charset=utf-8", NULL }, "<p>m 1\n",
	  SAMPLE_FAILED, "metrics.format", "text/html" },
	{ { 200, "application/json", NULL }, "{}",
	  SAMPLE_FAILED, "metrics.format", "application/json" },
	{ { 200, "text/plain", "gzip" }, "m 1\n",
	  SAMPLE_FAILED, "metrics.format", "encoding gzip" },
	{ { 200, NULL, NULL }, "m 1\n<p>\n",
	  SAMPLE_FAILED, "metrics.syntax", "line 2: " },
	{ { 503, NULL, NULL }, "m 1\n",
	  SAMPLE_FAILED, "http.status", "503" },
	{ { 204, NULL, NULL }, "", SAMPLE_FAILED, "http.status", "204" },
	{ { 200, NULL, NULL }, "m{a=\"1\"} 1\nm{a=\"2\"} 1\nm{a=\"3\"} 1\n"
	  "m{a=\"4\"} 1\n", SAMPLE_OK, NULL, "" },
	{ { 200, NULL, NULL }, "m{a=\"1\"} 1\nm{a=\"2\"} 1\nm{a=\"3\"} 1\n"
	  "m{a=\"4\"} 1\nm{a=\"5\"} 1\n",
	  SAMPLE_LOST, "metrics.too_many_series", "max_series 4 of m" },
	/* M7 */
	{ { 200, NULL, NULL }, "m{a=\"\xff\"} 1\n",
	  SAMPLE_FAILED, "metrics.syntax", "line 1: " },
	{ { 200, NULL, NULL }, "m 1\r\n",
	  SAMPLE_FAILED, "metrics.syntax", "line 1: " },
	{ { 200, NULL, NULL }, "\xef\xbb\xbfm 1\n",
	  SAMPLE_FAILED, "metrics.syntax", "line 1: " },
};
/* clang-format on */

static void
test_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		struct metric_page *p = page_of(&defaults, "m");
		struct http_verdict v;

		metric_page_begin(p, &pages[i].answer, WALL_MS);
		for (const char *c = pages[i].page; *c != '\0'; c++)
			assert_true(metric_page_bytes(p, c, 1));
		v = metric_page_end(p, 0);
		if (v.outcome != pages[i].outcome ||
		    (v.failure == NULL) != (pages[i].failure == NULL) ||
		    (v.failure != NULL &&
			strcmp(v.failure, pages[i].failure) != 0) ||
		    strstr(v.detail, pages[i].detail) == NULL)
			fail_msg("page %zu: %s %s (%s)", i,
			    sample_outcome_word(v.outcome),
			    v.failure == NULL ? "-" : v.failure, v.detail);
		metric_page_free(p);
	}
}

static void
test_size(void **state)
{
	const struct prometheus_settings settings = {
		.max_bytes = 8, .max_series = 1, .max_age_ms = 1
	};
	const struct metric_page_answer answer = { .status = 200 };
	struct metric_page *p = page_of(&settings, "m");

	(void)state;
	metric_page_begin(p, &answer, WALL_MS);
	assert_true(metric_page_bytes(p, "m 12345\n", 8));
	assert_int_equal(metric_page_end(p, 0).outcome, SAMPLE_OK);
	metric_page_begin(p, &answer, WALL_MS);
	assert_true(metric_page_bytes(p, "m 12345\n", 8));
	assert_false(metric_page_bytes(p, "\n", 1));
	assert_string_equal(metric_page_end(p, 0).failure, "metrics.too_large");
	metric_page_free(p);
}

static void
test_absent(void **state)
{
	struct prometheus_settings settings = defaults;
	const struct metric_page_answer answer = { .status = 200 };
	struct metric_page *p;
	struct http_verdict v;

	(void)state;
	settings.on_absent = PROMETHEUS_ABSENT_FAILED;
	p = page_of(&settings, "rate(m)");
	metric_page_begin(p, &answer, WALL_MS);
	assert_true(metric_page_bytes(p, "m 1\n", 4));
	assert_int_equal(metric_page_end(p, 0).outcome, SAMPLE_OK);
	metric_page_begin(p, &answer, WALL_MS);
	v = metric_page_end(p, 10);
	assert_int_equal(v.outcome, SAMPLE_FAILED);
	assert_string_equal(v.failure, "metrics.absent");
	assert_string_equal(v.detail, "not on the page: rate(m)");
	metric_page_free(p);
}

static void
test_freshness(void **state)
{
	struct prometheus_settings settings = defaults;
	struct metric_page *p;
	char buffer[256];
	struct text t = text_over(buffer, sizeof(buffer));

	(void)state;
	settings.freshness = (struct prometheus_freshness){ true, "time", 20 };
	p = page_of(&settings, "m");
	read_page(p, "time 1\nm 1\n", 0, &t);
	text_add(&t, " ");
	read_page(p, "time 1\nm 1\n", 19, &t);
	text_add(&t, " ");
	read_page(p, "time 1\nm 1\n", 20, &t);
	text_add(&t, " ");
	read_page(p, "time 2\nm 1\n", 21, &t);
	text_add(&t, " ");
	read_page(p, "m 1\n", 22, &t);
	assert_string_equal(buffer, "1 1 metrics.frozen 1 metrics.frozen");
	metric_page_free(p);
}

/* Names that come and go for ever find room for ever. */
static void
test_churn(void **state)
{
	struct metric_page *p = page_of(&defaults, "counter(m)");
	char page[256], buffer[32];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct text t = text_over(buffer, sizeof(buffer));

		(void)snprintf(page, sizeof(page),
		    "m{a=\"x\"} %d\nm{b=\"%d\"} 1\nm{c=\"%d\"} 1\n", i, i, i);
		read_page(p, page, i * 1000, &t);
		/* Each page: one more, and two born with 1. */
		assert_int_equal(atoi(buffer), 3 * i);
		/* And none of what is refused. */
		(void)snprintf(page, sizeof(page),
		    "m{d=\"%d\"} 1\nm{e=\"%d\"} 1\nm{f=\"%d\"} 1\n!", i, i, i);
		read_page(p, page, i * 1000 + 1, &t);
	}
	metric_page_free(p);
}

/* A histogram of so many limits, the first of them above that. */
static struct http_verdict
read_buckets_from(struct metric_page *p, unsigned above, unsigned count)
{
	const struct metric_page_answer answer = { .status = 200 };
	char line[64];

	metric_page_begin(p, &answer, WALL_MS);
	for (unsigned i = 1; i < count; i++) {
		(void)snprintf(
		    line, sizeof(line), "h{le=\"%u\"} 1\n", above + i);
		assert_true(metric_page_bytes(p, line, strlen(line)));
	}
	assert_true(metric_page_bytes(p, "h{le=\"+Inf\"} 1\n", 15));
	return metric_page_end(p, 0);
}

static struct http_verdict
read_buckets(struct metric_page *p, unsigned count)
{
	return read_buckets_from(p, 0, count);
}

static void
test_buckets(void **state)
{
	struct prometheus_settings settings = defaults;
	struct metric_page *p;
	struct http_verdict v;

	(void)state;
	settings.max_series = METRIC_BUCKETS_MAX * 2;
	p = page_of(&settings, "histogram_quantile(0.5, h)");
	v = read_buckets(p, METRIC_BUCKETS_MAX + 1);
	assert_int_equal(v.outcome, SAMPLE_LOST);
	assert_string_equal(v.failure, "metrics.too_many_series");
	v = read_buckets(p, METRIC_BUCKETS_MAX);
	assert_int_equal(v.outcome, SAMPLE_OK);
	v = read_buckets(p, METRIC_BUCKETS_MAX + 1);
	assert_int_equal(v.outcome, SAMPLE_LOST);
	metric_page_free(p);
}

/* One page has room for them, but not for those of all pages before it. */
static void
test_limits_that_change(void **state)
{
	struct prometheus_settings settings = defaults;
	struct http_verdict v;
	struct metric_page *p;

	(void)state;
	settings.max_series = METRIC_BUCKETS_MAX * 2;
	p = page_of(&settings, "histogram_quantile(0.5, h)");
	v = read_buckets_from(p, 0, METRIC_BUCKETS_MAX);
	assert_int_equal(v.outcome, SAMPLE_OK);
	v = read_buckets_from(p, 1000, METRIC_BUCKETS_MAX);
	assert_int_equal(v.outcome, SAMPLE_LOST);
	v = read_buckets_from(p, 1000, METRIC_BUCKETS_MAX);
	assert_int_equal(v.outcome, SAMPLE_OK);
	metric_page_free(p);
}

/* More pages than a range has slices: at most one slice is off. */
static void
test_slices(void **state)
{
	const int64_t range_ms = 1000000, step_ms = 1000;
	struct metric_page *p = page_of(&defaults, "increase(m[1000s])");
	char page[32], buffer[32];

	(void)state;
	for (int64_t i = 0; i < 5000; i++) {
		struct text t = text_over(buffer, sizeof(buffer));
		double expected = (double)(range_ms / step_ms), got;

		(void)snprintf(page, sizeof(page), "m %lld\n", (long long)i);
		read_page(p, page, i * step_ms, &t);
		if (i < 1)
			continue;
		if ((double)i < expected)
			expected = (double)i;
		got = strtod(buffer, NULL);
		if (fabs(got - expected) > 1000.0 / METRIC_SLICES + 1.0)
			fail_msg("page %lld: %g, expected %g", (long long)i,
			    got, expected);
	}
	metric_page_free(p);
}

/* As many metrics as there may be, and one that shows that pages are new. */
static void
test_names(void **state)
{
	struct prometheus_settings settings = defaults;
	struct metric_name names[METRIC_NAMES_MAX];
	const struct metric_page_answer answer = { .status = 200 };
	char texts[METRIC_NAMES_MAX][32];
	struct error err = { "" };
	struct metric_page *p;

	(void)state;
	settings.freshness = (struct prometheus_freshness){ true, "m", 10 };
	for (size_t i = 0; i < METRIC_NAMES_MAX; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "m{a!=\"%zu\"}", i);
		names[i] = (struct metric_name){ texts[i], i % 2 == 0 };
	}
	p = metric_page_new(&settings, names, METRIC_NAMES_MAX, &err);
	assert_non_null(p);
	metric_page_begin(p, &answer, WALL_MS);
	assert_true(metric_page_bytes(p, "m{a=\"63\"} 5\n", 12));
	assert_int_equal(metric_page_end(p, 0).outcome, SAMPLE_OK);
	assert_true(metric_page_values(p)[61] == 5.0);
	assert_true(isnan(metric_page_values(p)[63]));
	metric_page_free(p);
}

/* What is asked once and what all metrics together have. */
static void
test_many(void **state)
{
	const struct metric_name names[] = { { "m", false }, { "m", true },
		{ "count(m)", false }, { "n", false } };
	const struct metric_page_answer answer = { .status = 200 };
	const char *text = "m{a=\"1\"} 1\nm{a=\"2\"} 2\nn 5\n";
	struct error err = { "" };
	struct metric_page *p =
	    metric_page_new(&defaults, names, ARRAY_LEN(names), &err);
	const double *values = metric_page_values(p);

	(void)state;
	metric_page_begin(p, &answer, WALL_MS);
	assert_true(metric_page_bytes(p, text, strlen(text)));
	assert_int_equal(metric_page_end(p, 0).outcome, SAMPLE_OK);
	assert_true(values[0] == 3.0 && values[1] == 0.0 && values[2] == 2.0 &&
	    values[3] == 5.0);
	metric_page_free(p);
	/* Without any it is only read. */
	p = metric_page_new(&defaults, NULL, 0, &err);
	metric_page_begin(p, &answer, WALL_MS);
	assert_true(metric_page_bytes(p, text, strlen(text)));
	assert_int_equal(metric_page_end(p, 0).outcome, SAMPLE_OK);
	metric_page_free(p);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		{ "M6 M7 pages that are none, or more than we take", test_pages,
		    NULL, NULL, NULL },
		{ "M7 a page that is too large is LOST", test_size, NULL, NULL,
		    NULL },
		{ "M1 absent may mean FAILED", test_absent, NULL, NULL, NULL },
		{ "M5 the same page for ever is LOST", test_freshness, NULL,
		    NULL, NULL },
		cmocka_unit_test(test_churn),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_limits_that_change),
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
