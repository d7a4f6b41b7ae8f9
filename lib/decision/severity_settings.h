/*
 * severity_settings.h - how fast each severity is answered, and what becomes
 * of what waits for a person.
 */
#ifndef DECISION_SEVERITY_SETTINGS_H
#define DECISION_SEVERITY_SETTINGS_H

#include <stdint.h>

#include "base/option.h"
#include "base/source.h"
#include "decision/rule_settings.h"

#define SEVERITY_COUNT 4

/* Each 0: never. */
struct severity_settings {
	struct source source;
	int64_t respond_ms;  /* from detection to the first step */
	int64_t remind_ms;   /* from one notice to the next */
	int64_t escalate_ms; /* from detection until the next role is told */
	int64_t expire_ms;   /* from detection until it is given up */
};

struct severities {
	struct severity_settings of[SEVERITY_COUNT]; /* by enum severity */
};

extern const struct option_table severities_options;

#endif
