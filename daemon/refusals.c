#include "daemon/refusals.h"

#include "daemon/events.h"
#include "daemon/log.h"
#include "daemon/monitor.h"
#include "daemon/rollback.h"

bool
refusals_take(struct refusals *r, int64_t now_ms)
{
	int64_t regained = (now_ms - r->refilled_ms) / REFUSALS_PAUSE_MS;

	if (regained >= r->spent) {
		r->spent = 0;
		r->refilled_ms = now_ms;
	} else {
		r->spent -= (unsigned)regained;
		r->refilled_ms += regained * REFUSALS_PAUSE_MS;
	}
	if (r->spent >= REFUSALS_BURST) {
		r->left_out++;
		return false;
	}
	r->spent++;
	return true;
}

/* Which service it was about, where that can be told. */
static const char *
service_of(struct monitor *m, struct json_object *args, const char *incident)
{
	const char *service = json_text(args, "service");
	struct rollback *r =
	    incident == NULL ? NULL : rollback_find(m, incident);

	if (service == NULL && r != NULL)
		return rollback_service(r);
	return service == NULL || service[0] == '*' ? NULL : service;
}

void
refusals_note(void *arg, const struct caller *caller, enum control_verb verb,
    struct json_object *args, enum control_error code, const char *why)
{
	struct monitor *m = arg;
	const char *incident = json_text(args, "incident");
	struct event_draft draft = {
		.kind = EVENT_REFUSED,
		.service = service_of(m, args, incident),
	};
	char by[CALLER_TEXT_MAX];

	if (code == CONTROL_TOO_LARGE ||
	    !refusals_take(&m->refusals, loop_now_ms(m->loop)))
		return;
	draft.data = json_object_new_object();
	json_set_text(draft.data, "verb", verb_info(verb)->word);
	json_set_text(draft.data, "code", control_error_word(code));
	json_set_text(draft.data, "by", caller_text(caller, by));
	json_set_text(draft.data, "why", why);
	json_set_text(draft.data, "reason", json_text(args, "reason"));
	/* Of the data, not of the event: an incident's report is its own. */
	json_set_text(draft.data, "incident", incident);
	if (m->refusals.left_out > 0)
		json_set_int(
		    draft.data, "left_out", (int64_t)m->refusals.left_out);
	m->refusals.left_out = 0;
	log_service(LOG_LEVEL_NOTICE, LOG_ID_REQUEST_REFUSED, draft.service,
	    "refuses %s of %s: %s", verb_info(verb)->word, by, why);
	events_append(m, &draft, 1, NULL, NULL, NULL, NULL);
}
