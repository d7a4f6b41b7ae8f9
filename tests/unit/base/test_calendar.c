/*
 * Spans of the week: how they are written, and when they are open.
 */
#include "tests/unit/test.h"

#include "tests/unit/base/zones.h"

#include "base/calendar.h"

#define ARENA_BYTES ((size_t)8 * 1024 * 1024)
#define SPANS_MAX 4

/* Moments are UTC; opens: "" for never. */
static struct row {
	const char *name;
	const char *spans[SPANS_MAX];
	const char *at;
	bool open;
	const char *changes;
} rows[] = {
	/* clang-format off */
	{ "the second before", { "Mon..Fri 22:00-23:00 UTC" },
	  "2026-01-05 21:59:59", false, "2026-01-05 22:00:00" },
	{ "opens", { "Mon..Fri 22:00-23:00 UTC" },
	  "2026-01-05 22:00:00", true, "2026-01-05 23:00:00" },
	{ "the last second", { "Mon..Fri 22:00-23:00 UTC" },
	  "2026-01-05 22:59:59", true, "2026-01-05 23:00:00" },
	{ "is over", { "Mon..Fri 22:00-23:00 UTC" },
	  "2026-01-05 23:00:00", false, "2026-01-06 22:00:00" },
	{ "over the weekend", { "Mon..Fri 22:00-23:00 UTC" },
	  "2026-01-09 23:00:00", false, "2026-01-12 22:00:00" },
	{ "over midnight", { "Mon..Fri 22:00-06:00 UTC" },
	  "2026-01-06 02:00:00", true, "2026-01-06 06:00:00" },
	{ "the night from Friday on", { "Mon..Fri 22:00-06:00 UTC" },
	  "2026-01-10 02:00:00", true, "2026-01-10 06:00:00" },
	{ "the night to Monday is Sunday's", { "Mon..Fri 22:00-06:00 UTC" },
	  "2026-01-12 02:00:00", false, "2026-01-12 22:00:00" },
	{ "until midnight", { "Sat 20:00-00:00 UTC" },
	  "2026-01-10 23:59:59", true, "2026-01-11 00:00:00" },
	{ "until 24:00", { "Sat 20:00-24:00 UTC" },
	  "2026-01-10 23:59:59", true, "2026-01-11 00:00:00" },
	{ "every day", { "04:00-05:00 UTC" },
	  "2026-01-11 05:00:00", false, "2026-01-12 04:00:00" },
	{ "a whole day", { "Sun UTC" },
	  "2026-01-11 12:00:00", true, "2026-01-12 00:00:00" },
	{ "days that go round", { "Sat..Mon UTC" },
	  "2026-01-10 00:00:00", true, "2026-01-13 00:00:00" },
	{ "days together", { "Mon,Wed..Thu UTC" },
	  "2026-01-06 12:00:00", false, "2026-01-07 00:00:00" },
	{ "one goes over into the other",
	  { "Sat 20:00-24:00 UTC", "Sun 00:00-02:00 UTC" },
	  "2026-01-10 21:00:00", true, "2026-01-11 02:00:00" },
	{ "the nearer of two", { "Sat 20:00-21:00 UTC", "Fri UTC" },
	  "2026-01-06 00:00:00", false, "2026-01-09 00:00:00" },
	{ "always", { "UTC 00:00-24:00" }, NULL, false, NULL },
	{ "every day of it", { "Mon..Sun UTC" },
	  "2026-01-06 00:00:00", true, "" },
	{ "none is never open", { NULL }, "2026-01-06 00:00:00", false, "" },

	/* date -d 'TZ="Europe/Berlin" 2026-07-06 22:00' -u */
	{ "Berlin in summer", { "Mon 22:00-23:00 Europe/Berlin" },
	  "2026-07-06 19:59:59", false, "2026-07-06 20:00:00" },
	{ "Berlin in winter", { "Mon 22:00-23:00 Europe/Berlin" },
	  "2026-01-05 20:59:59", false, "2026-01-05 21:00:00" },
	/* 2026-03-29 02:00 becomes 03:00 */
	{ "the hour that is left out", { "02:00-03:00 Europe/Berlin" },
	  "2026-03-28 02:00:00", false, "2026-03-30 00:00:00" },
	{ "half of it is left out", { "01:30-02:30 Europe/Berlin" },
	  "2026-03-29 00:30:00", true, "2026-03-29 01:00:00" },
	{ "its begin is left out", { "02:30-04:00 Europe/Berlin" },
	  "2026-03-29 00:00:00", false, "2026-03-29 01:00:00" },
	{ "a night with seven hours", { "Sat 22:00-06:00 Europe/Berlin" },
	  "2026-03-28 21:00:00", true, "2026-03-29 04:00:00" },
	/* 2026-10-25 03:00 becomes 02:00 */
	{ "a night with nine hours", { "Sat 22:00-06:00 Europe/Berlin" },
	  "2026-10-24 20:00:00", true, "2026-10-25 05:00:00" },
	{ "the hour that is twice", { "02:00-03:00 Europe/Berlin" },
	  "2026-10-25 00:00:00", true, "2026-10-25 02:00:00" },
	{ "a part of it, the first time", { "02:10-02:20 Europe/Berlin" },
	  "2026-10-25 00:10:00", true, "2026-10-25 00:20:00" },
	{ "a part of it, again", { "02:10-02:20 Europe/Berlin" },
	  "2026-10-25 00:20:00", false, "2026-10-25 01:10:00" },
	{ "half an hour, as on Lord Howe",
	  { "01:45-02:00 Australia/Lord_Howe" },
	  "2026-04-04 15:00:00", false, "2026-04-04 15:15:00" },
	{ "another day there", { "Mon 00:00-01:00 Pacific/Apia" },
	  "2026-01-04 11:00:00", true, "2026-01-04 12:00:00" },
	/* clang-format on */
};

