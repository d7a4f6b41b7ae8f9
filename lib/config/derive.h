/*
 * derive.h - what follows from the options of a service.  Private to
 * lib/config.
 */
#ifndef CONFIG_DERIVE_H
#define CONFIG_DERIVE_H

#include "config/config.h"
#include "config/reader.h"
#include "config/spans.h"
#include "service/service_settings.h"

/* Times that may be words, calendars, its group.  Complains. */
void derive_settings(
    struct reader *r, struct spans_zones *zones, struct service_settings *s);

/* Of that the calendars. */
void derive_maintenance(
    struct reader *r, struct spans_zones *zones, struct service_settings *s);
void derive_window(
    struct reader *r, struct spans_zones *zones, struct rule_settings *rule);

void derive_drill(
    struct reader *r, struct spans_zones *zones, struct service_settings *s);

/*
 * When services are where they stay: its own probes say where versions are
 * named, and equal ones of others do not.
 */
void derive_discover(struct reader *r, struct service_settings *s);

/*
 * Keeps the procedures as they were written, and has them flat.  A name that
 * no procedure has is left to the check.
 */
void derive_procedures(struct reader *r, struct config *c);

#endif
