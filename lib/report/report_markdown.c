#include "report/report.h"

#include <string.h>

#include "report/event.h"
#include "report/markdown.h"
#include "report/sections.h"
#include "report/story.h"
#include "report/summary.h"
#include "report/timeline.h"

static void
add_head(struct text *out, const struct story *s)
{
	struct text words = text_new(SUMMARY_MAX_BYTES);

	summary_title(s, &words);
	text_add(out, "# Incident ");
	markdown_words(out, s->incident->id);
	text_add(out, " - ");
	markdown_words(out, text_str(&words));
	text_add(out, "\n\n");
	text_clear(&words);
	summary_sentences(s, &words);
	markdown_words(out, text_str(&words));
	text_add(out, "\n\n");
	text_free(&words);
}

static void
add_fact(struct text *out, const char *name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	text_addf(out, "| %s | ", name);
	markdown_code(out, value);
	text_add(out, " |\n");
}

static const struct {
	const char *name;
	const char *key;
} facts[] = {
	{ "Environment", "environment" },
	{ "Severity", "severity" },
	{ "Rule", "rule" },
	{ "Mode", "mode" },
	{ "Decision", "action" },
	{ "Cause", "cause" },
	{ "Asked for by", "by" },
	{ "Bad version", "version" },
	{ "Version before it", "previous" },
	{ "Target version", "target" },
	{ "Procedure", "procedure" },
};

static void
add_facts(struct text *out, const struct story *s)
{
	text_add(out, "| | |\n|---|---|\n");
	text_addf(out, "| Status | **%s** |\n", story_status_word(s));
	add_fact(out, "Service", s->incident->service);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		add_fact(out, facts[i].name,
		    strcmp(facts[i].key, "severity") == 0 ?
			s->severity :
			story_opened_text(s, facts[i].key));
	add_fact(out, "Approved by", json_text(s->approved, "by"));
	text_add_char(out, '\n');
}

static void
add_moment(struct text *out, const char *what, int64_t at_ms)
{
	char moment[MOMENT_TEXT_MAX];

	if (at_ms != UNKNOWN_MS)
		text_addf(out, "- %s: %s UTC\n", what,
		    moment_text_short(at_ms, moment));
}

static void
add_impact(struct text *out, const struct story *s)
{
	char span[SPAN_TEXT_MAX];

	text_add(out, "## Impact\n\n");
	if (s->down_ms == UNKNOWN_MS)
		text_add(out, "- Time down: not known\n");
	else
		text_addf(out, "- Time down: %s**%s**%s\n",
		    s->is_still_bad ? "at least " : "",
		    span_text(s->down_ms, span),
		    s->is_still_bad ? ", and not known to be over" : "");
	add_moment(out, "First bad sample", s->first_bad_ms);
	add_moment(out, "Recovered", s->recovered_ms);
	add_moment(out, "Closed", s->closed_ms);
	text_add_char(out, '\n');
}

/* "- NAME: 0.012 s; limit 5 min 00 s: met" */
static void
add_against(struct text *out, const char *name, int64_t took_ms,
    int64_t limit_ms, const char *no_limit)
{
	char span[SPAN_TEXT_MAX], limit[SPAN_TEXT_MAX];

	text_addf(out, "- %s: %s; ", name, span_text(took_ms, span));
	if (limit_ms == UNKNOWN_MS)
		text_addf(out, "%s\n", no_limit);
	else
		text_addf(out, "limit %s: **%s**\n", span_text(limit_ms, limit),
		    took_ms <= limit_ms ? "met" : "missed");
}

