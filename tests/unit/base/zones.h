/*
 * zones.h - the zones of this machine, for tests.
 */
#ifndef TESTS_UNIT_BASE_ZONES_H
#define TESTS_UNIT_BASE_ZONES_H

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/zone.h"

#define ZONES_FOLDER "/usr/share/zoneinfo/"

static inline const struct zone *
zones_read(struct arena *arena, const char *name)
{
	static unsigned char bytes[ZONE_FILE_MAX_BYTES];
	const struct zone *z;
	struct error err;
	char path[256];
	size_t length;
	FILE *f;

	(void)snprintf(path, sizeof(path), ZONES_FOLDER "%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	length = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	z = zone_parse(arena, bytes, length, &err);
	if (z == NULL)
		fail_msg("%s: %s", path, err.text);
	return z;
}

/* "2026-03-29 00:59:59", in UTC. */
static inline int64_t
zones_moment_s(const char *text)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%d %H:%M:%S", &tm);

	if (rest == NULL || *rest != '\0')
		fail_msg("no moment: %s", text);
	return (int64_t)timegm(&tm);
}

#endif
