/*
 * composite.h - a weighted score of other evaluators.
 *
 * The score is the weight of the parts that have tripped, as a share of that
 * of all parts.  What any, all or so many of equal evaluators say is for
 * rules; this is for signals of unequal worth.
 *
 * A part without a verdict may be either way: it has tripped when the score
 * is beyond the limit without it, and is healthy when it would not be beyond
 * with it.  Else nothing is known, which ends no trip.
 *
 * Time for which it must hold counts only while parts that suffice hear of
 * their targets: lost samples neither add to it nor clear anything.
 */
#ifndef EVALUATOR_COMPOSITE_H
#define EVALUATOR_COMPOSITE_H

#include <stdint.h>

#include "base/option.h"
#include "base/source.h"

struct composite_part {
	struct source source;
	const char *evaluator; /* of the same service; combines none itself */
	double weight;         /* 0 is 1 */
};

struct composite_settings {
	struct option_list parts; /* struct composite_part */
	double above;             /* trips beyond this share: 0 to < 1 */
	double clear_below;       /* clears at this or below; 0: at above */
	int64_t for_ms;
	int64_t clear_for_ms;
};

extern const struct option_table composite_options;

struct evaluator;

/* Copies what it needs of the settings.  NULL when memory is short. */
struct evaluator *composite_new(const struct composite_settings *settings);

#endif
