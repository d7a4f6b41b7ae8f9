/*
 * What is JSON and what is not, and what is said about it.  A row without a
 * complaint is taken.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

struct row {
	const char *json;
	const char *complaint; /* NULL: taken */
};

/* clang-format off */
static struct row rows[] = {
	/* Values */
	{ "{}", NULL },
	{ "[]", NULL },
	{ " \t\r\n{ \"a\" : [ 1 , true , false , null ] } \n", NULL },
	{ "\"\"", NULL },
	{ "0", NULL },
	{ "-0", NULL },
	{ "17", NULL },
	{ "true", NULL },
	{ "false", NULL },
	{ "[null]", NULL },
	{ "null", "a bare null, or not a JSON value at byte 0" },
	{ "", "value missing, the text ends at byte 0" },
	{ "  ", "value missing, the text ends at byte 2" },
	{ "nul", "a bare null, or not a JSON value at byte 0" },
	{ "[nul]", "not a JSON value at byte 1" },
	{ "[tru", "not a JSON value at byte 1" },
	{ "True", "not a JSON value at byte 0" },
	{ "\xef\xbb\xbf{}", "not a JSON value at byte 0" },
	{ "\v1", "not a JSON value at byte 0" },

	/* What json-c alone would let through */
	{ "{} x", "something after the value at byte 3" },
	{ "1 2", "something after the value at byte 2" },
	{ "{}{}", "something after the value at byte 2" },
	{ "NaN", "not a JSON value at byte 0" },
	{ "Infinity", "not a JSON value at byte 0" },
	{ "-Infinity", "number not as JSON has it at byte 1" },
	{ "{'a':1}", "expected a string in double quotes at byte 1" },
	{ "['a']", "not a JSON value at byte 1" },
	{ "{} // x", "something after the value at byte 3" },
	{ "/* x */ {}", "not a JSON value at byte 0" },
	{ "[1,]", "not a JSON value at byte 3" },
	{ "[,1]", "not a JSON value at byte 1" },
	{ "{\"a\":1,}", "expected a string in double quotes at byte 7" },
	{ "{a:1}", "expected a string in double quotes at byte 1" },

	/* Structure */
	{ "[1 2]", "expected ',' or ']' at byte 3" },
	{ "[1", "expected ',' or ']' at byte 2" },
	{ "[1}", "expected ',' or ']' at byte 2" },
	{ "{\"a\" 1}", "expected ':' after a key at byte 5" },
	{ "{\"a\":}", "not a JSON value at byte 5" },
	{ "{\"a\":1 \"b\":2}", "expected ',' or '}' at byte 7" },
	{ "{\"a\":1", "expected ',' or '}' at byte 6" },
	{ "{", "expected a string in double quotes at byte 1" },

	/* Numbers */
	{ "[1.5,-2.25e3,1E+2,1e-2,0.0,0e0]", NULL },
	{ "01", "number not as JSON has it at byte 1" },
	{ "-", "number not as JSON has it at byte 1" },
	{ "+1", "not a JSON value at byte 0" },
	{ ".5", "not a JSON value at byte 0" },
	{ "1.", "number not as JSON has it at byte 2" },
	{ "1e", "number not as JSON has it at byte 2" },
	{ "1e+", "number not as JSON has it at byte 3" },
	{ "1,5", "something after the value at byte 1" },
	{ "0x10", "something after the value at byte 1" },
	{ "9223372036854775807", NULL },
	{ "9223372036854775808", "number too large at byte 0" },
	{ "-9223372036854775808", NULL },
	{ "[-9223372036854775809]", "number too large at byte 1" },
	{ "99999999999999999999999", "number too large at byte 0" },
	{ "1.7976931348623157e308", NULL },
	{ "1e400", "number too large at byte 0" },
	{ "[-1e400]", "number too large at byte 1" },
	{ "1e-400", NULL },

