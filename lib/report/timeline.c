#include "report/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "report/event.h"

#define WORDS_MAX_BYTES (64 * 1024)

/* Of those that were deployed before; the daemon tells no more. */
#define CHANGES_MAX 8
/* An incident's "opened" makes three entries, the others one at most. */
#define ENTRIES_OF_OPENED (3 + CHANGES_MAX)

struct timeline {
	size_t count;
	size_t capacity;
	bool is_short; /* of memory */
	struct timeline_entry entries[];
};

static const char *
text_of(struct json_object *data, const char *key)
{
	const char *text = json_text(data, key);

	return text == NULL || *text == '\0' ? "unknown" : text;
}

/* Takes the words; of too many, those that fitted. */
static void
add(struct timeline *t, int64_t at_ms, const char *what, struct text *words)
{
	char *own = strdup(text_str(words));

	text_free(words);
	if (own == NULL || t->count == t->capacity) {
		free(own);
		t->is_short = true;
		return;
	}
	t->entries[t->count++] = (struct timeline_entry){
		.at_ms = at_ms, .what = what, .words = own
	};
}

static void
add_reason(struct text *w, struct json_object *data)
{
	const char *reason = json_text(data, "reason");

	if (reason != NULL && *reason != '\0')
		text_addf(w, ": %s", reason);
}

static struct json_object *
first_evidence(struct json_object *opened)
{
	struct json_object *all = json_array(opened, "evidence");

	return all == NULL ? NULL : json_object_array_get_idx(all, 0);
}

/* Its evidence is what tells which probe saw it. */
static void
tell_first_bad(struct timeline *t, const struct story *s)
{
	struct json_object *evidence = first_evidence(s->opened);
	struct text w = text_new(WORDS_MAX_BYTES);
	const char *probe = json_text(evidence, "probe");

	if (s->first_bad_ms == UNKNOWN_MS)
		return;
	text_add(&w, "First bad sample");
	if (probe != NULL)
		text_addf(&w, ", of probe %s", probe);
	add(t, s->first_bad_ms, "first_bad", &w);
}

/* What came before it, and perhaps brought it. */
static void
tell_changes(struct timeline *t, const struct story *s)
{
	struct json_object *all = json_array(s->opened, "changes");
	size_t count = all == NULL ? 0 : json_object_array_length(all);

	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_array_get_idx(all, i);
		struct text w = text_new(WORDS_MAX_BYTES);
		int64_t at_ms = story_moment(o, "deployed_ms");

		if (at_ms == UNKNOWN_MS || i >= CHANGES_MAX)
			continue;
		text_addf(&w, "Deployed: %s version %s, by %s",
		    text_of(o, "service"), text_of(o, "version"),
		    text_of(o, "by"));
		add(t, at_ms, "deployed", &w);
	}
}

static void
tell_detected(struct timeline *t, const struct story *s)
{
	struct text w = text_new(WORDS_MAX_BYTES);

	if (story_is_by_operator(s) ||
	    story_moment(s->opened, "detected_ms") == UNKNOWN_MS)
		return;
	text_addf(&w, "Detected: rule %s (%s) holds",
	    text_of(s->opened, "rule"), text_of(s->opened, "severity"));
	add(t, s->detected_ms, "detected", &w);
}

static const struct {
	const char *action;
	const char *words;
} actions[] = {
	{ "roll_back", "roll back" },
	{ "propose", "propose a rollback" },
	{ "await_approval", "ask for an approval to roll back" },
	{ "shadow", "do nothing, being in shadow mode" },
};

static void
tell_decision(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);
	const char *action = text_of(e->data, "action");
	const char *target = json_text(e->data, "target");

	if (story_is_by_operator(s))
		text_addf(&w, "Requested by %s: ", text_of(e->data, "by"));
	else
		text_add(&w, "Decided: ");
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].action, action) == 0)
			action = actions[i].words;
	words_add(&w, action);
	if (target != NULL && *target != '\0')
		text_addf(&w, " to %s", target);
	text_addf(&w, " with procedure %s", text_of(e->data, "procedure"));
	add_reason(&w, e->data);
	add(t, e->wall_ms, "decided", &w);
}

static void
tell_opened(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	if (e->data != s->opened)
		return;
	tell_changes(t, s);
	tell_first_bad(t, s);
	tell_detected(t, s);
	tell_decision(t, s, e);
}

