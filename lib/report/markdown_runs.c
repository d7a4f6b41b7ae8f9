#include "report/sections.h"

#include <string.h>

#include "report/markdown.h"

/* Number, label and attempt of an intent or outcome, for a table's row. */
static void
add_who(struct text *out, struct json_object *data)
{
	int64_t step = 0, attempt = 1, check = 0, undo = 0;

	(void)json_int(data, "step", &step);
	(void)json_int(data, "attempt", &attempt);
	(void)json_int(data, "check", &check);
	(void)json_int(data, "undo", &undo);
	text_addf(out, "| %lld | ", (long long)step + 1);
	markdown_code(out, json_text(data, "label"));
	if (undo > 0)
		text_add(out, " undo");
	else if (check > 0)
		text_addf(out, " check %lld", (long long)check);
	text_addf(out, " | %lld | ", (long long)attempt);
}

static void
add_words(struct text *out, const char *word)
{
	struct text words = text_new(MARKDOWN_WORDS_MAX);

	words_add(&words, word == NULL ? "unknown" : word);
	markdown_words(out, text_str(&words));
	text_free(&words);
}

static void
add_row(struct text *out, struct json_object *data, enum story_attempt what)
{
	int64_t started_ms = story_moment(data, "started_ms");
	int64_t took_ms = span_ms(started_ms, story_moment(data, "ended_ms"));
	char moment[MOMENT_TEXT_MAX], span[SPAN_TEXT_MAX];
	const char *reason = story_reason(data);

	add_who(out, data);
	if (what == STORY_UNANSWERED) {
		text_add(out, "**no outcome recorded** | | | |\n");
		return;
	}
	add_words(out, json_text(data, "outcome"));
	text_addf(out, " | %s | %s | ",
	    started_ms == UNKNOWN_MS ? "not started" :
				       moment_text_short(started_ms, moment),
	    took_ms == UNKNOWN_MS ? "" : span_text(took_ms, span));
	if (reason != NULL)
		markdown_words(out, reason);
	text_add(out, " |\n");
}

static bool
add_rows(struct text *out, const struct story *s, const char *run)
{
	bool any = false;

	for (size_t i = 0; i < s->incident->event_count; i++) {
		enum story_attempt what = story_attempt(s, i, run);

		if (what == STORY_NO_ATTEMPT)
			continue;
		if (!any)
			text_add(out,
			    "| # | Step | Attempt | Outcome | "
			    "Started, UTC | Took | Reason |\n"
			    "|---:|---|---:|---|---|---:|---|\n");
		add_row(out, s->incident->events[i].data, what);
		any = true;
	}
	return any;
}

static void
add_output(struct text *out, struct json_object *data, const char *tail)
{
	int64_t step = 0, bytes = 0, undo = 0;

	(void)json_int(data, "step", &step);
	(void)json_int(data, "undo", &undo);
	text_addf(out, "\nOutput of %sstep %lld ",
	    undo > 0 ? "the undo of " : "", (long long)step + 1);
	markdown_code(out, json_text(data, "label"));
	if (json_int(data, "output_bytes", &bytes) &&
	    bytes > (int64_t)strlen(tail))
		text_addf(out, ", the last of %lld bytes", (long long)bytes);
	text_add(out, ":\n\n");
	markdown_fence(out, tail);
}

static void
add_outputs(struct text *out, const struct story *s, const char *run,
    size_t *tail_bytes)
{
	for (size_t i = 0; i < s->incident->event_count; i++) {
		struct json_object *data = s->incident->events[i].data;
		const char *tail;

		if (story_attempt(s, i, run) != STORY_ENDED)
			continue;
		tail = story_tail(data, tail_bytes);
		if (tail != NULL)
			add_output(out, data, tail);
	}
}

static bool
was_reached(const struct story *s, const char *run, size_t step)
{
	for (size_t i = 0; i < s->incident->event_count; i++) {
		int64_t number = -1;

		if (story_attempt(s, i, run) != STORY_NO_ATTEMPT &&
		    json_int(s->incident->events[i].data, "step", &number) &&
		    number == (int64_t)step)
			return true;
	}
	return false;
}

static void
add_not_reached(
    struct text *out, const struct story *s, const struct story_run *run)
{
	struct json_object *steps = json_array(run->planned, "steps");
	size_t count = steps == NULL ? 0 : json_object_array_length(steps);
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		struct json_object *label = json_object_array_get_idx(steps, i);

		if (was_reached(s, run->run, i))
			continue;
		text_add(out, any ? ", " : "\nNot run: ");
		markdown_code(out,
		    json_object_is_type(label, json_type_string) ?
			json_object_get_string(label) :
			NULL);
		any = true;
	}
	if (any)
		text_add(out, "\n");
}

static void
add_undone(struct text *out, struct json_object *ended)
{
	struct text words = text_new(MARKDOWN_WORDS_MAX);

	story_undone(ended, "; ", &words);
	markdown_words(out, text_str(&words));
	text_free(&words);
}

static void
add_run(struct text *out, const struct story *s, const struct story_run *run,
    size_t *tail_bytes)
{
	const char *parent = json_text(run->planned, "parent");

	text_add(out, "### Procedure ");
	markdown_code(out, json_text(run->planned, "procedure"));
	text_add(out, "\n\nRun ");
	markdown_code(out, run->run);
	if (parent != NULL) {
		text_add(out, ", which followed run ");
		markdown_code(out, parent);
	}
	if (run->ended == NULL)
		text_add(out, ": its end was not recorded.\n\n");
	else {
		text_add(out, ": ");
		add_words(out, json_text(run->ended, "outcome"));
		add_undone(out, run->ended);
		text_add(out, ".\n\n");
	}
	if (!add_rows(out, s, run->run))
		text_add(out, "No step was started.\n");
	add_not_reached(out, s, run);
	add_outputs(out, s, run->run, tail_bytes);
	text_add_char(out, '\n');
}

void
markdown_runs(struct text *out, const struct story *s)
{
	size_t tail_bytes = 0, i = 0;
	struct story_run run;

	text_add(out, "## Steps\n\n");
	for (; story_run(s, i, &run); i++)
		add_run(out, s, &run, &tail_bytes);
	if (i == 0)
		text_add(out, "Nothing was run.\n\n");
}
