/* What persons say to a rollback that is prepared or proposed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/rights.h"
#include "daemon/acts_private.h"
#include "daemon/answers.h"
#include "daemon/log.h"
#include "daemon/rollback.h"

static void
end(struct order *o)
{
	control_reply(o->call, o->result);
	free(o);
}

/* What was asked about may have ended while the answer was being stored. */
static struct rollback *
found_again(struct order *o, bool ok)
{
	struct rollback *r = rollback_find(o->m, o->incident);

	if (r != NULL)
		rollback_set_answering(r, false);
	if (r != NULL && !ok)
		rollback_go(r);
	if (!ok) {
		order_refuse(o, CONTROL_FAILED,
		    "it could not be stored, so nothing was done: see status");
		return NULL;
	}
	if (r == NULL)
		order_refuse(o, CONTROL_CONFLICT,
		    "the incident was closed in the meantime");
	return r;
}

static struct order *
order_about(
    struct monitor *m, struct control_call *call, const struct rollback *r)
{
	const char *reason = json_text(control_args(call), "reason");
	struct order *o = order_new(m, call);

	if (o == NULL)
		return NULL;
	(void)snprintf(o->incident, sizeof(o->incident), "%s", rollback_id(r));
	(void)snprintf(
	    o->service, sizeof(o->service), "%s", rollback_service(r));
	(void)acts_by(call, o->by);
	(void)snprintf(
	    o->reason, sizeof(o->reason), "%s", reason == NULL ? "" : reason);
	o->is_gate = rollback_gate(r) != NULL;
	json_set_text(o->result, "incident", o->incident);
	rollback_summarise(r, o->result);
	json_set_int(o->result, "wall_ms", loop_wall_ms());
	return o;
}

/* Those who were asked hear that they need not answer any more. */
static void
store_telling(struct order *o, struct rollback *r, const char *kind,
    struct json_object *data, const struct notice *notice, store_done *done)
{
	char key[ULID_BYTES];

	struct event_draft draft = {
		.kind = kind,
		.service = o->service,
		.incident = o->incident,
		.data = data,
	};

	json_set_text(data, "by", o->by);
	json_set_text(data, "gate", rollback_gate(r));
	if (o->reason[0] != '\0')
		json_set_text(data, "reason", o->reason);
	rollback_set_answering(r, true);
	events_new_id(o->m, key);
	events_append(o->m, &draft, 1, notice, key, done, o);
}

static void
store(struct order *o, struct rollback *r, const char *kind,
    struct json_object *data, store_done *done)
{
	store_telling(o, r, kind, data, NULL, done);
}

static bool
may_answer(
    const struct caller *caller, const struct rollback *r, struct error *err)
{
	enum severity severity = rollback_asked_severity(r);

	return rollback_gate(r) == NULL ?
	    rights_severity(caller, severity, err) :
	    rights_gate(caller, severity, err);
}

/*
 * He may answer what was asked before, and somebody else have answered that:
 * then he has not seen what is asked now.
 */
static bool
is_meant(const struct rollback *r, const char *step, struct error *err)
{
	const char *gate = rollback_gate(r);

	if (step == NULL && (gate == NULL || !rollback_has_asked_before(r)))
		return true;
	if (step != NULL && gate != NULL && strcmp(step, gate) == 0)
		return true;
	if (gate == NULL)
		return error_set(err,
		    "step %.128s of incident %s asks nobody just now", step,
		    rollback_id(r));
	return error_set(err,
	    "what incident %s asks now is another than before: look at it, and "
	    "name the step: --step %s",
	    rollback_id(r), gate);
}

/* The open one that waits for a person; NULL, and the call is answered. */
static struct rollback *
find_asking(struct monitor *m, struct control_call *call)
{
	const char *id = json_text(control_args(call), "incident");
	struct rollback *r = rollback_find(m, id);
	struct error err = { "" };

	if (r == NULL) {
		answers_not_open(m, call, id);
		return NULL;
	}
	if (!may_answer(control_caller(call), r, &err)) {
		control_refuse(call, CONTROL_DENIED, "%s", err.text);
		return NULL;
	}
	if (!rollback_may_be_answered(r, &err) ||
	    !is_meant(r, json_text(control_args(call), "step"), &err)) {
		control_refuse(call, CONTROL_CONFLICT, "%s", err.text);
		return NULL;
	}
	return r;
}

static void
begin(struct order *o, struct rollback *r)
{
	if (!rollback_approved(r, o->by, loop_now_ms(o->m->loop))) {
		order_refuse(o, CONTROL_FAILED, "no memory");
		return;
	}
	log_service(LOG_LEVEL_NOTICE, LOG_ID_DECIDED, o->service,
	    "incident %s is approved by %s%s%s", o->incident, o->by,
	    o->reason[0] == '\0' ? "" : ": ", o->reason);
	end(o);
	rollback_go(r);
}

/* In the middle of a run: the step ends by it. */
static void
answer_gate(struct order *o, struct rollback *r, bool is_approved)
{
	if (!rollback_answer_gate(r, is_approved, o->by, o->reason)) {
		order_refuse(o, CONTROL_CONFLICT,
		    "the step that asked has ended in the meantime");
		return;
	}
	log_service(LOG_LEVEL_NOTICE, LOG_ID_DECIDED, o->service,
	    "a step of incident %s is %s by %s%s%s", o->incident,
	    is_approved ? "approved" : "rejected", o->by,
	    o->reason[0] == '\0' ? "" : ": ", o->reason);
	end(o);
}

