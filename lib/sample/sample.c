#include "sample/sample.h"

const char *
sample_outcome_word(enum sample_outcome outcome)
{
	static const char *const words[] = {
		[SAMPLE_OK] = "ok",
		[SAMPLE_FAILED] = "failed",
		[SAMPLE_LOST] = "lost",
	};

	return words[outcome];
}
