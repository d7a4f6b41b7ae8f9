/*
 * What an evaluator is said to be missing: its own words, and the metrics
 * that its probe does not have.
 */
#include "tests/unit/test.h"

#include <math.h>

#include "evaluator/threshold.h"
#include "service/service.h"

#define NONE ((double)NAN)

static const struct threshold_settings above_five = { .metric = "m",
	.above = 5,
	.below = NONE,
	.clear_below = NONE,
	.clear_above = NONE,
	.min_samples = 2 };
static struct probe_settings probes[] = {
	{ .name = "app",
	    .interval_ms = 1000,
	    .timeout_ms = 500,
	    .kind = &probe_prometheus },
};
static struct evaluator_settings evaluators[] = {
	{ .name = "high",
	    .probe = "app",
	    .kind = &evaluator_threshold,
	    .settings = &above_five },
};
static const struct service_settings settings = {
	.name = "shop",
	.probes = probes,
	.probe_count = 1,
	.evaluators = evaluators,
	.evaluator_count = 1,
};

static struct row {
	const char *name;
	enum sample_outcome outcome;
	double values[3]; /* one a sample */
	const char *missing;
} rows[] = {
	{ "there", SAMPLE_OK, { 1, 1, 1 }, "" },
	{ "a misspelt name", SAMPLE_OK, { NONE, NONE, NONE },
	    "values that can be measured; probe app has no value for m" },
	{ "it was there before", SAMPLE_OK, { 1, 1, NONE },
	    "values that can be measured; probe app has no value for m" },
	{ "it is there again", SAMPLE_OK, { 1, NONE, 1 }, "" },
	{ "lost answers tell nothing of it", SAMPLE_LOST, { NONE, NONE, NONE },
	    "values that can be measured" },
};

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct service *s = service_new(&settings);
	struct text out = text_new(1024);

	assert_non_null(s);
	for (int i = 0; i < 3; i++) {
		struct sample sample = {
			.asked_ms = i * 1000,
			.answered_ms = i * 1000,
			.outcome = row->outcome,
			.values = &row->values[i],
			.value_count = 1,
		};

		service_observe(s, 0, &sample);
	}
	service_missing(s, 0, 3000, &out);
	assert_string_equal(text_str(&out), row->missing);
	text_free(&out);
	service_free(s);
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
