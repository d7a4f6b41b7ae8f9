/* What the rules of a service make of what it knows. */
#include "service/service_private.h"

#include <string.h>

unsigned
service_evaluator_index(const struct service *s, const char *name)
{
	unsigned i = 0;

	/* The configuration check has made sure that it is there. */
	while (strcmp(s->settings->evaluators[i].name, name) != 0)
		i++;
	return i;
}

/* Healthy, and would have cleared it; with its parts if it has some. */
static bool
has_recovered(const struct service *s, unsigned index)
{
	const struct feed *f = &s->feeds[index];

	for (size_t k = 0; k < f->part_count; k++)
		if (evaluator_verdict(s->evaluators[f->parts[k]]) ==
			VERDICT_HEALTHY &&
		    !evaluator_has_recovered(s->evaluators[f->parts[k]]))
			return false;
	return evaluator_has_recovered(s->evaluators[index]);
}

enum verdict
service_combination(const struct service *s, unsigned rule, bool surely)
{
	const struct rule_state *r = &s->rules[rule];
	struct tally tally = { 0 };

	for (size_t i = 0; i < r->part_count; i++) {
		enum verdict v = evaluator_verdict(s->evaluators[r->parts[i]]);

		if (surely && v == VERDICT_HEALTHY &&
		    !has_recovered(s, r->parts[i]))
			v = VERDICT_UNKNOWN;
		tally_add(&tally, v);
	}
	return rule_tallied(&s->settings->rules[rule], tally);
}

enum verdict
service_rule_verdict(const struct service *s, unsigned rule)
{
	if (s->settings->rules[rule].when == RULE_WHEN_REPORTED)
		return service_report(s, rule) == NULL ? VERDICT_HEALTHY :
							 VERDICT_TRIPPED;
	if (s->settings->rules[rule].when == RULE_WHEN_TRIPPED)
		return service_combination(s, rule, false);
	return clearing_judge(
	    &s->rules[rule].clearing, service_combination(s, rule, true));
}

enum verdict
service_worst_verdict(const struct service *s)
{
	enum verdict worst = VERDICT_HEALTHY;
	bool has_any = false;

	for (unsigned i = 0; i < s->settings->rule_count; i++) {
		enum rule_when when = s->settings->rules[i].when;
		enum verdict v;

		if (when == RULE_WHEN_CLEARED)
			continue;
		v = service_rule_verdict(s, i);
		/* Nobody having said anything says nothing. */
		if (when == RULE_WHEN_REPORTED && v != VERDICT_TRIPPED)
			continue;
		if (v == VERDICT_TRIPPED)
			return VERDICT_TRIPPED;
		if (v == VERDICT_UNKNOWN)
			worst = VERDICT_UNKNOWN;
		has_any = true;
	}
	return has_any ? worst : VERDICT_UNKNOWN;
}

void
service_rule_needs(
    struct service *s, unsigned rule, bool target, const char *lock)
{
	s->rules[rule].needs_target = target;
	s->rules[rule].lock = lock;
}

void
service_rule_destroys(struct service *s, unsigned rule, bool destroys)
{
	s->rules[rule].is_destructive = destroys;
}

const char *
service_rule_lock(const struct service *s, unsigned rule)
{
	return s->rules[rule].lock;
}

bool
service_rule_needs_target(const struct service *s, unsigned rule)
{
	return s->rules[rule].needs_target;
}

bool
service_rule_is_armed(const struct service *s, unsigned rule)
{
	return s->rules[rule].clearing.is_armed;
}

const struct rule_settings *
service_find_rule(
    const struct service_settings *s, const char *name, size_t *index)
{
	for (size_t i = 0; name != NULL && i < s->rule_count; i++) {
		if (strcmp(s->rules[i].name, name) != 0)
			continue;
		*index = i;
		return &s->rules[i];
	}
	return NULL;
}

bool
service_has_tripped(const struct service *s)
{
	for (unsigned i = 0; i < s->settings->rule_count; i++)
		if (s->settings->rules[i].when == RULE_WHEN_CLEARED &&
		    service_combination(s, i, false) == VERDICT_TRIPPED)
			return true;
	return false;
}

