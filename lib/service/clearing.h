/*
 * clearing.h - the memory of a rule that holds when all is well again.
 *
 * Such a rule (when = "cleared") looks at the same combination of evaluators
 * as any other.  Once armed it holds whenever that is healthy, until its own
 * procedure was run.  A deployment, a pause or the run of another rule makes
 * evaluators start over, but disarms nothing.
 *
 * What arms it: where another rule acts by itself when the same combination
 * has tripped, the run of that one, for what nobody did needs no undoing; else
 * that the combination has tripped.
 *
 * A plain value.  All zero but acted_ms is its beginning.
 */
#ifndef SERVICE_CLEARING_H
#define SERVICE_CLEARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decision/rule_settings.h"
#include "evaluator/evaluator.h"

struct clearing {
	bool is_armed;
	int64_t acted_ms; /* when its own procedure ended; NEVER_MS */
};

/*
 * Does the rule hold?  As a verdict: tripped, it does; healthy, it does not;
 * unknown, it would if the combination were healthy.
 */
enum verdict clearing_judge(const struct clearing *c, enum verdict combination);

/* A run of that rule has ended. */
void clearing_acted(struct clearing *c, const struct rule_settings *rule,
    const struct rule_settings *by, int64_t at_ms);

/*
 * The same of one that a person ordered.  has_tripped: the combination of the
 * rule has, just now.  Of rules it asks which runs that procedure.
 */
void clearing_ordered(struct clearing *c, const struct rule_settings *rule,
    const char *procedure, bool has_tripped, const struct rule_settings *rules,
    size_t rule_count, int64_t at_ms);

/* Is there another rule that acts by itself, and does when this has tripped? */
bool clearing_has_lead(const struct rule_settings *rule,
    const struct rule_settings *rules, size_t rule_count);

/* Whenever this rule, of those for what has tripped, holds: has that tripped?
 */
bool clearing_is_led_by(
    const struct rule_settings *rule, const struct rule_settings *tripped);

/* Nobody needs to start it. */
bool clearing_acts_alone(const struct rule_settings *rule);

#endif
