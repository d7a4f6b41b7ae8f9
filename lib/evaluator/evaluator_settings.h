/*
 * evaluator_settings.h - what is common to all evaluators, and their kinds.
 */
#ifndef EVALUATOR_EVALUATOR_SETTINGS_H
#define EVALUATOR_EVALUATOR_SETTINGS_H

#include "base/option.h"
#include "base/source.h"

struct evaluator_settings {
	struct source source;
	const char *name;
	const char *probe; /* name of a probe of the same service */
	const struct option_kind *kind;
	const void *settings; /* of the kind */
};

extern const struct option_table evaluator_options;

#endif
