/* daemon/steps.h: runners, whose claims and results outlive the daemon. */
#include "daemon/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "executor/key.h"
#include "procedure/run.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/sim.h"

#define ATTEMPTS_MAX 4096
#define STEP_TIMEOUT_MS 30000
#define STATUS_HARMLESS 75 /* retry_on: nothing was done */

enum stage {
	STAGE_ASKED,   /* the request is on its way to the runner */
	STAGE_RUNNING, /* claimed */
	STAGE_DONE,    /* there is a result */
	STAGE_DEAD,    /* claimed, and nobody will ever write one */
	STAGE_NEVER,   /* taken back, or gone with the daemon, before a claim */
};

struct attempt {
	char key_text[KEY_BYTES];
	struct key key;
	unsigned service;
	char procedure[64];
	char version[64], target[64];
	char incident[ULID_BYTES];
	char told[TOLD_MAX_BYTES + 1];
	bool is_ordered;
	enum stage stage;
	bool is_withdrawn;
	bool has_switched; /* as a check would see */
	enum step_outcome outcome;
	int exit_status;
	int64_t started_ms, ended_ms, not_after_ms;
	struct loop_timer *timer; /* the world's */
	/* Of the daemon of that life. */
	unsigned life;
	struct loop_timer *telling;
	steps_ended *ended;
	void *arg;
};

struct steps {
	struct loop *loop;
};

static struct attempt *attempts[ATTEMPTS_MAX];
static size_t attempt_count;

static struct attempt *
find(const char *key)
{
	for (size_t i = attempt_count; i > 0; i--)
		if (strcmp(attempts[i - 1]->key_text, key) == 0)
			return attempts[i - 1];
	return NULL;
}

static void
tell(void *arg)
{
	struct attempt *a = arg;
	steps_ended *ended = a->ended;
	struct result r = {
		.key = a->key_text,
		.outcome = step_outcome_word(a->outcome),
		.reason = "as it went",
		.exit_status = a->exit_status,
		.started_ms = a->started_ms,
		.ended_ms = a->ended_ms,
	};

	a->ended = NULL;
	if (ended != NULL)
		ended(a->arg, &r);
}

/* The daemon that waits for it hears of it soon. */
static void
tell_soon(struct attempt *a)
{
	if (a->ended != NULL && a->life == sim.life && sim.is_up)
		loop_timer_start(a->telling, span_between(1, 40));
}

static void
is_over(struct attempt *a, enum stage stage, enum step_outcome outcome)
{
	a->stage = stage;
	a->outcome = outcome;
	a->exit_status = 0;
	if (outcome != STEP_DONE)
		a->exit_status = one_in(2) ? 1 : STATUS_HARMLESS;
	a->ended_ms = sim.now_ms;
	loop_timer_stop(a->timer);
	if (stage != STAGE_NEVER)
		oracle_step_over(a->incident, a->key_text, outcome,
		    a->exit_status == STATUS_HARMLESS);
	tell_soon(a);
}

static bool
is_switch(const struct attempt *a)
{
	const char *label = estate_step(0, a->procedure, a->key.step);

	return label != NULL && strcmp(label, "switch") == 0;
}

static void
take_effect(struct attempt *a, bool is_done)
{
	if (a->key.undo > 0 && is_done) {
		truth_switched(a->service, a->version);
		return;
	}
	if (is_switch(a) && (is_done || one_in(3))) {
		truth_switched(a->service, a->target);
		a->has_switched = true;
	}
	if (is_done && strcmp(a->procedure, "bounce") == 0)
		truth_restarted(a->service);
}

/* The check looks at what the attempt before it has done. */
static void
check_ends(struct attempt *a)
{
	struct key step = a->key;
	char text[KEY_BYTES];
	const struct attempt *of;
	bool cannot_tell = one_in(12);

	step.check = 0;
	key_text(&step, text);
	of = find(text);
	is_over(a, STAGE_DONE,
	    !cannot_tell && of != NULL && of->has_switched ? STEP_DONE :
							     STEP_FAILED);
	a->exit_status = cannot_tell ? 2 : a->outcome != STEP_DONE;
}

