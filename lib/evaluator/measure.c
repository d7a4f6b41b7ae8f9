#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/units.h"
#include "evaluator/measure_impl.h"

#define LOOK_BACK_PACES 5

/* What tripped it stays in evidence until it is healthy again. */
static void
keep_evidence(struct measure *m, const struct sample *s,
    const struct measurement *x, enum verdict now)
{
	struct sample *kept;

	if (m->base.before == VERDICT_TRIPPED) {
		if (now != VERDICT_TRIPPED)
			evaluator_forget(&m->base);
		return;
	}
	/* What left the window no longer speaks for anything. */
	if (m->base.evidence != NULL)
		evaluator_keep_since(&m->base, x->first_ms);
	if (!x->speaks)
		return;
	kept = evaluator_keep(&m->base, s);
	if (kept == NULL)
		return;
	kept->has_value = isfinite(x->own);
	kept->value = kept->has_value ? x->own : 0;
}

static void
note_onset(struct measure *m, const struct measurement *x, int64_t at_ms)
{
	if (m->latch.side != LATCH_BAD || m->latch.run.length != 1)
		return;
	m->onset_ms = x->first_ms < at_ms ? x->first_ms : at_ms;
}

/* Too few speak for it, or of too little. */
static bool
is_alone(const struct measure *m)
{
	return m->last_speakers < m->speakers_min || m->is_thin;
}

static double
learned_limit(const struct measure *m, double times, double deviations)
{
	const struct baseline *b = m->learned->baseline;

	if (m->bounds.below)
		return baseline_below(b, times, deviations);
	return baseline_above(b, times, deviations);
}

/* What is normal is what the limit is held against: the same measurement. */
static void
learn(struct measure *m, const struct measurement *x, int64_t at_ms)
{
	if (m->learned == NULL || x->samples < m->bounds.min_samples)
		return;
	baseline_learn(m->learned->baseline,
	    baseline_learning((enum learning)m->base.learning,
		(enum verdict)m->latch.verdict,
		latch_is_beyond(&m->bounds, x->value)),
	    x->value, at_ms);
}

