#include "report/story.h"

#include <string.h>

#include "report/event.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)

static const struct {
	const char *outcome; /* of the event "closed" */
	const char *word;
} statuses[] = {
	[STORY_OPEN] = { NULL, "open" },
	[STORY_RECOVERED] = { "recovered", "recovered" },
	[STORY_NOT_RECOVERED] = { "not_recovered", "not recovered" },
	[STORY_FAILED] = { "failed", "failed" },
	[STORY_INTERRUPTED] = { "interrupted", "interrupted" },
	[STORY_ABORTED] = { "aborted", "aborted" },
	[STORY_NOT_NEEDED] = { "not_needed", "not needed" },
	[STORY_CLEARED] = { "cleared", "cleared" },
	[STORY_SUPERSEDED] = { "superseded", "superseded" },
	[STORY_REJECTED] = { "rejected", "rejected" },
	[STORY_EXPIRED] = { "expired", "expired" },
	[STORY_OTHER] = { NULL, "closed" },
};

/* Detection to first step. */
static const struct {
	const char *severity;
	int64_t respond_ms;
} limits[] = {
	{ "P0", 5 * MINUTE_MS },
	{ "P1", 15 * MINUTE_MS },
	{ "P2", HOUR_MS },
};

int64_t
story_moment(struct json_object *data, const char *key)
{
	int64_t ms;

	return json_int(data, key, &ms) && ms > 0 ? ms : UNKNOWN_MS;
}

static bool
is(const struct report_event *e, const char *kind)
{
	return e->kind != NULL && strcmp(e->kind, kind) == 0;
}

static enum story_status
status_of(struct json_object *closed)
{
	const char *outcome = json_text(closed, "outcome");

	for (int i = STORY_OPEN; outcome != NULL && i < STORY_OTHER; i++)
		if (statuses[i].outcome != NULL &&
		    strcmp(statuses[i].outcome, outcome) == 0)
			return (enum story_status)i;
	return STORY_OTHER;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	if (a == UNKNOWN_MS || b == UNKNOWN_MS)
		return a == UNKNOWN_MS ? b : a;
	return a < b ? a : b;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b; /* UNKNOWN_MS is before all others */
}

static void
hear_opened(struct story *s, const struct report_event *e)
{
	if (s->opened != NULL)
		return;
	s->opened = e->data;
	s->severity = json_text(e->data, "severity");
	(void)json_int(e->data, "respond_ms", &s->respond_ms);
	s->opened_ms = e->wall_ms;
	s->first_bad_ms = story_moment(e->data, "first_bad_ms");
	s->detected_ms = story_moment(e->data, "detected_ms");
	if (s->detected_ms == UNKNOWN_MS)
		s->detected_ms = e->wall_ms;
}

static void
hear_outcome(struct story *s, const struct report_event *e)
{
	int64_t ended_ms = story_moment(e->data, "ended_ms");

	/* What only prepares answers nobody. */
	if (!json_flag(e->data, "prepare", false) &&
	    !json_flag(e->data, "own", false))
		s->first_step_ms = earlier(
		    s->first_step_ms, story_moment(e->data, "started_ms"));
	s->last_end_ms = later(
	    s->last_end_ms, ended_ms == UNKNOWN_MS ? e->wall_ms : ended_ms);
}

static void
hear_severity(struct story *s, const struct report_event *e)
{
	const char *to = json_text(e->data, "to");

	if (to != NULL)
		s->severity = to;
	(void)json_int(e->data, "respond_ms", &s->respond_ms);
	if (json_flag(e->data, "approves", false))
		s->approved = e->data;
}

