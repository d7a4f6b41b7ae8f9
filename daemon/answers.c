#include "daemon/answers.h"

#include <string.h>

#include "base/version.h"
#include "daemon/answers_private.h"
#include "daemon/drill.h"
#include "daemon/events.h"

#define PROTOCOL 1
#define REASON_TEXT_MAX 1024

void
answers_set_wall(
    struct monitor *m, struct json_object *o, const char *key, int64_t boot_ms)
{
	if (boot_ms != NEVER_MS)
		json_set_int(o, key, events_wall_ms(m, boot_ms));
}

void
answers_set_known(struct json_object *o, const char *key, const char *words)
{
	if (words != NULL && *words != '\0')
		json_set_text(o, key, words);
}

struct watched *
answers_find(struct monitor *m, struct control_call *call, const char *service)
{
	struct watched *w = monitor_watched(m, service);

	if (w == NULL)
		control_refuse(call, CONTROL_NOT_FOUND,
		    "there is no service \"%s\"", service);
	return w;
}

static const char *
state_of(struct watched *w, const struct service_decision *d)
{
	const struct rollback *r = watched_rollback(w);

	if (r != NULL && rollback_acts(r))
		return rollback_state(r);
	switch (service_verdict(watched_core(w))) {
	case VERDICT_TRIPPED:
		return d->decision.action == ACTION_HOLD ? "holding" : "bad";
	case VERDICT_HEALTHY:
		return "healthy";
	case VERDICT_UNKNOWN:
		break;
	}
	return "unknown";
}

/* The first evaluator that cannot say, and what it needs. */
static void
add_missing(struct monitor *m, struct watched *w, struct text *out)
{
	const struct service *core = watched_core(w);
	struct text missing = text_new(REASON_TEXT_MAX / 2);

	for (unsigned i = 0; i < watched_settings(w)->evaluator_count; i++) {
		if (service_finding(core, i).verdict != VERDICT_UNKNOWN)
			continue;
		service_missing(core, i, loop_now_ms(m->loop), &missing);
		if (missing.length == 0)
			continue;
		text_addf(out, "; %s is missing: %s",
		    watched_settings(w)->evaluators[i].name,
		    text_str(&missing));
		break;
	}
	text_free(&missing);
}

/* Why it is so, and what would change it. */
static void
set_reason(struct monitor *m, struct watched *w,
    const struct service_decision *d, struct json_object *o)
{
	const struct rollback *r = watched_rollback(w);
	struct text reason = text_new(REASON_TEXT_MAX);

	if (r != NULL)
		rollback_describe(r, &reason, loop_now_ms(m->loop));
	if (d->decision.action != ACTION_NONE &&
	    (r == NULL || !rollback_acts(r))) {
		text_add(&reason, reason.length > 0 ? "; " : "");
		text_add(&reason, d->decision.reason);
	} else if (r == NULL &&
	    service_verdict(watched_core(w)) == VERDICT_UNKNOWN) {
		text_add(&reason,
		    "too little was seen since the start, a deployment or a "
		    "pause to say");
		add_missing(m, w, &reason);
	}
	answers_set_known(o, "reason", text_str(&reason));
	text_free(&reason);
}

static void
set_answer_wanted(const char *id, struct json_object *o)
{
	struct text words = text_new(REASON_TEXT_MAX);

	text_addf(&words, "rollbackctl approve %s", id);
	json_set_text(o, "release", text_str(&words));
	text_free(&words);
}

void
answers_set_guard(struct monitor *m, const struct watched *w, unsigned rule,
    const struct decision *d, struct json_object *o)
{
	const struct held *held = watched_held(w);
	const struct rollback *r = watched_rollback(w);

	if (d->guard == GUARD_NONE)
		return;
	json_set_text(o, "guard", guard_word(d->guard));
	if (held->guard == d->guard && held->rule == rule)
		answers_set_wall(m, o, "guard_since_wall_ms", held->since_ms);
	if ((d->action == ACTION_AWAIT || d->action == ACTION_PROPOSE) &&
	    r != NULL && rollback_is_asking(r))
		set_answer_wanted(rollback_id(r), o);
	else
		answers_set_known(o, "release", d->release);
}

