/* Guards that look at the clock and let go by themselves. */
#include "decision/guard_impl.h"

#include "base/bug.h"

bool
guard_maintenance(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	char left[DURATION_TEXT_MAX];

	(void)rule;
	if (!s->in_maintenance)
		return false;
	if (s->maintenance_until_ms == NEVER_MS) {
		reason_set(d, "maintenance: planned work goes on");
		return true;
	}
	if (s->now_ms >= s->maintenance_until_ms)
		return false;
	d->until_ms = s->maintenance_until_ms;
	reason_set(d, "maintenance: planned work goes on for another %s",
	    reason_span(s->maintenance_until_ms - s->now_ms, left));
	return true;
}

bool
guard_tilt(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	char left[DURATION_TEXT_MAX];

	(void)rule;
	if (s->now_ms >= s->tilt_until_ms)
		return false;
	d->until_ms = s->tilt_until_ms;
	reason_set(d,
	    "tilt: the daemon was paused or the clock moved, so it watches "
	    "afresh for another %s",
	    reason_span(s->tilt_until_ms - s->now_ms, left));
	return true;
}

bool
guard_settling(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	char past[DURATION_TEXT_MAX], given[DURATION_TEXT_MAX];

	(void)rule;
	if (s->changed_ms == NEVER_MS ||
	    s->now_ms - s->changed_ms >= s->settle_ms)
		return false;
	d->until_ms = s->changed_ms + s->settle_ms;
	reason_span(s->now_ms - s->changed_ms, past);
	reason_span(s->settle_ms, given);
	if (s->changed_ms != s->deployed_ms)
		reason_set(d,
		    "settling: a rollback ended %s ago and is given %s", past,
		    given);
	else if (reason_knows(s->version))
		reason_set(d,
		    "settling: version %s was deployed %s ago and is given %s",
		    s->version, past, given);
	else
		reason_set(d,
		    "settling: a deployment was %s ago and is given %s", past,
		    given);
	return true;
}

bool
guard_cooldown(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	char past[DURATION_TEXT_MAX], apart[DURATION_TEXT_MAX];

	if (s->acted_ms == NEVER_MS ||
	    (s->now_ms - s->acted_ms >= s->cooldown_ms &&
		!BUG(COOL_DOWN_FOR_EVER)))
		return false;
	d->until_ms = s->acted_ms + s->cooldown_ms;
	reason_set(d,
	    "cooldown: the last %s ended %s ago and the next may start %s "
	    "after it",
	    rule->when == RULE_WHEN_CLEARED ? "of its runs" : "rollback",
	    reason_span(s->now_ms - s->acted_ms, past),
	    reason_span(s->cooldown_ms, apart));
	return true;
}

bool
guard_budget(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	char left[DURATION_TEXT_MAX];

	(void)rule;
	if (s->over_budget == NULL || s->now_ms >= s->budget_until_ms)
		return false;
	d->until_ms = s->budget_until_ms;
	reason_set(d,
	    "budget: the automatic rollbacks of an hour are used up for %s "
	    "for another %s",
	    s->over_budget, reason_span(s->budget_until_ms - s->now_ms, left));
	return true;
}

bool
guard_window(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	char left[DURATION_TEXT_MAX];

	if (!s->window_is_shut)
		return false;
	if (s->window_opens_ms == NEVER_MS) {
		reason_set(
		    d, "window: no window of rule %s is in sight", rule->name);
		return true;
	}
	if (s->now_ms >= s->window_opens_ms)
		return false;
	d->until_ms = s->window_opens_ms;
	reason_set(d, "window: the next window of rule %s opens in %s",
	    rule->name, reason_span(s->window_opens_ms - s->now_ms, left));
	return true;
}
