/*
 * loop.h - the event loop: descriptors, timers, signals and one clock.
 *
 * All that knows libevent.  Callbacks come from loop_run() alone,
 * one at a time.  Everything here may be freed inside of any callback, its
 * own included, and no callback comes after that.
 *
 * A turn: what descriptors have is read first, then what is due by then is
 * called.  So an answer that is here in time is seen before its deadline.
 */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/lateness.h"

struct loop;
struct loop_timer;
struct loop_watch;

typedef void loop_callback(void *arg);
typedef void loop_ready(void *arg, bool readable, bool writable);
typedef void loop_signal(void *arg, int signal);

struct loop *loop_new(void);
void loop_free(struct loop *l); /* after all timers and watches of it */

/* Until loop_stop().  False when the loop itself failed. */
bool loop_run(struct loop *l);
void loop_stop(struct loop *l);

/* CLOCK_BOOTTIME in ms, read at most once a turn. */
int64_t loop_now_ms(struct loop *l);

/* The same clock, read now. */
int64_t loop_boot_us(void);

/* Wall clock in ms: only for what is written for people. */
int64_t loop_wall_ms(void);

/* CLOCK_MONOTONIC, read now: for spans alone, and a suspend is not in it. */
int64_t loop_clock_us(void);

/*
 * Not running at first.  NULL when memory is short; all that running will
 * need is taken here.
 */
struct loop_timer *loop_timer_new(
    struct loop *l, loop_callback *callback, void *arg);
void loop_timer_start(struct loop_timer *t, int64_t delay_ms); /* or again */
void loop_timer_start_us(struct loop_timer *t, int64_t delay_us);
void loop_timer_stop(struct loop_timer *t);
bool loop_timer_runs(const struct loop_timer *t);
void loop_timer_free(struct loop_timer *t); /* NULL is allowed */

/*
 * Many timers of one duration, as deadlines are: they end in the order in
 * which they were started, so that starting and stopping one is a handful of
 * instructions and takes no memory.  A node is a member of whatever it times,
 * all zero at first; it must be stopped before it goes.  It counts from the
 * moment of the start, by the real clock, and no turn is too long for that.
 */
struct loop_queue;

struct loop_queue_node {
	struct loop_queue_node *next, *before; /* NULL: stands still */
	int64_t due_us;                        /* of loop_clock_us() */
	loop_callback *callback;
	void *arg;
};

/*
 * The queue of this duration: the loop's, for as long as it lives.  Finding
 * one is cheap, having many is not: ask for durations that are configured,
 * and loop_queue_about() for those that are worked out; that one's duration
 * is up to an eighth longer.  NULL when memory is short and it is a new one.
 */
struct loop_queue *loop_queue_of(struct loop *l, int64_t delay_ms);
struct loop_queue *loop_queue_about(struct loop *l, int64_t delay_ms);

/* Or again.  With a duration of 0: in the next turn. */
void loop_queue_start(struct loop_queue *q, struct loop_queue_node *n,
    loop_callback *callback, void *arg);
void loop_queue_stop(struct loop_queue_node *n); /* or it stands still */
bool loop_queue_runs(const struct loop_queue_node *n);

/*
 * Level-triggered.  The descriptor stays the caller's and must be open until
 * the watch is freed.
 */
struct loop_watch *loop_watch_new(struct loop *l, int fd, loop_ready *callback,
    void *arg, bool readable, bool writable);
/*
 * The same with memory of the owner's behind it, all zero at first: it is the
 * callback's arg, and goes with the watch.
 */
void *loop_watch_new_with(struct loop *l, int fd, loop_ready *callback,
    size_t bytes, bool readable, bool writable);
struct loop_watch *loop_watch_of(void *memory);
void loop_watch_change(struct loop_watch *w, bool readable, bool writable);
void loop_watch_free(struct loop_watch *w); /* NULL is allowed */

/* One handler a signal, for the life of the loop. */
bool loop_on_signal(
    struct loop *l, int signal, loop_signal *callback, void *arg);

/* Calls back from the loop's next turn, in the order of the calls. */
void loop_soon(struct loop *l, loop_callback *callback, void *arg);

/*
 * How late the loop was, turn by turn: how long what came or was due at a
 * turn's beginning may have had to wait for the turn's end, and how much
 * later than was wished the turn began (the processor was not ours).  At
 * least every LOOP_PULSE_MS there is a turn, so that no pause is missed.
 */
#define LOOP_PULSE_MS 100
const struct lateness *loop_lag(const struct loop *l);

/*
 * What was lost in turns that were later than LOOP_LATE_MS, and while the
 * machine was suspended, since the loop began and up to now, in all.  Two of
 * these, before a question and after it, say how much of its time was ours.
 */
#define LOOP_LATE_MS 50
int64_t loop_late_ms(const struct loop *l);

#endif
