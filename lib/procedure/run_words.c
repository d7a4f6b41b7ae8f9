#include "procedure/run.h"

#include <string.h>

static const char *const step_words[] = {
	[STEP_DONE] = "done",
	[STEP_FAILED] = "failed",
	[STEP_TIMED_OUT] = "timed_out",
	[STEP_REFUSED] = "refused",
	[STEP_INTERRUPTED] = "interrupted",
	[STEP_WITHDRAWN] = "withdrawn",
	[STEP_SKIPPED] = "skipped",
};

#define STEP_OUTCOMES (sizeof(step_words) / sizeof(step_words[0]))

const char *
step_outcome_word(enum step_outcome outcome)
{
	return step_words[outcome];
}

bool
step_outcome_parse(const char *word, enum step_outcome *outcome)
{
	for (unsigned i = 0; i < STEP_OUTCOMES; i++)
		if (strcmp(step_words[i], word) == 0) {
			*outcome = (enum step_outcome)i;
			return true;
		}
	return false;
}

const char *
run_outcome_word(enum run_outcome outcome)
{
	static const char *const words[] = {
		[RUN_DONE] = "done",
		[RUN_FAILED] = "failed",
		[RUN_INTERRUPTED] = "interrupted",
		[RUN_ABORTED] = "aborted",
	};

	return words[outcome];
}
