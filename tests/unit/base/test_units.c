/* What people write, and the number it stands for; REFUSED: none. */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "base/units.h"

#define REFUSED (-1)
#define DAY_MS INT64_C(86400000)

/* clang-format off */
static const struct {
	const char *text;
	int64_t ms;
	const char *back; /* as duration_text() has it; NULL: as written */
} durations[] = {
	{ "0s", 0, NULL },
	{ "500ms", 500, NULL },
	{ "30s", 30000, NULL },
	{ "1m30s", 90000, NULL },
	{ "2h", 7200000, NULL },
	{ "1d", DAY_MS, NULL },
	{ "1d2h3m4s5ms", DAY_MS + 7384005, NULL },
	{ "1d5ms", DAY_MS + 5, NULL },
	{ "90s", 90000, "1m30s" },
	{ "1500ms", 1500, "1s500ms" },
	{ "007s", 7000, "7s" },
	{ "0ms", 0, "0s" },
	{ "9223372036854775807ms", INT64_MAX, "106751991167d7h12m55s807ms" },
	{ "9223372036854775808ms", REFUSED, NULL },
	{ "106751991168d", REFUSED, NULL },
	{ "106751991167d8h", REFUSED, NULL },
	{ "99999999999999999999s", REFUSED, NULL },
	{ "", REFUSED, NULL },
	{ "5", REFUSED, NULL },
	{ "s", REFUSED, NULL },
	{ "1.5s", REFUSED, NULL },
	{ "-1s", REFUSED, NULL },
	{ "+1s", REFUSED, NULL },
	{ " 1s", REFUSED, NULL },
	{ "1s ", REFUSED, NULL },
	{ "1 s", REFUSED, NULL },
	{ "1S", REFUSED, NULL },
	{ "1sec", REFUSED, NULL },
	{ "1min", REFUSED, NULL },
	{ "1w", REFUSED, NULL },
	{ "30s1m", REFUSED, NULL },
	{ "1s1s", REFUSED, NULL },
	{ "5ms1s", REFUSED, NULL },
	{ "1m30", REFUSED, NULL },
	{ "1s,", REFUSED, NULL },
	{ "0x10s", REFUSED, NULL },
};

static const struct {
	const char *text;
	int64_t bytes;
	const char *back;
} sizes[] = {
	{ "0B", 0, NULL },
	{ "512B", 512, NULL },
	{ "64KiB", 65536, NULL },
	{ "1MiB", 1 << 20, NULL },
	{ "2GiB", INT64_C(2) << 30, NULL },
	{ "1536B", 1536, NULL },
	{ "1024B", 1024, "1KiB" },
	{ "1024KiB", 1 << 20, "1MiB" },
	{ "0GiB", 0, "0B" },
	{ "8589934591GiB", INT64_C(8589934591) << 30, NULL },
	{ "8589934592GiB", REFUSED, NULL },
	{ "", REFUSED, NULL },
	{ "5", REFUSED, NULL },
	{ "B", REFUSED, NULL },
	{ "5KB", REFUSED, NULL },
	{ "5kib", REFUSED, NULL },
	{ "5 KiB", REFUSED, NULL },
	{ "5KiB5B", REFUSED, NULL },
	{ "1.5MiB", REFUSED, NULL },
	{ "-1B", REFUSED, NULL },
};

static const struct {
	const char *text;
	double ratio;
} ratios[] = {
	{ "0%", 0.0 },
	{ "1%", 0.01 },
	{ "50%", 0.5 },
	{ "99.5%", 0.995 },
	{ "100%", 1.0 },
	{ "0.1%", 0.001 },
	{ "1.000000000000001%", 0.01000000000000001 },
	{ "1.0000000000000001%", REFUSED },
	{ "1000000%", 10000.0 },
	{ "1000001%", REFUSED },
	{ "", REFUSED },
	{ "%", REFUSED },
	{ "1", REFUSED },
	{ "0.5", REFUSED },
	{ ".5%", REFUSED },
	{ "1.%", REFUSED },
	{ "1,5%", REFUSED },
	{ "1e2%", REFUSED },
	{ "-1%", REFUSED },
	{ "1 %", REFUSED },
	{ "1%%", REFUSED },
	{ "99999999999999999999%", REFUSED },
};

static const struct {
	const char *text;
	int64_t count;
} counts[] = {
	{ "0", 0 },
	{ "7", 7 },
	{ "10", 10 },
	{ "9223372036854775807", INT64_MAX },
	{ "9223372036854775808", REFUSED },
	{ "", REFUSED },
	{ "00", REFUSED },
	{ "07", REFUSED },
	{ "-1", REFUSED },
	{ "+1", REFUSED },
	{ "1 ", REFUSED },
	{ "1.0", REFUSED },
	{ "0x1", REFUSED },
	{ "x", REFUSED },
};

