/*
 * schedule.h - whose turn it is, and when: a ring for each interval, with
 * all that are asked at that interval in the order of their phase.
 *
 * A ring has one timer, whatever the number of its entries, and phases lie on
 * a grid, so that one wake-up starts many.  Where our own loop was late, what
 * is overdue is started once, a few in each turn, so that answers are read
 * between; rounds that were missed as a whole are left out and counted.
 */
#ifndef DAEMON_SCHEDULE_H
#define DAEMON_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/lateness.h"
#include "daemon/loop.h"

#define SCHEDULE_GRID_MS 5
/*
 * Where few are asked, so few are together on the grid that waking up costs
 * more than asking: there the moments of so long, at most, are one, the first
 * of them.
 */
#define SCHEDULE_BATCH 20 /* wanted at one wake-up */
#define SCHEDULE_SPAN_MAX_MS 20
#define SCHEDULE_SPANS_MIN 10 /* in an interval */
#define SCHEDULE_AT_ONCE 128  /* starts in one turn, of one ring */

struct schedule;
struct schedule_ring;

/* Adds and removes what it likes, its own entry too. */
typedef void schedule_due(void *entry);

/* NULL when memory is short. */
struct schedule *schedule_new(struct loop *l, schedule_due *due);
void schedule_free(struct schedule *s); /* after all have left; or NULL */

/*
 * Takes the memory for one more entry at that interval, so that adding it
 * cannot fail.  NULL when there is none.
 */
struct schedule_ring *schedule_join(struct schedule *s, int64_t interval_ms);
void schedule_leave(struct schedule_ring *r);

/* Where in its interval an entry with that phase (0 to 1) has its turn. */
uint32_t schedule_offset_ms(int64_t interval_ms, double phase);

/* First at the first such moment after now.  In it once at most. */
void schedule_add(struct schedule_ring *r, uint32_t offset_ms, void *entry);

/* Or it is not in it. */
void schedule_remove(struct schedule_ring *r, uint32_t offset_ms, void *entry);

/* What is overdue is left out: the next is the first moment after now. */
void schedule_skip(struct schedule_ring *r);

/* When it has its turn next, by CLOCK_BOOTTIME; in the past: overdue. */
int64_t schedule_due_ms(
    const struct schedule_ring *r, uint32_t offset_ms, const void *entry);

/* Starts, and how late each was after its moment. */
const struct lateness *schedule_lateness(const struct schedule *s);

/*
 * May one be asked out of its turn?  Each start in turn earns a share of one,
 * so that they never take much of what those in turn need.
 */
#define SCHEDULE_EXTRA_SHARE 4
#define SCHEDULE_EXTRA_MAX 1000 /* saved up */
bool schedule_take_extra(struct schedule *s);

/* Those that were refused. */
uint64_t schedule_refused(const struct schedule *s);

/* Turns that were missed because our own loop was later than the interval. */
uint64_t schedule_missed(const struct schedule *s);

#endif
