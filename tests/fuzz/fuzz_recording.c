/*
 * A line of a recording: where the quick reader takes it the strict one
 * takes it for the same, and what is taken is written so that it reads back.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "service/recording.h"
#include "tests/fuzz/fuzz.h"

static void
require(bool what)
{
	if (!what)
		abort();
}

static bool
same_number(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}

static bool
same_words(struct recording_words a, struct recording_words b)
{
	return a.length == b.length &&
	    (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static const struct recording_value *
find(const struct recording_sample *s, struct recording_words name)
{
	for (size_t i = 0; i < s->value_count; i++)
		if (same_words(s->values[i].name, name))
			return &s->values[i];
	return NULL;
}

static void
compare(const struct recording_sample *a, const struct recording_sample *b)
{
	require(a->at_ms == b->at_ms && a->asked_ms == b->asked_ms &&
	    a->now_ms == b->now_ms && a->outcome == b->outcome &&
	    a->status == b->status && a->has_value == b->has_value);
	require(same_words(a->service, b->service));
	require(same_words(a->probe, b->probe));
	require(same_words(a->failure, b->failure));
	require(same_words(a->version, b->version));
	require(same_number(a->latency_ms, b->latency_ms));
	require(same_number(a->value, b->value));
	require(a->value_count == b->value_count);
	for (size_t i = 0; i < a->value_count; i++) {
		const struct recording_value *v = find(b, a->values[i].name);

		require(v != NULL && same_number(v->value, a->values[i].value));
	}
}

/* What a daemon would write of it reads back as it was. */
static void
write_again(const struct recording_sample *s)
{
	static struct recording_line again;
	struct text out = text_new(8 * RECORDING_LINE_MAX_BYTES);
	char service[256], probe[256], failure[256];
	char version[SAMPLE_VERSION_MAX];
	struct sample sample = { .asked_ms = s->asked_ms,
		.answered_ms = s->at_ms,
		.outcome = s->outcome,
		.latency_ms = s->latency_ms,
		.status = s->status,
		.values = &s->value,
		.value_count = s->has_value };
	struct error err;

	(void)memcpy(service, s->service.bytes, s->service.length);
	(void)memcpy(probe, s->probe.bytes, s->probe.length);
	(void)memcpy(failure, s->failure.bytes, s->failure.length);
	service[s->service.length] = probe[s->probe.length] = '\0';
	failure[s->failure.length] = '\0';
	sample.failure = failure;
	(void)memcpy(version, s->version.bytes, s->version.length);
	version[s->version.length] = '\0';
	sample.version = version;
	recording_write_sample(&out, service, probe, &sample, NULL, s->now_ms);
	require(text_ok(&out));
	require(recording_read(text_str(&out), out.length - 1, &again, &err));
	require(same_number(again.sample.latency_ms, s->latency_ms));
	require(same_number(again.sample.value, s->value));
	require(again.sample.now_ms == s->now_ms &&
	    again.sample.asked_ms == s->asked_ms);
	recording_end(&again);
	text_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct recording_line quick, strict;
	const char *bytes = (const char *)data;
	struct error err = { "" };
	bool quickly, strictly;

	quickly = recording_read_quickly(bytes, size, &quick);
	strictly = recording_read_strictly(bytes, size, &strict, &err);
	require(!quickly || strictly);
	require(strictly || err.text[0] != '\0');
	if (quickly)
		require(strict.event == NULL);
	if (quickly)
		compare(&quick.sample, &strict.sample);
	if (strictly && strict.event == NULL)
		write_again(&strict.sample);
	recording_end(&strict);
	return 0;
}