static void
approval_is_stored(void *arg, bool ok)
{
	struct order *o = arg;
	struct rollback *r = found_again(o, ok);

	if (r == NULL)
		return;
	if (o->is_gate)
		answer_gate(o, r, true);
	else
		begin(o, r);
}

static void
store_approval(struct order *o, struct rollback *r)
{
	char words[REASON_MAX_BYTES + CALLER_TEXT_MAX + NAME_MAX_BYTES + 32];
	struct notice notice;

	(void)snprintf(words, sizeof(words), "%s approved it for %s%s%s", o->by,
	    o->service, o->reason[0] == '\0' ? "" : ": ", o->reason);
	notice = rollback_notice(r, "approved", words);
	notice.approver = NULL;
	store_telling(o, r, EVENT_APPROVED, json_object_new_object(), &notice,
	    approval_is_stored);
}

void
acts_approve(struct monitor *m, struct control_call *call)
{
	struct rollback *r = find_asking(m, call);
	struct json_object *args;
	struct order *o;

	if (r == NULL)
		return; /* the call is gone */
	args = control_args(call);
	if (!rollback_is_asking(r)) {
		control_refuse(
		    call, CONTROL_CONFLICT, "it is approved already");
		return;
	}
	if (rollback_needs_file(m) && !rollback_is_planned(r)) {
		control_refuse(
		    call, CONTROL_BUSY, "it is just being planned: try again");
		return;
	}
	o = order_about(m, call, r);
	if (o == NULL)
		return;
	if (rollback_needs_file(m) && !json_flag(args, "written", false)) {
		json_set(o->result, "approval", rollback_file(r));
		end(o);
	} else
		store_approval(o, r);
}

static void
rejection_is_stored(void *arg, bool ok)
{
	struct order *o = arg;
	struct rollback *r = found_again(o, ok);
	char words[REASON_MAX_BYTES + CALLER_TEXT_MAX + 32];

	if (r == NULL)
		return;
	if (o->is_gate) {
		json_set_text(o->result, "state", "rejected");
		answer_gate(o, r, false);
		return;
	}
	(void)snprintf(
	    words, sizeof(words), "rejected by %s: %s", o->by, o->reason);
	rollback_turn_down(r, INCIDENT_REJECTED, words);
	json_set_text(o->result, "state", "rejected");
	json_set_int(o->result, "dismissed_until_wall_ms",
	    loop_wall_ms() + ROLLBACK_REJECTED_MS);
	end(o);
}

void
acts_reject(struct monitor *m, struct control_call *call)
{
	struct rollback *r = find_asking(m, call);
	struct order *o = r == NULL ? NULL : order_about(m, call, r);

	if (o != NULL)
		store(o, r, EVENT_REJECTED, json_object_new_object(),
		    rejection_is_stored);
}

static void
severity_is_stored(void *arg, bool ok)
{
	struct order *o = arg;
	struct rollback *r = found_again(o, ok);

	if (r == NULL)
		return;
	rollback_set_severity(r, o->severity);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_DECIDED, o->service,
	    "incident %s is now %s, says %s: %s", o->incident,
	    severity_word(o->severity), o->by, o->reason);
	if (json_flag(o->result, "approved", false)) {
		begin(o, r);
		return;
	}
	end(o);
	rollback_go(r);
}

static void
change_severity(
    struct monitor *m, struct control_call *call, struct rollback *r)
{
	enum severity from = rollback_severity(r), to = from;
	struct json_object *data;
	bool approves;
	struct order *o;

	(void)severity_parse(json_text(control_args(call), "severity"), &to);
	o = order_about(m, call, r);
	if (o == NULL)
		return;
	/* Where the runner wants a person's own word, that is to follow. */
	approves = to == SEVERITY_P0 && from != to && rollback_is_asking(r) &&
	    rollback_gate(r) == NULL && !rollback_needs_file(m);
	o->severity = to;
	data = json_object_new_object();
	json_set_text(data, "from", severity_word(from));
	json_set_text(data, "to", severity_word(to));
	json_set_int(data, "respond_ms",
	    m->generation->config->severities.of[to].respond_ms);
	json_set_bool(data, "approves", approves);
	json_set_text(o->result, "severity", severity_word(to));
	json_set_text(o->result, "before", severity_word(from));
	json_set_bool(o->result, "approved", approves);
	if (rollback_is_asking(r) && rollback_gate(r) == NULL && !approves)
		json_set_text(o->result, "approver", rights_role(to));
	store(o, r, EVENT_SEVERITY, data, severity_is_stored);
}

void
acts_severity(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *id = json_text(args, "incident");
	struct rollback *r = rollback_find(m, id);
	enum severity graver = SEVERITY_P0;
	struct error err = { "" };

	if (r == NULL) {
		answers_not_open(m, call, id);
		return;
	}
	(void)severity_parse(json_text(args, "severity"), &graver);
	if (rollback_severity(r) < graver)
		graver = rollback_severity(r);
	if (!rights_severity(control_caller(call), graver, &err))
		control_refuse(call, CONTROL_DENIED, "%s", err.text);
	else if (!rollback_may_be_changed(r, &err))
		control_refuse(call, CONTROL_CONFLICT, "%s", err.text);
	else
		change_severity(m, call, r);
}
