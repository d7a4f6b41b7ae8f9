#include "evaluator/evaluator_impl.h"

#include <stdlib.h>

void
evaluator_init(struct evaluator *e, const struct evaluator_ops *ops)
{
	*e = (struct evaluator){ .ops = ops, .heard_ms = INT64_MIN };
}

struct finding
evaluator_observe(struct evaluator *e, const struct sample *s)
{
	struct finding next;

	if (s->answered_ms < e->heard_ms)
		return e->finding;
	e->heard_ms = s->answered_ms;

	next = e->ops->observe(e, s);
	next.since_ms = s->answered_ms;
	if (next.verdict == e->finding.verdict)
		next.since_ms = e->finding.since_ms;
	e->finding = next;
	return next;
}

struct finding
evaluator_finding(const struct evaluator *e)
{
	return e->finding;
}

void
evaluator_reset(struct evaluator *e, int64_t now_ms)
{
	e->ops->reset(e);
	e->finding = (struct finding){ .since_ms = now_ms };
	e->heard_ms = now_ms;
}

void
evaluator_free(struct evaluator *e)
{
	free(e);
}
