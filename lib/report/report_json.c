#include "report/report.h"

#include <string.h>

#include "report/event.h"
#include "report/story.h"
#include "report/summary.h"
#include "report/timeline.h"

#define SCHEMA "rollbackd.report/1"

static void
set_moment(struct json_object *o, const char *key, int64_t at_ms)
{
	char moment[MOMENT_TEXT_MAX];

	json_set(o, key, NULL);
	if (at_ms != UNKNOWN_MS)
		json_set_text(o, key, moment_text(at_ms, moment));
}

static void
set_span(struct json_object *o, const char *key, int64_t ms)
{
	if (ms == UNKNOWN_MS)
		json_set(o, key, NULL);
	else
		json_set_int(o, key, ms);
}

/* Something of an event, as it stands there. */
static void
set_same(struct json_object *o, const char *key, struct json_object *from)
{
	json_set(o, key, json_object_get(json_member(from, key)));
}

static void
set_summary(struct json_object *o, const struct story *s)
{
	struct text words = text_new(SUMMARY_MAX_BYTES);

	summary_title(s, &words);
	json_set_text(o, "title", text_str(&words));
	text_clear(&words);
	summary_sentences(s, &words);
	json_set_text(o, "summary", text_str(&words));
	text_free(&words);
}

static void
set_facts(struct json_object *o, const struct story *s)
{
	static const char *const keys[] = { "environment", "severity", "rule",
		"mode", "action", "cause", "by", "reason", "version",
		"previous", "target", "procedure" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_set_text(o, keys[i], story_opened_text(s, keys[i]));
	if (s->severity != NULL)
		json_set_text(o, "severity", s->severity);
}

static struct json_object *
impact(const struct story *s)
{
	struct json_object *o = json_object_new_object();

	set_moment(o, "first_bad", s->first_bad_ms);
	set_moment(o, "recovered", s->recovered_ms);
	set_moment(o, "closed", s->closed_ms);
	set_span(o, "down_ms", s->down_ms);
	json_set_bool(o, "still_bad", s->is_still_bad);
	return o;
}

static struct json_object *
response(const struct story *s)
{
	struct json_object *o = json_object_new_object();
	int64_t took_ms = story_response_ms(s);
	int64_t limit_ms = story_response_limit_ms(s);
	bool met;

	set_moment(o, "detected", s->detected_ms);
	set_moment(o, "first_step", s->first_step_ms);
	set_span(o, "took_ms", took_ms);
	set_span(o, "limit_ms", limit_ms);
	json_set(o, "met", NULL);
	if (story_response_is_known(s, &met))
		json_set_bool(o, "met", met);
	json_set_text(o, "approved_by", json_text(s->approved, "by"));
	set_span(o, "run_ms", story_run_ms(s));
	set_span(o, "budget_ms", s->budget_ms);
	return o;
}

static struct json_object *
time_line(const struct story *s, const struct timeline *t)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < timeline_count(t); i++) {
		const struct timeline_entry *e = timeline_entry(t, i);
		struct json_object *o = json_object_new_object();

		set_moment(o, "at", e->at_ms);
		set_span(o, "offset_ms", span_ms(story_zero_ms(s), e->at_ms));
		json_set_text(o, "what", e->what);
		json_set_text(o, "text", e->words);
		(void)json_object_array_add(all, o);
	}
	return all;
}

static struct json_object *
attempt(struct json_object *data, enum story_attempt what, size_t *tail_bytes)
{
	static const char *const same[] = { "step", "label", "attempt", "check",
		"undo", "outcome", "reason", "exit_status", "output_bytes",
		"capture" };
	struct json_object *o = json_object_new_object();
	int64_t started_ms = story_moment(data, "started_ms");
	int64_t ended_ms = story_moment(data, "ended_ms");

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (json_member(data, same[i]) != NULL)
			set_same(o, same[i], data);
	if (what == STORY_UNANSWERED)
		json_set(o, "outcome", NULL);
	set_moment(o, "started", started_ms);
	set_moment(o, "ended", ended_ms);
	set_span(o, "took_ms", span_ms(started_ms, ended_ms));
	json_set_text(o, "tail", story_tail(data, tail_bytes));
	return o;
}

