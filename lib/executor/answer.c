#include "executor/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define RESULTS 4

static const char *const words[RESULTS] = {
	[ANSWER_DONE] = "done",
	[ANSWER_FAILED] = "failed",
	[ANSWER_NOTHING_DONE] = "nothing_done",
	[ANSWER_UNKNOWN] = "unknown",
};

const char *
answer_word(enum answer_result result)
{
	return words[result];
}

static bool
wrong(struct answer *a, const char *why)
{
	a->is_wrong = true;
	return error_set(&a->wrong, "%s", why);
}

/* A text of at most ANSWER_TEXT_MAX bytes; *to stays NULL without one. */
static bool
take_text(struct answer *a, struct json_object *value, char **to)
{
	const char *text;

	if (json_object_get_type(value) != json_type_string)
		return wrong(a, "output and message must be texts");
	text = json_object_get_string(value);
	if (strlen(text) > ANSWER_TEXT_MAX)
		return wrong(a, "its output or message is too long");
	*to = strdup(text);
	return *to != NULL || wrong(a, "out of memory");
}

static bool
take_result(struct answer *a, struct json_object *value)
{
	const char *word = json_object_get_type(value) == json_type_string ?
	    json_object_get_string(value) :
	    "";

	for (size_t i = 0; i < RESULTS; i++)
		if (strcmp(words[i], word) == 0) {
			a->result = (enum answer_result)i;
			a->is_there = true;
			return true;
		}
	return wrong(
	    a, "its result is none of done, failed, nothing_done, unknown");
}

static bool
take_member(struct answer *a, const char *key, struct json_object *value)
{
	if (strcmp(key, "result") == 0)
		return take_result(a, value);
	if (strcmp(key, "output") == 0)
		return take_text(a, value, &a->output);
	if (strcmp(key, "message") == 0)
		return take_text(a, value, &a->message);
	a->is_wrong = true;
	return error_set(
	    &a->wrong, "it says \"%.64s\", which means nothing", key);
}

static bool
take_object(struct answer *a, struct json_object *line)
{
	const char *progress = json_text(line, "progress");
	struct json_object_iterator it = json_object_iter_begin(line);
	struct json_object_iterator end = json_object_iter_end(line);

	if (progress != NULL && json_object_object_length(line) == 1) {
		if (a->progress != NULL)
			a->progress(a->arg, progress);
		return true;
	}
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
		if (!take_member(a, json_object_iter_peek_name(&it),
			json_object_iter_peek_value(&it)))
			return false;
	return a->is_there || wrong(a, "a line without a result or progress");
}

static bool
is_blank(const char *line)
{
	return line[strspn(line, " \t\r")] == '\0';
}

static bool
take_line(struct answer *a)
{
	struct error why;
	struct json_object *line;
	bool good;

	if (is_blank(text_str(&a->line))) {
		text_clear(&a->line);
		return true;
	}
	if (a->is_there)
		return wrong(a, "it says something after its result");
	line = json_parse(text_str(&a->line), a->line.length, &why);
	if (line == NULL) {
		a->is_wrong = true;
		return error_set(&a->wrong, "no JSON: %s", why.text);
	}
	good = json_object_get_type(line) == json_type_object ?
	    take_object(a, line) :
	    wrong(a, "a line that is no JSON object");
	json_object_put(line);
	text_clear(&a->line);
	return good;
}

void
answer_init(struct answer *a, answer_progress *progress, void *arg)
{
	*a = (struct answer){
		.line = text_new(ANSWER_LINE_MAX),
		.progress = progress,
		.arg = arg,
	};
}

bool
answer_add(struct answer *a, const char *bytes, size_t length)
{
	while (!a->is_wrong && length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t count = end == NULL ? length : (size_t)(end - bytes);

		text_add_bytes(&a->line, bytes, count);
		if (!text_ok(&a->line))
			return wrong(a, "a line that is too long");
		if (end == NULL)
			return true;
		if (!take_line(a))
			return false;
		bytes += count + 1;
		length -= count + 1;
	}
	return !a->is_wrong;
}

bool
answer_end(struct answer *a)
{
	if (a->is_wrong)
		return false;
	/* A last line may lack its end. */
	if (a->line.length > 0 && !take_line(a))
		return false;
	return a->is_there || wrong(a, "it ended without a result");
}

void
answer_free(struct answer *a)
{
	text_free(&a->line);
	free(a->output);
	free(a->message);
	*a = (struct answer){ .progress = NULL };
}

static void
add_line(struct text *out, struct json_object *o)
{
	text_add(
	    out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	text_add_char(out, '\n');
	json_object_put(o);
}

/* Cut so that it is taken: what is no UTF-8 becomes three bytes. */
static void
set_cut(struct json_object *o, const char *key, const char *text)
{
	if (text != NULL)
		json_set_bytes(
		    o, key, text, strnlen(text, ANSWER_TEXT_MAX / 3));
}

void
answer_write(struct text *out, enum answer_result result, const char *output,
    const char *message)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "result", words[result]);
	set_cut(o, "output", output);
	set_cut(o, "message", message);
	add_line(out, o);
}

void
answer_write_progress(struct text *out, const char *said)
{
	struct json_object *o = json_object_new_object();

	set_cut(o, "progress", said == NULL ? "" : said);
	add_line(out, o);
}
