#include "evaluator/evaluator_impl.h"

#include <stdlib.h>

static const struct evaluator_kind_ops *
kind_ops(const struct evaluator_settings *settings)
{
	return settings->kind->ops;
}

static void
copy_common(
    struct finding *next, const struct evaluator *e, const struct sample *s)
{
	const struct finding *before = &e->finding;

	next->samples = before->samples + (s->outcome != SAMPLE_LOST);
	next->failure = before->failure;
	if (s->outcome == SAMPLE_FAILED)
		next->failure = s->failure;
	next->since_ms = s->answered_ms;
	if (next->verdict == before->verdict)
		next->since_ms = before->since_ms;
}

void
evaluator_init(
    struct evaluator *e, const struct evaluator_ops *ops, int64_t stale_ms)
{
	*e = (struct evaluator){
		.ops = ops,
		.stale_ms = stale_ms,
		.reset_ms = INT64_MIN,
		.heard_ms = INT64_MIN,
	};
}

void
evaluator_warm(struct evaluator *e)
{
	e->is_cold = false;
}

void
evaluator_keep(struct evaluator *e, const struct sample *s)
{
	e->evidence[e->kept % EVIDENCE_MAX] = *s;
	e->kept++;
}

void
evaluator_forget(struct evaluator *e)
{
	e->kept = 0;
}

int64_t
probe_pace_ms(const struct probe_settings *probe)
{
	int64_t missed = probe->timeout_ms / probe->interval_ms;

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

struct evaluator *
evaluator_new(const struct evaluator_settings *settings,
    const struct probe_settings *probe)
{
	return kind_ops(settings)->create(settings->settings, probe);
}

int64_t
evaluator_fastest_trip_ms(
    const struct evaluator_settings *e, const struct probe_settings *probe)
{
	return kind_ops(e)->fastest_trip_ms(e->settings, probe);
}

int64_t
evaluator_slowest_trip_ms(
    const struct evaluator_settings *e, const struct probe_settings *probe)
{
	return kind_ops(e)->slowest_trip_ms(e->settings, probe);
}

void
evaluator_check(const struct evaluator_settings *e,
    const struct probe_settings *probe, evaluator_object *object, void *arg)
{
	kind_ops(e)->check(e->settings, probe, object, arg);
}

struct finding
evaluator_observe(struct evaluator *e, const struct sample *s)
{
	struct finding next;

	if (s->asked_ms < e->reset_ms || s->answered_ms < e->heard_ms)
		return e->finding;

	if (s->outcome != SAMPLE_LOST) {
		e->is_cold = evaluator_is_stale(e, s->answered_ms);
		e->told_ms = s->answered_ms;
	}
	next = e->ops->observe(e, s);
	copy_common(&next, e, s);
	e->heard_ms = s->answered_ms;
	e->finding = next;
	return next;
}

struct finding
evaluator_finding(const struct evaluator *e)
{
	return e->finding;
}

bool
evaluator_is_stale(const struct evaluator *e, int64_t now_ms)
{
	if (e->stale_ms == 0 || e->finding.verdict == VERDICT_UNKNOWN)
		return false;
	return e->is_cold || now_ms - e->told_ms > e->stale_ms;
}

size_t
evaluator_evidence(
    const struct evaluator *e, struct sample *samples, size_t max)
{
	size_t held = e->kept < EVIDENCE_MAX ? e->kept : EVIDENCE_MAX;
	size_t count = held < max ? held : max;

	for (size_t i = 0; i < count; i++)
		samples[i] = e->evidence[(e->kept - count + i) % EVIDENCE_MAX];
	return count;
}

void
evaluator_reset(struct evaluator *e, int64_t now_ms)
{
	e->ops->reset(e);
	evaluator_forget(e);
	e->is_cold = false;
	e->finding = (struct finding){ .since_ms = now_ms };
	e->reset_ms = now_ms;
	e->heard_ms = now_ms;
}

void
evaluator_free(struct evaluator *e)
{
	free(e);
}
