#include "tests/unit/test.h"

#include "probe/promql_range.h"

#define MINUTE INT64_C(60000)
#define DAY (24 * 60 * MINUTE)

/* clang-format off */
static struct row {
	const char *query;
	int64_t range_ms;
} rows[] = {
	{ "", 0 },
	{ "sum(up)", 0 },
	{ "rate(x[5m])", 5 * MINUTE },
	{ "rate(x[1m]) / rate(y[1m30s])", 90000 },
	{ "rate(x [ 1h ] )", 60 * MINUTE },
	{ "rate(x[500ms])", 500 },
	{ "rate(x[300])", 5 * MINUTE },
	{ "max_over_time(rate(x[5m])[1h:1m])", 60 * MINUTE },
	{ "x[1w]", 7 * DAY },
	{ "x[2y]", 365 * DAY },
	{ "x[99999999999999999999999d]", 365 * DAY },
	{ "x[9223372036854775807ms5m]", 365 * DAY },
	{ "x offset 5m", 0 },
	{ "x{a='[5m]', b=\"[5m]\\\"[6m]\", c=`\\`}[1m]", MINUTE },
	{ "x # [5m]\n[1m]", MINUTE },
	{ "x[", 0 },
	{ "x[5", 5000 },
	{ "x{a='[5m]", 0 },
	{ "x{a='\\", 0 },
	{ "x[$range]", 0 },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;

	assert_int_equal(promql_range_ms(row->query), row->range_ms);
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){ rows[i].query, test_row, NULL,
			NULL, &rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
