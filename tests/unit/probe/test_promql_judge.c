/*
 * What a Prometheus server answered: a value, nothing, no number, an error or
 * warning, too much - and what each of them means to whom.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "probe/promql_judge.h"

#define WALL_MS INT64_C(1700000000000)
#define NOW "1700000000.123"
#define SAYS(data) "{\"status\":\"success\",\"data\":" data "}"
#define SCALAR(pair) SAYS("{\"resultType\":\"scalar\",\"result\":" pair "}")
#define VECTOR(list) SAYS("{\"resultType\":\"vector\",\"result\":[" list "]}")
#define ONE(value) "{\"metric\":{\"a\":\"b\"},\"value\":[" NOW "," value "]}"
#define WARNED                                                         \
	"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\"," \
	"\"result\":[" ONE("\"2\"") "]},\"warnings\":[\"remote is away\"]}"

#define L SAMPLE_LOST
#define G SAMPLE_OK
#define F SAMPLE_FAILED
#define NONE ((double)NAN)

struct row {
	const char *name;
	int status;
	const char *body;
	const char *failure; /* NULL: a value */
	double value;
	const char *detail; /* a part of it */
};

/* clang-format off */
static const struct row rows[] = {
	{ "a scalar", 200, SCALAR("[" NOW ",\"1.5\"]"), NULL, 1.5, "" },
	{ "a vector of one", 200, VECTOR(ONE("\"-3e-07\"")), NULL, -3e-07, "" },
	{ "a time without fraction", 200, SCALAR("[1700000000,\"0\"]"),
	  NULL, 0, "" },
	{ "infos are no warnings", 200,
	  "{\"status\":\"success\",\"infos\":[\"x\"],\"data\":{\"resultType\":"
	  "\"vector\",\"result\":[" ONE("\"2\"") "]}}", NULL, 2, "" },
	{ "no warnings at all are none", 200,
	  "{\"status\":\"success\",\"warnings\":[],\"data\":{\"resultType\":"
	  "\"vector\",\"result\":[" ONE("\"2\"") "]}}", NULL, 2, "" },

	{ "empty", 200, VECTOR(""), "promql.empty", NONE, "no series" },
	{ "NaN", 200, VECTOR(ONE("\"NaN\"")), "promql.nan", NONE, "NaN" },
	{ "M2 +Inf", 200, VECTOR(ONE("\"+Inf\"")), "promql.nan", NONE, "+Inf" },
	{ "M2 -Inf", 200, SCALAR("[" NOW ",\"-Inf\"]"),
	  "promql.nan", NONE, "-Inf" },
	{ "two series", 200, VECTOR(ONE("\"1\"") "," ONE("\"2\"")),
	  "promql.many", NONE, "gave 2 series" },
	{ "a warning, whatever the value", 200, WARNED,
	  "promql.warning", NONE, "remote is away" },

	{ "an error in JSON", 400,
	  "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"1:3: "
	  "parse error\"}", "promql.error", NONE, "bad_data: 1:3: parse error" },
	{ "an error with status 200", 200,
	  "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"x\"}",
	  "promql.error", NONE, "execution: x" },
	{ "a server that starts", 503, "Service Unavailable",
	  "promql.error", NONE, "status 503: Service Unavailable" },
	{ "not allowed in", 401, "<html>no", "promql.error", NONE, "401" },
	{ "success with a bad status", 206, VECTOR(ONE("\"1\"")),
	  "promql.error", NONE, "status 206" },
	{ "not JSON", 200, "<html>", "promql.error", NONE, "not JSON" },
	{ "nothing", 200, "", "promql.error", NONE, "not JSON" },
	{ "M9 JSON with something behind it", 200,
	  VECTOR(ONE("\"1\"")) "x", "promql.error", NONE, "not JSON" },
	{ "M9 a NaN that is bare", 200, VECTOR(ONE("NaN")),
	  "promql.error", NONE, "not JSON" },
	{ "M10 keys twice", 200,
	  "{\"status\":\"error\",\"status\":\"success\"}",
	  "promql.error", NONE, "not JSON" },
	{ "other JSON", 200, "{\"up\":true}",
	  "promql.error", NONE, "not from a Prometheus API" },
	{ "no data", 200, "{\"status\":\"success\"}",
	  "promql.error", NONE, "no result" },
	{ "a matrix", 200, SAYS("{\"resultType\":\"matrix\",\"result\":[]}"),
	  "promql.error", NONE, "gave a matrix" },
	{ "a string", 200,
	  SAYS("{\"resultType\":\"string\",\"result\":[" NOW ",\"1\"]}"),
	  "promql.error", NONE, "gave a string" },
	{ "a native histogram", 200, VECTOR("{\"metric\":{},\"histogram\":[]}"),
	  "promql.error", NONE, "histogram" },
	{ "a value that is a number", 200, VECTOR(ONE("1")),
	  "promql.error", NONE, "no number" },
	{ "M2 hexadecimal", 200, VECTOR(ONE("\"0x10\"")),
	  "promql.error", NONE, "no number" },
	{ "M2 a decimal comma", 200, VECTOR(ONE("\"1,5\"")),
	  "promql.error", NONE, "no number" },
	{ "M2 1e400", 200, VECTOR(ONE("\"1e400\"")),
	  "promql.error", NONE, "no number" },
	{ "a number and more", 200, VECTOR(ONE("\"1 \"")),
	  "promql.error", NONE, "no number" },
	{ "no number at all", 200, VECTOR(ONE("\"\"")),
	  "promql.error", NONE, "no number" },
	{ "a value of three", 200, SCALAR("[" NOW ",\"1\",\"2\"]"),
	  "promql.error", NONE, "not [ time" },
	{ "a value at no time", 200, SCALAR("[\"x\",\"1\"]"),
	  "promql.error", NONE, "no number" },
	{ "a series that is none", 200, VECTOR("7"),
	  "promql.error", NONE, "not [ time" },

	{ "M4 five minutes old is just fine", 200,
	  SCALAR("[1699999700,\"1\"]"), NULL, 1, "" },
	{ "M4 older is stale", 200, SCALAR("[1699999699.999,\"1\"]"),
	  "promql.stale", NONE, "300 s old" },
	{ "M4 a minute ahead is just fine", 200,
	  SCALAR("[1700000060,\"1\"]"), NULL, 1, "" },
	{ "M4 further ahead is wrong", 200, SCALAR("[1700000061,\"1\"]"),
	  "promql.stale", NONE, "61 s ahead" },
};
/* clang-format on */