	/* Keys */
	{ "{\"status\":\"UP\",\"status\":\"DOWN\"}",
	  "key \"status\" twice, again at byte 15" },
	{ "{\"a\":1,\"\\u0061\":2}", "key \"a\" twice, again at byte 7" },
	{ "{\"\":1,\"\":2}", "key \"\" twice, again at byte 6" },
	{ "{\"a\":1,\"b\":2,\"ab\":3,\"A\":4,\"\":5}", NULL },
	{ "{\"a\":{\"a\":{\"a\":1}}}", NULL },
	{ "[{\"a\":1},{\"a\":1}]", NULL },
	{ "{\"a\":{\"b\":1},\"b\":1}", NULL },
	{ "{\"x\":{\"b\":1,\"c\":2,\"b\":3},\"c\":1}",
	  "key \"b\" twice, again at byte 18" },
	{ "{\"b\":{\"c\":1},\"c\":2,\"b\":3}",
	  "key \"b\" twice, again at byte 19" },
	{ "{\"a\\n\":1,\"a\\n\":2}", "key \"a\\n\" twice, again at byte 9" },

	/* Strings */
	{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", NULL },
	{ "{\"\\\"\\\\\\/\\b\\f\\n\\r\\t\":1}", NULL },
	{ "\"\\u00e9\\u20ac\\ud83d\\ude00\"", NULL },
	{ "{\"\\u00e9\":1,\"\xc3\xa9\":2}",
	  "key \"\xc3\xa9\" twice, again at byte 12" },
	{ "{\"\\u20ac\":1,\"\xe2\x82\xac\":2}",
	  "key \"\xe2\x82\xac\" twice, again at byte 12" },
	{ "{\"\\uD83D\\uDE00\":1,\"\xf0\x9f\x98\x80\":2}",
	  "key \"\xf0\x9f\x98\x80\" twice, again at byte 18" },
	{ "\"\x7f\"", NULL },
	{ "\"\xed\x9f\xbf\"", NULL },
	{ "\"UP\\u0000DOWN\"", "NUL in a string at byte 3" },
	{ "\"\\ud800\"", "lone surrogate at byte 1" },
	{ "\"\\ud800\\n\"", "lone surrogate at byte 1" },
	{ "\"\\ud800\\u0041\"", "lone surrogate at byte 1" },
	{ "\"\\ud800\\ue000\"", "lone surrogate at byte 1" },
	{ "\"\\udc00\"", "lone surrogate at byte 1" },
	{ "\"\\u12g4\"", "\\u without four hexadecimal digits at byte 5" },
	{ "\"\\ud800\\u12", "\\u without four hexadecimal digits at byte 11" },
	{ "\"\\x41\"", "unknown escape in a string at byte 2" },
	{ "\"\\", "unknown escape in a string at byte 2" },
	{ "[\"abc", "string without an end at byte 1" },
	{ "\"a\nb\"", "control character in a string at byte 2" },
	{ "\"a\x1f\"", "control character in a string at byte 2" },
	{ "\"a\xff\"", "invalid UTF-8 at byte 2" },
	{ "\"\xc0\xaf\"", "invalid UTF-8 at byte 1" },
	{ "\"\xed\xa0\x80\"", "invalid UTF-8 at byte 1" },
	{ "{\"a\xff\":1}", "invalid UTF-8 at byte 3" },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct error err = { "" };
	struct json_object *o = json_parse(row->json, strlen(row->json), &err);

	assert_string_equal(
	    err.text, row->complaint == NULL ? "" : row->complaint);
	assert_int_equal(o != NULL, row->complaint == NULL);
	json_object_put(o);
}

/* An embedded NUL can stand in no row. */
static void
test_a_nul_byte_is_refused(void **state)
{
	struct error err;

	(void)state;
	assert_null(json_parse("[1]\0", 4, &err));
	assert_string_equal(err.text, "something after the value at byte 3");
	assert_null(json_parse("\"a\0b\"", 5, &err));
	assert_string_equal(
	    err.text, "control character in a string at byte 2");
}

static void
test_reads_no_further_than_its_length(void **state)
{
	struct error err;
	struct json_object *o;

	(void)state;
	o = json_parse("123456", 3, &err);
	assert_int_equal(json_object_get_int64(o), 123);
	json_object_put(o);
	o = json_parse("[1]]", 3, &err);
	assert_non_null(o);
	json_object_put(o);
	assert_null(json_parse("true", 3, &err));
}

static struct json_object *
nested(unsigned depth, struct error *err)
{
	struct text t = text_new(1 << 20);
	struct json_object *o;

	for (unsigned i = 0; i < depth; i++)
		text_add(&t, i % 2 == 0 ? "[" : "{\"a\":");
	text_add(&t, "1");
	for (unsigned i = depth; i > 0; i--)
		text_add(&t, (i - 1) % 2 == 0 ? "]" : "}");
	o = json_parse(text_str(&t), t.length, err);
	text_free(&t);
	return o;
}

static void
test_depth_at_the_limit_and_one_past(void **state)
{
	struct error err;
	struct json_object *o = nested(JSON_DEPTH_MAX, &err);

	(void)state;
	assert_non_null(o);
	json_object_put(o);
	assert_null(nested(JSON_DEPTH_MAX + 1, &err));
	assert_non_null(strstr(err.text, "nested too deep"));
	assert_null(nested(100000, &err));
}

static void
test_numbers_at_the_longest_and_one_past(void **state)
{
	char digits[130];
	struct error err;
	struct json_object *o;

	(void)state;
	memset(digits, '0', sizeof(digits));
	digits[1] = '.';
	o = json_parse(digits, 128, &err);
	assert_non_null(o);
	json_object_put(o);
	assert_null(json_parse(digits, 129, &err));
	assert_string_equal(err.text, "number too long at byte 0");
}

static struct text
many_keys(unsigned count, const char *last)
{
	struct text t = text_new(1 << 24);

	text_add(&t, "{");
	for (unsigned i = 0; i < count; i++)
		text_addf(&t, "\"key-with-a-long-common-start-%u\":%u,", i, i);
	text_addf(&t, "\"%s\":0}", last);
	return t;
}

static void
test_a_duplicate_among_many_keys_is_found(void **state)
{
	struct text good = many_keys(100000, "other");
	struct text bad =
	    many_keys(100000, "key-with-a-long-common-start-31415");
	struct json_object *o;
	struct error err;

	(void)state;
	o = json_parse(text_str(&good), good.length, &err);
	assert_non_null(o);
	assert_int_equal(json_object_object_length(o), 100001);
	json_object_put(o);
	assert_null(json_parse(text_str(&bad), bad.length, &err));
	assert_non_null(
	    strstr(err.text, "key \"key-with-a-long-common-start-31415\""));
	text_free(&good);
	text_free(&bad);
}

static void
test_values_arrive_as_written(void **state)
{
	static const char json[] = "{\"s\":\"a\\u00e9\\ud83d\\ude00\","
				   "\"i\":-9223372036854775808,\"d\":0.25,"
				   "\"b\":true,\"n\":null,\"a\":[1,2]}";
	struct error err;
	struct json_object *o = json_parse(json, strlen(json), &err);
	int64_t i;
	double d;

	(void)state;
	assert_non_null(o);
	assert_string_equal(json_text(o, "s"), "a\xc3\xa9\xf0\x9f\x98\x80");
	assert_true(json_int(o, "i", &i) && i == INT64_MIN);
	assert_true(json_number(o, "d", &d) && d == 0.25);
	assert_true(json_flag(o, "b", false));
	assert_int_equal(json_object_array_length(json_array(o, "a")), 2);
	json_object_put(o);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_a_nul_byte_is_refused),
		cmocka_unit_test(test_reads_no_further_than_its_length),
		cmocka_unit_test(test_depth_at_the_limit_and_one_past),
		cmocka_unit_test(test_numbers_at_the_longest_and_one_past),
		cmocka_unit_test(test_a_duplicate_among_many_keys_is_found),
		cmocka_unit_test(test_values_arrive_as_written),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	struct text names[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		names[i] = text_new(256);
		text_add_escaped(&names[i], rows[i].json, strlen(rows[i].json));
		stories[i] = (struct CMUnitTest){
			.name = text_str(&names[i]),
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	}
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		text_free(&names[i]);
	return failed;
}
