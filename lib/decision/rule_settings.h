/*
 * rule_settings.h - when evaluators together mean that a release is bad.
 */
#ifndef DECISION_RULE_SETTINGS_H
#define DECISION_RULE_SETTINGS_H

#include <stdbool.h>
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
	RULE_WHEN_CLEARED,  /* when it is well again, see service/clearing.h */
	RULE_WHEN_REPORTED, /* a person says so, see service/said.h */
};

/* What is reported of a service that no probe sees. */
enum report_class {
	REPORT_ANY, /* not said; of a rule: whatever it is */
	REPORT_BUG,
	REPORT_SECURITY,
	REPORT_DATA,
};

#define ARM_WINDOW_NONE (-1)
#define RULE_WINDOWS_MAX 32

struct rule_settings {
	struct source source;
	const char *name;
	/* Exactly one of any, all and of, or none when = reported. */
	struct strings any;
	struct strings all;
	struct strings of;
	unsigned at_least; /* with of; 1 to of.count */
	enum rule_when when;
	enum report_class class; /* of the reports that it waits for */
	enum severity severity;
	enum rule_mode mode;
	const char *arm_window; /* as written: a duration or "none" */
	int64_t arm_window_ms;  /* ARM_WINDOW_NONE for "none" */
	const char *procedure;
	bool automatic_destructive; /* acts alone also where that destroys */
	struct strings window;      /* as written; none: any time */
	struct calendar when_open;
};

extern const struct option_table rule_options;

/* "P0" ... */
const char *severity_word(enum severity severity);
const char *rule_mode_word(enum rule_mode mode);
const char *rule_when_word(enum rule_when when);

/* "any", "bug"; report_class_parse(): false when there is no such class. */
const char *report_class_word(enum report_class class);
bool report_class_parse(const char *word, enum report_class *class);

/* severity_word() and back. */
bool severity_parse(const char *word, enum severity *severity);

#endif
