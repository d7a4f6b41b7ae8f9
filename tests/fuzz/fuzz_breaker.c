/*
 * Reads the input as settings and a stream of samples, resets and silences.
 * Beside the breaker goes a slow and obvious one, which keeps every answer
 * and counts them all anew each time: they must agree on the state after each
 * sample.  Times are whole slices of the window, so that its edge is exact.
 */
#include <stdlib.h>
#include <string.h>

#include "evaluator/breaker.h"
#include "evaluator/evaluator.h"
#include "tests/fuzz/fuzz.h"

#define SAMPLES_MAX 200
#define START_MS 1000000
#define WINDOW_MS 10000
#define SLICE_MS (WINDOW_MS / BREAKER_SLICES)

struct slow {
	struct breaker_settings set;
	struct sample samples[SAMPLES_MAX]; /* OK and FAILED that counted */
	size_t count;
	size_t fresh; /* the first that counts in the window */
	bool is_open;
	int64_t changed_ms, wait_ms;
	unsigned trials;
	int64_t reset_ms, heard_ms;
};

static void
insist(bool so)
{
	if (!so)
		abort();
}

static bool
failed(const struct slow *w, const struct sample *s)
{
	return s->outcome == SAMPLE_FAILED ||
	    (w->set.slow_call_ms > 0 &&
		s->latency_ms > (double)w->set.slow_call_ms);
}

static bool
should_open(const struct slow *w)
{
	int64_t now_ms = w->samples[w->count - 1].answered_ms;
	size_t all = 0, bad = 0;

	for (size_t i = w->fresh; i < w->count; i++) {
		if (now_ms - w->samples[i].answered_ms >= WINDOW_MS)
			continue;
		all++;
		bad += failed(w, &w->samples[i]);
	}
	return all >= w->set.min_samples &&
	    (double)bad >= w->set.error_threshold * (double)all - 1e-6;
}

static void
open_it(struct slow *w, int64_t at_ms, int64_t wait_ms)
{
	w->is_open = true;
	w->changed_ms = at_ms;
	w->wait_ms = wait_ms;
	w->trials = 0;
}

static void
trial(struct slow *w, const struct sample *s)
{
	int64_t longer_ms = (int64_t)((double)w->wait_ms * w->set.backoff);

	if (s->asked_ms < w->changed_ms + w->wait_ms)
		return;
	if (longer_ms > w->set.max_reset_timeout_ms)
		longer_ms = w->set.max_reset_timeout_ms;
	if (failed(w, s)) {
		open_it(w, s->answered_ms, longer_ms);
		return;
	}
	if (++w->trials < w->set.trials)
		return;
	w->is_open = false;
	w->changed_ms = s->answered_ms;
	w->fresh = w->count;
}

static void
take(struct slow *w, const struct sample *s)
{
	if (s->asked_ms < w->reset_ms || s->answered_ms < w->heard_ms)
		return;
	w->heard_ms = s->answered_ms;
	if (s->outcome == SAMPLE_LOST)
		return;
	if (!w->is_open && s->asked_ms < w->changed_ms)
		return;
	w->samples[w->count++] = *s;
	if (w->is_open)
		trial(w, s);
	else if (should_open(w))
		open_it(w, s->answered_ms, w->set.reset_timeout_ms);
}

static void
compare(const struct evaluator *e, const struct slow *w, int64_t now_ms)
{
	struct finding f = evaluator_finding(e);
	const char *state = evaluator_state(e, now_ms);
	char missing[EVALUATOR_TEXT_MAX] = "";
	struct sample kept[EVIDENCE_MAX];
	size_t count = evaluator_evidence(e, kept, EVIDENCE_MAX);

	insist((f.verdict == VERDICT_TRIPPED) == w->is_open);
	insist((strcmp(state, "closed") == 0) == !w->is_open);
	insist((strcmp(state, "half-open") == 0) ==
	    (w->is_open && now_ms >= w->changed_ms + w->wait_ms));
	insist(f.value >= 0.0 && f.value <= 1.0);
	insist(f.began_ms <= f.since_ms);
	insist(!w->is_open || count > 0);
	for (size_t i = 0; i < count; i++)
		insist(failed(w, &kept[i]) && kept[i].asked_ms >= w->reset_ms);
	evaluator_missing(e, now_ms, missing);
	insist((missing[0] == '\0') == (f.verdict == VERDICT_HEALTHY));
}

static void
reset(struct evaluator *e, struct slow *w, int64_t now_ms)
{
	evaluator_reset(e, now_ms);
	w->count = w->fresh = 0;
	w->is_open = false;
	w->changed_ms = INT64_MIN;
	w->reset_ms = w->heard_ms = now_ms;
}

static void
read_settings(struct breaker_settings *set, const uint8_t *data)
{
	*set = (struct breaker_settings){
		.error_threshold = (1 + data[0] % 10) / 10.0,
		.window_ms = WINDOW_MS,
		.min_samples = 1 + data[1] % 8,
		.reset_timeout_ms = 1000 + data[2] * 50,
		.trials = 1 + data[3] % 4,
		.backoff = 1 + data[3] / 16 / 4.0,
		.slow_call_ms = data[4] % 2 * 300,
	};
	set->max_reset_timeout_ms =
	    set->reset_timeout_ms * (1 + data[4] / 2 % 10);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct slow w;
	struct evaluator *e;
	int64_t now_ms = START_MS;

	if (size < 5)
		return 0;
	w = (struct slow){ .changed_ms = INT64_MIN };
	read_settings(&w.set, data);
	e = breaker_new(&w.set, 0);
	if (e == NULL)
		return 0;
	for (size_t i = 5; i < size && i < SAMPLES_MAX; i++) {
		/* Two bits each: what; how long it took; and the time. */
		struct sample s = { .answered_ms = now_ms,
			.outcome = data[i] % 3,
			.failure = "http.status" };

		s.latency_ms = (data[i] >> 6) * 150;
		s.asked_ms = now_ms - (data[i] >> 6) * 1500;
		if ((data[i] & 0x30) == 0x30) /* an answer out of order */
			s.answered_ms -= SLICE_MS;
		if ((data[i] & 3) == 3) {
			reset(e, &w, now_ms);
		} else {
			take(&w, &s);
			(void)evaluator_observe(e, &s);
		}
		compare(e, &w, now_ms);
		now_ms += (data[i] >> 2) % 16 * 5 * SLICE_MS;
	}
	evaluator_free(e);
	return 0;
}
