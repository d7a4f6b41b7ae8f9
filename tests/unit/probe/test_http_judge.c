/*
 * Each row is an answer, what was expected of it, and the verdict: OK where
 * no failure is named.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probe/http_judge.h"

#define LIST(...)                                                            \
	{                                                                    \
		(const char *[]){ __VA_ARGS__ },                             \
		    sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *) \
	}
#define JSON(pointer, equals) .json = { true, pointer, equals }

struct row {
	const char *name;
	struct http_expect expect;
	int status;
	const char *headers;
	const char *body;
	const char *failure; /* NULL: OK; "?" before it: LOST */
	const char *detail;  /* NULL: any */
};

static const char headers[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
			      "x-release:  17 \r\nX-Many: a\r\nX-Many: b\r\n"
			      "Empty:\r\n\r\n";

/* clang-format off */
static struct row rows[] = {
	/* Status */
	{ "nothing expected: 200 is fine", { .max_bytes = 0 },
	  200, "", "", NULL, NULL },
	{ "nothing expected: 299 is fine", { .max_bytes = 0 },
	  299, "", "", NULL, NULL },
	{ "nothing expected: 300 is not", { .max_bytes = 0 },
	  300, "", "", "http.status", "300, expected 200-299" },
	{ "nothing expected: 199 is not", { .max_bytes = 0 },
	  199, "", "", "http.status", NULL },
	{ "one status", { .status = LIST("204") }, 204, "", "", NULL, NULL },
	{ "one status and another", { .status = LIST("204") },
	  200, "", "", "http.status", "200, expected 204" },
	{ "several and ranges", { .status = LIST("200", "300-302", "404") },
	  302, "", "", NULL, NULL },
	{ "several and ranges, missed",
	  { .status = LIST("200", "300-302", "404") },
	  303, "", "", "http.status", "303, expected 200, 300-302, 404" },
	{ "N17 status 0 is a protocol error", { .max_bytes = 0 },
	  0, "", "", "http.protocol", NULL },
	/* Headers */
	{ "a header is there", { .headers = LIST("X-Release") },
	  200, headers, "", NULL, NULL },
	{ "a header is not", { .headers = LIST("X-Releases") },
	  200, headers, "", "header.mismatch", "no header X-Releases" },
	{ "nor the beginning of one", { .headers = LIST("X-Rel") },
	  200, headers, "", "header.mismatch", NULL },
	{ "a header has its value, case aside in its name",
	  { .headers = LIST("X-RELEASE: 17") }, 200, headers, "", NULL, NULL },
	{ "a value is compared whole", { .headers = LIST("x-release: 1") },
	  200, headers, "", "header.mismatch", NULL },
	{ "and with its case", { .headers = LIST("content-type: TEXT/plain") },
	  200, headers, "", "header.mismatch", NULL },
	{ "of several headers one will do",
	  { .headers = LIST("X-Many: b", "Content-Type: text/plain") },
	  200, headers, "", NULL, NULL },
	{ "a header without a value", { .headers = LIST("Empty") },
	  200, headers, "", NULL, NULL },
	{ "no headers at all", { .headers = LIST("Empty") },
	  200, "", "", "header.mismatch", NULL },
	/* Body */
	{ "a substring", { .contains = "is well" },
	  200, "", "all is well!", NULL, NULL },
	{ "a substring that is not there", { .contains = "is well" },
	  200, "", "all is WELL\n\033[2J", "body.mismatch",
	  "not the expected text, but \"all is WELL\\n\\x1b[2J\"" },
	{ "in an empty body there is nothing", { .contains = "x" },
	  200, "", "", "body.mismatch", NULL },
	{ "just max_bytes", { .max_bytes = 4 }, 200, "", "1234", NULL, NULL },
	{ "one byte more", { .max_bytes = 4 },
	  200, "", "12345", "body.too_large", "more than 4B" },
	{ "a regular expression", { .matches = "^rel-[0-9]+$" },
	  200, "", "rel-17", NULL, NULL },
	{ "a regular expression that does not match",
	  { .matches = "^rel-[0-9]+$" }, 200, "", "rel-17b",
	  "body.mismatch", "no match in \"rel-17b\"" },
	/* JSON */
	{ "JSON text", { JSON("/status", "ok") },
	  200, "", "{\"status\":\"ok\"}", NULL, NULL },
	{ "JSON in depth", { JSON("/checks/1/state", "UP") },
	  200, "", "{\"checks\":[{},{\"state\":\"UP\"}]}", NULL, NULL },
	{ "a JSON pointer with escapes", { JSON("/a~1b/~0", "x") },
	  200, "", "{\"a/b\":{\"~\":\"x\"}}", NULL, NULL },
	{ "the whole of it", { JSON("", "ok") }, 200, "", "\"ok\"",
	  NULL, NULL },
	{ "M12 case counts", { JSON("/status", "UP") },
	  200, "", "{\"status\":\"up\"}", "body.mismatch",
	  "/status is \"up\", expected UP" },
	{ "M12 the beginning is not the whole", { JSON("/status", "UP") },
	  200, "", "{\"status\":\"UP \"}", "body.mismatch", NULL },
	{ "M12 a NUL in the text does not end it", { JSON("/status", "UP") },
	  200, "", "{\"status\":\"UP\\u0000DOWN\"}", "body.not_json", NULL },
	{ "M12 deeper inside is elsewhere", { JSON("/status", "UP") },
	  200, "", "{\"status\":{\"status\":\"UP\"}}", "body.mismatch", NULL },
	{ "a member is missing", { JSON("/status", "UP") },
	  200, "", "{\"state\":\"UP\"}", "body.mismatch",
	  "/status is missing" },
	{ "JSON true", { JSON("/ready", "true") },
	  200, "", "{\"ready\":true}", NULL, NULL },
	{ "JSON false is not true", { JSON("/ready", "true") },
	  200, "", "{\"ready\":false}", "body.mismatch",
	  "/ready is false, expected true" },
	{ "JSON null", { JSON("/error", "null") },
	  200, "", "{\"error\":null}", NULL, NULL },
	{ "JSON null is no text", { JSON("/error", "") },
	  200, "", "{\"error\":null}", "body.mismatch", NULL },
	{ "a JSON number", { JSON("/n", "3") },
	  200, "", "{\"n\":3}", NULL, NULL },
	{ "a JSON number in other clothes", { JSON("/n", "3") },
	  200, "", "{\"n\":3.0}", NULL, NULL },
	{ "another JSON number", { JSON("/n", "3") },
	  200, "", "{\"n\":3.5}", "body.mismatch", NULL },
	{ "a JSON list", { JSON("/n", "[1, 2]") },
	  200, "", "{\"n\":[1,2]}", NULL, NULL },
	{ "N18 a page where JSON is expected", { JSON("/status", "ok") },
	  200, "", "<html>ok</html>", "body.not_json",
	  "\"<html>ok</html>\"" },
	{ "M9 something behind the value", { JSON("/status", "ok") },
	  200, "", "{\"status\":\"ok\"} x", "body.not_json", NULL },
	{ "M9 single quotes", { JSON("/status", "ok") },
	  200, "", "{'status':'ok'}", "body.not_json", NULL },
	{ "M9 NaN", { JSON("/status", "ok") },
	  200, "", "{\"status\":\"ok\",\"n\":NaN}", "body.not_json", NULL },
	{ "M10 the same key twice", { JSON("/status", "UP") },
	  200, "", "{\"status\":\"UP\",\"status\":\"DOWN\"}",
	  "body.not_json", NULL },
	{ "M10 the same key twice, the other way round",
	  { JSON("/status", "UP") },
	  200, "", "{\"status\":\"DOWN\",\"status\":\"UP\"}",
	  "body.not_json", NULL },
	{ "M11 a number beyond what we count with says nothing",
	  { JSON("/status", "ok") }, 200, "",
	  "{\"status\":\"ok\",\"n\":99999999999999999999999}",
	  "?body.json_limit", NULL },
	{ "M11 nor does a float beyond all bounds",
	  { JSON("/status", "ok") },
	  200, "", "{\"status\":\"ok\",\"n\":1e999}",
	  "?body.json_limit", NULL },
	{ "M11 nor what is nested too deep",
	  { JSON("/status", "ok") }, 200, "",
	  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	  "?body.json_limit", NULL },
	{ "the status is judged before the body", { .contains = "x" },
	  500, "", "y", "http.status", NULL },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct error err = { "" };
	struct http_judge *j = http_judge_new(&row->expect, &err);
	struct http_answer a = { .status = row->status,
		.headers = row->headers,
		.header_bytes = strlen(row->headers),
		.body = row->body,
		.body_bytes = strlen(row->body) };
	struct http_verdict v;

	assert_non_null(j);
	v = http_judge_answer(j, &a);
	if (row->failure == NULL) {
		assert_null(v.failure);
		assert_int_equal(v.outcome, SAMPLE_OK);
		assert_string_equal(v.detail, "");
	} else {
		bool is_lost = row->failure[0] == '?';

		assert_int_equal(
		    v.outcome, is_lost ? SAMPLE_LOST : SAMPLE_FAILED);
		assert_string_equal(v.failure, row->failure + is_lost);
		assert_true(v.detail[0] != '\0');
	}
	if (row->detail != NULL)
		assert_string_equal(v.detail, row->detail);
	http_judge_free(j);
}

static struct http_verdict
judge_time(double time_ms)
{
	struct http_expect expect = { .max_time_ms = 200 };
	struct error err;
	struct http_judge *j = http_judge_new(&expect, &err);
	struct http_answer a = { .status = 200, .time_ms = time_ms };
	struct http_verdict v = http_judge_answer(j, &a);

	http_judge_free(j);
	return v;
}

static void
test_time_counts_at_its_limit(void **state)
{
	(void)state;
	assert_null(judge_time(200.0).failure);
	assert_string_equal(judge_time(200.1).failure, "http.slow");
}

static void
test_detail_of_anything_fits(void **state)
{
	static char body[5000];
	struct http_expect expect = { .contains = "x" };
	struct error err;
	struct http_judge *j = http_judge_new(&expect, &err);
	struct http_answer a = { 200, "", 0, body, sizeof(body), 0.0 };
	struct http_verdict v;

	(void)state;
	for (int c = 0; c < 256; c++) {
		memset(body, c == 'x' ? 'y' : c, sizeof(body));
		v = http_judge_answer(j, &a);
		assert_string_equal(v.failure, "body.mismatch");
		assert_true(strlen(v.detail) < sizeof(v.detail));
		for (const char *p = v.detail; *p != '\0'; p++)
			assert_in_range((unsigned char)*p, 0x20, 0x7e);
	}
	http_judge_free(j);
}

/* What is wrong with an expectation, in words. */

struct wrong {
	struct http_expect expect;
	const char *words;
};

static void
test_wrong_expectations_are_refused_with_a_reason(void **state)
{
	static char long_pattern[2000];
	/* clang-format off */
	struct wrong wrongs[] = {
		{ { .status = LIST("20") }, "neither one like" },
		{ { .status = LIST("1000") }, "neither one like" },
		{ { .status = LIST("299-200") }, "neither one like" },
		{ { .status = LIST("200-") }, "neither one like" },
		{ { .status = LIST("-200") }, "neither one like" },
		{ { .status = LIST("2xx") }, "neither one like" },
		{ { .status = LIST("") }, "neither one like" },
		{ { .status = LIST("200-299-300") }, "neither one like" },
		{ { .status = LIST("200", "200", "200", "200", "200", "200",
		    "200", "200", "200", "200", "200", "200", "200", "200",
		    "200", "200", "200") }, "more than 16" },
		{ { .matches = "(" }, "character 2" },
		{ { .matches = "(*UTF)x" }, "regular expression" },
		{ { .matches = long_pattern }, "longer than 1024" },
		{ { JSON("status", "ok") }, "perhaps \"/status\"" },
		{ { JSON("/a~2", "ok") }, "\"~0\"" },
		{ { JSON(NULL, "ok") }, "both" },
		{ { JSON("/a", NULL) }, "both" },
		{ { .headers = LIST(": x") }, "header 1" },
		{ { .headers = LIST("Fine", "Bad: a\r\nX: b") }, "header 2" },
	};
	/* clang-format on */

	(void)state;
	memset(long_pattern, 'a', sizeof(long_pattern) - 1);
	for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
		struct error err = { "" };

		if (http_judge_new(&wrongs[i].expect, &err) != NULL)
			fail_msg("row %zu was taken", i);
		if (strstr(err.text, wrongs[i].words) == NULL)
			fail_msg("row %zu: %s", i, err.text);
	}
}

