/*
 * Pages as the Prometheus server reads them: what is accepted and what comes
 * out, what is refused and why.  Each is fed whole and byte by byte.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "tests/unit/probe/pages.h"

#define EOF_LINE "# EOF\n"

/* clang-format off */
static const struct row text_rows[] = {
	{ "", "", NULL },
	{ "\n", "", NULL },
	{ " \t\n\n", "", NULL },
	{ "a 1\n", "a 1;", NULL },
	{ "a 1", "a 1;", NULL },
	{ "\n\na 1\n\n", "a 1;", NULL },
	{ "  a  1  \n", "a 1;", NULL },
	{ "\ta\t1\t\n", "a 1;", NULL },
	{ "a 1 5\n", "a 1 @5;", NULL },
	{ "a 1   5  \n", "a 1 @5;", NULL },
	{ "a 1 -5\n", "a 1 @-5;", NULL },
	{ "a 1 +5\n", "a 1 @5;", NULL },
	{ "a 1 9223372036854775807\n", "a 1 @9223372036854775807;", NULL },
	{ "a{} 1\n", "a 1;", NULL },
	{ "a{ } 1\n", "a 1;", NULL },
	{ "a {} 1\n", "a 1;", NULL },
	{ "a{}1\n", "a 1;", NULL },
	{ "a+1\n", "a 1;", NULL },
	{ "a{b=\"c\"} 1\n", "a{b=\"c\"} 1;", NULL },
	{ "a{b=\"c\"}1\n", "a{b=\"c\"} 1;", NULL },
	{ "a { b = \"c\" , d = \"e\" , } 1\n", "a{b=\"c\",d=\"e\"} 1;", NULL },
	{ "a{b=\"c\",} 1\n", "a{b=\"c\"} 1;", NULL },
	{ "a{b=\"c\"d=\"e\"} 1\n", "a{b=\"c\",d=\"e\"} 1;", NULL },
	{ "a{d=\"e\",b=\"c\"} 1\n", "a{b=\"c\",d=\"e\"} 1;", NULL },
	{ "a{b=\"\",c=\"d\"} 1\n", "a{c=\"d\"} 1;", NULL },
	{ "a{b=\"x\\ny\\\"z\\\\\"} 1\n", "a{b=\"x\ny\"z\\\"} 1;", NULL },
	{ "a{b=\"\\x\\\xc3\xa9\"} 1\n", "a{b=\"\\x\\\xc3\xa9\"} 1;", NULL },
	{ "a{b=\"}, 1 # {\"} 1\n", "a{b=\"}, 1 # {\"} 1;", NULL },
	{ "a{b=\"\xc3\xa9\"} 1\n", "a{b=\"\xc3\xa9\"} 1;", NULL },
	{ "a:b:c 1\n", "a:b:c 1;", NULL },
	{ "_a 1\n", "_a 1;", NULL },
	{ ":a 1\n", ":a 1;", NULL },
	{ "{\"a.b\"} 1\n", "a.b 1;", NULL },
	{ "{\"a.b\",c=\"d\"} 1\n", "a.b{c=\"d\"} 1;", NULL },
	{ "{c=\"d\",\"a.b\"} 1\n", "a.b{c=\"d\"} 1;", NULL },
	{ "{\"a.b\",\"c.d\"=\"e\"} 1\n", "a.b{c.d=\"e\"} 1;", NULL },
	{ "a{\"c.d\"=\"e\"} 1\n", "a{c.d=\"e\"} 1;", NULL },
	{ "{\"\xc3\xa9\\\"\"} 1\n", "\xc3\xa9\" 1;", NULL },
	{ "a 1\na 2\n", "a 1;a 2;", NULL },
	{ "#\n#a\n# a b\n#TYPE a what\n# TYPES\n a 1\n", "a 1;", NULL },
	{ "# HELP\na 1\n", "a 1;", NULL },
	{ "# HELP a\na 1\n", "a 1;", NULL },
	{ "# HELP a b \\ c\na 1\n", "a 1;", NULL },
	{ " # HELP a b\na 1\n", "a 1;", NULL },
	{ "# UNIT a b c\na 1\n", "a 1;", NULL },
	{ "# EOF\na 1\n", "a 1;", NULL },
	{ "# TYPE a counter\na 1\n", "a 1 counter;", NULL },
	{ "# TYPE a counter\na_total 1\n", "a_total 1 counter;", NULL },
	{ "#\t TYPE \ta counter\na 1\n", "a 1 counter;", NULL },
	{ "# TYPE a counter\n# HELP a b\na 1\nb 1\n",
	  "a 1 counter;b 1;", NULL },
	{ "# TYPE a untyped\na 1\n", "a 1;", NULL },
	{ "# TYPE \"a.b\" gauge\n{\"a.b\"} 1\n", "a.b 1 gauge;", NULL },
	{ "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n"
	  "a_bucketx 1\na 1\n",
	  "a_bucket{le=\"+Inf\"} 1 histogram le=inf;a_sum 1 histogram;"
	  "a_count 1 histogram;a_bucketx 1;a 1;", NULL },
	{ "a_bucket{le=\"0.5\"} 1\na_bucket{le=\"x\"} 1\na_bucket{le=\"1 \"} 1",
	  "a_bucket{le=\"0.5\"} 1 le=0.5;a_bucket{le=\"x\"} 1;"
	  "a_bucket{le=\"1 \"} 1;", NULL },
	{ "# TYPE a summary\na{quantile=\"0.5\"} NaN\n",
	  "a{quantile=\"0.5\"} nan summary;", NULL },

	{ "<html>\n", REFUSED, "line 1: a name is expected, not \"<html>\"" },
	{ "<!DOCTYPE html>\n", REFUSED, "line 1: a name" },
	{ "{\"status\":\"ok\"}\n", REFUSED, "line 1: = after a label" },
	{ "Service Unavailable\n", REFUSED, "line 1: a value is expected" },
	{ "OK\n", REFUSED, "line 1: a value is expected, not the end" },
	{ "404 page not found\n", REFUSED, "line 1: a name" },
	{ "a 1\r\n", REFUSED, "line 1: a value is expected, not \"1\\x0d\"" },
	{ "\r\n", REFUSED, "line 1: a name" },
	{ "\xef\xbb\xbf""a 1\n", REFUSED, "line 1: the page begins with a byte" },
	{ "a 1\n\xff 1\n", REFUSED, "line 2: there are bytes that are not UTF" },
	{ "a{b=\"\xff\"} 1\n", REFUSED, "not UTF-8" },
	{ "a{b=\"\xc3\"} 1\n", REFUSED, "not UTF-8" },
	{ "# HELP a \xff\n", REFUSED, "not UTF-8" },
	{ "a", REFUSED, "line 1: a value" },
	{ "a ", REFUSED, "line 1: a value" },
	{ "a{", REFUSED, "line 1: a label or }" },
	{ "a{b", REFUSED, "line 1: = after a label" },
	{ "a{b=", REFUSED, "line 1: a label's value in quotes" },
	{ "a{b=\"", REFUSED, "line 1: a string does not end" },
	{ "a{b=\"c\\", REFUSED, "line 1: a string does not end" },
	{ "a{b=\"c\"", REFUSED, "line 1: a label or }" },
	{ "a{b=\"c\"}", REFUSED, "line 1: a value" },
	{ "a{b=\"c\nd\"} 1\n", REFUSED, "line 1: a string does not end" },
	{ "a{b='c'} 1\n", REFUSED, "line 1: a label's value in quotes" },
	{ "a{b=c} 1\n", REFUSED, "a label's value in quotes" },
	{ "a{,} 1\n", REFUSED, "a label or }" },
	{ "a{b=\"c\",,} 1\n", REFUSED, "a label or }" },
	{ "a{1b=\"c\"} 1\n", REFUSED, "a label or }" },
	{ "a{b:c=\"d\"} 1\n", REFUSED, "= after a label" },
	{ "a{b=\"c\",b=\"d\"} 1\n", REFUSED, "the label b is there twice" },
	{ "a{b=\"\",c=\"x\",b=\"\"} 1\n", REFUSED, "b is there twice" },
	{ "a{__name__=\"b\"} 1\n", REFUSED, "the label __name__ is there" },
	{ "{} 1\n", REFUSED, "the sample has no name" },
	{ "{a=\"b\"} 1\n", REFUSED, "the sample has no name" },
	{ "{\"\"} 1\n", REFUSED, "a name is empty" },
	{ "a{\"\"=\"b\"} 1\n", REFUSED, "a name is empty" },
	{ "a{\"b\"} 1\n", REFUSED, "= after a label" },
	{ "{\"a\",\"b\"} 1\n", REFUSED, "= after a label" },
	{ "{\"a\" b=\"c\"} 1\n", REFUSED, "= after a label" },
	{ "a-b 1\n", REFUSED, "line 1: a value is expected, not \"-b 1\"" },
	{ "a.b 1\n", REFUSED, "a value" },
	{ "1a 1\n", REFUSED, "a name" },
	{ "a 1 1.5\n", REFUSED, "a timestamp is expected" },
	{ "a 1 x\n", REFUSED, "a timestamp is expected" },
	{ "a 1 9223372036854775808\n", REFUSED, "a timestamp" },
	{ "a 1 1 1\n", REFUSED, "the end of the line is expected" },
	{ "a 1 # {} 1\n", REFUSED, "a timestamp is expected" },
	{ "a 1 1 # {} 1\n", REFUSED, "the end of the line" },
	{ "a{} {} 1\n", REFUSED, "a value" },
	{ "# TYPE a\n", REFUSED, "there is no type \"\"" },
	{ "# TYPE a what\n", REFUSED, "line 1: there is no type \"what\"" },
	{ "# TYPE a  gauge\n", REFUSED, "there is no type \" gauge\"" },
	{ "# TYPE a gauge \n", REFUSED, "there is no type \"gauge \"" },
	{ "# TYPE a gauge\r\n", REFUSED, "there is no type \"gauge\\x0d\"" },
	{ "# TYPE a unknown\n", REFUSED, "there is no type" },
	{ "# TYPE a info\n", REFUSED, "there is no type" },
	{ "# TYPE a Gauge\n", REFUSED, "there is no type" },
	{ "# TYPE 1a gauge\n", REFUSED, "a name" },
	{ "# HELP 1a b\n", REFUSED, "a name" },
	{ "a 1\nb 2\nc x\nd 3\n", REFUSED, "line 3: a value" },
};

