#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *suffix;
	int64_t factor;
};

/* Falling, so that "30s1m" is refused. */
static const struct unit durations[] = {
	{ "d", 86400000 },
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
};

static const struct unit sizes[] = {
	{ "GiB", (int64_t)1 << 30 },
	{ "MiB", 1 << 20 },
	{ "KiB", 1 << 10 },
	{ "B", 1 },
};

#define UNITS(a) (sizeof(a) / sizeof((a)[0]))

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Reads digits; false when there are none or too many for int64_t. */
static bool
read_digits(const char **text, int64_t *value)
{
	const char *p = *text;

	*value = 0;
	if (!is_digit(*p))
		return false;
	for (; is_digit(*p); p++)
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, *p - '0', value))
			return false;
	*text = p;
	return true;
}

/* Index of the unit whose suffix is the whole run of letters, or -1. */
static int
read_suffix(const char **text, const struct unit *units, size_t count)
{
	size_t length = 0;

	while (is_letter((*text)[length]))
		length++;
	for (size_t i = 0; i < count; i++)
		if (strlen(units[i].suffix) == length &&
		    memcmp(units[i].suffix, *text, length) == 0) {
			*text += length;
			return (int)i;
		}
	return -1;
}

bool
duration_parse(const char *text, int64_t *ms)
{
	int last = -1;

	*ms = 0;
	do {
		int64_t amount;
		int unit;

		if (!read_digits(&text, &amount))
			return false;
		unit = read_suffix(&text, durations, UNITS(durations));
		if (unit <= last)
			return false;
		last = unit;
		if (__builtin_mul_overflow(
			amount, durations[unit].factor, &amount) ||
		    __builtin_add_overflow(*ms, amount, ms))
			return false;
	} while (*text != '\0');
	return true;
}

const char *
duration_text(int64_t ms, char buffer[DURATION_TEXT_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < UNITS(durations); i++) {
		int64_t amount = ms / durations[i].factor;

		if (amount == 0)
			continue;
		ms %= durations[i].factor;
		/* Five units of at most 19 digits do not occur together. */
		used +=
		    (size_t)snprintf(buffer + used, DURATION_TEXT_MAX - used,
			"%lld%s", (long long)amount, durations[i].suffix);
	}
	if (used == 0)
		(void)snprintf(buffer, DURATION_TEXT_MAX, "0s");
	return buffer;
}

bool
ratio_parse(const char *text, double *ratio)
{
	int64_t whole, part = 0;
	double scale = 1;

	if (!read_digits(&text, &whole))
		return false;
	if (*text == '.') {
		const char *start = ++text;

		if (!read_digits(&text, &part) || text - start > 15)
			return false;
		for (; start < text; start++)
			scale *= 10;
	}
	if (strcmp(text, "%") != 0 || whole > 1000000)
		return false;
	*ratio = ((double)whole + (double)part / scale) / 100.0;
	return true;
}

bool
size_parse(const char *text, int64_t *bytes)
{
	int unit;

	if (!read_digits(&text, bytes))
		return false;
	unit = read_suffix(&text, sizes, UNITS(sizes));
	if (unit < 0 || *text != '\0')
		return false;
	return !__builtin_mul_overflow(*bytes, sizes[unit].factor, bytes);
}

const char *
size_text(int64_t bytes, char buffer[DURATION_TEXT_MAX])
{
	size_t i = 0;

	while (i + 1 < UNITS(sizes) &&
	    (bytes < sizes[i].factor || bytes % sizes[i].factor != 0))
		i++;
	(void)snprintf(buffer, DURATION_TEXT_MAX, "%lld%s",
	    (long long)(bytes / sizes[i].factor), sizes[i].suffix);
	return buffer;
}

bool
count_parse(const char *text, uint64_t *count)
{
	int64_t value;

	if (text[0] == '0' && text[1] != '\0')
		return false;
	if (!read_digits(&text, &value) || *text != '\0')
		return false;
	*count = (uint64_t)value;
	return true;
}

bool
count_range_parse(const char *text, uint64_t *first, uint64_t *last)
{
	char low[COUNT_RANGE_MAX_BYTES];
	const char *dash = strchr(text, '-');
	size_t length = dash == NULL ? strlen(text) : (size_t)(dash - text);

	if (length >= sizeof(low))
		return false;
	memcpy(low, text, length);
	low[length] = '\0';
	if (!count_parse(low, first))
		return false;
	*last = *first;
	if (dash != NULL && !count_parse(dash + 1, last))
		return false;
	return *first <= *last;
}

/* At least one digit; what stands behind them, or NULL. */
static const char *
skip_digits(const char *at)
{
	if (!is_digit(*at))
		return NULL;
	while (is_digit(*at))
		at++;
	return at;
}

bool
decimal_parse(const char *text, double *value)
{
	const char *at = text + (*text == '-' || *text == '+');

	at = skip_digits(at);
	if (at != NULL && *at == '.')
		at = skip_digits(at + 1);
	if (at != NULL && (*at == 'e' || *at == 'E')) {
		at++;
		at = skip_digits(at + (*at == '-' || *at == '+'));
	}
	if (at == NULL || *at != '\0' || at - text > DECIMAL_MAX_BYTES)
		return false;
	*value = strtod(text, NULL); /* nobody here sets a locale */
	return isfinite(*value);
}

bool
name_is_valid(const char *name)
{
	size_t i = 0;

	if (!is_letter(name[0]) && !is_digit(name[0]))
		return false;
	for (; name[i] != '\0'; i++)
		if (!is_letter(name[i]) && !is_digit(name[i]) &&
		    strchr("._+:-", name[i]) == NULL)
			return false;
	return i <= NAME_MAX_BYTES;
}

static const char *
time_quantity(double ms, char buffer[QUANTITY_TEXT_MAX])
{
	if (ms < 10)
		(void)snprintf(buffer, QUANTITY_TEXT_MAX, "%.2fms", ms);
	else if (ms < 1000)
		(void)snprintf(buffer, QUANTITY_TEXT_MAX, "%.0fms", ms);
	else
		(void)snprintf(buffer, QUANTITY_TEXT_MAX, "%.4gs", ms / 1000);
	return buffer;
}

const char *
quantity_text(double value, const char *unit, char buffer[QUANTITY_TEXT_MAX])
{
	if (unit != NULL && strcmp(unit, "ms") == 0 && value >= 0)
		return time_quantity(value, buffer);
	if (unit != NULL && strcmp(unit, "ratio") == 0)
		(void)snprintf(
		    buffer, QUANTITY_TEXT_MAX, "%.4g%%", value * 100);
	else
		(void)snprintf(buffer, QUANTITY_TEXT_MAX, "%.6g%s%.32s", value,
		    unit == NULL ? "" : " ", unit == NULL ? "" : unit);
	return buffer;
}
