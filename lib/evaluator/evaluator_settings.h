/*
 * evaluator_settings.h - what is common to all evaluators, their kinds, and
 * what can be said of a configured one before it has seen a sample.
 *
 * The probe is the one whose samples it gets: how often it asks decides what
 * "three in a row" means.
 */
#ifndef EVALUATOR_EVALUATOR_SETTINGS_H
#define EVALUATOR_EVALUATOR_SETTINGS_H

#include <stdint.h>

#include "base/option.h"
#include "base/source.h"
#include "probe/probe_settings.h"

struct evaluator_settings {
	struct source source;
	const char *name;
	const char *probe; /* name of a probe of the same service */
	const struct option_kind *kind;
	const void *settings; /* of the kind */
};

extern const struct option_table evaluator_options;

/* The kinds. */
extern const struct option_kind evaluator_consecutive;

/*
 * From the moment a target goes bad to the trip: at best, where it fails
 * fast and is asked at once, and at worst, where it went bad right after a
 * question and every answer takes the whole time-out.
 */
int64_t evaluator_fastest_trip_ms(
    const struct evaluator_settings *e, const struct probe_settings *probe);
int64_t evaluator_slowest_trip_ms(
    const struct evaluator_settings *e, const struct probe_settings *probe);

enum objection {
	OBJECTION_DOUBT, /* it works, but is hardly what was meant */
	OBJECTION_WRONG, /* it can never do its work */
};

/* text: what is wrong and what to do, for a person; borrowed. */
typedef void evaluator_object(
    enum objection objection, const char *text, void *arg);

/* Calls object for all that the settings contradict. */
void evaluator_check(const struct evaluator_settings *e,
    const struct probe_settings *probe, evaluator_object *object, void *arg);

#endif
