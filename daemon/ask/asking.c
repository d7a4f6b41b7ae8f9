#include "daemon/ask/asking.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

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

/* What was taken from the target is given back, once. */
static struct loop_queue *
extension(struct asking *a, int64_t late_ms)
{
	if (late_ms <= LAG_MAX_MS || a->is_extended)
		return NULL;
	a->is_extended = true;
	a->late_before_ms += late_ms;
	return loop_queue_about(
	    a->loop, late_ms < a->timeout_ms ? late_ms : a->timeout_ms);
}

static void
on_time_up(void *arg)
{
	static const struct failure lag = { SAMPLE_LOST, "local.lag" };
	struct asking *a = arg;
	int64_t late_ms = loop_late_ms(a->loop) - a->late_before_ms;
	struct probe_verdict v = { SAMPLE_LOST, "local.lag", "" };
	struct loop_queue *longer = extension(a, late_ms);

	if (longer != NULL) {
		loop_queue_start(longer, &a->deadline, on_time_up, a);
		return;
	}
	if (late_ms > LAG_MAX_MS)
		v = asking_verdict(&lag, "our own loop was late");
	else
		a->ops->time_is_up(a, &v);
	asking_settle(a, &v);
}

static void
on_settled(void *arg)
{
	tell(arg);
}

bool
asking_init(struct asking *a, struct loop *loop, const struct asker_ops *base,
    const struct asking_ops *ops)
{
	a->base.ops = base;
	a->ops = ops;
	a->loop = loop;
	a->soon = loop_queue_of(loop, 0);
	return a->soon != NULL;
}

void
asking_close(struct asking *a)
{
	if (a->is_busy && !a->is_settled)
		a->ops->stop(a);
	a->is_busy = false;
	loop_queue_stop(&a->deadline);
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
	struct loop_queue *time_limit = loop_queue_of(a->loop, timeout_ms);

	a->is_extended = false;
	a->timeout_ms = timeout_ms;
	a->late_before_ms = loop_late_ms(a->loop);
	a->sent_ms = asking_clock_ms();
	a->sample = (struct sample){
		.asked_ms = loop_now_ms(a->loop),
		.phases = { -1.0, -1.0, -1.0, -1.0, -1.0 },
	};
	if (time_limit == NULL)
		abort(); /* nobody could be told: start again, from the store */
	loop_queue_start(time_limit, &a->deadline, on_time_up, a);
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
	loop_queue_start(a->soon, &a->deadline, on_settled, a);
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