static struct promql_verdict
judge(const struct promql_settings *s, const struct row *row)
{
	const struct promql_answer a = {
		.status = row->status,
		.body = row->body,
		.body_bytes = strlen(row->body),
		.wall_ms = WALL_MS,
	};

	return promql_judge(s, &a);
}

static void
expect(const struct row *row, const struct promql_verdict *v,
    enum sample_outcome outcome, const char *failure)
{
	if (v->verdict.outcome != outcome ||
	    (v->verdict.failure == NULL) != (failure == NULL) ||
	    (failure != NULL && strcmp(v->verdict.failure, failure) != 0))
		fail_msg("%s: %s %s (%s)", row->name,
		    sample_outcome_word(v->verdict.outcome),
		    v->verdict.failure == NULL ? "-" : v->verdict.failure,
		    v->verdict.detail);
}

static const struct promql_settings defaults = { .max_age_ms = 300000 };

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct promql_verdict v = judge(&defaults, row);

	expect(row, &v, row->failure == NULL ? G : L, row->failure);
	if (isnan(row->value))
		assert_true(isnan(v.value));
	else
		assert_true(v.value == row->value);
	assert_non_null(strstr(v.verdict.detail, row->detail));
}

/* Each of them can mean each of three things, and no other changes. */
static void
test_meanings(void **state)
{
	static const enum sample_outcome outcomes[] = { L, G, F };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int m = PROMQL_LOST; m <= PROMQL_FAILED; m++) {
			struct promql_settings s = defaults;
			const char *f = rows[i].failure;
			struct promql_verdict v;

			if (f == NULL || strcmp(f, "promql.stale") == 0)
				continue;
			if (strcmp(f, "promql.empty") == 0)
				s.on_empty = (enum promql_meaning)m;
			else if (strcmp(f, "promql.nan") == 0)
				s.on_nan = (enum promql_meaning)m;
			else if (strcmp(f, "promql.many") == 0)
				s.on_many = (enum promql_meaning)m;
			else if (strcmp(f, "promql.warning") == 0)
				s.on_warning = (enum promql_meaning)m;
			else
				s.on_error = (enum promql_meaning)m;
			v = judge(&s, &rows[i]);
			expect(&rows[i], &v, outcomes[m],
			    m == PROMQL_OK ? NULL : f);
			if (m == PROMQL_OK && strcmp(f, "promql.warning") == 0)
				assert_true(v.value == 2.0);
			else
				assert_true(isnan(v.value));
		}
}

