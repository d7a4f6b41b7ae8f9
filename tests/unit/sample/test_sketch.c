/*
 * The sketch against the exact quantile of the same values in order, for
 * every distribution, number of values and quantile of the tables below.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sample/sketch.h"

#define VALUES_MAX 60000
#define ARRAYS 4
#define ROUNDING 1e-9

static const struct sketch_range times = { 0.1, 60000, 0.02, false };
static const struct sketch_range any = { 1e-6, 1e12, 0.05, true };

static double values[VALUES_MAX];
static uint64_t seed;

static double
uniform(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

static double
normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static double
flat(void)
{
	return 1 + 999 * uniform();
}

static double
lognormal(void)
{
	return exp(4 + normal());
}

static double
bimodal(void)
{
	return uniform() < 0.9 ? 20 + 3 * uniform() : 2000 + 500 * uniform();
}

static double
heavy(void)
{
	return 5 / pow(uniform(), 0.7);
}

static double
constant(void)
{
	return 123.456;
}

static double
whole(void)
{
	return floor(1 + 12 * uniform());
}

static double
both_signs(void)
{
	return 1000 * normal();
}

static double
mostly_zero(void)
{
	return uniform() < 0.8 ? 0 : uniform() - 0.5;
}

static double
wide(void)
{
	double size = exp(-12 + 38 * uniform());

	return uniform() < 0.5 ? -size : size;
}

static struct row {
	const char *name;
	const struct sketch_range *range;
	double (*draw)(void);
} rows[] = {
	{ "uniform", &times, flat },
	{ "lognormal", &times, lognormal },
	{ "bimodal", &times, bimodal },
	{ "heavy-tailed", &times, heavy },
	{ "constant", &times, constant },
	{ "whole numbers, many ties", &times, whole },
	{ "normal around zero", &any, both_signs },
	{ "mostly zero", &any, mostly_zero },
	{ "positive ones in a range with signs", &any, lognormal },
	{ "over sixteen powers of ten", &any, wide },
};

static struct sketch
all_of(const struct sketch_scale *s, const uint16_t *buckets, size_t arrays)
{
	return (struct sketch){ .scale = s,
		.buckets = buckets,
		.arrays = arrays,
		.span = sketch_all(s),
		.count = sketch_count(s, buckets, arrays) };
}

static double
quantile_of(const struct sketch_scale *s, const uint16_t *buckets,
    size_t arrays, double q)
{
	struct sketch k = all_of(s, buckets, arrays);

	return sketch_quantile(&k, q);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What the range cannot tell apart. */
static double
clamped(const struct sketch_range *r, double v)
{
	double size = fmin(fabs(v), r->most);

	if (!r->has_sign)
		return v < r->least ? r->least : size;
	if (fabs(v) < r->least)
		return 0;
	return v < 0 ? -size : size;
}

/* Spread over several arrays, as a window does. */
static void
fill(const struct row *row, uint16_t *buckets, unsigned each, size_t count)
{
	struct sketch_scale s = sketch_scale(row->range);

	for (size_t i = 0; i < count; i++) {
		values[i] = row->draw();
		sketch_add(&s, buckets + (i % ARRAYS) * each, values[i]);
	}
	qsort(values, count, sizeof(values[0]), by_value);
}

static void
check_count(const struct row *row, size_t count)
{
	static const unsigned per_mille[] = { 0, 1, 10, 50, 100, 250, 333, 500,
		660, 750, 900, 950, 990, 995, 999, 1000 };
	struct sketch_scale s = sketch_scale(row->range);
	unsigned each = sketch_bucket_count(&s);
	uint16_t *buckets = calloc((size_t)each * ARRAYS, sizeof(*buckets));

	assert_non_null(buckets);
	fill(row, buckets, each, count);
	assert_int_equal(sketch_count(&s, buckets, ARRAYS), count);
	for (size_t i = 0; i < ARRAY_LEN(per_mille); i++) {
		size_t rank = (per_mille[i] * count + 999) / 1000;
		double exact =
		    clamped(row->range, values[rank > 0 ? rank - 1 : 0]);
		double said =
		    quantile_of(&s, buckets, ARRAYS, per_mille[i] / 1000.0);

		if (fabs(said - exact) >
		    fabs(exact) * (row->range->error + ROUNDING))
			fail_msg("%s, %zu values, q %u/1000: %g for %g",
			    row->name, count, per_mille[i], said, exact);
	}
	free(buckets);
}

