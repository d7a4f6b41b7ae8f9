/* Numbers as the Prometheus server reads them, whatever the locale is. */
#include "tests/unit/test.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/promtext_number.h"

#define REFUSED "-"
#define TRIALS 200000

/* clang-format off */
static const struct {
	const char *text;
	const char *value; /* as %.17g writes it */
	const char *rest;  /* what does not belong to it */
} numbers[] = {
	{ "0", "0", "" },
	{ "-0", "-0", "" },
	{ "1", "1", "" },
	{ "+1", "1", "" },
	{ "007", "7", "" },
	{ "1.", "1", "" },
	{ ".5", "0.5", "" },
	{ "-.5e1", "-5", "" },
	{ "1e3", "1000", "" },
	{ "1E+03", "1000", "" },
	{ "1e-3", "0.001", "" },
	{ "0.1", "0.10000000000000001", "" },
	{ "1e22", "1e+22", "" },
	{ "1e23", "9.9999999999999992e+22", "" },
	{ "9007199254740992", "9007199254740992", "" },
	{ "9007199254740993", "9007199254740992", "" },
	{ "9007199254740995", "9007199254740996", "" },
	{ "18446744073709551616", "1.8446744073709552e+19", "" },
	{ "99999999999999999999", "1e+20", "" },
	{ "1.7976931348623157e308", "1.7976931348623157e+308", "" },
	{ "1.7976931348623159e308", REFUSED, "" },
	{ "1e400", REFUSED, "" },
	{ "-1e400", REFUSED, "" },
	{ "1e99999999999999999999", REFUSED, "" },
	{ "5e-324", "4.9406564584124654e-324", "" },
	{ "1e-400", "0", "" },
	{ "0e999999", "0", "" },
	{ "NaN", "nan", "" },
	{ "nan", "nan", "" },
	{ "Inf", "inf", "" },
	{ "+Inf", "inf", "" },
	{ "-INF", "-inf", "" },
	{ "infinity", "inf", "" },
	{ "-Infinity", "-inf", "" },
	{ "infin", "inf", "in" },
	{ "1 2", "1", " 2" },
	{ "1_2", "1", "_2" },
	{ "0x10", "0", "x10" },
	{ "0x1p-2", "0", "x1p-2" },
	{ "1,5", "1", ",5" },
	{ "1.5.5", "1.5", ".5" },
	{ "", REFUSED, "" },
	{ "+", REFUSED, "" },
	{ "-", REFUSED, "" },
	{ ".", REFUSED, "" },
	{ "e5", REFUSED, "" },
	{ "1e", REFUSED, "" },
	{ "1e+", REFUSED, "" },
	{ "+NaN", REFUSED, "" },
	{ "-nan", REFUSED, "" },
	{ "in", REFUSED, "" },
	{ "--1", REFUSED, "" },
	{ " 1", REFUSED, "" },
	{ "abc", REFUSED, "" },
};

static const struct {
	const char *text;
	int64_t ms; /* INT64_MIN: refused */
} seconds[] = {
	{ "0", 0 },
	{ "1", 1000 },
	{ "1.5", 1500 },
	{ "-1.5", -1500 },
	{ "+1.", 1000 },
	{ ".25", 250 },
	{ "1520879607.789", 1520879607789 },
	{ "1604676851.123456789", 1604676851123 },
	{ "0.0019", 1 },
	{ "-0.0019", -1 },
	{ "1e3", 1000000 },
	{ "1.5e9", 1500000000000 },
	{ "1e-3", 1 },
	{ "999999999999999", 999999999999999000 },
	{ "9223372036854774", 9223372036854773760 },
	{ "9223372036854776", INT64_MIN },
	{ "1e300", INT64_MIN },
	{ "NaN", INT64_MIN },
	{ "Inf", INT64_MIN },
	{ "-", INT64_MIN },
	{ "1e", INT64_MIN },
};

static const struct {
	const char *text;
	int64_t value; /* 42: refused */
} wholes[] = {
	{ "0", 0 },
	{ "-0", 0 },
	{ "+7", 7 },
	{ "9223372036854775807", INT64_MAX },
	{ "-9223372036854775808", INT64_MIN },
	{ "9223372036854775808", 42 },
	{ "-9223372036854775809", 42 },
	{ "99999999999999999999", 42 },
	{ "", 42 },
	{ "-", 42 },
	{ "x", 42 },
};
/* clang-format on */

/* On the heap, of just that size, so that reading on is noticed. */
static char *
ended(const char *text)
{
	size_t length = strlen(text);
	char *copy = malloc(length + 1);

	assert_non_null(copy);
	memcpy(copy, text, length);
	copy[length] = '\n';
	return copy;
}

