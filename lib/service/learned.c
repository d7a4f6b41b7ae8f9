#include "service/learned.h"

#include <string.h>

#include "evaluator/baseline.h"

static bool
measure_the_same(
    const struct evaluator_settings *a, const struct evaluator_settings *b)
{
	char one[DIGEST_TEXT_BYTES], other[DIGEST_TEXT_BYTES];

	if (strcmp(a->name, b->name) != 0)
		return false;
	baseline_subject(a, one);
	baseline_subject(b, other);
	return strcmp(one, other) == 0;
}

static struct baseline *
learned_before(const struct service_settings *from,
    struct evaluator *const *evaluators, const struct evaluator_settings *e)
{
	for (size_t i = 0; i < from->evaluator_count; i++)
		if (measure_the_same(&from->evaluators[i], e))
			return evaluator_baseline(evaluators[i]);
	return NULL;
}

void
learned_inherit(const struct service_settings *to,
    struct evaluator *const *to_evaluators, const struct service_settings *from,
    struct evaluator *const *from_evaluators)
{
	for (size_t i = 0; i < to->evaluator_count; i++) {
		struct baseline *b = evaluator_baseline(to_evaluators[i]);
		struct baseline *old;

		if (b == NULL)
			continue;
		old = learned_before(from, from_evaluators, &to->evaluators[i]);
		if (old != NULL)
			baseline_copy(b, old);
	}
}
