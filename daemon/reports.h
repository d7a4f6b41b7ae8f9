/*
 * reports.h - what people have reported of services that no probe sees.
 *
 * The core of a service decides by them; here is who said what, and until
 * when it holds.
 */
#ifndef DAEMON_REPORTS_H
#define DAEMON_REPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/ulid.h"
#include "base/units.h"
#include "decision/rule_settings.h"

struct monitor;
struct store_event;
struct watched;

#define REPORTS_MAX 1000
#define REPORT_WORDS_MAX 256
#define REPORT_FOR_MS (INT64_C(24) * 3600 * 1000) /* unless said otherwise */

struct told_report {
	char id[ULID_BYTES];
	char service[NAME_MAX_BYTES + 1];
	char by[REPORT_WORDS_MAX];
	char reason[REPORT_WORDS_MAX];
	enum severity severity;
	enum report_class class;
	bool has_authority;
	int64_t at_ms; /* CLOCK_BOOTTIME, as the next */
	int64_t until_ms;
	int64_t at_wall_ms;
	int64_t until_wall_ms;
};

/* All zero is its beginning. */
struct reports {
	struct told_report *items;
	size_t count;
};

/*
 * It holds from now on.  False when memory is short, or there are too many,
 * of the service or in all.
 */
bool reports_add(struct monitor *m, const struct told_report *report);

/* NULL: there is none of that id. */
const struct told_report *reports_find(const struct monitor *m, const char *id);
void reports_withdraw(struct monitor *m, const char *id);

/* Lets go of those that are over; now and then. */
void reports_expire(struct monitor *m);

/* Those that hold of a service, as rollbackd-control(7) has them. */
struct json_object *reports_json(struct monitor *m, struct watched *w);

/* From the log, at start and for a service that was added. */
void reports_recover(
    struct monitor *m, const struct store_event *rows, size_t count);

void reports_free(struct reports *r);

#endif
