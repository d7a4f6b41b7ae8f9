#include "daemon/reports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/log.h"
#include "daemon/monitor.h"
#include "daemon/recover_moment.h"
#include "daemon/watched.h"
#include "report/event.h"
#include "service/service_input.h"

static void
remove_at(struct reports *r, size_t i)
{
	memmove(r->items + i, r->items + i + 1,
	    (r->count - i - 1) * sizeof(*r->items));
	r->count--;
}

/* A deployment or a run may have ended it. */
static bool
still_holds(struct monitor *m, const struct told_report *report)
{
	struct watched *w = monitor_watched(m, report->service);

	return w != NULL && service_has_report(watched_core(w), report->id);
}

void
reports_expire(struct monitor *m)
{
	int64_t now_ms = loop_now_ms(m->loop);

	for (size_t i = m->reports.count; i > 0; i--) {
		const struct told_report *r = &m->reports.items[i - 1];
		struct watched *w = monitor_watched(m, r->service);

		if (still_holds(m, r) && r->until_ms > now_ms)
			continue;
		if (still_holds(m, r)) {
			log_service(LOG_LEVEL_NOTICE, LOG_ID_RELEASED,
			    r->service, "report %s has expired", r->id);
			service_withdrawn(watched_core(w), r->id, now_ms);
		}
		remove_at(&m->reports, i - 1);
	}
}

static bool
keep(struct monitor *m, const struct told_report *report)
{
	struct told_report *items;

	if (m->reports.count >= REPORTS_MAX)
		return false;
	items =
	    realloc(m->reports.items, (m->reports.count + 1) * sizeof(*items));
	if (items == NULL)
		return false;
	items[m->reports.count++] = *report;
	m->reports.items = items;
	return true;
}

bool
reports_add(struct monitor *m, const struct told_report *report)
{
	struct watched *w = monitor_watched(m, report->service);
	struct said_report said = {
		.severity = report->severity,
		.class = report->class,
		.has_authority = report->has_authority,
		.at_ms = report->at_ms,
	};

	(void)snprintf(said.id, sizeof(said.id), "%s", report->id);
	reports_expire(m);
	if (w == NULL || !keep(m, report))
		return false;
	if (service_reported(watched_core(w), &said))
		return true;
	remove_at(&m->reports, m->reports.count - 1);
	return false;
}

const struct told_report *
reports_find(const struct monitor *m, const char *id)
{
	for (size_t i = 0; i < m->reports.count; i++)
		if (strcmp(m->reports.items[i].id, id) == 0)
			return &m->reports.items[i];
	return NULL;
}

void
reports_withdraw(struct monitor *m, const char *id)
{
	for (size_t i = 0; i < m->reports.count; i++) {
		struct told_report *r = &m->reports.items[i];
		struct watched *w = monitor_watched(m, r->service);

		if (strcmp(r->id, id) != 0)
			continue;
		if (w != NULL)
			service_withdrawn(
			    watched_core(w), id, loop_now_ms(m->loop));
		remove_at(&m->reports, i);
		return;
	}
}

static struct json_object *
one_json(const struct told_report *r)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "id", r->id);
	json_set_text(o, "severity", severity_word(r->severity));
	json_set_text(o, "class", report_class_word(r->class));
	json_set_text(o, "by", r->by);
	json_set_text(o, "reason", r->reason);
	json_set_bool(o, "authority", r->has_authority);
	json_set_int(o, "since_wall_ms", r->at_wall_ms);
	json_set_int(o, "until_wall_ms", r->until_wall_ms);
	return o;
}

struct json_object *
reports_json(struct monitor *m, struct watched *w)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < m->reports.count; i++) {
		const struct told_report *r = &m->reports.items[i];

		if (strcmp(r->service, watched_name(w)) == 0 &&
		    service_has_report(watched_core(w), r->id))
			(void)json_object_array_add(list, one_json(r));
	}
	return list;
}

static void
copy(char *to, size_t size, struct json_object *data, const char *key)
{
	const char *words = json_text(data, key);

	(void)snprintf(to, size, "%s", words == NULL ? "" : words);
}

static bool
read_report(struct monitor *m, const struct store_event *e,
    struct json_object *data, struct told_report *r)
{
	const char *severity = json_text(data, "severity");
	const char *class = json_text(data, "class");
	int64_t until_ms = 0;

	*r = (struct told_report){ .at_ms = recover_moment_ms(m, e),
		.at_wall_ms = e->wall_ms,
		.has_authority = json_flag(data, "authority", false) };
	copy(r->id, sizeof(r->id), data, "id");
	copy(r->by, sizeof(r->by), data, "by");
	copy(r->reason, sizeof(r->reason), data, "reason");
	(void)snprintf(r->service, sizeof(r->service), "%s", e->service);
	(void)json_int(data, "until_ms", &until_ms);
	r->until_wall_ms = until_ms;
	r->until_ms = r->at_ms + until_ms - e->wall_ms;
	return severity != NULL && severity_parse(severity, &r->severity) &&
	    (class == NULL || report_class_parse(class, &r->class));
}

/* What was said of a version that is gone, or is over, says nothing now. */
static void
take(struct monitor *m, const struct store_event *e, struct json_object *data)
{
	struct watched *w = monitor_watched(m, e->service);
	struct told_report report;
	const char *id = json_text(data, "id");

	if (w == NULL || id == NULL)
		return;
	if (strcmp(e->kind, EVENT_WITHDRAWN) == 0) {
		reports_withdraw(m, id);
		return;
	}
	if (!read_report(m, e, data, &report) ||
	    report.until_ms <= loop_now_ms(m->loop) ||
	    report.at_ms <= service_memory(watched_core(w)).changed_ms)
		return;
	(void)reports_add(m, &report); /* it was not too many then */
}

void
reports_recover(struct monitor *m, const struct store_event *rows, size_t count)
{
	struct error err;

	for (size_t i = 0; i < count; i++) {
		struct json_object *data =
		    json_parse(rows[i].data, strlen(rows[i].data), &err);

		take(m, &rows[i], data);
		json_object_put(data);
	}
}

void
reports_free(struct reports *r)
{
	free(r->items);
	*r = (struct reports){ 0 };
}
