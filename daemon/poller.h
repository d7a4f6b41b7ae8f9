/*
 * poller.h - asks one probe at its interval, for ever.
 *
 * When in its interval a probe is asked follows from its name alone, so that
 * probes spread evenly and adding one moves no other by more than some
 * milliseconds (see SCHEDULE_BATCH).  A probe never overlaps itself: what is
 * due while the last answer is outstanding is left out and counted.
 */
#ifndef DAEMON_POLLER_H
#define DAEMON_POLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/ask/ask.h"
#include "daemon/loop.h"
#include "daemon/schedule.h"
#include "probe/probe_settings.h"
#include "sample/sample.h"

struct poller;

typedef void poller_sample(void *arg, const struct sample *s);

struct poller_wish {
	const char *owner; /* the service: fixes the phase, with the probe */
	const struct probe_settings *settings; /* borrowed */
	const struct metric_name *metrics;     /* see service_metrics() */
	size_t metric_count;
};

/* What a schedule of pollers calls. */
schedule_due poller_due;

/* Stands still until poller_start(). */
struct poller *poller_new(const struct ask_tools *tools,
    const struct poller_wish *wish, poller_sample *sample, void *arg,
    struct error *err);
void poller_free(struct poller *p);

void poller_start(struct poller *p);

/* What was answered before says nothing of what is there now. */
void poller_forget(struct poller *p);

/* After a pause: a timer does not count the time of a suspend, the clock does.
 */
void poller_wake(struct poller *p);

/*
 * Once more, recheck_interval from now, unless it is asked or answers before:
 * said from inside of a sample, of a probe that has that option.  Rechecks
 * are marked; where many are wanted at once some are left out, as they come
 * on top of all else.  One that is under way when its turn comes stands for
 * that.
 */
void poller_recheck(struct poller *p);

/* Its next turns, so many, pass without a question; 0: none does. */
void poller_rest(struct poller *p, unsigned turns);

/* No further polls; questions out of turn are still put. */
void poller_stop(struct poller *p);

/* Equal settings of a new configuration: the old are no longer looked at. */
void poller_resettle(struct poller *p, const struct probe_settings *settings);

/*
 * One question out of turn, on a new connection when fresh: the answer goes
 * to done alone and feeds nothing else.  False while one is under way.  done
 * comes once, with NULL when the poller is freed before there is an answer.
 */
bool poller_ask(struct poller *p, bool fresh, poller_sample *done, void *arg);

/* Who puts those: see asker_engine(). */
const char *poller_engine(const struct poller *p);

/* A heartbeat came.  False where the kind of probe takes none. */
bool poller_beat(struct poller *p, const struct beat *beat);

const struct probe_settings *poller_settings(const struct poller *p);

/* Questions put, and those left out because the last was outstanding. */
uint64_t poller_asked(const struct poller *p);
uint64_t poller_skipped(const struct poller *p);

/* How long the next question is overdue; negative: it is still to come. */
int64_t poller_late_ms(const struct poller *p, int64_t now_ms);

/*
 * The first moment after now_ms that is phase (0 to 1) of the interval into
 * a multiple of it.
 */
int64_t poller_due_ms(int64_t now_ms, int64_t interval_ms, double phase);

#endif
