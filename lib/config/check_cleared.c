/* What is doubtful about rules for what is cleared. */
#include "config/check_impl.h"

#include "decision/decision.h"
#include "service/clearing.h"

/* May the other act when this one may not any more? */
static bool
outlasts(const struct rule_settings *other, const struct rule_settings *r)
{
	if (r->arm_window_ms == ARM_WINDOW_NONE)
		return false;
	return other->arm_window_ms == ARM_WINDOW_NONE ||
	    other->arm_window_ms >= r->arm_window_ms;
}

void
check_cleared(struct check *c, const struct service_settings *s,
    const struct rule_settings *r)
{
	bool has_lead = false, has_acting = false, outlasted = false;

	if (r->when != RULE_WHEN_CLEARED || rule_evaluators(r)->count == 0)
		return;
	for (size_t i = 0; i < s->rule_count; i++) {
		const struct rule_settings *other = &s->rules[i];

		if (rule_evaluators(other)->count == 0 ||
		    !clearing_is_led_by(r, other))
			continue;
		has_lead = true;
		has_acting = has_acting || clearing_acts_alone(other);
		outlasted = outlasted || outlasts(other, r);
	}
	if (!has_lead)
		check_doubt(c, r->source,
		    "rule \"%s\" waits until its evaluators are cleared, and "
		    "no rule acts when the same ones have tripped: add one "
		    "without when, on the same evaluators",
		    r->name);
	else if (clearing_acts_alone(r) && !has_acting)
		check_doubt(c, r->source,
		    "rule \"%s\" acts by itself, and the rule that acts when "
		    "the same evaluators have tripped does not: it may undo "
		    "what nobody did",
		    r->name);
	if (outlasted)
		check_doubt(c, r->source,
		    "rule \"%s\" may come too late: within its arm_window %s "
		    "another one may act on the same evaluators; write "
		    "arm_window = \"none\"",
		    r->name, r->arm_window);
}