void
answers_set_service(struct monitor *m, struct watched *w, struct json_object *o)
{
	const struct service_settings *s = watched_settings(w);
	const struct service *core = watched_core(w);
	const struct rollback *r = watched_rollback(w);
	struct surroundings around = monitor_surroundings(m, w);
	struct service_decision d;

	around.is_approved = r != NULL && rollback_is_approved(r);
	d = service_decide(core, &around);
	json_set_text(o, "environment", s->environment);
	if (s->drill.is_given)
		json_set(o, "drill", drills_status_json(m, w));
	json_set_text(o, "group", s->group != NULL ? s->group : s->name);
	json_set_text(o, "state", state_of(w, &d));
	answers_set_wall(m, o, "since_wall_ms", service_verdict_since_ms(core));
	answers_set_known(o, "version", service_version(core));
	answers_set_known(
	    o, "previous_version", service_previous_version(core));
	if (r != NULL) {
		json_set_text(o, "incident", rollback_id(r));
		json_set_text(
		    o, "severity", severity_word(rollback_severity(r)));
	} else if (d.decision.action != ACTION_NONE)
		json_set_text(
		    o, "severity", severity_word(s->rules[d.rule].severity));
	if (d.decision.action != ACTION_NONE)
		answers_set_guard(m, w, d.rule, &d.decision, o);
	set_reason(m, w, &d, o);
}

struct json_object *
answers_hold(const struct hold *h)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "id", h->id);
	json_set_text(o, "scope", h->scope);
	json_set_text(o, "reason", h->reason);
	json_set_text(o, "by", h->author);
	json_set_int(o, "since_wall_ms", h->since_wall_ms);
	if (h->until_wall_ms != 0)
		json_set_int(o, "until_wall_ms", h->until_wall_ms);
	return o;
}

struct json_object *
answers_holds(struct monitor *m, const char *service)
{
	struct json_object *list = json_object_new_array();
	int64_t now_ms = loop_now_ms(m->loop);

	for (size_t i = 0; i < m->holds.count; i++) {
		const struct hold *h = &m->holds.items[i];

		if (h->until_ms <= now_ms)
			continue;
		if (service == NULL || strcmp(h->scope, "*") == 0 ||
		    strcmp(h->scope, service) == 0)
			(void)json_object_array_add(list, answers_hold(h));
	}
	return list;
}

static void
set_phase(struct json_object *phases, const char *key, double ms)
{
	json_set(phases, key, NULL);
	if (ms >= 0)
		json_set_number(phases, key, ms);
}

void
answers_sample(
    struct monitor *m, const struct sample *s, struct json_object *result)
{
	struct json_object *phases = json_object_new_object();

	json_set_text(result, "outcome", sample_outcome_word(s->outcome));
	json_set_text(result, "failure", s->failure);
	answers_set_known(result, "detail", s->detail);
	if (s->status > 0)
		json_set_int(result, "status", s->status);
	json_set_number(result, "latency_ms", s->latency_ms);
	set_phase(phases, "resolve_ms", s->phases.resolve_ms);
	set_phase(phases, "connect_ms", s->phases.connect_ms);
	set_phase(phases, "tls_ms", s->phases.tls_ms);
	set_phase(phases, "first_byte_ms", s->phases.first_byte_ms);
	set_phase(phases, "transfer_ms", s->phases.transfer_ms);
	json_set(result, "phases", phases);
	answers_set_wall(m, result, "asked_wall_ms", s->asked_ms);
	answers_set_wall(m, result, "answered_wall_ms", s->answered_ms);
}

void
answers_version(struct monitor *m, struct control_call *call)
{
	struct json_object *o = json_object_new_object();

	(void)m;
	json_set_text(o, "version", ROLLBACKD_VERSION);
	json_set_int(o, "protocol", PROTOCOL);
	control_reply(call, o);
}
