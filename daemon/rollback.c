#include "daemon/rollback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/rollback_private.h"

static void
copy_words(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from == NULL ? "" : from);
}

static void
on_timer(void *arg)
{
	struct rollback *r = arg;

	r->on_timer(r);
}

void
rollback_later(struct rollback *r, int64_t delay_ms, rollback_then *then)
{
	r->on_timer = then;
	loop_timer_start(r->timer, delay_ms);
}

struct rollback_run *
rollback_run_now(struct rollback *r)
{
	return r->run_count == 0 ? NULL : &r->runs[r->run_count - 1];
}

struct rollback *
rollback_make(struct monitor *m, struct watched *w)
{
	struct generation *g =
	    w == NULL ? m->generation : watched_generation(w);
	struct rollback *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->timer = loop_timer_new(m->loop, on_timer, r);
	if (r->timer == NULL) {
		free(r);
		return NULL;
	}
	r->m = m;
	r->w = w;
	r->generation = generation_join(g);
	copy_words(r->config_digest, sizeof(r->config_digest),
	    r->generation->config->digest);
	r->report = text_new(REPORT_TEXT_MAX);
	r->report_json = text_new(REPORT_TEXT_MAX);
	r->first_bad_ms = NEVER_MS;
	r->last_bad_ms = NEVER_MS;
	r->good_since_ms = NEVER_MS;
	r->opened_ms = loop_now_ms(m->loop);
	if (w != NULL) {
		copy_words(r->service, sizeof(r->service), watched_name(w));
		copy_words(r->environment, sizeof(r->environment),
		    watched_settings(w)->environment);
	}
	r->next = m->rollbacks;
	m->rollbacks = r;
	return r;
}

static void
unlink_from(struct monitor *m, const struct rollback *r)
{
	struct rollback **at = &m->rollbacks;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
}

void
rollback_free(struct rollback *r)
{
	if (r == NULL)
		return;
	unlink_from(r->m, r);
	if (r->w != NULL && watched_rollback(r->w) == r)
		watched_set_rollback(r->w, NULL);
	if (r->asks != NULL)
		watched_set_rollback(r->asks, NULL);
	incident_free(r->core);
	for (unsigned i = 0; i < INCIDENT_RUNS_MAX; i++)
		rollback_run_clear(&r->runs[i]);
	json_object_put(r->opened);
	json_object_put(r->write.data);
	text_free(&r->report);
	text_free(&r->report_json);
	loop_timer_free(r->timer);
	generation_leave(r->generation);
	free(r);
}

struct notice
rollback_notice(struct rollback *r, const char *event, const char *summary)
{
	return (struct notice){
		.event = event,
		.service = r->service,
		.environment = r->environment,
		.incident = r->id,
		.severity = severity_word(r->severity),
		.rule = r->rule[0] == '\0' ? NULL : r->rule,
		.action = action_word(r->action),
		.outcome =
		    r->is_closing ? incident_outcome_word(r->outcome) : NULL,
		.version = r->version,
		.target_version = r->target,
		.procedure = r->procedure,
		.report = r->report_path[0] == '\0' ? NULL : r->report_path,
		.summary = summary,
	};
}

static void write_again(struct rollback *r);

static void
on_written(void *arg, bool ok)
{
	struct rollback *r = arg;
	struct rollback_write *write = &r->write;
	struct notice alarm;

	if (ok) {
		json_object_put(write->data);
		write->data = NULL;
		write->tries = 0;
		r->is_busy = false;
		write->then(r);
		return;
	}
	if (write->tries++ == 0) {
		alarm = rollback_notice(r, "alarm",
		    "the store cannot be written: the rollback under way "
		    "waits until it can");
		log_service(LOG_LEVEL_ERROR, LOG_ID_STORE_FAILED, r->service,
		    "%s", alarm.summary);
		events_page(r->m, &alarm, r->id);
	}
	rollback_later(r, RETRY_MS, write_again);
}

