/* The strict reader: any line, and what is wrong with it. */
#include <math.h>
#include <string.h>

#include "service/recording.h"
#include "service/recording_impl.h"

static struct recording_words
words_of(struct json_object *o)
{
	return (struct recording_words){ json_object_get_string(o),
		(size_t)json_object_get_string_len(o) };
}

static bool
is_whole(struct json_object *o)
{
	return json_object_is_type(o, json_type_int);
}

static bool
is_number(struct json_object *o)
{
	return is_whole(o) || json_object_is_type(o, json_type_double);
}

static bool
take_words(struct json_object *o, struct recording_words *words)
{
	if (!json_object_is_type(o, json_type_string))
		return false;
	*words = words_of(o);
	return memchr(words->bytes, '\0', words->length) == NULL;
}

static bool
take_value(struct json_object *o, double *value)
{
	struct recording_words words;

	*value = (double)NAN;
	if (o == NULL)
		return true;
	if (json_object_is_type(o, json_type_string)) {
		words = words_of(o);
		return recording_special(&words, value);
	}
	*value = json_object_get_double(o);
	return is_number(o);
}

static bool
take_values(struct json_object *o, struct recording_sample *to)
{
	struct json_object_iter member;

	if (!json_object_is_type(o, json_type_object) ||
	    json_object_object_length(o) > METRIC_NAMES_MAX)
		return false;
	json_object_object_foreachC(o, member)
	{
		struct recording_value *v = &to->values[to->value_count];

		if (!take_value(member.val, &v->value))
			return false;
		v->name =
		    (struct recording_words){ member.key, strlen(member.key) };
		to->value_count++;
	}
	return true;
}

static bool
take_member(
    struct json_object *o, enum recording_key key, struct recording_sample *to)
{
	struct recording_words words;

	switch (key) {
	case RECORDING_KEY_SERVICE:
		return take_words(o, &to->service);
	case RECORDING_KEY_PROBE:
		return take_words(o, &to->probe);
	case RECORDING_KEY_CLASS:
		return take_words(o, &to->failure);
	case RECORDING_KEY_VERSION:
		return take_words(o, &to->version);
	case RECORDING_KEY_OUTCOME:
		return take_words(o, &words) &&
		    recording_outcome(&words, &to->outcome);
	case RECORDING_KEY_AT:
		return is_whole(o) &&
		    recording_time(json_object_get_int64(o), &to->at_ms);
	case RECORDING_KEY_ASKED:
		return is_whole(o) &&
		    recording_time(json_object_get_int64(o), &to->asked_ms);
	case RECORDING_KEY_NOW:
		return is_whole(o) &&
		    recording_time(json_object_get_int64(o), &to->now_ms);
	case RECORDING_KEY_STATUS:
		return is_whole(o) &&
		    recording_status(json_object_get_int64(o), &to->status);
	case RECORDING_KEY_LATENCY:
		return is_number(o) &&
		    recording_latency(
			json_object_get_double(o), &to->latency_ms);
	case RECORDING_KEY_VALUE:
		to->has_value = true;
		return take_value(o, &to->value);
	case RECORDING_KEY_VALUES:
		return take_values(o, to);
	case RECORDING_KEY_RECHECK:
		to->is_recheck = json_object_get_boolean(o);
		return json_object_is_type(o, json_type_boolean);
	case RECORDING_KEY_COUNT:
		return false;
	}
	return false;
}

/* What each key may hold. */
static const char *
range(enum recording_key key)
{
	switch (key) {
	case RECORDING_KEY_AT:
	case RECORDING_KEY_ASKED:
	case RECORDING_KEY_NOW:
		return "whole milliseconds from 0 to 2^53";
	case RECORDING_KEY_OUTCOME:
		return "\"ok\", \"failed\" or \"lost\"";
	case RECORDING_KEY_LATENCY:
		return "milliseconds from 0 to 1e12";
	case RECORDING_KEY_STATUS:
		return "a whole number from 0 to 999";
	case RECORDING_KEY_VALUE:
		return "a number, null, \"NaN\", \"+Inf\" or \"-Inf\"";
	case RECORDING_KEY_VALUES:
		return "an object of up to 64 numbers, each with its metric's "
		       "name";
	case RECORDING_KEY_RECHECK:
		return "true or false";
	case RECORDING_KEY_SERVICE:
	case RECORDING_KEY_PROBE:
	case RECORDING_KEY_CLASS:
	case RECORDING_KEY_VERSION:
	case RECORDING_KEY_COUNT:
		return "words in quotation marks";
	}
	return "";
}

static bool
read_sample(struct recording_line *line, struct error *err)
{
	struct json_object_iter member;
	const char *trouble;
	unsigned seen = 0;

	json_object_object_foreachC(line->json, member)
	{
		struct recording_words words = { member.key,
			strlen(member.key) };
		enum recording_key key = recording_key(&words);

		if (key == RECORDING_KEY_COUNT)
			return error_set(err,
			    "a sample has no \"%.64s\"; events say what they "
			    "are by \"event\"",
			    member.key);
		if (!take_member(member.val, key, &line->sample))
			return error_set(err, "%s is %s",
			    recording_key_word(key), range(key));
		seen |= 1U << key;
	}
	trouble = recording_complete(&line->sample, seen);
	return trouble == NULL || error_set(err, "%s", trouble);
}

static bool
read_event(struct recording_line *line, struct error *err)
{
	int64_t at_ms;

	if (json_text(line->json, "event") == NULL)
		return error_set(err, "event is the name of one");
	if (!json_int(line->json, "at_ms", &at_ms) ||
	    !recording_time(at_ms, &line->sample.at_ms))
		return error_set(
		    err, "an event needs at_ms: whole milliseconds");
	line->sample.now_ms = line->sample.at_ms;
	line->event = line->json;
	return true;
}

bool
recording_read_strictly(const char *bytes, size_t length,
    struct recording_line *line, struct error *err)
{
	bool ok;

	recording_begin(line);
	if (length > RECORDING_LINE_MAX_BYTES)
		return error_set(
		    err, "longer than %d bytes", RECORDING_LINE_MAX_BYTES);
	line->json = json_parse(bytes, length, err);
	if (line->json == NULL)
		return false;
	if (!json_object_is_type(line->json, json_type_object))
		ok = error_set(err, "not a JSON object");
	else if (json_object_object_get_ex(line->json, "event", NULL))
		ok = read_event(line, err);
	else
		ok = read_sample(line, err);
	if (!ok)
		recording_end(line);
	return ok;
}