static void
on_end(void *arg)
{
	struct attempt *a = arg;
	uint64_t luck = roll(100);

	if (a->key.check > 0) {
		check_ends(a);
		return;
	}
	if (sim.is_quiet || luck < 84) {
		take_effect(a, true);
		is_over(a, STAGE_DONE, STEP_DONE);
		return;
	}
	take_effect(a, false);
	if (luck < 92)
		is_over(a, STAGE_DONE, STEP_FAILED);
	else if (luck < 96)
		is_over(a, STAGE_DONE, STEP_TIMED_OUT);
	else
		is_over(a, STAGE_DEAD, STEP_INTERRUPTED);
}

static void
on_claim(void *arg)
{
	struct attempt *a = arg;
	struct oracle_effect effect = { .service = a->service,
		.incident = a->incident,
		.run = a->key.run,
		.key = a->key_text,
		.procedure = a->procedure,
		.target = a->target,
		.step = a->key.step,
		.attempt = a->key.attempt,
		.is_check = a->key.check > 0,
		.is_undo = a->key.undo > 0,
		.is_ordered = a->is_ordered,
		.told = a->told };

	if (a->stage == STAGE_RUNNING) {
		on_end(a);
		return;
	}
	if (a->is_withdrawn || (a->life != sim.life && one_in(2))) {
		is_over(a, STAGE_NEVER, STEP_WITHDRAWN);
		return;
	}
	if (sim.now_ms > a->not_after_ms) {
		is_over(a, STAGE_DONE, STEP_REFUSED);
		return;
	}
	a->stage = STAGE_RUNNING;
	a->started_ms = sim.now_ms;
	sim.effects++;
	oracle_does(&effect);
	loop_timer_start(
	    a->timer, one_in(20) ? STEP_TIMEOUT_MS : span_between(50, 9000));
}

static struct attempt *
make(const struct request *r)
{
	struct attempt *a = calloc(1, sizeof(*a));

	if (a == NULL || attempt_count == ATTEMPTS_MAX)
		abort();
	if (!key_parse(r->key, &a->key))
		breach("an odd key %s", r->key);
	(void)snprintf(a->key_text, sizeof(a->key_text), "%s", r->key);
	(void)snprintf(a->procedure, sizeof(a->procedure), "%s", r->procedure);
	(void)snprintf(a->incident, sizeof(a->incident), "%s", r->incident);
	(void)snprintf(a->version, sizeof(a->version), "%s",
	    r->version == NULL ? "" : r->version);
	(void)snprintf(a->target, sizeof(a->target), "%s",
	    r->target_version == NULL ? "" : r->target_version);
	(void)snprintf(
	    a->told, sizeof(a->told), "%s", r->told == NULL ? "" : r->told);
	a->service = estate_find(r->service);
	a->is_ordered = strcmp(r->cause, "operator") == 0;
	a->timer = world_timer(on_claim, a);
	attempts[attempt_count++] = a;
	return a;
}

static void
ask(struct steps *s, struct attempt *a, steps_ended *ended, void *arg)
{
	a->life = sim.life;
	a->ended = ended;
	a->arg = arg;
	a->telling = loop_timer_new(s->loop, tell, a);
}

static void
start(struct attempt *a)
{
	a->stage = STAGE_ASKED;
	a->is_withdrawn = false;
	a->not_after_ms = sim.now_ms + STEPS_NOT_AFTER_MS;
	loop_timer_start(a->timer, span_between(2, 60));
}

void
steps_pin(struct steps *s, const char *run, const struct text *text)
{
	(void)s;
	(void)run;
	(void)text;
}

bool
steps_start(
    struct steps *s, const struct request *r, steps_ended *ended, void *arg)
{
	struct attempt *a;

	if (find(r->key) != NULL) {
		breach("%s is asked for again", r->key);
		return false;
	}
	oracle_starts(r->incident, r->key);
	a = make(r);
	ask(s, a, ended, arg);
	start(a);
	return true;
}

bool
steps_adopt(struct steps *s, const struct request *r, bool is_wanted,
    steps_ended *ended, void *arg)
{
	struct attempt *a = find(r->key);

	if (a == NULL) {
		a = make(r);
		a->stage = STAGE_NEVER;
	}
	ask(s, a, ended, arg);
	switch (a->stage) {
	case STAGE_NEVER:
		if (is_wanted) {
			oracle_starts(r->incident, r->key);
			start(a);
			return true;
		}
		a->outcome = STEP_WITHDRAWN;
		break;
	case STAGE_ASKED:
		a->is_withdrawn = !is_wanted;
		return true;
	case STAGE_RUNNING:
		return true;
	case STAGE_DEAD:
		a->outcome = STEP_INTERRUPTED;
		break;
	case STAGE_DONE:
		break;
	}
	tell_soon(a);
	return true;
}

