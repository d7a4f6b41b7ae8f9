/* How an incident begins: a rule decided, or an operator ordered it. */
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/rollback_private.h"
#include "daemon/together.h"
#include "service/authority.h"

static void
take_rule(struct rollback *r, unsigned index)
{
	const struct rule_settings *rule =
	    &watched_settings(r->w)->rules[index];

	rollback_copy(r->rule, sizeof(r->rule), rule->name);
	rollback_copy(r->procedure, sizeof(r->procedure), rule->procedure);
	r->severity = rule->severity;
	r->mode = rule->mode;
	r->respond_ms = rollback_patience(r)->respond_ms;
	r->first_bad_ms = service_first_bad_ms(watched_core(r->w), index);
}

static void
take_versions(struct rollback *r, int rule)
{
	struct service *core = watched_core(r->w);
	const char *target = rule < 0 ?
	    service_target_version(core) :
	    service_rule_target(core, (unsigned)rule);

	rollback_copy(r->version, sizeof(r->version), service_version(core));
	rollback_copy(
	    r->previous, sizeof(r->previous), service_previous_version(core));
	rollback_copy(r->target, sizeof(r->target), target);
}

static void
proposal_is_stored(struct rollback *r)
{
	r->is_opened = true;
	log_service(LOG_LEVEL_WARNING, LOG_ID_DECIDED, r->service,
	    "%s a rollback to %s by rule %s (%s): %s; incident %s",
	    r->action == ACTION_SHADOW ? "would start" : "proposes",
	    r->target[0] == '\0' ? "an unknown version" : r->target, r->rule,
	    severity_word(r->severity), r->reason, r->id);
	rollback_await(r);
	rollback_look(r);
}

static void
propose(struct rollback *r, unsigned rule)
{
	struct json_object *opened = rollback_opened_json(r, (int)rule);

	rollback_summarise_opening(r);
	rollback_write(r, EVENT_OPENED, opened, "decision", proposal_is_stored);
}

static bool
act(struct rollback *r, int rule)
{
	r->verify = &watched_settings(r->w)->verify;
	r->core = incident_new(r->verify);
	if (r->core == NULL)
		return false;
	if (r->action == ACTION_AWAIT ||
	    (r->by_operator && rollback_needs_file(r->m))) {
		r->awaits = true;
		incident_await(r->core);
	}
	r->opened = rollback_opened_json(r, rule);
	incident_begin(r->core, r->procedure);
	return true;
}

/* Is the action more than what is open already, and may it take its place? */
static bool
is_news(const struct rollback *open, enum action action,
    const struct rule_settings *rule)
{
	if (open == NULL)
		return true;
	if (!rollback_is_proposal(open) && !rollback_waits(open))
		return false;
	/* What a person has approved gives way to nothing that asks again. */
	if (open->approved_ms != NEVER_MS || open->by_operator)
		return action == ACTION_ROLL_BACK;
	/* Its own severity may have been lowered by a person. */
	if (action == ACTION_AWAIT && open->action == ACTION_AWAIT)
		return rule->severity < open->severity &&
		    strcmp(rule->name, open->rule) != 0;
	return action > open->action;
}

void
rollback_decided(
    struct monitor *m, struct watched *w, const struct service_decision *d)
{
	struct rollback *before = watched_rollback(w);
	struct rollback *r;

	const struct rule_settings *rule = &watched_settings(w)->rules[d->rule];

	if (!is_news(before, d->decision.action, rule))
		return;
	/* The next sample comes soon. */
	if (before != NULL && !rollback_supersede(before))
		return;
	r = rollback_make(m, w);
	if (r == NULL)
		return; /* the next sample tries again */
	watched_set_rollback(w, r);
	events_new_id(m, r->id);
	r->action = d->decision.action;
	rollback_copy(r->reason, sizeof(r->reason), d->decision.reason);
	take_rule(r, d->rule);
	take_versions(r, (int)d->rule);
	if (r->action != ACTION_ROLL_BACK && r->action != ACTION_AWAIT)
		propose(r, d->rule);
	else if (act(r, (int)d->rule)) {
		/* One that asks first is of no budget. */
		if (r->action == ACTION_ROLL_BACK)
			together_acted(m->together, loop_now_ms(m->loop));
		rollback_advance(r);
	} else {
		rollback_free(r);
	}
}

const char *
rollback_ordered(struct monitor *m, struct watched *w, const char *to,
    const char *procedure, const char *by, const char *reason,
    struct error *err)
{
	const struct service_settings *settings = watched_settings(w);
	struct rollback *before = watched_rollback(w);
	int rule = rollback_gravest_rule(settings);
	struct authority authority;
	struct rollback *r;

	if (procedure == NULL && rule >= 0)
		procedure = settings->rules[rule].procedure;
	if (!rollback_may_be_ordered(m, w, procedure, to, err))
		return NULL;
	if (before != NULL)
		(void)rollback_supersede(before); /* it may be ordered */
	r = rollback_make(m, w);
	if (r == NULL) {
		(void)error_set(err, "no memory");
		return NULL;
	}
	watched_set_rollback(w, r);
	events_new_id(m, r->id);
	r->action = ACTION_ROLL_BACK;
	r->by_operator = true;
	r->is_drill = false; /* a person means it */
	r->had_tripped = service_has_tripped(watched_core(w));
	(void)authority_of(settings, procedure, &authority);
	r->severity = authority.severity;
	r->respond_ms = rollback_patience(r)->respond_ms;
	rollback_copy(r->by, sizeof(r->by), by);
	rollback_copy(r->reason, sizeof(r->reason), reason);
	rollback_copy(r->procedure, sizeof(r->procedure), procedure);
	take_versions(r, -1);
	if (to != NULL)
		rollback_copy(r->target, sizeof(r->target), to);
	if (!act(r, -1)) {
		(void)error_set(err, "no memory");
		rollback_free(r);
		return NULL;
	}
	rollback_advance(r);
	return r->id;
}
