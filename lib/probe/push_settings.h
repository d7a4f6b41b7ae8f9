/*
 * push_settings.h - a probe that is not asked but told: a heartbeat.
 *
 * A beat is expected once an interval.
 */
#ifndef PROBE_PUSH_SETTINGS_H
#define PROBE_PUSH_SETTINGS_H

#include <stdint.h>

#include "base/option.h"
#include "probe/probe_settings.h"

struct push_settings {
	int64_t grace_ms; /* how late it may be; 0: the probe's timeout */
};

extern const struct option_table push_options;

/* From one beat to when the next is missing.  The probe is of type push. */
int64_t push_allowed_ms(const struct probe_settings *p);

#endif
