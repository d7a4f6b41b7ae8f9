#include "daemon/steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "daemon/steps_attempt.h"
#include "daemon/steps_helpers.h"
#include "daemon/steps_trial.h"
#include "procedure/run.h"

struct attempt *
attempt_find(struct steps *s, const char *key)
{
	struct attempt *a;

	LIST_FOREACH (a, &s->attempts, link)
		if (strcmp(a->key, key) == 0)
			return a;
	return NULL;
}

bool
steps_configure(
    struct steps *s, const char *config_folder, int64_t kill_grace_ms)
{
	char *copy = strdup(config_folder);

	if (copy == NULL)
		return false;
	free(s->config_folder);
	s->config_folder = copy;
	s->kill_grace_ms = kill_grace_ms;
	return true;
}

static void
on_written(void *arg, bool ok, const struct error *err)
{
	struct attempt *a = arg;

	a->writing = NULL;
	FAILPOINT("monitor.after-request");
	if (ok && !a->withdrawn) {
		attempt_start_runner(a);
		return;
	}
	/* Not durable, or not wanted: no runner was ever told of it. */
	steps_files_unask(&a->steps->files, a->key);
	if (ok)
		attempt_over(a, step_outcome_word(STEP_WITHDRAWN),
		    "taken back before it was started", NULL);
	else
		attempt_over(a, step_outcome_word(STEP_REFUSED),
		    "the request cannot be stored", err);
}

static struct attempt *
add_attempt(struct steps *s, const char *key, steps_ended *ended, void *arg)
{
	struct key parsed;
	struct attempt *a;

	if (s->active == STEPS_ACTIVE_MAX || !key_parse(key, &parsed) ||
	    attempt_find(s, key) != NULL)
		return NULL;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	a->steps = s;
	a->id = ++s->last_id;
	a->ended = ended;
	a->arg = arg;
	key_text(&parsed, a->key);
	LIST_INSERT_HEAD(&s->attempts, a, link);
	s->active++;
	if (!loop_timer_runs(s->tick))
		loop_timer_start(s->tick, STEPS_TICK_MS);
	return a;
}

static bool
write_request(struct attempt *a, const struct request *r)
{
	struct steps *s = a->steps;
	struct request request = *r;
	struct text file = text_new(REQUEST_MAX_BYTES);

	request.boot_id = s->files.boot_id;
	if (request.not_after_ms == 0)
		request.not_after_ms =
		    loop_now_ms(s->loop) + STEPS_NOT_AFTER_MS;
	step_request_write(&file, &request);
	FAILPOINT("monitor.before-request");
	a->state = ATTEMPT_WRITING;
	if (text_ok(&file))
		a->writing = request_writing_start(
		    &s->files, s->store, a->key, &file, on_written, a);
	text_free(&file);
	return a->writing != NULL;
}

void
steps_pin(struct steps *s, const char *run, const struct text *text)
{
	steps_files_pin(&s->files, s->store, run, text);
}

bool
steps_start(
    struct steps *s, const struct request *r, steps_ended *ended, void *arg)
{
	struct attempt *a = add_attempt(s, r->key, ended, arg);

	if (a == NULL)
		return false;
	if (write_request(a, r))
		return true;
	attempt_free(a);
	return false;
}

bool
steps_adopt(struct steps *s, const struct request *r, bool is_wanted,
    steps_ended *ended, void *arg)
{
	struct found_result *found = malloc(sizeof(*found));
	struct attempt *a = NULL;
	bool begun;

	if (found != NULL)
		a = add_attempt(s, r->key, ended, arg);
	if (a == NULL) {
		free(found);
		return false;
	}
	steps_see_results(s);
	begun = steps_files_claim(&s->files, a->key) != CLAIM_NONE ||
	    steps_files_result(&s->files, a->key, found);
	free(found);
	if (begun || !is_wanted) {
		a->state = begun ? ATTEMPT_RUNNING : ATTEMPT_STARTING;
		a->since_ms = loop_now_ms(s->loop);
		loop_timer_start(s->tick, 0);
		/* A runner of before the restart may be about to claim it. */
		if (!is_wanted)
			attempt_withdraw(a);
		return true;
	}
	if (write_request(a, r))
		return true;
	attempt_free(a);
	return false;
}

void
steps_withdraw(struct steps *s, const char *key)
{
	struct attempt *a = attempt_find(s, key);

	if (a != NULL)
		attempt_withdraw(a);
}

bool
steps_helper(struct steps *s, const char *id, const char *const *argv,
    int64_t timeout_ms, const char *body, steps_helper_done *done, void *arg)
{
	const struct helper_order order = { .id = id,
		.argv = argv,
		.timeout_ms = timeout_ms,
		.kill_grace_ms = s->kill_grace_ms,
		.body = body,
		.done = done,
		.arg = arg };

	return helpers_start(s->helpers, &order);
}

bool
steps_run(struct steps *s, const char *id, const char *const *argv,
    int64_t timeout_ms, int64_t kill_grace_ms, steps_ran *ran, void *arg)
{
	const struct helper_order order = { .id = id,
		.argv = argv,
		.timeout_ms = timeout_ms,
		.kill_grace_ms = kill_grace_ms,
		.body = "",
		.ran = ran,
		.arg = arg };

	return helpers_start(s->helpers, &order);
}

bool
steps_can_act(struct steps *s, struct error *err)
{
	/* PID 1 executes it; we may not even see that we could not. */
	if (s->mode == STEPS_DIRECT && access(s->program, X_OK) != 0)
		return error_set(err, "%s: %s", s->program, strerror(errno));
	if (s->mode == STEPS_UNITS && !steps_files_look(&s->files, err))
		return false;
	return steps_files_writable(&s->files, err) && link_is_up(s->link, err);
}

bool
steps_can_start(const struct steps *s, struct error *err)
{
	return link_is_up(s->link, err);
}

void
steps_try(struct steps *s, const char *digest, steps_tried *tried, void *arg)
{
	trial_begin(s->trial, digest, tried, arg);
}

enum steps_mode
steps_mode(const struct steps *s)
{
	return s->mode;
}

unsigned
steps_active(const struct steps *s)
{
	return s->active;
}

void
steps_prune(struct steps *s)
{
	steps_files_prune(&s->files, s->store);
}