static const struct row open_rows[] = {
	{ EOF_LINE, "", NULL },
	{ "# EOF", "", NULL },
	{ "a 1\n" EOF_LINE, "a 1;", NULL },
	{ "a 1 5\n" EOF_LINE, "a 1 @5000;", NULL },
	{ "a 1 1520879607.789\n" EOF_LINE, "a 1 @1520879607789;", NULL },
	{ "a 1 -1.5\n" EOF_LINE, "a 1 @-1500;", NULL },
	{ "a 1 1.0009\n" EOF_LINE, "a 1 @1000;", NULL },
	{ "a 1 1e3\n" EOF_LINE, "a 1 @1000000;", NULL },
	{ "a 1 .5\n" EOF_LINE, "a 1 @500;", NULL },
	{ "a{} 1\n" EOF_LINE, "a 1;", NULL },
	{ "a{b=\"c\",d=\"e\",} 1\n" EOF_LINE, "a{b=\"c\",d=\"e\"} 1;", NULL },
	{ "{\"a.b\",\"c.d\"=\"e\"} 1\n" EOF_LINE, "a.b{c.d=\"e\"} 1;", NULL },
	{ "a{b=\"\\n\\\"\\\\\\x\"} 1\n" EOF_LINE, "a{b=\"\n\"\\\\x\"} 1;", NULL },
	{ "a 1 # {} 1\n" EOF_LINE, "a 1;", NULL },
	{ "a 1 # {x=\"y\"} 0.5 7\n" EOF_LINE, "a 1;", NULL },
	{ "a 1 5 # {x=\"y\",\"z.z\"=\"u\"} 0.5 7.1\n" EOF_LINE, "a 1 @5000;", NULL },
	{ "# TYPE a counter\na_total 1\na_created 2\n" EOF_LINE,
	  "a_total 1 counter;a_created 2 counter;", NULL },
	{ "# TYPE a info\na_info 1\n" EOF_LINE, "a_info 1 info;", NULL },
	{ "# TYPE a stateset\na{a=\"x\"} 1\n" EOF_LINE,
	  "a{a=\"x\"} 1 stateset;", NULL },
	{ "# TYPE a gaugehistogram\na_gsum 1\na_bucket{le=\"1.0\"} 1\n" EOF_LINE,
	  "a_gsum 1 gaugehistogram;a_bucket{le=\"1.0\"} 1 gaugehistogram le=1;",
	  NULL },
	{ "# HELP a \n# TYPE a unknown\n# UNIT a \na 1\n" EOF_LINE, "a 1;", NULL },
	{ "# UNIT a_s s\n" EOF_LINE, "", NULL },

	{ "", REFUSED, "line 1: the page does not end with # EOF" },
	{ "a 1\n", REFUSED, "line 2: the page does not end with # EOF" },
	{ "a 1", REFUSED, "line 1: the page does not end with # EOF" },
	{ "# EO", REFUSED, "line 1: TYPE, HELP, UNIT or EOF" },
	{ "a 1\n" EOF_LINE "\n", REFUSED, "line 3: something follows # EOF" },
	{ "a 1\n" EOF_LINE "b 1\n", REFUSED, "line 3: something follows" },
	{ "a 1\n" EOF_LINE " ", REFUSED, "line 3: something follows" },
	{ "# EOF \n", REFUSED, "TYPE, HELP, UNIT or EOF" },
	{ "#EOF\n", REFUSED, "# and a blank" },
	{ "\n" EOF_LINE, REFUSED, "line 1: a name" },
	{ " a 1\n" EOF_LINE, REFUSED, "a name" },
	{ "a  1\n" EOF_LINE, REFUSED, "a value" },
	{ "a\t1\n" EOF_LINE, REFUSED, "a blank and a value" },
	{ "a 1 \n" EOF_LINE, REFUSED, "a timestamp" },
	{ "a 1 1 \n" EOF_LINE, REFUSED, "an exemplar" },
	{ "a 1 NaN\n" EOF_LINE, REFUSED, "a timestamp" },
	{ "a 1 Inf\n" EOF_LINE, REFUSED, "a timestamp" },
	{ "a 1 1e30\n" EOF_LINE, REFUSED, "a timestamp" },
	{ "a {} 1\n" EOF_LINE, REFUSED, "a value" },
	{ "a{ } 1\n" EOF_LINE, REFUSED, "a label or }" },
	{ "a{b= \"c\"} 1\n" EOF_LINE, REFUSED, "a label's value in quotes" },
	{ "a{b=\"c\" } 1\n" EOF_LINE, REFUSED, "a comma or }" },
	{ "a{b=\"c\"d=\"e\"} 1\n" EOF_LINE, REFUSED, "a comma or }" },
	{ "a{b=\"c\"}1\n" EOF_LINE, REFUSED, "a blank and a value" },
	{ "a 1\r\n" EOF_LINE, REFUSED, "a value" },
	{ "# TYPE a untyped\n" EOF_LINE, REFUSED, "there is no type" },
	{ "# TYPE a gauge \n" EOF_LINE, REFUSED, "there is no type" },
	{ "# HELP a\n" EOF_LINE, REFUSED, "a blank and words" },
	{ "# HELP\n" EOF_LINE, REFUSED, "TYPE, HELP" },
	{ "# FOO a b\n" EOF_LINE, REFUSED, "TYPE, HELP, UNIT or EOF is expec" },
	{ "# UNIT a s\n" EOF_LINE, REFUSED, "the unit is not the end" },
	{ "# UNIT a_s _s\n" EOF_LINE, REFUSED, "the unit is not the end" },
	{ "a 1 # {x=\"y\"}\n" EOF_LINE, REFUSED, "an exemplar's value" },
	{ "a 1 #{x=\"y\"} 1\n" EOF_LINE, REFUSED, "an exemplar" },
	{ "a 1 #\n" EOF_LINE, REFUSED, "an exemplar" },
	{ "a 1 # {x=\"y\"} 1 NaN\n" EOF_LINE, REFUSED, "a timestamp" },
	{ "a 1 # {x=\"y\"} 1 1 1\n" EOF_LINE, REFUSED, "the end of the line" },
	{ "a 1 # {\"x\"} 1\n" EOF_LINE, REFUSED, "= after a label" },
};
/* clang-format on */