static void
check_number(const char *text, const char *value, const char *rest)
{
	char *copy = ended(text), shown[64];
	const char *end = copy + strlen(text), *after;
	double v = 0;

	after = promtext_number(copy, end, &v);
	if (strcmp(value, REFUSED) == 0) {
		if (after != NULL)
			fail_msg("\"%s\" is %g", text, v);
	} else {
		if (after == NULL)
			fail_msg("\"%s\" is refused", text);
		(void)snprintf(shown, sizeof(shown), "%.17g", v);
		assert_string_equal(shown, value);
		assert_int_equal(end - after, strlen(rest));
	}
	free(copy);
}

static void
are_read_as_go_reads_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		check_number(
		    numbers[i].text, numbers[i].value, numbers[i].rest);
}

static uint64_t
next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* The short way must round as the C library does. */
static void
are_rounded_exactly(void **state)
{
	static const int precisions[] = { 17, 15, 6, 16, 3, 12 };
	uint64_t seed = 88172645463325252U;

	(void)state;
	for (int i = 0; i < TRIALS; i++) {
		uint64_t bits = next_random(&seed);
		char text[512];
		double v, read = 0;
		int length;

		if (i % 2 == 0)
			memcpy(&v, &bits, sizeof(v));
		else
			v = (double)(bits >> (bits & 63)) /
			    (double)(1 + (next_random(&seed) & 0xffff));
		if (!isfinite(v))
			continue;
		length = snprintf(text, sizeof(text) - 1,
		    i % 7 == 0 ? "%.*f" : "%.*g",
		    precisions[i % (int)ARRAY_LEN(precisions)], v);
		text[length] = '\n';
		assert_ptr_equal(
		    promtext_number(text, text + length, &read), text + length);
		text[length] = '\0';
		v = strtod(text, NULL);
		if (memcmp(&v, &read, sizeof(v)) != 0)
			fail_msg("%s is %.17g, not %.17g", text, v, read);
	}
}

/* Printing would depend on it, so that this compares. */
static void
check_value(const char *text, double value, ptrdiff_t length)
{
	char *copy = ended(text);
	double v = 0;
	const char *after = promtext_number(copy, copy + strlen(text), &v);

	assert_ptr_equal(after, copy + length);
	assert_true(v == value);
	free(copy);
}

static void
do_not_depend_on_the_locale(void **state)
{
	(void)state;
	if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL)
		skip(); /* tests/system/test_metrics_parse makes it */
	assert_string_equal(localeconv()->decimal_point, ",");
	check_value("1.5", 1.5, 3);
	check_value("1,5", 1, 1);
	check_value("0.30000000000000004", 0.30000000000000004, 19);
	check_value("1.0000000000000000000000000001", 1, 30);
	assert_true(promtext_long_number("1.5") == 1.5L);
	(void)setlocale(LC_NUMERIC, "C");
}

static void
have_a_longest(void **state)
{
	char text[PROMTEXT_NUMBER_BYTES_MAX + 2];
	double v;

	(void)state;
	memset(text, '0', sizeof(text));
	text[PROMTEXT_NUMBER_BYTES_MAX - 1] = '7';
	text[PROMTEXT_NUMBER_BYTES_MAX] = '\n';
	assert_non_null(
	    promtext_number(text, text + PROMTEXT_NUMBER_BYTES_MAX, &v));
	assert_true(v == 7);
	text[PROMTEXT_NUMBER_BYTES_MAX] = '7';
	text[PROMTEXT_NUMBER_BYTES_MAX + 1] = '\n';
	assert_null(
	    promtext_number(text, text + PROMTEXT_NUMBER_BYTES_MAX + 1, &v));
}

static void
seconds_become_milliseconds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
		char *copy = ended(seconds[i].text);
		const char *end = copy + strlen(seconds[i].text), *after;
		int64_t ms = INT64_MIN;

		after = promtext_seconds(copy, end, &ms);
		if ((after == NULL) != (seconds[i].ms == INT64_MIN) ||
		    (after != NULL && (after != end || ms != seconds[i].ms)))
			fail_msg("%s: %lld", seconds[i].text, (long long)ms);
		free(copy);
	}
}

static void
whole_ones_fit_or_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wholes); i++) {
		char *copy = ended(wholes[i].text);
		const char *end = copy + strlen(wholes[i].text), *after;
		int64_t value = 42;

		after = promtext_whole(copy, end, &value);
		if ((after == NULL) != (wholes[i].value == 42) ||
		    (after != NULL && value != wholes[i].value))
			fail_msg("%s: %lld", wholes[i].text, (long long)value);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_read_as_go_reads_them),
		cmocka_unit_test(are_rounded_exactly),
		cmocka_unit_test(do_not_depend_on_the_locale),
		cmocka_unit_test(have_a_longest),
		cmocka_unit_test(seconds_become_milliseconds),
		cmocka_unit_test(whole_ones_fit_or_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
