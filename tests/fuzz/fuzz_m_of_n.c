/*
 * Reads the input as settings and a stream of samples, resets and silences.
 * Beside the evaluator goes a slow and obvious one, which looks at all that
 * counted since the last reset each time anew: they must agree.
 */
#include <stdlib.h>

#include "evaluator/evaluator.h"
#include "evaluator/m_of_n.h"
#include "tests/fuzz/fuzz.h"

#define SAMPLES_MAX 200
#define START_MS 1000000

struct history {
	struct sample samples[SAMPLES_MAX]; /* OK and FAILED that counted */
	size_t count;
	int64_t reset_ms, heard_ms;
};

static void
insist(bool so)
{
	if (!so)
		abort();
}

/* The first of the last N up to sample i that no silence cuts off. */
static size_t
first_of(const struct history *h, const struct m_of_n_settings *set, size_t i)
{
	size_t first = i;

	while (first > 0 && i - first + 1 < set->of &&
	    (set->max_gap_ms == 0 ||
		h->samples[first].answered_ms -
			h->samples[first - 1].answered_ms <=
		    set->max_gap_ms))
		first--;
	return first;
}

static size_t
failures_of(const struct history *h, size_t first, size_t last)
{
	size_t failures = 0;

	for (size_t i = first; i <= last; i++)
		failures += h->samples[i].outcome == SAMPLE_FAILED;
	return failures;
}

/* No silence ends a row of successes but one that is too long. */
static size_t
row_of(const struct history *h, const struct m_of_n_settings *set, size_t i)
{
	size_t row = 0;

	for (size_t k = i + 1; k-- > 0; row++) {
		if (h->samples[k].outcome != SAMPLE_OK)
			break;
		if (k < i && set->max_gap_ms > 0 &&
		    h->samples[k + 1].answered_ms - h->samples[k].answered_ms >
			set->max_gap_ms)
			break;
	}
	return row;
}

static enum verdict
verdict_after(const struct history *h, const struct m_of_n_settings *set)
{
	size_t below = set->clear_below == 0 ? set->failures : set->clear_below;
	enum verdict v = VERDICT_UNKNOWN;

	for (size_t i = 0; i < h->count; i++) {
		size_t first = first_of(h, set, i);
		size_t bad = failures_of(h, first, i);
		size_t good = i - first + 1 - bad;

		if (bad >= set->failures)
			v = VERDICT_TRIPPED;
		else if (v == VERDICT_TRIPPED) {
			if (bad < below && row_of(h, set, i) >= set->recover)
				v = VERDICT_HEALTHY;
		} else if (good > set->of - set->failures)
			v = VERDICT_HEALTHY;
	}
	return v;
}

static void
observe(struct evaluator *e, struct history *h,
    const struct m_of_n_settings *set, const struct sample *s)
{
	struct finding before = evaluator_finding(e);
	struct finding f = evaluator_observe(e, s);
	struct sample kept[EVIDENCE_MAX];
	size_t count = evaluator_evidence(e, kept, EVIDENCE_MAX);
	bool counts =
	    s->asked_ms >= h->reset_ms && s->answered_ms >= h->heard_ms;

	if (counts)
		h->heard_ms = s->answered_ms;
	if (counts && s->outcome != SAMPLE_LOST)
		h->samples[h->count++] = *s;
	else
		insist(f.verdict == before.verdict && f.value == before.value);
	insist(f.verdict == verdict_after(h, set));
	insist(f.samples == h->count);
	insist(f.verdict == before.verdict || f.since_ms == s->answered_ms);
	insist(f.began_ms <= f.since_ms);
	if (h->count > 0)
		insist((size_t)f.value ==
		    failures_of(
			h, first_of(h, set, h->count - 1), h->count - 1));
	for (size_t i = 0; i < count; i++)
		insist(kept[i].outcome == SAMPLE_FAILED &&
		    kept[i].asked_ms >= h->reset_ms);
	insist(f.verdict != VERDICT_TRIPPED || count > 0);
	/* Those of before it was healthy were forgotten then. */
	insist(count <= set->failures);
}

static void
reset(struct evaluator *e, struct history *h, int64_t now_ms)
{
	evaluator_reset(e, now_ms);
	h->count = 0;
	h->reset_ms = h->heard_ms = now_ms;
	insist(evaluator_finding(e).verdict == VERDICT_UNKNOWN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct history h;
	struct m_of_n_settings set;
	struct evaluator *e;
	int64_t now_ms = START_MS;

	if (size < 5)
		return 0;
	h = (struct history){ .reset_ms = 0, .heard_ms = 0 };
	set.of = 1 + data[0] % 12;
	set.failures = 1 + data[1] % set.of;
	set.recover = 1 + data[2] % 4;
	set.clear_below = data[3] % (set.failures + 1);
	set.max_gap_ms = data[4] * 100;
	e = m_of_n_new(&set);
	if (e == NULL)
		return 0;
	for (size_t i = 5; i < size && i < SAMPLES_MAX; i++) {
		/* Two bits each: what; how long it took; and the time. */
		struct sample s = { .answered_ms = now_ms,
			.outcome = data[i] % 3,
			.failure = "http.status" };

		s.asked_ms = now_ms - (data[i] >> 6) * 300;
		if ((data[i] & 0x30) == 0x30) /* an answer out of order */
			s.answered_ms -= 250;
		if ((data[i] & 3) == 3)
			reset(e, &h, now_ms);
		else
			observe(e, &h, &set, &s);
		now_ms += (data[i] >> 2) % 16 * 100;
	}
	evaluator_free(e);
	return 0;
}
