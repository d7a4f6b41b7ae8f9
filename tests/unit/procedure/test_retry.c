/* Which statuses say that nothing was done, and how long to wait. */
#include "tests/unit/test.h"

#include <string.h>

#include "procedure/retry.h"

#define LIST(...)                                             \
	{                                                     \
		(const char *[]){ __VA_ARGS__ },              \
		    sizeof((const char *[]){ __VA_ARGS__ }) / \
		    sizeof(const char *)                      \
	}

static const struct {
	struct strings retry_on;
	int status;
	bool named;
} statuses[] = {
	{ { NULL, 0 }, 1, false },
	{ LIST("75"), 75, true },
	{ LIST("75"), 74, false },
	{ LIST("75"), 76, false },
	{ LIST("69-70", "75"), 69, true },
	{ LIST("69-70", "75"), 70, true },
	{ LIST("69-70", "75"), 71, false },
	{ LIST("69-70", "75"), 75, true },
	{ LIST("1-127"), 127, true },
	{ LIST("1-127"), 1, true },
	{ LIST("1-127"), 0, false },
	{ LIST("1-127"), 137, false },
	/* Never so, whatever is written there. */
	{ LIST("0"), 0, false },
	{ LIST("128"), 128, false },
	{ LIST("1-200"), 5, false },
	{ LIST("x"), 1, false },
};

static void
test_statuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		const struct step_settings s = { .retry_on =
						     statuses[i].retry_on };

		if (retry_names_status(&s, statuses[i].status) !=
		    statuses[i].named)
			fail_msg("row %zu", i);
	}
}

static void
test_what_may_be_written(void **state)
{
	static const char *const good[] = { "1", "127", "1-127", "75-75" };
	static const char *const bad[] = { "0", "128", "0-3", "3-128", "5-4",
		"", "-", "1-", "-1", "a", "1 ", "01", "1-2-3" };
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		const char *item = good[i];
		struct strings list = { &item, 1 };

		assert_true(retry_on_check(&list, &err));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const char *item = bad[i];
		struct strings list = { &item, 1 };

		if (retry_on_check(&list, &err))
			fail_msg("\"%s\" is good", bad[i]);
		assert_non_null(strstr(err.text, "from 1 to 127"));
	}
}

static const struct {
	int64_t delay_ms, delay_max_ms;
	double backoff;
	int64_t delays_ms[5];
} delays[] = {
	{ 5000, 60000, 2, { 5000, 10000, 20000, 40000, 60000 } },
	{ 5000, 60000, 1, { 5000, 5000, 5000, 5000, 5000 } },
	{ 1000, 3600000, 1.5, { 1000, 1500, 2250, 3375, 5062 } },
	{ 1000, 3600000, 10, { 1000, 10000, 100000, 1000000, 3600000 } },
	{ 0, 60000, 2, { 0, 0, 0, 0, 0 } },
	/* One that is longer than the maximum stays, and does not grow. */
	{ 90000, 60000, 2, { 90000, 90000, 90000, 90000, 90000 } },
	{ 700, 0, 3, { 700, 700, 700, 700, 700 } },
};

static void
test_delays(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(delays); i++) {
		const struct step_settings s = {
			.delay_ms = delays[i].delay_ms,
			.delay_max_ms = delays[i].delay_max_ms,
			.backoff = delays[i].backoff,
		};

		for (unsigned n = 0; n < 5; n++)
			assert_int_equal(
			    retry_delay_ms(&s, n + 1), delays[i].delays_ms[n]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_what_may_be_written),
		cmocka_unit_test(test_delays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
