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

static struct occasion
occasion(const struct rollback *r)
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
	struct occasion known = occasion(r);
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
		size_t n = json_object_array_length(samples);
		const char *detail = NULL;
		double value = 0, limit = 0;

		if (n > 0)
			detail =
			    json_text(json_object_array_get_idx(samples, n - 1),
				"detail");
		(void)json_number(e, "value", &value);
		(void)json_number(e, "limit", &limit);
		log_service(LOG_LEVEL_NOTICE, LOG_ID_DECIDED, r->service,
		    "evidence: %s of probe %s is at %g, its limit is %g%s%s",
		    json_text(e, "evaluator"), json_text(e, "probe"), value,
		    limit, detail == NULL ? "" : "; last answer: ",
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

	if (r->run_count == 1 && r->by_operator)
		log_service(LOG_LEVEL_NOTICE, LOG_ID_DECIDED, r->service,
		    "%s orders a rollback from %s to %s: %s; incident %s",
		    r->by, or_unknown(r->version), or_unknown(r->target),
		    r->reason, r->id);
	else if (r->run_count == 1)
		log_service(LOG_LEVEL_WARNING, LOG_ID_DECIDED, r->service,
		    "decides to roll back from %s to %s by rule %s (%s): %s; "
		    "incident %s",
		    or_unknown(r->version), or_unknown(r->target), r->rule,
		    severity_word(r->severity), r->reason, r->id);
	if (r->run_count == 1)
		tell_evidence(r);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_RUN_PLANNED, r->service,
	    "procedure %s with %u steps begins",
	    plan_procedure(run->plan)->name, plan_step_count(run->plan));
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
	if (incident_planned(r->core, run->plan,
		now_ms + plan_procedure(run->plan)->budget_ms))
		rollback_advance(r);
	else
		rollback_close(r, INCIDENT_FAILED);
}

static void
write_plan(struct rollback *r)
{
	struct rollback_run *before = rollback_run_now(r);
	struct rollback_run *run = &r->runs[r->run_count];
	struct event_draft drafts[2] = { 0 };
	size_t count = 0;
	struct notice notice = rollback_notice(r, "decision", r->reason);

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
		    r, run, before == NULL ? NULL : before->id),
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
	if (r->is_opened)
		rollback_advance(r);
	else
		rollback_write(r, EVENT_OPENED, json_object_get(r->opened),
		    "decision", plan_failed_is_open);
}

void
rollback_key(struct rollback *r, struct key *key)
{
	*key = (struct key){
		.step = r->todo.step,
		.attempt = r->todo.attempt,
		.check = r->todo.check,
	};
	(void)snprintf(
	    key->run, sizeof(key->run), "%s", rollback_run_now(r)->id);
}

/* A file of the copy that this rollback runs on; the text lives in r. */
static void
add_file(struct rollback *r, struct request *request, const char *file)
{
	char *path;

	if (request->file_count == REQUEST_FILES_MAX)
		return;
	path = r->files[request->file_count];
	(void)snprintf(path, REQUEST_PATH_MAX, "%s/%s", r->config_digest, file);
	for (unsigned i = 0; i < request->file_count; i++)
		if (strcmp(request->files[i], path) == 0)
			return;
	request->files[request->file_count++] = path;
}

/* What the runner needs to make the same pin, and no more. */
static void
add_files(struct rollback *r, struct request *request)
{
	const struct config *c = r->generation->config;
	const struct service_settings *s = config_service(c, r->service);
	const struct procedure_settings *p =
	    config_procedure(c, request->procedure);
	const char *files[REQUEST_FILES_MAX];
	size_t count = 0;

	if (s == NULL || p == NULL ||
	    !pin_files(c, s, p, files, REQUEST_FILES_MAX, &count)) {
		/* The runner says what is not there. */
		files[0] = c->files[0].path;
		count = 1;
	}
	for (size_t i = 0; i < count; i++)
		add_file(r, request, files[i]);
}

static const char *
or_null(const char *words)
{
	return words[0] == '\0' ? NULL : words;
}

bool
rollback_request(
    struct rollback *r, struct request *request, char text[KEY_BYTES])
{
	struct rollback_run *run = rollback_run_now(r);
	struct key key;

	rollback_key(r, &key);
	key_text(&key, text);
	*request = (struct request){
		.key = text,
		.parent =
		    r->run_count > 1 ? r->runs[r->run_count - 2].id : NULL,
		.service = r->service,
		.procedure = plan_procedure(run->plan)->name,
		.digest = run->digest,
		.cause = r->by_operator ? "operator" : "automatic",
		.version = or_null(r->version),
		.previous_version = or_null(r->previous),
		.target_version = or_null(r->target),
		.incident = r->id,
		.reason = r->reason,
	};
	add_files(r, request);
	return true;
}

static const char *
todo_label(struct rollback *r)
{
	return plan_step(rollback_run_now(r)->plan, r->todo.step)->label;
}

