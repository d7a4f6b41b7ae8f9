/*
 * Zones: what zdump(8) says of a few, what the C library says of many, and
 * files that are none.
 */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "tests/unit/base/zones.h"

#include "base/zone_rule.h"

#define ARENA_BYTES ((size_t)8 * 1024 * 1024)
#define FAR_YEARS 130
#define STEP_S 1000003 /* a prime: any time of day and year */

/* As zdump -v says: the last second before a change, and the first of it. */
static struct row {
	const char *zone, *utc;
	int32_t offset_s;
} rows[] = {
	/* clang-format off */
	{ "Europe/Berlin", "2026-03-29 00:59:59", 3600 },
	{ "Europe/Berlin", "2026-03-29 01:00:00", 7200 },
	{ "Europe/Berlin", "2026-10-25 00:59:59", 7200 },
	{ "Europe/Berlin", "2026-10-25 01:00:00", 3600 },
	{ "Europe/Berlin", "2050-03-27 00:59:59", 3600 },
	{ "Europe/Berlin", "2050-03-27 01:00:00", 7200 },
	{ "America/New_York", "2026-03-08 06:59:59", -18000 },
	{ "America/New_York", "2026-03-08 07:00:00", -14400 },
	{ "America/New_York", "2026-11-01 05:59:59", -14400 },
	{ "America/New_York", "2026-11-01 06:00:00", -18000 },
	{ "Australia/Lord_Howe", "2026-04-04 14:59:59", 39600 },
	{ "Australia/Lord_Howe", "2026-04-04 15:00:00", 37800 },
	{ "Australia/Lord_Howe", "2050-10-01 15:29:59", 37800 },
	{ "Australia/Lord_Howe", "2050-10-01 15:30:00", 39600 },
	{ "Europe/Dublin", "2026-03-29 00:59:59", 0 },
	{ "Europe/Dublin", "2026-03-29 01:00:00", 3600 },
	{ "Africa/Casablanca", "2026-02-15 01:59:59", 3600 },
	{ "Africa/Casablanca", "2026-02-15 02:00:00", 0 },
	{ "Asia/Kolkata", "2026-07-01 00:00:00", 19800 },
	{ "America/Sao_Paulo", "2030-12-31 23:59:59", -10800 },
	{ "UTC", "2030-12-31 23:59:59", 0 },
	/* clang-format on */
};

static void
test_as_zdump_says(void **state)
{
	const struct row *row = *state;
	struct arena *arena = arena_new(ARENA_BYTES);
	const struct zone *z = zones_read(arena, row->zone);

	assert_int_equal(
	    zone_offset_s(z, zones_moment_s(row->utc)), row->offset_s);
	arena_free(arena);
}

static int32_t
library_says(int64_t at_s)
{
	time_t at = (time_t)at_s;
	struct tm tm;

	assert_non_null(localtime_r(&at, &tm));
	return (int32_t)tm.tm_gmtoff;
}

/* Every change, and moments in between, from 1970 until far from now. */
static void
test_as_the_library_says(void **state)
{
	static const char *const zones[] = { "Europe/Berlin", "Europe/Dublin",
		"Africa/Casablanca", "Australia/Lord_Howe", "Asia/Tehran",
		"America/Nuuk", "Pacific/Apia", "Antarctica/Troll",
		"America/Santiago", "Asia/Gaza", "Pacific/Chatham",
		"Europe/Lisbon" };
	int64_t end_s = zones_moment_s("1970-01-01 00:00:00") +
	    FAR_YEARS * INT64_C(31556952);
	struct arena *arena = arena_new(ARENA_BYTES);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		const struct zone *z = zones_read(arena, zones[i]);
		int64_t at_s = 0;

		assert_int_equal(setenv("TZ", zones[i], 1), 0);
		tzset();
		for (at_s = 0; at_s < end_s; at_s += STEP_S)
			if (zone_offset_s(z, at_s) != library_says(at_s))
				fail_msg(
				    "%s at %lld", zones[i], (long long)at_s);
		for (at_s = zone_change_s(z, 0); at_s < end_s;
		     at_s = zone_change_s(z, at_s)) {
			assert_int_equal(
			    zone_offset_s(z, at_s), library_says(at_s));
			assert_int_equal(
			    zone_offset_s(z, at_s - 1), library_says(at_s - 1));
		}
	}
	arena_free(arena);
}