void
steps_withdraw(struct steps *s, const char *key)
{
	struct attempt *a = find(key);

	(void)s;
	if (a != NULL)
		a->is_withdrawn = true;
}

void
steps_reboot(void)
{
	for (size_t i = 0; i < attempt_count; i++)
		if (attempts[i]->stage == STAGE_RUNNING)
			is_over(attempts[i], STAGE_DEAD, STEP_INTERRUPTED);
		else if (attempts[i]->stage == STAGE_ASKED)
			is_over(attempts[i], STAGE_NEVER, STEP_WITHDRAWN);
}

unsigned
steps_running(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < attempt_count; i++)
		count += attempts[i]->stage == STAGE_RUNNING;
	return count;
}

void
steps_reset(void)
{
	for (size_t i = 0; i < attempt_count; i++) {
		loop_timer_free(attempts[i]->timer);
		free(attempts[i]);
	}
	attempt_count = 0;
}

struct sending {
	struct loop_timer *timer;
	steps_helper_done *done;
	void *arg;
	char *body;
};

static void
on_sent(void *arg)
{
	struct sending it = *(struct sending *)arg;
	bool ok = sim.is_quiet || !one_in(15);

	loop_timer_free(it.timer);
	free(arg);
	if (ok)
		oracle_sent(it.body);
	free(it.body);
	it.done(it.arg, ok, ok ? NULL : "exit status 1");
}

bool
steps_helper(struct steps *s, const char *id, const char *const *argv,
    int64_t timeout_ms, const char *body, steps_helper_done *done, void *arg)
{
	struct sending *it = calloc(1, sizeof(*it));

	(void)id;
	(void)argv;
	(void)timeout_ms;
	if (it == NULL || (it->body = strdup(body)) == NULL)
		abort();
	it->done = done;
	it->arg = arg;
	it->timer = loop_timer_new(s->loop, on_sent, it);
	loop_timer_start(it->timer, span_between(5, 400));
	return true;
}

struct steps *
steps_new(struct loop *loop, struct store *store,
    const struct steps_settings *settings, struct error *err)
{
	struct steps *s = calloc(1, sizeof(*s));

	(void)store;
	(void)settings;
	(void)err;
	if (s == NULL)
		abort();
	s->loop = loop;
	return s;
}

void
steps_free(struct steps *s)
{
	for (size_t i = 0; i < attempt_count; i++) {
		attempts[i]->ended = NULL;
		loop_timer_free(attempts[i]->telling);
		attempts[i]->telling = NULL;
	}
	free(s);
}

bool
steps_configure(
    struct steps *s, const char *config_folder, int64_t kill_grace_ms)
{
	(void)s;
	(void)config_folder;
	(void)kill_grace_ms;
	return true;
}

bool
steps_run(struct steps *s, const char *id, const char *const *argv,
    int64_t timeout_ms, int64_t kill_grace_ms, steps_ran *ran, void *arg)
{
	(void)s;
	(void)id;
	(void)argv;
	(void)timeout_ms;
	(void)kill_grace_ms;
	(void)ran;
	(void)arg;
	return false;
}

bool
steps_can_act(struct steps *s, struct error *err)
{
	(void)s;
	(void)err;
	return true;
}

bool
steps_can_start(const struct steps *s, struct error *err)
{
	(void)s;
	(void)err;
	return true;
}

struct trial {
	struct loop_timer *timer;
	steps_tried *tried;
	void *arg;
};

static void
on_tried(void *arg)
{
	struct trial it = *(struct trial *)arg;
	struct steps_trial_result all_is_well = { NULL, NULL };

	loop_timer_free(it.timer);
	free(arg);
	it.tried(it.arg, &all_is_well);
}

void
steps_try(struct steps *s, const char *digest, steps_tried *tried, void *arg)
{
	struct trial *it = calloc(1, sizeof(*it));

	(void)digest;
	if (it == NULL)
		abort();
	it->tried = tried;
	it->arg = arg;
	it->timer = loop_timer_new(s->loop, on_tried, it);
	loop_timer_start(it->timer, span_between(5, 400));
}

enum steps_mode
steps_mode(const struct steps *s)
{
	(void)s;
	return STEPS_DIRECT;
}

unsigned
steps_active(const struct steps *s)
{
	(void)s;
	return steps_running();
}

void
steps_prune(struct steps *s)
{
	(void)s;
}
