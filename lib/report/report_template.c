#include "report/report_template.h"

#include <string.h>

#include "report/event.h"
#include "report/markdown.h"
#include "report/sections.h"
#include "report/story.h"
#include "report/summary.h"
#include "report/template.h"
#include "report/words.h"

#define WORDS_MAX_BYTES (64 * 1024)

struct page {
	const struct report_incident *incident;
	struct story story;
	struct text value; /* of the last name that was asked for */
};

const char *const report_template_names[] = { "report", "head", "facts",
	"impact", "response", "timeline", "changes", "evidence", "runs",
	"communication", "people", "title", "summary", "incident", "service",
	"environment", "severity", "status", "rule", "cause", "by", "reason",
	"version", "target_version", "procedure", "first_bad", "detected",
	"first_step", "recovered", "closed", "duration", "time_to_detect",
	"time_to_respond", "time_to_recover", "samples", "failed_samples",
	"failed_share", "steps", "failed_steps", NULL };

static bool
is(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

static void
add_words(struct page *p, const char *name)
{
	const struct story *s = &p->story;
	struct text plain = text_new(WORDS_MAX_BYTES);
	const char *words;

	if (is(name, "title"))
		summary_title(s, &plain);
	else if (is(name, "summary"))
		summary_sentences(s, &plain);
	words = plain.length > 0       ? text_str(&plain) :
	    is(name, "incident")       ? p->incident->id :
	    is(name, "service")        ? p->incident->service :
	    is(name, "severity")       ? s->severity :
	    is(name, "status")         ? story_status_word(s) :
	    is(name, "target_version") ? story_opened_text(s, "target") :
					 story_opened_text(s, name);
	markdown_words(
	    &p->value, words == NULL || *words == '\0' ? NULL : words);
	text_free(&plain);
}

static bool
add_moment(struct page *p, const char *name)
{
	const struct story *s = &p->story;
	const struct {
		const char *name;
		int64_t at_ms;
	} moments[] = {
		{ "first_bad", s->first_bad_ms },
		{ "detected", s->detected_ms },
		{ "first_step", s->first_step_ms },
		{ "recovered", s->recovered_ms },
		{ "closed", s->closed_ms },
	};
	char buffer[MOMENT_TEXT_MAX];

	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
		if (is(name, moments[i].name)) {
			text_addf(&p->value, "%s%s",
			    moment_text_short(moments[i].at_ms, buffer),
			    moments[i].at_ms == UNKNOWN_MS ? "" : " UTC");
			return true;
		}
	return false;
}

static bool
add_span(struct page *p, const char *name)
{
	const struct story *s = &p->story;
	const struct {
		const char *name;
		int64_t ms;
	} spans[] = {
		{ "duration", s->down_ms },
		{ "time_to_detect", span_ms(s->first_bad_ms, s->detected_ms) },
		{ "time_to_respond", story_response_ms(s) },
		{ "time_to_recover", span_ms(s->detected_ms, s->recovered_ms) },
	};
	char buffer[SPAN_TEXT_MAX];

	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		if (is(name, spans[i].name)) {
			text_add(&p->value, span_text(spans[i].ms, buffer));
			return true;
		}
	return false;
}

/* Of the samples that decided. */
static void
count_samples(const struct story *s, size_t *all, size_t *failed)
{
	struct json_object *list = json_array(s->opened, "evidence");
	size_t count = list == NULL ? 0 : json_object_array_length(list);

	*all = *failed = 0;
	for (size_t i = 0; i < count; i++) {
		struct json_object *samples =
		    json_array(json_object_array_get_idx(list, i), "samples");
		size_t n =
		    samples == NULL ? 0 : json_object_array_length(samples);

		*all += n;
		for (size_t k = 0; k < n; k++)
			*failed +=
			    !is(json_text(json_object_array_get_idx(samples, k),
				    "outcome"),
				"ok");
	}
}

static void
count_steps(const struct report_incident *i, size_t *all, size_t *failed)
{
	*all = *failed = 0;
	for (size_t k = 0; k < i->event_count; k++) {
		const struct report_event *e = &i->events[k];

		if (!is(e->kind, EVENT_OUTCOME) ||
		    json_flag(e->data, "check", false))
			continue;
		++*all;
		*failed += !is(json_text(e->data, "outcome"), "done");
	}
}

static bool
add_count(struct page *p, const char *name)
{
	size_t samples, bad, steps, failed;

	count_samples(&p->story, &samples, &bad);
	count_steps(p->incident, &steps, &failed);
	if (is(name, "samples"))
		text_addf(&p->value, "%zu", samples);
	else if (is(name, "failed_samples"))
		text_addf(&p->value, "%zu", bad);
	else if (is(name, "failed_share") && samples == 0)
		text_add(&p->value, "unknown");
	else if (is(name, "failed_share"))
		text_addf(
		    &p->value, "%.1f%%", 100.0 * (double)bad / (double)samples);
	else if (is(name, "steps"))
		text_addf(&p->value, "%zu", steps);
	else if (is(name, "failed_steps"))
		text_addf(&p->value, "%zu", failed);
	else
		return false;
	return true;
}

static const char *
value_of(void *arg, const char *name)
{
	struct page *p = arg;

	text_clear(&p->value);
	if (is(name, "report"))
		report_markdown(&p->value, p->incident);
	else if (!markdown_section(&p->value, &p->story, name) &&
	    !add_moment(p, name) && !add_span(p, name) && !add_count(p, name))
		add_words(p, name);
	/* The template has its own blank lines. */
	while (
	    p->value.length > 0 && p->value.data[p->value.length - 1] == '\n')
		p->value.data[--p->value.length] = '\0';
	return text_str(&p->value);
}

void
report_from_template(struct text *out, const struct report_incident *incident,
    const char *template)
{
	struct page p = {
		.incident = incident,
		.value = text_new(REPORT_MAX_BYTES),
	};

	story_tell(&p.story, incident);
	template_fill(out, template, TEMPLATE_PLAIN, value_of, &p);
	if (!text_ok(&p.value))
		out->cut = true;
	text_free(&p.value);
}
