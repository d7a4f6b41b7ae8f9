#include "evaluator/canary.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "evaluator/canary_impl.h"

/* Score of what can be judged. */
struct score {
	double value; /* NAN: nothing can */
	bool lacks_critical;
};

static bool
add_side(struct canary_watch *m, const struct canary_side *side, bool is_canary,
    const struct sample *s)
{
	bool is_there;
	double value;

	if (side->probe != s->probe)
		return false;
	value = canary_measured(m, side, s, &is_there);
	if (is_there)
		canary_series_add(&m->series, is_canary, value, s->answered_ms);
	return is_there;
}

static struct score
score_of(const struct canary *c)
{
	double judged = 0, passing = 0;
	bool critical_fails = false;
	struct score score = { .value = (double)NAN };

	for (size_t i = 0; i < c->count; i++) {
		const struct canary_watch *m = &c->metrics[i];

		if (m->series.standing == CANARY_NODATA) {
			score.lacks_critical |= m->critical;
			continue;
		}
		judged += m->weight;
		if (m->series.standing == CANARY_PASSES)
			passing += m->weight;
		else
			critical_fails |= m->critical;
	}
	if (judged > 0)
		score.value = critical_fails ? 0 : 100 * passing / judged;
	return score;
}

static enum verdict
judge(const struct canary *c, const struct score *score)
{
	if (isnan(score->value))
		return VERDICT_UNKNOWN;
	if (score->value < c->marginal)
		return VERDICT_TRIPPED;
	if (score->value >= c->pass && !score->lacks_critical)
		return VERDICT_HEALTHY;
	return (enum verdict)c->base.before;
}

static int64_t
began_ms(const struct canary *c, enum verdict verdict, int64_t now_ms)
{
	int64_t began = now_ms;

	if (verdict != VERDICT_TRIPPED)
		return now_ms;
	for (size_t i = 0; i < c->count; i++) {
		const struct canary_series *s = &c->metrics[i].series;

		if (s->standing == CANARY_FAILS && s->suspect_ms < began)
			began = s->suspect_ms;
	}
	return began;
}

/* Enough since a long silence? */
static void
count_fresh(struct canary *c)
{
	if (!c->base.is_cold) {
		c->fresh = 0;
		return;
	}
	c->fresh++;
	if (c->fresh < c->min_samples)
		return;
	evaluator_warm(&c->base);
	c->fresh = 0;
}

static bool
take_in(struct canary *c, const struct sample *s)
{
	bool any = false;

	for (size_t i = 0; i < c->count; i++) {
		struct canary_watch *m = &c->metrics[i];
		bool canary = add_side(m, &m->canary, true, s);
		bool baseline = add_side(m, &m->baseline, false, s);

		if (canary || baseline)
			canary_series_judge(
			    &m->series, s->answered_ms, &c->room);
		canary_series_expire(
		    &m->series, s->answered_ms, c->base.stale_ms);
		any |= canary || baseline;
	}
	if (any) {
		canary_remember(c, s);
		canary_keep_evidence(c);
	}
	return any;
}

/*
 * Until when both sides of something that fails were heard of: what one of
 * them said long ago is held against nobody.
 */
static int64_t
borne_out_ms(const struct canary *c, int64_t before_ms)
{
	int64_t newest_ms = INT64_MIN;

	for (size_t i = 0; i < c->count; i++) {
		const struct canary_series *s = &c->metrics[i].series;
		int64_t both_ms = s->canary.newest_ms < s->baseline.newest_ms ?
		    s->canary.newest_ms :
		    s->baseline.newest_ms;

		if (s->standing == CANARY_FAILS && both_ms > newest_ms)
			newest_ms = both_ms;
	}
	return newest_ms == INT64_MIN ? before_ms : newest_ms;
}

/* A trip ages from there; it is warm again when both sides are. */
static void
note_age(struct canary *c, enum verdict verdict, bool any)
{
	int64_t before_ms = c->borne_out_ms;

	c->borne_out_ms = c->base.told_ms;
	if (verdict == VERDICT_TRIPPED)
		c->borne_out_ms = c->base.told_ms =
		    borne_out_ms(c, c->base.told_ms);
	if (any && c->borne_out_ms > before_ms)
		count_fresh(c);
}

static void
observe(struct evaluator *self, const struct sample *s)
{
	struct canary *c = (struct canary *)self;
	struct finding *next = &self->finding;
	struct score score;
	bool any;

	next->limit = c->marginal;
	if (s->outcome == SAMPLE_LOST)
		return;
	any = take_in(c, s);
	score = score_of(c);
	next->value = score.value;
	next->verdict = judge(c, &score);
	note_age(c, next->verdict, any);
	if (next->verdict != self->before)
		next->began_ms = began_ms(c, next->verdict, s->answered_ms);
	if (next->verdict == VERDICT_HEALTHY && canary_suspect(c) == NULL)
		evaluator_forget(self);
}

static void
reset(struct evaluator *self)
{
	struct canary *c = (struct canary *)self;

	for (size_t i = 0; i < c->count; i++)
		canary_series_reset(&c->metrics[i].series);
	c->fresh = 0;
	c->heard = 0;
}

