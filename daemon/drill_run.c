#include "daemon/drill_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "config/pin.h"
#include "daemon/log.h"
#include "executor/executor.h"
#include "executor/key.h"
#include "procedure/run.h"

#define RETRY_MS 1000
#define PATH_BYTES 320
#define WHY_MAX 256

struct drill_run {
	struct monitor *m;
	struct generation *generation;
	char drill[ULID_BYTES];
	char id[ULID_BYTES];
	char service[NAME_MAX_BYTES + 1];
	char environment[NAME_MAX_BYTES + 1];
	char version[NAME_MAX_BYTES + 1];
	char previous[NAME_MAX_BYTES + 1];
	char target[NAME_MAX_BYTES + 1];
	char reason[REASON_MAX_BYTES + 1];
	struct text pin_text;
	char digest[DIGEST_TEXT_BYTES];
	char config_digest[DIGEST_TEXT_BYTES];
	struct pin *pin;
	struct plan *plan;
	struct run *run;
	struct loop_timer *timer;
	struct next todo; /* what is being done */
	struct json_object *outcome;
	struct step_ended ended;
	char capture[RUN_CAPTURE_MAX + 1];
	char files[REQUEST_FILES_MAX][PATH_BYTES];
	char why[WHY_MAX];
	bool intent_is_open; /* after a restart */
	drill_run_done *done;
	void *arg;
};

static void advance(void *arg);

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from == NULL ? "" : from);
}

static struct drill_run *
make(struct monitor *m, struct generation *g, const struct drill_run_of *of)
{
	struct drill_run *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->m = m;
	r->generation = generation_join(g);
	r->pin_text = text_new(PIN_MAX_BYTES);
	r->timer = loop_timer_new(m->loop, advance, r);
	copy(r->drill, sizeof(r->drill), of->drill);
	copy(r->service, sizeof(r->service), of->service);
	copy(r->environment, sizeof(r->environment), of->environment);
	copy(r->version, sizeof(r->version), of->version);
	copy(r->previous, sizeof(r->previous), of->previous);
	copy(r->target, sizeof(r->target), of->target);
	copy(r->reason, sizeof(r->reason), of->reason);
	if (r->timer != NULL)
		return r;
	drill_run_free(r);
	return NULL;
}

/* What the monitor does itself has no claim, and nothing of it is known. */
static bool
can_run(const struct plan *plan, struct error *err)
{
	for (unsigned i = 0; i < plan_step_count(plan); i++) {
		const struct step_settings *s = plan_step(plan, i)->settings;
		const struct executor_kind *kind = executor_find(s->executor);

		if (kind != NULL && !executor_is_claimed(kind))
			return error_set(err,
			    "step \"%s\": what breaks or heals a service has "
			    "no steps of executor %s",
			    s->name, kind->name);
	}
	return true;
}

static bool
make_plan(struct drill_run *r, struct error *err)
{
	digest_text(text_str(&r->pin_text), r->pin_text.length, r->digest);
	r->pin = pin_parse(text_str(&r->pin_text), r->pin_text.length, err);
	if (r->pin == NULL)
		return false;
	r->plan = plan_new(&r->pin->procedure, &r->pin->service.params, err);
	if (r->plan == NULL || !can_run(r->plan, err))
		return false;
	if (plan_needs_target(r->plan) && r->target[0] == '\0')
		return error_set(err,
		    "procedure %s needs a version to go to, and none is known "
		    "to be in place",
		    plan_procedure(r->plan)->name);
	r->run = run_new(r->plan);
	return r->run != NULL || error_set(err, "no memory for the run");
}