static uint32_t
at_least(uint64_t count)
{
	return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static void
note_last(struct measure *m, const struct measurement *x)
{
	m->last_value = x->value;
	m->last_samples = at_least(x->samples);
	m->last_speakers = at_least(x->speakers);
	m->is_thin = x->is_thin;
}

/* NAN: unknown. */
static double
known_value(const struct measure *m, double value)
{
	if (isnan(m->bounds.limit) ||
	    (latch_is_beyond(&m->bounds, value) && is_alone(m)))
		return (double)NAN;
	return value;
}

/* Nothing but its value would change if that is good as well. */
static bool
is_calm(const struct measure *m, const struct measurement *x)
{
	return m->learned == NULL && m->base.evidence == NULL && !x->speaks &&
	    m->base.before == VERDICT_HEALTHY &&
	    x->samples >= m->bounds.min_samples && isfinite(x->value);
}

void
measure_init(struct measure *m, const struct evaluator_ops *ops,
    const struct latch_settings *bounds)
{
	evaluator_init(&m->base, ops, bounds->gap_ms);
	m->bounds = *bounds;
	m->speakers_min = MEASURE_SPEAKERS_MIN;
	measure_reset(m);
}

bool
measure_set_learned(struct measure *m, double times, double clear_times,
    const struct baseline_settings *settings)
{
	m->learned = malloc(sizeof(*m->learned));
	if (m->learned == NULL)
		return false;
	*m->learned = (struct measure_learned){ .times = times,
		.clear_times = clear_times,
		.baseline = baseline_new(settings) };
	return m->learned->baseline != NULL;
}

struct baseline *
measure_baseline(struct evaluator *self)
{
	struct measure *m = (struct measure *)self;

	return m->learned == NULL ? NULL : m->learned->baseline;
}

void
measure_release(struct measure *m)
{
	if (m->learned != NULL)
		baseline_free(m->learned->baseline);
	free(m->learned);
}

void
measure_reset(struct measure *m)
{
	m->latch = (struct latch){ .verdict = VERDICT_UNKNOWN };
	m->last_value = 0;
	m->last_samples = m->last_speakers = 0;
	m->is_thin = false;
}

void
measure_take_limits(struct measure *m)
{
	const struct measure_learned *l = m->learned;

	m->bounds.limit = learned_limit(m, l->times, l->deviations);
	m->bounds.clear = m->bounds.limit;
	if (l->clear_times > 0)
		m->bounds.clear = learned_limit(m, l->clear_times, 0);
}

void
measure_lost(struct measure *m)
{
	latch_lost(&m->latch);
}

void
measure_judge(
    struct measure *m, const struct sample *s, const struct measurement *x)
{
	struct finding *next = &m->base.finding;
	struct latch *l = &m->latch;

	note_last(m, x);
	if (is_calm(m, x) &&
	    latch_goes_on(l, &m->bounds, x->value, s->answered_ms)) {
		m->base.told_ms = s->answered_ms;
		next->value = x->value;
		next->limit = m->bounds.limit;
		evaluator_warm(&m->base);
		return;
	}
	next->verdict = latch_measure(l, &m->bounds, known_value(m, x->value),
	    x->samples, s->answered_ms);
	if (!l->is_broken) {
		note_onset(m, x, s->answered_ms);
		if (latch_bears_out(l, &m->bounds))
			evaluator_warm(&m->base);
	}
	/* An answer from which nothing is learned keeps no verdict young. */
	if (l->has_known)
		m->base.told_ms = l->known_ms;
	/* Nor does time that is only waited for before it clears. */
	if (next->verdict == VERDICT_TRIPPED && l->side == LATCH_GOOD &&
	    l->run.length > 0)
		m->base.told_ms = l->run.began_ms;
	if (next->verdict != m->base.before)
		next->began_ms = next->verdict == VERDICT_TRIPPED ?
		    m->onset_ms :
		    l->began_ms;
	if (isfinite(x->value))
		next->value = x->value;
	next->limit = isfinite(m->bounds.limit) ? m->bounds.limit : 0;
	keep_evidence(m, s, x, next->verdict);
	learn(m, x, s->answered_ms);
}

static void
missing_speakers(
    const struct measure *m, const char *speakers, struct text *out)
{
	uint32_t left = 0;

	if (m->last_speakers < m->speakers_min)
		left = m->speakers_min - m->last_speakers;
	if (left > 0)
		text_addf(out, "%" PRIu32 " more %s", left, speakers);
	else
		text_addf(out, "more %s", speakers);
}

/* A row that has begun and is not long enough yet. */
static bool
is_short(const struct measure *m, const struct latch_run *run)
{
	return run->length > 0 && run->length < m->bounds.in_a_row;
}

static void
missing_row(const struct measure *m, const struct latch_run *run,
    const char *what, struct text *out)
{
	text_addf(out, "%" PRIu32 " more %s in a row",
	    m->bounds.in_a_row - run->length, what);
}

static void
missing_time(const struct latch_run *run, const char *where, int64_t for_ms,
    struct text *out)
{
	char held[DURATION_TEXT_MAX], wanted[DURATION_TEXT_MAX];

	text_addf(out, "%s the limit for %s of %s", where,
	    duration_text(run->held_ms, held), duration_text(for_ms, wanted));
}

void
measure_missing(const struct measure *m, const char *what, const char *speakers,
    struct text *out)
{
	const struct latch *l = &m->latch;
	struct latch_run bad = latch_run_of(l, LATCH_BAD);
	struct latch_run good = latch_run_of(l, LATCH_GOOD);
	bool has_tripped = l->verdict == VERDICT_TRIPPED;

	if (m->last_samples < m->bounds.min_samples)
		text_addf(out, "%u more %s",
		    m->bounds.min_samples - m->last_samples, what);
	else if (isnan(m->last_value))
		text_addf(out, "%s that can be measured", what);
	else if (m->learned != NULL &&
	    !baseline_may_judge(m->learned->baseline))
		baseline_missing(m->learned->baseline, out);
	else if (has_tripped && is_short(m, &good))
		missing_row(m, &good, what, out);
	else if (!has_tripped && is_short(m, &bad))
		missing_row(m, &bad, what, out);
	else if (has_tripped && good.length > 0)
		missing_time(&good, "back within", m->bounds.clear_for_ms, out);
	else if (!has_tripped && latch_is_beyond(&m->bounds, m->last_value) &&
	    is_alone(m))
		missing_speakers(m, speakers, out);
	else if (!has_tripped && bad.length > 0)
		missing_time(&bad, "beyond", m->bounds.for_ms, out);
	else if (!l->has_known)
		text_addf(out, "%s that can be measured", what);
}

int64_t
measure_look_back_ms(int64_t window_ms, const struct probe_settings *probe)
{
	int64_t paces_ms = LOOK_BACK_PACES * probe_pace_ms(probe);

	return window_ms > paces_ms ? window_ms : paces_ms;
}

int64_t
measure_hold_ms(int64_t for_ms, int64_t apart_ms)
{
	return (for_ms + apart_ms - 1) / apart_ms * apart_ms;
}

uint64_t
measure_room(int64_t window_ms, int64_t apart_ms)
{
	if (window_ms <= 0)
		return 0;
	return (uint64_t)((window_ms + apart_ms - 1) / apart_ms);
}

void
measure_hang_step(struct measure_hang *h)
{
	const struct probe_settings *p = h->probe;
	uint64_t room = measure_room(h->window_ms, probe_pace_ms(p));

	if (h->at_ms == 0)
		h->at_ms = p->interval_ms + p->timeout_ms;
	else
		h->at_ms += probe_pace_ms(p);
	if (h->bad < room)
		h->bad++;
	h->good = measure_room(h->window_ms - h->at_ms, p->interval_ms);
	h->is_over = h->good == 0 && h->bad >= room;
}
