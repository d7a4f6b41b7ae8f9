/*
 * baseline.h - what is normal for one measured number, learned from it.
 *
 * Learns from healthy times only, and from nothing that may yet turn out to
 * have been the beginning of trouble: a value counts once nothing has tripped
 * for the length of the quarantine after it, and is thrown away otherwise.
 * What is normal is the median over time of medians, so that single wild values
 * and wild hours hardly move it.  Old values fade as new ones are learned, by
 * half in each half_life of learning; while nothing is learned, nothing is
 * forgotten: neither an incident nor a host that was off makes it younger.
 *
 * Fixed memory, baseline_bytes(), whatever the times are; none is taken after
 * it was made.  Time that passed is told by the values; no clock is compared
 * with another, so one that jumps harms nothing.
 */
#ifndef EVALUATOR_BASELINE_H
#define EVALUATOR_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/option.h"
#include "base/text.h"
#include "evaluator/evaluator.h"

/* As a group "baseline = { ... }" in the options of a kind. */
struct baseline_settings {
	bool is_given;
	int64_t min_age_ms;    /* of what counts, before it may judge */
	unsigned min_samples;  /* and from so many values */
	int64_t half_life_ms;  /* of learning: older values weigh half */
	int64_t quarantine_ms; /* so long values are held back */
	double at_least;       /* no limit above is less than this */
};

extern const struct option_table baseline_options;

/* Where a kind leaves it open how far, besides the times, is too far. */
#define BASELINE_DEVIATIONS 3.0

/* What contradicts itself in them; to be called from a kind's check. */
void baseline_check(const struct baseline_settings *settings,
    evaluator_object *object, void *arg);

/*
 * What an evaluator measures - its kind, probes, metrics, statistic and
 * window - whatever its limits are: what was learned of it is good for any
 * evaluator with the same digest.
 */
void baseline_subject(
    const struct evaluator_settings *e, char digest[DIGEST_TEXT_BYTES]);

struct baseline;

/* Copies the settings.  NULL when memory is short. */
struct baseline *baseline_new(const struct baseline_settings *settings);

/* NULL is allowed. */
void baseline_free(struct baseline *b);

/* Memory that each takes. */
size_t baseline_bytes(void);

/*
 * One more value, measured at that time.  What is not LEARNING_ON does not
 * count, and LEARNING_INCIDENT and LEARNING_TRIPPED throw away what is held
 * back as well.  A value that is not finite is none.
 */
void baseline_learn(
    struct baseline *b, enum learning learning, double value, int64_t at_ms);

/*
 * What the service says, unless the evaluator itself has tripped or measured
 * a value beyond its limit: a kind hands this on to baseline_learn().
 */
enum learning baseline_learning(
    enum learning service, enum verdict own, bool is_beyond);

/*
 * Old enough, from enough values, or pinned.  Once it may, it may until it is
 * reset or unpinned.
 */
bool baseline_may_judge(const struct baseline *b);

/* What is normal: as pinned, else as learned; NAN: not known yet. */
double baseline_value(const struct baseline *b);

/*
 * How far values stray from it, as a standard deviation where they are
 * normally distributed (1.4826 times the median distance), at least 1 % of
 * the value; NAN: not known.
 */
double baseline_spread(const struct baseline *b);

/*
 * So many times what is normal, and so many spreads away from it, whichever
 * is farther; 0 for one that is not asked for.  above: not less than
 * at_least.  NAN: it may not judge yet, or normal is zero and there is no
 * at_least, as zero has no multiple.  Of a negative value, five times means
 * four times its size away, too.
 */
double baseline_above(
    const struct baseline *b, double times, double deviations);
double baseline_below(
    const struct baseline *b, double times, double deviations);

/* "the baseline is 3h of 1d old"; adds nothing when nothing is missing. */
void baseline_missing(const struct baseline *b, struct text *out);

/* For people. */
struct baseline_view {
	double value; /* as baseline_value() and so on */
	double spread;
	double learned; /* without the pin */
	bool may_judge;
	int64_t age_ms;       /* time of learning that counts by now */
	uint64_t samples;     /* values that do, also those faded since */
	int64_t held_back_ms; /* time of learning in quarantine ... */
	uint64_t held_back;   /* ... and its values */
	int64_t min_age_ms;
	unsigned min_samples;
	enum learning learning; /* as of the last value */
	bool is_pinned;
};

struct baseline_view baseline_view(const struct baseline *b);

/* Stays normal whatever is learned (which goes on); finite. */
void baseline_pin(struct baseline *b, double value);
void baseline_unpin(struct baseline *b);

/* Forget all that was learned; a pin stays. */
void baseline_reset(struct baseline *b);

/* Counts up at every change of what is exported. */
uint64_t baseline_changes(const struct baseline *b);

/*
 * All of one into another that learns the same subject, and keeps its own
 * settings: across a reload.
 */
void baseline_copy(struct baseline *to, const struct baseline *from);

/* One more of the same; NULL when memory is short. */
struct baseline *baseline_clone(const struct baseline *b);

/*
 * The state as one line of JSON without a newline.  What was held back goes
 * on being so by the time that is watched, not the time that passes between:
 * nobody knows what happened then.
 */
#define BASELINE_TEXT_MAX 12288
void baseline_export(const struct baseline *b, struct text *out);

/*
 * All of it or nothing.  now_ms is the time that the next values count from.
 */
bool baseline_import(struct baseline *b, const char *bytes, size_t length,
    int64_t now_ms, struct error *err);

#endif
