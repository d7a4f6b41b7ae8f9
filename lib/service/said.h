/*
 * said.h - what people said of a service: reports of what no probe sees, and
 * that a rule need not be carried out.
 *
 * A plain value.  All zero is its beginning.
 */
#ifndef SERVICE_SAID_H
#define SERVICE_SAID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ulid.h"
#include "decision/rule_settings.h"
#include "service/service_settings.h"

#define SAID_REPORTS_MAX 16

/* From outside: it holds until it is withdrawn. */
struct said_report {
	char id[ULID_BYTES];
	enum severity severity;
	enum report_class class;
	bool has_authority; /* who said it may start a run of that severity */
	int64_t at_ms;
};

/* A rule that was not to be carried out is not asked about again at once. */
struct dismissal {
	bool is_on;
	bool expired;     /* nobody said anything; else a person said no */
	int64_t at_ms;    /* when */
	int64_t until_ms; /* then it may ask again */
};

struct said {
	struct said_report reports[SAID_REPORTS_MAX];
	size_t report_count;
	struct dismissal dismissals[SERVICE_RULES_MAX]; /* by rule */
};

/* False when there are too many, or one of that id. */
bool said_report(struct said *s, const struct said_report *report);

/* False when there is none of that id. */
bool said_withdraw(struct said *s, const char *id);

/*
 * The gravest of the reports that a rule of that kind waits for: of at least
 * its severity and of its class; of equals one with authority, then the
 * oldest.  NULL: none.
 */
const struct said_report *said_match(
    const struct said *s, const struct rule_settings *rule);

/* The reports; dismissals are of rules, and those may be others. */
void said_inherit(struct said *to, const struct said *from);

/*
 * Another version is in place since then: what was said before was said of
 * another one.  What was reported later, before anybody knew of it, stays.
 */
void said_changed(struct said *s, int64_t at_ms);

#endif
