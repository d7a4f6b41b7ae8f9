/* What the daemon answers, and what rollbackctl makes of any answer. */
#include "tests/unit/test.h"

#include <string.h>

#include "control/reply.h"

struct row {
	const char *line;
	const char *complaint; /* NULL: it is a reply */
	enum control_error code;
	enum control_exit status;
};

#define ERROR(code)                                                      \
	"{\"v\":1,\"id\":\"a\",\"ok\":false,\"error\":{\"code\":\"" code \
	"\",\"message\":\"why\"}}"

/* clang-format off */
static const struct row rows[] = {
	{ "{\"v\":1,\"id\":\"a\",\"ok\":true,\"result\":{}}", NULL,
	  CONTROL_OK, CONTROL_EXIT_OK },
	{ "{\"v\":1,\"id\":\"a\",\"ok\":true,\"result\":{},\"new\":1}", NULL,
	  CONTROL_OK, CONTROL_EXIT_OK },
	{ ERROR("denied"), NULL, CONTROL_DENIED, CONTROL_EXIT_REFUSED },
	{ ERROR("conflict"), NULL, CONTROL_CONFLICT, CONTROL_EXIT_REFUSED },
	{ ERROR("busy"), NULL, CONTROL_BUSY, CONTROL_EXIT_REFUSED },
	{ ERROR("not-found"), NULL, CONTROL_NOT_FOUND,
	  CONTROL_EXIT_NOT_FOUND },
	{ ERROR("failed"), NULL, CONTROL_FAILED, CONTROL_EXIT_FAILED },
	{ ERROR("timeout"), NULL, CONTROL_TIMEOUT, CONTROL_EXIT_FAILED },
	{ ERROR("too-large"), NULL, CONTROL_TOO_LARGE, CONTROL_EXIT_FAILED },
	{ ERROR("bad-request"), NULL, CONTROL_BAD_REQUEST,
	  CONTROL_EXIT_FAILED },
	{ ERROR("unknown-verb"), NULL, CONTROL_UNKNOWN_VERB,
	  CONTROL_EXIT_FAILED },
	{ ERROR("of-a-newer-daemon"), NULL, CONTROL_FAILED,
	  CONTROL_EXIT_FAILED },
	{ ERROR("ok"), NULL, CONTROL_FAILED, CONTROL_EXIT_FAILED },
	{ "{\"v\":1,\"id\":null,\"ok\":false,\"error\":{\"code\":\"busy\","
	  "\"message\":\"why\"}}", NULL, CONTROL_BUSY, CONTROL_EXIT_REFUSED },
	{ "", "", CONTROL_OK, CONTROL_EXIT_OK },
	{ "{}", "another protocol", CONTROL_OK, CONTROL_EXIT_OK },
	{ "{\"v\":2,\"id\":\"a\",\"ok\":true,\"result\":{}}",
	  "another protocol", CONTROL_OK, CONTROL_EXIT_OK },
	{ "{\"v\":1,\"id\":\"b\",\"ok\":true,\"result\":{}}",
	  "answers someone else", CONTROL_OK, CONTROL_EXIT_OK },
	{ "{\"v\":1,\"id\":null,\"ok\":true,\"result\":{}}", "no result",
	  CONTROL_OK, CONTROL_EXIT_OK },
	{ "{\"v\":1,\"id\":\"a\",\"ok\":true}", "no result", CONTROL_OK,
	  CONTROL_EXIT_OK },
	{ "{\"v\":1,\"id\":\"a\",\"ok\":true,\"result\":[]}", "no result",
	  CONTROL_OK, CONTROL_EXIT_OK },
	{ "{\"v\":1,\"id\":\"a\",\"ok\":1,\"result\":{}}", "no error",
	  CONTROL_OK, CONTROL_EXIT_OK },
	{ "{\"v\":1,\"id\":\"a\",\"ok\":false,\"error\":{\"code\":\"busy\"}}",
	  "no error", CONTROL_OK, CONTROL_EXIT_OK },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct error err = { "" };
	struct reply reply;

	if (!reply_read(row->line, strlen(row->line), "a", &reply, &err)) {
		assert_non_null(row->complaint);
		assert_non_null(strstr(err.text, row->complaint));
		assert_null(reply.line);
		return;
	}
	assert_null(row->complaint);
	assert_int_equal(reply.code, row->code);
	assert_int_equal(reply.result != NULL, row->code == CONTROL_OK);
	assert_int_equal(reply_exit(VERB_DEPLOY, &reply), row->status);
	reply_end(&reply);
}