/* lint: the one place where two functions need each other */
static void
write_again(struct rollback *r)
{
	struct rollback_write *write = &r->write;
	struct rollback_run *run = rollback_run_now(r);
	struct event_draft draft = {
		.kind = write->kind,
		.service = r->service,
		.incident = r->id,
		.run = run == NULL ? NULL : run->id,
		.data = json_object_get(write->data),
	};
	struct notice notice;
	char key[ULID_BYTES];

	events_new_id(r->m, key);
	if (write->notice == NULL) {
		events_append(r->m, &draft, 1, NULL, NULL, on_written, r);
		return;
	}
	notice = rollback_notice(r, write->notice, write->summary);
	if (r->todo.kind == TODO_STEP && run != NULL)
		notice.step = plan_step(run->plan, r->todo.step)->label;
	events_append(r->m, &draft, 1, &notice, key, on_written, r);
}

void
rollback_write(struct rollback *r, const char *kind, struct json_object *data,
    const char *notice, rollback_then *then)
{
	r->is_busy = true;
	r->write.kind = kind;
	r->write.data = data;
	r->write.notice = notice;
	r->write.then = then;
	r->write.tries = 0;
	write_again(r);
}

void
rollback_advance(struct rollback *r)
{
	struct todo todo;

	if (r->is_busy || r->is_closing || r->core == NULL)
		return;
	todo = incident_todo(r->core, loop_now_ms(r->m->loop));
	r->todo = todo;
	switch (todo.kind) {
	case TODO_WAIT:
	case TODO_CONFIRM:
		return;
	case TODO_PLAN:
		rollback_plan(r);
		return;
	case TODO_STEP:
	case TODO_CHECK:
		rollback_step(r);
		return;
	case TODO_VERIFY:
		rollback_verify(r);
		return;
	case TODO_CLOSE:
		rollback_close(r, todo.outcome);
		return;
	}
}

static void
take_rule(struct rollback *r, unsigned index)
{
	const struct rule_settings *rule =
	    &watched_settings(r->w)->rules[index];

	copy_words(r->rule, sizeof(r->rule), rule->name);
	copy_words(r->procedure, sizeof(r->procedure), rule->procedure);
	r->severity = rule->severity;
	r->mode = rule->mode;
	r->first_bad_ms = service_first_bad_ms(watched_core(r->w), index);
}

static void
take_versions(struct rollback *r)
{
	struct service *core = watched_core(r->w);

	copy_words(r->version, sizeof(r->version), service_version(core));
	copy_words(
	    r->previous, sizeof(r->previous), service_previous_version(core));
	copy_words(r->target, sizeof(r->target), service_target_version(core));
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
	rollback_look(r);
}

static void
propose(struct rollback *r, unsigned rule)
{
	struct json_object *opened = rollback_opened_json(r, (int)rule);

	copy_words(r->write.summary, sizeof(r->write.summary), r->reason);
	rollback_write(r, EVENT_OPENED, opened, "decision", proposal_is_stored);
}

static bool
act(struct rollback *r, int rule)
{
	r->verify = &watched_settings(r->w)->verify;
	r->core = incident_new(r->verify);
	if (r->core == NULL)
		return false;
	r->opened = rollback_opened_json(r, rule);
	incident_begin(r->core, r->procedure);
	return true;
}

/* Is the action more than what is open already? */
static bool
is_news(const struct rollback *open, enum action action)
{
	return open == NULL ||
	    (rollback_is_proposal(open) && action > open->action);
}

void
rollback_decided(
    struct monitor *m, struct watched *w, const struct service_decision *d)
{
	struct rollback *before = watched_rollback(w);
	struct rollback *r;

	if (!is_news(before, d->decision.action))
		return;
	if (before != NULL && before->is_busy)
		return; /* the next sample comes soon */
	if (before != NULL)
		rollback_close(before, INCIDENT_SUPERSEDED);
	r = rollback_make(m, w);
	if (r == NULL)
		return; /* the next sample tries again */
	watched_set_rollback(w, r);
	events_new_id(m, r->id);
	r->action = d->decision.action;
	copy_words(r->reason, sizeof(r->reason), d->decision.reason);
	take_rule(r, d->rule);
	take_versions(r);
	if (r->action != ACTION_ROLL_BACK)
		propose(r, d->rule);
	else if (act(r, (int)d->rule))
		rollback_advance(r);
	else
		rollback_free(r);
}

