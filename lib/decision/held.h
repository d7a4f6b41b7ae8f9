/*
 * held.h - for how long guards have kept a service from acting: since when,
 * how often, and whether it is time to raise an alarm.
 *
 * A plain value.  All zero is its beginning.
 */
#ifndef DECISION_HELD_H
#define DECISION_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "decision/decision.h"

/* As long as it lasts there is one alarm so often. */
#define HELD_AGAIN_MS INT64_C(3600000)

#define GUARD_COUNT (GUARD_CONFIRM + 1)

struct held {
	enum guard guard; /* that objects; GUARD_NONE: none does */
	unsigned rule;
	int64_t since_ms;       /* when this one began to */
	bool holds;             /* it forbids to act: ACTION_HOLD */
	int64_t holds_since_ms; /* when this one or another began to */
	bool is_alarmed;
	int64_t alarmed_ms;
	struct held_count {
		uint64_t times;
		int64_t ms; /* without the time since since_ms */
	} counts[GUARD_COUNT];
};

/* What was decided now.  A run that is on does what is wanted: no hold. */
void held_note(
    struct held *h, const struct decision *d, unsigned rule, int64_t now_ms);

/* How long a guard has objected, with the time until now. */
int64_t held_ms(const struct held *h, enum guard guard, int64_t now_ms);

/*
 * It has been held for after_ms, or for HELD_AGAIN_MS since the last time:
 * true once, and the next time is reckoned from now on.
 */
bool held_alarm(struct held *h, int64_t after_ms, int64_t now_ms);

#endif
