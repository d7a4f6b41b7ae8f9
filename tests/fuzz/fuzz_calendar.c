/*
 * The first line is a span of the week, what follows the file of a time zone:
 * whatever is read of them opens and shuts at moments that agree with whether
 * it is open.
 */
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "tests/fuzz/fuzz.h"

#define ARENA_BYTES ((size_t)1024 * 1024)
#define LINE_MAX 256
#define MOMENTS 24

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

static void
try_moment(const struct calendar *c, int64_t at_ms)
{
	bool open = calendar_is_open(c, at_ms);
	int64_t opens_ms = calendar_opens_ms(c, at_ms);
	int64_t shuts_ms = calendar_shuts_ms(c, at_ms);

	expect(open == (opens_ms == at_ms));
	expect(open != (shuts_ms == at_ms));
	expect(opens_ms >= at_ms && shuts_ms >= at_ms);
	if (opens_ms != CALENDAR_NEVER_MS)
		expect(calendar_is_open(c, opens_ms));
	if (shuts_ms != CALENDAR_NEVER_MS)
		expect(!calendar_is_open(c, shuts_ms));
	if (!open && opens_ms != CALENDAR_NEVER_MS)
		expect(!calendar_is_open(c, opens_ms - 1));
	if (open && shuts_ms != CALENDAR_NEVER_MS)
		expect(calendar_is_open(c, shuts_ms - 1));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t length = end == NULL ? size : (size_t)(end - data);
	struct arena *arena = arena_new(ARENA_BYTES);
	char line[LINE_MAX], name[CALENDAR_ZONE_MAX];
	struct calendar_span span;
	struct calendar c = { .spans = &span, .count = 1 };
	struct error err;

	if (length < sizeof(line) && arena != NULL) {
		memcpy(line, data, length);
		line[length] = '\0';
		if (calendar_parse(&span, line, name, &err)) {
			span.zone = end == NULL ?
			    zone_utc() :
			    zone_parse(arena, end + 1, size - length - 1, &err);
			if (span.zone == NULL)
				span.zone = zone_utc();
			for (int64_t i = 0; i < MOMENTS; i++)
				try_moment(&c,
				    INT64_C(1767571200000) +
					i * INT64_C(1307003001));
		}
	}
	arena_free(arena);
	return 0;
}
