#include "daemon/steps_attempt.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/step/state.h"
#include "procedure/run.h"

/* A runner that ends without a claim is started again after this. */
#define RETRY_MS 1000
/* A claim that stays cut is looked after by a reaper. */
#define CUT_WAIT_MS 3000
/* A reaper needs its grace and then as long as killing may take. */
#define REAPER_WAIT_MS 70000

static int64_t
waited_ms(const struct attempt *a)
{
	return loop_now_ms(a->steps->loop) - a->since_ms;
}

static void
send_runner(struct attempt *a)
{
	const struct steps *s = a->steps;
	const struct link_order order = { .kind = LINK_RUNNER,
		.id = a->id,
		.name = a->key,
		.config_folder = s->config_folder,
		.state_folder = s->state_folder,
		.kill_grace_ms = s->kill_grace_ms };

	a->is_dead = false;
	a->trouble.text[0] = '\0';
	/* When it cannot be sent, the next try comes by the clock. */
	a->runner_ended = !link_send(s->link, &order);
	a->runner_status = -1;
}

/* A link that will soon be up again is no reason to give up. */
static bool
is_awaiting_link(const struct attempt *a)
{
	const struct steps *s = a->steps;
	struct error ignored;

	return loop_now_ms(s->loop) - a->first_ms <
	    link_down_wait_ms(s->link) &&
	    !link_is_up(s->link, &ignored);
}

static void
send_reaper(struct attempt *a)
{
	const struct steps *s = a->steps;
	const struct link_order order = { .kind = LINK_REAPER,
		.id = a->id,
		.name = a->key,
		.state_folder = s->state_folder,
		.kill_grace_ms = s->kill_grace_ms };

	a->state = ATTEMPT_REAPING;
	a->since_ms = loop_now_ms(s->loop);
	a->is_dead = false;
	a->runner_ended = !link_send(s->link, &order);
}

/* Says why no runner took the key. */
static void
give_up(struct attempt *a)
{
	struct error why;

	if (!link_is_up(a->steps->link, &why))
		;
	else if (a->trouble.text[0] != '\0')
		why = a->trouble;
	else if (!a->runner_ended)
		(void)error_set(&why, "nothing was heard of it");
	else if (a->runner_status == STEP_EXIT_STORAGE)
		(void)error_set(&why, "it cannot store its claim");
	else
		(void)error_set(
		    &why, "it ended with status %ld", a->runner_status);
	attempt_over(
	    a, step_outcome_word(STEP_REFUSED), "runner did not start", &why);
}

/*
 * Nobody has claimed it.  Taken back means: the request goes first, then the
 * claim is looked for; the runner claims first, then looks for the request.
 * One of the two sees the other.
 */
static void
look_unclaimed(struct attempt *a)
{
	int64_t patience_ms =
	    a->runner_ended ? RETRY_MS : link_claim_wait_ms(a->steps->link);

	if (a->withdrawn) {
		attempt_over(a, step_outcome_word(STEP_WITHDRAWN),
		    "taken back before it was started", NULL);
		return;
	}
	if (waited_ms(a) < patience_ms || is_awaiting_link(a))
		return;
	if (a->tries < STEPS_TRIES_MAX) {
		attempt_start_runner(a);
		return;
	}
	steps_files_unask(&a->steps->files, a->key);
	if (steps_files_claim(&a->steps->files, a->key) == CLAIM_NONE)
		give_up(a);
}

/*
 * Who claimed it is a process of another user: PID 1 says whether its unit is
 * over, when asked after the claim was seen.
 */
static void
look_unit(struct attempt *a)
{
	a->state = ATTEMPT_RUNNING;
	a->since_ms = loop_now_ms(a->steps->loop);
	if (a->is_dead)
		send_reaper(a);
	else
		(void)link_follow(a->steps->link, a->id, a->key);
}