static void
tell_planned(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);
	struct json_object *steps = json_array(e->data, "steps");

	(void)s;
	text_addf(
	    &w, "Run planned: procedure %s", text_of(e->data, "procedure"));
	if (steps != NULL)
		text_addf(&w, ", steps: %zu", json_object_array_length(steps));
	if (json_text(e->data, "parent") != NULL)
		text_add(&w, ", because an earlier run did not help");
	add(t, e->wall_ms, "planned", &w);
}

/* "Step 2 (switch), attempt 1", "Check 1 of ...", "Undo of ...". */
static void
add_step(struct text *w, struct json_object *data)
{
	int64_t step = 0, attempt = 1, check = 0, undo = 0;

	(void)json_int(data, "step", &step);
	(void)json_int(data, "attempt", &attempt);
	(void)json_int(data, "check", &check);
	(void)json_int(data, "undo", &undo);
	if (undo > 0)
		text_add(w, "Undo of step ");
	else if (check > 0)
		text_addf(w, "Check %lld of step ", (long long)check);
	else
		text_add(w, "Step ");
	text_addf(w, "%lld (%s), attempt %lld", (long long)step + 1,
	    text_of(data, "label"), (long long)attempt);
}

static void
tell_outcome(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);
	int64_t started_ms = story_moment(e->data, "started_ms");
	int64_t ended_ms = story_moment(e->data, "ended_ms");
	int64_t took_ms = span_ms(started_ms, ended_ms);
	char span[SPAN_TEXT_MAX];

	(void)s;
	add_step(&w, e->data);
	text_add(&w, ": ");
	words_add(&w, text_of(e->data, "outcome"));
	if (took_ms != UNKNOWN_MS && took_ms >= 0)
		text_addf(&w, " in %s", span_text(took_ms, span));
	if (story_reason(e->data) != NULL)
		add_reason(&w, e->data);
	add(t, started_ms == UNKNOWN_MS ? e->wall_ms : started_ms, "step", &w);
}

/* Told only when nothing came after it. */
static void
tell_intent(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);
	size_t at = (size_t)(e - s->incident->events);

	if (e->run == NULL || story_attempt(s, at, e->run) != STORY_UNANSWERED)
		return;
	add_step(&w, e->data);
	text_add(&w, ": asked for; no outcome was recorded");
	add(t, e->wall_ms, "step", &w);
}

static void
tell_run_ended(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);

	(void)s;
	text_add(&w, "Run ended: ");
	words_add(&w, text_of(e->data, "outcome"));
	add_reason(&w, e->data);
	story_undone(e->data, "; ", &w);
	add(t, e->wall_ms, "run_ended", &w);
}

static void
tell_verifying(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);
	struct json_object *probes = json_array(e->data, "probes");
	int64_t successes = 0, within_ms = 0;
	char span[SPAN_TEXT_MAX];

	(void)s;
	text_add(&w, "Verification began");
	if (json_int(e->data, "successes", &successes))
		text_addf(&w, ", successes wanted in a row: %lld",
		    (long long)successes);
	if (probes != NULL)
		text_addf(
		    &w, ", probes: %zu", json_object_array_length(probes));
	if (json_int(e->data, "within_ms", &within_ms))
		text_addf(&w, ", within %s", span_text(within_ms, span));
	add(t, e->wall_ms, "verifying", &w);
}

static void
tell_verified(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);
	int64_t good = 0, bad = 0;

	(void)s;
	text_add(&w,
	    json_flag(e->data, "recovered", false) ?
		"Verified: the service has recovered" :
		"Verification failed: the service has not recovered");
	if (json_int(e->data, "good_samples", &good) &&
	    json_int(e->data, "bad_samples", &bad))
		text_addf(&w, " (good samples: %lld, bad samples: %lld)",
		    (long long)good, (long long)bad);
	add_reason(&w, e->data);
	add(t, e->wall_ms, "verified", &w);
}

static void
tell_abort(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);

	(void)s;
	text_addf(&w, "Aborted by %s", text_of(e->data, "by"));
	add_reason(&w, e->data);
	add(t, e->wall_ms, "abort", &w);
}

static void
tell_said(struct timeline *t, const struct report_event *e, const char *what)
{
	struct text w = text_new(WORDS_MAX_BYTES);

	text_add(&w, what);
	if (json_text(e->data, "gate") != NULL)
		text_addf(&w, ": step %s,", json_text(e->data, "gate"));
	text_addf(&w, " by %s", text_of(e->data, "by"));
	add_reason(&w, e->data);
	add(t, e->wall_ms, e->kind, &w);
}

static void
tell_approved(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	(void)s;
	tell_said(t, e, "Approved");
}