/* Bounded time */

struct cruelty {
	const char *regex;
	const char *piece; /* of the body, again and again */
};

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
test_no_pattern_takes_for_ever(void **state)
{
	enum { BYTES = 1024 * 1024 };
	static const struct cruelty cruelties[] = {
		{ "(a*)*[bc]", "a" },
		{ "(a|aa)+[bc]", "a" },
		{ "a[^b]*[cd]", "a" },
		{ "(?s).*x.*y.*[zw]", "xy" },
		{ "\\s+$", " " },
		{ "(x+x+)+[yz]", "x" },
		{ "((a{1,10}){1,10}){1,10}[bc]", "a" },
	};
	char *body = malloc(BYTES);

	(void)state;
	assert_non_null(body);
	for (size_t i = 0; i < ARRAY_LEN(cruelties); i++) {
		const struct cruelty *c = &cruelties[i];
		struct http_expect expect = { .matches = c->regex };
		struct http_answer a = { 200, "", 0, body, BYTES, 0.0 };
		struct error err;
		struct http_judge *j = http_judge_new(&expect, &err);
		struct http_verdict v;
		double start = seconds();

		for (size_t at = 0; at < BYTES; at++)
			body[at] = c->piece[at % strlen(c->piece)];
		body[BYTES - 1] = '!';
		assert_non_null(j);
		v = http_judge_answer(j, &a);
		if (seconds() - start > 3.0)
			fail_msg("%s took %.1f s", c->regex, seconds() - start);
		/* Not known is LOST: neither OK nor the target's fault. */
		assert_int_equal(v.outcome, SAMPLE_LOST);
		assert_string_equal(v.failure, "body.regex_limit");
		http_judge_free(j);
	}
	free(body);
}

