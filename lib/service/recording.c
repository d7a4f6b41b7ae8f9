#include "service/recording.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "service/recording_impl.h"

#define STATUS_MAX 999

static const char *const keys[RECORDING_KEY_COUNT] = {
	[RECORDING_KEY_AT] = "at_ms",
	[RECORDING_KEY_ASKED] = "asked_ms",
	[RECORDING_KEY_NOW] = "now_ms",
	[RECORDING_KEY_SERVICE] = "service",
	[RECORDING_KEY_PROBE] = "probe",
	[RECORDING_KEY_OUTCOME] = "outcome",
	[RECORDING_KEY_LATENCY] = "latency_ms",
	[RECORDING_KEY_STATUS] = "status",
	[RECORDING_KEY_CLASS] = "class",
	[RECORDING_KEY_VERSION] = "version",
	[RECORDING_KEY_VALUE] = "value",
	[RECORDING_KEY_VALUES] = "values",
	[RECORDING_KEY_RECHECK] = "recheck",
};

static bool
says(const struct recording_words *words, const char *word)
{
	return strlen(word) == words->length &&
	    memcmp(words->bytes, word, words->length) == 0;
}

void
recording_begin(struct recording_line *line)
{
	struct recording_sample *s = &line->sample;

	line->event = NULL;
	line->json = NULL;
	s->at_ms = s->asked_ms = s->now_ms = -1;
	s->service = s->probe = s->failure = (struct recording_words){ "", 0 };
	s->version = s->failure;
	s->outcome = SAMPLE_LOST;
	s->latency_ms = 0;
	s->status = 0;
	s->is_recheck = false;
	s->has_value = false;
	s->value = (double)NAN;
	s->value_count = 0;
}

enum recording_key
recording_key(const struct recording_words *name)
{
	enum recording_key key = 0;

	while (key < RECORDING_KEY_COUNT && !says(name, keys[key]))
		key++;
	return key;
}

const char *
recording_key_word(enum recording_key key)
{
	return keys[key];
}

bool
recording_outcome(
    const struct recording_words *words, enum sample_outcome *outcome)
{
	for (*outcome = SAMPLE_OK; *outcome <= SAMPLE_LOST; (*outcome)++)
		if (says(words, sample_outcome_word(*outcome)))
			return true;
	return false;
}

bool
recording_special(const struct recording_words *words, double *value)
{
	*value = (double)NAN;
	if (says(words, "NaN"))
		return true;
	*value = says(words, "-Inf") ? -(double)INFINITY : (double)INFINITY;
	return says(words, "+Inf") || says(words, "-Inf");
}

bool
recording_time(int64_t ms, int64_t *to)
{
	*to = ms;
	return ms >= 0 && ms <= RECORDING_TIME_MAX_MS;
}

bool
recording_status(int64_t status, int *to)
{
	*to = status >= 0 && status <= STATUS_MAX ? (int)status : -1;
	return *to >= 0;
}

bool
recording_latency(double ms, double *to)
{
	*to = ms;
	return ms >= 0 && ms <= RECORDING_LATENCY_MAX_MS;
}

const char *
recording_complete(struct recording_sample *s, unsigned seen)
{
	static const enum recording_key needed[] = { RECORDING_KEY_AT,
		RECORDING_KEY_SERVICE, RECORDING_KEY_PROBE,
		RECORDING_KEY_OUTCOME };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if ((seen >> needed[i] & 1) == 0)
			return "it needs at_ms, service, probe and outcome";
	if (s->service.length == 0 || s->service.length > NAME_MAX_BYTES ||
	    s->probe.length == 0 || s->probe.length > NAME_MAX_BYTES)
		return "service and probe are names of 1 to 128 bytes";
	if (s->failure.length > RECORDING_CLASS_MAX_BYTES)
		return "class is longer than 64 bytes";
	/* What was no text is longer now, and no version in any case. */
	if (s->version.length >= SAMPLE_VERSION_MAX)
		s->version.length = SAMPLE_VERSION_MAX - 1;
	if ((seen >> RECORDING_KEY_ASKED & 1) == 0)
		s->asked_ms = s->at_ms - (int64_t)(s->latency_ms + 0.5);
	if (s->asked_ms < 0)
		s->asked_ms = 0;
	if (s->asked_ms > s->at_ms)
		return "asked_ms is later than at_ms";
	if ((seen >> RECORDING_KEY_NOW & 1) == 0)
		s->now_ms = s->at_ms;
	if (s->now_ms < s->at_ms)
		return "now_ms is before at_ms";
	return NULL;
}

bool
recording_read(const char *bytes, size_t length, struct recording_line *line,
    struct error *err)
{
	return recording_read_quickly(bytes, length, line) ||
	    recording_read_strictly(bytes, length, line, err);
}

void
recording_end(struct recording_line *line)
{
	if (line->json == NULL)
		return;
	json_object_put(line->json);
	line->json = NULL;
	line->event = NULL;
}

/* counter(S), or S alone where that means nothing else. */
static bool
is_counter_of(const struct metric_name *metric, const struct recording_words *w)
{
	size_t length = strlen(metric->text);

	return metric->is_counter && w->length == length + 9 &&
	    memcmp(w->bytes, "counter(", 8) == 0 &&
	    memcmp(w->bytes + 8, metric->text, length) == 0 &&
	    w->bytes[w->length - 1] == ')';
}

size_t
recording_slot(const struct metric_name *names, size_t count,
    const struct recording_words *name)
{
	size_t bare = count;

	for (size_t i = 0; i < count; i++) {
		bool same = says(name, names[i].text);

		if ((same && !names[i].is_counter) ||
		    is_counter_of(&names[i], name))
			return i;
		if (same)
			bare = i;
	}
	return bare;
}
