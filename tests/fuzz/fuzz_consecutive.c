/*
 * Reads the input as a stream of samples.  Whatever they are, a verdict may
 * be reached only on evidence.
 */
#include <stdlib.h>

#include "evaluator/consecutive.h"
#include "evaluator/evaluator.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct consecutive_settings settings = { 3, 2, 5000 };
	struct evaluator *e = consecutive_new(&settings);
	unsigned failures = 0, successes = 0;
	int64_t now_ms = 0;

	if (e == NULL)
		return 0;
	for (size_t i = 0; i < size; i++) {
		struct sample s = { .asked_ms = now_ms,
			.answered_ms = now_ms,
			.outcome = data[i] % 3 };
		enum verdict v = evaluator_observe(e, &s).verdict;

		now_ms += (data[i] >> 2) * 100;
		failures += s.outcome == SAMPLE_FAILED;
		successes += s.outcome == SAMPLE_OK;
		if (v == VERDICT_TRIPPED && failures < 3)
			abort();
		if (v == VERDICT_HEALTHY && successes == 0)
			abort();
	}
	evaluator_free(e);
	return 0;
}
