#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "service/recording.h"

#define NUMBER_BYTES 32
#define EXACT_WHOLE 1e15

void
recording_write_number(struct text *out, double value)
{
	char words[NUMBER_BYTES];

	if (!isfinite(value)) {
		text_add(out, "null");
		return;
	}
	if (value == 0 && signbit(value)) {
		text_add(out, "-0.0"); /* "-0" is a whole number: 0 */
		return;
	}
	if (fabs(value) < EXACT_WHOLE && value == (double)(int64_t)value) {
		text_addf(out, "%" PRId64, (int64_t)value);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(words, sizeof(words), "%.*g", digits, value);
		if (strtod(words, NULL) == value)
			break;
	}
	text_add(out, words);
}

/* Also one that JSON does not have: what is measured may be infinite. */
static void
write_value(struct text *out, double value)
{
	if (isinf(value))
		text_add(out, value > 0 ? "\"+Inf\"" : "\"-Inf\"");
	else
		recording_write_number(out, value);
}

static void
add_bytes(struct text *out, const char *words, size_t length)
{
	size_t step;

	for (size_t i = 0; i < length; i += step) {
		unsigned char c = (unsigned char)words[i];

		step = utf8_length(words + i, length - i);
		if (c == '"' || c == '\\')
			text_addf(out, "\\%c", c);
		else if (c < 0x20)
			text_addf(out, "\\u%04x", c);
		else if (step == 0)
			text_add(out, "\xef\xbf\xbd");
		else
			text_add_bytes(out, words + i, step);
		if (step == 0)
			step = 1;
	}
}

void
recording_write_words(struct text *out, const char *words)
{
	text_add_char(out, '"');
	add_bytes(out, words, strlen(words));
	text_add_char(out, '"');
}

void
recording_add_words(struct text *out, const char *key, const char *words)
{
	if (words == NULL || words[0] == '\0')
		return;
	text_addf(out, ",\"%s\":", key);
	recording_write_words(out, words);
}

void
recording_add_int(struct text *out, const char *key, int64_t value)
{
	text_addf(out, ",\"%s\":%" PRId64, key, value);
}

void
recording_add_number(struct text *out, const char *key, double value)
{
	text_addf(out, ",\"%s\":", key);
	recording_write_number(out, value);
}

void
recording_add_flag(struct text *out, const char *key, bool value)
{
	text_addf(out, ",\"%s\":%s", key, value ? "true" : "false");
}

static void
add_values(
    struct text *out, const struct sample *s, const struct metric_name *names)
{
	const char *before = ",\"values\":{\"";

	for (unsigned i = 0; i < s->value_count; i++) {
		if (isnan(s->values[i]))
			continue;
		text_add(out, before);
		text_add(out, names[i].is_counter ? "counter(" : "");
		add_bytes(out, names[i].text, strlen(names[i].text));
		text_add(out, names[i].is_counter ? ")\":" : "\":");
		write_value(out, s->values[i]);
		before = ",\"";
	}
	if (before[1] == '"' && before[2] == '\0')
		text_add_char(out, '}');
}

void
recording_write_sample(struct text *out, const char *service, const char *probe,
    const struct sample *s, const struct metric_name *names, int64_t now_ms)
{
	text_addf(out, "{\"at_ms\":%" PRId64, s->answered_ms);
	recording_add_int(out, "asked_ms", s->asked_ms);
	if (now_ms > s->answered_ms)
		recording_add_int(out, "now_ms", now_ms);
	recording_add_words(out, "service", service);
	recording_add_words(out, "probe", probe);
	recording_add_words(out, "outcome", sample_outcome_word(s->outcome));
	recording_add_number(out, "latency_ms", s->latency_ms);
	if (s->status > 0)
		recording_add_int(out, "status", s->status);
	if (s->is_recheck)
		recording_add_flag(out, "recheck", true);
	recording_add_words(out, "class", s->failure);
	recording_add_words(out, "version", s->version);
	if (names != NULL)
		add_values(out, s, names);
	else if (s->value_count > 0 && !isnan(s->values[0])) {
		text_add(out, ",\"value\":");
		write_value(out, s->values[0]);
	}
	text_add(out, "}\n");
}
