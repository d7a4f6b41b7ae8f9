/* The getters never coerce; the setters never write what is no JSON. */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "base/json.h"

static struct json_object *
parse(const char *json)
{
	struct error err = { "" };
	struct json_object *o = json_parse(json, strlen(json), &err);

	assert_string_equal(err.text, "");
	return o;
}

static void
test_getters_take_their_own_type_alone(void **state)
{
	struct json_object *o =
	    parse("{\"text\":\"t\",\"int\":7,\"float\":0.5,\"yes\":true,"
		  "\"list\":[1],\"group\":{},\"null\":null,\"digits\":\"7\"}");
	static const char *const keys[] = { "text", "int", "float", "yes",
		"list", "group", "null", "digits", "missing" };
	int64_t i = -1;
	double d = -1;

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		bool is_text = k == 0 || k == 7;

		assert_int_equal(json_text(o, keys[k]) != NULL, is_text);
		assert_int_equal(json_int(o, keys[k], &i), k == 1);
		assert_int_equal(json_number(o, keys[k], &d), k == 1 || k == 2);
		assert_int_equal(json_array(o, keys[k]) != NULL, k == 4);
		assert_int_equal(
		    json_member(o, keys[k]) != NULL, k != 6 && k != 8);
		assert_int_equal(json_flag(o, keys[k], false), k == 3);
		assert_true(json_flag(o, keys[k], true));
	}
	assert_int_equal(i, 7);
	assert_true(d == 0.5);
	json_object_put(o);
}

static void
test_getters_of_what_is_no_group(void **state)
{
	struct json_object *list = parse("[1]");
	int64_t i;

	(void)state;
	assert_null(json_member(list, "a"));
	assert_null(json_text(list, "a"));
	assert_null(json_text(NULL, "a"));
	assert_false(json_int(NULL, "a", &i));
	assert_true(json_flag(NULL, "a", true));
	json_object_put(list);
}

static void
assert_json(struct json_object *o, const char *expected)
{
	const char *written =
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	struct error err = { "" };
	struct json_object *again;

	assert_string_equal(written, expected);
	again = json_parse(written, strlen(written), &err);
	assert_string_equal(err.text, "");
	json_object_put(again);
	json_object_put(o);
}

static void
test_setters_write_what_they_get(void **state)
{
	struct json_object *o = json_object_new_object();

	(void)state;
	json_set_text(o, "text", "a\"b\n");
	json_set_text(o, "nothing", NULL);
	json_set_text(o, "empty", "");
	json_set_int(o, "low", INT64_MIN);
	json_set_int(o, "high", INT64_MAX);
	json_set_bool(o, "yes", true);
	json_set_bool(o, "no", false);
	json_set(o, "list", json_object_new_array());
	assert_json(o,
	    "{\"text\":\"a\\\"b\\n\",\"empty\":\"\","
	    "\"low\":-9223372036854775808,\"high\":9223372036854775807,"
	    "\"yes\":true,\"no\":false,\"list\":[]}");
}

static void
test_numbers_are_short_and_finite(void **state)
{
	struct json_object *o = json_object_new_object();

	(void)state;
	json_set_number(o, "tenth", 0.1);
	json_set_number(o, "third", 1.0 / 3.0);
	json_set_number(o, "two", 2.0);
	json_set_number(o, "large", 1e300);
	json_set_number(o, "nan", (double)NAN);
	json_set_number(o, "infinite", (double)-INFINITY);
	assert_json(o,
	    "{\"tenth\":0.1,\"third\":0.3333333333,\"two\":2,"
	    "\"large\":1e+300,\"nan\":null,\"infinite\":null}");
}

static void
test_bytes_that_are_no_text_are_replaced(void **state)
{
	struct json_object *o = json_object_new_object();

	(void)state;
	json_set_bytes(o, "bad", "a\xff\xc3(\xe2\x82", 6);
	json_set_bytes(o, "good", "\xc3\xa9 and more", 2);
	json_set_bytes(o, "none", NULL, 0);
	assert_string_equal(json_text(o, "bad"),
	    "a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(json_text(o, "good"), "\xc3\xa9");
	assert_string_equal(json_text(o, "none"), "");
	json_object_put(o);
}

static void
test_a_later_value_replaces_an_earlier_one(void **state)
{
	struct json_object *o = json_object_new_object();

	(void)state;
	json_set_int(o, "a", 1);
	json_set_int(o, "a", 2);
	assert_json(o, "{\"a\":2}");
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_getters_take_their_own_type_alone),
		cmocka_unit_test(test_getters_of_what_is_no_group),
		cmocka_unit_test(test_setters_write_what_they_get),
		cmocka_unit_test(test_numbers_are_short_and_finite),
		cmocka_unit_test(test_bytes_that_are_no_text_are_replaced),
		cmocka_unit_test(test_a_later_value_replaces_an_earlier_one),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
