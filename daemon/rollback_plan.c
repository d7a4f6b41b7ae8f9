/* From a procedure of the configuration to a run that is stored. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "daemon/log.h"
#include "daemon/rollback_private.h"
#include "procedure/step_command.h"

void
rollback_run_clear(struct rollback_run *run)
{
	plan_free(run->plan);
	pin_free(run->pin);
	text_free(&run->pin_text);
	free(run->lock);
	*run = (struct rollback_run){ 0 };
}

struct occasion
rollback_occasion(const struct rollback *r)
{
	return (struct occasion){
		.service = r->service,
		.environment = r->environment,
		.version = r->version,
		.previous_version = r->previous,
		.target_version = r->target,
	};
}

bool
rollback_run_make(struct rollback *r, struct rollback_run *run,
    const char *text, size_t length, struct error *err)
{
	struct occasion known = rollback_occasion(r);
	struct text lock = text_new(PIN_MAX_BYTES);

	if (run->pin_text.data != text) {
		run->pin_text = text_new(PIN_MAX_BYTES);
		text_add_bytes(&run->pin_text, text, length);
	}
	digest_text(text_str(&run->pin_text), length, run->digest);
	run->pin = pin_parse(text_str(&run->pin_text), length, err);
	if (run->pin == NULL)
		return false;
	run->plan =
	    plan_new(&run->pin->procedure, &run->pin->service.params, err);
	if (run->plan == NULL || !plan_lock(run->plan, &known, &lock, err)) {
		text_free(&lock);
		return false;
	}
	run->lock = text_take(&lock);
	return run->lock != NULL || error_set(err, "no memory for the lock");
}

static bool
make_plan(struct rollback *r, const char *name, struct error *err)
{
	struct rollback_run *run = &r->runs[r->run_count];
	const struct config *c = r->generation->config;
	const struct service_settings *service = config_service(c, r->service);
	const struct procedure_settings *procedure = config_procedure(c, name);

	if (service == NULL || procedure == NULL)
		return error_set(err, "it is not configured any more");
	/* After a restart that may be another than the run before was of. */
	(void)snprintf(
	    r->config_digest, sizeof(r->config_digest), "%s", c->digest);
	rollback_run_clear(run);
	run->pin_text = text_new(PIN_MAX_BYTES);
	pin_text(&run->pin_text, c, service, procedure);
	if (!text_ok(&run->pin_text))
		return error_set(
		    err, "it is larger than %d bytes as a pin", PIN_MAX_BYTES);
	events_new_id(r->m, run->id);
	return rollback_run_make(
	    r, run, text_str(&run->pin_text), run->pin_text.length, err);
}

/* The numbers that tripped it, one line each. */
static void
tell_evidence(struct rollback *r)
{
	struct json_object *list = json_array(r->opened, "evidence");
	size_t count = list == NULL ? 0 : json_object_array_length(list);

	for (size_t i = 0; i < count; i++) {
		struct json_object *e = json_object_array_get_idx(list, i);
		struct json_object *samples = json_array(e, "samples");
		size_t n =
		    samples == NULL ? 0 : json_object_array_length(samples);
		const char *probe = json_text(e, "probe"); /* or combines */
		const char *detail = NULL;
		double value = 0, limit = 0;

		if (json_text(e, "by") != NULL) {
			log_service(LOG_LEVEL_NOTICE, LOG_ID_DECIDED,
			    r->service, "evidence: %s reported it: %s",
			    json_text(e, "by"), json_text(e, "reason"));
			continue;
		}
		if (n > 0)
			detail =
			    json_text(json_object_array_get_idx(samples, n - 1),
				"detail");
		(void)json_number(e, "value", &value);
		(void)json_number(e, "limit", &limit);
		log_service(LOG_LEVEL_NOTICE, LOG_ID_DECIDED, r->service,
		    "evidence: %s%s%s is at %g, its limit is %g%s%s",
		    json_text(e, "evaluator"),
		    probe == NULL ? "" : " of probe ",
		    probe == NULL ? "" : probe, value, limit,
		    detail == NULL ? "" : "; last answer: ",
		    detail == NULL ? "" : detail);
	}
}

static const char *
or_unknown(const char *version)
{
	return version[0] == '\0' ? "an unknown version" : version;
}

