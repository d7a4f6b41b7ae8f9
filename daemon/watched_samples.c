#include "daemon/watched_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/drill.h"
#include "daemon/events.h"
#include "daemon/log.h"
#include "daemon/together.h"
#include "daemon/versions_log.h"
#include "daemon/witness.h"

#define ALARM_MAX 640
#define SECOND_MS 1000

static void
tell_verdict(struct watched *w, const struct sample *s)
{
	enum verdict v = service_verdict(w->core);
	enum verdict before = w->verdict;

	if (v == before)
		return;
	w->verdict = v;
	if (v == VERDICT_TRIPPED)
		log_service(LOG_LEVEL_WARNING, LOG_ID_TRIPPED,
		    w->settings->name, "is bad: %s",
		    s->detail[0] == '\0' ? "see why" : s->detail);
	else if (v == VERDICT_HEALTHY)
		log_service(LOG_LEVEL_NOTICE, LOG_ID_CLEARED, w->settings->name,
		    before == VERDICT_TRIPPED ? "is healthy again" :
						"is healthy");
}

/*
 * When nobody else answers either, the answer says nothing of the target; nor
 * does any while a drill has us blind.
 */
static bool
is_doubted(struct watched *w, const struct sample *s)
{
	return (s->outcome == SAMPLE_FAILED &&
		   witnesses_blind(w->monitor->witnesses) != NULL) ||
	    drills_blind(w->monitor, w->settings->name);
}

static struct sample
doubted(const struct sample *s)
{
	struct sample lost = *s;

	lost.outcome = SAMPLE_LOST;
	lost.failure = "blind";
	return lost;
}

/*
 * The first samples of an outage of ours came before any witness was missed:
 * once one answers again, nothing of that time may set anything off.
 */
static void
look_at_witnesses(struct watched *w)
{
	bool is_blind = witnesses_blind(w->monitor->witnesses) != NULL;

	if (w->was_blind && !is_blind)
		service_forget(w->core, loop_now_ms(w->monitor->loop));
	w->was_blind = is_blind;
}

/* Was it us?  Seen before this question: no.  Else look at once. */
static void
ask_witnesses(struct watched *w, const struct sample *s)
{
	struct witnesses *witnesses = w->monitor->witnesses;
	int64_t seen_ms = witnesses_seen_ms(witnesses, s->asked_ms);

	if (seen_ms != NEVER_MS)
		service_witnessed(w->core, seen_ms);
	witnesses_ask(witnesses);
}

/*
 * Nothing can hold whatever surrounds it, nothing did before, and nobody
 * writes down what surrounded it: no thought would change anything.
 */
static bool
is_at_rest(const struct watched *w)
{
	return service_is_quiet(w->core) && w->action == ACTION_NONE &&
	    w->guard == GUARD_NONE &&
	    (w->held == NULL ||
		(w->held->guard == GUARD_NONE && !w->held->holds)) &&
	    w->rollback == NULL && !recorder_is_on(w->monitor->recorder);
}

static void
take_sample(struct watched_probe *p, const struct sample *s)
{
	struct watched *w = p->watched;

	struct together *together = w->monitor->together;

	look_at_witnesses(w);
	if (!together_is_quiet(together, w))
		together_settle(together, w);
	if (s->outcome == SAMPLE_FAILED)
		ask_witnesses(w, s);
	if (s->outcome != SAMPLE_LOST)
		p->told_ms = s->answered_ms;
	w->asked++;
	w->samples[s->outcome]++;
	if (recorder_is_on(w->monitor->recorder))
		service_observe(w->core, p->index, s);
	else
		service_take(w->core, p->index, s);
	if (service_has_news(w->core))
		versions_tell_news(w);
	if (!together_is_quiet(together, w))
		together_sampled(together, w);
	tell_verdict(w, s);
	if (w->rollback != NULL)
		rollback_count(w->rollback, s);
	if (w->rollback != NULL)
		rollback_look(w->rollback);
	if (!is_at_rest(w))
		watched_think(w);
	w->mark.is_deciding = false;
	if (s->outcome == SAMPLE_FAILED &&
	    service_wants_recheck(w->core, p->index))
		poller_recheck(p->poller);
	poller_rest(p->poller, service_rests(w->core, p->index));
}

/* On its own, so that the others need no room for the copy. */
static void __attribute__((noinline))
take_doubted(struct watched_probe *p, const struct sample *s)
{
	struct sample lost = doubted(s);

	take_sample(p, &lost);
}

void
watched_on_sample(void *arg, const struct sample *sample)
{
	struct watched_probe *p = arg;
	struct watched *w = p->watched;

	drills_sampled(w->monitor, w->settings->name, sample);
	if (is_doubted(w, sample) && !w->is_over)
		take_doubted(p, sample);
	else if (!w->is_over)
		take_sample(p, sample);
}

static void
on_verify_sample(void *arg, const struct sample *sample)
{
	struct watched_probe *p = arg;
	struct watched *w = p->watched;
	struct sample s;

	if (sample == NULL)
		return;
	s = is_doubted(w, sample) ? doubted(sample) : *sample;
	if (w->rollback != NULL)
		rollback_verify_sample(
		    w->rollback, w->settings->probes[p->index].name, &s);
}

void
watched_verify_ask(struct watched *w, const char *probe)
{
	for (size_t i = 0; i < w->settings->probe_count; i++)
		if (strcmp(w->settings->probes[i].name, probe) == 0)
			/* Busy: the question under way is as good. */
			(void)poller_ask(w->probes[i].poller, true,
			    on_verify_sample, &w->probes[i]);
}