const char *
rollback_ordered(struct monitor *m, struct watched *w, const char *to,
    const char *procedure, const char *by, const char *reason,
    struct error *err)
{
	const struct service_settings *settings = watched_settings(w);
	struct rollback *before = watched_rollback(w);
	int rule = rollback_gravest_rule(settings);
	struct rollback *r;

	if (procedure == NULL && rule >= 0)
		procedure = settings->rules[rule].procedure;
	if (!rollback_may_be_ordered(m, w, procedure, to, err))
		return NULL;
	if (before != NULL)
		rollback_close(before, INCIDENT_SUPERSEDED);
	r = rollback_make(m, w);
	if (r == NULL) {
		(void)error_set(err, "no memory");
		return NULL;
	}
	watched_set_rollback(w, r);
	events_new_id(m, r->id);
	r->action = ACTION_ROLL_BACK;
	r->by_operator = true;
	r->severity = rule < 0 ? SEVERITY_P0 : settings->rules[rule].severity;
	copy_words(r->by, sizeof(r->by), by);
	copy_words(r->reason, sizeof(r->reason), reason);
	copy_words(r->procedure, sizeof(r->procedure), procedure);
	take_versions(r);
	if (to != NULL)
		copy_words(r->target, sizeof(r->target), to);
	if (!act(r, -1)) {
		(void)error_set(err, "no memory");
		rollback_free(r);
		return NULL;
	}
	rollback_advance(r);
	return r->id;
}

static int
rule_index(const struct rollback *r)
{
	const struct service_settings *s = watched_settings(r->w);

	for (size_t i = 0; i < s->rule_count; i++)
		if (strcmp(s->rules[i].name, r->rule) == 0)
			return (int)i;
	return -1;
}

/* What would be decided just now. */
static enum action
action_now(const struct rollback *r, int rule)
{
	struct surroundings around = monitor_surroundings(r->m, r->w);

	around.confirm = false;
	return service_decide_rule(watched_core(r->w), (unsigned)rule, &around)
	    .action;
}

/* What it was decided for is no more; NULL: it is. */
static const char *
what_has_changed(const struct rollback *r, int rule)
{
	if (watched_is_retired(r->w))
		return "the service is configured no more";
	if (rule < 0)
		return "its rule is configured no more";
	if (strcmp(service_version(watched_core(r->w)), r->version) != 0)
		return "another version has been deployed since";
	return NULL;
}

static void
look_at_proposal(struct rollback *r, int rule, enum verdict v)
{
	const char *change = what_has_changed(r, rule);

	if (!r->is_opened)
		return;
	if (change == NULL && v != VERDICT_HEALTHY)
		return;
	if (v == VERDICT_HEALTHY) {
		rollback_close(r, INCIDENT_CLEARED);
		return;
	}
	copy_words(r->reason, sizeof(r->reason), change);
	rollback_close(r, INCIDENT_NOT_NEEDED);
}

static void
confirm(struct rollback *r, int rule, enum verdict v)
{
	const char *change = what_has_changed(r, rule);
	enum action action = ACTION_ROLL_BACK;

	if (change == NULL && v == VERDICT_UNKNOWN)
		return;
	if (change == NULL && v == VERDICT_TRIPPED)
		action = action_now(r, rule);
	if (action == ACTION_HOLD)
		return;
	if (change == NULL && action != ACTION_ROLL_BACK)
		change = "it would not be decided so any more";
	if (change != NULL)
		incident_drop(r->core, change);
	else
		incident_confirmed(r->core, v == VERDICT_TRIPPED);
	rollback_advance(r);
}

void
rollback_look(struct rollback *r)
{
	int rule = rule_index(r);
	enum verdict v = VERDICT_UNKNOWN;

	if (r->is_busy || r->is_closing)
		return;
	if (rule >= 0)
		v = service_rule_verdict(watched_core(r->w), (unsigned)rule);
	if (rollback_is_proposal(r)) {
		look_at_proposal(r, rule, v);
		return;
	}
	if (rollback_confirms(r))
		confirm(r, rule, v);
}