static void
outcome_is_stored(struct rollback *r)
{
	struct json_object *data;
	struct next next;

	FAILPOINT("monitor.after-outcome");
	(void)incident_step_ended(r->core, &r->ended, loop_now_ms(r->m->loop));
	next = run_next(incident_run(r->core));
	if (next.kind != NEXT_FINISHED) {
		rollback_advance(r);
		return;
	}
	data = json_object_new_object();
	json_set_text(data, "outcome", run_outcome_word(next.outcome));
	json_set_text(data, "reason", next.reason);
	rollback_write(r, EVENT_RUN_ENDED, data, NULL, rollback_advance);
}

static void
tell_outcome(struct rollback *r, const struct result *result, bool is_bad)
{
	int64_t took_ms = result->ended_ms - result->started_ms;

	log_service(is_bad ? LOG_LEVEL_ERROR : LOG_LEVEL_NOTICE,
	    LOG_ID_STEP_ENDED, r->service, "%s %s is %s after %.3f s%s%s",
	    r->todo.check > 0 ? "the check of step" : "step", todo_label(r),
	    result->outcome,
	    result->started_ms == 0 ? 0.0 : (double)took_ms / 1000,
	    result->reason == NULL || !is_bad ? "" : ": ",
	    result->reason == NULL || !is_bad ? "" : result->reason);
}

void
rollback_step_ended(void *arg, const struct result *result)
{
	struct rollback *r = arg;
	enum step_outcome outcome = STEP_INTERRUPTED;
	const char *notice = NULL;
	bool is_bad;

	FAILPOINT("monitor.before-outcome");
	/* A word that is not known is an outcome that is not known. */
	(void)step_outcome_parse(result->outcome, &outcome);
	(void)snprintf(r->capture, sizeof(r->capture), "%s",
	    result->capture == NULL ? "" : result->capture);
	r->ended = (struct step_ended){
		.step = r->todo.step,
		.attempt = r->todo.attempt,
		.check = r->todo.check,
		.outcome = outcome,
		.exit_status = (int)result->exit_status,
		.capture = result->capture == NULL ? NULL : r->capture,
	};
	is_bad = outcome != STEP_DONE &&
	    !(r->todo.check > 0 && outcome == STEP_FAILED);
	tell_outcome(r, result, is_bad);
	if (is_bad)
		notice =
		    outcome == STEP_INTERRUPTED ? "interrupted" : "step_failed";
	(void)snprintf(r->write.summary, sizeof(r->write.summary),
	    "step %s is %s", todo_label(r), result->outcome);
	rollback_write(r, EVENT_OUTCOME,
	    rollback_outcome_json(r, &r->todo, result), notice,
	    outcome_is_stored);
}

static void
end_without_start(struct rollback *r, const char *outcome, const char *reason)
{
	struct result result = { .outcome = outcome, .reason = reason };

	rollback_step_ended(r, &result);
}

static void
intent_is_stored(struct rollback *r)
{
	struct request request;
	char key[KEY_BYTES];

	FAILPOINT("monitor.after-intent");
	if (incident_is_aborted(r->core)) {
		end_without_start(r, "withdrawn", "aborted before it began");
		return;
	}
	incident_step_begins(r->core);
	r->is_busy = true;
	if (!rollback_request(r, &request, key) ||
	    !steps_start(r->m->steps, &request, rollback_step_ended, r))
		end_without_start(r, "refused", "it could not be asked for");
	FAILPOINT("monitor.after-start");
}

static bool
has_begun(const struct rollback *r)
{
	return r->run_count > 0 && r->runs[r->run_count - 1].has_begun;
}

const struct rollback *
rollback_waits_for(const struct rollback *r)
{
	bool is_older = false; /* the newest are first in the list */

	for (const struct rollback *o = r->m->rollbacks; o != NULL;
	     o = o->next) {
		if (o == r)
			is_older = true;
		else if (rollback_acts(o) && (is_older || has_begun(o)) &&
		    strcmp(rollback_lock(o), rollback_lock(r)) == 0)
			return o;
	}
	return NULL;
}

void
rollback_step(struct rollback *r)
{
	int64_t now_ms = loop_now_ms(r->m->loop);
	struct rollback_run *run = rollback_run_now(r);

	if (r->todo.at_ms > now_ms) {
		rollback_later(r, r->todo.at_ms - now_ms, rollback_advance);
		return;
	}
	if (!run->has_begun && rollback_waits_for(r) != NULL) {
		rollback_later(r, LOCK_WAIT_MS, rollback_advance);
		return;
	}
	run->has_begun = true;
	log_service(LOG_LEVEL_NOTICE, LOG_ID_STEP_STARTED, r->service,
	    "%s %s, attempt %u",
	    r->todo.check > 0 ? "checks step" : "starts step", todo_label(r),
	    r->todo.attempt);
	rollback_write(r, EVENT_INTENT, rollback_step_json(r, &r->todo), NULL,
	    intent_is_stored);
}
