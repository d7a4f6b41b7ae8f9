/*
 * hold.h - the holds that operators have put on services.
 */
#ifndef DAEMON_HOLD_H
#define DAEMON_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ulid.h"
#include "base/units.h"

#define HOLDS_MAX 1000
#define HOLD_REASON_MAX 256
#define HOLD_AUTHOR_MAX 64
#define HOLD_FOR_EVER_MS INT64_MAX

struct hold {
	char id[ULID_BYTES];
	char scope[NAME_MAX_BYTES + 1]; /* service, or "*" */
	char reason[HOLD_REASON_MAX];
	char author[HOLD_AUTHOR_MAX]; /* as shown */
	int64_t since_wall_ms;
	int64_t until_ms;      /* CLOCK_BOOTTIME; HOLD_FOR_EVER_MS */
	int64_t until_wall_ms; /* 0: no end */
	/* An incident that it outlasted was closed then; 0: none was. */
	int64_t outlasts_ms;
	char outlasts[NAME_MAX_BYTES + 1]; /* of that service */
	int64_t alarmed_ms;                /* 0: not yet */
};

struct holds {
	struct hold *items;
	size_t count;
};

/*
 * False without memory.  HOLDS_MAX is for whoever is asked for one more: what
 * is stored must not be forgotten.
 */
bool holds_add(struct holds *h, const struct hold *hold);

/* By id; false when there is none. */
bool holds_remove(struct holds *h, const char *id);

/* The one that ends last of those that cover the service; NULL: none. */
const struct hold *holds_find(
    struct holds *h, const char *service, int64_t now_ms);

/* By id, or else by exact scope; NULL: none. */
const struct hold *holds_named(struct holds *h, const char *name);

/*
 * An incident of a service was closed: those that cover it and are no newer
 * outlast it.
 */
void holds_outlast(
    struct holds *h, const char *service, int64_t at_ms, int64_t wall_ms);

/* Forgets those that have ended. */
void holds_expire(struct holds *h, int64_t now_ms);
void holds_free(struct holds *h);

#endif