static void
test_row(void **state)
{
	static const size_t counts[] = { 1, 2, 3, 4, 5, 10, 19, 20, 100, 999,
		VALUES_MAX };

	seed = 7;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		check_count(*state, counts[i]);
}

static struct one {
	const struct sketch_range *range;
	double value, said;
	double error; /* allowed */
} ones[] = {
	{ &times, 0.1, 0.1, 0 },
	{ &times, 0.0999, 0.1, 0 },
	{ &times, 0, 0.1, 0 },
	{ &times, -5, 0.1, 0 },
	{ &times, 60000, 60000, 0.02 },
	{ &times, 60001, 60000, 0.02 },
	{ &times, 1e300, 60000, 0.02 },
	{ &times, (double)INFINITY, 60000, 0.02 },
	{ &any, 0, 0, 0 },
	{ &any, 1e-6, 1e-6, 0 },
	{ &any, -1e-6, -1e-6, 0 },
	{ &any, 9.9e-7, 0, 0 },
	{ &any, -9.9e-7, 0, 0 },
	{ &any, 1e12, 1e12, 0.05 },
	{ &any, 1e13, 1e12, 0.05 },
	{ &any, -1e13, -1e12, 0.05 },
	{ &any, -(double)INFINITY, -1e12, 0.05 },
};

static void
test_at_the_ends_of_the_range_and_beyond(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ones); i++) {
		struct sketch_scale s = sketch_scale(ones[i].range);
		uint16_t *buckets =
		    calloc(sketch_bucket_count(&s), sizeof(*buckets));
		double said;

		assert_non_null(buckets);
		sketch_add(&s, buckets, ones[i].value);
		said = quantile_of(&s, buckets, 1, 0.5);
		if (fabs(said - ones[i].said) >
		    fabs(ones[i].said) * (ones[i].error + ROUNDING))
			fail_msg("%g reads %g", ones[i].value, said);
		free(buckets);
	}
}

static void
test_nothing_has_no_quantile(void **state)
{
	struct sketch_scale s = sketch_scale(&times);
	uint16_t *buckets = calloc(sketch_bucket_count(&s), sizeof(*buckets));

	(void)state;
	assert_non_null(buckets);
	assert_true(isnan(quantile_of(&s, buckets, 1, 0.5)));
	free(buckets);
}

static void
test_a_full_counter_stays_full(void **state)
{
	struct sketch_scale s = sketch_scale(&times);
	uint16_t *buckets = calloc(sketch_bucket_count(&s), sizeof(*buckets));

	(void)state;
	assert_non_null(buckets);
	for (unsigned i = 0; i < 65535; i++)
		assert_int_not_equal(sketch_add(&s, buckets, 100), SKETCH_FULL);
	assert_int_equal(sketch_count(&s, buckets, 1), 65535);
	assert_int_equal(sketch_add(&s, buckets, 100), SKETCH_FULL);
	assert_int_equal(sketch_count(&s, buckets, 1), 65535);
	sketch_add(&s, buckets, 200);
	assert_int_equal(sketch_count(&s, buckets, 1), 65536);
	free(buckets);
}

/* 0.07 * 100 is a little more than 7 in binary. */
static void
test_rounding_does_not_move_the_rank(void **state)
{
	struct sketch_scale s = sketch_scale(&times);
	uint16_t *buckets = calloc(sketch_bucket_count(&s), sizeof(*buckets));

	(void)state;
	assert_non_null(buckets);
	for (int i = 0; i < 100; i++)
		sketch_add(&s, buckets, i < 7 ? 10 : 1000);
	assert_true(quantile_of(&s, buckets, 1, 0.07) < 11);
	assert_true(quantile_of(&s, buckets, 1, 0.0701) > 900);
	free(buckets);
}

static void
test_it_is_as_small_as_it_says(void **state)
{
	struct sketch_scale s = sketch_scale(&times);

	(void)state;
	assert_in_range(sketch_bucket_count(&s), 300, 340);
	s = sketch_scale(&any);
	assert_in_range(sketch_bucket_count(&s), 820, 840);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_at_the_ends_of_the_range_and_beyond),
		cmocka_unit_test(test_nothing_has_no_quantile),
		cmocka_unit_test(test_a_full_counter_stays_full),
		cmocka_unit_test(test_rounding_does_not_move_the_rank),
		cmocka_unit_test(test_it_is_as_small_as_it_says),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i] };
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