static void
test_a_plain_pattern_reads_a_large_body(void **state)
{
	enum { BYTES = 1024 * 1024 };
	struct http_expect expect = { .matches =
					  "\"status\"\\s*:\\s*\"(ok|up)\"" };
	struct error err;
	struct http_judge *j = http_judge_new(&expect, &err);
	char *body = malloc(BYTES);
	struct http_answer a = { 200, "", 0, body, BYTES, 0.0 };
	static const char end[] = "\"status\" : \"up\"}";

	(void)state;
	memset(body, 'x', BYTES);
	assert_string_equal(http_judge_answer(j, &a).failure, "body.mismatch");
	memcpy(body + BYTES - sizeof(end), end, sizeof(end));
	assert_null(http_judge_answer(j, &a).failure);
	free(body);
	http_judge_free(j);
}

static void
test_it_says_what_it_reads(void **state)
{
	struct http_expect none = { .max_bytes = 1 };
	struct http_expect all = { .contains = "x", .headers = LIST("A") };
	struct error err;
	struct http_judge *j = http_judge_new(&none, &err);

	(void)state;
	assert_false(http_judge_reads_body(j));
	assert_false(http_judge_reads_headers(j));
	http_judge_resettle(j, &all);
	assert_true(http_judge_reads_body(j));
	assert_true(http_judge_reads_headers(j));
	http_judge_free(j);
	http_judge_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_time_counts_at_its_limit),
		cmocka_unit_test(test_detail_of_anything_fits),
		cmocka_unit_test(
		    test_wrong_expectations_are_refused_with_a_reason),
		cmocka_unit_test(test_no_pattern_takes_for_ever),
		cmocka_unit_test(test_a_plain_pattern_reads_a_large_body),
		cmocka_unit_test(test_it_says_what_it_reads),
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
