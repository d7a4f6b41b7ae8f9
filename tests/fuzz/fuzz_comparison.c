/*
 * Reads the input as settings and two samples.  However strange the numbers:
 * what is a probability lies between 0 and 1, exchanging the two samples
 * exchanges what is said of them, and nothing fails without cause.
 */
#include "evaluator/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluator/hodges_lehmann.h"
#include "tests/fuzz/fuzz.h"

#define POINTS 80
#define EXACT 20
#define ROUNDING 1e-9

static double doubles[COMPARISON_ROOM(POINTS, EXACT)];

static void
insist(bool so)
{
	if (!so)
		abort();
}

static bool
is_share(double p)
{
	return p >= 0 && p <= 1 + ROUNDING;
}

static bool
is_same(double a, double b)
{
	return a == b || fabs(a - b) <= ROUNDING;
}

/* Small whole numbers, which tie, or any eight bytes. */
static double
take(const uint8_t **data, size_t *size)
{
	double value = **data >> 4;
	bool is_any = (**data & 15) == 15;

	(*data)++;
	(*size)--;
	if (is_any && *size >= sizeof(value)) {
		memcpy(&value, *data, sizeof(value));
		*data += sizeof(value);
		*size -= sizeof(value);
	}
	return value;
}

static void
check_statistics(const struct comparison *c, double confidence,
    const struct mann_whitney_room *room)
{
	struct hodges_lehmann h;

	insist(is_share(c->test.less) && is_share(c->test.greater));
	insist(is_share(c->test.two_sided) && is_share(c->effect.cles));
	insist(c->test.less + c->test.greater >= 1 - ROUNDING);
	h = hodges_lehmann(c->canary, c->baseline, confidence, room);
	insist(h.low <= h.estimate && h.estimate <= h.high);
}

static void
check_verdict(const struct comparison *c, const struct comparison_settings *s)
{
	char text[COMPARISON_TEXT_MAX];

	insist(is_share(c->p) && is_share(c->higher) && is_share(c->lower));
	if (c->verdict == COMPARISON_FAIL) {
		insist(c->p <= c->alpha);
		insist(c->canary.count >= COMPARISON_SAMPLES_MIN);
		insist(c->baseline.count >= COMPARISON_SAMPLES_MIN);
		insist(fmax(c->effect.cles, 1 - c->effect.cles) >= s->cles);
	}
	comparison_explain(c, s, text);
	insist(text[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	double canary[POINTS], baseline[POINTS];
	size_t m = 0, n = 0;
	struct comparison_room room =
	    comparison_room_over(doubles, POINTS, EXACT);
	struct comparison_settings s;
	struct comparison c, swapped;

	if (size < 4)
		return 0;
	s = (struct comparison_settings){ .direction = data[0] % 3,
		.nan = data[0] >> 4 & 1,
		.confidence = 0.5 + data[1] % 50 / 100.0,
		.tolerance = data[2] % 40 / 10.0,
		.cles = 0.5 + data[3] % 50 / 100.0,
		.d = data[3] / 50 };
	for (data += 4, size -= 4; size > 0 && m < POINTS && n < POINTS;) {
		if ((*data & 1) != 0)
			canary[m++] = take(&data, &size);
		else
			baseline[n++] = take(&data, &size);
	}
	swapped = comparison_make(&s, baseline, n, canary, m, &room);
	c = comparison_make(&s, canary, m, baseline, n, &room);
	check_verdict(&c, &s);
	if (c.canary.count == 0 || c.baseline.count == 0)
		return 0;
	check_statistics(&c, s.confidence, &room.exact);
	insist(is_same(c.test.less, swapped.test.greater));
	insist(is_same(c.test.two_sided, swapped.test.two_sided));
	insist(is_same(c.effect.cles, 1 - swapped.effect.cles));
	return 0;
}
