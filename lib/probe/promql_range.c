#include "probe/promql_range.h"

#include <stddef.h>
#include <string.h>

/* A year; what is longer is as long for all that it matters. */
#define RANGE_MAX_MS (INT64_C(365) * 24 * 3600 * 1000)

/* The longer names first, where one begins with another. */
static const struct {
	const char *name;
	int64_t ms;
} units[] = {
	{ "ms", 1 },
	{ "s", 1000 },
	{ "m", 60000 },
	{ "h", 3600000 },
	{ "d", 86400000 },
	{ "w", INT64_C(7) * 86400000 },
	{ "y", RANGE_MAX_MS },
};

static int64_t
take_unit(const char **at)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t length = strlen(units[i].name);

		if (strncmp(*at, units[i].name, length) != 0)
			continue;
		*at += length;
		return units[i].ms;
	}
	return 1000; /* a bare number is of seconds */
}

/* "1h30m" and so on; what follows it is not looked at. */
static int64_t
duration_ms(const char *at)
{
	int64_t total_ms = 0;

	at += strspn(at, " \t\r\n");
	while (*at >= '0' && *at <= '9') {
		int64_t number = 0, unit_ms;

		for (; *at >= '0' && *at <= '9'; at++)
			if (number < RANGE_MAX_MS)
				number = number * 10 + (*at - '0');
		unit_ms = take_unit(&at);
		if (number > (RANGE_MAX_MS - total_ms) / unit_ms)
			return RANGE_MAX_MS;
		total_ms += number * unit_ms;
	}
	return total_ms;
}

/* Behind the text in quotes that begins there. */
static const char *
skip_quoted(const char *at)
{
	char quote = *at++;

	for (; *at != '\0' && *at != quote; at++)
		if (*at == '\\' && quote != '`' && at[1] != '\0')
			at++;
	return *at == '\0' ? at : at + 1;
}

int64_t
promql_range_ms(const char *query)
{
	const char *at = query;
	int64_t longest_ms = 0;

	while (*at != '\0') {
		int64_t ms = 0;

		if (strchr("'\"`", *at) != NULL) {
			at = skip_quoted(at);
			continue;
		}
		if (*at == '#')
			at += strcspn(at, "\n");
		else if (*at++ == '[')
			ms = duration_ms(at);
		if (ms > longest_ms)
			longest_ms = ms;
	}
	return longest_ms;
}