static void
test_a_long_answer_is_too_much(void **state)
{
	const struct promql_answer a = {
		.status = 200, .body = "{", .body_bytes = 1, .is_cut = true
	};
	struct promql_verdict v = promql_judge(&defaults, &a);

	(void)state;
	assert_string_equal(v.verdict.failure, "promql.many");
	assert_int_equal(v.verdict.outcome, SAMPLE_LOST);
}

static void
expect_request(enum http_method method, const char *server, const char *query,
    const char *url_expected, const char *body_expected)
{
	const struct promql_settings s = {
		.http = { .method = method }, .server = server, .query = query
	};
	struct text url = text_new(PROMQL_URL_MAX);
	struct text body = text_new(PROMQL_BODY_MAX);

	assert_true(promql_request(&s, 5000, &url, &body));
	assert_string_equal(text_str(&url), url_expected);
	assert_string_equal(text_str(&body), body_expected);
	text_free(&url);
	text_free(&body);
}

static void
test_requests(void **state)
{
	(void)state;
	expect_request(HTTP_GET, "http://h:9090", "up{a=~\"5..\"} > 1",
	    "http://h:9090/api/v1/query?query=up%7Ba%3D~%225..%22%7D%20%3E%201"
	    "&timeout=5000ms",
	    "");
	expect_request(HTTP_POST, "http://h/prometheus/", "a+b&c\xc3\xa9",
	    "http://h/prometheus/api/v1/query",
	    "query=a%2Bb%26c%C3%A9&timeout=5000ms");
}

static void
test_a_query_that_is_too_long(void **state)
{
	static char query[PROMQL_URL_MAX];
	const struct promql_settings s = { .server = "http://h",
		.query = query };
	/* What stands before and behind the query. */
	size_t around = strlen("http://h/api/v1/query?query=&timeout=1ms");
	struct text url = text_new(PROMQL_URL_MAX);
	struct text body = text_new(PROMQL_BODY_MAX);

	(void)state;
	memset(query, 'a', PROMQL_URL_MAX - around);
	assert_true(promql_request(&s, 1, &url, &body));
	text_clear(&url);
	query[PROMQL_URL_MAX - around] = 'a';
	assert_false(promql_request(&s, 1, &url, &body));
	text_free(&url);
	text_free(&body);
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows) + 4] = {
		cmocka_unit_test(test_meanings),
		cmocka_unit_test(test_a_long_answer_is_too_much),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_a_query_that_is_too_long),
	};
	size_t count = 4;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[count++] = (struct CMUnitTest){ rows[i].name, test_row,
			NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return _cmocka_run_group_tests("promql", tests, count, NULL, NULL);
}