static void
test_a_result_is_written_on_one_line(void **state)
{
	struct json_object *o = json_object_new_object();
	struct text line = text_new(1000);

	(void)state;
	json_set_text(o, "path", "/a\nb");
	reply_write(&line, "x", o);
	assert_string_equal(text_str(&line),
	    "{\"v\":1,\"id\":\"x\",\"ok\":true,"
	    "\"result\":{\"path\":\"/a\\nb\"}}\n");
	text_free(&line);
	json_object_put(o);
}

static void
test_an_error_is_written_and_read_again(void **state)
{
	struct json_object *complaints = json_object_new_array();
	struct text line = text_new(1000);
	struct reply reply;
	struct error err;

	(void)state;
	(void)json_object_array_add(
	    complaints, json_object_new_string("a.conf:1: error"));
	for (unsigned e = CONTROL_DENIED; e <= CONTROL_TIMEOUT; e++) {
		text_clear(&line);
		reply_write_error(&line, "x", (enum control_error)e,
		    "a \"quoted\" why", complaints);
		assert_true(reply_read(
		    text_str(&line), line.length - 1, "x", &reply, &err));
		assert_int_equal(reply.code, e);
		assert_string_equal(reply.message, "a \"quoted\" why");
		assert_true(json_object_equal(reply.complaints, complaints));
		reply_end(&reply);
	}
	json_object_put(complaints);
	text_free(&line);
}

static void
test_a_line_that_does_not_fit_is_known_to_be_cut(void **state)
{
	struct json_object *o = json_object_new_object();
	struct text line = text_new(20);

	(void)state;
	reply_write(&line, "x", o);
	assert_false(text_ok(&line));
	text_free(&line);
	json_object_put(o);
}

static void
test_a_result_in_parts_is_the_same_line(void **state)
{
	struct text begin = text_new(100), end = text_new(100);
	const struct text *parts[] = { &begin, &end };
	struct text line = text_new(1000);

	(void)state;
	text_add(&begin, "{\"path\":");
	text_add(&end, "\"/a\\nb\"}");
	reply_write_parts(&line, "x", parts, ARRAY_LEN(parts));
	assert_true(text_ok(&line));
	assert_string_equal(text_str(&line),
	    "{\"v\":1,\"id\":\"x\",\"ok\":true,"
	    "\"result\":{\"path\":\"/a\\nb\"}}\n");
	text_free(&line);
	text_free(&begin);
	text_free(&end);
}

/* A reply without its end would be no JSON. */
static void
test_a_result_of_a_part_that_was_cut_is_cut(void **state)
{
	struct text begin = text_new(100), end = text_new(3);
	const struct text *parts[] = { &begin, &end };
	struct text line = text_new(1000);

	(void)state;
	text_add(&begin, "{\"path\":");
	text_add(&end, "\"/a\"}");
	reply_write_parts(&line, "x", parts, ARRAY_LEN(parts));
	assert_false(text_ok(&line));
	text_free(&line);
	text_free(&begin);
	text_free(&end);
}

static void
test_only_a_reload_with_complaints_means_a_bad_configuration(void **state)
{
	const char line[] =
	    "{\"v\":1,\"id\":\"a\",\"ok\":false,\"error\":{\"code\":"
	    "\"failed\",\"message\":\"why\",\"complaints\":[]}}";
	struct reply reply;
	struct error err;

	(void)state;
	assert_true(reply_read(line, strlen(line), "a", &reply, &err));
	assert_int_equal(
	    reply_exit(VERB_RELOAD, &reply), CONTROL_EXIT_BAD_CONFIG);
	assert_int_equal(reply_exit(VERB_HOLD, &reply), CONTROL_EXIT_FAILED);
	reply_end(&reply);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_a_result_is_written_on_one_line),
		cmocka_unit_test(test_an_error_is_written_and_read_again),
		cmocka_unit_test(
		    test_a_line_that_does_not_fit_is_known_to_be_cut),
		cmocka_unit_test(test_a_result_in_parts_is_the_same_line),
		cmocka_unit_test(test_a_result_of_a_part_that_was_cut_is_cut),
		cmocka_unit_test(
		    test_only_a_reload_with_complaints_means_a_bad_configuration),
	};
	struct CMUnitTest lines[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		lines[i] = (struct CMUnitTest){
			.name = rows[i].line,
			.test_func = test_row,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	failed = cmocka_run_group_tests(lines, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
