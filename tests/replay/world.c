#include "tests/replay/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "service/service_input.h"
#include "tests/replay/crowd.h"
#include "tests/replay/world_private.h"

static const char *
lock_holder(void *arg, const char *lock)
{
	const struct world *w = arg;

	(void)lock;
	return w->lock_holder;
}

/* What each rule's procedure needs, as the daemon works it out. */
static void
look_at_rules(struct world *w)
{
	for (unsigned i = 0; i < w->settings->rule_count; i++) {
		struct error err = { "" };
		char *lock = service_rule_plan(w->service, i,
		    config_procedure(
			w->config, w->settings->rules[i].procedure),
		    &err);

		if (lock == NULL) {
			tell(w, "cannot plan: %s", err.text);
			continue;
		}
		free(w->locks[i]);
		w->locks[i] = lock;
	}
}

void
tell_verdict(struct world *w)
{
	enum verdict v = service_verdict(w->service);

	if (v != w->verdict)
		tell(w, "%s", verdict_word(v));
	w->verdict = v;
}

static void
tell_decision(struct world *w, const struct service_decision *d)
{
	const struct decision *now = &d->decision;
	const struct decision *before = &w->told.decision;
	char until[DURATION_TEXT_MAX];

	if (now->action == before->action && now->guard == before->guard &&
	    (now->action == ACTION_NONE || d->rule == w->told.rule))
		return;
	w->told = *d;
	if (now->action == ACTION_NONE)
		return;
	if (now->until_ms == NEVER_MS)
		tell(w, "%s, %s", action_word(now->action), now->reason);
	else
		tell(w, "%s until %s, %s", action_word(now->action),
		    duration_text(now->until_ms - BOOT_MS, until), now->reason);
}

static void
look_at_proposal(struct world *w)
{
	enum verdict v = service_rule_verdict(w->service, w->rule);

	if (v != VERDICT_HEALTHY)
		return;
	tell(w, "closed %s", incident_outcome_word(INCIDENT_CLEARED));
	w->is_proposed = false;
}

static struct surroundings
surroundings(struct world *w)
{
	struct surroundings around = w->around;

	around.now_ms = w->now_ms;
	around.run_is_on = w->incident != NULL;
	crowd_look(w, &around);
	return around;
}

/* What would be decided just now. */
static enum action
action_now(struct world *w)
{
	struct surroundings around = surroundings(w);

	around.run_is_on = false;
	return service_decide_rule(w->service, w->rule, &around).action;
}

/* After a crash fresh samples must say the same, of the same version. */
static void
confirm(struct world *w)
{
	enum verdict v = service_rule_verdict(w->service, w->rule);
	enum action action = ACTION_ROLL_BACK;

	if (w->incident == NULL || w->todo.kind != TODO_CONFIRM)
		return;
	if (strcmp(service_version(w->service), w->version) != 0) {
		incident_drop(
		    w->incident, "another version has been deployed since");
		return;
	}
	if (v == VERDICT_TRIPPED)
		action = action_now(w);
	if (v == VERDICT_UNKNOWN || action == ACTION_HOLD)
		return;
	if (v == VERDICT_HEALTHY &&
	    w->settings->rules[w->rule].when == RULE_WHEN_CLEARED)
		incident_drop(w->incident, "it is bad again");
	else if (action == ACTION_ROLL_BACK)
		incident_confirmed(w->incident, v == VERDICT_TRIPPED);
	else
		incident_drop(
		    w->incident, "it would not be decided so any more");
}

/* Something has happened: what now? */
void
world_think(struct world *w)
{
	struct surroundings around;
	struct service_decision d;

	tell_verdict(w);
	confirm(w);
	if (w->is_proposed)
		look_at_proposal(w);
	advance(w);
	if (w->incident != NULL)
		return;
	around = surroundings(w);
	d = service_think(w->service, &around);
	tell_decision(w, &d);
	if (d.decision.action == ACTION_ROLL_BACK)
		act(w, d.rule, service_rule_target(w->service, d.rule), false);
	if ((d.decision.action == ACTION_PROPOSE ||
		d.decision.action == ACTION_AWAIT) &&
	    !w->is_proposed) {
		w->is_proposed = true;
		w->rule = d.rule;
	}
}

struct world *
world_new(const struct config *config, struct text *out)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL)
		abort();
	w->config = config;
	w->settings = &config->services[0];
	w->out = out;
	w->now_ms = BOOT_MS;
	w->service = service_new(w->settings);
	w->around = (struct surroundings){ .lock_holder = lock_holder,
		.lock_arg = w,
		.tilt_until_ms = NEVER_MS };
	if (w->service == NULL)
		abort();
	look_at_rules(w);
	return w;
}

void
world_free(struct world *w)
{
	end_incident(w);
	service_free(w->service);
	groups_free(w->crowd);
	free(w->log);
	for (unsigned i = 0; i < SERVICE_RULES_MAX; i++)
		free(w->locks[i]);
	free(w);
}

int64_t
world_now_ms(const struct world *w)
{
	return w->now_ms - BOOT_MS;
}

/* The next moment at which something is due by itself. */
static int64_t
next_wake_ms(const struct world *w)
{
	const struct verification *v;

	if (w->incident == NULL || w->step_is_on)
		return INT64_MAX;
	if (w->todo.kind == TODO_STEP || w->todo.kind == TODO_CHECK ||
	    w->todo.kind == TODO_UNDO)
		return w->todo.at_ms;
	v = incident_verification(w->incident);
	return verification_deadline_ms(v);
}

