#include "evaluator/evaluator_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/text.h"

static const struct evaluator_kind_ops *
kind_ops(const struct evaluator_settings *settings)
{
	return settings->kind->ops;
}

static void
complete(struct evaluator *e, const struct sample *s, const char *failure)
{
	struct finding *f = &e->finding;

	f->samples += s->outcome != SAMPLE_LOST;
	if (s->outcome == SAMPLE_FAILED)
		f->failure = s->failure;
	else if (f->failure == NULL)
		f->failure = failure;
	if (f->verdict != e->before)
		f->since_ms = s->answered_ms;
}

void
evaluator_init(
    struct evaluator *e, const struct evaluator_ops *ops, int64_t stale_ms)
{
	assert(stale_ms >= 0 && stale_ms <= UINT32_MAX);
	*e = (struct evaluator){
		.ops = ops,
		.stale_ms = (uint32_t)stale_ms,
		.reset_ms = INT64_MIN,
		.heard_ms = INT64_MIN,
	};
}

int64_t
probe_pace_ms(const struct probe_settings *probe)
{
	int64_t missed = probe->timeout_ms / probe->interval_ms;

	/* A heartbeat that is missing is told of each interval. */
	if (probe->kind == &probe_push)
		return probe->interval_ms;
	return (missed + 1) * probe->interval_ms;
}

int64_t
probe_spread_ms(const struct probe_settings *probe)
{
	return probe_pace_ms(probe) + probe->timeout_ms;
}

const char *
verdict_word(enum verdict verdict)
{
	static const char *const words[] = {
		[VERDICT_UNKNOWN] = "unknown",
		[VERDICT_HEALTHY] = "healthy",
		[VERDICT_TRIPPED] = "tripped",
	};

	return words[verdict];
}

const char *
learning_word(enum learning learning)
{
	static const char *const words[] = {
		[LEARNING_NOT_ASKED] = "no sample yet",
		[LEARNING_ON] = "learning",
		[LEARNING_SETTLING] = "settling",
		[LEARNING_INCIDENT] = "incident open",
		[LEARNING_TRIPPED] = "tripped",
		[LEARNING_BEYOND] = "beyond the limit",
	};

	return words[learning];
}

size_t
evaluator_inputs(
    const struct evaluator_settings *e, struct evaluator_input *inputs)
{
	if (kind_ops(e)->parts != NULL)
		return 0;
	if (kind_ops(e)->inputs != NULL)
		return kind_ops(e)->inputs(e, inputs);
	inputs[0] = (struct evaluator_input){ .probe = e->probe };
	return 1;
}

bool
evaluator_combines(const struct evaluator_settings *e)
{
	return kind_ops(e)->parts != NULL;
}

size_t
evaluator_parts(const struct evaluator_settings *e, const char **names)
{
	if (kind_ops(e)->parts == NULL)
		return 0;
	return kind_ops(e)->parts(e->settings, names);
}

bool
evaluator_has_part(const struct evaluator_settings *e, const char *name)
{
	const char *names[EVALUATOR_PARTS_MAX];
	size_t count = evaluator_parts(e, names);

	for (size_t i = 0; i < count; i++)
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return true;
	return false;
}

int64_t
evaluator_together_ms(
    const struct evaluator_settings *e, const int64_t *parts_ms)
{
	return kind_ops(e)->together_ms(e->settings, parts_ms);
}

const char *
evaluator_unit(const struct evaluator_settings *e)
{
	return kind_ops(e)->unit;
}

/* Where it has several probes, each has an order of its own. */
static bool
take_order(
    struct evaluator *e, const struct evaluator_source *sources, size_t count)
{
	unsigned highest = 0;
	bool has_one = true;

	for (size_t i = 0; i < count; i++) {
		has_one =
		    has_one && sources[i].probe_index == sources[0].probe_index;
		if (sources[i].probe_index > highest)
			highest = sources[i].probe_index;
	}
	if (has_one)
		return true;
	assert(highest < UINT8_MAX);
	e->heard_count = (uint8_t)(highest + 1);
	e->heard = calloc(e->heard_count, sizeof(*e->heard));
	if (e->heard == NULL)
		return false;
	for (unsigned i = 0; i < e->heard_count; i++)
		e->heard[i] = INT64_MIN;
	return true;
}

struct evaluator *
evaluator_new(const struct evaluator_settings *settings,
    const struct evaluator_source *sources, size_t count)
{
	struct evaluator *e =
	    kind_ops(settings)->create(settings->settings, sources, count);

	if (e != NULL && !take_order(e, sources, count)) {
		evaluator_free(e);
		return NULL;
	}
	return e;
}

int64_t
evaluator_fastest_trip_ms(const struct evaluator_settings *e,
    const struct evaluator_source *sources, size_t count)
{
	return kind_ops(e)->fastest_trip_ms(e->settings, sources, count);
}

int64_t
evaluator_slowest_trip_ms(const struct evaluator_settings *e,
    const struct evaluator_source *sources, size_t count)
{
	return kind_ops(e)->slowest_trip_ms(e->settings, sources, count);
}

