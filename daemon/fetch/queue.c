/*
 * What may start at once, what has to wait, and how late our own loop is.
 *
 * A new connection costs as much as several questions on one that is there.
 * After a restart, or when a thousand servers have hung up at once, opening
 * all of them at once would make every answer late by our own fault: so they
 * are opened at a pace, which slows down while the loop is late.
 */
#include "daemon/fetch/fetch_impl.h"

/* Lateness below this is the grain of timers, not lag. */
#define LATE_MIN_MS 20
#define PUMP_MS 10
/* For a new connection, whatever the timeout. */
#define WAIT_MIN_MS 5000
/* Our own work for new connections, of each second, and at once. */
#define WORK_MAX_US 800000
#define WORK_MIN_US 160000
#define WORK_STEP_US 40000
#define BURST_US 16000
#define REFILL_MAX_US 1000000
/* What one of them takes, about. */
#define LEAN_US 50
#define CURL_US 125
#define TLS_US 600

static void
refill(struct fetch *f)
{
	int64_t now_us = fetch_clock_us();
	int64_t since_us = now_us - f->refilled_us;

	/* After a suspend it may be anything. */
	if (since_us > REFILL_MAX_US)
		since_us = REFILL_MAX_US;
	if (f->work_us == 0) {
		f->work_us = WORK_MAX_US;
		f->work_left_us = BURST_US;
	} else
		f->work_left_us += since_us * f->work_us / 1000000;
	if (f->work_left_us > BURST_US)
		f->work_left_us = BURST_US;
	f->refilled_us = now_us;
}

static int64_t
cost_us(const struct fetch_target *t)
{
	if (t->form->origin.is_https)
		return TLS_US;
	return t->engine->name == FETCH_LEAN ? LEAN_US : CURL_US;
}

/* As far as we know: the engine may find that a connection has died. */
static bool
needs_connection(const struct fetch_target *t)
{
	return t->q->fresh || t->form->is_fresh || t->engine->would_connect(t);
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
	if (f->work_left_us <= 0)
		return false;
	f->work_left_us -= cost_us(t);
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
	f->work_us = late > 0 ? f->work_us / 2 : f->work_us + WORK_STEP_US;
	if (f->work_us > WORK_MAX_US)
		f->work_us = WORK_MAX_US;
	if (f->work_us < WORK_MIN_US)
		f->work_us = WORK_MIN_US;
}

/* What is waited for by a person or a rollback goes before what is polled. */
static struct fetch_queue *
queue_of(const struct fetch_question *q)
{
	struct fetch *f = q->target->fetch;

	return q->fresh ? &f->fresh : &f->queue;
}

static struct fetch_question *
first_waiting(const struct fetch *f)
{
	return f->fresh.first != NULL ? f->fresh.first : f->queue.first;
}

/*
 * Late is better than lost where it is but the pace that is waited for: there
 * would be no question in its place.
 */
static bool
has_waited_too_long(const struct fetch *f, const struct fetch_question *q)
{
	int64_t left_ms = question_left_ms(q);

	if (left_ms > 0)
		return false;
	return q->fresh || f->in_flight >= f->in_flight_max ||
	    left_ms <= q->timeout_ms - WAIT_MIN_MS;
}

static void
expire(struct fetch *f, const struct fetch_queue *queue)
{
	struct fetch_question *q;

	/* Whatever the callback does, expiring stands on one that waits. */
	f->expiring = queue->first;
	while ((q = f->expiring) != NULL) {
		f->expiring = q->next;
		if (has_waited_too_long(f, q))
			question_out_of_time(q->target);
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
	if (f->kept_now < f->kept_max)
		f->kept_now++;
	expire(f, &f->fresh);
	expire(f, &f->queue);
	queue_start(f);
	if (f->in_flight > 0 || first_waiting(f) != NULL)
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

static void
enqueue(struct fetch_question *q)
{
	struct fetch_queue *queue = queue_of(q);

	q->next = NULL;
	q->before = queue->last;
	if (queue->last == NULL)
		queue->first = q;
	else
		queue->last->next = q;
	queue->last = q;
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
	enqueue(q);
	if (!loop_timer_runs(f->pump))
		loop_timer_start(f->pump, PUMP_MS);
}

void
queue_leave(struct fetch_question *q)
{
	struct fetch_queue *queue = queue_of(q);
	struct fetch *f = q->target->fetch;

	if (f->expiring == q)
		f->expiring = q->next;
	if (q->before == NULL)
		queue->first = q->next;
	else
		q->before->next = q->next;
	if (q->next == NULL)
		queue->last = q->before;
	else
		q->next->before = q->before;
}

void
queue_start(struct fetch *f)
{
	struct fetch_question *q;

	while ((q = first_waiting(f)) != NULL && may_start(q->target)) {
		queue_leave(q);
		question_begin(q->target);
	}
	if (q != NULL && !loop_timer_runs(f->pump))
		loop_timer_start(f->pump, PUMP_MS);
}
