#include "evaluator/consecutive.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/bug.h"
#include "base/text.h"
#include "evaluator/evaluator_impl.h"
#include "evaluator/gap.h"

#define IN_TURN_MIN 2

/* Its gap is how far the evaluator looks back. */
struct consecutive {
	struct evaluator base;
	int64_t began_ms;   /* the oldest sample in the run */
	int64_t counted_ms; /* the newest sample in the run */
	uint32_t failures;  /* in a row, so many at least; one of */
	uint32_t successes; /* these two runs at most is above zero */
	uint16_t to_trip;   /* failures */
	uint16_t to_clear;  /* successes */
	uint8_t in_turn; /* failures that are no rechecks, so many at least */
};

_Static_assert(CONSECUTIVE_RUN_MAX <= UINT16_MAX, "runs are kept in so much");

static bool
run_has_gone_cold(const struct consecutive *c, int64_t at_ms)
{
	if (c->base.stale_ms == 0)
		return false;
	return at_ms - c->counted_ms > c->base.stale_ms;
}

static uint32_t
one_more(uint32_t run)
{
	return run < UINT32_MAX ? run + 1 : run;
}

static void
count(struct consecutive *c, const struct sample *s)
{
	/* Our own trouble must neither condemn a target nor acquit it. */
	if (s->outcome == SAMPLE_LOST && !BUG(COUNT_LOST_AS_FAILED))
		return;

	if (run_has_gone_cold(c, s->answered_ms))
		c->failures = c->successes = c->in_turn = 0;

	if (s->outcome != SAMPLE_OK) {
		c->failures = one_more(c->failures);
		if (!s->is_recheck && c->in_turn < IN_TURN_MIN)
			c->in_turn++;
		c->successes = 0;
	} else {
		c->successes = one_more(c->successes);
		c->failures = c->in_turn = 0;
	}
	if (c->failures + c->successes == 1)
		c->began_ms = s->answered_ms;
	c->counted_ms = s->answered_ms;
}

/* One that waits for the next answer in its turn has seen an interval pass. */
static bool
is_hasty(const struct consecutive *c, enum verdict verdict)
{
	unsigned enough = c->to_trip;

	if (verdict != VERDICT_TRIPPED)
		return false;
	if (c->base.before == VERDICT_TRIPPED && !c->base.is_hasty)
		return false;
	return c->in_turn < (enough < IN_TURN_MIN ? enough : IN_TURN_MIN);
}

static enum verdict
judge(const struct consecutive *c)
{
	enum verdict before = (enum verdict)c->base.before;
	unsigned enough = 1;

	if (before == VERDICT_TRIPPED)
		enough = c->to_clear;

	if (c->failures >= c->to_trip ||
	    (BUG(ACT_ON_ONE_SAMPLE) && c->failures > 0))
		return VERDICT_TRIPPED;
	if (c->successes >= enough)
		return VERDICT_HEALTHY;
	return before;
}

/* What tripped it stays in evidence until it is healthy again. */
static void
keep_evidence(
    struct consecutive *c, enum verdict verdict, const struct sample *s)
{
	if (s->outcome == SAMPLE_LOST)
		return;
	if (verdict == VERDICT_HEALTHY && c->failures == 0 &&
	    c->base.evidence != NULL)
		evaluator_forget(&c->base);
	if (c->base.before == VERDICT_TRIPPED || c->failures == 0)
		return;
	if (c->failures == 1)
		evaluator_forget(&c->base);
	(void)evaluator_keep(&c->base, s);
}

static void
observe(struct evaluator *self, const struct sample *s)
{
	struct consecutive *c = (struct consecutive *)self;
	struct finding *next = &self->finding;
	enum verdict verdict;

	count(c, s);
	verdict = judge(c);
	next->limit = c->to_trip;
	self->is_hasty = is_hasty(c, verdict);
	next->verdict = verdict;
	next->value = c->failures;
	keep_evidence(c, next->verdict, s);
	if (next->verdict == VERDICT_HEALTHY || c->failures >= c->to_trip)
		evaluator_warm(self);
	/* Successes that are not enough yet keep no trip young. */
	if (next->verdict == VERDICT_TRIPPED && c->successes > 0)
		self->told_ms = c->began_ms;
	if (next->verdict != self->before)
		next->began_ms = c->began_ms;
}

static void
reset(struct evaluator *self)
{
	struct consecutive *c = (struct consecutive *)self;

	c->failures = c->successes = c->in_turn = 0;
}

