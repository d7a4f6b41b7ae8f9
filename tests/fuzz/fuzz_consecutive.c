/*
 * Reads the input as settings and a stream of samples, resets and silences.
 * Beside the evaluator goes a slow and obvious one, which looks at all that
 * counted since the last reset each time anew: they must agree on everything,
 * whatever the order and the outcome of the samples.
 */
#include <stdlib.h>

#include "evaluator/consecutive.h"
#include "evaluator/evaluator.h"
#include "tests/fuzz/fuzz.h"

#define SAMPLES_MAX 200
#define START_MS 1000000

struct history {
	struct sample samples[SAMPLES_MAX]; /* OK and FAILED that counted */
	size_t count;
	enum verdict verdicts[SAMPLES_MAX]; /* after each */
	int64_t reset_ms, heard_ms;
};

static void
insist(bool so)
{
	if (!so)
		abort();
}

/* Length of the run of such outcomes that ends with sample i. */
static size_t
run_until(const struct history *h, const struct consecutive_settings *set,
    size_t i, enum sample_outcome outcome)
{
	size_t length = 0;

	for (size_t k = i + 1; k-- > 0; length++) {
		int64_t apart_ms = k == i ?
		    0 :
		    h->samples[k + 1].answered_ms - h->samples[k].answered_ms;

		if (h->samples[k].outcome != outcome)
			break;
		if (set->max_gap_ms > 0 && apart_ms > set->max_gap_ms)
			break;
	}
	return length;
}

static enum verdict
verdict_after(const struct history *h, const struct consecutive_settings *set)
{
	enum verdict v = VERDICT_UNKNOWN;

	for (size_t i = 0; i < h->count; i++) {
		size_t bad = run_until(h, set, i, SAMPLE_FAILED);
		size_t good = run_until(h, set, i, SAMPLE_OK);

		if (bad >= set->failures_to_trip)
			v = VERDICT_TRIPPED;
		else if (good > 0 && v != VERDICT_TRIPPED)
			v = VERDICT_HEALTHY;
		else if (good >= set->successes_to_clear)
			v = VERDICT_HEALTHY;
	}
	return v;
}

/* It keeps what the newest failed, at most so many, all asked since. */
static void
check_evidence(const struct evaluator *e, const struct history *h,
    const struct consecutive_settings *set)
{
	struct finding f = evaluator_finding(e);
	struct sample kept[EVIDENCE_MAX];
	size_t count = evaluator_evidence(e, kept, EVIDENCE_MAX);

	insist(count <= EVIDENCE_MAX);
	for (size_t i = 0; i < count; i++) {
		insist(kept[i].outcome == SAMPLE_FAILED);
		insist(kept[i].asked_ms >= h->reset_ms);
		insist(
		    i == 0 || kept[i].answered_ms >= kept[i - 1].answered_ms);
	}
	if (f.verdict == VERDICT_TRIPPED) {
		size_t enough = set->failures_to_trip;

		insist(
		    count == (enough < EVIDENCE_MAX ? enough : EVIDENCE_MAX));
		insist(kept[count - 1].answered_ms == f.since_ms);
		insist(f.began_ms <= kept[0].answered_ms);
	}
}

static void
observe(struct evaluator *e, struct history *h,
    const struct consecutive_settings *set, const struct sample *s)
{
	struct finding before = evaluator_finding(e);
	struct finding f = evaluator_observe(e, s);
	bool counts =
	    s->asked_ms >= h->reset_ms && s->answered_ms >= h->heard_ms;

	if (counts)
		h->heard_ms = s->answered_ms;
	if (counts && s->outcome != SAMPLE_LOST)
		h->samples[h->count++] = *s;
	else
		insist(f.verdict == before.verdict &&
		    f.samples == before.samples && f.value == before.value);
	insist(f.verdict == verdict_after(h, set));
	insist(f.samples == h->count);
	insist(f.verdict == before.verdict || f.since_ms == s->answered_ms);
	insist(f.began_ms <= f.since_ms);
	check_evidence(e, h, set);
}

static void
reset(struct evaluator *e, struct history *h, int64_t now_ms)
{
	evaluator_reset(e, now_ms);
	h->count = 0;
	h->reset_ms = h->heard_ms = now_ms;
	insist(evaluator_finding(e).verdict == VERDICT_UNKNOWN);
	insist(!evaluator_is_stale(e, now_ms + 1000000));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct history h;
	struct consecutive_settings set;
	struct evaluator *e;
	int64_t now_ms = START_MS;

	if (size < 3)
		return 0;
	h = (struct history){ .reset_ms = 0, .heard_ms = 0 };
	set = (struct consecutive_settings){ 1 + data[0] % 12, 1 + data[1] % 4,
		data[2] * 100 };
	e = consecutive_new(&set);
	if (e == NULL)
		return 0;
	for (size_t i = 3; i < size && i < SAMPLES_MAX; i++) {
		/* Two bits each: what; how long it took; and the time. */
		struct sample s = { .answered_ms = now_ms,
			.outcome = data[i] % 3,
			.failure = "http.status" };
		bool is_reset = (data[i] & 3) == 3;

		s.asked_ms = now_ms - (data[i] >> 6) * 300;
		if ((data[i] & 0x30) == 0x30) /* an answer out of order */
			s.answered_ms -= 250;
		if (is_reset)
			reset(e, &h, now_ms);
		else
			observe(e, &h, &set, &s);
		now_ms += (data[i] >> 2) % 16 * 100;
	}
	evaluator_free(e);
	return 0;
}
