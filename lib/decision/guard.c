#include "decision/guard_impl.h"

#include <string.h>

#include "base/bug.h"

static bool
no_store(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	(void)rule;
	if (!s->store_fails)
		return false;
	reason_set(d, "no-store: what is to be done could not be written down");
	return true;
}

static bool
hold(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	bool ends = s->hold_until_ms != NEVER_MS;
	const char *author =
	    reason_knows(s->hold_author) ? s->hold_author : "an operator";
	char left[DURATION_TEXT_MAX];

	(void)rule;
	if (s->hold_reason == NULL)
		return false;
	if (!ends) {
		reason_set(d, "hold by %s: %s", author, s->hold_reason);
		return true;
	}
	if (s->now_ms >= s->hold_until_ms)
		return false;
	d->until_ms = s->hold_until_ms;
	reason_set(d, "hold by %s for another %s: %s", author,
	    reason_span(s->hold_until_ms - s->now_ms, left), s->hold_reason);
	return true;
}

static bool
shadow(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	(void)rule;
	if (!s->shadow)
		return false;
	reason_set(d,
	    "shadow: the configuration is bad and the last good one is in "
	    "use");
	return true;
}

static bool
blind(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	(void)rule;
	if (s->blind_witness == NULL && s->is_unwitnessed) {
		reason_set(d,
		    "blind: no witness was asked yet since it went bad, so "
		    "the trouble may be ours");
		return true;
	}
	if (s->blind_witness == NULL)
		return false;
	reason_set(d,
	    "blind: witness %s does not answer either, so the trouble may be "
	    "ours",
	    s->blind_witness);
	return true;
}

static bool
correlated(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	(void)rule;
	if (s->correlated == NULL)
		return false;
	reason_set(d,
	    "correlated: %s at once and no deployment explains it, so the "
	    "trouble may be ours",
	    s->correlated);
	return true;
}

static bool
stale(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	(void)rule;
	if (s->stale_evaluator == NULL)
		return false;
	reason_set(d,
	    "stale: evaluator %s has heard nothing that bears it out for too long",
	    s->stale_evaluator);
	return true;
}

static bool
running(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	(void)rule;
	if (!s->run_is_on)
		return false;
	reason_set(d, "running: a run of this service is under way");
	return true;
}

static bool
lock(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	(void)rule;
	if (s->lock_name == NULL)
		return false;
	reason_set(d, "lock: %s is held by a run of %s", s->lock_name,
	    reason_knows(s->lock_holder) ? s->lock_holder : "another service");
	return true;
}

static bool
no_target(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	(void)rule;
	if (!s->needs_target)
		return false;
	if (!reason_knows(s->target_version)) {
		reason_set(d, "no-target: %s",
		    reason_knows(s->no_target) ?
			s->no_target :
			"no version is known to go back to");
		return true;
	}
	if (!reason_knows(s->version) ||
	    strcmp(s->version, s->target_version) != 0)
		return false;
	reason_set(d, "no-target: version %s would only be replaced by itself",
	    s->version);
	return true;
}

/* A release that came when it was bad already is not what made it so. */
static bool
ill_before(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	char before[DURATION_TEXT_MAX];

	if (s->ill_deployed_ms != NEVER_MS &&
	    s->now_ms - s->ill_deployed_ms <= rule->arm_window_ms)
		return false;
	reason_set(d,
	    "unarmed: it was bad %s before version %s was deployed, and has "
	    "not been well since",
	    reason_span(s->deployed_ms - s->ill_since_ms, before), s->version);
	return true;
}

static bool
dismissed(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	char past[DURATION_TEXT_MAX];

	if (!s->is_dismissed || s->is_approved ||
	    s->now_ms >= s->dismissed_until_ms)
		return false;
	d->until_ms = s->dismissed_until_ms;
	reason_set(d, "dismissed: %s %s ago, so rule %s does not ask again yet",
	    s->has_expired ? "nobody had answered" : "a person said no",
	    reason_span(s->now_ms - s->dismissed_ms, past), rule->name);
	return true;
}

static bool
unarmed(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	char window[DURATION_TEXT_MAX], past[DURATION_TEXT_MAX];

	if (rule->arm_window_ms == ARM_WINDOW_NONE || s->is_approved)
		return false;
	if (s->was_ill && s->deployed_ms != NEVER_MS)
		return ill_before(rule, s, d);
	reason_span(rule->arm_window_ms, window);
	if (s->deployed_ms == NEVER_MS) {
		reason_set(d, "unarmed: no deployment is known of the last %s",
		    window);
		return true;
	}
	if (s->now_ms - s->deployed_ms <= rule->arm_window_ms)
		return false;
	reason_set(d,
	    "unarmed: the last deployment was %s ago, more than the %s that "
	    "rule %s looks back",
	    reason_span(s->now_ms - s->deployed_ms, past), window, rule->name);
	return true;
}

static bool
severity(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	if (s->is_approved || rule->severity != SEVERITY_P2)
		return false;
	reason_set(d, "severity: %s waits for a person to start it",
	    severity_word(rule->severity));
	return true;
}