struct drill_run *
drill_run_new(struct monitor *m, struct generation *g,
    const struct drill_run_of *of, const char *procedure, struct error *err)
{
	const struct config *c = g->config;
	const struct service_settings *service = config_service(c, of->service);
	const struct procedure_settings *p = config_procedure(c, procedure);
	struct drill_run *r;

	if (service == NULL || p == NULL) {
		(void)error_set(
		    err, "procedure %s is not configured", procedure);
		return NULL;
	}
	r = make(m, g, of);
	if (r == NULL) {
		(void)error_set(err, "no memory");
		return NULL;
	}
	events_new_id(m, r->id);
	copy(r->config_digest, sizeof(r->config_digest), c->digest);
	pin_text(&r->pin_text, c, service, p);
	if (text_ok(&r->pin_text) && make_plan(r, err))
		return r;
	if (!text_ok(&r->pin_text))
		(void)error_set(err, "its pin is too large");
	drill_run_free(r);
	return NULL;
}

struct drill_run *
drill_run_recover(struct monitor *m, struct generation *g,
    const struct drill_run_of *of, const char *id, struct json_object *data,
    struct error *err)
{
	const char *pin = json_text(data, "pin");
	struct drill_run_of to = *of;
	struct drill_run *r;

	if (json_text(data, "target") != NULL)
		to.target = json_text(data, "target");
	if (json_text(data, "version") != NULL)
		to.version = json_text(data, "version");
	r = pin == NULL || id == NULL ? NULL : make(m, g, &to);
	if (r == NULL) {
		(void)error_set(err, "the log holds no plan");
		return NULL;
	}
	copy(r->id, sizeof(r->id), id);
	copy(r->config_digest, sizeof(r->config_digest),
	    json_text(data, "generation"));
	text_add(&r->pin_text, pin);
	if (text_ok(&r->pin_text) && make_plan(r, err))
		return r;
	drill_run_free(r);
	return NULL;
}

void
drill_run_free(struct drill_run *r)
{
	if (r == NULL)
		return;
	loop_timer_free(r->timer);
	json_object_put(r->outcome);
	run_free(r->run);
	plan_free(r->plan);
	pin_free(r->pin);
	text_free(&r->pin_text);
	generation_leave(r->generation);
	free(r);
}

const char *
drill_run_id(const struct drill_run *r)
{
	return r->id;
}

const struct plan *
drill_run_plan(const struct drill_run *r)
{
	return r->plan;
}

const char *
drill_run_config(const struct drill_run *r)
{
	return r->config_digest;
}

struct json_object *
drill_run_json(const struct drill_run *r)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "id", r->drill);
	json_set_text(o, "procedure", plan_procedure(r->plan)->name);
	json_set_text(o, "digest", r->digest);
	json_set_text(o, "version", r->version);
	json_set_text(o, "target", r->target);
	json_set_text(o, "generation", r->config_digest);
	json_set_bytes(o, "pin", text_str(&r->pin_text), r->pin_text.length);
	return o;
}

/* From the loop: the caller may free it then. */
static void
finish(struct drill_run *r, bool went_well, const char *why)
{
	drill_run_done *done = r->done;

	r->done = NULL;
	if (done != NULL)
		done(r->arg, went_well, why);
}

static struct key
key_of(const struct drill_run *r)
{
	struct key key = {
		.step = r->todo.step,
		.attempt = r->todo.attempt,
		.check = r->todo.kind == NEXT_CHECK ? r->todo.check : 0,
		.undo = r->todo.kind == NEXT_UNDO ? r->todo.undo : 0,
	};

	copy(key.run, sizeof(key.run), r->id);
	return key;
}

static struct json_object *
step_json(const struct drill_run *r)
{
	struct key key = key_of(r);
	struct json_object *o = json_object_new_object();

	json_set_text(o, "id", r->drill);
	json_set_int(o, "step", key.step);
	json_set_int(o, "attempt", key.attempt);
	json_set_int(o, "check", key.check);
	json_set_int(o, "undo", key.undo);
	json_set_text(o, "label", plan_step(r->plan, key.step)->label);
	return o;
}

static void
append(struct drill_run *r, const char *kind, struct json_object *data,
    store_done *done)
{
	struct event_draft draft = {
		.kind = kind,
		.service = r->service,
		.run = r->id,
		.data = data,
	};

	events_append(r->m, &draft, 1, NULL, NULL, done, r);
}

/* ------------------------------------------------------------ outcome */

