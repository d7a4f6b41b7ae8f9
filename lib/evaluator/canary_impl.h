/*
 * canary_impl.h - the insides of a canary evaluator, for its own files alone.
 */
#ifndef EVALUATOR_CANARY_IMPL_H
#define EVALUATOR_CANARY_IMPL_H

#include "base/units.h"
#include "evaluator/canary_series.h"
#include "evaluator/evaluator_impl.h"

/* A failed answer that took this share of the time-out was slow, too. */
#define CANARY_TIMEOUT_SHARE 0.9

/* One side of a metric. */
struct canary_side {
	unsigned probe;
	int slot;           /* -1: outcome and time */
	double time_out_ms; /* as good as */
};

/* One metric. */
struct canary_watch {
	char name[NAME_MAX_BYTES + 1];
	int measure;
	bool critical;
	double weight;
	struct canary_side canary, baseline;
	struct canary_series series;
	double recent[EVIDENCE_MAX]; /* by sample of recent; NAN: none */
};

struct canary {
	struct evaluator base;
	double pass, marginal;
	unsigned min_samples;
	unsigned fresh;       /* samples since the last long silence */
	int64_t borne_out_ms; /* see note_age() */
	size_t count;
	struct canary_watch *metrics;
	struct comparison_room room;
	uint64_t heard;                     /* samples of any canary */
	struct sample recent[EVIDENCE_MAX]; /* the last of them */
};

/* A value of that side in a sample of its probe; NAN: there is no number. */
double canary_measured(const struct canary_watch *m,
    const struct canary_side *side, const struct sample *s, bool *is_there);

/* What speaks loudest against the canary; NULL: nothing does. */
const struct canary_watch *canary_suspect(const struct canary *c);

/* One more sample, of which some may become evidence. */
void canary_remember(struct canary *c, const struct sample *s);

/*
 * The last samples of what speaks loudest, since it does, each with what it
 * measured.  What tripped it stays until it is healthy again.
 */
void canary_keep_evidence(struct canary *c);

#endif
