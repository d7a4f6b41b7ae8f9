/* What is wrong or doubtful about a rule. */
#include "config/check_impl.h"

#include <string.h>

#include "base/units.h"
#include "config/suggest.h"
#include "config/times.h"
#include "decision/decision.h"
#include "service/clearing.h"

#define HINT_BYTES 128

static void
check_rule_names(struct check *c, const struct service_settings *s,
    const struct rule_settings *r, const struct strings *names)
{
	for (size_t i = 0; i < names->count; i++) {
		for (size_t k = 0; k < i; k++)
			if (strcmp(names->items[k], names->items[i]) == 0)
				check_wrong(c, r->source,
				    "rule \"%s\" names evaluator \"%s\" twice",
				    r->name, names->items[i]);
		if (times_evaluator(s, names->items[i]) == NULL)
			check_no_such_evaluator(
			    c, s, r->source, "rule", r->name, names->items[i]);
	}
}

static void
check_combination(struct check *c, const struct rule_settings *r)
{
	int given = (r->any.count > 0) + (r->all.count > 0) + (r->of.count > 0);

	if (r->when == RULE_WHEN_REPORTED) {
		if (given > 0 || r->at_least > 0)
			check_wrong(c, r->source,
			    "rule \"%s\" waits for a report of a person and "
			    "looks at no evaluator: leave out any, all, of and "
			    "at_least",
			    r->name);
		return;
	}
	if (r->class != REPORT_ANY)
		check_wrong(c, r->source,
		    "rule \"%s\": class goes with when = \"reported\"",
		    r->name);
	if (given != 1)
		check_wrong(c, r->source,
		    "rule \"%s\" has %s of any, all and of: write one, such "
		    "as any = [ \"down\" ]",
		    r->name, given == 0 ? "none" : "more than one");
	else if ((r->at_least > 0) != (r->of.count > 0))
		check_wrong(c, r->source,
		    "rule \"%s\": at_least and of go together: at_least = 2; "
		    "of = [ \"slow\", \"errors\", \"ratio\" ]",
		    r->name);
	else if (r->at_least > r->of.count)
		check_wrong(c, r->source,
		    "rule \"%s\": at_least = %u of %zu evaluators can never "
		    "be",
		    r->name, r->at_least, r->of.count);
}

static void
check_arm_window(struct check *c, const struct service_settings *s,
    const struct rule_settings *r)
{
	char settle[DURATION_TEXT_MAX], worst[DURATION_TEXT_MAX];
	struct detection d = times_detection(s, r);

	if (r->arm_window_ms == ARM_WINDOW_NONE)
		return;
	if (r->arm_window_ms <= s->settle_ms)
		check_wrong(c, r->source,
		    "rule \"%s\" can never act: arm_window %s is over when "
		    "the settling time of %s is",
		    r->name, r->arm_window,
		    duration_text(s->settle_ms, settle));
	else if (r->when == RULE_WHEN_TRIPPED &&
	    r->arm_window_ms < s->settle_ms + d.worst_ms)
		check_doubt(c, r->source,
		    "rule \"%s\" may come too late: arm_window %s is shorter "
		    "than settling %s and detection, up to %s, together",
		    r->name, r->arm_window, duration_text(s->settle_ms, settle),
		    duration_text(d.worst_ms, worst));
}

/* May the other act when this one may not any more? */
static bool
outlasts(const struct rule_settings *other, const struct rule_settings *r)
{
	if (r->arm_window_ms == ARM_WINDOW_NONE)
		return false;
	return other->arm_window_ms == ARM_WINDOW_NONE ||
	    other->arm_window_ms >= r->arm_window_ms;
}

static void
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

/* What cannot be taken back is not done without a person by oversight. */
static void
check_destruction(struct check *c, const struct rule_settings *r,
    const struct procedure_settings *p)
{
	if (p->destructive && clearing_acts_alone(r) &&
	    !r->automatic_destructive)
		check_wrong(c, r->source,
		    "rule \"%s\" would act by itself, and what procedure "
		    "\"%s\" does cannot be taken back: write severity = "
		    "\"P1\" or mode = \"propose\" so that a person is asked, "
		    "or automatic_destructive = true",
		    r->name, p->name);
	if (r->automatic_destructive &&
	    (!p->destructive || !clearing_acts_alone(r)))
		check_doubt(c, r->source,
		    "rule \"%s\": automatic_destructive is for a rule that "
		    "acts by itself, with a procedure that is destructive",
		    r->name);
}

void
check_no_such_evaluator(struct check *c, const struct service_settings *s,
    struct source where, const char *what, const char *who, const char *name)
{
	struct suggestion near = suggest_new(name);
	char buffer[HINT_BYTES];

	for (size_t i = 0; i < s->evaluator_count; i++)
		if (s->evaluators[i].name != NULL)
			suggest_consider(&near, s->evaluators[i].name);
	check_wrong(c, where,
	    "%s \"%s\": service \"%s\" has no evaluator \"%s\"%s", what, who,
	    s->name, name, suggest_text(&near, buffer));
}

void
check_rule(struct check *c, const struct service_settings *s,
    const struct rule_settings *r)
{
	const struct procedure_settings *p;

	if (r->name == NULL || s->name == NULL)
		return;
	check_combination(c, r);
	check_rule_names(c, s, r, &r->any);
	check_rule_names(c, s, r, &r->all);
	check_rule_names(c, s, r, &r->of);
	check_arm_window(c, s, r);
	check_cleared(c, s, r);
	if (r->procedure == NULL)
		return;
	p = check_find_procedure(c, r->source, "procedure", r->procedure);
	if (p == NULL)
		return;
	check_destruction(c, r, p);
	check_run(c, s, r, p, r->source);
	check_window(c, s, r, p);
	if (r->severity == SEVERITY_P3 && r->window.count == 0)
		check_doubt(c, r->source,
		    "rule \"%s\" is P3, which is to wait for a window, and has "
		    "none: it acts as soon as it is approved; add window = [ "
		    "\"Sun 02:00-06:00\" ]",
		    r->name);
}
