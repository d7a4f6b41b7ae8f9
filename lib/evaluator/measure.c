#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "base/units.h"
#include "evaluator/measure_impl.h"

#define LOOK_BACK_PACES 5
#define OBJECTION_TEXT_MAX 256

/* What left the window no longer speaks for anything. */
static void
drop_evidence_before(struct evaluator *e, int64_t first_ms)
{
	struct sample kept[EVIDENCE_MAX];
	size_t count = e->kept < EVIDENCE_MAX ? e->kept : EVIDENCE_MAX;
	size_t oldest = (e->kept - count) % EVIDENCE_MAX;

	if (count == 0 || e->evidence[oldest].answered_ms >= first_ms)
		return;
	count = evaluator_evidence(e, kept, EVIDENCE_MAX);
	evaluator_forget(e);
	for (size_t i = 0; i < count; i++)
		if (kept[i].answered_ms >= first_ms)
			evaluator_keep(e, &kept[i]);
}

/* What tripped it stays in evidence until it is healthy again. */
static void
keep_evidence(struct measure *m, const struct sample *s,
    const struct measurement *x, enum verdict now)
{
	enum verdict before = m->base.finding.verdict;
	struct sample speaker = *s;

	if (before == VERDICT_TRIPPED) {
		if (now != VERDICT_TRIPPED)
			evaluator_forget(&m->base);
		return;
	}
	drop_evidence_before(&m->base, x->first_ms);
	if (!x->speaks)
		return;
	speaker.has_value = isfinite(x->own);
	speaker.value = speaker.has_value ? x->own : 0;
	evaluator_keep(&m->base, &speaker);
}

static void
note_onset(struct measure *m, int64_t at_ms)
{
	if (m->latch.bad.length != 1)
		return;
	m->onset_ms = at_ms;
	if (m->last.first_ms < at_ms)
		m->onset_ms = m->last.first_ms;
}

static bool
is_alone(const struct measure *m, const struct measurement *x)
{
	return latch_is_beyond(&m->bounds, x->value) &&
	    x->speakers < MEASURE_SPEAKERS_MIN;
}

void
measure_init(struct measure *m, const struct evaluator_ops *ops,
    const struct latch_settings *bounds)
{
	evaluator_init(&m->base, ops, bounds->gap_ms);
	m->bounds = *bounds;
	measure_reset(m);
}

void
measure_reset(struct measure *m)
{
	m->latch = (struct latch){ .verdict = VERDICT_UNKNOWN };
	m->last = (struct measurement){ .first_ms = INT64_MAX };
}

struct finding
measure_lost(struct measure *m)
{
	latch_lost(&m->latch);
	return m->base.finding;
}

struct finding
measure_judge(
    struct measure *m, const struct sample *s, const struct measurement *x)
{
	struct finding next = m->base.finding;
	double value = is_alone(m, x) ? (double)NAN : x->value;

	m->last = *x;
	next.verdict = latch_measure(
	    &m->latch, &m->bounds, value, x->samples, s->answered_ms);
	if (!m->latch.is_broken) {
		note_onset(m, s->answered_ms);
		if (latch_bears_out(&m->latch, &m->bounds))
			evaluator_warm(&m->base);
	}
	/* An answer from which nothing is learned keeps no verdict young. */
	if (m->latch.has_known)
		m->base.told_ms = m->latch.known_ms;
	if (next.verdict != m->base.finding.verdict)
		next.began_ms = next.verdict == VERDICT_TRIPPED ?
		    m->onset_ms :
		    m->latch.began_ms;
	if (isfinite(x->value))
		next.value = x->value;
	next.limit = isfinite(m->bounds.limit) ? m->bounds.limit : 0;
	keep_evidence(m, s, x, next.verdict);
	return next;
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
measure_missing(const struct measure *m, const char *what, struct text *out)
{
	const struct latch *l = &m->latch;
	uint64_t samples = m->last.samples;

	if (samples < m->bounds.min_samples)
		text_addf(out, "%" PRIu64 " more %s",
		    m->bounds.min_samples - samples, what);
	else if (isnan(m->last.value))
		text_addf(out, "%s that can be measured", what);
	else if (l->verdict == VERDICT_TRIPPED && l->good.length > 0)
		missing_time(
		    &l->good, "back within", m->bounds.clear_for_ms, out);
	else if (l->verdict != VERDICT_TRIPPED && is_alone(m, &m->last))
		text_add(out, "a second one beyond the limit");
	else if (l->verdict != VERDICT_TRIPPED && l->bad.length > 0)
		missing_time(&l->bad, "beyond", m->bounds.for_ms, out);
}

struct measurement
measure_window(const struct window *w, bool speaks)
{
	struct window_totals t = window_totals(w);

	return (struct measurement){ .samples = t.ok + t.failed,
		.speakers = t.failed,
		.first_ms = t.first_failed_ms,
		.speaks = speaks };
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

/* Can it never be judged, or not always? */
static void
check_room(const struct measure_doubts *d, evaluator_object *object, void *arg)
{
	int64_t quick_ms = d->probe->interval_ms;
	int64_t slow_ms = probe_pace_ms(d->probe);
	/* The oldest slice may have left already. */
	int64_t sure_ms = d->window_ms - d->window_ms / d->slices;
	unsigned wanted = d->bounds->min_samples;
	bool never = measure_room(d->window_ms, quick_ms) < wanted;
	char window[DURATION_TEXT_MAX], apart[DURATION_TEXT_MAX];
	char text[OBJECTION_TEXT_MAX];

	if (!never && measure_room(sure_ms, slow_ms) >= wanted)
		return;
	(void)snprintf(text, sizeof(text),
	    "%s: a window of %s %s hold min_samples = %u %s of \"%s\", %s "
	    "apart; make the window longer or min_samples smaller",
	    never ? "it can never be judged" :
		    "a target that hangs may not be judged",
	    duration_text(d->window_ms, window), never ? "cannot" : "may not",
	    wanted, d->what, d->probe->name,
	    duration_text(never ? quick_ms : slow_ms, apart));
	object(never ? OBJECTION_WRONG : OBJECTION_DOUBT, text, arg);
}

void
measure_check(
    const struct measure_doubts *d, evaluator_object *object, void *arg)
{
	if (d->bounds->min_samples == 1)
		object(OBJECTION_DOUBT,
		    "min_samples = 1: one sample is enough to judge by; set "
		    "it to at least 2",
		    arg);
	if (d->window_ms > 0)
		check_room(d, object, arg);
}