static void
tell_plan(struct rollback *r)
{
	struct rollback_run *run = rollback_run_now(r);
	bool is_asking = r->awaits && !rollback_is_approved(r);
	const char *resolve = is_asking ? "prepares to" : "decides to";
	const char *why =
	    rollback_is_approved(r) ? "it was approved" : r->reason;

	if (r->run_count == 1 && r->by_operator)
		log_service(LOG_LEVEL_NOTICE, LOG_ID_DECIDED, r->service,
		    "%s orders a rollback from %s to %s: %s; incident %s",
		    r->by, or_unknown(r->version), or_unknown(r->target),
		    r->reason, r->id);
	else if (r->run_count == 1 && r->target[0] == '\0')
		log_service(LOG_LEVEL_WARNING, LOG_ID_DECIDED, r->service,
		    "%s run %s by rule %s (%s): %s; incident %s", resolve,
		    plan_procedure(run->plan)->name, r->rule,
		    severity_word(r->severity), why, r->id);
	else if (r->run_count == 1)
		log_service(LOG_LEVEL_WARNING, LOG_ID_DECIDED, r->service,
		    "%s roll back from %s to %s by rule %s (%s): %s; "
		    "incident %s",
		    resolve, or_unknown(r->version), r->target, r->rule,
		    severity_word(r->severity), why, r->id);
	if (r->run_count == 1)
		tell_evidence(r);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_RUN_PLANNED, r->service,
	    "procedure %s with %u steps %s", plan_procedure(run->plan)->name,
	    plan_step_count(run->plan), is_asking ? "is prepared" : "begins");
}

static void
on_planned(void *arg, bool ok)
{
	struct rollback *r = arg;
	struct rollback_run *run = &r->runs[r->run_count];
	int64_t now_ms = loop_now_ms(r->m->loop);
	struct notice alarm;

	r->is_busy = false;
	if (!ok) {
		/* Nothing has been stored, so nothing has happened: the rule
		   will decide again, and once more, until it can be. */
		alarm = rollback_notice(r, "alarm",
		    "a rollback was decided and could not be stored: nothing "
		    "is done until the store works");
		log_service(LOG_LEVEL_ERROR, LOG_ID_STORE_FAILED, r->service,
		    "%s", alarm.summary);
		events_page(r->m, &alarm, r->id);
		if (!r->is_opened) {
			rollback_free(r);
			return;
		}
		rollback_later(r, RETRY_MS, rollback_advance);
		return;
	}
	FAILPOINT("monitor.after-planned");
	r->run_count++;
	r->is_opened = true;
	tell_plan(r);
	json_object_put(r->opened);
	r->opened = NULL;
	rollback_await(r);
	if (incident_planned(r->core, run->plan,
		now_ms + plan_procedure(run->plan)->budget_ms))
		rollback_advance(r);
	else
		rollback_close(r, INCIDENT_FAILED);
}

static void
write_plan(struct rollback *r)
{
	const struct rollback_run *run = &r->runs[r->run_count];
	const struct rollback_run *parent =
	    &r->runs[incident_parent(r->core, r->run_count)];
	struct event_draft drafts[2] = { 0 };
	size_t count = 0;
	struct notice notice = rollback_notice(r, "decision", r->write.summary);

	rollback_summarise_opening(r);
	if (!r->is_opened)
		drafts[count++] = (struct event_draft){
			.kind = EVENT_OPENED,
			.service = r->service,
			.incident = r->id,
			.data = json_object_get(r->opened),
		};
	drafts[count++] = (struct event_draft){
		.kind = EVENT_PLANNED,
		.service = r->service,
		.incident = r->id,
		.run = run->id,
		.data = rollback_planned_json(
		    r, run, parent == run ? NULL : parent->id),
	};
	FAILPOINT("monitor.before-planned");
	r->is_busy = true;
	events_append(r->m, drafts, count, r->is_opened ? NULL : &notice,
	    run->id, on_planned, r);
}

static void
plan_failed_is_open(struct rollback *r)
{
	r->is_opened = true;
	rollback_advance(r);
}

void
rollback_plan(struct rollback *r)
{
	struct error err = { "" };

	if (make_plan(r, r->todo.procedure, &err)) {
		write_plan(r);
		return;
	}
	log_service(LOG_LEVEL_ERROR, LOG_ID_DECIDED, r->service,
	    "procedure %s cannot be planned: %s", r->todo.procedure, err.text);
	incident_plan_failed(r->core, err.text);
	if (r->is_opened) {
		rollback_advance(r);
		return;
	}
	rollback_copy(r->write.summary, sizeof(r->write.summary), r->reason);
	rollback_write(r, EVENT_OPENED, json_object_get(r->opened), "decision",
	    plan_failed_is_open);
}