static void
add_response(struct text *out, const struct story *s)
{
	int64_t respond_ms = story_response_ms(s);
	int64_t detect_ms = span_ms(s->first_bad_ms, s->detected_ms);
	int64_t run_ms = story_run_ms(s);
	char span[SPAN_TEXT_MAX];
	bool met;

	text_add(out, "## Response\n\n");
	if (detect_ms != UNKNOWN_MS && !story_is_by_operator(s))
		text_addf(out, "- First bad sample to detection: %s\n",
		    span_text(detect_ms, span));
	if (respond_ms == UNKNOWN_MS)
		text_addf(out, "- No step was started%s.\n",
		    story_response_is_known(s, &met) ?
			", and the time for it was over: **missed**" :
			"");
	else
		add_against(out,
		    story_is_by_operator(s) ? "Request to first step" :
					      "Detection to first step",
		    respond_ms, story_response_limit_ms(s),
		    "no limit for this severity");
	if (run_ms != UNKNOWN_MS)
		add_against(out, "The same to the end, verification included",
		    run_ms, s->budget_ms, "no budget known");
	text_add_char(out, '\n');
}

static void
add_time_line(struct text *out, const struct story *s, const struct timeline *t)
{
	char moment[MOMENT_TEXT_MAX], span[SPAN_TEXT_MAX];

	text_add(out, "## Time line\n\nOffsets count from ");
	text_add(out,
	    s->first_bad_ms != UNKNOWN_MS ? "the first bad sample" :
					    "the opening");
	text_add(out, ".\n\n| UTC | Offset | What |\n|---|---:|---|\n");
	for (size_t i = 0; i < timeline_count(t); i++) {
		const struct timeline_entry *e = timeline_entry(t, i);
		int64_t offset_ms = span_ms(story_zero_ms(s), e->at_ms);

		text_addf(out, "| %s | %s%s | ",
		    moment_text_short(e->at_ms, moment),
		    offset_ms >= 0 ? "+" : "", span_text(offset_ms, span));
		markdown_words(out, e->words);
		text_add(out, " |\n");
	}
	text_add_char(out, '\n');
}

static bool
add_notified(struct text *out, const struct report_event *e)
{
	char moment[MOMENT_TEXT_MAX];

	if (e->kind == NULL || strcmp(e->kind, EVENT_NOTIFIED) != 0)
		return false;
	text_addf(out, "- %s UTC: ", moment_text_short(e->wall_ms, moment));
	markdown_code(out, json_text(e->data, "channel"));
	text_add(out, " was told ");
	markdown_code(out, json_text(e->data, "event"));
	text_add_char(out, '\n');
	return true;
}

static void
add_communication(struct text *out, const struct story *s)
{
	bool any = false;

	text_add(out, "## Communication\n\n");
	for (size_t i = 0; i < s->incident->event_count; i++)
		any |= add_notified(out, &s->incident->events[i]);
	if (!any)
		text_add(out, "Nobody was told yet.\n");
	/* This page comes first, so that the notice can name it. */
	if (s->closed != NULL)
		text_add(out, "\nThe closing is told once this is written.\n");
	text_add_char(out, '\n');
}

static void
add_for_people(struct text *out)
{
	static const char *const sections[] = { "Root cause",
		"Contributing factors", "Lessons", "Actions" };

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		text_addf(out,
		    "%s## %s\n\n*To be written by those who know.*\n",
		    i == 0 ? "" : "\n", sections[i]);
}

static void
add_time_line_of(struct text *out, const struct story *s)
{
	struct timeline *t = timeline_new(s);

	if (t != NULL)
		add_time_line(out, s, t);
	else
		out->cut = true;
	timeline_free(t);
}

static void
add_people(struct text *out, const struct story *s)
{
	(void)s;
	add_for_people(out);
}

/* In the order of the page. */
static const struct {
	const char *name;
	void (*add)(struct text *out, const struct story *s);
} sections[] = {
	{ "head", add_head },
	{ "facts", add_facts },
	{ "impact", add_impact },
	{ "response", add_response },
	{ "timeline", add_time_line_of },
	{ "changes", markdown_changes },
	{ "evidence", markdown_evidence },
	{ "runs", markdown_runs },
	{ "communication", add_communication },
	{ "people", add_people },
};

bool
markdown_section(struct text *out, const struct story *s, const char *name)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (strcmp(sections[i].name, name) == 0) {
			sections[i].add(out, s);
			return true;
		}
	return false;
}

void
report_markdown(struct text *out, const struct report_incident *incident)
{
	struct story s;

	story_tell(&s, incident);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		sections[i].add(out, &s);
}
