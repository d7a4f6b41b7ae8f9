#include "daemon/rollback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/rights.h"
#include "daemon/drill.h"
#include "daemon/log.h"
#include "daemon/rollback_private.h"

void
rollback_copy(char *to, size_t size, const char *from)
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
	rollback_copy(r->config_digest, sizeof(r->config_digest),
	    r->generation->config->digest);
	r->is_drill = w != NULL && drills_on(m, watched_name(w)) != NULL;
	r->report = text_new(REPORT_TEXT_MAX);
	r->report_json = text_new(REPORT_TEXT_MAX);
	r->first_bad_ms = NEVER_MS;
	r->approved_ms = NEVER_MS;
	r->first_step_ms = NEVER_MS;
	r->last_bad_ms = NEVER_MS;
	r->good_since_ms = NEVER_MS;
	r->opened_ms = r->reminded_ms = loop_now_ms(m->loop);
	if (w != NULL) {
		rollback_copy(r->service, sizeof(r->service), watched_name(w));
		rollback_copy(r->environment, sizeof(r->environment),
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
	own_step_free(r->own);
	incident_free(r->core);
	for (unsigned i = 0; i < INCIDENT_RUNS_MAX; i++)
		rollback_run_clear(&r->runs[i]);
	json_object_put(r->opened);
	json_object_put(r->write.data);
	text_free(&r->report);
	text_free(&r->report_json);
	loop_timer_free(r->timer);
	loop_timer_free(r->waiting);
	generation_leave(r->generation);
	free(r);
}

static bool
has_recovered(const struct rollback *r)
{
	return r->is_closing && r->good_since_ms != NEVER_MS &&
	    (r->outcome == INCIDENT_RECOVERED ||
		r->outcome == INCIDENT_NOT_NEEDED ||
		r->outcome == INCIDENT_CLEARED);
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
		.approver = rollback_is_asking(r) ?
		    rights_role(rollback_asked_severity(r)) :
		    NULL,
		.report = r->report_path[0] == '\0' ? NULL : r->report_path,
		.summary = summary,
		.first_bad_ms = r->first_bad_ms == NEVER_MS ?
		    0 :
		    events_wall_ms(r->m, r->first_bad_ms),
		.recovered_ms = has_recovered(r) ?
		    events_wall_ms(r->m, r->good_since_ms) :
		    0,
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
	if ((r->todo.kind == TODO_STEP || r->todo.kind == TODO_UNDO) &&
	    run != NULL)
		notice.step = plan_step(run->plan, r->todo.step)->label;
	if (strcmp(write->kind, EVENT_INTENT) == 0)
		notice.approver = rights_role(rollback_asked_severity(r));
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

/* The time that a person took is not the run's. */
void
rollback_begins(struct rollback *r)
{
	struct rollback_run *run = rollback_run_now(r);

	if (r->awaits && run != NULL)
		incident_set_deadline(r->core,
		    loop_now_ms(r->m->loop) +
			plan_procedure(run->plan)->budget_ms);
}

void
rollback_advance(struct rollback *r)
{
	struct todo todo;

	if (r->is_busy || r->is_answering || r->is_closing || r->core == NULL)
		return;
	todo = incident_todo(r->core, loop_now_ms(r->m->loop));
	r->todo = todo;
	switch (todo.kind) {
	case TODO_WAIT:
	case TODO_AWAIT:
		return;
	case TODO_CONFIRM:
		/* Who orders it knows why, whatever is measured. */
		if (!r->by_operator)
			return;
		incident_confirmed(r->core, true);
		rollback_begins(r);
		rollback_advance(r);
		return;
	case TODO_PLAN:
		rollback_plan(r);
		return;
	case TODO_STEP:
	case TODO_CHECK:
	case TODO_UNDO:
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
