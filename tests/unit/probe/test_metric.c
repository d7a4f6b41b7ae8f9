/*
 * Metrics from page to page.  The names begin with the number of the fault in
 * the catalogue of faults.
 */
#include "tests/unit/probe/metric.h"

#include "probe/metric_expression.h"

#define PAGES_MAX 8
#define DEPLOY "deploy"
#define M "m{a=\"1\"} "
#define N "m{a=\"2\"} "

struct row {
	const char *name;
	const char *metric;
	/*
	 * Each, ten seconds after the one before; NULL: none was to be had;
	 * DEPLOY: one moment before the next.
	 */
	const char *pages[PAGES_MAX];
	size_t count;
	/* What is measured; "?" unknown, the failure where a page is not OK. */
	const char *values;
};

#define PAGES(...)       \
	{ __VA_ARGS__ }, \
	    sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)

/* A histogram of so many observations up to 0.1, 1, 10 and above. */
#define H(a, b, c, d)                                       \
	"h_bucket{le=\"0.1\"} " a "\nh_bucket{le=\"1\"} " b \
	"\nh_bucket{le=\"10\"} " c "\nh_bucket{le=\"+Inf\"} " d "\n"

/* clang-format off */
static struct row rows[] = {
	/* Of one page. */
	{ "a name is the sum over its series", "m",
	  PAGES(M "1\n" N "2.5\nother 7\n"), "3.5" },
	{ "a selector picks some", "m{a=~'2|3'}",
	  PAGES(M "1\n" N "2.5\n"), "2.5" },
	{ "sum says the same", "sum(m)", PAGES(M "1\n" N "2.5\n"), "3.5" },
	{ "average", "avg(m)", PAGES(M "1\n" N "2\n"), "1.5" },
	{ "least", "min(m)", PAGES(M "1\n" N "-2\n"), "-2" },
	{ "most", "max ( m )", PAGES(M "-1\n" N "-2\n"), "-1" },
	{ "how many", "count(m)", PAGES(M "1\n" N "2\n"), "2" },
	{ "how many, whatever they are", "count(m)", PAGES(M "NaN\n"), "1" },
	{ "a metric may be called like a function", "sum", PAGES("sum 4\n"),
	  "4" },
	{ "exemplars mean nothing", "m_total", PAGES(
	  "# TYPE m counter\nm_total 3 # {id=\"x\"} 9 1\n# EOF\n"),
	  "metrics.syntax" },
	{ "M1 what is not there is unknown, and the page is fine", "m",
	  PAGES("other 1\n", M "1\n", "other 1\n"), "? 1 ?" },
	{ "M1 also how many of it there are", "count(m)", PAGES("other 1\n"),
	  "?" },
	{ "M2 NaN is unknown", "m", PAGES(M "NaN\n" N "1\n"), "?" },
	{ "M2 and so is what is infinite", "m", PAGES(M "+Inf\n", M "-Inf\n"),
	  "? ?" },
	{ "M2 and the least of that and others", "min(m)",
	  PAGES(M "+Inf\n" N "1\n"), "?" },
	{ "M7 an expression that does not end", "m{a=~'(x+x+)+y'}",
	  PAGES("m{a=\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxyz\"} 1\n",
	  "m{a=\"xxy\"} 1\n"), "metrics.too_slow 1" },
	{ "M2 1e400 is not a number that fits", "m", PAGES(M "1e400\n"),
	  "metrics.syntax" },
	{ "M2 nor is a decimal comma one", "m", PAGES(M "1,5\n"),
	  "metrics.syntax" },
	{ "M4 a sample of long ago is not there", "m",
	  PAGES(M "1 1699999699999\n" N "2\n",
	  M "1 1699999700000\n"), "2 ?" },
	{ "M4 one that is just not too old is", "m",
	  PAGES(M "1 1699999700000\n"), "1" },
	{ "M4 nor is one of times to come", "m",
	  PAGES(M "1 1700000060000\n", M "1 1700000090000\n"), "1 ?" },
	{ "M6 of what is there twice the first counts", "m",
	  PAGES(M "1\n" M "2\n"), "1" },
	{ "M6 a page that ends in the middle says nothing", "m",
	  PAGES(M "1\n", M "1\nm{a=\"2", M "3\n"), "1 metrics.syntax 3" },

