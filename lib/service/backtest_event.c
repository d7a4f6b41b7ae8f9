/* Lines that are no samples: what else a daemon heard, and what it decided. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "service/backtest_impl.h"

/* A recording begins, or goes on in its next file. */
static bool
on_recording(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	const char *stream = json_text(e->json, "stream");
	int64_t format = 0, part = 1;
	bool goes_on;

	if (!json_int(e->json, "format", &format) || format != RECORDING_FORMAT)
		return error_set(err,
		    "the recording is of another format: only %d is known",
		    RECORDING_FORMAT);
	if (stream == NULL)
		return backtest_incomplete(e, "a stream", err);
	(void)json_int(e->json, "part", &part);
	b->wall_offset_ms =
	    backtest_time(e->json, "wall_ms", e->at_ms) - e->at_ms;
	goes_on = strcmp(b->stream, stream) == 0 && part == b->part + 1;
	b->part = part;
	backtest_copy(
	    b->digest, sizeof(b->digest), json_text(e->json, "config"));
	b->is_ready = json_flag(e->json, "ready", true);
	b->is_recording = true;
	if (goes_on)
		return true;
	backtest_copy(b->stream, sizeof(b->stream), stream);
	for (size_t i = 0; i < b->settings.service_count; i++)
		backtest_forget(&b->services[i]);
	b->now_ms = e->at_ms; /* of another boot, perhaps */
	return true;
}

static bool
on_ready(struct backtest *b, const struct backtest_event *e, struct error *err)
{
	(void)e;
	(void)err;
	b->is_ready = true;
	return true;
}

static bool
on_reload(struct backtest *b, const struct backtest_event *e, struct error *err)
{
	(void)err;
	backtest_copy(
	    b->digest, sizeof(b->digest), json_text(e->json, "config"));
	return true;
}

static bool
on_gap(struct backtest *b, const struct backtest_event *e, struct error *err)
{
	int64_t lost = 0;

	(void)err;
	(void)json_int(e->json, "lost", &lost);
	b->gaps++;
	b->lost += (uint64_t)lost;
	/* Deployments, say, may be among them: states follow. */
	for (size_t i = 0; i < b->settings.service_count; i++)
		b->services[i].has_gap = true;
	return true;
}

static bool
on_incident(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct service_input in = { .kind = SERVICE_INCIDENT,
		.is_open = json_flag(e->json, "open", true) };

	(void)err;
	if (!backtest_acts_itself(b))
		service_input(e->service->core, &in);
	return true;
}

static bool
on_forget(struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct service_input in = { .kind = SERVICE_FORGET,
		.at_ms = backtest_time(e->json, "asked_ms", e->at_ms) };

	(void)b;
	(void)err;
	service_input(e->service->core, &in);
	return true;
}

static bool
on_witnessed(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct service_input in = { .kind = SERVICE_WITNESSED,
		.at_ms = backtest_time(e->json, "asked_ms", e->at_ms) };

	(void)b;
	(void)err;
	service_input(e->service->core, &in);
	return true;
}

static void
take_hold(struct backtest_service *t, struct json_object *hold)
{
	const char *reason = json_text(hold, "reason");

	t->around.hold_reason = NULL;
	t->around.hold_author = NULL;
	if (hold == NULL)
		return;
	backtest_copy(t->hold_reason, sizeof(t->hold_reason), reason);
	backtest_copy(
	    t->hold_author, sizeof(t->hold_author), json_text(hold, "author"));
	t->around.hold_reason = t->hold_reason;
	t->around.hold_author = t->hold_author;
	t->around.hold_until_ms = backtest_time(hold, "until_ms", NEVER_MS);
}

static void
take_locks(struct backtest_service *t, struct json_object *locks)
{
	for (size_t i = 0; i < t->settings->rule_count; i++)
		backtest_copy(t->locks[i].holder, sizeof(t->locks[i].holder),
		    t->locks[i].name == NULL ?
			NULL :
			json_text(locks, t->locks[i].name));
}

static void
take_correlated(struct backtest_service *t, struct json_object *rules)
{
	size_t count = rules == NULL ? 0 : json_object_array_length(rules);

	t->correlated = 0;
	for (size_t i = 0; i < count; i++) {
		const char *name =
		    json_object_get_string(json_object_array_get_idx(rules, i));

		for (size_t k = 0; name != NULL && k < t->settings->rule_count;
		     k++)
			if (strcmp(t->settings->rules[k].name, name) == 0)
				t->correlated |= UINT32_C(1) << k;
	}
}

/* Only what the line says changes. */
static bool
on_around(struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct backtest_service *t = e->service;
	struct surroundings *a = &t->around;
	struct json_object *o = e->json;
	bool run_is_on = json_flag(o, "running", a->run_is_on);
	bool confirm = json_flag(o, "confirm", a->confirm);
	bool approved = json_flag(o, "approved", a->is_approved);

	(void)err;
	a->store_fails = json_flag(o, "store_fails", a->store_fails);
	a->shadow = json_flag(o, "shadow", a->shadow);
	a->has_witnesses = json_flag(o, "witnesses", a->has_witnesses);
	if (!backtest_acts_itself(b)) {
		a->run_is_on = run_is_on;
		a->confirm = confirm;
		a->is_approved = approved;
	}
	if (json_object_object_get_ex(o, "hold", NULL))
		take_hold(t, json_member(o, "hold"));
	if (json_object_object_get_ex(o, "tilt_until_ms", NULL))
		a->tilt_until_ms = backtest_time(o, "tilt_until_ms", NEVER_MS);
	if (json_object_object_get_ex(o, "blind", NULL)) {
		backtest_copy(
		    t->blind, sizeof(t->blind), json_text(o, "blind"));
		a->blind_witness = t->blind[0] == '\0' ? NULL : t->blind;
	}
	a->wall_offset_ms =
	    backtest_time(o, "wall_offset_ms", a->wall_offset_ms);
	a->limit_until_ms =
	    backtest_time(o, "limit_until_ms", a->limit_until_ms);
	if (json_object_object_get_ex(o, "correlated", NULL))
		take_correlated(t, json_array(o, "correlated"));
	if (!backtest_acts_itself(b) &&
	    json_object_object_get_ex(o, "locks", NULL))
		take_locks(t, json_member(o, "locks"));
	return true;
}