static void
tell_rejected(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	(void)s;
	tell_said(t, e, "Rejected");
}

static void
tell_severity(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);

	(void)s;
	text_addf(&w, "Severity %s instead of %s, by %s",
	    text_of(e->data, "to"), text_of(e->data, "from"),
	    text_of(e->data, "by"));
	if (json_flag(e->data, "approves", false))
		text_add(&w, ", which approves it");
	add_reason(&w, e->data);
	add(t, e->wall_ms, e->kind, &w);
}

static void
tell_resolved(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);

	(void)s;
	text_addf(&w, "%s says that step %s is ", text_of(e->data, "by"),
	    text_of(e->data, "label"));
	words_add(&w, text_of(e->data, "as"));
	add_reason(&w, e->data);
	add(t, e->wall_ms, e->kind, &w);
}

static void
tell_reminded(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);
	int64_t count = 1;

	(void)s;
	(void)json_int(e->data, "count", &count);
	text_addf(
	    &w, "Asked again for an approval, time %lld", (long long)count);
	add(t, e->wall_ms, e->kind, &w);
}

static void
tell_escalated(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);

	(void)s;
	text_addf(
	    &w, "Nobody had answered: asked a %s", text_of(e->data, "to"));
	add(t, e->wall_ms, e->kind, &w);
}

static void
tell_closed(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);

	(void)s;
	text_add(&w, "Closed: ");
	words_add(&w, text_of(e->data, "outcome"));
	add_reason(&w, e->data);
	add(t, e->wall_ms, "closed", &w);
}

static void
tell_notified(
    struct timeline *t, const struct story *s, const struct report_event *e)
{
	struct text w = text_new(WORDS_MAX_BYTES);

	(void)s;
	text_addf(&w, "Told %s: ", text_of(e->data, "channel"));
	words_add(&w, text_of(e->data, "event"));
	add(t, e->wall_ms, "notified", &w);
}

static const struct teller {
	const char *kind;
	void (*tell)(struct timeline *t, const struct story *s,
	    const struct report_event *e);
} tellers[] = {
	{ EVENT_OPENED, tell_opened },
	{ EVENT_PLANNED, tell_planned },
	{ EVENT_INTENT, tell_intent },
	{ EVENT_OUTCOME, tell_outcome },
	{ EVENT_RUN_ENDED, tell_run_ended },
	{ EVENT_VERIFYING, tell_verifying },
	{ EVENT_VERIFIED, tell_verified },
	{ EVENT_ABORT, tell_abort },
	{ EVENT_APPROVED, tell_approved },
	{ EVENT_REJECTED, tell_rejected },
	{ EVENT_SEVERITY, tell_severity },
	{ EVENT_RESOLVED, tell_resolved },
	{ EVENT_REMINDED, tell_reminded },
	{ EVENT_ESCALATED, tell_escalated },
	{ EVENT_CLOSED, tell_closed },
	{ EVENT_NOTIFIED, tell_notified },
};

static void
tell(struct timeline *t, const struct story *s, const struct report_event *e)
{
	for (size_t i = 0; i < sizeof(tellers) / sizeof(tellers[0]); i++)
		if (e->kind != NULL && strcmp(e->kind, tellers[i].kind) == 0)
			tellers[i].tell(t, s, e);
}

/* Few are out of order, so that this takes few moves; and it is stable. */
static void
sort(struct timeline *t)
{
	for (size_t i = 1; i < t->count; i++) {
		struct timeline_entry e = t->entries[i];
		size_t at = i;

		for (; at > 0 && t->entries[at - 1].at_ms > e.at_ms; at--)
			t->entries[at] = t->entries[at - 1];
		t->entries[at] = e;
	}
}

struct timeline *
timeline_new(const struct story *s)
{
	size_t capacity = s->incident->event_count + ENTRIES_OF_OPENED;
	struct timeline *t =
	    calloc(1, sizeof(*t) + capacity * sizeof(t->entries[0]));

	if (t == NULL)
		return NULL;
	t->capacity = capacity;
	for (size_t i = 0; i < s->incident->event_count; i++)
		tell(t, s, &s->incident->events[i]);
	sort(t);
	if (!t->is_short)
		return t;
	timeline_free(t);
	return NULL;
}

void
timeline_free(struct timeline *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++)
		free(t->entries[i].words);
	free(t);
}

size_t
timeline_count(const struct timeline *t)
{
	return t->count;
}

const struct timeline_entry *
timeline_entry(const struct timeline *t, size_t index)
{
	return &t->entries[index];
}
