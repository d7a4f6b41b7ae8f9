/* A drill in the log, and what the log says of incidents meanwhile. */
#include <stdio.h>
#include <string.h>

#include "daemon/drill_private.h"

static void
copy(char *to, size_t size, struct json_object *data, const char *key)
{
	const char *words = json_text(data, key);

	(void)snprintf(to, size, "%s", words == NULL ? "" : words);
}

static void
set_known(struct json_object *o, const char *key, const char *words)
{
	if (words[0] != '\0')
		json_set_text(o, key, words);
}

struct json_object *
drilling_json(const struct drilling *x)
{
	const struct drill_plan *p = &x->core.plan;
	struct json_object *o = json_object_new_object();

	json_set_text(o, "id", x->id);
	json_set_text(o, "environment", x->environment);
	set_known(o, "fault", x->fault);
	set_known(o, "version", x->version);
	set_known(o, "before", x->before);
	set_known(o, "previous", x->previous);
	json_set_bool(o, "good", x->was_good);
	set_known(o, "lock", x->lock);
	set_known(o, "heal_lock", x->heal_lock);
	json_set_text(o, "by", x->by);
	json_set_text(o, "reason", x->reason);
	json_set_bool(o, "scheduled", x->is_scheduled);
	json_set_int(o, "kind", p->kind);
	json_set_bool(o, "heals_late", p->heals_late);
	json_set_int(o, "detect_ms", p->detect_ms);
	json_set_int(o, "first_step_ms", p->first_step_ms);
	json_set_int(o, "recover_ms", p->recover_ms);
	json_set_int(o, "watching_ms", p->watching_ms);
	json_set_int(o, "blind_ms", p->blind_ms);
	return o;
}

void
drilling_take(struct drilling *x, struct json_object *data, int64_t at_ms,
    int64_t wall_ms)
{
	struct drill_plan p = { .kind = DRILL_VERSION };
	int64_t kind = 0;

	copy(x->id, sizeof(x->id), data, "id");
	copy(x->environment, sizeof(x->environment), data, "environment");
	copy(x->fault, sizeof(x->fault), data, "fault");
	copy(x->version, sizeof(x->version), data, "version");
	copy(x->before, sizeof(x->before), data, "before");
	copy(x->previous, sizeof(x->previous), data, "previous");
	copy(x->lock, sizeof(x->lock), data, "lock");
	copy(x->heal_lock, sizeof(x->heal_lock), data, "heal_lock");
	copy(x->by, sizeof(x->by), data, "by");
	copy(x->reason, sizeof(x->reason), data, "reason");
	x->was_good = json_flag(data, "good", false);
	x->is_scheduled = json_flag(data, "scheduled", false);
	(void)json_int(data, "kind", &kind);
	if (kind >= DRILL_VERSION && kind <= DRILL_BLIND)
		p.kind = (enum drill_kind)kind;
	p.heals_late = json_flag(data, "heals_late", false);
	(void)json_int(data, "detect_ms", &p.detect_ms);
	(void)json_int(data, "first_step_ms", &p.first_step_ms);
	(void)json_int(data, "recover_ms", &p.recover_ms);
	(void)json_int(data, "watching_ms", &p.watching_ms);
	(void)json_int(data, "blind_ms", &p.blind_ms);
	drill_begin(&x->core, &p, at_ms);
	x->began_wall_ms = wall_ms;
}

struct json_object *
drilling_saw_json(const struct drilling *x, enum drill_input input,
    const char *detail, int64_t at_ms)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "id", x->id);
	json_set_text(o, "what", drill_input_word(input));
	json_set_int(o, "at_ms", events_wall_ms(x->m, at_ms));
	if (detail != NULL)
		json_set_text(o, "detail", detail);
	set_known(o, "incident", x->incident);
	return o;
}

static struct json_object *
line_json(const struct drill_line *line)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "what", line->what);
	if (line->has_come)
		json_set_int(o, "took_ms", line->took_ms);
	if (line->objective_ms > 0) {
		json_set_int(o, "objective_ms", line->objective_ms);
		json_set_bool(o, "met", line->has_come && line->is_met);
	}
	return o;
}

struct json_object *
drilling_times_json(const struct drilling *x)
{
	struct json_object *list = json_object_new_array();
	struct drill_line lines[DRILL_LINES_MAX];
	size_t count = drill_lines(&x->core, lines);

	for (size_t i = 0; i < count; i++)
		(void)json_object_array_add(list, line_json(&lines[i]));
	return list;
}

struct json_object *
drilling_ended_json(const struct drilling *x)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "id", x->id);
	json_set_text(o, "service", x->service);
	json_set_text(o, "environment", x->environment);
	set_known(o, "fault", x->fault);
	set_known(o, "version", x->version);
	set_known(o, "before", x->before);
	json_set_text(o, "by", x->by);
	json_set_text(o, "purpose", x->reason);
	json_set_bool(o, "scheduled", x->is_scheduled);
	json_set_text(o, "result", drill_result_word(x->core.result));
	json_set_text(o, "reason", x->core.reason);
	json_set_bool(o, "broken", drill_left_broken(&x->core));
	set_known(o, "incident", x->incident);
	json_set_int(o, "began_ms", x->began_wall_ms);
	json_set_int(o, "ended_ms", loop_wall_ms());
	json_set(o, "times", drilling_times_json(x));
	set_known(o, "report", x->report_path);
	return o;
}

