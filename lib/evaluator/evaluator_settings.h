/*
 * evaluator_settings.h - what is common to all evaluators, their kinds, and
 * what can be said of a configured one before it has seen a sample.
 *
 * An evaluator takes from one probe or from several of its service, or from
 * other evaluators.  How often its probes ask decides what "three in a row"
 * means.
 */
#ifndef EVALUATOR_EVALUATOR_SETTINGS_H
#define EVALUATOR_EVALUATOR_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/option.h"
#include "base/source.h"
#include "base/strings.h"
#include "probe/metric_name.h"
#include "probe/probe_settings.h"

#define EVALUATOR_INPUTS_MAX 64
#define EVALUATOR_PARTS_MAX 32

struct evaluator_settings {
	struct source source;
	const char *name;
	const char *probe; /* of the same service; NULL: the kind needs none */
	const struct option_kind *kind;
	const void *settings; /* of the kind */
};

extern const struct option_table evaluator_options;

/* The kinds. */
extern const struct option_kind evaluator_baseline_kind;
extern const struct option_kind evaluator_canary;
extern const struct option_kind evaluator_consecutive;
extern const struct option_kind evaluator_latency;
extern const struct option_kind evaluator_m_of_n;
extern const struct option_kind evaluator_breaker;
extern const struct option_kind evaluator_composite;
extern const struct option_kind evaluator_error_rate;
extern const struct option_kind evaluator_threshold;

/* What it wants to be told. */
struct evaluator_input {
	const char *probe;         /* of the same service; NULL: not said */
	bool wants_value;          /* else the outcome and the time it took */
	struct metric_name metric; /* with wants_value */
};

/* Fills in up to EVALUATOR_INPUTS_MAX of them and returns how many. */
size_t evaluator_inputs(
    const struct evaluator_settings *e, struct evaluator_input *inputs);

/* Does it look at answers that were asked out of turn? */
bool evaluator_takes_rechecks(const struct evaluator_settings *e);

/* Does it combine others?  Else it looks at probes itself. */
bool evaluator_combines(const struct evaluator_settings *e);

/*
 * Fills in the names of those that it combines, up to EVALUATOR_PARTS_MAX, and
 * returns how many; NULL where a configuration with complaints has none.
 */
size_t evaluator_parts(const struct evaluator_settings *e, const char **names);

/* One of those that it combines is called that. */
bool evaluator_has_part(const struct evaluator_settings *e, const char *name);

/* Where an input is found, in the order of the inputs. */
struct evaluator_source {
	const struct probe_settings *probe;
	unsigned probe_index; /* in the service */
	int slot;             /* in sample.values; -1: outcome and time */
};

/* "ms", "failures": of value and limit, for people. */
const char *evaluator_unit(const struct evaluator_settings *e);

/*
 * From the moment a target goes bad to the trip: at best, where it fails
 * fast and is asked at once, and at worst, where it went bad right after a
 * question and every answer takes the whole time-out.  Not of those that
 * combine others.
 */
int64_t evaluator_fastest_trip_ms(const struct evaluator_settings *e,
    const struct evaluator_source *sources, size_t count);
int64_t evaluator_slowest_trip_ms(const struct evaluator_settings *e,
    const struct evaluator_source *sources, size_t count);

/*
 * Of one that combines others: when it trips, at best, if its parts trip so
 * long after the target went bad.
 */
int64_t evaluator_together_ms(
    const struct evaluator_settings *e, const int64_t *parts_ms);

enum objection {
	OBJECTION_DOUBT, /* it works, but is hardly what was meant */
	OBJECTION_WRONG, /* it can never do its work */
};

/* text: what is wrong and what to do, for a person; borrowed. */
typedef void evaluator_object(
    enum objection objection, const char *text, void *arg);

/* Calls object for all that the settings contradict. */
void evaluator_check(const struct evaluator_settings *e,
    const struct evaluator_source *sources, size_t count,
    evaluator_object *object, void *arg);

#endif