static void
check_rows(enum promtext_format format, const struct row *rows, size_t count)
{
	struct text t = text_new(DUMP_MAX);
	struct promtext_settings settings = { 0 };
	struct promtext *p = parser(&settings, &t);

	for (size_t i = 0; i < count; i++) {
		check(p, &t, format, &rows[i], DUMP_MAX);
		check(p, &t, format, &rows[i], 1);
		check(p, &t, format, &rows[i], 3);
	}
	promtext_free(p);
	text_free(&t);
}

static void
text_is_read_as_the_server_does(void **state)
{
	(void)state;
	check_rows(PROMTEXT_TEXT, text_rows, ARRAY_LEN(text_rows));
}

static void
openmetrics_is_read_as_the_server_does(void **state)
{
	(void)state;
	check_rows(PROMTEXT_OPENMETRICS, open_rows, ARRAY_LEN(open_rows));
}

static void
a_nul_is_refused_anywhere(void **state)
{
	static const char page[] = "# HELP a bcd\na{b=\"cd\"} 12\nb 3\n";
	struct text t = text_new(DUMP_MAX);
	struct promtext_settings settings = { 0 };
	struct promtext *p = parser(&settings, &t);

	(void)state;
	for (size_t i = 0; i < sizeof(page) - 1; i++) {
		char bad[sizeof(page)];

		memcpy(bad, page, sizeof(page));
		bad[i] = '\0';
		promtext_begin(p, PROMTEXT_TEXT);
		assert_false(feed(p, bad, sizeof(page) - 1, DUMP_MAX));
		assert_non_null(strstr(promtext_error(p), "NUL"));
	}
	promtext_free(p);
	text_free(&t);
}

