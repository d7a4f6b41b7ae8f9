#include "daemon/poller.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/units.h"

/* Of a probe that has the option. */
struct recheck {
	struct loop_queue *queue;
	struct loop_queue_node node;
	struct schedule *schedule;
};

struct poller {
	struct schedule_ring *ring;
	const struct probe_settings *settings;
	struct asker *target; /* of the poll */
	struct asker *extra;  /* of questions out of turn */
	poller_sample *sample;
	void *arg;
	poller_sample *done; /* of the question out of turn */
	void *done_arg;
	uint32_t offset_ms;      /* of its turn, in the interval */
	struct recheck *recheck; /* NULL: never */
	bool is_recheck;         /* what is under way */
	bool is_started;
	bool is_stopped;
	uint32_t rests; /* turns that will be left out on purpose */
	uint32_t asked;
	uint32_t skipped;
};

int64_t
poller_due_ms(int64_t now_ms, int64_t interval_ms, double phase)
{
	int64_t offset_ms = (int64_t)(phase * (double)interval_ms);
	int64_t since_ms = (now_ms - offset_ms) % interval_ms;

	if (since_ms < 0)
		since_ms += interval_ms;
	return now_ms + interval_ms - since_ms;
}

static void
on_sample(void *arg, const struct sample *s)
{
	struct poller *p = arg;
	struct sample marked;

	if (p->recheck != NULL)
		loop_queue_stop(&p->recheck->node);
	if (!p->is_recheck) {
		p->sample(p->arg, s);
		return;
	}
	marked = *s;
	marked.is_recheck = true;
	p->sample(p->arg, &marked);
}

void
poller_due(void *poller)
{
	struct poller *p = poller;
	bool was_recheck = p->is_recheck;

	if (p->rests > 0) {
		p->rests--;
		return;
	}
	p->is_recheck = false;
	if (asker_ask(p->target, p->settings->timeout_ms, false, on_sample, p))
		p->asked++;
	else if (!was_recheck)
		p->skipped++;
}

static void
on_recheck(void *arg)
{
	struct poller *p = arg;

	if (p->is_stopped || asker_is_busy(p->target) ||
	    !schedule_take_extra(p->recheck->schedule))
		return;
	p->is_recheck = true;
	if (!asker_ask(p->target, p->settings->timeout_ms, false, on_sample, p))
		p->is_recheck = false;
}

static double
phase_of(const char *owner, const char *probe)
{
	char name[2 * NAME_MAX_BYTES + 2];

	(void)snprintf(name, sizeof(name), "%s/%s", owner, probe);
	return digest_fraction(name);
}

static struct recheck *
recheck_new(const struct ask_tools *tools, int64_t delay_ms)
{
	struct recheck *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->schedule = tools->schedule;
	r->queue = loop_queue_of(tools->loop, delay_ms);
	if (r->queue == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

static void
recheck_free(struct recheck *r)
{
	if (r != NULL)
		loop_queue_stop(&r->node);
	free(r);
}

struct poller *
poller_new(const struct ask_tools *tools, const struct poller_wish *wish,
    poller_sample *sample, void *arg, struct error *err)
{
	const struct probe_settings *settings = wish->settings;
	struct poller *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		(void)error_set(err, "no memory for probe %s", settings->name);
		return NULL;
	}
	p->settings = settings;
	p->sample = sample;
	p->arg = arg;
	p->offset_ms = schedule_offset_ms(
	    settings->interval_ms, phase_of(wish->owner, settings->name));
	p->ring = schedule_join(tools->schedule, settings->interval_ms);
	if (settings->recheck_ms > 0)
		p->recheck = recheck_new(tools, settings->recheck_ms);
	p->target = asker_new(tools, wish->owner, settings, wish->metrics,
	    wish->metric_count, err);
	if (p->target != NULL)
		p->extra = asker_new_like(p->target, tools, wish->owner,
		    settings, wish->metrics, wish->metric_count, err);
	if (p->ring == NULL || p->extra == NULL ||
	    (settings->recheck_ms > 0 && p->recheck == NULL)) {
		poller_free(p);
		return NULL;
	}
	return p;
}

void
poller_free(struct poller *p)
{
	if (p == NULL)
		return;
	if (p->extra != NULL && asker_is_busy(p->extra))
		p->done(p->done_arg, NULL);
	poller_stop(p);
	if (p->ring != NULL)
		schedule_leave(p->ring);
	recheck_free(p->recheck);
	asker_free(p->target);
	asker_free(p->extra);
	free(p);
}

static void
begin(struct poller *p)
{
	asker_begin(p->target, true);
	asker_begin(p->extra, false);
}

void
poller_start(struct poller *p)
{
	begin(p);
	p->is_started = true;
	schedule_add(p->ring, p->offset_ms, p);
}

void
poller_wake(struct poller *p)
{
	begin(p);
	p->rests = 0;
	schedule_skip(p->ring);
}

void
poller_recheck(struct poller *p)
{
	if (p->recheck != NULL && !p->is_stopped)
		loop_queue_start(
		    p->recheck->queue, &p->recheck->node, on_recheck, p);
}

void
poller_rest(struct poller *p, unsigned turns)
{
	p->rests = turns;
}

void
poller_forget(struct poller *p)
{
	asker_forget(p->target);
	asker_forget(p->extra);
}

void
poller_stop(struct poller *p)
{
	if (p->is_started && !p->is_stopped)
		schedule_remove(p->ring, p->offset_ms, p);
	p->is_stopped = true;
}

void
poller_resettle(struct poller *p, const struct probe_settings *settings)
{
	p->settings = settings;
	asker_resettle(p->target, settings);
	asker_resettle(p->extra, settings);
}

static void
on_extra(void *arg, const struct sample *s)
{
	struct poller *p = arg;

	p->done(p->done_arg, s);
}

bool
poller_ask(struct poller *p, bool fresh, poller_sample *done, void *arg)
{
	if (asker_is_busy(p->extra))
		return false;
	p->done = done;
	p->done_arg = arg;
	return asker_ask(p->extra, p->settings->timeout_ms, fresh, on_extra, p);
}

const char *
poller_engine(const struct poller *p)
{
	return asker_engine(p->extra);
}

bool
poller_beat(struct poller *p, const struct beat *beat)
{
	bool taken = asker_beat(p->target, beat);

	return asker_beat(p->extra, beat) && taken;
}

const struct probe_settings *
poller_settings(const struct poller *p)
{
	return p->settings;
}

int64_t
poller_late_ms(const struct poller *p, int64_t now_ms)
{
	if (!p->is_started || p->is_stopped)
		return INT64_MIN;
	return now_ms - schedule_due_ms(p->ring, p->offset_ms, p);
}

uint64_t
poller_asked(const struct poller *p)
{
	return p->asked;
}

uint64_t
poller_skipped(const struct poller *p)
{
	return p->skipped;
}
