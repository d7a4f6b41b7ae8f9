/*
 * What may start at once, what has to wait, and how late our own loop is.
 *
 * A new connection costs as much as ten questions on one that is there.
 * After a restart, or when a thousand servers have hung up at once, opening
 * all of them at once would make every answer late by our own fault: so they
 * are opened at a pace, which slows down while the loop is late.
 */
#include "daemon/fetch/fetch_impl.h"

/* Lateness below this is the grain of timers, not lag. */
#define LATE_MIN_MS 20
#define PUMP_MS 10
/* New connections a second, and at once. */
#define PACE_MAX 3000
#define PACE_MIN 200
#define PACE_STEP 200
#define BURST 200
#define MILLI 1000 /* what is left is counted in thousandths */

static void
refill(struct fetch *f)
{
	int64_t now_ms = fetch_clock_ms();

	if (f->pace == 0) {
		f->pace = PACE_MAX;
		f->connects_left = BURST * MILLI;
	} else
		f->connects_left += (now_ms - f->refilled_ms) * f->pace;
	if (f->connects_left > BURST * MILLI)
		f->connects_left = BURST * MILLI;
	f->refilled_ms = now_ms;
}

/* As far as we know: the engine may find that a connection has died. */
static bool
needs_connection(const struct fetch_target *t)
{
	return t->q->fresh || t->form->settings->fresh_connection ||
	    t->engine->would_connect(t);
}

/* Takes from the budget what it lets through. */
static bool
may_start(struct fetch_target *t)
{
	struct fetch *f = t->fetch;

	if (f->in_flight >= f->in_flight_max)
		return false;
	if (!needs_connection(t))
		return true;
	refill(f);
	if (f->connects_left < MILLI)
		return false;
	f->connects_left -= MILLI;
	return true;
}

static int64_t
late_ms(const struct fetch *f)
{
	int64_t late = fetch_clock_ms() - f->tick_due_ms;

	return late < LATE_MIN_MS ? 0 : late;
}

static void
adapt_pace(struct fetch *f, int64_t late)
{
	refill(f);
	f->pace = late > 0 ? f->pace / 2 : f->pace + PACE_STEP;
	if (f->pace > PACE_MAX)
		f->pace = PACE_MAX;
	if (f->pace < PACE_MIN)
		f->pace = PACE_MIN;
}

static void
expire(struct fetch *f)
{
	struct fetch_question *q = f->queue_first;

	while (q != NULL) {
		if (question_left_ms(q) > 0) {
			q = q->next;
			continue;
		}
		question_out_of_time(q->target);
		q = f->queue_first; /* whatever the callback did */
	}
}

static void
start_tick(struct fetch *f)
{
	if (loop_timer_runs(f->tick))
		return;
	f->tick_due_ms = fetch_clock_ms() + LAG_TICK_MS;
	loop_timer_start(f->tick, LAG_TICK_MS);
}

static void
on_tick(void *arg)
{
	struct fetch *f = arg;
	int64_t late = late_ms(f);

	fetch_enter(f);
	f->lag_ms += late;
	adapt_pace(f, late);
	expire(f);
	queue_start(f);
	if (f->in_flight > 0 || f->queue_first != NULL)
		start_tick(f);
	fetch_leave(f);
}

static void
on_pump(void *arg)
{
	struct fetch *f = arg;

	fetch_enter(f);
	queue_start(f);
	fetch_leave(f);
}

bool
queue_init(struct fetch *f)
{
	f->tick = loop_timer_new(f->loop, on_tick, f);
	f->pump = loop_timer_new(f->loop, on_pump, f);
	return f->tick != NULL && f->pump != NULL;
}

void
queue_close(struct fetch *f)
{
	loop_timer_free(f->tick);
	loop_timer_free(f->pump);
}

int64_t
fetch_lag_ms(const struct fetch *f)
{
	return f->lag_ms + (loop_timer_runs(f->tick) ? late_ms(f) : 0);
}

void
queue_ask(struct fetch_target *t)
{
	struct fetch *f = t->fetch;
	struct fetch_question *q = t->q;

	start_tick(f);
	if (may_start(t)) {
		question_begin(t);
		return;
	}
	q->state = FETCH_QUEUED;
	q->sent_us = fetch_clock_us();
	q->asked_ms = loop_now_ms(f->loop);
	q->next = NULL;
	if (f->queue_last == NULL)
		f->queue_first = q;
	else
		f->queue_last->next = q;
	f->queue_last = q;
	if (!loop_timer_runs(f->pump))
		loop_timer_start(f->pump, PUMP_MS);
}

void
queue_leave(struct fetch_question *q)
{
	struct fetch *f = q->target->fetch;
	struct fetch_question *before = NULL, *at = f->queue_first;

	while (at != q) {
		before = at;
		at = at->next;
	}
	if (before == NULL)
		f->queue_first = q->next;
	else
		before->next = q->next;
	if (f->queue_last == q)
		f->queue_last = before;
}

void
queue_start(struct fetch *f)
{
	while (f->queue_first != NULL && may_start(f->queue_first->target)) {
		struct fetch_question *q = f->queue_first;

		queue_leave(q);
		question_begin(q->target);
	}
	if (f->queue_first != NULL && !loop_timer_runs(f->pump))
		loop_timer_start(f->pump, PUMP_MS);
}
