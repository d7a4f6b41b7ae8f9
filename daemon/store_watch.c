#include "daemon/store_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ulid.h"
#include "daemon/acts.h"
#include "daemon/events.h"
#include "daemon/log.h"
#include "daemon/monitor.h"

/* A file that is locked for a moment wakes nobody. */
#define PAGE_AFTER_MS 3000
#define SUMMARY_BYTES 512

struct store_watch {
	struct monitor *m;
	struct loop_timer *page; /* runs while it has failed for less */
	bool failed;
	bool set_aside;
	bool recovered;
};

static void
page(struct monitor *m, const char *what)
{
	const char *trouble = store_trouble(m->store);
	char summary[SUMMARY_BYTES], key[ULID_BYTES];
	struct notice alarm = { .event = "alarm", .summary = summary };

	(void)snprintf(summary, sizeof(summary), "%s: %s", what,
	    trouble == NULL ? "it works again by now" : trouble);
	events_new_id(m, key);
	events_page(m, &alarm, key);
}

static void
on_still_failed(void *arg)
{
	struct store_watch *w = arg;

	page(w->m, "nothing will be rolled back, the state cannot be stored");
}

static void
note_failed(struct store_watch *w)
{
	if (w->failed)
		return;
	w->failed = true;
	log_event(LOG_LEVEL_CRITICAL, LOG_ID_STORE_FAILED,
	    LOG_FIELDS({ "reason", store_trouble(w->m->store) }),
	    "the state cannot be stored: nothing will be carried out");
	loop_timer_start(w->page, PAGE_AFTER_MS);
}

static void
note_works(struct store_watch *w)
{
	if (!w->failed)
		return;
	w->failed = false;
	loop_timer_stop(w->page);
	log_event(LOG_LEVEL_NOTICE, LOG_ID_STORE_WORKS, NULL, 0,
	    "the state can be stored again");
}

static void
hold(struct store_watch *w)
{
	struct monitor *m = w->m;

	for (size_t i = 0; i < m->holds.count; i++)
		if (strcmp(m->holds.items[i].author, "rollbackd") == 0)
			return;
	acts_hold_ourselves(m,
	    "the store was set aside as unusable and what it knew is gone: "
	    "look at it, then release this hold");
}

static void
note_set_aside(struct store_watch *w)
{
	if (w->set_aside)
		return;
	w->set_aside = true;
	log_event(LOG_LEVEL_CRITICAL, LOG_ID_STORE_SET_ASIDE,
	    LOG_FIELDS({ "reason", store_trouble(w->m->store) }),
	    "the state was unusable and is set aside: automatic action is "
	    "held until that is acknowledged");
	page(w->m, "automatic action is held, what was known is lost");
	if (w->recovered)
		hold(w);
}

static void
on_change(void *arg, enum store_state state)
{
	struct store_watch *w = arg;

	if (state == STORE_FAILED)
		note_failed(w);
	else
		note_works(w);
	if (state == STORE_QUARANTINED)
		note_set_aside(w);
	if (state == STORE_OK)
		w->set_aside = false;
}

struct store_watch *
store_watch_new(struct monitor *m)
{
	struct store_watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->m = m;
	w->page = loop_timer_new(m->loop, on_still_failed, w);
	if (w->page == NULL) {
		free(w);
		return NULL;
	}
	store_on_change(m->store, on_change, w);
	on_change(w, store_state(m->store));
	return w;
}

void
store_watch_recovered(struct store_watch *w)
{
	w->recovered = true;
	if (w->set_aside)
		hold(w);
}

void
store_watch_free(struct store_watch *w)
{
	if (w == NULL)
		return;
	loop_timer_free(w->page);
	free(w);
}