static struct calendar
read_spans(
    struct arena *arena, const char *const *texts, struct calendar_span *spans)
{
	struct calendar c = { .spans = spans };
	char zone[CALENDAR_ZONE_MAX];
	struct error err;

	while (c.count < SPANS_MAX && texts[c.count] != NULL) {
		if (!calendar_parse(
			&spans[c.count], texts[c.count], zone, &err))
			fail_msg("%s", err.text);
		spans[c.count++].zone = zones_read(arena, zone);
	}
	return c;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct arena *arena = arena_new(ARENA_BYTES);
	struct calendar_span spans[SPANS_MAX];
	struct calendar c;
	int64_t at_ms, changes_ms, other_ms;

	if (row->at == NULL) { /* that is no span */
		char zone[CALENDAR_ZONE_MAX];
		struct error err;

		assert_false(
		    calendar_parse(&spans[0], row->spans[0], zone, &err));
		arena_free(arena);
		return;
	}
	c = read_spans(arena, row->spans, spans);
	at_ms = zones_moment_s(row->at) * 1000;
	changes_ms = row->changes[0] == '\0' ?
	    CALENDAR_NEVER_MS :
	    zones_moment_s(row->changes) * 1000;
	assert_int_equal(calendar_is_open(&c, at_ms), row->open);
	assert_int_equal(calendar_is_open(&c, at_ms + 999), row->open);
	other_ms = row->open ? calendar_opens_ms(&c, at_ms) :
			       calendar_shuts_ms(&c, at_ms);
	assert_true(other_ms == at_ms);
	assert_true((row->open ? calendar_shuts_ms(&c, at_ms) :
				 calendar_opens_ms(&c, at_ms)) == changes_ms);
	arena_free(arena);
}

static struct text_row {
	const char *text;
	const char *wrong; /* NULL: it is right */
} text_rows[] = {
	{ "Mon..Fri 22:00-06:00 Europe/Berlin", NULL },
	{ "  Mon..Fri   22:00-06:00   Etc/GMT+5  ", NULL },
	{ "22:00-06:00", NULL },
	{ "Sun", NULL },
	{ "00:00-24:00", NULL },
	{ "23:59-00:00", NULL },
	{ "24:00-01:00", "is no span" },
	{ "00:00-24:01", "is no span" },
	{ "00:00-25:00", "is no span" },
	{ "00:60-01:00", "is no span" },
	{ "7:00-8:00", "is no span" },
	{ "07:00", "is no span" },
	{ "07:00 - 08:00", "is no span" },
	{ "07:00-08:00-09:00", "is no span" },
	{ "07:00-07:00", "ends as it begins" },
	{ "00:00-00:00", "ends as it begins" },
	{ "Mon..", "is no span" },
	{ "Mon,", "is no span" },
	{ "Monday", "is no span" },
	{ "mon", "is no span" },
	{ "Mon-Fri 01:00-02:00", "is no span" },
	{ "Mon 01:00-02:00 /etc/passwd", "is no span" },
	{ "Mon 01:00-02:00 ../../etc/passwd", "is no span" },
	{ "Mon 01:00-02:00 Europe/Berlin Europe/Paris", "is no span" },
	{ "Mon 01:00-02:00 "
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    NULL },
	{ "Mon 01:00-02:00 "
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "is no span" },
	{ "", "is no span" },
};

static void
test_text(void **state)
{
	const struct text_row *row = *state;
	char zone[CALENDAR_ZONE_MAX];
	struct calendar_span span;
	struct error err = { "" };

	assert_int_equal(
	    calendar_parse(&span, row->text, zone, &err), row->wrong == NULL);
	if (row->wrong != NULL)
		assert_non_null(strstr(err.text, row->wrong));
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows) + ARRAY_LEN(text_rows)];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i] };
	for (size_t i = 0; i < ARRAY_LEN(text_rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = text_rows[i].text,
			.test_func = test_text,
			.initial_state = &text_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
