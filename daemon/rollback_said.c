/* After a restart: what people had said of an open incident. */
#include <string.h>

#include "daemon/rollback_private.h"

static void
on_severity(
    struct rollback *r, const struct store_event *e, struct json_object *data)
{
	const char *to = json_text(data, "to");
	const char *by = json_text(data, "by");

	if (to == NULL || !severity_parse(to, &r->severity))
		return;
	(void)json_int(data, "respond_ms", &r->respond_ms);
	if (json_flag(data, "approves", false) && r->w != NULL)
		(void)rollback_approved(r, by, e->boot_ms);
}

static void
on_rejected(struct rollback *r, struct json_object *data)
{
	const char *reason = json_text(data, "reason");

	r->is_rejected = true;
	rollback_copy(r->reason, sizeof(r->reason),
	    reason == NULL ? "by an operator" : reason);
	if (r->core != NULL)
		incident_turn_down(r->core, INCIDENT_REJECTED, r->reason);
}

bool
rollback_recover_said(
    struct rollback *r, const struct store_event *e, struct json_object *data)
{
	if (json_text(data, "gate") != NULL &&
	    (strcmp(e->kind, EVENT_APPROVED) == 0 ||
		strcmp(e->kind, EVENT_REJECTED) == 0))
		rollback_gate_said(r, strcmp(e->kind, EVENT_APPROVED) == 0,
		    json_text(data, "by"), json_text(data, "reason"));
	else if (strcmp(e->kind, EVENT_APPROVED) == 0)
		(void)rollback_approved(r, json_text(data, "by"), e->boot_ms);
	else if (strcmp(e->kind, EVENT_REJECTED) == 0)
		on_rejected(r, data);
	else if (strcmp(e->kind, EVENT_SEVERITY) == 0)
		on_severity(r, e, data);
	else if (strcmp(e->kind, EVENT_ESCALATED) == 0)
		r->is_escalated = true;
	else if (strcmp(e->kind, EVENT_REMINDED) == 0) {
		r->reminders++;
		r->reminded_ms = e->boot_ms;
	} else
		return false;
	return true;
}