/* ----------------------------------------------- what incidents tell of */

static bool
hear_opened(struct drilling *x, const struct event_draft *heard,
    enum drill_input *input)
{
	const char *action = json_text(heard->data, "action");
	const char *cause = json_text(heard->data, "cause");
	bool acts = action != NULL &&
	    (strcmp(action, "roll_back") == 0 ||
		strcmp(action, "await_approval") == 0);

	/* What a person orders is earnest, whatever else goes on. */
	if (cause != NULL && strcmp(cause, "operator") == 0)
		return false;
	(void)snprintf(x->incident, sizeof(x->incident), "%s", heard->incident);
	json_set_text(heard->data, "drill", x->id);
	*input = acts ? DRILL_SAW_DECISION : DRILL_SAW_PROPOSAL;
	return true;
}

static bool
hear_closed(const char *outcome, enum drill_input *input)
{
	static const char *const nothing_done[] = { "cleared", "not_needed",
		"superseded", "rejected", "expired" };

	*input = DRILL_SAW_NOT_RECOVERED;
	for (size_t i = 0; i < sizeof(nothing_done) / sizeof(*nothing_done);
	     i++)
		if (outcome != NULL && strcmp(outcome, nothing_done[i]) == 0)
			*input = DRILL_SAW_WITHDRAWN;
	if (outcome != NULL && strcmp(outcome, "recovered") == 0)
		*input = DRILL_SAW_RECOVERED;
	return true;
}

static bool
hear(struct drilling *x, const struct event_draft *heard,
    enum drill_input *input)
{
	if (strcmp(heard->kind, EVENT_OPENED) == 0)
		return hear_opened(x, heard, input);
	if (strcmp(heard->incident, x->incident) != 0)
		return false;
	if (strcmp(heard->kind, EVENT_INTENT) == 0) {
		*input = DRILL_SAW_FIRST_STEP;
		return !json_flag(heard->data, "prepare", false) &&
		    x->core.at_ms[DRILL_FIRST_STEP] == NEVER_MS;
	}
	if (strcmp(heard->kind, EVENT_VERIFYING) == 0) {
		*input = DRILL_SAW_STEPS_DONE;
		return true;
	}
	if (strcmp(heard->kind, EVENT_VERIFIED) == 0) {
		*input = DRILL_SAW_VERIFIED;
		return json_flag(heard->data, "recovered", false);
	}
	if (strcmp(heard->kind, EVENT_CLOSED) == 0)
		return hear_closed(json_text(heard->data, "outcome"), input);
	return false;
}

/* What was measured may have been bad before a sample failed as a whole. */
static void
take_first_bad(struct drilling *x, const struct event_draft *heard)
{
	int64_t wall_ms, at_ms;

	if (strcmp(heard->kind, EVENT_OPENED) != 0 ||
	    x->core.at_ms[DRILL_FIRST_BAD] != NEVER_MS ||
	    !json_int(heard->data, "first_bad_ms", &wall_ms))
		return;
	at_ms = loop_now_ms(x->m->loop) - (loop_wall_ms() - wall_ms);
	if (at_ms >= x->core.at_ms[DRILL_BEGAN])
		drilling_saw(x, DRILL_SAW_BAD, NULL, at_ms);
}

bool
drills_heard(struct monitor *m, const struct event_draft *heard,
    struct event_draft *more)
{
	struct drilling *x = m->drills == NULL ? NULL : m->drills->on;
	int64_t now_ms = loop_now_ms(m->loop);
	enum drill_input input;
	const char *detail;

	if (x == NULL || !x->is_begun || x->is_ending ||
	    heard->incident == NULL || heard->service == NULL ||
	    strcmp(heard->service, x->service) != 0 || !hear(x, heard, &input))
		return false;
	take_first_bad(x, heard);
	detail = strcmp(heard->kind, EVENT_CLOSED) == 0 ?
	    json_text(heard->data, "outcome") :
	    NULL;
	*more = (struct event_draft){
		.kind = EVENT_DRILL_SAW,
		.service = x->service,
		.data = drilling_saw_json(x, input, detail, now_ms),
	};
	drill_saw(&x->core, input, detail, now_ms);
	return true;
}

void
drills_sampled(struct monitor *m, const char *service, const struct sample *s)
{
	struct drilling *x = m->drills == NULL ? NULL : m->drills->on;

	if (x == NULL || s->outcome != SAMPLE_FAILED || !x->is_begun ||
	    x->core.at_ms[DRILL_FIRST_BAD] != NEVER_MS ||
	    (x->core.stage != DRILL_INJECTING &&
		x->core.stage != DRILL_WATCHING) ||
	    strcmp(x->service, service) != 0)
		return;
	drilling_saw(x, DRILL_SAW_BAD, NULL, s->answered_ms);
}

void
drills_alarmed(struct monitor *m, const char *service)
{
	struct drilling *x = m->drills == NULL ? NULL : m->drills->on;

	if (x == NULL || !drill_is_blind(&x->core) ||
	    strcmp(x->service, service) != 0)
		return;
	drilling_saw(x, DRILL_SAW_ALARM, NULL, loop_now_ms(m->loop));
}