static void
look_claim(struct attempt *a)
{
	switch (steps_files_claim(&a->steps->files, a->key)) {
	case CLAIM_NONE:
		if (a->state == ATTEMPT_STARTING)
			look_unclaimed(a);
		else
			attempt_over(a, step_outcome_word(STEP_INTERRUPTED),
			    "its claim is gone", NULL);
		break;
	case CLAIM_ALIVE:
		a->state = ATTEMPT_RUNNING;
		a->since_ms = loop_now_ms(a->steps->loop);
		break;
	case CLAIM_THERE:
		look_unit(a);
		break;
	case CLAIM_CUT:
		if (waited_ms(a) >= CUT_WAIT_MS)
			send_reaper(a);
		break;
	case CLAIM_DEAD:
		send_reaper(a);
		break;
	}
}

static void
look_reaping(struct attempt *a)
{
	int64_t patience_ms = a->runner_ended ?
	    RETRY_MS :
	    a->steps->kill_grace_ms + REAPER_WAIT_MS;

	if (waited_ms(a) >= patience_ms)
		look_claim(a);
}

/* The attempt is gone when its owner is told. */
static void
tell(struct attempt *a, const struct result *result)
{
	steps_ended *ended = a->ended;
	void *arg = a->arg;

	steps_files_unask(&a->steps->files, a->key);
	attempt_free(a);
	ended(arg, result);
}

static void
tell_over(struct attempt *a)
{
	char key[KEY_BYTES];
	struct error reason = a->reason;
	const struct result result = {
		.key = key,
		.outcome = a->outcome,
		.reason = reason.text,
		.ended_ms = loop_now_ms(a->steps->loop),
		.tail = "",
	};

	(void)snprintf(key, sizeof(key), "%s", a->key);
	tell(a, &result);
}

static bool
tell_result(struct attempt *a)
{
	struct found_result *found = malloc(sizeof(*found));

	/* Short of memory: looked for again at the next tick. */
	if (found == NULL ||
	    !steps_files_result(&a->steps->files, a->key, found)) {
		free(found);
		return false;
	}
	tell(a, &found->result);
	free(found);
	return true;
}

bool
attempt_look(struct attempt *a)
{
	if (a->state == ATTEMPT_WRITING)
		return false;
	if (a->state == ATTEMPT_OVER) {
		tell_over(a);
		return true;
	}
	if (tell_result(a))
		return true;
	if (a->state == ATTEMPT_REAPING)
		look_reaping(a);
	else
		look_claim(a);
	/* Its result may have come between the two looks. */
	if (a->state == ATTEMPT_REAPING)
		return tell_result(a);
	return false;
}

void
attempt_start_runner(struct attempt *a)
{
	a->state = ATTEMPT_STARTING;
	a->since_ms = loop_now_ms(a->steps->loop);
	if (a->tries++ == 0)
		a->first_ms = a->since_ms;
	send_runner(a);
}

void
attempt_over(struct attempt *a, const char *outcome, const char *reason,
    const struct error *detail)
{
	a->state = ATTEMPT_OVER;
	a->outcome = outcome;
	if (detail != NULL)
		(void)error_set(&a->reason, "%s: %s", reason, detail->text);
	else
		(void)error_set(&a->reason, "%s", reason);
	loop_timer_start(a->steps->tick, 0);
}

void
attempt_withdraw(struct attempt *a)
{
	a->withdrawn = true;
	if (a->state == ATTEMPT_WRITING || a->state == ATTEMPT_OVER)
		return;
	steps_files_unask(&a->steps->files, a->key);
	loop_timer_start(a->steps->tick, 0);
}

void
attempt_free(struct attempt *a)
{
	LIST_REMOVE(a, link);
	a->steps->active--;
	link_drop(a->steps->link, LINK_RUNNER, a->id);
	link_drop(a->steps->link, LINK_REAPER, a->id);
	request_writing_cancel(a->writing);
	free(a);
}
