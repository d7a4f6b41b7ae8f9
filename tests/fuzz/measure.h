/*
 * measure.h - what must hold of every evaluator that measures and holds
 * against a limit, whatever samples it is told in whatever order.
 *
 * Two of them are told the same, but the second no LOST samples: as long as
 * no time must be held, they must agree on everything.
 */
#ifndef TESTS_FUZZ_MEASURE_H
#define TESTS_FUZZ_MEASURE_H

#include <math.h>
#include <stdlib.h>

#include "evaluator/evaluator.h"
#include "tests/fuzz/fuzz.h"

struct measure_pair {
	struct evaluator *all;
	struct evaluator *known; /* without LOST */
	bool holds_time;         /* for or clear_for is set */
	int64_t reset_ms;
	int64_t heard_ms; /* what comes with an older time is passed over */
};

static inline void
insist(bool so)
{
	if (!so)
		abort();
}

static inline bool
same_finding(const struct finding *a, const struct finding *b)
{
	return a->verdict == b->verdict && a->since_ms == b->since_ms &&
	    a->began_ms == b->began_ms && a->samples == b->samples &&
	    a->value == b->value && a->limit == b->limit;
}

static inline void
check_finding(
    const struct measure_pair *p, const struct finding *f, int64_t now_ms)
{
	struct sample kept[EVIDENCE_MAX];
	size_t count = evaluator_evidence(p->all, kept, EVIDENCE_MAX);
	char text[EVALUATOR_TEXT_MAX] = "";

	insist(isfinite(f->value) && isfinite(f->limit));
	insist(f->verdict == VERDICT_UNKNOWN || f->began_ms <= f->since_ms);
	insist(f->verdict == VERDICT_UNKNOWN || f->began_ms >= p->reset_ms);
	for (size_t i = 0; i < count; i++) {
		insist(kept[i].outcome != SAMPLE_LOST);
		insist(kept[i].asked_ms >= p->reset_ms);
		insist(
		    i == 0 || kept[i].answered_ms >= kept[i - 1].answered_ms);
		insist(kept[i].values == NULL);
	}
	evaluator_missing(p->all, now_ms, text);
	(void)evaluator_is_stale(p->all, now_ms);
}

static inline void
tell_pair(struct measure_pair *p, const struct sample *s)
{
	struct finding before = evaluator_finding(p->all);
	struct finding f = evaluator_observe(p->all, s);

	if (s->outcome == SAMPLE_LOST || s->answered_ms < p->heard_ms) {
		insist(same_finding(&before, &f));
	} else {
		struct finding other = evaluator_observe(p->known, s);

		insist(p->holds_time || same_finding(&f, &other));
	}
	insist(f.verdict == before.verdict || f.since_ms == s->answered_ms);
	if (s->asked_ms >= p->reset_ms && s->answered_ms > p->heard_ms)
		p->heard_ms = s->answered_ms;
	check_finding(p, &f, s->answered_ms);
}

static inline void
reset_pair(struct measure_pair *p, int64_t now_ms)
{
	evaluator_reset(p->all, now_ms);
	evaluator_reset(p->known, now_ms);
	p->reset_ms = p->heard_ms = now_ms;
	insist(evaluator_finding(p->all).verdict == VERDICT_UNKNOWN);
}

static inline void
free_pair(struct measure_pair *p)
{
	evaluator_free(p->all);
	evaluator_free(p->known);
}

static inline bool
new_pair(struct measure_pair *p, const struct evaluator_settings *settings,
    const struct evaluator_source *sources, size_t count)
{
	*p = (struct measure_pair){ .reset_ms = INT64_MIN,
		.heard_ms = INT64_MIN };
	p->all = evaluator_new(settings, sources, count);
	p->known = evaluator_new(settings, sources, count);
	if (p->all != NULL && p->known != NULL)
		return true;
	free_pair(p);
	return false;
}

#endif