static bool
mode(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	if (rule->mode == MODE_ENFORCE ||
	    (rule->mode == MODE_PROPOSE && s->is_approved))
		return false;
	if (rule->mode == MODE_PROPOSE)
		reason_set(d, "mode: rule %s only proposes", rule->name);
	else
		reason_set(
		    d, "mode: rule %s only says what it would do", rule->name);
	return true;
}

static bool
approval(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	if (s->is_approved || rule->severity == SEVERITY_P2)
		return false;
	if (s->is_destructive && !rule->automatic_destructive) {
		reason_set(d,
		    "approval: what %s does cannot be taken back, and waits "
		    "for a person to approve it",
		    rule->procedure);
		return true;
	}
	if (rule->severity == SEVERITY_P0 && !s->lacks_authority)
		return false;
	reason_set(d, "approval: %s waits for a person to approve it",
	    severity_word(rule->severity));
	return true;
}

static bool
confirm(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	(void)rule;
	if (s->confirm)
		reason_set(d,
		    "confirm: after a restart fresh samples must first say the "
		    "same");
	else if (s->is_hasty)
		reason_set(d,
		    "confirm: bad by rechecks, and the next answer in its turn "
		    "must first say the same");
	return s->confirm || s->is_hasty;
}

/* Asked from the first to the last. */
static const struct {
	const char *word;
	objection *objects;
	enum action action;
} guards[] = {
	[GUARD_NONE] = { .word = "none" },
	[GUARD_NO_STORE] = { "no-store", no_store, ACTION_HOLD },
	[GUARD_HOLD] = { "hold", hold, ACTION_HOLD },
	[GUARD_MAINTENANCE] = { "maintenance", guard_maintenance, ACTION_HOLD },
	[GUARD_SHADOW] = { "shadow", shadow, ACTION_HOLD },
	[GUARD_TILT] = { "tilt", guard_tilt, ACTION_HOLD },
	[GUARD_BLIND] = { "blind", blind, ACTION_HOLD },
	[GUARD_CORRELATED] = { "correlated", correlated, ACTION_HOLD },
	[GUARD_STALE] = { "stale", stale, ACTION_HOLD },
	[GUARD_RUNNING] = { "running", running, ACTION_HOLD },
	[GUARD_LOCK] = { "lock", lock, ACTION_HOLD },
	[GUARD_SETTLING] = { "settling", guard_settling, ACTION_HOLD },
	[GUARD_COOLDOWN] = { "cooldown", guard_cooldown, ACTION_HOLD },
	[GUARD_BUDGET] = { "budget", guard_budget, ACTION_HOLD },
	[GUARD_NO_TARGET] = { "no-target", no_target, ACTION_HOLD },
	[GUARD_DISMISSED] = { "dismissed", dismissed, ACTION_HOLD },
	[GUARD_UNARMED] = { "unarmed", unarmed, ACTION_PROPOSE },
	[GUARD_SEVERITY] = { "severity", severity, ACTION_PROPOSE },
	[GUARD_MODE] = { "mode", mode, ACTION_PROPOSE },
	[GUARD_APPROVAL] = { "approval", approval, ACTION_AWAIT },
	[GUARD_WINDOW] = { "window", guard_window, ACTION_HOLD },
	[GUARD_CONFIRM] = { "confirm", confirm, ACTION_HOLD },
};

const char *
guard_word(enum guard guard)
{
	return guards[guard].word;
}

static bool
is_overlooked(enum guard guard)
{
	return (BUG(IGNORE_WITNESS) && guard == GUARD_BLIND) ||
	    (BUG(IGNORE_PAUSE) && guard == GUARD_TILT) ||
	    (BUG(IGNORE_MASS_FAILURE) && guard == GUARD_CORRELATED) ||
	    (BUG(ACT_ON_STALE_VERDICT) && guard == GUARD_STALE) ||
	    (BUG(IGNORE_LOCK) && guard == GUARD_LOCK) ||
	    (BUG(IGNORE_SETTLING) && guard == GUARD_SETTLING) ||
	    (BUG(IGNORE_COOLDOWN) && guard == GUARD_COOLDOWN) ||
	    (BUG(IGNORE_BUDGET) && guard == GUARD_BUDGET) ||
	    (BUG(ARMED_FOR_EVER) && guard == GUARD_UNARMED) ||
	    (BUG(ACT_WITHOUT_APPROVAL) && guard == GUARD_APPROVAL) ||
	    (BUG(ACT_ON_PROPOSALS) && guard == GUARD_MODE);
}

bool
guard_objects(enum guard guard, const struct rule_settings *rule,
    const struct situation *s, struct decision *d)
{
	if (is_overlooked(guard) || !guards[guard].objects(rule, s, d))
		return false;
	d->guard = guard;
	release_say(guard, s, d);
	d->action = guards[guard].action;
	/* A rule on trial asks no person either. */
	if (d->action != ACTION_HOLD && rule->mode == MODE_SHADOW)
		d->action = ACTION_SHADOW;
	return true;
}
