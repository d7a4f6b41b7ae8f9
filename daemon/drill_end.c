/* How a drill went: kept, reported and told. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "daemon/drill_private.h"
#include "daemon/files.h"
#include "daemon/log.h"
#include "daemon/versions_log.h"
#include "report/drill_markdown.h"

#define SUMMARY_BYTES 768
#define RETRY_MS 1000

struct drill_record *
drill_record_find(const struct drills *d, const char *service)
{
	struct drill_record *r = d->records;

	while (r != NULL && strcmp(r->service, service) != 0)
		r = r->next;
	return r;
}

struct drill_record *
drill_record_make(struct drills *d, const char *service)
{
	struct drill_record *r = drill_record_find(d, service);

	if (r != NULL)
		return r;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	(void)snprintf(r->service, sizeof(r->service), "%s", service);
	r->next = d->records;
	d->records = r;
	return r;
}

/* On the store's thread. */
static bool
write_report(void *arg)
{
	struct drilling *x = arg;
	char folder_path[DRILL_PATH_MAX];
	struct error err = { "" };
	char *slash;
	int folder;
	bool ok;

	(void)snprintf(folder_path, sizeof(folder_path), "%s", x->report_path);
	slash = strrchr(folder_path, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	(void)mkdir(folder_path, 0750); /* mostly there; open says if not */
	folder =
	    open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (folder < 0)
		return false;
	ok = text_ok(&x->report) &&
	    file_write_durably(folder,
		x->report_path + (slash - folder_path) + 1,
		text_str(&x->report), x->report.length, FILE_REPLACE, NULL,
		&err);
	(void)close(folder); /* read-only: nothing to lose */
	return ok;
}

static void
remember(struct drilling *x)
{
	struct drills *d = x->m->drills;
	struct drill_record *r = drill_record_make(d, x->service);

	d->counts[x->core.result]++;
	if (r == NULL)
		return; /* known again after the next start */
	r->tried_ms = x->began_wall_ms;
	if (x->core.result == DRILL_PASSED)
		r->passed_ms = loop_wall_ms();
	json_object_put(r->last);
	r->last = json_object_get(x->ended);
}

static void
ended_is_stored(void *arg, bool ok)
{
	struct drilling *x = arg;

	if (!ok) {
		loop_timer_start(x->timer, RETRY_MS);
		return;
	}
	FAILPOINT("monitor.drill-after-ended");
	remember(x);
	log_service(
	    x->core.result == DRILL_PASSED || x->core.result == DRILL_ABORTED ?
		LOG_LEVEL_NOTICE :
		LOG_LEVEL_ERROR,
	    LOG_ID_NONE, x->service, "DRILL %s %s%s%s; report %s", x->id,
	    drill_result_word(x->core.result),
	    x->core.reason[0] == '\0' ? "" : ": ", x->core.reason,
	    x->report_path[0] == '\0' ? "none" : x->report_path);
	drilling_free(x);
}

static void
say(const struct drilling *x, char summary[SUMMARY_BYTES])
{
	const char *what = x->fault[0] == '\0' ? x->version : x->fault;
	int n;

	n = snprintf(summary, SUMMARY_BYTES, "the drill of %s (%s) %s",
	    x->service, what,
	    x->core.result == DRILL_PASSED      ? "passed" :
		x->core.result == DRILL_LATE    ? "came late" :
		x->core.result == DRILL_ABORTED ? "was aborted" :
						  "HAS FAILED");
	if (x->core.reason[0] != '\0' && n < SUMMARY_BYTES)
		n += snprintf(summary + n, (size_t)(SUMMARY_BYTES - n), ": %s",
		    x->core.reason);
	if (drill_left_broken(&x->core) && n < SUMMARY_BYTES)
		(void)snprintf(summary + n, (size_t)(SUMMARY_BYTES - n),
		    "; IT IS BROKEN STILL: mend it by hand");
}

/* A fault of the drill was no fault of the version that was in place. */
static size_t
add_pardon(struct drilling *x, struct event_draft drafts[2], size_t count)
{
	struct watched *w = monitor_watched(x->m, x->service);
	const struct version *v;

	if (w == NULL || x->core.plan.kind != DRILL_FAULT || !x->was_good)
		return count;
	v = versions_find(service_versions(watched_core(w)), x->before);
	if (v == NULL || v->state == VERSION_GOOD)
		return count;
	drafts[count] = (struct event_draft){
		.kind = EVENT_MARK,
		.service = x->service,
		.data = versions_mark_json(x->before, MARK_VERIFIED,
		    "what was wrong with it was a drill"),
	};
	json_set_text(drafts[count].data, "by", x->by);
	versions_take(
	    w, EVENT_MARK, drafts[count].data, loop_now_ms(x->m->loop));
	return count + 1;
}

static void
write_ended(struct drilling *x)
{
	bool is_bad = x->core.result == DRILL_FAILED;
	struct event_draft drafts[2] = { {
	    .kind = EVENT_DRILL_ENDED,
	    .service = x->service,
	    .data = json_object_get(x->ended),
	} };
	char summary[SUMMARY_BYTES];
	struct notice notice = {
		.event = is_bad ? "alarm" : "drill",
		.service = x->service,
		.environment = x->environment,
		.incident = x->incident[0] == '\0' ? NULL : x->incident,
		.outcome = drill_result_word(x->core.result),
		.version = x->before,
		.report = x->report_path[0] == '\0' ? NULL : x->report_path,
		.summary = summary,
		.drill = true,
		.drill_failed = is_bad,
	};
	char key[ULID_BYTES];

	say(x, summary);
	if (is_bad)
		log_service(LOG_LEVEL_CRITICAL, LOG_ID_ALARM, x->service,
		    "DRILL: %s", summary);
	events_new_id(x->m, key);
	events_append(x->m, drafts, add_pardon(x, drafts, 1), &notice, key,
	    ended_is_stored, x);
}

static void
on_report(void *arg, bool ok)
{
	struct drilling *x = arg;

	if (!ok) {
		log_service(LOG_LEVEL_ERROR, LOG_ID_STORE_FAILED, x->service,
		    "report %s cannot be written: ends without it",
		    x->report_path);
		x->report_path[0] = '\0';
		json_object_object_del(x->ended, "report");
	}
	write_ended(x);
}

void
drilling_end(struct drilling *x)
{
	if (x->is_ending) { /* it could not be stored */
		write_ended(x);
		return;
	}
	x->is_ending = true;
	loop_timer_stop(x->timer);
	(void)snprintf(x->report_path, sizeof(x->report_path),
	    "%s/reports/drill-%s.md", x->m->generation->config->state_directory,
	    x->id);
	x->ended = drilling_ended_json(x);
	drill_markdown(&x->report, x->ended);
	store_run(x->m->store, write_report, on_report, x);
}
