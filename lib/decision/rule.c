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

void
tally_add(struct tally *t, enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_TRIPPED:
		t->tripped++;
		return;
	case VERDICT_HEALTHY:
		t->healthy++;
		return;
	case VERDICT_UNKNOWN:
		t->unknown++;
		return;
	}
}

enum verdict
rule_tallied(const struct rule_settings *rule, struct tally t)
{
	size_t enough = rule_needed(rule);

	assert(enough >= 1 && enough <= t.tripped + t.healthy + t.unknown);
	if (t.tripped >= enough)
		return VERDICT_TRIPPED;
	if (t.tripped + t.unknown < enough)
		return VERDICT_HEALTHY;
	return VERDICT_UNKNOWN;
}

enum verdict
rule_judge(const struct rule_settings *rule, const enum verdict *verdicts)
{
	struct tally tally = { 0 };

	for (size_t i = 0; i < rule_evaluators(rule)->count; i++)
		tally_add(&tally, verdicts[i]);
	return rule_tallied(rule, tally);
}
