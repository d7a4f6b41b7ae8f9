#include "config/times.h"

#include <stdlib.h>
#include <string.h>

#include "procedure/retry.h"
#include "procedure/step_kind.h"
#include "service/inputs.h"

#define EVALUATORS_MAX SERVICE_EVALUATORS_MAX

const struct probe_settings *
times_probe(const struct service_settings *s, const char *name)
{
	for (size_t i = 0; i < s->probe_count; i++)
		if (s->probes[i].name != NULL &&
		    strcmp(s->probes[i].name, name) == 0)
			return &s->probes[i];
	return NULL;
}

const struct evaluator_settings *
times_evaluator(const struct service_settings *s, const char *name)
{
	for (size_t i = 0; i < s->evaluator_count; i++)
		if (s->evaluators[i].name != NULL &&
		    strcmp(s->evaluators[i].name, name) == 0)
			return &s->evaluators[i];
	return NULL;
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* How many must have tripped before the rule holds. */
static size_t
needed(const struct rule_settings *r, size_t count)
{
	if (r->all.count > 0)
		return count;
	if (r->of.count > 0 && r->at_least >= 1 && r->at_least <= count)
		return r->at_least;
	return 1;
}

/* Of one that combines others: at worst the slowest of them is needed. */
static struct detection
parts_times(
    const struct service_settings *s, const struct evaluator_settings *e)
{
	const char *names[EVALUATOR_PARTS_MAX];
	int64_t best_ms[EVALUATOR_PARTS_MAX], worst_ms[EVALUATOR_PARTS_MAX];
	size_t count = evaluator_parts(e, names);
	int64_t slowest_ms = 0;

	for (size_t i = 0; i < count; i++) {
		const struct evaluator_settings *part =
		    names[i] == NULL ? NULL : times_evaluator(s, names[i]);
		struct detection d = { 0, 0 };

		if (part != NULL && part->kind != NULL &&
		    !evaluator_combines(part))
			(void)times_trip(s, part, &d);
		best_ms[i] = d.best_ms;
		if (d.worst_ms > slowest_ms)
			slowest_ms = d.worst_ms;
	}
	for (size_t i = 0; i < count; i++)
		worst_ms[i] = slowest_ms;
	return (struct detection){ evaluator_together_ms(e, best_ms),
		evaluator_together_ms(e, worst_ms) };
}

bool
times_trip(const struct service_settings *s, const struct evaluator_settings *e,
    struct detection *d)
{
	struct evaluator_source sources[EVALUATOR_INPUTS_MAX];
	struct evaluator_input culprit;
	size_t count;

	if (e->kind == NULL)
		return false;
	if (evaluator_combines(e)) {
		*d = parts_times(s, e);
		return true;
	}
	if (service_sources(s, e, sources, &count, &culprit) != INPUTS_FINE)
		return false;
	d->best_ms = evaluator_fastest_trip_ms(e, sources, count);
	d->worst_ms = evaluator_slowest_trip_ms(e, sources, count);
	return true;
}

struct detection
times_detection(const struct service_settings *s, const struct rule_settings *r)
{
	const struct strings *names = r->any.count > 0 ? &r->any :
	    r->all.count > 0                           ? &r->all :
							 &r->of;
	int64_t fastest[EVALUATORS_MAX];
	struct detection all = { 0, 0 };
	size_t count = 0;

	for (size_t i = 0; i < names->count && count < EVALUATORS_MAX; i++) {
		const struct evaluator_settings *e =
		    times_evaluator(s, names->items[i]);
		struct detection d;

		if (e == NULL || !times_trip(s, e, &d))
			return (struct detection){ 0, 0 };
		fastest[count++] = d.best_ms;
		if (d.worst_ms > all.worst_ms)
			all.worst_ms = d.worst_ms;
	}
	if (count == 0)
		return all;
	qsort(fastest, count, sizeof(fastest[0]), by_time);
	all.best_ms = fastest[needed(r, count) - 1];
	return all;
}

static int64_t
attempts_ms(const struct step_settings *s)
{
	int64_t sum_ms = step_limit_ms(s);

	for (unsigned i = 1; i < s->attempts; i++)
		sum_ms += retry_delay_ms(s, i) + step_limit_ms(s);
	return sum_ms;
}

static int64_t
sum_ms(const struct plan *plan, bool prepare)
{
	int64_t all_ms = 0;

	for (unsigned i = 0; i < plan_step_count(plan); i++) {
		const struct step_settings *s = plan_step(plan, i)->settings;

		/* The time of a person is not the run's. */
		if (s->prepare == prepare && !step_is_of(s, "approval"))
			all_ms += attempts_ms(s);
	}
	return all_ms;
}

int64_t
times_steps_ms(const struct plan *plan)
{
	return sum_ms(plan, false);
}

int64_t
times_prepare_ms(const struct plan *plan)
{
	return sum_ms(plan, true);
}

int64_t
times_undo_ms(const struct plan *plan)
{
	int64_t all_ms = 0;

	for (unsigned i = 0; i < plan_step_count(plan); i++) {
		const struct step_settings *s = plan_step(plan, i)->settings;

		if (s->undo.count > 0)
			all_ms += s->undo_timeout_ms > 0 ? s->undo_timeout_ms :
							   s->timeout_ms;
	}
	return all_ms;
}
