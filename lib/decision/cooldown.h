/*
 * cooldown.h - not too soon after the last automatic run, and not too many.
 *
 * A service that needs one rollback after the other is not helped by them:
 * with each of the last day the time to the next doubles, and only so many
 * may begin an hour.  Monitor and runner both count, each from what it has
 * written itself, and count alike:
 *
 *   the growth     automatic runs of the service within COOLDOWN_COUNTS_MS
 *                  but those of rules when = cleared, which put back what was
 *                  done; such rules themselves wait for the plain cooldown;
 *   the budget     all automatic runs within BUDGET_COUNTS_MS, of the service
 *                  and of all services together.
 *
 * The monitor counts a run from its end on (one under way keeps the service
 * anyway, and counts among those of all services), the runner from its claim
 * on: what the monitor allows, the runner has no cause to refuse.  Runs that
 * did nothing - withdrawn or refused at their first step - count for neither.
 */
#ifndef DECISION_COOLDOWN_H
#define DECISION_COOLDOWN_H

#include <stdint.h>

#define COOLDOWN_COUNTS_MS (24 * INT64_C(3600000))
#define BUDGET_COUNTS_MS INT64_C(3600000)

/* Service option budget; the main file's limits.rollbacks_per_hour. */
#define BUDGET_MAX 32
#define ROLLBACKS_PER_HOUR_MAX 1000

/*
 * From the end of the last run to the next: base_ms after the first of the
 * last day, twice that after the second, and so on, but no more than max_ms
 * (or base_ms, where that is longer).  No run counted: base_ms.
 */
int64_t cooldown_grown_ms(int64_t base_ms, int64_t max_ms, unsigned count);

/*
 * When runs ended, the newest of them: as many as the owner gave room for.
 * Times may come in any order.
 */
struct act_times {
	int64_t *at_ms; /* the owner's */
	unsigned max;
	unsigned count;
};

void act_times_add(struct act_times *t, int64_t at_ms);

/* How many were less than span_ms ago. */
unsigned act_times_within(
    const struct act_times *t, int64_t now_ms, int64_t span_ms);

/*
 * When so many (at least one) are fewer than allowed again; now_ms where they
 * are already, INT64_MAX where allowed is 0.
 */
int64_t act_times_free_ms(const struct act_times *t, int64_t now_ms,
    int64_t span_ms, unsigned allowed);

#endif