void
service_rules_acted(struct service *s, const struct service_act *act)
{
	const struct service_settings *set = s->settings;
	bool ordered = act->rule == NULL || act->rule[0] == '\0';
	size_t at = 0;
	const struct rule_settings *by = service_find_rule(set, act->rule, &at);

	for (unsigned i = 0; i < set->rule_count; i++) {
		struct clearing *c = &s->rules[i].clearing;

		if (set->rules[i].when != RULE_WHEN_CLEARED)
			continue;
		if (by != NULL)
			clearing_acted(c, &set->rules[i], by, act->at_ms);
		else if (ordered && act->procedure != NULL)
			clearing_ordered(c, &set->rules[i], act->procedure,
			    act->had_tripped ||
				service_combination(s, i, false) ==
				    VERDICT_TRIPPED,
			    set->rules, set->rule_count, act->at_ms);
	}
}

void
service_rearm(struct service *s, const char *rule)
{
	size_t at;

	if (service_find_rule(s->settings, rule, &at) != NULL)
		s->rules[at].clearing.is_armed = true;
}

bool
service_is_calm(const struct service *s)
{
	return s->verdict != VERDICT_TRIPPED && !s->has_cleared &&
	    !s->is_unsettled;
}

bool
service_is_quiet(const struct service *s)
{
	return service_is_calm(s) && s->failing_probes == 0 &&
	    s->together == 0 && !s->tripped_alone;
}

static int64_t
first_bad_ms(const struct service *s, unsigned rule)
{
	const struct rule_state *r = &s->rules[rule];
	int64_t first_ms = NEVER_MS;

	for (size_t i = 0; i < r->part_count; i++) {
		struct finding f;

		if (evaluator_verdict(s->evaluators[r->parts[i]]) !=
		    VERDICT_TRIPPED)
			continue;
		f = service_finding(s, r->parts[i]);
		if (first_ms == NEVER_MS || f.began_ms < first_ms)
			first_ms = f.began_ms;
	}
	return first_ms;
}

int64_t
service_first_bad_ms(const struct service *s, unsigned rule)
{
	const struct illness *ill = &s->rules[rule].illness;
	const struct said_report *report;
	int64_t first_ms;

	switch (s->settings->rules[rule].when) {
	case RULE_WHEN_CLEARED:
		return NEVER_MS;
	case RULE_WHEN_REPORTED:
		report = service_report(s, rule);
		return report == NULL ? NEVER_MS : report->at_ms;
	case RULE_WHEN_TRIPPED:
		break;
	}
	first_ms = first_bad_ms(s, rule);
	return first_ms != NEVER_MS && ill->is_on ? ill->since_ms : first_ms;
}

/* One that combines others is when it would not say that without those. */
static bool
is_stale(const struct service *s, unsigned index, int64_t now_ms)
{
	const struct feed *f = &s->feeds[index];
	struct finding parts[EVALUATOR_PARTS_MAX];

	if (f->part_count == 0)
		return evaluator_is_stale(s->evaluators[index], now_ms);
	for (size_t k = 0; k < f->part_count; k++) {
		parts[k] = service_finding(s, f->parts[k]);
		if (evaluator_is_stale(s->evaluators[f->parts[k]], now_ms))
			parts[k].verdict = VERDICT_UNKNOWN;
	}
	return !evaluator_upholds(s->evaluators[index], parts);
}

/*
 * One that speaks for the rule and has heard nothing that bears it out for too
 * long, where the rule would not hold without it.
 */
const char *
service_stale_for(
    const struct service *s, unsigned rule, enum verdict wanted, int64_t now_ms)
{
	const struct rule_settings *settings = &s->settings->rules[rule];
	const struct rule_state *r = &s->rules[rule];
	struct tally tally = { 0 };
	const char *stale = NULL;

	for (size_t i = 0; i < r->part_count; i++) {
		unsigned index = r->parts[i];
		enum verdict v = evaluator_verdict(s->evaluators[index]);

		if (v == wanted && is_stale(s, index, now_ms)) {
			v = VERDICT_UNKNOWN;
			stale = s->settings->evaluators[index].name;
		}
		tally_add(&tally, v);
	}
	if (stale == NULL || rule_tallied(settings, tally) == wanted)
		return NULL;
	return stale;
}

/* A report alone acts with no more authority than who made it has. */
static bool
lacks_authority(const struct service *s, unsigned rule)
{
	const struct said_report *report = NULL;

	if (s->settings->rules[rule].when == RULE_WHEN_REPORTED)
		report = service_report(s, rule);
	return report != NULL && !report->has_authority;
}