void
evaluator_check(const struct evaluator_settings *e,
    const struct evaluator_source *sources, size_t count,
    evaluator_object *object, void *arg)
{
	kind_ops(e)->check(e->settings, sources, count, object, arg);
}

static int64_t *
heard_of(struct evaluator *e, unsigned probe)
{
	return e->heard == NULL ? &e->heard_ms : &e->heard[probe];
}

static void
note_recovery(struct evaluator *e)
{
	if (e->finding.verdict != VERDICT_HEALTHY)
		e->has_recovered = false;
	else if (!e->has_recovered)
		e->has_recovered =
		    e->ops->recovered == NULL || e->ops->recovered(e);
}

/* Of a kind that learned nothing from an answer no time is told either. */
static bool
is_mute(
    const struct evaluator *e, const struct sample *s, int64_t told_before_ms)
{
	if (s->outcome == SAMPLE_LOST)
		return true;
	return e->told_ms <= told_before_ms && e->told_ms < s->answered_ms;
}

void
evaluator_hear(struct evaluator *e, const struct sample *s)
{
	int64_t *heard = heard_of(e, s->probe);
	int64_t told_ms = e->told_ms;
	const char *failure = e->finding.failure;

	if ((s->asked_ms < e->reset_ms && !BUG(ACT_ON_OLD_SAMPLES)) ||
	    s->answered_ms < *heard || (s->is_recheck && !e->takes_rechecks))
		return;

	if (s->outcome != SAMPLE_LOST) {
		e->is_cold = evaluator_is_stale(e, s->answered_ms);
		if (s->answered_ms > e->told_ms)
			e->told_ms = s->answered_ms;
	}
	e->before = (uint8_t)e->finding.verdict;
	e->finding.failure = NULL;
	e->ops->observe(e, s);
	complete(e, s, failure);
	e->finding.is_mute = is_mute(e, s, told_ms);
	*heard = s->answered_ms;
	note_recovery(e);
}

struct finding
evaluator_observe(struct evaluator *e, const struct sample *s)
{
	evaluator_hear(e, s);
	return e->finding;
}

struct finding
evaluator_combine(
    struct evaluator *e, const struct finding *parts, int64_t at_ms)
{
	struct finding next = e->ops->combine(e, parts, at_ms);

	next.since_ms = at_ms;
	if (next.verdict == e->finding.verdict)
		next.since_ms = e->finding.since_ms;
	e->told_ms = at_ms;
	e->finding = next;
	note_recovery(e);
	return next;
}

bool
evaluator_upholds(const struct evaluator *e, const struct finding *parts)
{
	return e->ops->upholds(e, parts);
}

void
evaluator_learn(struct evaluator *e, enum learning learning)
{
	e->learning = (uint8_t)learning;
}

void
evaluator_missing(
    const struct evaluator *e, int64_t now_ms, char text[EVALUATOR_TEXT_MAX])
{
	struct text out = text_over(text, EVALUATOR_TEXT_MAX);

	if (e->ops->missing != NULL)
		e->ops->missing(e, now_ms, &out);
}

const char *
evaluator_state(const struct evaluator *e, int64_t now_ms)
{
	return e->ops->state == NULL ? NULL : e->ops->state(e, now_ms);
}

struct baseline *
evaluator_baseline(struct evaluator *e)
{
	return e->ops->baseline == NULL ? NULL : e->ops->baseline(e);
}

bool
evaluator_has_recovered(const struct evaluator *e)
{
	return e->has_recovered;
}

struct finding
evaluator_finding(const struct evaluator *e)
{
	return e->finding;
}

enum verdict
evaluator_verdict(const struct evaluator *e)
{
	return e->finding.verdict;
}

bool
evaluator_is_hasty(const struct evaluator *e)
{
	return e->is_hasty && e->finding.verdict == VERDICT_TRIPPED;
}

bool
evaluator_takes_rechecks(const struct evaluator_settings *e)
{
	return kind_ops(e)->takes_rechecks;
}

bool
evaluator_is_stale(const struct evaluator *e, int64_t now_ms)
{
	return (e->is_cold || now_ms - e->told_ms > e->stale_ms) &&
	    e->stale_ms > 0 && e->finding.verdict != VERDICT_UNKNOWN;
}

void
evaluator_reset(struct evaluator *e, int64_t now_ms)
{
	e->ops->reset(e);
	evaluator_forget(e);
	e->is_cold = false;
	e->has_recovered = false;
	e->is_hasty = false;
	e->finding = (struct finding){ .since_ms = now_ms };
	e->reset_ms = now_ms;
	e->heard_ms = now_ms;
	for (unsigned i = 0; i < e->heard_count; i++)
		e->heard[i] = now_ms;
}

void
evaluator_free(struct evaluator *e)
{
	if (e == NULL)
		return;
	if (e->ops->release != NULL)
		e->ops->release(e);
	evaluator_forget(e);
	free(e->heard);
	free(e);
}
