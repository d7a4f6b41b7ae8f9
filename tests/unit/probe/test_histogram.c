/* Quantiles, as histogram_quantile() of Prometheus gives them. */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>

#include "probe/histogram.h"

#define BUCKETS_MAX 5
#define INF HUGE_VAL
#define NONE ((double)NAN)

struct row {
	const char *name;
	double q;
	struct histogram_bucket buckets[BUCKETS_MAX];
	size_t count;
	double expected;
};

/* clang-format off */
static struct row rows[] = {
	{ "none", 0.5, { { 0, 0 } }, 0, NONE },
	{ "only the highest", 0.5, { { INF, 9 } }, 1, NONE },
	{ "M8 without the highest", 0.5, { { 1, 5 }, { 2, 9 } }, 2, NONE },
	{ "M8 nothing observed", 0.5, { { 1, 0 }, { INF, 0 } }, 2, NONE },
	{ "no quantile", NONE, { { 1, 1 }, { INF, 1 } }, 2, NONE },
	{ "below all", -0.01, { { 1, 1 }, { INF, 1 } }, 2, -INF },
	{ "above all", 1.01, { { 1, 1 }, { INF, 1 } }, 2, INF },
	{ "a median", 0.5, { { 1, 0 }, { 2, 10 }, { INF, 10 } }, 3, 1.5 },
	{ "in any order", 0.5, { { INF, 10 }, { 2, 10 }, { 1, 0 } }, 3, 1.5 },
	{ "the lowest begins at zero", 0.5, { { 1, 10 }, { INF, 10 } }, 2, 0.5 },
	{ "unless it ends there", 0.5, { { 0, 10 }, { INF, 10 } }, 2, 0 },
	{ "or below", 0.1, { { -2, 5 }, { -1, 9 }, { INF, 9 } }, 3, -2 },
	{ "between limits below zero", 0.75,
	  { { -2, 4 }, { -1, 8 }, { INF, 8 } }, 3, -1.5 },
	{ "in the highest", 0.99, { { 1, 5 }, { 2, 6 }, { INF, 10 } }, 3, 2 },
	{ "exactly at a limit", 0.5, { { 1, 5 }, { 2, 10 }, { INF, 10 } }, 3, 1 },
	{ "at a limit with none behind it", 0.5,
	  { { 1, 5 }, { 2, 5 }, { 3, 10 }, { INF, 10 } }, 4, 1 },
	{ "the least, where none is below zero", 0,
	  { { 0, 0 }, { 1, 5 }, { INF, 5 } }, 3, 0 },
	{ "the least", 0, { { 1, 5 }, { INF, 10 } }, 2, 0 },
	{ "the most", 1, { { 1, 5 }, { 2, 10 }, { INF, 10 } }, 3, 2 },
	{ "equal limits are added up", 0.5,
	  { { 1, 0 }, { 2, 4 }, { 2, 6 }, { INF, 5 }, { INF, 5 } }, 5, 1.5 },
	{ "M8 a count that falls is lifted", 0.5,
	  { { 1, 10 }, { 2, 4 }, { INF, 10 } }, 3, 0.5 },
	{ "M8 also the highest", 1,
	  { { 1, 10 }, { INF, 4 } }, 2, 1 },
};
/* clang-format on */

static void
test_row(void **state)
{
	struct row *row = *state;
	double got = histogram_quantile(row->q, row->buckets, row->count);

	if (isnan(row->expected) ? !isnan(got) : !(got == row->expected))
		fail_msg("%g, expected %g", got, row->expected);
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, test_row, NULL,
			NULL, &rows[i] };
	return _cmocka_run_group_tests(
	    "histogram", tests, ARRAY_LEN(rows), NULL, NULL);
}