/* clang-format off */
static const struct {
	const char *format;
	const char *content_type;
	bool is_known;
} types[] = {
	{ "text", NULL, true },
	{ "text", "", true },
	{ "text", "text/plain", true },
	{ "text", "text/plain; version=0.0.4; charset=utf-8", true },
	{ "text", "TEXT/PLAIN;version=0.0.4", true },
	{ "openmetrics", "application/openmetrics-text", true },
	{ "openmetrics", "application/openmetrics-text; version=1.0.0", true },
	{ "", "application/openmetrics-textual", false },
	{ "", "text/plainer", false },
	{ "", "text/html", false },
	{ "", "application/json", false },
	{ "", "application/vnd.google.protobuf; proto=x", false },
};
/* clang-format on */

static void
the_content_type_tells_the_format(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		enum promtext_format format;

		assert_int_equal(
		    promtext_format_of(types[i].content_type, &format),
		    types[i].is_known);
		if (types[i].is_known)
			assert_int_equal(format == PROMTEXT_OPENMETRICS,
			    types[i].format[0] == 'o');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_read_as_the_server_does),
		cmocka_unit_test(openmetrics_is_read_as_the_server_does),
		cmocka_unit_test(a_nul_is_refused_anywhere),
		cmocka_unit_test(the_content_type_tells_the_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
