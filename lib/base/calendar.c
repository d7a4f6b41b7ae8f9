#include "base/calendar.h"

#include <string.h>

#define DAY_S 86400
#define WEEK_DAYS 7
#define SECOND_MS 1000
#define HORIZON_S (9 * INT64_C(86400))
#define EVERY_DAY 0x7fU

static const char *const day_words[WEEK_DAYS] = { "Sun", "Mon", "Tue", "Wed",
	"Thu", "Fri", "Sat" };

static bool
is_word_end(char c)
{
	return c == '\0' || c == ' ';
}

static bool
take_day(const char **at, unsigned *day)
{
	for (unsigned i = 0; i < WEEK_DAYS; i++)
		if (strncmp(*at, day_words[i], 3) == 0) {
			*day = i;
			*at += 3;
			return true;
		}
	return false;
}

/* "Mon..Fri,Sun" */
static bool
take_days(const char **at, unsigned *days)
{
	unsigned from, to;

	*days = 0;
	for (;;) {
		if (!take_day(at, &from))
			return false;
		to = from;
		if (strncmp(*at, "..", 2) == 0) {
			*at += 2;
			if (!take_day(at, &to))
				return false;
		}
		for (unsigned d = from;; d = (d + 1) % WEEK_DAYS) {
			*days |= 1U << d;
			if (d == to)
				break;
		}
		if (**at != ',')
			return is_word_end(**at);
		++*at;
	}
}

static bool
take_two_digits(const char **at, unsigned max, unsigned *value)
{
	const char *p = *at;

	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*value = (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
	*at += 2;
	return *value <= max;
}

static bool
take_clock(const char **at, unsigned *seconds)
{
	unsigned hours, minutes;

	if (!take_two_digits(at, 24, &hours) || **at != ':')
		return false;
	++*at;
	if (!take_two_digits(at, 59, &minutes) || (hours == 24 && minutes > 0))
		return false;
	*seconds = hours * 3600 + minutes * 60;
	return true;
}

/* "22:00-06:00" */
static bool
take_times(const char **at, struct calendar_span *span)
{
	if (!take_clock(at, &span->begins_s) || **at != '-')
		return false;
	++*at;
	return take_clock(at, &span->ends_s) && is_word_end(**at) &&
	    span->begins_s < DAY_S;
}

static void
skip_spaces(const char **at)
{
	while (**at == ' ')
		++*at;
}

static bool
is_zone_byte(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-' ||
	    c == '/';
}

/* A path below the folder of zones, and never out of it. */
static bool
take_zone(const char **at, char name[CALENDAR_ZONE_MAX])
{
	size_t length = 0;

	while (is_zone_byte((*at)[length]))
		length++;
	if (length >= CALENDAR_ZONE_MAX || **at == '/')
		return false;
	memcpy(name, *at, length);
	name[length] = '\0';
	*at += length;
	skip_spaces(at);
	return **at == '\0';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
calendar_parse(struct calendar_span *span, const char *text,
    char zone_name[CALENDAR_ZONE_MAX], struct error *err)
{
	const char *at = text;
	bool ok = true, has_days, has_times;

	*span = (struct calendar_span){ .days = EVERY_DAY, .ends_s = DAY_S };
	skip_spaces(&at);
	has_days = !is_digit(*at);
	if (has_days)
		ok = take_days(&at, &span->days);
	skip_spaces(&at);
	has_times = is_digit(*at);
	if (ok && has_times)
		ok = take_times(&at, span);
	skip_spaces(&at);
	if (!ok || !take_zone(&at, zone_name))
		return error_set(err,
		    "\"%.*s\" is no span of the week: write it like \"Mon..Fri "
		    "22:00-06:00 Europe/Berlin\"",
		    CALENDAR_TEXT_MAX, text);
	if (has_times && span->begins_s == span->ends_s)
		return error_set(err,
		    "\"%.*s\" ends as it begins: a whole day is 00:00-24:00",
		    CALENDAR_TEXT_MAX, text);
	return true;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

static bool
has_day(const struct calendar_span *span, int64_t day)
{
	/* 1970 began on a Thursday. */
	int64_t weekday = (day + 4) % WEEK_DAYS;

	return (span->days >> (weekday < 0 ? weekday + WEEK_DAYS : weekday) &
		   1) != 0;
}

static bool
span_is_open(const struct calendar_span *span, int64_t at_s)
{
	int64_t local_s = at_s + zone_offset_s(span->zone, at_s);
	int64_t day = floor_div(local_s, DAY_S);
	unsigned clock_s = (unsigned)(local_s - day * DAY_S);

	if (span->ends_s > span->begins_s)
		return has_day(span, day) && clock_s >= span->begins_s &&
		    clock_s < span->ends_s;
	if (clock_s >= span->begins_s)
		return has_day(span, day);
	return clock_s < span->ends_s && has_day(span, day - 1);
}

static bool
is_open(const struct calendar *c, int64_t at_s)
{
	for (size_t i = 0; i < c->count; i++)
		if (span_is_open(&c->spans[i], at_s))
			return true;
	return false;
}

/* The next moment at which the span may open or shut. */
static int64_t
next_edge_s(const struct calendar_span *span, int64_t at_s)
{
	int32_t offset_s = zone_offset_s(span->zone, at_s);
	int64_t change_s = zone_change_s(span->zone, at_s);
	int64_t local_s = at_s + offset_s;
	int64_t midnight_s = floor_div(local_s, DAY_S) * DAY_S;
	int64_t best_s = midnight_s + DAY_S;

	if (midnight_s + span->begins_s > local_s)
		best_s = midnight_s + span->begins_s;
	if (midnight_s + span->ends_s > local_s &&
	    midnight_s + span->ends_s < best_s)
		best_s = midnight_s + span->ends_s;
	best_s -= offset_s;
	return change_s < best_s ? change_s : best_s;
}

/* When it is next as wanted, from at_ms on. */
static int64_t
next_ms(const struct calendar *c, int64_t at_ms, bool wanted)
{
	int64_t at_s = floor_div(at_ms, SECOND_MS);
	int64_t until_s = at_s + HORIZON_S;

	if (is_open(c, at_s) == wanted)
		return at_ms;
	while (at_s < until_s) {
		int64_t next_s = until_s;

		for (size_t i = 0; i < c->count; i++) {
			int64_t edge_s = next_edge_s(&c->spans[i], at_s);

			if (edge_s < next_s)
				next_s = edge_s;
		}
		at_s = next_s;
		if (is_open(c, at_s) == wanted)
			return at_s * SECOND_MS;
	}
	return CALENDAR_NEVER_MS;
}

bool
calendar_is_open(const struct calendar *c, int64_t at_ms)
{
	return is_open(c, floor_div(at_ms, SECOND_MS));
}

int64_t
calendar_opens_ms(const struct calendar *c, int64_t at_ms)
{
	return next_ms(c, at_ms, true);
}

int64_t
calendar_shuts_ms(const struct calendar *c, int64_t at_ms)
{
	return next_ms(c, at_ms, false);
}