static bool
on_removed(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	(void)b;
	(void)err;
	e->service->is_removed = true;
	return true;
}

static bool
is_same(const char *word, const char *other)
{
	return strcmp(word == NULL ? "" : word, other) == 0;
}

static bool
on_decision(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct backtest_service *t = e->service;
	const struct service_decision *d = &t->decision;
	const char *rule = json_text(e->json, "rule");
	const char *action = json_text(e->json, "action");
	const char *guard = json_text(e->json, "guard");
	bool none = d->decision.action == ACTION_NONE;

	if (action == NULL)
		return backtest_incomplete(e, "an action", err);
	if (!b->settings.verify)
		return true;
	b->compared++;
	if (t->is_unmatched && t->decided_ms == e->at_ms &&
	    is_same(action, action_word(d->decision.action)) &&
	    is_same(guard,
		d->decision.guard == GUARD_NONE ?
		    "" :
		    guard_word(d->decision.guard)) &&
	    is_same(rule, none ? "" : t->settings->rules[d->rule].name)) {
		t->is_unmatched = false;
		return true;
	}
	backtest_tell_difference(
	    b, t, "recording", rule, action, guard, e->at_ms);
	return true;
}

static const struct {
	const char *name;
	bool (*take)(struct backtest *b, const struct backtest_event *e,
	    struct error *err);
	bool of_service;
	bool of_all; /* where it names none */
} kinds[] = {
	{ "recording", on_recording, false, false },
	{ "ready", on_ready, false, false },
	{ "reload", on_reload, false, false },
	{ "gap", on_gap, false, false },
	{ "state", backtest_state, true, false },
	{ "baseline", backtest_baseline, true, false },
	{ "deploy", backtest_deploy, true, false },
	{ "acted", backtest_acted, true, false },
	{ "mark", backtest_mark, true, false },
	{ "soaked", backtest_soaked, true, false },
	{ "found", backtest_found, true, false },
	{ "recovered", backtest_recovered, true, false },
	{ "heading", backtest_heading, true, false },
	{ "incident", on_incident, true, false },
	{ "forget", on_forget, true, true },
	{ "witnessed", on_witnessed, true, true },
	{ "reported", backtest_reported, true, false },
	{ "withdrawn", backtest_withdrawn, true, false },
	{ "dismissed", backtest_dismissed, true, false },
	{ "around", on_around, true, true },
	{ "decision", on_decision, true, false },
	{ "removed", on_removed, true, false },
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static bool
take_all(struct backtest *b, struct backtest_event *e, unsigned kind,
    struct error *err)
{
	for (size_t i = 0; i < b->settings.service_count; i++) {
		e->service = &b->services[i];
		if (!backtest_begin(b, e->service, err) ||
		    !kinds[kind].take(b, e, err))
			return false;
		backtest_look(b, e->service);
		backtest_tell_evaluators(b, e->service, e->at_ms);
	}
	return true;
}

static bool
take_one(struct backtest *b, struct backtest_event *e, unsigned kind,
    struct error *err)
{
	const char *name = json_text(e->json, "service");
	bool same;

	e->service = backtest_service(b, name);
	if (name == NULL)
		return backtest_incomplete(e, "a service", err);
	if (e->service == NULL)
		return backtest_unknown(b, err, "service %s", name);
	/* Between a sample and what was decided on it. */
	same = e->service == b->pending &&
	    json_flag(e->json, "before_decision", false);
	if (!same)
		backtest_settle(b);
	if (!backtest_begin(b, e->service, err) || !kinds[kind].take(b, e, err))
		return false;
	backtest_look(b, e->service);
	if (!same)
		backtest_tell_evaluators(b, e->service, e->at_ms);
	return true;
}

bool
backtest_event(
    struct backtest *b, const struct recording_line *line, struct error *err)
{
	struct backtest_event e = { .json = line->event,
		.kind = json_text(line->event, "event"),
		.at_ms = line->sample.at_ms };
	unsigned kind = 0;
	bool anew;

	while (kind < KIND_COUNT && strcmp(kinds[kind].name, e.kind) != 0)
		kind++;
	if (kind == KIND_COUNT)
		return backtest_unknown(b, err, "event %s", e.kind);
	anew = kinds[kind].take == on_recording;
	if (!anew && !backtest_clock(b, e.at_ms, err))
		return false;
	if (kinds[kind].of_service && json_text(e.json, "service") != NULL)
		return take_one(b, &e, kind, err);
	if (kinds[kind].of_service && !kinds[kind].of_all)
		return backtest_incomplete(&e, "a service", err);
	backtest_settle(b);
	if (kinds[kind].of_service)
		return take_all(b, &e, kind, err);
	return kinds[kind].take(b, &e, err);
}
