#include "base/zone_rule.h"

#include <string.h>

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S INT64_C(86400)
#define OFFSET_HOURS_MAX 24
#define TIME_HOURS_MAX 167
#define FEBRUARY 2
#define FEBRUARY_28 59 /* the day of the year, from 1 */
#define ABBREVIATION_MIN 3
#define ABBREVIATION_MAX 16

/* Of the first of January 1970 in the calendar's own count. */
#define DAYS_TO_1970 INT64_C(719162)

struct reader {
	const char *at;
	const char *end;
};

static char
next(const struct reader *r)
{
	return r->at < r->end ? *r->at : '\0';
}

static bool
take(struct reader *r, char c)
{
	if (next(r) != c)
		return false;
	r->at++;
	return true;
}

static bool
take_number(struct reader *r, int min, int max, int *value)
{
	const char *from = r->at;

	*value = 0;
	while (next(r) >= '0' && next(r) <= '9' && *value <= max)
		*value = *value * 10 + (*r->at++ - '0');
	return r->at > from && *value >= min && *value <= max;
}

/* "CET", or "<+0330>" where it is no word. */
static bool
take_abbreviation(struct reader *r)
{
	bool quoted = take(r, '<');
	const char *from = r->at;
	size_t length;

	while ((next(r) >= 'A' && next(r) <= 'Z') ||
	    (next(r) >= 'a' && next(r) <= 'z') ||
	    (quoted &&
		((next(r) >= '0' && next(r) <= '9') || next(r) == '+' ||
		    next(r) == '-')))
		r->at++;
	length = (size_t)(r->at - from);
	return length >= ABBREVIATION_MIN && length <= ABBREVIATION_MAX &&
	    (!quoted || take(r, '>'));
}

/* "2", "-3:30", "25:00:00" */
static bool
take_time(struct reader *r, int hours_max, int32_t *seconds)
{
	int sign = take(r, '-') ? -1 : 1;
	int hours, minutes = 0, rest = 0;

	if (sign > 0)
		(void)take(r, '+'); /* may be there */
	if (!take_number(r, 0, hours_max, &hours))
		return false;
	if (take(r, ':') && !take_number(r, 0, 59, &minutes))
		return false;
	if (take(r, ':') && !take_number(r, 0, 59, &rest))
		return false;
	*seconds = sign * (hours * HOUR_S + minutes * MINUTE_S + rest);
	return true;
}

static bool
take_month_day(struct reader *r, struct zone_day *d)
{
	d->kind = ZONE_DAY_OF_MONTH;
	return take_number(r, 1, 12, &d->month) && take(r, '.') &&
	    take_number(r, 1, 5, &d->week) && take(r, '.') &&
	    take_number(r, 0, 6, &d->day);
}

static bool
take_day(struct reader *r, struct zone_day *d)
{
	bool ok;

	*d = (struct zone_day){ .time_s = 2 * HOUR_S };
	if (take(r, 'M')) {
		ok = take_month_day(r, d);
	} else if (take(r, 'J')) {
		d->kind = ZONE_DAY_JULIAN;
		ok = take_number(r, 1, 365, &d->day);
	} else {
		d->kind = ZONE_DAY_OF_YEAR;
		ok = take_number(r, 0, 365, &d->day);
	}
	if (ok && take(r, '/'))
		ok = take_time(r, TIME_HOURS_MAX, &d->time_s);
	return ok;
}

bool
zone_rule_parse(struct zone_rule *rule, const char *bytes, size_t length)
{
	struct reader r = { bytes, bytes + length };
	int32_t west_s;

	*rule = (struct zone_rule){ 0 };
	if (!take_abbreviation(&r) || !take_time(&r, OFFSET_HOURS_MAX, &west_s))
		return false;
	rule->offset_s = -west_s;
	if (r.at == r.end)
		return true;
	rule->has_summer = true;
	rule->summer_offset_s = rule->offset_s + HOUR_S;
	if (!take_abbreviation(&r))
		return false;
	if (next(&r) != ',') {
		if (!take_time(&r, OFFSET_HOURS_MAX, &west_s))
			return false;
		rule->summer_offset_s = -west_s;
	}
	return take(&r, ',') && take_day(&r, &rule->begins) && take(&r, ',') &&
	    take_day(&r, &rule->ends) && r.at == r.end;
}

