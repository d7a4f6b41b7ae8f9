#include "config/spans.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/complaints.h"

#define ZONES_FOLDER "/usr/share/zoneinfo/"
#define LOCAL_ZONE "/etc/localtime"
#define PATH_BYTES 128

_Static_assert(sizeof(ZONES_FOLDER) + CALENDAR_ZONE_MAX <= PATH_BYTES,
    "any zone has room");

/* The bytes of a zone file; 0 with errno. */
static size_t
read_bytes(const char *path, unsigned char bytes[ZONE_FILE_MAX_BYTES])
{
	/* O_NONBLOCK: whatever stands there must not hold us up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t have = 0;
	struct stat st;
	ssize_t n = 1;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		n = 0;
	while (n > 0 && have < ZONE_FILE_MAX_BYTES) {
		n = read(fd, bytes + have, ZONE_FILE_MAX_BYTES - have);
		if (n > 0)
			have += (size_t)n;
	}
	(void)close(fd); /* only read */
	errno = EINVAL;
	return have;
}

static const struct zone *
read_zone(struct reader *r, const char *name, struct error *err)
{
	static unsigned char bytes[ZONE_FILE_MAX_BYTES];
	char path[PATH_BYTES];
	size_t length;

	(void)snprintf(path, sizeof(path), "%s%s",
	    name[0] == '\0' ? LOCAL_ZONE : ZONES_FOLDER, name);
	length = read_bytes(path, bytes);
	if (length > 0)
		return zone_parse(r->arena, bytes, length, err);
	/* A host that says nothing of its zone runs by UTC. */
	if (errno == ENOENT && (name[0] == '\0' || strcmp(name, "UTC") == 0))
		return zone_utc();
	(void)error_set(err, "there is no such time zone");
	return NULL;
}

/* NULL after a complaint, one for each zone. */
static const struct zone *
find_zone(struct reader *r, struct spans_zones *zones, const char *name,
    struct source where, const char *who)
{
	struct error err = { "" };
	size_t i = 0;

	while (i < zones->count && strcmp(zones->items[i].name, name) != 0)
		i++;
	if (i < zones->count)
		return zones->items[i].zone;
	if (i == SPANS_ZONES_MAX) {
		complain(r->complaints, COMPLAINT_ERROR, where,
		    "%s: more than %d time zones", who, SPANS_ZONES_MAX);
		return NULL;
	}
	zones->items[i].name = arena_strdup(r->arena, name);
	zones->items[i].zone = read_zone(r, name, &err);
	if (zones->items[i].name == NULL)
		r->short_of_memory = true;
	else
		zones->count++;
	if (zones->items[i].zone == NULL)
		complain(r->complaints, COMPLAINT_ERROR, where, "%s: %s: %s",
		    who, name[0] == '\0' ? LOCAL_ZONE : name, err.text);
	return zones->items[i].zone;
}

void
spans_read(struct reader *r, struct spans_zones *zones,
    const struct strings *texts, struct source where, const char *who,
    struct calendar *c)
{
	char name[CALENDAR_ZONE_MAX];
	struct error err;

	*c = (struct calendar){ 0 };
	if (texts->count == 0)
		return;
	c->spans = arena_array(r->arena, texts->count, sizeof(*c->spans));
	if (c->spans == NULL) {
		r->short_of_memory = true;
		return;
	}
	for (size_t i = 0; i < texts->count; i++) {
		struct calendar_span *span = &c->spans[c->count];

		if (!calendar_parse(span, texts->items[i], name, &err)) {
			complain(r->complaints, COMPLAINT_ERROR, where,
			    "%s: %s", who, err.text);
			continue;
		}
		span->zone = find_zone(r, zones, name, where, who);
		if (span->zone != NULL)
			c->count++;
	}
}
