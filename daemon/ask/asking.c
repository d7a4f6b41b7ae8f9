#include "daemon/ask/asking.h"

#include <string.h>
#include <time.h>

#include "base/text.h"

#define TICK_MS 100
/* Later than this and a time-out is no longer the target's. */
#define LAG_MAX_MS 250

const struct failure asking_no_memory = { SAMPLE_LOST, "local.memory" };

double
asking_clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now); /* cannot fail */
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

double
asking_elapsed_ms(const struct asking *a)
{
	return asking_clock_ms() - a->sent_ms;
}

static void
arm(struct asking *a, double left_ms)
{
	int64_t wait_ms = left_ms < TICK_MS ? (int64_t)left_ms + 1 : TICK_MS;

	a->due_ms = (int64_t)asking_clock_ms() + wait_ms;
	loop_timer_start(a->tick, wait_ms);
}

static void
tell(struct asking *a)
{
	asker_done *done = a->done;
	void *arg = a->arg;
	struct sample s = a->sample;
	double value = a->value;

	if (s.value_count > 0)
		s.values = &value;
	a->is_busy = false;
	done(arg, &s); /* a may be gone now, or busy again */
}

struct probe_verdict
asking_verdict(const struct failure *failure, const char *words)
{
	struct probe_verdict v = { failure->outcome, failure->class, "" };
	struct text detail = text_over(v.detail, sizeof(v.detail));

	text_add_escaped(&detail, words, strlen(words));
	return v;
}

static void
time_is_up(struct asking *a)
{
	static const struct failure lag = { SAMPLE_LOST, "local.lag" };
	struct probe_verdict v = { SAMPLE_LOST, "local.lag", "" };

	if (a->lag_ms > LAG_MAX_MS && !a->is_extended) {
		/* What was taken from the target is given back, once. */
		a->is_extended = true;
		a->timeout_ms += a->lag_ms < (double)a->timeout_ms ?
		    (int64_t)a->lag_ms :
		    a->timeout_ms;
		a->lag_ms = 0;
		arm(a, TICK_MS);
		return;
	}
	if (a->lag_ms > LAG_MAX_MS)
		v = asking_verdict(&lag, "our own loop was late");
	else
		a->ops->time_is_up(a, &v);
	asking_settle(a, &v);
}

static void
on_tick(void *arg)
{
	struct asking *a = arg;
	double late_ms, left_ms;

	if (a->is_settled) {
		tell(a);
		return;
	}
	late_ms = asking_clock_ms() - (double)a->due_ms;
	left_ms = (double)a->timeout_ms - asking_elapsed_ms(a);
	/* A timer is never exact; only what adds up counts. */
	if (late_ms > TICK_MS)
		a->lag_ms += late_ms;
	if (left_ms > 0)
		arm(a, left_ms);
	else
		time_is_up(a);
}

bool
asking_init(struct asking *a, struct loop *loop, const struct asker_ops *base,
    const struct asking_ops *ops)
{
	a->base.ops = base;
	a->ops = ops;
	a->loop = loop;
	a->tick = loop_timer_new(loop, on_tick, a);
	return a->tick != NULL;
}

void
asking_close(struct asking *a)
{
	if (a->is_busy && !a->is_settled)
		a->ops->stop(a);
	a->is_busy = false;
	loop_timer_free(a->tick);
	a->tick = NULL;
}

bool
asking_begin(struct asking *a, int64_t timeout_ms, asker_done *done, void *arg)
{
	if (a->is_busy)
		return false;
	a->is_busy = true;
	a->is_settled = false;
	a->done = done;
	a->arg = arg;
	asking_restart(a, timeout_ms);
	return true;
}

void
asking_restart(struct asking *a, int64_t timeout_ms)
{
	a->is_extended = false;
	a->timeout_ms = timeout_ms;
	a->lag_ms = 0;
	a->sent_ms = asking_clock_ms();
	a->sample = (struct sample){
		.asked_ms = loop_now_ms(a->loop),
		.phases = { -1.0, -1.0, -1.0, -1.0, -1.0 },
	};
	arm(a, (double)timeout_ms);
}

void
asking_settle(struct asking *a, const struct probe_verdict *v)
{
	struct sample *s = &a->sample;

	a->ops->stop(a);
	a->is_settled = true;
	s->answered_ms = loop_now_ms(a->loop);
	s->latency_ms = asking_elapsed_ms(a);
	s->outcome = v->outcome;
	s->failure = v->failure;
	memcpy(s->detail, v->detail, sizeof(s->detail));
	loop_timer_start(a->tick, 0);
}

void
asking_fail(struct asking *a, const struct failure *failure, const char *words)
{
	struct probe_verdict v = asking_verdict(failure, words);

	asking_settle(a, &v);
}

bool
asking_is_busy(const struct asker *self)
{
	return ((const struct asking *)self)->is_busy;
}