static void
hear(struct story *s, const struct report_event *e)
{
	if (is(e, EVENT_OPENED))
		hear_opened(s, e);
	if (is(e, EVENT_PLANNED) && s->budget_ms == UNKNOWN_MS)
		s->budget_ms = story_moment(e->data, "budget_ms");
	if (is(e, EVENT_OUTCOME))
		hear_outcome(s, e);
	if (is(e, EVENT_SEVERITY))
		hear_severity(s, e);
	/* What let a run pass in the middle is told with its step. */
	if (is(e, EVENT_APPROVED) && json_text(e->data, "gate") == NULL)
		s->approved = e->data;
	if (is(e, EVENT_ABORT) && s->abort == NULL)
		s->abort = e->data;
	if (is(e, EVENT_VERIFIED)) {
		s->verified = e->data;
		s->last_end_ms = later(s->last_end_ms, e->wall_ms);
	}
	if (is(e, EVENT_CLOSED) && s->closed == NULL) {
		s->closed = e->data;
		s->closed_ms = e->wall_ms;
		s->status = status_of(e->data);
		s->recovered_ms = story_moment(e->data, "recovered_ms");
	}
}

static bool
is_well(enum story_status status)
{
	return status == STORY_RECOVERED || status == STORY_CLEARED ||
	    status == STORY_NOT_NEEDED;
}

/* Time down: first bad sample to recovered, or to what is known. */
static void
measure_impact(struct story *s)
{
	int64_t until_ms = s->recovered_ms;
	int64_t told_ms;

	s->is_still_bad = until_ms == UNKNOWN_MS && !is_well(s->status);
	if (json_int(s->closed, "down_ms", &told_ms) && told_ms > 0) {
		s->down_ms = told_ms;
		return;
	}
	if (until_ms == UNKNOWN_MS)
		until_ms = later(
		    story_moment(s->closed, "last_bad_ms"), s->detected_ms);
	s->down_ms = span_ms(s->first_bad_ms, until_ms);
	if (s->down_ms < 0)
		s->down_ms = UNKNOWN_MS;
}

void
story_tell(struct story *s, const struct report_incident *incident)
{
	*s = (struct story){
		.incident = incident,
		.status = STORY_OPEN,
		.opened_ms = UNKNOWN_MS,
		.closed_ms = UNKNOWN_MS,
		.first_bad_ms = UNKNOWN_MS,
		.detected_ms = UNKNOWN_MS,
		.first_step_ms = UNKNOWN_MS,
		.last_end_ms = UNKNOWN_MS,
		.recovered_ms = UNKNOWN_MS,
		.down_ms = UNKNOWN_MS,
		.budget_ms = UNKNOWN_MS,
		.respond_ms = UNKNOWN_MS,
	};
	for (size_t i = 0; i < incident->event_count; i++)
		hear(s, &incident->events[i]);
	measure_impact(s);
}

const char *
story_status_word(const struct story *s)
{
	return statuses[s->status].word;
}

const char *
story_opened_text(const struct story *s, const char *key)
{
	return json_text(s->opened, key);
}

static bool
opened_is(const struct story *s, const char *key, const char *word)
{
	const char *told = story_opened_text(s, key);

	return told != NULL && strcmp(told, word) == 0;
}

bool
story_is_by_operator(const struct story *s)
{
	return opened_is(s, "cause", "operator");
}

int64_t
story_zero_ms(const struct story *s)
{
	if (s->first_bad_ms != UNKNOWN_MS)
		return s->first_bad_ms;
	if (s->opened_ms != UNKNOWN_MS)
		return s->opened_ms;
	return s->incident->event_count > 0 ? s->incident->events[0].wall_ms :
					      UNKNOWN_MS;
}

int64_t
story_response_ms(const struct story *s)
{
	int64_t ms = span_ms(s->detected_ms, s->first_step_ms);

	/* The clock was set back in between. */
	return ms != UNKNOWN_MS && ms < 0 ? 0 : ms;
}

int64_t
story_response_limit_ms(const struct story *s)
{
	if (s->respond_ms != UNKNOWN_MS)
		return s->respond_ms > 0 ? s->respond_ms : UNKNOWN_MS;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (opened_is(s, "severity", limits[i].severity))
			return limits[i].respond_ms;
	return UNKNOWN_MS;
}

bool
story_response_is_known(const struct story *s, bool *met)
{
	int64_t limit_ms = story_response_limit_ms(s);
	int64_t took_ms = story_response_ms(s);

	*met = false;
	if (limit_ms == UNKNOWN_MS)
		return false;
	if (took_ms == UNKNOWN_MS)
		return s->status == STORY_EXPIRED &&
		    span_ms(s->detected_ms, s->closed_ms) > limit_ms;
	*met = took_ms <= limit_ms;
	return true;
}

