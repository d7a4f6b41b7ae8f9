/*
 * The first byte says how to read the rest.  As text: whatever is imported is
 * exported and imported again to the same text, and lives on.  As a stream of
 * values and silences: a restart in the middle changes nothing, the centre
 * lies among the values, and what has tripped leaves nothing behind.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "evaluator/baseline.h"
#include "tests/fuzz/fuzz.h"

#define VALUES_MAX 4000

static void
insist(bool so)
{
	if (!so)
		abort();
}

static struct baseline *
make(int64_t half_life_ms, int64_t quarantine_ms)
{
	struct baseline_settings s = {
		.min_age_ms = half_life_ms / 3,
		.min_samples = 5,
		.half_life_ms = half_life_ms,
		.quarantine_ms = quarantine_ms,
	};
	struct baseline *b = baseline_new(&s);

	insist(b != NULL);
	return b;
}

static bool
restarts(struct baseline *b, int64_t now_ms, const char *bytes, size_t length)
{
	struct text first = text_new(BASELINE_TEXT_MAX);
	struct text second = text_new(BASELINE_TEXT_MAX);
	struct error err;

	if (bytes == NULL) {
		baseline_export(b, &first);
		insist(text_ok(&first));
	} else if (baseline_import(b, bytes, length, now_ms, &err)) {
		baseline_export(b, &first);
		insist(text_ok(&first));
	} else {
		return false;
	}
	insist(
	    baseline_import(b, text_str(&first), first.length, now_ms, &err));
	baseline_export(b, &second);
	insist(text_ok(&second));
	insist(strcmp(text_str(&first), text_str(&second)) == 0);
	text_free(&first);
	text_free(&second);
	return true;
}

static void
read_text(const uint8_t *data, size_t size)
{
	struct baseline *b = make(32000, 5000);
	char *bytes = malloc(size + 1);

	insist(bytes != NULL);
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	if (restarts(b, 77, bytes, size))
		for (int64_t at = 77; at < 60000; at += 500)
			baseline_learn(b, LEARNING_ON, 5, at);
	(void)baseline_above(b, 5, 3);
	(void)baseline_below(b, 0.2, 3);
	free(bytes);
	baseline_free(b);
}

static void
check(const struct baseline *b, double least, double most)
{
	struct baseline_view v = baseline_view(b);

	insist(v.samples == 0 || v.learned >= least);
	insist(v.samples == 0 || v.learned <= most);
	insist(isnan(v.learned) == (v.samples == 0));
	insist(v.samples == 0 || v.spread >= 0);
	insist(!v.may_judge || v.age_ms >= v.min_age_ms);
}

static void
tell(const uint8_t *data, size_t size)
{
	struct baseline *b = make(3200 * (1 + data[0] % 20), data[1] * 10);
	double least = (double)INFINITY, most = -(double)INFINITY;
	int64_t now_ms = -5000;

	for (size_t i = 2; i + 1 < size && i < VALUES_MAX; i += 2) {
		double value = (double)(float)(data[i] * data[i] / 3.0 - 9);
		enum learning how = (enum learning)(data[i + 1] & 7);

		if (how > LEARNING_BEYOND)
			how = LEARNING_ON;
		now_ms += data[i + 1] >> 3 << (data[i] % 5 * 2);
		if (how == LEARNING_ON) {
			least = fmin(least, value);
			most = fmax(most, value);
		}
		baseline_learn(b, how, value, now_ms);
		if (how == LEARNING_TRIPPED || how == LEARNING_INCIDENT)
			insist(baseline_view(b).held_back == 0);
		if (data[i] % 50 == 7)
			(void)restarts(b, now_ms, NULL, 0);
		check(b, least, most);
	}
	baseline_free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4)
		return 0;
	if (data[0] == '{')
		read_text(data, size);
	else
		tell(data, size);
	return 0;
}
