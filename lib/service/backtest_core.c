/* The core of a service, as the daemon runs it. */
#include <stdlib.h>
#include <string.h>

#include "service/backtest_impl.h"
#include "service/inputs.h"

static const char *
lock_holder(void *arg, const char *lock)
{
	const struct backtest_service *t = arg;

	for (size_t i = 0; i < t->settings->rule_count; i++)
		if (t->locks[i].name != NULL && t->locks[i].holder[0] != '\0' &&
		    strcmp(t->locks[i].name, lock) == 0)
			return t->locks[i].holder;
	return NULL;
}

/* Of services that no daemon recorded only what was heard is known. */
static bool
is_witnessed(const struct backtest_service *t, unsigned rule)
{
	struct service_memory m = service_memory(t->core);

	return t->around.has_witnesses && t->around.blind_witness == NULL &&
	    m.witnessed_ms >= service_first_bad_ms(t->core, rule);
}

/* A recording knows; else it is worked out as the daemon does. */
static const char *
correlated(void *arg, unsigned rule)
{
	struct backtest_service *t = arg;
	const struct backtest *b = t->backtest;
	struct groups_case of = { .service = t->index,
		.now_ms = t->around.now_ms,
		.arm_window_ms = t->settings->rules[rule].arm_window_ms };

	if (b->is_recording)
		return (t->correlated >> rule & 1) == 0 ?
		    NULL :
		    "more than half of all groups are bad";
	if (!groups_fail_together(b->groups))
		return NULL;
	of.is_witnessed = is_witnessed(t, rule);
	return groups_hold(b->groups, &of, t->correlated_words) ?
	    t->correlated_words :
	    NULL;
}

void
backtest_look(struct backtest *b, struct backtest_service *t)
{
	groups_failing(b->groups, t->index,
	    t->core != NULL && !t->is_removed && service_is_failing(t->core));
}

static const struct procedure_settings *
find_procedure(const struct backtest *b, const char *name)
{
	for (size_t i = 0; i < b->settings.procedure_count; i++)
		if (strcmp(b->settings.procedures[i].name, name) == 0)
			return &b->settings.procedures[i];
	return NULL;
}

static bool
take_memory(struct backtest_service *t)
{
	const struct service_settings *s = t->settings;

	/* One more each: calloc(0) may give NULL. */
	t->told = calloc(s->evaluator_count + 1, sizeof(*t->told));
	t->locks = calloc(s->rule_count + 1, sizeof(*t->locks));
	t->core = service_new(s);
	return t->told != NULL && t->locks != NULL && t->core != NULL;
}

bool
backtest_begin(
    struct backtest *b, struct backtest_service *t, struct error *err)
{
	struct error why;

	if (t->core != NULL)
		return true;
	if (!take_memory(t))
		return error_set(
		    err, "no memory for service %s", t->settings->name);
	for (unsigned i = 0; i < t->settings->rule_count; i++)
		t->locks[i].name = service_rule_plan(t->core, i,
		    find_procedure(b, t->settings->rules[i].procedure), &why);
	t->around = (struct surroundings){ .tilt_until_ms = NEVER_MS,
		.hold_until_ms = NEVER_MS,
		.wall_offset_ms = b->wall_offset_ms,
		.lock_holder = lock_holder,
		.lock_arg = t,
		.correlated = correlated,
		.correlated_arg = t };
	t->correlated = 0;
	t->decision = (struct service_decision){ 0 };
	t->is_unmatched = false;
	t->is_removed = false;
	return true;
}

void
backtest_forget(struct backtest_service *t)
{
	service_free(t->core);
	t->core = NULL;
	for (size_t i = 0; t->locks != NULL && i < t->settings->rule_count; i++)
		free(t->locks[i].name);
	free(t->locks);
	free(t->told);
	t->locks = NULL;
	t->told = NULL;
	t->has_state = false;
	if (t->backtest != NULL)
		backtest_look(t->backtest, t);
}

static bool
is_news(const struct service_decision *d, const struct service_decision *before)
{
	return d->decision.action != before->decision.action ||
	    d->decision.guard != before->decision.guard ||
	    (d->decision.action != ACTION_NONE && d->rule != before->rule);
}

static bool
acts(const struct backtest *b)
{
	switch (b->settings.acts) {
	case BACKTEST_AS_RECORDED:
		return !b->is_recording;
	case BACKTEST_ASSUMED:
		return true;
	case BACKTEST_NEVER:
		return false;
	}
	return false;
}

static void
note_reaction(struct backtest *b, const struct backtest_service *t,
    unsigned rule, int64_t at_ms)
{
	int64_t bad_ms = service_first_bad_ms(t->core, rule);

	if (bad_ms != NEVER_MS && b->reaction_count < BACKTEST_ROLLBACKS_MAX)
		b->reactions_ms[b->reaction_count++] = at_ms - bad_ms;
}

static void
act(struct backtest *b, struct backtest_service *t,
    const struct service_decision *d, int64_t at_ms)
{
	char target[SERVICE_VERSION_MAX];

	note_reaction(b, t, d->rule, at_ms);
	backtest_tell_execution(b, t, d, at_ms);
	if (!acts(b))
		return;
	/* A procedure that goes nowhere leaves the version where it is. */
	(void)memccpy(target,
	    service_rule_needs_target(t->core, d->rule) ?
		service_rule_target(t->core, d->rule) :
		service_version(t->core),
	    '\0', sizeof(target));
	act_times_add(&b->acts, at_ms);
	service_acted(t->core,
	    &(struct service_act){ .rule = t->settings->rules[d->rule].name,
		.procedure = t->settings->rules[d->rule].procedure,
		.now_at = target,
		.at_ms = at_ms });
	backtest_tell_evaluators(b, t, at_ms);
}

static void
note_decision(struct backtest *b, struct backtest_service *t,
    const struct service_decision *d, int64_t at_ms)
{
	const struct decision *now = &d->decision;

	if (!is_news(d, &t->decision))
		return;
	if (b->settings.verify && t->is_unmatched)
		backtest_tell_difference(b, t, "backtest",
		    t->settings->rules[t->decision.rule].name,
		    action_word(t->decision.decision.action),
		    guard_word(t->decision.decision.guard), t->decided_ms);
	t->decision = *d;
	t->decided_ms = at_ms;
	t->is_unmatched = b->is_recording;
	t->counts.decided[now->action][now->guard]++;
	backtest_tell_decision(b, t, d, at_ms);
	if (now->action == ACTION_ROLL_BACK)
		act(b, t, d, at_ms);
}

static int64_t
limit_until_ms(const struct backtest *b)
{
	if (b->settings.rollbacks_per_hour == 0)
		return 0;
	return act_times_free_ms(&b->acts, b->pending_ms, BUDGET_COUNTS_MS,
	    b->settings.rollbacks_per_hour);
}

void
backtest_settle(struct backtest *b)
{
	struct backtest_service *t = b->pending;
	struct service_decision d = { 0 };

	if (t == NULL)
		return;
	b->pending = NULL;
	backtest_tell_evaluators(b, t, b->pending_ms);
	if (!b->is_ready || t->is_removed)
		return;
	if (!b->is_recording)
		groups_settle(b->groups, t->index, t->core, b->pending_ms);
	t->around.now_ms = b->pending_ms;
	if (acts(b))
		t->around.limit_until_ms = limit_until_ms(b);
	if (!service_is_calm(t->core))
		d = service_think(t->core, &t->around);
	note_decision(b, t, &d, b->pending_ms);
}
