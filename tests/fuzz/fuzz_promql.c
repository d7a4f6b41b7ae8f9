/*
 * The first byte picks what things mean, the second the status, the rest is
 * the answer.  Whatever it is: OK only with a finite value or where we were
 * told so, and words that are safe to show.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probe/promql_judge.h"
#include "tests/fuzz/fuzz.h"

#define WALL_MS INT64_C(1700000000000)

static void
check_words(const char *words, size_t size)
{
	size_t length = strnlen(words, size);

	if (length == size)
		abort();
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)words[i] < 0x20)
			abort();
}

static void
check(const struct promql_verdict *v, enum promql_meaning meaning)
{
	enum sample_outcome outcome = v->verdict.outcome;
	bool has_value = !isnan(v->value);

	check_words(v->verdict.detail, sizeof(v->verdict.detail));
	if ((outcome == SAMPLE_OK) != (v->verdict.failure == NULL))
		abort();
	if (has_value && (!isfinite(v->value) || outcome != SAMPLE_OK))
		abort();
	if (has_value ||
	    (v->verdict.failure != NULL &&
		strcmp(v->verdict.failure, "promql.stale") == 0))
		return;
	if (outcome != promql_outcome(meaning))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct promql_settings s = { .max_age_ms = 300000 };
	struct promql_answer a = { .wall_ms = WALL_MS };
	struct promql_verdict v;
	enum promql_meaning m;

	if (size < 2)
		return 0;
	m = (enum promql_meaning)(data[0] % 3);
	s.on_empty = s.on_nan = s.on_many = m;
	s.on_warning = s.on_error = s.on_unreachable = m;
	a.status = data[1] == ' ' ? 200 : data[1] * 4;
	a.body = (const char *)data + 2;
	a.body_bytes = size - 2;
	v = promql_judge(&s, &a);
	check(&v, m);
	return 0;
}
