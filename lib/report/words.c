#include "report/words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

/* The year 10000 would not fit the format. */
#define MOMENT_END_MS INT64_C(253402300800000)

static const char *
moment(int64_t wall_ms, char between, const char *zone,
    char buffer[MOMENT_TEXT_MAX])
{
	struct tm tm;
	time_t seconds;

	if (wall_ms < 0 || wall_ms >= MOMENT_END_MS)
		return "unknown";
	seconds = (time_t)(wall_ms / SECOND_MS);
	if (gmtime_r(&seconds, &tm) == NULL)
		return "unknown";
	(void)snprintf(buffer, MOMENT_TEXT_MAX,
	    "%04u-%02u-%02u%c%02u:%02u:%02u.%03u%s",
	    (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_mon + 1,
	    (unsigned)tm.tm_mday, between, (unsigned)tm.tm_hour,
	    (unsigned)tm.tm_min, (unsigned)tm.tm_sec,
	    (unsigned)(wall_ms % SECOND_MS), zone);
	return buffer;
}

const char *
moment_text(int64_t wall_ms, char buffer[MOMENT_TEXT_MAX])
{
	return moment(wall_ms, 'T', "Z", buffer);
}

const char *
moment_text_short(int64_t wall_ms, char buffer[MOMENT_TEXT_MAX])
{
	return moment(wall_ms, ' ', "", buffer);
}

/* Two neighbouring units; the bigger one decides how the text looks. */
static const struct {
	uint64_t below_ms, big_ms, small_ms;
	const char *point, *unit;
	int digits;
} spans[] = {
	{ MINUTE_MS, SECOND_MS, 1, ".", " s", 3 },
	{ HOUR_MS, MINUTE_MS, SECOND_MS, " min ", " s", 2 },
	{ DAY_MS, HOUR_MS, MINUTE_MS, " h ", " min", 2 },
	{ UINT64_MAX, DAY_MS, HOUR_MS, " d ", " h", 2 },
};

const char *
span_text(int64_t ms, char buffer[SPAN_TEXT_MAX])
{
	uint64_t n = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
	size_t i = 0;

	if (ms == UNKNOWN_MS)
		return "unknown";
	while (n >= spans[i].below_ms)
		i++;
	(void)snprintf(buffer, SPAN_TEXT_MAX, "%s%llu%s%0*llu%s",
	    ms < 0 ? "-" : "", (unsigned long long)(n / spans[i].big_ms),
	    spans[i].point, spans[i].digits,
	    (unsigned long long)(n % spans[i].big_ms / spans[i].small_ms),
	    spans[i].unit);
	return buffer;
}

int64_t
span_ms(int64_t from_ms, int64_t to_ms)
{
	int64_t span;

	if (from_ms == UNKNOWN_MS || to_ms == UNKNOWN_MS ||
	    __builtin_sub_overflow(to_ms, from_ms, &span))
		return UNKNOWN_MS;
	return span;
}

void
words_add(struct text *out, const char *word)
{
	for (; *word != '\0'; word++)
		text_add_char(out, (char)(*word == '_' ? ' ' : *word));
}
