/*
 * report.h - writes an incident up, from its events alone.
 *
 * The same events give the same bytes, so that a report lost in a crash is
 * made again.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/text.h"

#define REPORT_MAX_BYTES (4 * 1024 * 1024)

/* One event of the incident, in the order of the log. */
struct report_event {
	int64_t seq;
	int64_t wall_ms;
	const char *kind;
	const char *run;
	struct json_object *data;
};

struct report_incident {
	const char *id;
	const char *service;
	const struct report_event *events;
	size_t event_count;
};

/* For people: one page of Markdown. */
void report_markdown(struct text *out, const struct report_incident *i);

/* For programs.  The caller puts it; NULL when memory is short. */
struct json_object *report_json(const struct report_incident *i);

#endif
