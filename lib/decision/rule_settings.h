/*
 * rule_settings.h - when evaluators together mean that a release is bad.
 */
#ifndef DECISION_RULE_SETTINGS_H
#define DECISION_RULE_SETTINGS_H

#include <stdint.h>

#include "base/calendar.h"
#include "base/option.h"
#include "base/source.h"
#include "base/strings.h"

enum severity {
	SEVERITY_P0, /* acts by itself */
	SEVERITY_P1, /* the others propose */
	SEVERITY_P2,
	SEVERITY_P3,
};

enum rule_mode {
	MODE_ENFORCE,
	MODE_PROPOSE,
	MODE_SHADOW, /* everything but the acting */
};

enum rule_when {
	RULE_WHEN_TRIPPED,
	RULE_WHEN_CLEARED, /* when it is well again, see service/clearing.h */
};

#define ARM_WINDOW_NONE (-1)
#define RULE_WINDOWS_MAX 32

struct rule_settings {
	struct source source;
	const char *name;
	struct strings any; /* exactly one of any, all and of is given */
	struct strings all;
	struct strings of;
	unsigned at_least; /* with of; 1 to of.count */
	enum rule_when when;
	enum severity severity;
	enum rule_mode mode;
	const char *arm_window; /* as written: a duration or "none" */
	int64_t arm_window_ms;  /* ARM_WINDOW_NONE for "none" */
	const char *procedure;
	struct strings window; /* as written; none: any time */
	struct calendar when_open;
};

extern const struct option_table rule_options;

/* "P0" ... */
const char *severity_word(enum severity severity);
const char *rule_mode_word(enum rule_mode mode);
const char *rule_when_word(enum rule_when when);

#endif
