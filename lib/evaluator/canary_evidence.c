#include "evaluator/canary_impl.h"

#include <math.h>

#include "base/text.h"

double
canary_measured(const struct canary_watch *m, const struct canary_side *side,
    const struct sample *s, bool *is_there)
{
	*is_there = true;
	if (m->measure == CANARY_FAILURES)
		return s->outcome == SAMPLE_FAILED;
	if (m->measure == CANARY_LATENCY) {
		*is_there = s->outcome == SAMPLE_OK ||
		    s->latency_ms >= side->time_out_ms;
		return s->latency_ms;
	}
	if (side->slot >= 0 && (unsigned)side->slot < s->value_count)
		return s->values[side->slot];
	/* Answered as it should be, but without this one: no number. */
	*is_there = s->outcome == SAMPLE_OK;
	return (double)NAN;
}

const struct canary_watch *
canary_suspect(const struct canary *c)
{
	const struct canary_watch *worst = NULL;
	double most = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct canary_series *s = &c->metrics[i].series;

		if (s->is_suspect && s->suspicion > most) {
			worst = &c->metrics[i];
			most = s->suspicion;
		}
	}
	return worst;
}

static bool
is_of_a_canary(const struct canary *c, const struct sample *s)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->metrics[i].canary.probe == s->probe)
			return true;
	}
	return false;
}

void
canary_remember(struct canary *c, const struct sample *s)
{
	size_t at = c->heard % EVIDENCE_MAX;

	if (!is_of_a_canary(c, s))
		return;
	for (size_t i = 0; i < c->count; i++) {
		struct canary_watch *m = &c->metrics[i];
		bool is_there = false;

		if (m->canary.probe == s->probe)
			m->recent[at] =
			    canary_measured(m, &m->canary, s, &is_there);
		if (!is_there)
			m->recent[at] = (double)NAN;
	}
	c->recent[at] = *s;
	c->heard++;
}

static void
keep_as_evidence(struct canary *c, const struct canary_watch *m, size_t at)
{
	struct sample kept = c->recent[at];

	if (isnan(m->recent[at]) || kept.answered_ms < m->series.suspect_ms)
		return;
	kept.has_value = true;
	kept.value = m->recent[at];
	if (kept.detail[0] == '\0') {
		struct text detail =
		    text_over(kept.detail, sizeof(kept.detail));

		text_addf(&detail, "metric %s", m->name);
	}
	(void)evaluator_keep(&c->base, &kept);
}

void
canary_keep_evidence(struct canary *c)
{
	const struct canary_watch *m = canary_suspect(c);
	uint64_t first = c->heard > EVIDENCE_MAX ? c->heard - EVIDENCE_MAX : 0;

	if (c->base.finding.verdict == VERDICT_TRIPPED)
		return;
	evaluator_forget(&c->base);
	for (uint64_t i = first; m != NULL && i < c->heard; i++)
		keep_as_evidence(c, m, (size_t)(i % EVIDENCE_MAX));
}
