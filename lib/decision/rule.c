#include <assert.h>
#include <string.h>

#include "decision/decision.h"

const char *
severity_word(enum severity severity)
{
	static const char *const words[] = {
		[SEVERITY_P0] = "P0",
		[SEVERITY_P1] = "P1",
		[SEVERITY_P2] = "P2",
		[SEVERITY_P3] = "P3",
	};

	return words[severity];
}

const char *
rule_mode_word(enum rule_mode mode)
{
	static const char *const words[] = {
		[MODE_ENFORCE] = "enforce",
		[MODE_PROPOSE] = "propose",
		[MODE_SHADOW] = "shadow",
	};

	return words[mode];
}

const struct strings *
rule_evaluators(const struct rule_settings *rule)
{
	if (rule->any.count > 0)
		return &rule->any;
	if (rule->all.count > 0)
		return &rule->all;
	return &rule->of;
}

const char *
rule_when_word(enum rule_when when)
{
	static const char *const words[] = {
		[RULE_WHEN_TRIPPED] = "tripped",
		[RULE_WHEN_CLEARED] = "cleared",
		[RULE_WHEN_REPORTED] = "reported",
	};

	return words[when];
}

const char *report_class_word(enum report_class class)
{
	static const char *const words[] = {
		[REPORT_ANY] = "any",
		[REPORT_BUG] = "bug",
		[REPORT_SECURITY] = "security",
		[REPORT_DATA] = "data",
	};

	return words[class];
}

bool
report_class_parse(const char *word, enum report_class *class)
{
	for (enum report_class c = REPORT_ANY; c <= REPORT_DATA; c++) {
		if (strcmp(report_class_word(c), word) != 0)
			continue;
		*class = c;
		return true;
	}
	return false;
}

bool
severity_parse(const char *word, enum severity *severity)
{
	for (enum severity s = SEVERITY_P0; s <= SEVERITY_P3; s++) {
		if (strcmp(severity_word(s), word) != 0)
			continue;
		*severity = s;
		return true;
	}
	return false;
}

/* "any" and "all" are at_least 1 and at_least all of them. */
size_t
rule_needed(const struct rule_settings *rule)
{
	if (rule->any.count > 0)
		return 1;
	if (rule->all.count > 0)
		return rule->all.count;
	return rule->at_least;
}

enum verdict
rule_judge(const struct rule_settings *rule, const enum verdict *verdicts)
{
	size_t count = rule_evaluators(rule)->count;
	size_t enough = rule_needed(rule);
	size_t tripped = 0, healthy = 0;

	assert(enough >= 1 && enough <= count);
	for (size_t i = 0; i < count; i++) {
		tripped += verdicts[i] == VERDICT_TRIPPED;
		healthy += verdicts[i] == VERDICT_HEALTHY;
	}
	if (tripped >= enough)
		return VERDICT_TRIPPED;
	if (count - healthy < enough)
		return VERDICT_HEALTHY;
	return VERDICT_UNKNOWN;
}