int64_t
story_run_ms(const struct story *s)
{
	return span_ms(s->detected_ms, s->last_end_ms);
}

/* The first event of each run is where it begins. */
static bool
is_first_of_run(const struct report_incident *in, size_t at)
{
	const char *run = in->events[at].run;

	if (run == NULL || *run == '\0')
		return false;
	for (size_t i = 0; i < at; i++)
		if (in->events[i].run != NULL &&
		    strcmp(in->events[i].run, run) == 0)
			return false;
	return true;
}

bool
story_run(const struct story *s, size_t index, struct story_run *run)
{
	const struct report_incident *in = s->incident;
	size_t at = 0;

	*run = (struct story_run){ 0 };
	for (; at < in->event_count; at++)
		if (is_first_of_run(in, at) && index-- == 0)
			break;
	if (at == in->event_count)
		return false;
	run->run = in->events[at].run;
	for (; at < in->event_count; at++) {
		const struct report_event *e = &in->events[at];

		if (e->run == NULL || strcmp(e->run, run->run) != 0)
			continue;
		if (is(e, EVENT_PLANNED) && run->planned == NULL)
			run->planned = e->data;
		if (is(e, EVENT_RUN_ENDED))
			run->ended = e->data;
	}
	return true;
}

static bool
same_int(struct json_object *a, struct json_object *b, const char *key)
{
	int64_t x = 0, y = 0;

	(void)json_int(a, key, &x);
	(void)json_int(b, key, &y);
	return x == y;
}

static bool
has_outcome(const struct report_incident *in, size_t intent)
{
	const struct report_event *e = &in->events[intent];

	for (size_t i = intent + 1; i < in->event_count; i++) {
		const struct report_event *o = &in->events[i];

		if (is(o, EVENT_OUTCOME) && o->run != NULL &&
		    strcmp(o->run, e->run) == 0 &&
		    same_int(o->data, e->data, "step") &&
		    same_int(o->data, e->data, "attempt") &&
		    same_int(o->data, e->data, "check") &&
		    same_int(o->data, e->data, "undo"))
			return true;
	}
	return false;
}

enum story_attempt
story_attempt(const struct story *s, size_t event, const char *run)
{
	const struct report_event *e = &s->incident->events[event];

	if (e->run == NULL || strcmp(e->run, run) != 0)
		return STORY_NO_ATTEMPT;
	if (is(e, EVENT_OUTCOME))
		return STORY_ENDED;
	if (is(e, EVENT_INTENT) && !has_outcome(s->incident, event))
		return STORY_UNANSWERED;
	return STORY_NO_ATTEMPT;
}

const char *
story_reason(struct json_object *outcome)
{
	const char *word = json_text(outcome, "outcome");
	const char *reason = json_text(outcome, "reason");

	if (reason == NULL || *reason == '\0')
		return NULL;
	return word != NULL && strcmp(word, "done") == 0 &&
		strcmp(reason, "exit status 0") == 0 ?
	    NULL :
	    reason;
}

const char *
story_tail(struct json_object *outcome, size_t *bytes_so_far)
{
	const char *tail = json_text(outcome, "tail");
	size_t length;

	if (tail == NULL || *tail == '\0')
		return NULL;
	length = strlen(tail);
	if (length > STORY_TAILS_MAX_BYTES - *bytes_so_far)
		return STORY_TAIL_LEFT_OUT;
	*bytes_so_far += length;
	return tail;
}

void
story_undone(struct json_object *ended, const char *before, struct text *out)
{
	const char *not_undone = json_text(ended, "not_undone");
	int64_t count = 0;

	if (json_int(ended, "undone", &count) && count > 0)
		text_addf(out, "%s%lld step%s undone", before, (long long)count,
		    count == 1 ? " was" : "s were");
	if (not_undone != NULL)
		text_addf(
		    out, "%sstep %s could not be undone", before, not_undone);
}
