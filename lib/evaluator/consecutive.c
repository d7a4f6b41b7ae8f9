#include "evaluator/consecutive.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "evaluator/evaluator_impl.h"

struct consecutive {
	struct evaluator base;
	struct consecutive_settings settings;
	uint64_t failures;  /* in a row; at most one of these two */
	uint64_t successes; /* runs is ever above zero */
	int64_t counted_ms; /* the newest sample in the run */
};

static bool
run_has_gone_cold(const struct consecutive *c, int64_t at_ms)
{
	if (c->settings.max_gap_ms == 0)
		return false;
	return at_ms - c->counted_ms > c->settings.max_gap_ms;
}

static void
count(struct consecutive *c, const struct sample *s)
{
	/* Our own trouble must neither condemn a target nor acquit it. */
	if (s->outcome == SAMPLE_LOST)
		return;

	if (run_has_gone_cold(c, s->answered_ms))
		c->failures = c->successes = 0;

	if (s->outcome == SAMPLE_FAILED) {
		c->failures++;
		c->successes = 0;
	} else {
		c->successes++;
		c->failures = 0;
	}
	c->counted_ms = s->answered_ms;
}

static enum verdict
judge(const struct consecutive *c)
{
	enum verdict before = c->base.finding.verdict;
	unsigned enough = 1;

	if (before == VERDICT_TRIPPED)
		enough = c->settings.successes_to_clear;

	if (c->failures >= c->settings.failures_to_trip)
		return VERDICT_TRIPPED;
	if (c->successes >= enough)
		return VERDICT_HEALTHY;
	return before;
}

static struct finding
observe(struct evaluator *self, const struct sample *s)
{
	struct consecutive *c = (struct consecutive *)self;

	count(c, s);
	return (struct finding){
		.verdict = judge(c),
		.value = (double)c->failures,
		.limit = c->settings.failures_to_trip,
	};
}

static void
reset(struct evaluator *self)
{
	struct consecutive *c = (struct consecutive *)self;

	c->failures = c->successes = 0;
}

static const struct evaluator_ops consecutive_ops = {
	.observe = observe,
	.reset = reset,
};

struct evaluator *
consecutive_new(const struct consecutive_settings *settings)
{
	struct consecutive *c;

	assert(settings->failures_to_trip >= 1);
	assert(settings->successes_to_clear >= 1);
	assert(settings->max_gap_ms >= 0);

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	evaluator_init(&c->base, &consecutive_ops);
	c->settings = *settings;
	return &c->base;
}