static void
outcome_is_stored(void *arg, bool ok)
{
	struct drill_run *r = arg;

	if (!ok) { /* again, until it is */
		loop_timer_start(r->timer, RETRY_MS);
		return;
	}
	json_object_put(r->outcome);
	r->outcome = NULL;
	(void)run_step_ended(r->run, &r->ended, loop_now_ms(r->m->loop));
	advance(r);
}

static void
write_outcome(struct drill_run *r)
{
	append(r, EVENT_DRILL_OUTCOME, json_object_get(r->outcome),
	    outcome_is_stored);
}

static void
on_ended(void *arg, const struct result *result)
{
	struct drill_run *r = arg;
	struct key key = key_of(r);
	enum step_outcome outcome = STEP_INTERRUPTED;

	(void)step_outcome_parse(result->outcome, &outcome);
	copy(r->capture, sizeof(r->capture), result->capture);
	r->ended = (struct step_ended){
		.step = key.step,
		.attempt = key.attempt,
		.check = key.check,
		.undo = key.undo,
		.outcome = outcome,
		.exit_status = (int)result->exit_status,
		.capture = result->capture == NULL ? NULL : r->capture,
		.lives_on = result->left_behind > 0,
	};
	r->outcome = step_json(r);
	json_set_text(r->outcome, "outcome", result->outcome);
	json_set_text(r->outcome, "reason", result->reason);
	json_set_int(r->outcome, "exit_status", result->exit_status);
	json_set_int(r->outcome, "left_behind", result->left_behind);
	json_set_text(r->outcome, "capture", result->capture);
	json_set_text(r->outcome, "tail", result->tail);
	if (outcome != STEP_DONE && result->reason != NULL)
		(void)snprintf(r->why, sizeof(r->why), "step %s: %s",
		    plan_step(r->plan, key.step)->label, result->reason);
	log_service(outcome == STEP_DONE ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR,
	    LOG_ID_STEP_ENDED, r->service, "DRILL: step %s is %s%s%s",
	    plan_step(r->plan, key.step)->label, result->outcome,
	    outcome == STEP_DONE || result->reason == NULL ? "" : ": ",
	    outcome == STEP_DONE || result->reason == NULL ? "" :
							     result->reason);
	write_outcome(r);
}

static void
end_without_start(struct drill_run *r, const char *outcome, const char *why)
{
	struct result result = { .outcome = outcome, .reason = why };

	on_ended(r, &result);
}

/* ------------------------------------------------------------- intent */

static const char *
or_null(const char *words)
{
	return words[0] == '\0' ? NULL : words;
}

/* What the runner needs to make the same pin, and no more. */
static void
add_files(struct drill_run *r, struct request *request)
{
	const struct config *c = r->generation->config;
	const struct service_settings *s = config_service(c, r->service);
	const struct procedure_settings *p =
	    config_procedure(c, request->procedure);
	const char *files[REQUEST_FILES_MAX];
	size_t count = 0;

	if (s == NULL || p == NULL ||
	    !pin_files(c, s, p, files, REQUEST_FILES_MAX, &count)) {
		files[0] = c->files[0].path; /* the runner says what lacks */
		count = 1;
	}
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(r->files[i], PATH_BYTES, "%s/%s",
		    r->config_digest, files[i]);
		request->files[request->file_count++] = r->files[i];
	}
}

static void
ask_for(struct drill_run *r, struct request *request, char text[KEY_BYTES])
{
	struct key key = key_of(r);

	key_text(&key, text);
	*request = (struct request){
		.key = text,
		.service = r->service,
		.procedure = plan_procedure(r->plan)->name,
		.digest = r->digest,
		.cause = "drill",
		.version = or_null(r->version),
		.previous_version = or_null(r->previous),
		.target_version = or_null(r->target),
		.incident = r->drill,
		.reason = r->reason,
	};
	add_files(r, request);
	steps_pin(r->m->steps, r->id, &r->pin_text);
}

