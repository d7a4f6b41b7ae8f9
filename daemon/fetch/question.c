/* One question: from its beginning to its end. */
#include <stdlib.h>

#include "daemon/fetch/fetch_impl.h"

#define REQUEST_TIMEOUT 408

static const struct failure no_memory = { SAMPLE_LOST, "local.memory" };
static const struct failure lag = { SAMPLE_LOST, "local.lag" };

/* The end by the clock */

/* What was taken from the target is given back, once. */
static bool
extend(struct fetch_question *q)
{
	int64_t late_ms = question_held_up_ms(q->target);

	if (q->is_extended || late_ms <= LAG_MAX_MS)
		return false;
	q->is_extended = true;
	question_wake(q, late_ms < q->timeout_ms ? late_ms : q->timeout_ms);
	return true;
}

/* What came in time is an answer, even if we did not look so far. */
static bool
look_again(struct fetch_question *q)
{
	const struct fetch_target *t = q->target;

	if (q->is_looked || q->state != FETCH_SENT ||
	    t->engine->has_unread == NULL || !t->engine->has_unread(t))
		return false;
	q->is_looked = true;
	question_wake(q, 0);
	return true;
}

static void
on_deadline(void *arg)
{
	struct fetch_question *q = arg;
	struct fetch_target *t = q->target;
	struct fetch *f = t->fetch;
	int64_t left_ms = question_left_ms(q);

	fetch_enter(f);
	if (q->state == FETCH_SETTLED)
		question_finish(t, &q->settled);
	else if (left_ms > 0)
		question_wake(q, left_ms);
	else if (!look_again(q) && !extend(q))
		question_time_is_up(t);
	fetch_leave(f);
}

/* The way to the engine */

/* The answer is known at once, but is told from the loop alone. */
static void
settle(struct fetch_target *t, const struct failure *failure, const char *words)
{
	t->q->state = FETCH_SETTLED;
	t->q->settled = question_because(failure, words);
	question_wake(t->q, 0);
}

static void
send_request(struct fetch_target *t, const struct resolver_answer *answer)
{
	const char *words = "";
	const struct failure *trouble = t->engine->start(t, answer, &words);

	if (trouble != NULL)
		settle(t, trouble, words);
	else
		t->q->state = FETCH_SENT;
}

/* Names */

static const struct fetch_origin *
current_origin(const struct fetch_target *t)
{
	return t->q->next_url == NULL ? &t->form->origin : &t->q->next_origin;
}

static void
use_name(struct fetch_target *t, const struct resolver_answer *answer)
{
	if (answer->status == RESOLVER_OK)
		send_request(t, answer);
	else
		settle(
		    t, &name_failures[answer->status], current_origin(t)->host);
}

static void
on_name(void *arg, const struct resolver_answer *answer)
{
	struct fetch_target *t = arg;

	t->q->lookup = NULL;
	t->q->resolve_ms +=
	    (double)(fetch_clock_us() - t->q->lookup_us) / 1000.0;
	use_name(t, answer);
}

static void
ask_name(struct fetch_target *t)
{
	const struct fetch_origin *origin = current_origin(t);
	struct resolver *resolver = t->fetch->resolver;
	const struct resolver_answer *known;

	if (origin->is_literal) {
		send_request(t, NULL);
		return;
	}
	known = resolver_known(resolver, origin->host);
	if (known != NULL) {
		use_name(t, known);
		return;
	}
	t->q->state = FETCH_RESOLVING;
	t->q->lookup_us = fetch_clock_us();
	t->q->lookup = resolver_ask(resolver, origin->host, on_name, t);
	if (t->q->lookup == NULL)
		settle(t, &no_memory, "");
}

/* Once more, on a new connection */

static void
put_again(struct fetch_target *t)
{
	t->engine->stop(t);
	t->q->retried = true;
	t->fetch->counts.retried++;
	ask_name(t);
}

/*
 * "Request Timeout" on a kept connection: the server was tired of waiting for
 * a question and said so just when ours was on its way.
 */
static bool
is_for_nobody(const struct fetch_target *t)
{
	return !t->q->retried && t->engine->status(t) == REQUEST_TIMEOUT &&
	    t->engine->phases(t).connect_ms == 0.0;
}

/* Public functions */

int64_t
question_left_ms(const struct fetch_question *q)
{
	return q->timeout_ms - (fetch_clock_us() - q->sent_us) / 1000;
}

int64_t
question_held_up_ms(const struct fetch_target *t)
{
	int64_t late_ms = fetch_lag_ms(t->fetch) - t->q->lag_before_ms;
	int64_t over_ms = -question_left_ms(t->q);

	return over_ms > late_ms ? over_ms : late_ms;
}

/* Without the memory for a queue of its own it only looks too often. */
void
question_wake(struct fetch_question *q, int64_t delay_ms)
{
	struct fetch *f = q->target->fetch;
	struct loop_queue *queue = NULL;

	if (delay_ms == q->timeout_ms)
		queue = loop_queue_of(f->loop, delay_ms);
	else if (delay_ms > 0)
		queue = loop_queue_about(f->loop, delay_ms);
	if (queue == NULL)
		queue = f->at_once;
	loop_queue_start(queue, &q->deadline, on_deadline, q);
}

void
question_begin(struct fetch_target *t)
{
	struct fetch_question *q = t->q;

	t->fetch->in_flight++;
	q->asked_ms = loop_now_ms(t->fetch->loop);
	q->sent_us = fetch_clock_us();
	q->lag_before_ms = fetch_lag_ms(t->fetch);
	q->method = t->form->method;
	question_wake(q, q->timeout_ms);
	ask_name(t);
}

void
question_drop(struct fetch_target *t)
{
	struct fetch_question *q = t->q;

	if (q == NULL)
		return;
	resolver_cancel(q->lookup);
	if (q->state == FETCH_SENT)
		t->engine->stop(t);
	if (q->next_url != NULL) {
		free(q->next_url);
		origin_free(&q->next_origin);
	}
	loop_queue_stop(&q->deadline);
	if (q->state == FETCH_QUEUED)
		queue_leave(q);
	else
		t->fetch->in_flight--;
	question_free(t);
}

void
question_out_of_time(struct fetch_target *t)
{
	t->fetch->counts.late++;
	question_failed(t, &lag, "waited too long for its turn");
}

void
question_onward(struct fetch_target *t)
{
	t->engine->stop(t);
	ask_name(t);
}

void
question_ended(struct fetch_target *t, enum fetch_ending ending,
    const struct failure *failure, const char *words)
{
	switch (ending) {
	case ENDING_ANSWER:
		if (is_for_nobody(t))
			put_again(t);
		else
			question_answered(t);
		break;
	case ENDING_TIME:
		question_time_is_up(t);
		break;
	case ENDING_DIED:
		put_again(t);
		break;
	case ENDING_FAILED:
		question_failed(t, failure, words);
		break;
	}
}
