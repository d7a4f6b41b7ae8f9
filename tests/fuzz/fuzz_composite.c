/*
 * Reads the input as weights, limits and what the parts say, a byte a moment.
 * Weights are whole numbers and the limit a fraction of their sum, so that
 * what it should say can be worked out without rounding.
 */
#include <stdlib.h>

#include "evaluator/composite.h"
#include "evaluator/evaluator.h"
#include "tests/fuzz/fuzz.h"

#define PARTS 4
#define HEADER 6
#define STEPS_MAX 300

static void
insist(bool so)
{
	if (!so)
		abort();
}

struct sum {
	unsigned tripped, unknown, all;
	uint64_t samples;
};

static struct sum
read_parts(const unsigned *weights, uint8_t byte, struct finding *parts)
{
	struct sum sum = { 0 };

	for (unsigned i = 0; i < PARTS; i++) {
		parts[i].verdict = (byte >> 2 * i & 3) % 3;
		parts[i].samples++;
		sum.samples += parts[i].samples;
		sum.all += weights[i];
		if (parts[i].verdict == VERDICT_TRIPPED)
			sum.tripped += weights[i];
		if (parts[i].verdict == VERDICT_UNKNOWN)
			sum.unknown += weights[i];
	}
	return sum;
}

/* With no time to hold it follows from the parts and the one before. */
static enum verdict
expected(const struct sum *s, unsigned above, unsigned clear, unsigned of,
    enum verdict before)
{
	unsigned most = s->tripped + s->unknown;

	if (s->tripped * of > above * s->all)
		return VERDICT_TRIPPED;
	if (most * of > above * s->all)
		return before == VERDICT_TRIPPED ? before : VERDICT_UNKNOWN;
	if (before == VERDICT_TRIPPED && most * of > clear * s->all)
		return before;
	return VERDICT_HEALTHY;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct composite_part list[PARTS];
	struct composite_settings set = { .parts = { list, PARTS } };
	struct finding parts[PARTS] = { { .verdict = VERDICT_UNKNOWN } };
	enum verdict before = VERDICT_UNKNOWN;
	unsigned weights[PARTS], above, clear;
	struct evaluator *e;

	if (size < HEADER)
		return 0;
	for (unsigned i = 0; i < PARTS; i++) {
		weights[i] = 1 + data[i] % 20;
		list[i] = (struct composite_part){ .evaluator = "a",
			.weight = weights[i] / 10.0 };
	}
	above = data[4] % 20;
	clear = above == 0 ? 0 : 1 + data[5] % above;
	set.above = above / 20.0;
	set.clear_below = clear / 20.0;
	set.for_ms = data[5] >> 7 ? 1000 : 0;
	e = composite_new(&set);
	if (e == NULL)
		return 0;
	for (size_t i = HEADER; i < size && i < STEPS_MAX; i++) {
		struct sum s = read_parts(weights, data[i], parts);
		int64_t at_ms = 1000000 + 400 * (int64_t)i;
		struct finding f = evaluator_combine(e, parts, at_ms);
		enum verdict v = expected(&s, above, clear, 20, before);

		insist(f.value >= 0.0 && f.value <= 1.0 + 1e-9);
		insist(f.samples == s.samples);
		insist(f.began_ms <= f.since_ms || f.verdict != before);
		if (set.for_ms == 0)
			insist(f.verdict == v);
		else /* it must hold, and so trips later, never sooner */
			insist(f.verdict != VERDICT_TRIPPED ||
			    before == VERDICT_TRIPPED || v == f.verdict);
		before = f.verdict;
	}
	evaluator_free(e);
	return 0;
}
