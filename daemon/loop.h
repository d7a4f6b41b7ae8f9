/*
 * loop.h - the event loop: descriptors, timers, signals and one clock.
 *
 * The only file that knows libevent.  Callbacks come from loop_run() alone,
 * one at a time.  Everything here may be freed inside of any callback, its
 * own included, and no callback comes after that.
 */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_timer;
struct loop_watch;

typedef void loop_callback(void *arg);
typedef void loop_ready(void *arg, bool readable, bool writable);
typedef void loop_signal(void *arg, int signal);

struct loop *loop_new(void);
void loop_free(struct loop *l);

/* Until loop_stop().  False when the loop itself failed. */
bool loop_run(struct loop *l);
void loop_stop(struct loop *l);

/* CLOCK_BOOTTIME in ms, read at most once a turn. */
int64_t loop_now_ms(struct loop *l);

/* Wall clock in ms: only for what is written for people. */
int64_t loop_wall_ms(void);

/* Not running at first.  NULL when memory is short. */
struct loop_timer *loop_timer_new(
    struct loop *l, loop_callback *callback, void *arg);
void loop_timer_start(struct loop_timer *t, int64_t delay_ms); /* or again */
void loop_timer_stop(struct loop_timer *t);
bool loop_timer_runs(const struct loop_timer *t);
void loop_timer_free(struct loop_timer *t); /* NULL is allowed */

/*
 * Level-triggered.  The descriptor stays the caller's and must be open until
 * the watch is freed.
 */
struct loop_watch *loop_watch_new(struct loop *l, int fd, loop_ready *callback,
    void *arg, bool readable, bool writable);
void loop_watch_change(struct loop_watch *w, bool readable, bool writable);
void loop_watch_free(struct loop_watch *w); /* NULL is allowed */

/* One handler a signal, for the life of the loop. */
bool loop_on_signal(
    struct loop *l, int signal, loop_signal *callback, void *arg);

/* Calls back from the loop's next turn. */
void loop_soon(struct loop *l, loop_callback *callback, void *arg);

#endif