	/* Counters. */
	{ "a counter is counted from where it was found", "counter(m)",
	  PAGES(M "1000\n", M "1003\n", M "1003\n"), "0 3 3" },
	{ "M3 a counter that fell has been reset", "counter(m)",
	  PAGES(M "1000\n", M "2\n", M "5\n"), "0 2 5" },
	{ "M3 each series by itself", "counter(m)",
	  PAGES(M "1000\n" N "10\n", M "1\n" N "20\n"), "0 11" },
	{ "M3 beyond 2^53 what it grows by is still right", "counter(m)",
	  PAGES(M "9007199254740992\n", M "9007199254740994\n",
	  M "9007199254741000\n"), "0 2 8" },
	{ "M3 a counter below zero is none", "counter(m)",
	  PAGES(M "5\n", M "-1\n", M "7\n"), "0 ? 2" },
	{ "M2 nor is one that is no number", "rate(m)",
	  PAGES(M "5\n", M "NaN\n", M "25\n"), "? ? 1" },
	{ "a new series is counted from zero", "counter(m)",
	  PAGES(M "1000\n", M "1000\n" N "3\n"), "0 3" },
	{ "errors that there never were before as well", "counter(e)",
	  PAGES(M "1\n", "e 3\n" M "1\n", "e 5\n"), "? 3 5" },
	{ "at their rate", "rate(e)",
	  PAGES(M "1\n", "e 3\n" M "1\n", "e 5\n"), "? 0.3 0.2" },
	{ "those away for longest are forgotten first", "counter(m)",
	  PAGES(M "0\nm{b=\"1\"} 1000\n", M "0\nm{c=\"1\"} 1000\n",
	  M "0\nm{d=\"1\"} 1000\n", M "0\nm{e=\"1\"} 1000\n",
	  M "0\nm{c=\"1\"} 1001\n", M "0\nm{b=\"1\"} 1001\n"),
	  "0 1000 2000 3000 3001 4002" },
	{ "one that is gone leaves what it counted", "counter(m)",
	  PAGES(M "0\n" N "0\n", M "1\n" N "2\n", M "2\n", N "3\n"),
	  "0 3 4 5" },
	{ "a page that is lost is bridged", "counter(m)",
	  PAGES(M "10\n", NULL, M "14\n"), "0 - 4" },
	{ "one that breaks off counts for nothing", "counter(m)",
	  PAGES(M "10\n", M "12\n" N "9\n!", M "14\n" N "9\n"),
	  "0 metrics.syntax 13" },
	{ "what comes twice counts once", "counter(m)",
	  PAGES(M "1\n" M "9\n", M "2\n" M "9\n"), "0 1" },

	/* Rates. */
	{ "a rate is a second's", "rate(m)",
	  PAGES(M "0\n", M "5\n", M "25\n"), "? 0.5 2" },
	{ "over a page that is lost it is that of both", "rate(m)",
	  PAGES(M "0\n", NULL, M "50\n"), "? - 2.5" },
	{ "M3 a reset is no spike", "rate(m)",
	  PAGES(M "1000000\n", M "10\n"), "? 1" },
	{ "an increase is what was added", "increase(m)",
	  PAGES(M "0\n", M "5\n", M "25\n"), "? 5 20" },
	{ "in a range of time, as far as it is known", "increase(m[30s])",
	  PAGES(M "0\n", M "1\n", M "3\n", M "7\n", M "15\n", M "31\n"),
	  "? 1 3 7 14 28" },
	{ "a rate over a range", "rate(m[20s])",
	  PAGES(M "0\n", M "10\n", M "30\n", M "70\n"), "? 1 1.5 3" },
	{ "M3 a reset in a range", "increase(m[1m])",
	  PAGES(M "100\n", M "110\n", M "5\n", M "6\n"), "? 10 15 16" },
	{ "nothing else in the range is unknown", "rate(m[15s])",
	  PAGES(M "0\n", NULL, M "9\n", M "19\n"), "? - ? 1" },
	{ "absent now is unknown now", "rate(m)",
	  PAGES(M "0\n", "other 1\n", M "10\n"), "? ? 0.5" },

