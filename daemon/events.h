/*
 * events.h - puts events and notices on stable storage, in one piece.
 */
#ifndef DAEMON_EVENTS_H
#define DAEMON_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "daemon/monitor.h"
#include "report/event.h"
#include "report/notice.h"

#define EVENTS_AT_ONCE_MAX 4

/* Borrowed texts; the object is put by events_append(). */
struct event_draft {
	const char *kind;
	const char *service;
	const char *incident;
	const char *run;
	struct json_object *data;
};

/*
 * Commits the events together with a delivery for each notifier that wants
 * the notice (NULL: none).  The notice needs event, summary and what is known
 * of the rest; host, wall_ms and dedup_key are filled in, the latter from key.
 * done comes from the loop; NULL: nobody asks.
 */
void events_append(struct monitor *m, const struct event_draft *drafts,
    size_t count, const struct notice *notice, const char *key,
    store_done *done, void *arg);

/* Without the store: when it is the store that is in trouble. */
void events_page(
    struct monitor *m, const struct notice *notice, const char *key);

/* A moment of CLOCK_BOOTTIME on the wall clock, as of now. */
int64_t events_wall_ms(struct monitor *m, int64_t boot_ms);

/* A new ULID. */
void events_new_id(struct monitor *m, char id[ULID_BYTES]);

#endif