void
world_wait(struct world *w, int64_t ms)
{
	int64_t until_ms = w->now_ms + ms;
	int64_t wake_ms = next_wake_ms(w);

	while (wake_ms > w->now_ms && wake_ms <= until_ms) {
		w->now_ms = wake_ms;
		if (w->incident != NULL)
			incident_tick(w->incident, w->now_ms);
		advance(w);
		wake_ms = next_wake_ms(w);
	}
	w->now_ms = until_ms;
}

/* When nobody else answers either, the answer says nothing of the target. */
static struct sample
doubted(const struct world *w, const struct sample *s)
{
	struct sample doubt = *s;

	doubt.asked_ms += BOOT_MS;
	doubt.answered_ms += BOOT_MS;
	if (w->around.blind_witness != NULL && s->outcome == SAMPLE_FAILED)
		doubt.outcome = SAMPLE_LOST;
	return doubt;
}

bool
world_sample(struct world *w, const char *probe, const struct sample *sample)
{
	struct sample s = doubted(w, sample);

	for (unsigned i = 0; i < w->settings->probe_count; i++) {
		if (strcmp(w->settings->probes[i].name, probe) != 0)
			continue;
		if (s.outcome == SAMPLE_FAILED && w->witness_ms > 0 &&
		    s.asked_ms >= w->witness_ms)
			service_witnessed(w->service, w->witness_ms);
		if (w->answers[0] != '\0' && s.outcome != SAMPLE_LOST)
			s.version = w->answers;
		service_observe(w->service, i, &s);
		crowd_sampled(w);
		world_hear_news(w);
		world_think(w);
		return true;
	}
	return false;
}

bool
world_verify_sample(
    struct world *w, const char *probe, const struct sample *sample)
{
	const struct strings *probes = &w->settings->verify.probes;
	struct sample s = doubted(w, sample);

	for (unsigned i = 0; i < probes->count; i++) {
		if (strcmp(probes->items[i], probe) != 0)
			continue;
		if (w->incident != NULL)
			incident_verify_sample(w->incident, i, &s);
		world_think(w);
		return true;
	}
	return false;
}

void
world_hold(struct world *w, const char *author, int64_t ms, const char *reason)
{
	(void)snprintf(w->hold_author, sizeof(w->hold_author), "%s",
	    author == NULL ? "" : author);
	(void)snprintf(w->hold_reason, sizeof(w->hold_reason), "%s",
	    reason == NULL ? "" : reason);
	w->around.hold_author = author == NULL ? NULL : w->hold_author;
	w->around.hold_reason = author == NULL ? NULL : w->hold_reason;
	w->around.hold_until_ms = ms == 0 ? NEVER_MS : w->now_ms + ms;
	world_think(w);
}

void
world_tilt(struct world *w, int64_t ms)
{
	w->around.tilt_until_ms = w->now_ms + ms;
	service_forget(w->service, w->now_ms);
	world_think(w);
}

void
world_set_store_fails(struct world *w, bool fails)
{
	w->around.store_fails = fails;
	world_think(w);
}

void
world_set_shadow(struct world *w, bool shadow)
{
	w->around.shadow = shadow;
	world_think(w);
}

void
world_set_blind_witness(struct world *w, const char *witness)
{
	/* What came before the witness was missed may be our own outage. */
	if (w->around.blind_witness != NULL && witness == NULL)
		service_forget(w->service, w->now_ms);
	w->around.blind_witness = witness;
	world_think(w);
}

void
world_witness_asked(struct world *w)
{
	w->witness_ms = w->now_ms;
	w->around.has_witnesses = true;
}

void
world_set_lock_holder(struct world *w, const char *holder)
{
	w->lock_holder = holder;
	world_think(w);
}

void
world_restart(struct world *w)
{
	const struct versions before = *service_versions(w->service);

	service_free(w->service);
	w->service = service_new(w->settings);
	if (w->service == NULL)
		abort();
	for (size_t i = 0; i < w->log_count; i++)
		world_recall(w, &w->log[i]);
	world_compare_versions(w, &before);
	if (w->incident != NULL && !w->by_operator)
		service_rearm(w->service, w->settings->rules[w->rule].name);
	/* Its questions under way have died with the daemon. */
	service_forget(w->service, w->now_ms);
	look_at_rules(w);
	w->told = (struct service_decision){ 0 };
	if (w->incident != NULL && !incident_has_begun(w->incident) &&
	    !w->by_operator)
		incident_confirm(w->incident);
	/* A verification is not taken up where it was, but made again. */
	if (w->incident != NULL)
		incident_verifying(w->incident, w->now_ms);
	world_think(w);
}

void
world_crash(struct world *w)
{
	w->will_crash = true;
}

void
world_reload(struct world *w)
{
	service_resettle(w->service, w->settings);
	look_at_rules(w);
	world_think(w);
}

bool
world_order(struct world *w, const char *to, const char *by)
{
	const char *target =
	    to == NULL ? service_target_version(w->service) : to;

	if (w->incident != NULL)
		return false;
	tell(w, "ordered by %s", by);
	act(w, 0, target, true);
	return true;
}

bool
world_abort(struct world *w, const char *reason)
{
	if (w->incident == NULL)
		return false;
	incident_abort(w->incident, reason);
	world_think(w);
	return true;
}

bool
world_step_ended(struct world *w, enum step_outcome outcome, int exit_status,
    const char *output)
{
	struct step_ended ended = { .step = w->todo.step,
		.attempt = w->todo.attempt,
		.check = w->todo.check,
		.undo = w->todo.undo,
		.outcome = outcome,
		.exit_status = exit_status,
		.capture = output };

	if (!w->step_is_on)
		return false;
	w->step_is_on = false;
	if (!incident_step_ended(w->incident, &ended, w->now_ms))
		tell(w, "the end of a step that nobody awaits");
	world_think(w);
	return true;
}