	/* Deployments. */
	{ "no rate holds what was before a deployment", "rate(m)",
	  PAGES(M "0\n", DEPLOY, M "500\n", M "510\n"), "? ? 1" },
	{ "nor does one over a range", "increase(m[5m])",
	  PAGES(M "0\n", M "9\n", DEPLOY, M "500\n", M "510\n", M "530\n"),
	  "? 9 ? 10 30" },
	{ "the first of a new release count", "increase(e[5m])",
	  PAGES("e 5\n", DEPLOY, M "1\n", "e 3\n", "e 7\n"), "? ? 3 7" },
	{ "counters go on", "counter(m)",
	  PAGES(M "5\n", DEPLOY, M "7\n"), "0 2" },
	{ "nor does a quantile", "histogram_quantile(0.5, h_bucket[5m])",
	  PAGES(H("0", "0", "0", "0"), DEPLOY, H("0", "0", "10", "10"),
	  H("0", "10", "20", "20")), "? ? 0.55" },

	/* Histograms. */
	{ "half way into a bucket", "histogram_quantile(0.5, h_bucket)",
	  PAGES(H("0", "0", "0", "0"), H("0", "10", "10", "10")), "? 0.55" },
	{ "the lowest bucket begins at zero",
	  "histogram_quantile(0.5, h_bucket)",
	  PAGES(H("5", "5", "5", "5"), H("15", "15", "15", "15")), "? 0.05" },
	{ "above all limits it is the highest of them",
	  "histogram_quantile(0.99, h_bucket)",
	  PAGES(H("0", "0", "0", "0"), H("0", "0", "0", "10")), "? 10" },
	{ "over a range", "histogram_quantile(0.5, h_bucket[20s])",
	  PAGES(H("0", "0", "0", "0"), H("10", "10", "10", "10"),
	  H("10", "20", "20", "20"), H("10", "20", "30", "30")),
	  "? 0.05 0.1 1" },
	{ "M3 after a reset",
	  "histogram_quantile(0.5, h_bucket)",
	  PAGES(H("90", "95", "99", "99"), H("0", "10", "10", "10")),
	  "? 0.55" },
	{ "M8 no observation is unknown", "histogram_quantile(0.5, h_bucket)",
	  PAGES(H("1", "2", "3", "4"), H("1", "2", "3", "4")), "? ?" },
	{ "M8 no bucket of +Inf is unknown",
	  "histogram_quantile(0.5, h_bucket)",
	  PAGES(H("0", "0", "0", "0"), "h_bucket{le=\"1\"} 5\n",
	  H("0", "10", "10", "10")), "? ? 0.55" },
	{ "M8 counts that fall are taken for those before",
	  "histogram_quantile(0.5, h_bucket)",
	  PAGES(H("0", "0", "0", "0"), H("10", "4", "10", "10")), "? 0.05" },
	{ "M6 nor are limits kept of a page that was refused",
	  "histogram_quantile(0.5, h_bucket)",
	  PAGES("h_bucket{le=\"1\"} 0\n!", "h_bucket{le=\"+Inf\"} 1\n",
	  "h_bucket{le=\"+Inf\"} 9\n"), "metrics.syntax ? ?" },
	{ "M8 what has no limit is no bucket", "histogram_quantile(0.5, g)",
	  PAGES("g{le=\"+Inf\"} 0\ng{le=\"1\"} 0\ng 0\ng{le=\"x\"} 0\n",
	  "g{le=\"+Inf\"} 9\ng{le=\"1\"} 9\ng 99\ng{le=\"x\"} 99\n"),
	  "? 0.5" },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct metric_page *p = page_of(&defaults, row->metric);
	char buffer[1024];
	struct text t = text_over(buffer, sizeof(buffer));

