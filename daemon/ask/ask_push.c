/*
 * A heartbeat.  Each poll waits for one beat: it is told the moment it comes,
 * or that it is missing.  More beats than polls are told as one sample, so
 * that whoever beats in a loop makes no verdict by numbers.
 */
#include <math.h>
#include <stdlib.h>

#include "daemon/ask/ask_impl.h"
#include "probe/push.h"
#include "probe/push_settings.h"

/*
 * When our own loop was late, a beat may wait in the socket: it gets the time
 * to be read.
 */
#define LAG_MAX_MS 100
#define READ_MS 1000

struct ask_push {
	struct asker base;
	struct loop *loop;
	const struct probe_settings *settings;
	struct push heard;
	struct loop_timer *timer;
	bool is_polled;
	bool is_busy;
	bool is_settled; /* the sample is there, to be told next turn */
	bool was_late;
	bool waits_for_fresh;
	int64_t asked_ms; /* of a fresh one */
	int64_t due_ms;   /* of the timer */
	asker_done *done;
	void *arg;
	struct sample sample;
	double value;
};

static int64_t
allowed_ms(const struct ask_push *a)
{
	return push_allowed_ms(a->settings);
}

static void
arm(struct ask_push *a, int64_t due_ms)
{
	int64_t now_ms = loop_now_ms(a->loop);

	a->due_ms = due_ms;
	loop_timer_start(a->timer, due_ms > now_ms ? due_ms - now_ms : 0);
}

/* Told next turn; the value is ours. */
static void
settle(struct ask_push *a, const struct sample *s)
{
	a->sample = *s;
	if (s->value_count > 0)
		a->value = s->values[0];
	a->is_settled = true;
	loop_timer_start(a->timer, 0);
}

static void
tell(struct ask_push *a)
{
	struct sample s = a->sample;
	double value = a->value;

	if (s.value_count > 0)
		s.values = &value;
	a->is_busy = false;
	a->done(a->arg, &s); /* a may be gone now */
}

static void
on_timer(void *arg)
{
	struct ask_push *a = arg;
	int64_t now_ms = loop_now_ms(a->loop);
	struct sample s;

	if (a->is_settled) {
		tell(a);
		return;
	}
	if (now_ms - a->due_ms > LAG_MAX_MS && !a->was_late) {
		a->was_late = true;
		arm(a, now_ms + READ_MS);
		return;
	}
	push_silence(&a->heard, now_ms, &s);
	if (a->waits_for_fresh)
		s.asked_ms = a->asked_ms;
	settle(a, &s);
}

/* What is known now, for somebody who does not wait. */
static void
settle_by_hand(struct ask_push *a)
{
	int64_t now_ms = loop_now_ms(a->loop);
	struct push heard = a->heard;
	struct sample s;

	if (now_ms >= push_missing_ms(&heard, allowed_ms(a)))
		push_silence(&heard, now_ms, &s);
	else if (!push_last(&heard, &s))
		push_unknown(&heard, now_ms, &s);
	settle(a, &s);
}

static void
wait_for_fresh(struct ask_push *a)
{
	a->waits_for_fresh = true;
	a->asked_ms = loop_now_ms(a->loop);
	a->heard.is_pending = false;
	arm(a, a->asked_ms + allowed_ms(a));
}

static bool
ask(struct asker *self, int64_t timeout_ms, bool fresh, asker_done *done,
    void *arg)
{
	struct ask_push *a = (struct ask_push *)self;
	struct sample s;

	(void)timeout_ms; /* it is the grace of a beat, see allowed_ms() */
	if (a->is_busy)
		return false;
	a->is_busy = true;
	a->is_settled = a->was_late = a->waits_for_fresh = false;
	a->done = done;
	a->arg = arg;
	if (fresh)
		wait_for_fresh(a);
	else if (!a->is_polled)
		settle_by_hand(a);
	else if (push_take(&a->heard, &s))
		settle(a, &s);
	else
		arm(a, push_missing_ms(&a->heard, allowed_ms(a)));
	return true;
}

static void
begin(struct asker *self, bool is_polled)
{
	struct ask_push *a = (struct ask_push *)self;
	int64_t now_ms = loop_now_ms(a->loop);

	a->is_polled = is_polled;
	push_begin(&a->heard, now_ms);
	if (a->is_busy && !a->is_settled)
		arm(a, now_ms + allowed_ms(a));
}

static void
hear(struct asker *self, const struct beat *beat)
{
	struct ask_push *a = (struct ask_push *)self;
	struct sample s;

	push_beat(&a->heard, beat);
	if (a->is_busy && !a->is_settled && push_take(&a->heard, &s))
		settle(a, &s);
}

static bool
is_busy(const struct asker *self)
{
	return ((const struct ask_push *)self)->is_busy;
}

static void
resettle(struct asker *self, const struct probe_settings *settings)
{
	((struct ask_push *)self)->settings = settings;
}

static void
release(struct asker *self)
{
	struct ask_push *a = (struct ask_push *)self;

	loop_timer_free(a->timer);
	free(a);
}

static const struct asker_ops ops = {
	.ask = ask,
	.is_busy = is_busy,
	.resettle = resettle,
	.release = release,
	.begin = begin,
	.beat = hear,
};

struct asker *
ask_push_new(const struct asker_wish *wish, struct error *err)
{
	struct ask_push *a = calloc(1, sizeof(*a));

	if (a != NULL) {
		a->base.ops = &ops;
		a->loop = wish->tools->loop;
		a->settings = wish->settings;
		push_begin(&a->heard, loop_now_ms(a->loop));
		a->timer = loop_timer_new(a->loop, on_timer, a);
		if (a->timer != NULL)
			return &a->base;
	}
	free(a);
	(void)error_set(err, "no memory for probe %s", wish->settings->name);
	return NULL;
}
