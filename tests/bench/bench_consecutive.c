#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "evaluator/consecutive.h"
#include "evaluator/evaluator.h"

#define SAMPLES 20000000

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(void)
{
	struct consecutive_settings settings = { 3, 2, 5000 };
	struct evaluator *e = consecutive_new(&settings);
	unsigned tripped = 0;
	double start;

	if (e == NULL)
		return 1;
	start = seconds();
	for (int64_t i = 0; i < SAMPLES; i++) {
		struct sample s = {
			.asked_ms = i, .answered_ms = i, .outcome = i % 7 > 2
		};

		tripped += evaluator_observe(e, &s).verdict == VERDICT_TRIPPED;
	}
	printf("consecutive %.1f ns a sample (%u tripped)\n",
	    (seconds() - start) / SAMPLES * 1e9, tripped);
	evaluator_free(e);
	return 0;
}