static struct rule_row {
	const char *text;
	bool is_rule;
} rule_rows[] = {
	{ "UTC0", true },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", true },
	{ "<+0330>-3:30<+0430>,J79/24,J263/24", true },
	{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true },
	{ "XXX3EDT4,0/0,J365/23", true },
	{ "AAA24", true },
	{ "AAA25", false },
	{ "AAA0BBB,0/167,365/-167", true },
	{ "AAA0BBB,0/168,365", false },
	{ "AAA0BBB,0,366", false },
	{ "AAA0BBB,J0,J365", false },
	{ "AAA0BBB,M12.5.6,M1.1.0", true },
	{ "AAA0BBB,M13.5.6,M1.1.0", false },
	{ "AAA0BBB,M12.6.6,M1.1.0", false },
	{ "AAA0BBB,M12.5.7,M1.1.0", false },
	{ "AAA0BBB", false },
	{ "AAA0BBB,0", false },
	{ "AA0", false },
	{ "<+0330-3:30", false },
	{ "UTC0 ", false },
	{ "", false },
};

static void
test_rule(void **state)
{
	const struct rule_row *row = *state;
	struct zone_rule r;

	assert_int_equal(
	    zone_rule_parse(&r, row->text, strlen(row->text)), row->is_rule);
}

static void
test_always_summer(void **state)
{
	struct zone_rule r;

	(void)state;
	assert_true(zone_rule_parse(&r, "XXX3EDT4,0/0,J365/23", 20));
	for (int64_t at_s = 0; at_s < INT64_C(86400) * 800; at_s += 3600)
		assert_int_equal(zone_rule_offset_s(&r, at_s), -4 * 3600);
}

/* Cut anywhere and with any byte changed: read or refused, and no more. */
static void
test_broken_files(void **state)
{
	unsigned char bytes[4096], copy[4096];
	struct error err = { "" };
	size_t length;
	FILE *f = fopen(ZONES_FOLDER "Europe/Berlin", "r");

	(void)state;
	assert_non_null(f);
	length = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	assert_true(length > 1000 && length < sizeof(bytes));
	for (size_t cut = 0; cut < length; cut++) {
		struct arena *arena = arena_new(ARENA_BYTES);

		assert_null(zone_parse(arena, bytes, cut, &err));
		assert_string_equal(err.text, "it is no time zone file");
		arena_free(arena);
	}
	for (size_t i = 0; i < length; i++) {
		struct arena *arena = arena_new(ARENA_BYTES);
		const struct zone *z;

		memcpy(copy, bytes, length);
		copy[i] ^= 0x80;
		z = zone_parse(arena, copy, length, &err);
		if (z != NULL)
			(void)zone_change_s(z, 1800000000);
		arena_free(arena);
	}
}

static void
test_leap_seconds_are_refused(void **state)
{
	unsigned char bytes[8192];
	struct arena *arena = arena_new(ARENA_BYTES);
	struct error err = { "" };
	size_t length;
	FILE *f = fopen(ZONES_FOLDER "right/Europe/Berlin", "r");

	(void)state;
	if (f == NULL) {
		arena_free(arena);
		skip();
	}
	length = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	assert_null(zone_parse(arena, bytes, length, &err));
	assert_non_null(strstr(err.text, "leap seconds"));
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest tests[4 + ARRAY_LEN(rows) + ARRAY_LEN(rule_rows)] = {
		cmocka_unit_test(test_as_the_library_says),
		cmocka_unit_test(test_always_summer),
		cmocka_unit_test(test_broken_files),
		cmocka_unit_test(test_leap_seconds_are_refused),
	};
	size_t count = 4;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].utc,
			.test_func = test_as_zdump_says,
			.initial_state = &rows[i] };
	for (size_t i = 0; i < ARRAY_LEN(rule_rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rule_rows[i].text,
			.test_func = test_rule,
			.initial_state = &rule_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