static bool
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970 to the first of January of a year from 1 on. */
static int64_t
year_starts(int64_t year)
{
	int64_t past = year - 1;

	return past * 365 + past / 4 - past / 100 + past / 400 - DAYS_TO_1970;
}

static int64_t
year_of(int64_t day)
{
	int64_t year = 1970 + day / 366;

	/* Never too far: 366 is the most that a year has. */
	if (day < 0)
		year = 1970 + day / 365 - 1;
	while (year_starts(year + 1) <= day)
		year++;
	return year;
}

static int
month_length(int64_t year, int month)
{
	static const int lengths[] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };

	return lengths[month] + (month == FEBRUARY && is_leap(year) ? 1 : 0);
}

/* Sunday is 0; 1970 began on a Thursday. */
static int
weekday(int64_t day)
{
	int64_t since = (day + 4) % 7;

	return (int)(since < 0 ? since + 7 : since);
}

static int64_t
day_in(int64_t year, const struct zone_day *d)
{
	int64_t first = year_starts(year);
	int64_t day;

	if (d->kind == ZONE_DAY_OF_YEAR)
		return first + d->day;
	if (d->kind == ZONE_DAY_JULIAN)
		return first + d->day - 1 +
		    (is_leap(year) && d->day > FEBRUARY_28 ? 1 : 0);
	for (int m = 1; m < d->month; m++)
		first += month_length(year, m);
	day = first + (d->day - weekday(first) + 7) % 7 +
	    (int64_t)(d->week - 1) * 7;
	/* The fifth, where there are four, is the last. */
	if (day >= first + month_length(year, d->month))
		day -= 7;
	return day;
}

static int64_t
summer_begins(const struct zone_rule *r, int64_t year)
{
	return day_in(year, &r->begins) * DAY_S + r->begins.time_s -
	    r->offset_s;
}

static int64_t
summer_ends(const struct zone_rule *r, int64_t year)
{
	return day_in(year, &r->ends) * DAY_S + r->ends.time_s -
	    r->summer_offset_s;
}

static int64_t
local_year(const struct zone_rule *r, int64_t at_s)
{
	int64_t local_s = at_s + r->offset_s;

	return year_of(local_s / DAY_S - (local_s % DAY_S < 0 ? 1 : 0));
}

/* The last of both that is not after it decides. */
int32_t
zone_rule_offset_s(const struct zone_rule *r, int64_t at_s)
{
	int64_t year = local_year(r, at_s);
	int64_t last_s = INT64_MIN;
	bool is_summer = false;

	for (int64_t y = year - 1; r->has_summer && y <= year + 1; y++) {
		int64_t begins_s = summer_begins(r, y);
		int64_t ends_s = summer_ends(r, y);

		if (ends_s <= at_s && ends_s >= last_s) {
			last_s = ends_s;
			is_summer = false;
		}
		/* Of both at once - always summer - this one. */
		if (begins_s <= at_s && begins_s >= last_s) {
			last_s = begins_s;
			is_summer = true;
		}
	}
	return is_summer ? r->summer_offset_s : r->offset_s;
}

int64_t
zone_rule_change_s(const struct zone_rule *r, int64_t at_s)
{
	int64_t year = local_year(r, at_s);
	int64_t next_s = INT64_MAX;

	for (int64_t y = year - 1; r->has_summer && y <= year + 1; y++) {
		int64_t begins_s = summer_begins(r, y);
		int64_t ends_s = summer_ends(r, y);

		if (begins_s > at_s && begins_s < next_s)
			next_s = begins_s;
		if (ends_s > at_s && ends_s < next_s)
			next_s = ends_s;
	}
	return next_s;
}