static bool
add_missing_points(const struct canary_watch *m, struct text *out)
{
	uint64_t canary = canary_points_missing(&m->series, &m->series.canary);
	uint64_t baseline =
	    canary_points_missing(&m->series, &m->series.baseline);

	if (canary > 0)
		text_addf(out, "%" PRIu64 " more canary points of %s", canary,
		    m->name);
	else if (baseline > 0)
		text_addf(out, "%" PRIu64 " more baseline points of %s",
		    baseline, m->name);
	else if (m->series.standing == CANARY_NODATA)
		text_addf(out, "new points of %s", m->name);
	return m->series.standing == CANARY_NODATA;
}

static void
missing(const struct evaluator *self, int64_t now_ms, struct text *out)
{
	const struct canary *c = (const struct canary *)self;
	const struct finding *f = &self->finding;
	bool is_marginal = f->value >= c->marginal && f->value < c->pass;

	(void)now_ms;
	if (is_marginal && f->verdict != VERDICT_HEALTHY) {
		text_addf(out, "a score of %g; it is %.3g", c->pass, f->value);
		return;
	}
	for (size_t i = 0; i < c->count; i++) {
		const struct canary_watch *m = &c->metrics[i];

		if (f->verdict == VERDICT_TRIPPED &&
		    m->series.standing == CANARY_FAILS) {
			text_addf(out, "%s as good as the baseline's", m->name);
			return;
		}
		if (f->verdict != VERDICT_TRIPPED && add_missing_points(m, out))
			return;
	}
}

static const char *
state(const struct evaluator *self, int64_t now_ms)
{
	const struct canary *c = (const struct canary *)self;
	double value = self->finding.value;

	(void)now_ms;
	if (value >= c->marginal && value < c->pass)
		return "marginal";
	return NULL;
}

static const struct evaluator_ops canary_ops = {
	.observe = observe,
	.reset = reset,
	.missing = missing,
	.state = state,
};

static int64_t
stale_ms(
    const struct evaluator_source *sources, size_t count, int64_t spacing_ms)
{
	int64_t longest_ms = spacing_ms;

	for (size_t i = 0; i < count; i++) {
		int64_t spread_ms = probe_spread_ms(sources[i].probe);

		if (spread_ms > longest_ms)
			longest_ms = spread_ms;
	}
	return CANARY_GAPS * longest_ms;
}

static struct canary_side
side_of(const struct evaluator_source *source)
{
	return (struct canary_side){
		.probe = source->probe_index,
		.slot = source->slot,
		.time_out_ms =
		    CANARY_TIMEOUT_SHARE * (double)source->probe->timeout_ms,
	};
}

static void
init_metric(struct canary_watch *m, const struct canary_metric *from,
    const struct evaluator_source *sources)
{
	size_t length = strnlen(from->name, NAME_MAX_BYTES);

	memcpy(m->name, from->name, length);
	m->measure = from->measure;
	m->critical = from->critical;
	m->weight = from->weight;
	m->canary = side_of(&sources[0]);
	m->baseline = side_of(&sources[1]);
}

static void
check_settings(const struct canary_settings *settings)
{
	assert(settings->metrics.count >= 1);
	assert(settings->metrics.count <= CANARY_METRICS_MAX);
	assert(settings->window >= settings->min_samples);
	assert(settings->window <= CANARY_WINDOW_MAX);
	assert(settings->confidence > 0 && settings->confidence < 1);
}

struct evaluator *
canary_new(const struct canary_settings *settings,
    const struct evaluator_source *sources)
{
	const struct canary_metric *from = settings->metrics.items;
	size_t count = settings->metrics.count;
	size_t series_room = CANARY_SERIES_ROOM(settings->window);
	size_t room = COMPARISON_ROOM(settings->window, CANARY_EXACT_MAX);
	struct canary *c;
	double *doubles;

	check_settings(settings);
	c = calloc(1,
	    sizeof(*c) + count * sizeof(*c->metrics) +
		(count * series_room + room) * sizeof(*doubles));
	if (c == NULL)
		return NULL;
	evaluator_init(&c->base, &canary_ops,
	    stale_ms(sources, 2 * count, settings->spacing_ms));
	c->pass = settings->pass;
	c->marginal = settings->marginal;
	c->min_samples = settings->min_samples;
	c->count = count;
	c->metrics = (struct canary_watch *)(c + 1);
	doubles = (double *)(c->metrics + count);
	c->room =
	    comparison_room_over(doubles, settings->window, CANARY_EXACT_MAX);
	for (size_t i = 0; i < count; i++) {
		init_metric(&c->metrics[i], &from[i], &sources[2 * i]);
		canary_series_init(&c->metrics[i].series, settings, &from[i],
		    count, doubles + room + i * series_room);
	}
	return &c->base;
}

enum canary_standing
canary_standing(const struct evaluator *e, size_t metric)
{
	const struct canary *c = (const struct canary *)e;

	assert(e->ops == &canary_ops && metric < c->count);
	return c->metrics[metric].series.standing;
}
