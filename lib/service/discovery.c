#include "service/discovery.h"

#include <stdio.h>
#include <string.h>

#include "decision/decision.h"

static void
copy(char to[VERSION_MAX], const char *from)
{
	(void)snprintf(to, VERSION_MAX, "%s", from);
}

static void
drop_candidate(struct discovery *d)
{
	d->candidate[0] = '\0';
	d->streak = d->others = 0;
	d->first_ms = d->before_ms = NEVER_MS;
}

struct discovery
discovery_new(void)
{
	return (struct discovery){ .first_ms = NEVER_MS,
		.before_ms = NEVER_MS,
		.in_place_ms = NEVER_MS };
}

static enum discovered
malformed(struct discovery *d, const char *version)
{
	if (strncmp(d->malformed, version, sizeof(d->malformed) - 1) == 0)
		return DISCOVERED_NOTHING;
	(void)snprintf(d->malformed, sizeof(d->malformed), "%s", version);
	return DISCOVERED_MALFORMED;
}

/* A few of those between do not end it; many do: it was there and is gone. */
static void
saw_in_place(struct discovery *d, const struct discover_settings *settings,
    int64_t at_ms)
{
	d->has_arrived = true;
	d->in_place_ms = at_ms;
	d->streak = 0;
	if (d->candidate[0] != '\0' &&
	    ++d->others >= settings->confirm * DISCOVERY_BACK_FACTOR)
		drop_candidate(d);
}

/* So many in a row; 0: it will never do. */
static unsigned
needed(const struct discovery *d, const struct discover_settings *settings,
    const struct versions *v)
{
	if (strcmp(d->candidate, v->previous) != 0)
		return settings->confirm;
	return d->has_arrived ? settings->confirm * DISCOVERY_BACK_FACTOR : 0;
}

/* What was there before was seen often: of that the last streak counts. */
static void
saw_other(struct discovery *d, const struct versions *v, const char *version,
    int64_t asked_ms)
{
	bool again = strcmp(d->candidate, version) == 0;

	if (!again || (d->streak == 0 && strcmp(version, v->previous) == 0)) {
		drop_candidate(d);
		copy(d->candidate, version);
		d->first_ms = asked_ms;
		d->before_ms = d->in_place_ms;
	}
	d->others = 0;
	d->streak++;
}

enum discovered
discovery_observe(struct discovery *d, const struct discover_settings *settings,
    const struct versions *v, const char *version, int64_t asked_ms)
{
	bool is_heading = strcmp(version, d->heading) == 0;
	unsigned enough;

	if (!name_is_valid(version))
		return malformed(d, version);
	copy(d->seen, version);
	if (strcmp(version, v->now) == 0) {
		saw_in_place(d, settings, asked_ms);
		return DISCOVERED_NOTHING;
	}
	/* While it goes there, its end tells; see versions_acted(). */
	if (is_heading && !v->is_astray) {
		d->streak = 0;
		return DISCOVERED_NOTHING;
	}
	saw_other(d, v, version, asked_ms);
	enough = is_heading || v->now[0] == '\0' ? settings->confirm :
						   needed(d, settings, v);
	if (enough == 0 || d->streak < enough)
		return DISCOVERED_NOTHING;
	return is_heading || v->now[0] == '\0' ? DISCOVERED_FOUND :
						 DISCOVERED_DEPLOYED;
}

void
discovery_changed(struct discovery *d, int64_t seen_ms)
{
	drop_candidate(d);
	d->has_arrived = seen_ms != NEVER_MS;
	d->in_place_ms = seen_ms;
}

void
discovery_head(struct discovery *d, const char *version)
{
	copy(d->heading, version);
}
