/*
 * Reads the input as settings and samples of two probes, in any order, with
 * any numbers, resets and silences among them.  Two evaluators that are told
 * the same must find the same; what they find must be possible.
 */
#include "evaluator/canary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluator/comparison.h"
#include "evaluator/evaluator.h"
#include "tests/fuzz/fuzz.h"

#define METRICS 2
#define START_MS 1000000
#define SAMPLES_MAX 150
#define CANARY_PROBE 0
#define BASELINE_PROBE 3

struct pair {
	struct evaluator *e, *twin;
	struct canary_settings settings;
	struct canary_metric metrics[METRICS];
	unsigned points[METRICS]; /* of the canary, at most so many */
	int64_t now_ms, reset_ms;
};

static void
insist(bool so)
{
	if (!so)
		abort();
}

static bool
is_same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static void
check_finding(struct pair *p, const struct finding *f)
{
	struct finding twin = evaluator_finding(p->twin);
	struct sample kept[EVIDENCE_MAX];
	size_t count = evaluator_evidence(p->e, kept, EVIDENCE_MAX);

	insist(f->verdict == twin.verdict && is_same(f->value, twin.value));
	insist(f->began_ms == twin.began_ms && f->since_ms == twin.since_ms);
	insist(isnan(f->value) || (f->value >= 0 && f->value <= 100));
	if (f->verdict == VERDICT_TRIPPED)
		insist(f->value < p->settings.pass);
	if (f->verdict == VERDICT_HEALTHY)
		insist(f->value >= p->settings.marginal);
	for (size_t i = 0; i < METRICS; i++) {
		if (p->points[i] < p->settings.min_samples)
			insist(canary_standing(p->e, i) == CANARY_NODATA);
	}
	insist(count <= EVIDENCE_MAX);
	for (size_t i = 0; i < count; i++)
		insist(kept[i].asked_ms >= p->reset_ms && kept[i].has_value &&
		    kept[i].values == NULL);
}

static void
observe(struct pair *p, const struct sample *s)
{
	struct finding before = evaluator_finding(p->e), f;
	char text[EVALUATOR_TEXT_MAX];

	f = evaluator_observe(p->e, s);
	(void)evaluator_observe(p->twin, s);
	if (s->probe == CANARY_PROBE) {
		p->points[0]++;
		p->points[1]++;
	}
	if (s->outcome == SAMPLE_LOST)
		insist(f.verdict == before.verdict &&
		    (f.samples == before.samples));
	check_finding(p, &f);
	evaluator_missing(p->e, p->now_ms, text);
	insist(memchr(text, '\0', sizeof(text)) != NULL);
	(void)evaluator_state(p->e, p->now_ms);
}

static void
reset(struct pair *p)
{
	evaluator_reset(p->e, p->now_ms);
	evaluator_reset(p->twin, p->now_ms);
	p->reset_ms = p->now_ms;
	p->points[0] = p->points[1] = 0;
	insist(evaluator_finding(p->e).verdict == VERDICT_UNKNOWN);
}

/* Two bytes: what and when; the value. */
static void
step(struct pair *p, const uint8_t *d)
{
	double values[METRICS] = { d[1] % 16, d[1] >> 4 };
	struct sample s = { .probe =
				(d[0] & 1) != 0 ? BASELINE_PROBE : CANARY_PROBE,
		.asked_ms = p->now_ms,
		.answered_ms = p->now_ms,
		.latency_ms = d[1],
		.outcome = (d[0] & 6) == 6 ? SAMPLE_LOST : SAMPLE_OK,
		.values = values,
		.value_count = (d[0] & 8) != 0 ? METRICS : 1 };

	if (d[1] == 255)
		values[0] = (double)NAN;
	if (d[1] == 254)
		values[0] = -(double)INFINITY;
	if ((d[0] & 6) == 4)
		s.outcome = SAMPLE_FAILED;
	if (d[0] >> 4 == 15)
		s.answered_ms -= 500;
	if (d[0] == 0xe7)
		reset(p);
	else
		observe(p, &s);
	p->now_ms += (d[0] >> 4) == 14 ? 3600000 : 100 * (d[0] >> 4);
}

static void
set(struct pair *p, const uint8_t *d)
{
	for (size_t i = 0; i < METRICS; i++)
		p->metrics[i] = (struct canary_metric){
			.name = i == 0 ? "first" : "second",
			.direction = (d[i] & 3) % 3,
			.nan = d[i] >> 2 & 1,
			.measure = i == 1 ? (d[1] >> 3 & 3) % 3 : 0,
			.critical = (d[i] & 32) != 0,
			.tolerance = (d[i] >> 6) / 4.0,
			.cles = COMPARISON_CLES,
			.weight = 1 + d[2] % 4 * (double)i,
		};
	p->settings = (struct canary_settings){
		.metrics = { p->metrics, METRICS },
		.min_samples = 5 + d[2] / 32,
		.window = 12 + d[3] % 50,
		.confidence = 0.5 + (d[3] & 7) / 16.0,
		.pass = 95,
		.marginal = 60 + d[2] % 16,
	};
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct probe_settings probe = {
		.name = "p", .interval_ms = 1000, .timeout_ms = 500
	};
	struct evaluator_source sources[] = { { &probe, CANARY_PROBE, 0 },
		{ &probe, BASELINE_PROBE, 0 }, { &probe, CANARY_PROBE, 1 },
		{ &probe, BASELINE_PROBE, 1 } };
	struct evaluator_settings settings = { .kind = &evaluator_canary };
	struct pair p = { .now_ms = START_MS };

	if (size < 4)
		return 0;
	set(&p, data);
	settings.settings = &p.settings;
	p.e = evaluator_new(&settings, sources, 2 * METRICS);
	p.twin = evaluator_new(&settings, sources, 2 * METRICS);
	if (p.e != NULL && p.twin != NULL) {
		for (size_t i = 4; i + 1 < size && i < SAMPLES_MAX * 2; i += 2)
			step(&p, data + i);
	}
	evaluator_free(p.e);
	evaluator_free(p.twin);
	return 0;
}
