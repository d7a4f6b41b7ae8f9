/*
 * recorder.h - writes down what the daemon sees and decides, for backtests.
 *
 * Every input of every service's core, what surrounds each decision, and each
 * change of a decision, as lines of lib/service/recording.h.  A backtest of
 * such a recording decides the same at the same times.  Off unless configured;
 * every function here takes a recording that is off, or NULL, and does nothing
 * then.
 */
#ifndef DAEMON_RECORDER_H
#define DAEMON_RECORDER_H

#include "daemon/monitor.h"
#include "service/service_input.h"

struct recorder;
struct watched;

/* What the recording knows of a service: in its struct watched, zero at first.
 */
struct recorder_mark {
	uint64_t epoch;  /* of the state line; 0: there is none */
	uint64_t around; /* digest of what surrounded the last decision */
	bool has_around;
	bool is_deciding; /* a sample came, its decision did not yet */
	unsigned rule;    /* its index + 1; 0: none */
	enum action action;
	enum guard guard;
};

/* Off at first.  NULL with the reason. */
struct recorder *recorder_new(struct monitor *m, struct error *err);
void recorder_free(struct recorder *r);

/* NULL: no.  Else nothing that is told to it is lost on it. */
bool recorder_is_on(const struct recorder *r);

/* What the configuration says of it; also after each reload. */
void recorder_configure(struct recorder *r, const struct config *c);

/* The daemon has remembered, and decides from now on. */
void recorder_ready(struct recorder *r);

/* Now and then: whether it could be written. */
void recorder_look(struct recorder *r);

/* Before it takes effect; see service_listen(). */
void recorder_heard(struct recorder *r, struct watched *w,
    struct recorder_mark *mark, const struct service_input *in);

/* What an evaluator holds for normal was changed by hand. */
void recorder_relearned(struct recorder *r, struct watched *w,
    struct recorder_mark *mark, const char *evaluator);

/* A decision, changed or not, and what it was made from. */
void recorder_thought(struct recorder *r, struct watched *w,
    struct recorder_mark *mark, const struct surroundings *around,
    const struct service_decision *d);

/* The service is watched no more. */
void recorder_removed(
    struct recorder *r, struct watched *w, struct recorder_mark *mark);

#endif
