/* Answers that grow: when is enough seen, and when is it too late? */
#include "tests/unit/test.h"

#include <string.h>

#include "probe/tcp_judge.h"

enum { MORE = -1 };

struct row {
	const char *name;
	struct tcp_expect expect;
	const char *bytes;
	bool is_whole;
	int outcome; /* MORE: not yet */
	const char *failure;
	const char *detail;
};

#define MAX .max_bytes = 8

/* clang-format off */
static const struct row rows[] = {
	{ "nothing yet", { .contains = "220", MAX }, "", false,
	  MORE, NULL, NULL },
	{ "nothing at all", { .contains = "220", MAX }, "", true,
	  SAMPLE_FAILED, "tcp.no_answer", "nothing was said" },
	{ "half of it", { .contains = "220", MAX }, "22", false,
	  MORE, NULL, NULL },
	{ "half of it and no more", { .contains = "220", MAX }, "22", true,
	  SAMPLE_FAILED, "body.mismatch", "22" },
	{ "all of it", { .contains = "220", MAX }, "220", false,
	  SAMPLE_OK, NULL, "" },
	{ "all of it among other things", { .contains = "220", MAX },
	  "x220x", true, SAMPLE_OK, NULL, "" },
	{ "a pattern", { .matches = "^2[0-9]{2}", MAX }, "250 ok", false,
	  SAMPLE_OK, NULL, "" },
	{ "a pattern that does not match yet",
	  { .matches = "^2[0-9]{2}", MAX }, "25", false, MORE, NULL, NULL },
	{ "one of two", { .contains = "2", .matches = "ok$", MAX },
	  "250", false, MORE, NULL, NULL },
	{ "both of two", { .contains = "2", .matches = "ok$", MAX },
	  "250 ok", false, SAMPLE_OK, NULL, "" },
	{ "a pattern that nothing matches", { .matches = "^$", MAX }, "",
	  false, SAMPLE_OK, NULL, "" },
	{ "one byte short of the most", { .contains = "y", MAX },
	  "xxxxxxx", false, MORE, NULL, NULL },
	{ "the most", { .contains = "y", MAX }, "xxxxxxxx", false,
	  SAMPLE_FAILED, "body.too_large", "xxxxxxxx" },
	{ "the most, and good", { .contains = "y", MAX }, "xxxxxxxy", false,
	  SAMPLE_OK, NULL, "" },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct error err = { "" };
	struct tcp_judge *j = tcp_judge_new(&row->expect, &err);
	struct probe_verdict v = { SAMPLE_LOST, "unset", "unset" };
	bool told;

	assert_non_null(j);
	assert_true(tcp_judge_reads(j));
	told = tcp_judge_look(
	    j, row->bytes, strlen(row->bytes), row->is_whole, &v);
	assert_int_equal(told, row->outcome != MORE);
	if (told) {
		assert_int_equal(v.outcome, row->outcome);
		assert_string_equal(v.detail, row->detail);
	}
	if (told && row->failure != NULL)
		assert_string_equal(v.failure, row->failure);
	tcp_judge_free(j);
}

static void
test_expectations(void **state)
{
	const struct tcp_expect nothing = { MAX };
	const struct tcp_expect wrong = { .matches = "(", MAX };
	struct error err = { "" };
	struct tcp_judge *j = tcp_judge_new(&nothing, &err);

	(void)state;
	assert_non_null(j);
	assert_false(tcp_judge_reads(j));
	tcp_judge_free(j);
	assert_null(tcp_judge_new(&wrong, &err));
	assert_true(err.text[0] != '\0');
	tcp_judge_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_expectations),
	};
	struct CMUnitTest table[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		table[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("answers", table, NULL, NULL) +
	    cmocka_run_group_tests_name("expect", others, NULL, NULL);
}
