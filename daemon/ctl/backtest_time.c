#include "daemon/ctl/backtest_time.h"

#include <string.h>
#include <time.h>

#include "base/units.h"

#define SECONDS_MAX INT64_C(253402300799) /* the year 9999 */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly so many digits. */
static bool
take_digits(const char **at, unsigned count, int *value)
{
	*value = 0;
	for (unsigned i = 0; i < count; i++, (*at)++) {
		if (!is_digit(**at))
			return false;
		*value = *value * 10 + (**at - '0');
	}
	return true;
}

static bool
take(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* ".25": what is finer than a millisecond is dropped. */
static bool
take_fraction(const char **at, int64_t *ms)
{
	int64_t unit = 100;

	*ms = 0;
	if (!take(at, '.'))
		return true;
	if (!is_digit(**at))
		return false;
	for (; is_digit(**at); (*at)++, unit /= 10)
		*ms += (**at - '0') * unit;
	return true;
}

/* "Z" or "+01:00". */
static bool
take_zone(const char **at, int64_t *offset_s)
{
	int hours, minutes, sign = **at == '-' ? -1 : 1;

	*offset_s = 0;
	if (take(at, 'Z') || take(at, 'z'))
		return true;
	if (!take(at, '+') && !take(at, '-'))
		return false;
	if (!take_digits(at, 2, &hours) || !take(at, ':') ||
	    !take_digits(at, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool
take_date(const char **at, struct tm *t)
{
	return take_digits(at, 4, &t->tm_year) && take(at, '-') &&
	    take_digits(at, 2, &t->tm_mon) && take(at, '-') &&
	    take_digits(at, 2, &t->tm_mday) &&
	    (take(at, 'T') || take(at, 't') || take(at, ' ')) &&
	    take_digits(at, 2, &t->tm_hour) && take(at, ':') &&
	    take_digits(at, 2, &t->tm_min) && take(at, ':') &&
	    take_digits(at, 2, &t->tm_sec);
}

static bool
parse_date(const char *text, int64_t *ms)
{
	struct tm t = { 0 }, same;
	int64_t fraction_ms, offset_s, seconds;

	if (!take_date(&text, &t) || !take_fraction(&text, &fraction_ms) ||
	    !take_zone(&text, &offset_s) || *text != '\0')
		return false;
	t.tm_year -= 1900;
	t.tm_mon -= 1;
	same = t;
	seconds = timegm(&same);
	/* The 31st of February would become another day. */
	if (same.tm_mday != t.tm_mday || same.tm_mon != t.tm_mon ||
	    same.tm_hour != t.tm_hour || same.tm_min != t.tm_min)
		return false;
	*ms = (seconds - offset_s) * 1000 + fraction_ms;
	return *ms >= 0;
}

static bool
parse_seconds(const char *text, int64_t *ms)
{
	int64_t seconds = 0, fraction_ms;

	if (!is_digit(*text))
		return false;
	for (; is_digit(*text); text++) {
		seconds = seconds * 10 + (*text - '0');
		if (seconds > SECONDS_MAX)
			return false;
	}
	if (!take_fraction(&text, &fraction_ms) || *text != '\0')
		return false;
	*ms = seconds * 1000 + fraction_ms;
	return true;
}

bool
backtest_time_parse(const char *text, int64_t now_ms, int64_t *ms)
{
	int64_t ago_ms;

	*ms = now_ms;
	if (strcmp(text, "now") == 0)
		return true;
	if (text[0] == '-') {
		if (!duration_parse(text + 1, &ago_ms) || ago_ms > now_ms)
			return false;
		*ms = now_ms - ago_ms;
		return true;
	}
	return parse_seconds(text, ms) || parse_date(text, ms);
}
