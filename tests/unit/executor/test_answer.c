/* What a step's own program says, line by line, and what it may not say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "executor/answer.h"

#define DONE "{\"result\":\"done\"}"

static unsigned told;

static void
count_progress(void *arg, const char *words)
{
	assert_string_equal(words, arg);
	told++;
}

/* All of it at once, or in pieces of so many bytes. */
static bool
hear(struct answer *a, const char *text, size_t piece)
{
	size_t length = strlen(text);

	while (length > 0) {
		size_t n = length < piece ? length : piece;

		if (!answer_add(a, text, n))
			return false;
		text += n;
		length -= n;
	}
	return answer_end(a);
}

static void
good_answers(void **state)
{
	static const struct {
		const char *text;
		enum answer_result result;
		const char *output, *message;
	} rows[] = {
		{ DONE "\n", ANSWER_DONE, NULL, NULL },
		{ DONE, ANSWER_DONE, NULL, NULL },
		{ "\n \r\n" DONE "\n\n", ANSWER_DONE, NULL, NULL },
		{ "{\"result\":\"failed\",\"message\":\"no\"}\n", ANSWER_FAILED,
		    NULL, "no" },
		{ "{\"output\":\"a\\nb\",\"result\":\"unknown\"}",
		    ANSWER_UNKNOWN, "a\nb", NULL },
		{ "{\"result\":\"nothing_done\",\"output\":\"\"}\n",
		    ANSWER_NOTHING_DONE, "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t piece = 1; piece < 40; piece += 13) {
			struct answer a;

			answer_init(&a, NULL, NULL);
			assert_true(hear(&a, rows[i].text, piece));
			assert_int_equal(a.result, rows[i].result);
			assert_true(a.output == rows[i].output ||
			    strcmp(a.output, rows[i].output) == 0);
			assert_true(a.message == rows[i].message ||
			    strcmp(a.message, rows[i].message) == 0);
			answer_free(&a);
		}
}

static void
wrong_answers(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} rows[] = {
		{ "", "it ended without a result" },
		{ "{\"progress\":\"x\"}\n", "it ended without a result" },
		{ "done\n", "no JSON" },
		{ "{\"result\":\"done\"", "no JSON" },
		{ "{'result':'done'}\n", "no JSON" },
		{ "[\"done\"]\n", "no JSON object" },
		{ "{}\n", "without a result" },
		{ "{\"output\":\"x\"}\n", "without a result" },
		{ "{\"result\":\"DONE\"}\n", "none of done" },
		{ "{\"result\":true}\n", "none of done" },
		{ "{\"result\":\"done\",\"output\":1}\n", "must be texts" },
		{ "{\"result\":\"done\",\"outptu\":\"x\"}\n", "outptu" },
		{ "{\"result\":\"done\",\"progress\":\"x\"}\n", "progress" },
		{ DONE DONE "\n", "no JSON" },
		{ DONE "\n" DONE "\n", "after its result" },
		{ DONE "\n{\"progress\":\"x\"}\n", "after its result" },
		{ DONE "\nBye.\n", "after its result" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer a;

		answer_init(&a, NULL, NULL);
		assert_false(hear(&a, rows[i].text, 7));
		if (strstr(a.wrong.text, rows[i].why) == NULL)
			fail_msg("row %zu: %s", i, a.wrong.text);
		/* Nothing makes it good again. */
		assert_false(answer_add(&a, DONE "\n", strlen(DONE) + 1));
		assert_false(answer_end(&a));
		answer_free(&a);
	}
}

static void
progress_is_told(void **state)
{
	char words[] = "half of it";
	struct answer a;

	(void)state;
	told = 0;
	answer_init(&a, count_progress, words);
	assert_true(hear(&a,
	    "{\"progress\":\"half of it\"}\n{\"progress\":\"half of it\"}\n" DONE
	    "\n",
	    1000));
	assert_int_equal(told, 2);
	answer_free(&a);
}

/* A line with an output of so many bytes. */
static bool
hear_output(size_t bytes)
{
	char *output = malloc(bytes + 1);
	struct text line = text_new(2 * ANSWER_LINE_MAX);
	struct answer a;
	bool good;

	assert_non_null(output);
	memset(output, 'x', bytes);
	output[bytes] = '\0';
	text_addf(&line, "{\"result\":\"done\",\"output\":\"%s\"}", output);
	answer_init(&a, NULL, NULL);
	good = hear(&a, text_str(&line), 4096);
	answer_free(&a);
	text_free(&line);
	free(output);
	return good;
}

static void
limits(void **state)
{
	char byte = ' ';
	struct answer a;

	(void)state;
	assert_true(hear_output(ANSWER_TEXT_MAX));
	assert_false(hear_output(ANSWER_TEXT_MAX + 1));

	answer_init(&a, NULL, NULL);
	for (size_t i = 0; i < ANSWER_LINE_MAX; i++)
		assert_true(answer_add(&a, &byte, 1));
	assert_false(answer_add(&a, &byte, 1));
	assert_string_equal(a.wrong.text, "a line that is too long");
	answer_free(&a);
}

/* Whatever is written is taken, the longest and the strangest too. */
static void
written_is_heard(void **state)
{
	static char strange[ANSWER_TEXT_MAX];
	struct text line = text_new(ANSWER_LINE_MAX);
	struct answer a;

	(void)state;
	memset(strange, '\xff', sizeof(strange) - 1);
	answer_write_progress(&line, NULL);
	answer_write(&line, ANSWER_FAILED, strange, "a\n\"b\\\x01");
	assert_true(text_ok(&line));
	answer_init(&a, NULL, NULL);
	assert_true(hear(&a, text_str(&line), 1000));
	assert_int_equal(a.result, ANSWER_FAILED);
	assert_string_equal(a.message, "a\n\"b\\\x01");
	assert_int_equal(strlen(a.output), ANSWER_TEXT_MAX);
	answer_free(&a);

	memset(strange, '\x01', sizeof(strange) - 1);
	text_clear(&line);
	answer_write(&line, ANSWER_DONE, strange, strange);
	assert_true(text_ok(&line));
	text_free(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_answers),
		cmocka_unit_test(wrong_answers),
		cmocka_unit_test(progress_is_told),
		cmocka_unit_test(limits),
		cmocka_unit_test(written_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