static void
missing(const struct evaluator *self, int64_t now_ms, struct text *out)
{
	const struct consecutive *c = (const struct consecutive *)self;
	unsigned left = c->to_clear - c->successes;

	(void)now_ms;
	if (self->finding.verdict == VERDICT_UNKNOWN)
		text_add(out, "an answer that is not lost");
	else if (self->finding.verdict == VERDICT_TRIPPED && left > 0)
		text_addf(out, "%u more successes in a row to clear", left);
}

static bool
recovered(const struct evaluator *self)
{
	const struct consecutive *c = (const struct consecutive *)self;

	return c->successes >= c->to_clear;
}

static const struct evaluator_ops consecutive_ops = {
	.observe = observe,
	.reset = reset,
	.missing = missing,
	.recovered = recovered,
};

static struct evaluator *
create(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	struct consecutive_settings s =
	    *(const struct consecutive_settings *)settings;

	(void)source_count;
	s.max_gap_ms = gap_or_default_ms(s.max_gap_ms, sources->probe);
	return consecutive_new(&s);
}

static int64_t
fastest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct consecutive_settings *s = settings;
	const struct probe_settings *probe = sources->probe;

	(void)source_count;
	return (s->failures_to_trip - 1) *
	    (probe->recheck_ms > 0 ? probe->recheck_ms : probe->interval_ms);
}

static int64_t
slowest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct consecutive_settings *s = settings;
	const struct probe_settings *probe = sources->probe;
	int64_t pace_ms = probe_pace_ms(probe);
	int64_t recheck_ms = probe->recheck_ms + probe->timeout_ms;

	(void)source_count;
	if (probe->recheck_ms > 0 && recheck_ms < pace_ms)
		pace_ms = recheck_ms;
	return probe->interval_ms + (s->failures_to_trip - 1) * pace_ms +
	    probe_wait_ms(probe);
}

static void
check(const void *settings, const struct evaluator_source *sources,
    size_t source_count, evaluator_object *object, void *arg)
{
	const struct consecutive_settings *s = settings;

	(void)source_count;
	if (s->failures_to_trip == 1)
		object(OBJECTION_DOUBT,
		    "one failed probe is enough to trip it; set failures to "
		    "at least 2",
		    arg);
	if (s->failures_to_trip > 1 || s->successes_to_clear > 1)
		gap_check(s->max_gap_ms, sources->probe, object, arg);
}

static const struct evaluator_kind_ops kind_ops = {
	.unit = "failures",
	.takes_rechecks = true,
	.create = create,
	.fastest_trip_ms = fastest_trip_ms,
	.slowest_trip_ms = slowest_trip_ms,
	.check = check,
};

static const struct option options[] = {
	{
	    .key = "failures",
	    .type = OPTION_COUNT,
	    .offset = offsetof(struct consecutive_settings, failures_to_trip),
	    .fallback = "3",
	    .min = 1,
	    .max = CONSECUTIVE_RUN_MAX,
	    .help = "So many failed probes in a row trip it.",
	},
	{
	    .key = "recover",
	    .type = OPTION_COUNT,
	    .offset = offsetof(struct consecutive_settings, successes_to_clear),
	    .fallback = "2",
	    .min = 1,
	    .max = CONSECUTIVE_RUN_MAX,
	    .help = "So many successes in a row make it healthy again.",
	},
	{
	    .key = "gap",
	    .type = OPTION_DURATION,
	    .offset = offsetof(struct consecutive_settings, max_gap_ms),
	    .min = GAP_MIN_MS,
	    .max = GAP_MAX_MS,
	    .help = "Longer without an answer ends a run, and makes a "
		    "verdict too old to act on; by default five times the "
		    "probe's interval, or its timeout where that is longer.",
	},
};

const struct option_table consecutive_options = {
	.what = "consecutive evaluator",
	.options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct consecutive_settings),
	.source = -1,
	.presence = -1,
};

const struct option_kind evaluator_consecutive = {
	.name = "consecutive",
	.table = &consecutive_options,
	.ops = &kind_ops,
};

struct evaluator *
consecutive_new(const struct consecutive_settings *settings)
{
	struct consecutive *c;

	assert(settings->failures_to_trip >= 1);
	assert(settings->failures_to_trip <= CONSECUTIVE_RUN_MAX);
	assert(settings->successes_to_clear >= 1);
	assert(settings->successes_to_clear <= CONSECUTIVE_RUN_MAX);
	assert(settings->max_gap_ms >= 0);

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	evaluator_init(&c->base, &consecutive_ops, settings->max_gap_ms);
	c->to_trip = (uint16_t)settings->failures_to_trip;
	c->to_clear = (uint16_t)settings->successes_to_clear;
	c->base.takes_rechecks = true;
	return &c->base;
}
