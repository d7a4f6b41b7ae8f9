/* Was it done, and may it be asked again? */
#include "tests/unit/test.h"

#include <string.h>

#include "executor/executor.h"
#include "executor/http_ending.h"

#define DONE EXECUTOR_EXIT_DONE
#define FAILED EXECUTOR_EXIT_FAILED
#define UNKNOWN EXECUTOR_EXIT_UNKNOWN
#define NOTHING EXECUTOR_EXIT_NOTHING_DONE

struct row {
	const char *name;
	enum http_reached reached;
	int status;
	bool is_expected, has_retry_after, is_too_large;
	int once;  /* where it changes something */
	int again; /* where it does not */
};

/* clang-format off */
static const struct row rows[] = {
	{ "our own trouble", HTTP_AT_HOME, 0, 0, 0, 0, NOTHING, NOTHING },
	{ "no such host", HTTP_RESOLVING, 0, 0, 0, 0, NOTHING, NOTHING },
	{ "refused", HTTP_CONNECTING, 0, 0, 0, 0, NOTHING, NOTHING },
	{ "bad certificate", HTTP_SHAKING_HANDS, 0, 0, 0, 0,
	  NOTHING, NOTHING },
	{ "no answer", HTTP_SENT, 0, 0, 0, 0, UNKNOWN, NOTHING },
	{ "half an answer", HTTP_ANSWERED, 200, 1, 0, 0, UNKNOWN, NOTHING },
	{ "half a refusal", HTTP_ANSWERED, 404, 0, 0, 0, FAILED, FAILED },
	{ "too much", HTTP_ANSWERED, 200, 1, 0, 1, UNKNOWN, UNKNOWN },
	{ "too much of a refusal", HTTP_ANSWERED, 500, 0, 0, 1,
	  FAILED, FAILED },
	{ "200", HTTP_COMPLETE, 200, 1, 0, 0, DONE, DONE },
	{ "404 where that is expected", HTTP_COMPLETE, 404, 1, 0, 0,
	  DONE, DONE },
	{ "429 where that is expected", HTTP_COMPLETE, 429, 1, 1, 0,
	  DONE, DONE },
	{ "302", HTTP_COMPLETE, 302, 0, 0, 0, FAILED, FAILED },
	{ "400", HTTP_COMPLETE, 400, 0, 0, 0, FAILED, FAILED },
	{ "409", HTTP_COMPLETE, 409, 0, 0, 0, FAILED, FAILED },
	{ "500", HTTP_COMPLETE, 500, 0, 1, 0, FAILED, FAILED },
	{ "408", HTTP_COMPLETE, 408, 0, 0, 0, NOTHING, NOTHING },
	{ "425", HTTP_COMPLETE, 425, 0, 0, 0, NOTHING, NOTHING },
	{ "429", HTTP_COMPLETE, 429, 0, 0, 0, NOTHING, NOTHING },
	{ "half a 429", HTTP_ANSWERED, 429, 0, 0, 0, NOTHING, NOTHING },
	{ "503, later please", HTTP_COMPLETE, 503, 0, 1, 0,
	  NOTHING, NOTHING },
	{ "503 of who knows", HTTP_COMPLETE, 503, 0, 0, 0, UNKNOWN, NOTHING },
	{ "502", HTTP_COMPLETE, 502, 0, 1, 0, UNKNOWN, NOTHING },
	{ "504", HTTP_COMPLETE, 504, 0, 1, 0, UNKNOWN, NOTHING },
	{ "501", HTTP_COMPLETE, 501, 0, 0, 0, FAILED, FAILED },
	{ "505", HTTP_COMPLETE, 505, 0, 0, 0, FAILED, FAILED },
};
/* clang-format on */

static void
test_exits(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct http_ending e = { .reached = r->reached,
			.status = r->status,
			.is_expected = r->is_expected,
			.has_retry_after = r->has_retry_after,
			.is_too_large = r->is_too_large };
		int once = http_ending_exit(&e), again;

		e.is_safe = true;
		again = http_ending_exit(&e);
		if (once != r->once || again != r->again)
			fail_msg("%s: %d and %d, not %d and %d", r->name, once,
			    again, r->once, r->again);
	}
}

static void
test_words(void **state)
{
	struct http_ending e = { .reached = HTTP_CONNECTING };

	(void)state;
	assert_string_equal(http_reached_words(e.reached), "connecting");
	assert_string_equal(
	    http_exit_words(NOTHING, &e), "the request was not sent");
	e.reached = HTTP_SENT;
	assert_string_equal(
	    http_exit_words(UNKNOWN, &e), "done or not, nobody knows");
	assert_string_equal(http_exit_words(NOTHING, &e),
	    "it changes nothing, and may be asked again");
	e.has_key = true;
	assert_int_equal(http_ending_exit(&e), UNKNOWN);
	assert_string_equal(http_exit_words(UNKNOWN, &e),
	    "done or not, nobody knows: its key makes another try safe");
	e = (struct http_ending){ .reached = HTTP_COMPLETE, .status = 429 };
	assert_string_equal(http_exit_words(NOTHING, &e),
	    "the server says that it did not begin");
	assert_string_equal(http_exit_words(FAILED, &e), "");
	for (int i = HTTP_AT_HOME; i <= HTTP_COMPLETE; i++)
		assert_true(
		    strlen(http_reached_words((enum http_reached)i)) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exits),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