static void
on_poll_now(void *arg, const struct sample *s)
{
	struct watched_probe *p = arg;

	if (s == NULL)
		return;
	log_service(LOG_LEVEL_INFO, LOG_ID_NONE, p->watched->settings->name,
	    "probe %s answers by hand: %s in %.1f ms%s%s",
	    p->watched->settings->probes[p->index].name,
	    sample_outcome_word(s->outcome), s->latency_ms,
	    s->detail[0] == '\0' ? "" : ": ", s->detail);
}

void
watched_poll_now(struct watched *w)
{
	for (size_t i = 0; i < w->settings->probe_count; i++)
		(void)poller_ask(
		    w->probes[i].poller, false, on_poll_now, &w->probes[i]);
}

/* A guard that holds is told once, not with each sample. */
static void
tell_hold(struct watched *w, const struct service_decision *d)
{
	const struct rule_settings *rule = &w->settings->rules[d->rule];
	struct notice notice = {
		.event = "held",
		.service = w->settings->name,
		.environment = w->settings->environment,
		.rule = rule->name,
		.severity = severity_word(rule->severity),
		.summary = d->decision.reason,
	};
	char key[ULID_BYTES];

	if (w->guard == d->decision.guard)
		return;
	w->guard = d->decision.guard;
	log_service(LOG_LEVEL_WARNING, LOG_ID_HELD, w->settings->name,
	    "rule %s holds, and %s keeps it from acting: %s", rule->name,
	    guard_word(d->decision.guard), d->decision.reason);
	events_new_id(w->monitor, key);
	if (d->decision.guard == GUARD_CORRELATED)
		together_held(w->monitor->together, w, d->decision.reason);
	else if (d->decision.guard == GUARD_NO_STORE)
		events_page(w->monitor, &notice, key);
	else
		events_append(w->monitor, NULL, 0, &notice, key, NULL, NULL);
}

/* It is bad, and for too long nothing was done about it. */
static void
raise_alarm(struct watched *w, const struct service_decision *d, int64_t now_ms)
{
	const struct service_settings *s = w->settings;
	char summary[ALARM_MAX], span[DURATION_TEXT_MAX], key[ULID_BYTES];
	struct notice notice = { .event = "alarm",
		.service = s->name,
		.environment = s->environment,
		.summary = summary };
	int64_t held;

	/* Without a rule nothing is held; one on trial wakes nobody. */
	if (s->rule_count == 0 || s->rules[d->rule].mode == MODE_SHADOW ||
	    w->held == NULL || !held_alarm(w->held, s->held_alarm_ms, now_ms))
		return;
	w->monitor->counts.alarms++;
	held = now_ms - w->held->holds_since_ms;
	notice.rule = s->rules[d->rule].name;
	notice.severity = severity_word(s->rules[d->rule].severity);
	(void)snprintf(summary, sizeof(summary),
	    "rule %s of %s holds and has been kept from acting for %s, now by "
	    "%s; what lets it act: %s",
	    notice.rule, s->name, duration_text(held - held % SECOND_MS, span),
	    d->decision.reason, d->decision.release);
	log_service(LOG_LEVEL_CRITICAL, LOG_ID_ALARM, s->name, "%s", summary);
	events_new_id(w->monitor, key);
	if (d->decision.guard == GUARD_NO_STORE)
		events_page(w->monitor, &notice, key);
	else
		events_append(w->monitor, NULL, 0, &notice, key, NULL, NULL);
}

/* From the first that is held on; where memory is short nobody is told. */
static void
note_held(struct watched *w, const struct service_decision *d, int64_t now_ms)
{
	if (w->held == NULL && d->decision.action != ACTION_NONE)
		w->held = calloc(1, sizeof(*w->held));
	if (w->held != NULL)
		held_note(w->held, &d->decision, d->rule, now_ms);
}

static void
count_decision(struct watched *w, const struct decision *d)
{
	if (d->action != w->action || d->guard != watched_held(w)->guard)
		w->monitor->counts.decisions[d->action]++;
	w->action = d->action;
}

/* After rechecks, for the next answer in its turn: nothing to tell. */
static bool
waits_for_turn(
    const struct surroundings *around, const struct service_decision *d)
{
	return d->decision.guard == GUARD_CONFIRM && !around->confirm;
}

void
watched_think(struct watched *w)
{
	struct surroundings around;
	struct service_decision d;

	if (!w->monitor->is_ready || w->is_retired)
		return;
	look_at_witnesses(w);
	together_settle(w->monitor->together, w);
	around = monitor_surroundings(w->monitor, w);
	d = service_think(w->core, &around);
	recorder_thought(w->monitor->recorder, w, &w->mark, &around, &d);
	count_decision(w, &d.decision);
	note_held(w, &d, around.now_ms);
	raise_alarm(w, &d, around.now_ms);
	switch (d.decision.action) {
	case ACTION_NONE:
		w->guard = GUARD_NONE;
		return;
	case ACTION_HOLD:
		if (d.decision.guard != GUARD_RUNNING &&
		    !waits_for_turn(&around, &d))
			tell_hold(w, &d);
		return;
	case ACTION_SHADOW:
	case ACTION_PROPOSE:
	case ACTION_AWAIT:
	case ACTION_ROLL_BACK:
		w->guard = d.decision.guard;
		rollback_decided(w->monitor, w, &d);
		return;
	}
}