static void
intent_is_stored(void *arg, bool ok)
{
	struct drill_run *r = arg;
	struct request request;
	char key[KEY_BYTES];

	if (!ok) { /* nothing has been done */
		loop_timer_start(r->timer, RETRY_MS);
		return;
	}
	FAILPOINT("monitor.drill-after-intent");
	if (run_next(r->run).kind == NEXT_FINISHED) {
		end_without_start(r, "withdrawn", "aborted before it began");
		return;
	}
	(void)run_step_begins(r->run);
	ask_for(r, &request, key);
	if (!steps_start(r->m->steps, &request, on_ended, r))
		end_without_start(r, "refused", "it could not be asked for");
}

static void
write_intent(struct drill_run *r)
{
	log_service(LOG_LEVEL_NOTICE, LOG_ID_STEP_STARTED, r->service,
	    "DRILL: %s step %s of %s, attempt %u",
	    r->todo.kind == NEXT_STEP      ? "starts" :
		r->todo.kind == NEXT_CHECK ? "checks" :
					     "undoes",
	    plan_step(r->plan, r->todo.step)->label,
	    plan_procedure(r->plan)->name, r->todo.attempt);
	append(r, EVENT_DRILL_INTENT, step_json(r), intent_is_stored);
}

/* Only the runner knows what became of it. */
static void
adopt(struct drill_run *r)
{
	struct request request;
	char key[KEY_BYTES];

	r->intent_is_open = false;
	ask_for(r, &request, key);
	if (!steps_adopt(r->m->steps, &request, true, on_ended, r))
		end_without_start(
		    r, "interrupted", "the step could not be asked after");
}

static void
advance(void *arg)
{
	struct drill_run *r = arg;
	int64_t now_ms = loop_now_ms(r->m->loop);

	if (r->outcome != NULL) {
		write_outcome(r);
		return;
	}
	if (r->intent_is_open) {
		adopt(r);
		return;
	}
	r->todo = run_next(r->run);
	if (r->todo.kind == NEXT_FINISHED)
		finish(r, r->todo.outcome == RUN_DONE,
		    r->todo.outcome == RUN_DONE ? NULL :
			r->why[0] != '\0'       ? r->why :
						  r->todo.reason);
	else if (r->todo.at_ms > now_ms)
		loop_timer_start(r->timer, r->todo.at_ms - now_ms);
	else
		write_intent(r);
}

void
drill_run_start(struct drill_run *r, drill_run_done *done, void *arg)
{
	r->done = done;
	r->arg = arg;
	loop_timer_start(r->timer, 0);
}

bool
drill_run_has_ended(const struct drill_run *r)
{
	return !r->intent_is_open && run_next(r->run).kind == NEXT_FINISHED;
}

void
drill_run_abort(struct drill_run *r)
{
	if (r->run != NULL)
		run_abort(r->run);
}

static unsigned
number(struct json_object *data, const char *name)
{
	int64_t value = 0;

	(void)json_int(data, name, &value);
	return (unsigned)value;
}

void
drill_run_replay(struct drill_run *r, const char *kind,
    struct json_object *data, int64_t at_ms)
{
	struct step_ended ended = {
		.step = number(data, "step"),
		.attempt = number(data, "attempt"),
		.check = number(data, "check"),
		.undo = number(data, "undo"),
		.outcome = STEP_INTERRUPTED,
		.exit_status = (int)number(data, "exit_status"),
		.capture = json_text(data, "capture"),
		.lives_on = number(data, "left_behind") > 0,
	};
	const char *word = json_text(data, "outcome");

	if (strcmp(kind, EVENT_DRILL_INTENT) == 0) {
		r->todo = run_next(r->run);
		r->intent_is_open = r->todo.kind != NEXT_FINISHED;
		(void)run_step_begins(r->run);
	} else if (strcmp(kind, EVENT_DRILL_OUTCOME) == 0) {
		if (word != NULL)
			(void)step_outcome_parse(word, &ended.outcome);
		r->intent_is_open = false;
		(void)run_step_ended(r->run, &ended, at_ms);
	}
}
