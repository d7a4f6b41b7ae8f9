/* daemon/ask/ask.h: one question, one answer, as the truth has it. */
#include "daemon/ask/ask.h"

#include <stdlib.h>

#include "tests/simulation/oracle.h"
#include "tests/simulation/sim.h"

/* Answers that were read so late may be our own trouble. */
#define LAG_MS 250

struct asker {
	unsigned service; /* ESTATE_SERVICES: a witness */
	bool is_polled;
	bool is_busy;
	struct loop_timer *timer;
	struct answer answer;
	int64_t asked_ms;
	asker_done *done;
	void *arg;
};

static void
on_answer(void *arg)
{
	struct asker *a = arg;
	unsigned service = a->service;
	bool is_polled = a->is_polled;
	int64_t late_ms = sim.now_ms - a->asked_ms - a->answer.latency_ms;
	struct sample s = { .asked_ms = a->asked_ms,
		.answered_ms = sim.now_ms,
		.outcome = a->answer.outcome,
		.latency_ms = (double)(sim.now_ms - a->asked_ms),
		.phases = { -1, -1, -1, -1, -1 },
		.status = a->answer.outcome == SAMPLE_OK ? 200 : 0 };

	if (late_ms > LAG_MS)
		s.outcome = SAMPLE_LOST;
	if (s.outcome != SAMPLE_OK)
		s.failure =
		    s.outcome == SAMPLE_FAILED ? "http.timeout" : "local.lag";
	a->is_busy = false;
	sim.polls++;
	oracle_heard(service, is_polled, &s);
	a->done(a->arg, &s); /* a may be gone now, or busy again */
	oracle_thought(service);
}

struct asker *
asker_new(const struct ask_tools *tools, const char *owner,
    const struct probe_settings *settings, const struct metric_name *metrics,
    size_t metric_count, struct error *err)
{
	struct asker *a = calloc(1, sizeof(*a));

	(void)settings;
	(void)metrics;
	(void)metric_count;
	(void)err;
	if (a == NULL)
		abort();
	a->service = estate_find(owner);
	a->timer = loop_timer_new(tools->loop, on_answer, a);
	return a;
}

struct asker *
asker_new_like(const struct asker *first, const struct ask_tools *tools,
    const char *owner, const struct probe_settings *settings,
    const struct metric_name *metrics, size_t metric_count, struct error *err)
{
	(void)first;
	return asker_new(tools, owner, settings, metrics, metric_count, err);
}

const char *
asker_engine(const struct asker *a)
{
	(void)a;
	return NULL;
}

void
asker_free(struct asker *a)
{
	if (a == NULL)
		return;
	loop_timer_free(a->timer);
	free(a);
}

void
asker_resettle(struct asker *a, const struct probe_settings *settings)
{
	(void)a;
	(void)settings;
}

bool
asker_ask(struct asker *a, int64_t timeout_ms, bool fresh, asker_done *done,
    void *arg)
{
	(void)timeout_ms;
	(void)fresh;
	if (a->is_busy)
		return false;
	a->is_busy = true;
	a->done = done;
	a->arg = arg;
	a->asked_ms = sim.now_ms;
	a->answer = a->service == ESTATE_SERVICES ? truth_witness() :
						    truth_answer(a->service);
	loop_timer_start(a->timer, a->answer.latency_ms);
	return true;
}

bool
asker_is_busy(const struct asker *a)
{
	return a->is_busy;
}

void
asker_begin(struct asker *a, bool is_polled)
{
	a->is_polled = is_polled;
}

void
asker_forget(struct asker *a)
{
	(void)a;
}

bool
asker_beat(struct asker *a, const struct beat *beat)
{
	(void)a;
	(void)beat;
	return false;
}
