/* What the calendar, other groups and the number of rollbacks allow. */
#include "service/service_private.h"

#include <string.h>

#define TOGETHER_ENOUGH 2

bool
service_acts_alone(const struct service *s, const char *rule)
{
	const struct rule_settings *by;
	size_t at;

	if (rule == NULL || rule[0] == '\0')
		return false;
	by = service_find_rule(s->settings, rule, &at);
	return by == NULL || clearing_acts_alone(by);
}

void
service_count_act(struct service *s, const struct service_act *act)
{
	const struct rule_settings *by;
	size_t at;

	if (!service_acts_alone(s, act->rule))
		return;
	by = service_find_rule(s->settings, act->rule, &at);
	(void)service_lore_own(s); /* holds the times */
	act_times_add(&s->acts, act->at_ms);
	if (by == NULL || by->when != RULE_WHEN_CLEARED)
		act_times_add(&s->repeats, act->at_ms);
}

static void
limit_cooldown(const struct service *s, bool cleared, struct situation *to)
{
	unsigned repeats = cleared ?
	    0 :
	    act_times_within(&s->repeats, to->now_ms, COOLDOWN_COUNTS_MS);

	to->cooldown_ms = cooldown_grown_ms(
	    s->settings->cooldown_ms, s->settings->cooldown_max_ms, repeats);
}

/* Only of what acts by itself: persons count their own. */
static void
limit_budget(const struct service *s, const struct rule_settings *r,
    const struct surroundings *around, struct situation *to)
{
	unsigned within =
	    act_times_within(&s->acts, to->now_ms, BUDGET_COUNTS_MS);

	if (r->severity != SEVERITY_P0 || to->is_approved)
		return;
	if (s->settings->budget > 0 && within >= s->settings->budget) {
		to->over_budget = s->settings->name;
		to->budget_until_ms = act_times_free_ms(&s->acts, to->now_ms,
		    BUDGET_COUNTS_MS, s->settings->budget);
		return;
	}
	if (around->limit_until_ms <= to->now_ms)
		return;
	to->over_budget = "all services";
	to->budget_until_ms = around->limit_until_ms;
}

/* On the clock of the wall, and back; nobody knows: NEVER_MS. */
static int64_t
boot_ms(const struct surroundings *around, int64_t wall_ms)
{
	return wall_ms == CALENDAR_NEVER_MS ? NEVER_MS :
					      wall_ms - around->wall_offset_ms;
}

static void
limit_time(const struct service_settings *s, const struct rule_settings *r,
    const struct surroundings *around, struct situation *to)
{
	const struct calendar *work = &s->when_maintained;
	int64_t wall_ms = to->now_ms + around->wall_offset_ms;

	to->maintenance_until_ms = NEVER_MS;
	to->window_opens_ms = NEVER_MS;
	if (work->count > 0 && calendar_is_open(work, wall_ms)) {
		to->in_maintenance = true;
		to->maintenance_until_ms =
		    boot_ms(around, calendar_shuts_ms(work, wall_ms));
	}
	if (r->when_open.count > 0 &&
	    !calendar_is_open(&r->when_open, wall_ms)) {
		to->window_is_shut = true;
		to->window_opens_ms =
		    boot_ms(around, calendar_opens_ms(&r->when_open, wall_ms));
	}
}

/* What rules look at, be it by way of another evaluator. */
void
service_note_judged(struct service *s)
{
	for (size_t i = 0; i < s->settings->rule_count; i++) {
		const struct rule_state *r = &s->rules[i];

		for (size_t k = 0; k < r->part_count; k++) {
			const struct feed *f = &s->feeds[r->parts[k]];

			s->judged |= f->probes;
			for (size_t j = 0; j < f->part_count; j++)
				s->judged |= s->feeds[f->parts[j]].probes;
		}
	}
}

void
service_note_failing(
    struct service *s, unsigned probe, enum sample_outcome outcome)
{
	/* One that was lost says nothing. */
	bool fails = outcome == SAMPLE_FAILED;

	if ((s->judged >> probe & 1) == 0 || outcome == SAMPLE_LOST ||
	    s->probes[probe].fails == fails)
		return;
	s->probes[probe].fails = fails;
	if (fails)
		s->failing_probes++;
	else
		s->failing_probes--;
}

void
service_note_nothing(struct service *s)
{
	for (size_t i = 0; i < s->settings->probe_count; i++)
		s->probes[i].fails = false;
	s->failing_probes = 0;
}

bool
service_is_failing(const struct service *s)
{
	return s->verdict == VERDICT_TRIPPED || s->failing_probes > 0;
}

void
service_failed_together(struct service *s)
{
	/* It was bad before the others were: that is its own. */
	if (s->verdict == VERDICT_TRIPPED && s->tripped_alone)
		return;
	s->tripped_alone = false;
	if (s->verdict == VERDICT_TRIPPED)
		s->together = TOGETHER_ENOUGH;
	else if (s->together < TOGETHER_ENOUGH && service_is_failing(s))
		s->together++;
}

void
service_fails_alone(struct service *s, int64_t now_ms)
{
	bool was_bad = s->together >= TOGETHER_ENOUGH;

	s->together = 0;
	if (was_bad)
		service_forget(s, now_ms);
	/* By rechecks alone: the others may not have been asked since. */
	s->tripped_alone =
	    s->verdict == VERDICT_TRIPPED && service_has_surely_tripped(s);
}

static void
add_all(struct act_times *to, const int64_t *at_ms, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		act_times_add(to, at_ms[i]);
}

/* Whose lore it is already. */
void
service_acts_inherit(struct service *to, const struct service *from)
{
	add_all(&to->acts, from->acts.at_ms, from->acts.count);
	add_all(&to->repeats, from->repeats.at_ms, from->repeats.count);
}

void
service_acts_memory(const struct service *s, struct service_memory *m)
{
	m->act_count = s->acts.count;
	m->repeat_count = s->repeats.count;
	memcpy(m->act_ms, service_lore(s)->act_ms, sizeof(m->act_ms));
	memcpy(m->repeat_ms, service_lore(s)->repeat_ms, sizeof(m->repeat_ms));
}

void
service_acts_remember(struct service *s, const struct service_memory *m)
{
	s->acts.count = s->repeats.count = 0;
	add_all(&s->acts, m->act_ms, m->act_count);
	add_all(&s->repeats, m->repeat_ms, m->repeat_count);
}

void
service_limit(const struct service *s, unsigned rule,
    const struct surroundings *around, struct situation *to)
{
	const struct rule_settings *r = &s->settings->rules[rule];

	limit_cooldown(s, r->when == RULE_WHEN_CLEARED, to);
	limit_budget(s, r, around, to);
	limit_time(s->settings, r, around, to);
	/* What is well again is no failure. */
	if (around->correlated != NULL && r->when == RULE_WHEN_TRIPPED)
		to->correlated =
		    around->correlated(around->correlated_arg, rule);
}