static struct json_object *
run_object(
    const struct story *s, const struct story_run *run, size_t *tail_bytes)
{
	struct json_object *o = json_object_new_object();
	struct json_object *steps = json_object_new_array();

	json_set_text(o, "run", run->run);
	json_set_text(o, "procedure", json_text(run->planned, "procedure"));
	json_set_text(o, "digest", json_text(run->planned, "digest"));
	json_set_text(o, "parent", json_text(run->planned, "parent"));
	json_set(o, "planned_steps",
	    json_object_get(json_array(run->planned, "steps")));
	set_same(o, "outcome", run->ended);
	set_same(o, "reason", run->ended);
	if (json_member(run->ended, "undone") != NULL)
		set_same(o, "undone", run->ended);
	if (json_member(run->ended, "not_undone") != NULL)
		set_same(o, "not_undone", run->ended);
	for (size_t i = 0; i < s->incident->event_count; i++) {
		enum story_attempt what = story_attempt(s, i, run->run);

		if (what != STORY_NO_ATTEMPT)
			(void)json_object_array_add(steps,
			    attempt(
				s->incident->events[i].data, what, tail_bytes));
	}
	json_set(o, "attempts", steps);
	return o;
}

static struct json_object *
runs(const struct story *s)
{
	struct json_object *all = json_object_new_array();
	struct story_run run;
	size_t tail_bytes = 0;

	for (size_t i = 0; story_run(s, i, &run); i++)
		(void)json_object_array_add(
		    all, run_object(s, &run, &tail_bytes));
	return all;
}

static struct json_object *
communication(const struct story *s)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < s->incident->event_count; i++) {
		const struct report_event *e = &s->incident->events[i];
		struct json_object *o;

		if (e->kind == NULL || strcmp(e->kind, EVENT_NOTIFIED) != 0)
			continue;
		o = json_object_new_object();
		set_moment(o, "at", e->wall_ms);
		set_same(o, "channel", e->data);
		set_same(o, "event", e->data);
		(void)json_object_array_add(all, o);
	}
	return all;
}

static void
set_for_people(struct json_object *o)
{
	json_set_text(o, "root_cause", "");
	json_set(o, "contributing_factors", json_object_new_array());
	json_set(o, "lessons", json_object_new_array());
	json_set(o, "actions", json_object_new_array());
}

struct json_object *
report_json(const struct report_incident *incident)
{
	struct json_object *o = json_object_new_object();
	struct story s;
	struct timeline *t;

	story_tell(&s, incident);
	t = timeline_new(&s);
	if (o == NULL || t == NULL) {
		timeline_free(t);
		json_object_put(o);
		return NULL;
	}
	json_set_text(o, "schema", SCHEMA);
	json_set_text(o, "incident", incident->id);
	json_set_text(o, "service", incident->service);
	set_summary(o, &s);
	json_set_text(o, "status",
	    s.closed == NULL ? "open" : json_text(s.closed, "outcome"));
	json_set_text(o, "closing_reason", json_text(s.closed, "reason"));
	set_facts(o, &s);
	json_set(o, "impact", impact(&s));
	json_set(o, "response", response(&s));
	json_set(o, "timeline", time_line(&s, t));
	if (json_array(s.opened, "changes") != NULL)
		set_same(o, "changes", s.opened);
	set_same(o, "evidence", s.opened);
	json_set(o, "runs", runs(&s));
	json_set(o, "verified", json_object_get(s.verified));
	json_set(o, "communication", communication(&s));
	set_for_people(o);
	timeline_free(t);
	return o;
}