void
rollback_count(struct rollback *r, const struct sample *s)
{
	if (s->outcome == SAMPLE_FAILED) {
		r->bad++;
		r->last_bad_ms = s->answered_ms;
		r->good_since_ms = NEVER_MS;
	} else if (s->outcome == SAMPLE_OK) {
		r->good++;
		if (r->good_since_ms == NEVER_MS)
			r->good_since_ms = s->answered_ms;
	}
}

/*
 * Also of one whose opening is being stored: it comes behind that, and without
 * it nobody would know after a crash.
 */
static void
write_abort(struct rollback *r, const char *by, const char *reason,
    store_done *done, void *arg)
{
	struct event_draft draft = {
		.kind = EVENT_ABORT,
		.service = r->service,
		.incident = r->id,
		.data = json_object_new_object(),
	};

	json_set_text(draft.data, "by", by);
	json_set_text(draft.data, "reason", reason);
	events_append(r->m, &draft, 1, NULL, NULL, done, arg);
}

bool
rollback_abort(struct rollback *r, const char *by, const char *reason,
    store_done *done, void *arg)
{
	struct key key;
	char text[KEY_BYTES];

	if (r->core == NULL || r->is_closing || incident_is_aborted(r->core))
		return false;
	incident_abort(r->core, reason);
	if (!incident_is_aborted(r->core))
		return false; /* it has come to its end just now */
	log_service(LOG_LEVEL_WARNING, LOG_ID_DECIDED, r->service,
	    "incident %s is aborted by %s: %s", r->id, by, reason);
	write_abort(r, by, reason, done, arg);
	if (r->is_busy &&
	    (r->todo.kind == TODO_STEP || r->todo.kind == TODO_CHECK)) {
		rollback_key(r, &key);
		key_text(&key, text);
		steps_withdraw(r->m->steps, text);
	}
	r->is_verifying = false;
	rollback_advance(r);
	return true;
}

bool
rollback_supersede(struct rollback *r)
{
	if (r->is_busy || (r->core != NULL && incident_has_begun(r->core)))
		return false;
	rollback_close(r, INCIDENT_SUPERSEDED);
	return true;
}

bool
rollback_acts(const struct rollback *r)
{
	return r->core != NULL;
}

bool
rollback_is_proposal(const struct rollback *r)
{
	return r->core == NULL;
}

bool
rollback_confirms(const struct rollback *r)
{
	return r->core != NULL && !r->is_busy && r->todo.kind == TODO_CONFIRM;
}

const char *
rollback_id(const struct rollback *r)
{
	return r->id;
}

const char *
rollback_lock(const struct rollback *r)
{
	const struct rollback_run *run = &r->runs[0];

	/* One that is planned and not stored yet holds it as well. */
	if (r->run_count > 0)
		run = &r->runs[r->run_count - 1];
	return r->core == NULL || run->lock == NULL ? "" : run->lock;
}

enum severity
rollback_severity(const struct rollback *r)
{
	return r->severity;
}

bool
rollback_move(struct rollback *r, struct watched *w)
{
	struct watched *before = r->w;

	r->w = w;
	if (r->core == NULL || r->is_closing || r->asks != NULL)
		return false;
	r->asks = before;
	return true;
}

struct digests *
rollback_digests(struct monitor *m)
{
	struct digests *in_use;
	size_t count = 1;

	if (!m->is_ready)
		return NULL;
	for (const struct rollback *r = m->rollbacks; r != NULL; r = r->next)
		count += 2;
	in_use = malloc(sizeof(*in_use) + count * sizeof(in_use->items[0]));
	if (in_use == NULL)
		return NULL;
	in_use->count = 0;
	copy_words(in_use->items[in_use->count++], sizeof(in_use->items[0]),
	    m->generation->config->digest);
	for (const struct rollback *r = m->rollbacks; r != NULL; r = r->next) {
		copy_words(in_use->items[in_use->count++],
		    sizeof(in_use->items[0]), r->config_digest);
		/* An escalation is planned from this one. */
		copy_words(in_use->items[in_use->count++],
		    sizeof(in_use->items[0]), r->generation->config->digest);
	}
	return in_use;
}
