/*
 * asking.h - what every kind that asks by itself shares: the time limit, our
 * own lag, and that there is one sample, told from the loop.
 */
#ifndef DAEMON_ASK_ASKING_H
#define DAEMON_ASK_ASKING_H

#include "daemon/ask/ask_impl.h"
#include "daemon/fetch/curl_failure.h"
#include "probe/verdict.h"

struct asking;

struct asking_ops {
	/* The time is up: whose fault is it, and at which point? */
	void (*time_is_up)(struct asking *a, struct probe_verdict *v);
	/* Lets go of all that the question holds; nothing may come after. */
	void (*stop)(struct asking *a);
};

/* The first member of a kind's own struct. */
struct asking {
	struct asker base;
	const struct asking_ops *ops;
	struct loop *loop;
	struct loop_queue *soon;
	struct loop_queue_node deadline; /* or, when settled: to be told */
	asker_done *done;
	void *arg;
	bool is_busy, is_settled, is_extended;
	int64_t timeout_ms;
	int64_t late_before_ms; /* of loop_late_ms(), when it was put */
	double sent_ms;         /* the real clock */
	struct sample sample;
	double value; /* where value_count of the sample says so */
};

/* False when memory is short. */
bool asking_init(struct asking *a, struct loop *loop,
    const struct asker_ops *base, const struct asking_ops *ops);

/* Drops the question, if any; frees what asking_init() took. */
void asking_close(struct asking *a);

/* False while a question is under way. */
bool asking_begin(
    struct asking *a, int64_t timeout_ms, asker_done *done, void *arg);

/* The time counts from now on, and the question is put only now. */
void asking_restart(struct asking *a, int64_t timeout_ms);

/*
 * How the question ends; is told in the loop's next turn.  What was filled
 * into a->sample (phases, value) goes along.
 */
void asking_settle(struct asking *a, const struct probe_verdict *v);
void asking_fail(
    struct asking *a, const struct failure *failure, const char *words);

/* FAILED or LOST, with the words escaped. */
struct probe_verdict asking_verdict(
    const struct failure *failure, const char *words);

/* CLOCK_BOOTTIME, not the loop's idea of it. */
double asking_clock_ms(void);

/* Milliseconds since the question was put, by the real clock. */
double asking_elapsed_ms(const struct asking *a);

/* For the ops table of a kind. */
bool asking_is_busy(const struct asker *self);

extern const struct failure asking_no_memory;

#endif