struct situation
service_situation(
    const struct service *s, unsigned rule, const struct surroundings *around)
{
	const struct rule_state *state = &s->rules[rule];
	bool cleared = s->settings->rules[rule].when == RULE_WHEN_CLEARED;
	const struct lore *lore = service_lore(s);
	const struct dismissal *dismissal = &lore->said.dismissals[rule];
	const char *holder = NULL;

	if (state->lock != NULL && around->lock_holder != NULL)
		holder = around->lock_holder(around->lock_arg, state->lock);
	return (struct situation){
		.now_ms = around->now_ms,
		.store_fails = around->store_fails,
		.hold_reason = around->hold_reason,
		.hold_author = around->hold_author,
		.hold_until_ms = around->hold_until_ms,
		.shadow = around->shadow,
		.tilt_until_ms = around->tilt_until_ms,
		.blind_witness = around->blind_witness,
		.is_unwitnessed = around->has_witnesses && !cleared &&
		    s->witnessed_ms < first_bad_ms(s, rule),
		.stale_evaluator = service_stale_for(s, rule,
		    cleared ? VERDICT_HEALTHY : VERDICT_TRIPPED,
		    around->now_ms),
		.run_is_on = around->run_is_on,
		.changed_ms = s->changed_ms,
		.settle_ms = s->settings->settle_ms,
		.deployed_ms = s->deployed_ms,
		.version = lore->versions.now,
		.acted_ms = cleared ? state->clearing.acted_ms : s->acted_ms,
		.lock_name = holder == NULL ? NULL : state->lock,
		.lock_holder = holder,
		.needs_target = state->needs_target,
		.is_destructive = state->is_destructive,
		.target_version = service_rule_way(s, rule)->target,
		.no_target = service_rule_way(s, rule)->no_target,
		.was_ill = state->illness.is_on,
		.ill_since_ms = state->illness.since_ms,
		.ill_deployed_ms = state->illness.deployed_ms,
		.is_dismissed = dismissal->is_on,
		.has_expired = dismissal->expired,
		.dismissed_ms = dismissal->at_ms,
		.dismissed_until_ms = dismissal->until_ms,
		.lacks_authority = lacks_authority(s, rule),
		.is_approved = around->is_approved,
		.confirm = around->confirm,
		.is_hasty = service_rule_is_hasty(s, rule),
	};
}

struct decision
service_decide_rule(
    const struct service *s, unsigned rule, const struct surroundings *around)
{
	enum verdict verdict = service_rule_verdict(s, rule);
	struct situation now = service_situation(s, rule, around);

	if (verdict == VERDICT_TRIPPED)
		service_limit(s, rule, around, &now);
	return decide(&s->settings->rules[rule], verdict, &now);
}

/*
 * What tripped it may be ours, of before a pause, too old to believe, or of
 * rechecks alone.
 */
static bool
is_believed(
    const struct service *s, unsigned rule, const struct surroundings *around)
{
	int64_t bad_ms = first_bad_ms(s, rule);

	if (around->blind_witness != NULL ||
	    around->now_ms < around->tilt_until_ms ||
	    service_is_hasty_for(s, rule))
		return false;
	if (around->has_witnesses && s->witnessed_ms < bad_ms)
		return false;
	return service_stale_for(s, rule, VERDICT_TRIPPED, around->now_ms) ==
	    NULL;
}

static void
arm(struct service *s, const struct surroundings *around)
{
	for (unsigned i = 0; i < s->settings->rule_count; i++)
		if (s->settings->rules[i].when == RULE_WHEN_CLEARED &&
		    !s->rules[i].has_lead &&
		    service_combination(s, i, false) == VERDICT_TRIPPED &&
		    is_believed(s, i, around))
			s->rules[i].clearing.is_armed = true;
}

struct service_decision
service_decide(const struct service *s, const struct surroundings *around)
{
	struct service_decision best = { 0 };

	for (unsigned i = 0; i < s->settings->rule_count; i++) {
		const struct rule_settings *rule = &s->settings->rules[i];
		const struct rule_settings *so_far =
		    &s->settings->rules[best.rule];
		struct decision d = service_decide_rule(s, i, around);

		if (d.action == ACTION_NONE)
			continue;
		if (d.action > best.decision.action ||
		    (d.action == best.decision.action &&
			rule->severity < so_far->severity))
			best = (struct service_decision){ i, d };
	}
	return best;
}

struct service_decision
service_think(struct service *s, const struct surroundings *around)
{
	if (service_is_calm(s))
		return (struct service_decision){ 0 };
	arm(s, around);
	return service_decide(s, around);
}
