#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/bug.h"
#include "daemon/files.h"
#include "daemon/log.h"
#include "daemon/page.h"
#include "daemon/rollback_private.h"
#include "daemon/versions_log.h"
#include "report/report.h"

#define REPORT_TRIES_MAX 5

/* From here on nothing acts any more: only writing is left. */
static void
closed_is_stored(struct rollback *r)
{
	bool ended_well = r->outcome == INCIDENT_RECOVERED ||
	    r->outcome == INCIDENT_NOT_NEEDED ||
	    r->outcome == INCIDENT_CLEARED || r->outcome == INCIDENT_SUPERSEDED;

	FAILPOINT("monitor.after-closed");
	log_service(ended_well ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR,
	    LOG_ID_CLOSED, r->service,
	    "incident %s is closed: %s%s%s; report %s", r->id,
	    incident_outcome_word(r->outcome),
	    r->core != NULL && incident_reason(r->core)[0] != '\0' ? ", " : "",
	    r->core != NULL ? incident_reason(r->core) : "", r->report_path);
	rollback_free(r);
}

static void
write_closed(struct rollback *r)
{
	(void)snprintf(r->write.summary, sizeof(r->write.summary),
	    "incident of %.100s closed: %s", r->service,
	    incident_outcome_word(r->outcome));
	FAILPOINT("monitor.before-closed");
	rollback_write(r, EVENT_CLOSED, rollback_closed_json(r), "closed",
	    BUG(CLOSE_TWICE) && r->report_tries++ == 0 ? write_closed :
							 closed_is_stored);
}

static bool
write_one(
    int folder, const struct rollback *r, const char *ending, struct text *t)
{
	struct error err = { "" };
	char name[ULID_BYTES + 8];

	(void)snprintf(name, sizeof(name), "%s.%s", r->id, ending);
	/* After a crash the same rows make the same report again. */
	return text_ok(t) &&
	    file_write_durably(
		folder, name, text_str(t), t->length, FILE_REPLACE, NULL, &err);
}