static const struct {
	const char *name;
	bool valid;
} names[] = {
	{ "a", true },
	{ "7", true },
	{ "web-1.2_3+a:b", true },
	{ "v1.0.0+build.5", true },
	{ "", false },
	{ "-rf", false },
	{ ".", false },
	{ "..", false },
	{ "_a", false },
	{ "+a", false },
	{ ":a", false },
	{ "a/b", false },
	{ "a b", false },
	{ "a\n", false },
	{ "a\\b", false },
	{ "a$b", false },
	{ "\xc3\xa9", false },
	{ "a\xc3\xa9", false },
};
/* clang-format on */

static void
test_durations(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(durations); i++) {
		const char *text = durations[i].text;
		char buffer[DURATION_TEXT_MAX];
		int64_t ms = 0;

		if (durations[i].ms == REFUSED) {
			if (duration_parse(text, &ms))
				fail_msg("took %s", text);
			continue;
		}
		if (!duration_parse(text, &ms))
			fail_msg("refused %s", text);
		assert_true(ms == durations[i].ms);
		assert_string_equal(duration_text(ms, buffer),
		    durations[i].back == NULL ? text : durations[i].back);
	}
}

static void
test_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		const char *text = sizes[i].text;
		char buffer[DURATION_TEXT_MAX];
		int64_t bytes = 0;

		if (sizes[i].bytes == REFUSED) {
			if (size_parse(text, &bytes))
				fail_msg("took %s", text);
			continue;
		}
		if (!size_parse(text, &bytes))
			fail_msg("refused %s", text);
		assert_true(bytes == sizes[i].bytes);
		assert_string_equal(size_text(bytes, buffer),
		    sizes[i].back == NULL ? text : sizes[i].back);
	}
}

static void
test_ratios(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ratios); i++) {
		double ratio = -2;
		bool taken = ratio_parse(ratios[i].text, &ratio);

		if (taken != (ratios[i].ratio >= 0))
			fail_msg("%s", ratios[i].text);
		if (taken)
			assert_float_equal(ratio, ratios[i].ratio, 1e-17);
	}
}

static void
test_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		uint64_t count = 1;
		bool taken = count_parse(counts[i].text, &count);

		if (taken != (counts[i].count >= 0))
			fail_msg("%s", counts[i].text);
		if (taken)
			assert_true(count == (uint64_t)counts[i].count);
	}
}

static const struct {
	const char *text;
	double value; /* NAN: refused */
} numbers[] = {
	{ "0", 0 },
	{ "-0", 0 },
	{ "12.5", 12.5 },
	{ "-12.5", -12.5 },
	{ "+3", 3 },
	{ "007", 7 },
	{ "3e-4", 0.0003 },
	{ "3E+4", 30000 },
	{ "9007199254740993", 9007199254740992.0 },
	{ "1e308", 1e308 },
	{ "", (double)NAN },
	{ "-", (double)NAN },
	{ ".5", (double)NAN },
	{ "5.", (double)NAN },
	{ "1,5", (double)NAN },
	{ " 1", (double)NAN },
	{ "1 ", (double)NAN },
	{ "1e", (double)NAN },
	{ "1e+", (double)NAN },
	{ "--1", (double)NAN },
	{ "0x10", (double)NAN },
	{ "1e400", (double)NAN },
	{ "nan", (double)NAN },
	{ "inf", (double)NAN },
	{ "12MB", (double)NAN },
};

static void
test_numbers(void **state)
{
	char longest[DECIMAL_MAX_BYTES + 2] = "";
	double value;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		bool taken = decimal_parse(numbers[i].text, &value);

		if (taken == isnan(numbers[i].value))
			fail_msg("%s", numbers[i].text);
		if (taken)
			assert_true(value == numbers[i].value);
	}
	memset(longest, '1', DECIMAL_MAX_BYTES);
	assert_true(decimal_parse(longest, &value));
	longest[DECIMAL_MAX_BYTES] = '1';
	assert_false(decimal_parse(longest, &value));
}

static void
test_names(void **state)
{
	char longest[NAME_MAX_BYTES + 2] = "";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (name_is_valid(names[i].name) != names[i].valid)
			fail_msg("%s", names[i].name);
	memset(longest, 'n', NAME_MAX_BYTES);
	assert_true(name_is_valid(longest));
	longest[NAME_MAX_BYTES] = 'n';
	assert_false(name_is_valid(longest));
}

static const struct {
	double value;
	const char *unit;
	const char *text;
} quantities[] = {
	{ 12.5, NULL, "12.5" },
	{ 3, "failures", "3 failures" },
	{ 0.05, "ratio", "5%" },
	{ 0.01234, "ratio", "1.234%" },
	{ 0, "ms", "0.00ms" },
	{ 9.994, "ms", "9.99ms" },
	{ 10, "ms", "10ms" },
	{ 999.4, "ms", "999ms" },
	{ 1000, "ms", "1s" },
	{ 60000, "ms", "60s" },
	{ -2, "ms", "-2 ms" },
};

static void
test_quantities(void **state)
{
	char text[QUANTITY_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(quantities); i++)
		assert_string_equal(quantity_text(quantities[i].value,
					quantities[i].unit, text),
		    quantities[i].text);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_ratios),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_quantities),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