	for (size_t i = 0; i < row->count; i++) {
		if (row->pages[i] != NULL &&
		    strcmp(row->pages[i], DEPLOY) == 0) {
			metric_page_forget(p);
			continue;
		}
		if (i > 0)
			text_add(&t, " ");
		if (row->pages[i] == NULL)
			text_add(&t, "-");
		else
			read_page(p, row->pages[i], (int64_t)i * 10000, &t);
	}
	assert_string_equal(buffer, row->values);
	metric_page_free(p);
}

/* clang-format off */
static const struct {
	const char *text;
	bool is_counter;
	const char *why; /* NULL: it is one */
} texts[] = {
	{ "up", false, NULL },
	{ "up", true, NULL },
	{ " sum ( up{a=\"b\"} ) ", false, NULL },
	{ "rate(up[5m])", false, NULL },
	{ "rate(up [ 1m30s ] )", false, NULL },
	{ "increase(up[1d])", false, NULL },
	{ "histogram_quantile(1, up)", false, NULL },
	{ "histogram_quantile( .99 , up[1s])", false, NULL },
	{ "rate", false, NULL },
	{ "", false, "at character 1: " },
	{ "rate(", false, "at character 6: " },
	{ "rate(up", false, "at character 8: \")\" is missing" },
	{ "rate(up))", false, "at character 9: nothing may follow" },
	{ "rat(up)", false, "at character 1: there is no such function" },
	{ "up[5m]", false, "at character 3: a range belongs to rate" },
	{ "sum(up[5m])", false, "at character 7: a range belongs to rate" },
	{ "counter(up[5m])", false, "at character 11: a range belongs" },
	{ "rate(up[5])", false, "at character 9: the range is a duration" },
	{ "rate(up[999ms])", false, "at character 9: the range is" },
	{ "rate(up[1d1s])", false, "at character 9: the range is" },
	{ "rate(up[5m)", false, "at character 9: the range is" },
	{ "rate(up[5m )", false, "at character 12: \"]\" is missing" },
	{ "sum(rate(up))", false, "at character 5: functions do not nest" },
	{ "histogram_quantile(up)", false, "at character 20: the quantile is" },
	{ "histogram_quantile(0.9 up)", false, "at character 24: a comma" },
	{ "histogram_quantile(-0.1, up)", false, "at character 20: the quan" },
	{ "histogram_quantile(1.1, up)", false, "at character 20: the quan" },
	{ "histogram_quantile(NaN, up)", false, "at character 20: the quan" },
	{ "histogram_quantile(0.9, rate(up[5m]))", false,
	  "at character 25: functions do not nest" },
	{ "sum(up)", true, "at character 1: a selector alone" },
	{ "up offset 5m", false, "at character 4: " },
	{ "up{a=}", false, "at character 6: " },
};
/* clang-format on */

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct error err = { "" };
		struct metric_name name = { texts[i].text,
			texts[i].is_counter };
		struct metric_page *p =
		    metric_page_new(&defaults, &name, 1, &err);

		if ((p != NULL) != (texts[i].why == NULL))
			fail_msg("%s: %s", texts[i].text, err.text);
		if (p == NULL && strstr(err.text, texts[i].why) == NULL)
			fail_msg("%s: %s, not %s", texts[i].text, err.text,
			    texts[i].why);
		metric_page_free(p);
	}
}

static void
test_long_text(void **state)
{
	static char text[SELECTOR_TEXT_MAX + 2];
	struct metric_name name = { text, false };
	struct metric_expression e;
	struct error err = { "" };

	(void)state;
	memset(text, 'm', SELECTOR_TEXT_MAX);
	assert_true(metric_expression_parse(&e, name, &err));
	metric_expression_clear(&e);
	text[SELECTOR_TEXT_MAX] = 'm';
	assert_false(metric_expression_parse(&e, name, &err));
	assert_non_null(strstr(err.text, "longer than"));
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows) + 2] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_long_text),
	};
	size_t count = 2;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[count++] = (struct CMUnitTest){ rows[i].name, test_row,
			NULL, NULL, &rows[i] };
	return _cmocka_run_group_tests("metric", tests, count, NULL, NULL);
}