/* On the store's thread. */
static bool
write_report(void *arg)
{
	struct rollback *r = arg;
	char path[sizeof(r->report_path)];
	char *slash;
	int folder;
	bool ok;

	(void)snprintf(path, sizeof(path), "%s", r->report_path);
	slash = strrchr(path, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	(void)mkdir(path, 0750); /* mostly there; open says if not */
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (folder < 0)
		return false;
	ok = write_one(folder, r, "json", &r->report_json) &&
	    write_one(folder, r, "md", &r->report);
	(void)close(folder); /* read-only: nothing to lose */
	return ok;
}

static void make_report(struct rollback *r);

/*
 * While the store fails nothing else can be done either; but a report that
 * cannot be made must not keep the service and its lock for ever.
 */
static void
report_failed(struct rollback *r)
{
	struct notice alarm;
	char key[ULID_BYTES];

	log_service(LOG_LEVEL_ERROR, LOG_ID_STORE_FAILED, r->service,
	    "report %s cannot be written: %s", r->report_path,
	    r->report_tries + 1 < REPORT_TRIES_MAX ? "tries again" :
						     "closes without it");
	if (store_state(r->m->store) == STORE_FAILED ||
	    ++r->report_tries < REPORT_TRIES_MAX) {
		rollback_later(r, RETRY_MS, make_report);
		return;
	}
	r->report_path[0] = '\0';
	alarm = rollback_notice(r, "alarm",
	    "the report of an incident cannot be written: its events are in "
	    "the store, see rollbackctl incident");
	events_new_id(r->m, key);
	events_page(r->m, &alarm, key);
	write_closed(r);
}

static void
on_report(void *arg, bool ok)
{
	struct rollback *r = arg;

	if (!ok) {
		report_failed(r);
		return;
	}
	FAILPOINT("monitor.after-report");
	write_closed(r);
}

static void
compose(struct rollback *r, struct report_event *events, size_t count)
{
	struct report_incident incident = {
		.id = r->id,
		.service = r->service,
		.events = events,
		.event_count = count,
	};
	struct json_object *json = report_json(&incident);

	text_clear(&r->report);
	text_clear(&r->report_json);
	page_write(&r->report, r->m, &incident);
	if (json != NULL)
		text_add(&r->report_json,
		    json_object_to_json_string_ext(json,
			JSON_C_TO_STRING_PRETTY |
			    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(json);
}

/* The rows, and the closing that will be the last of them. */
static void
on_rows(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct rollback *r = arg;
	struct report_event *events;
	struct error err;

	events = ok ? calloc(count + 1, sizeof(*events)) : NULL;
	if (events == NULL) {
		report_failed(r);
		return;
	}
	for (size_t i = 0; i < count; i++)
		events[i] = (struct report_event){
			.seq = rows[i].seq,
			.wall_ms = rows[i].wall_ms,
			.kind = rows[i].kind,
			.run = rows[i].run,
			.data = json_parse(
			    rows[i].data, strlen(rows[i].data), &err),
		};
	events[count] = (struct report_event){
		.seq = count == 0 ? 1 : rows[count - 1].seq + 1,
		.wall_ms = loop_wall_ms(),
		.kind = EVENT_CLOSED,
		.data = rollback_closed_json(r),
	};
	compose(r, events, count + 1);
	for (size_t i = 0; i <= count; i++)
		json_object_put(events[i].data);
	free(events);
	FAILPOINT("monitor.before-report");
	store_run(r->m->store, write_report, on_report, r);
}

static void
make_report(struct rollback *r)
{
	struct store_query query = { .incident = r->id };

	store_read(r->m->store, &query, on_rows, r);
}

static bool
has_acted(const struct rollback *r)
{
	switch (r->outcome) {
	case INCIDENT_RECOVERED:
	case INCIDENT_NOT_RECOVERED:
	case INCIDENT_FAILED:
	case INCIDENT_INTERRUPTED:
	case INCIDENT_ABORTED:
		return true;
	case INCIDENT_NOT_NEEDED:
	case INCIDENT_CLEARED:
	case INCIDENT_SUPERSEDED:
	case INCIDENT_REJECTED:
	case INCIDENT_EXPIRED:
		return false;
	}
	return false;
}

/* Also of what its procedure goes over to. */
static bool
goes_elsewhere(const struct rollback *r)
{
	for (unsigned i = 0; i < r->run_count; i++)
		if (r->runs[i].plan == NULL ||
		    plan_needs_target(r->runs[i].plan))
			return true;
	return false;
}

/* What is in place now, as far as one knows. */
static void
note_version(struct rollback *r)
{
	bool done = r->outcome == INCIDENT_RECOVERED ||
	    r->outcome == INCIDENT_NOT_RECOVERED;

	if (r->w != NULL && r->core != NULL &&
	    (!incident_has_begun(r->core) || !goes_elsewhere(r)))
		(void)snprintf(r->now_at, sizeof(r->now_at), "%s",
		    service_version(watched_core(r->w)));
	else if (done)
		(void)snprintf(r->now_at, sizeof(r->now_at), "%s", r->target);
}

/* Kept with the versions that it was about. */
static void
say_why(struct rollback *r)
{
	bool helped = r->outcome == INCIDENT_RECOVERED;

	if (r->by_operator)
		(void)snprintf(r->why, sizeof(r->why),
		    "rolled back by %.60s: %.80s", r->by, r->reason);
	else
		(void)snprintf(r->why, sizeof(r->why),
		    "rule %.100s led to a rollback", r->rule);
	if (!helped && strlen(r->why) + 32 < sizeof(r->why))
		(void)snprintf(r->why + strlen(r->why), 32, " (%s)",
		    incident_outcome_word(r->outcome));
}

static void
tell_service(struct rollback *r)
{
	struct service_act act = {
		.rule = r->rule,
		.procedure = r->procedure,
		.from = r->version,
		.now_at = r->now_at,
		.why = r->why,
		.not_recovered = r->outcome == INCIDENT_NOT_RECOVERED,
		.had_tripped = r->had_tripped,
		.at_ms = r->acted_ms,
	};

	say_why(r);
	service_acted(watched_core(r->w), &act);
	versions_tell_act(r->w, &act);
}

void
rollback_close(struct rollback *r, enum incident_outcome outcome)
{
	struct watched *w = r->w;

	r->is_closing = true;
	r->is_busy = true;
	r->outcome = outcome;
	r->m->counts.closed[outcome]++;
	if (rollback_response(r) == RESPONSE_MET)
		r->m->counts.responses_met++;
	if (rollback_response(r) == RESPONSE_MISSED)
		r->m->counts.responses_missed++;
	holds_outlast(
	    &r->m->holds, r->service, loop_now_ms(r->m->loop), loop_wall_ms());
	loop_timer_stop(r->timer);
	if (r->waiting != NULL)
		loop_timer_stop(r->waiting);
	note_version(r);
	(void)snprintf(r->report_path, sizeof(r->report_path),
	    "%s/reports/%s.md", r->m->generation->config->state_directory,
	    r->id);
	r->acted_ms = loop_now_ms(r->m->loop);
	if (w != NULL && has_acted(r))
		tell_service(r);
	if (w != NULL && rollback_dismissed_until_ms(r) != NEVER_MS)
		service_dismiss(watched_core(w), r->rule,
		    outcome == INCIDENT_EXPIRED, loop_now_ms(r->m->loop),
		    rollback_dismissed_until_ms(r));
	/* A superseded proposal makes room for the one that acts. */
	if (w != NULL && outcome == INCIDENT_SUPERSEDED) {
		watched_set_rollback(w, NULL);
		r->w = NULL;
	}
	if (BUG(CLOSE_WITHOUT_REPORT))
		write_closed(r);
	else
		make_report(r);
}
