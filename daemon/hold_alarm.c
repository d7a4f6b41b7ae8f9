#include "daemon/hold_alarm.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "daemon/events.h"
#include "daemon/log.h"
#include "decision/held.h"

#define SUMMARY_MAX 1024
#define SECOND_MS 1000
/* Of a service that is configured no more. */
#define ALARM_AFTER_MS INT64_C(600000)

static void
raise_alarm(struct monitor *m, const struct hold *h, int64_t now_ms)
{
	bool is_all = strcmp(h->scope, "*") == 0;
	int64_t past_ms = now_ms - h->outlasts_ms;
	char summary[SUMMARY_MAX], span[DURATION_TEXT_MAX], key[ULID_BYTES];
	struct notice alarm = { .event = "alarm",
		.service = is_all ? NULL : h->scope,
		.summary = summary };

	(void)snprintf(summary, sizeof(summary),
	    "the hold on %s by %s still stands %s after an incident of %s was "
	    "closed (%s): nothing acts by itself; rollbackctl release --id %s",
	    is_all ? "all services" : h->scope, h->author,
	    duration_text(past_ms - past_ms % SECOND_MS, span), h->outlasts,
	    h->reason, h->id);
	log_service(
	    LOG_LEVEL_ERROR, LOG_ID_ALARM, alarm.service, "%s", summary);
	events_new_id(m, key);
	events_append(m, NULL, 0, &alarm, key, NULL, NULL);
}

void
hold_alarm_look(struct monitor *m, int64_t now_ms)
{
	for (size_t i = 0; i < m->holds.count; i++) {
		struct hold *h = &m->holds.items[i];
		const struct service_settings *s;
		int64_t due_ms;

		if (h->outlasts_ms == 0)
			continue;
		s = config_service(m->generation->config, h->outlasts);
		due_ms = h->outlasts_ms +
		    (s == NULL ? ALARM_AFTER_MS : s->held_alarm_ms);
		if (h->alarmed_ms != 0)
			due_ms = h->alarmed_ms + HELD_AGAIN_MS;
		if (now_ms < due_ms)
			continue;
		h->alarmed_ms = now_ms;
		raise_alarm(m, h, now_ms);
	}
}
