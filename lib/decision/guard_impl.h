/*
 * guard_impl.h - what guards and decision share.
 */
#ifndef DECISION_GUARD_IMPL_H
#define DECISION_GUARD_IMPL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "decision/decision.h"

/* Says why, and until when, if it objects. */
typedef bool objection(const struct rule_settings *rule,
    const struct situation *s, struct decision *d);

/* guard_times.c */
objection guard_maintenance, guard_tilt, guard_settling, guard_cooldown,
    guard_budget, guard_window;

/*
 * Does this guard object to acting on a rule that has tripped?  If so, d says
 * which it is, why, until when, and what may be done instead.
 */
bool guard_objects(enum guard guard, const struct rule_settings *rule,
    const struct situation *s, struct decision *d);

/* Sets the reason; cuts it at a whole character. */
void reason_set(struct decision *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A duration for people: no milliseconds beside of seconds. */
const char *reason_span(int64_t ms, char buffer[DURATION_TEXT_MAX]);

/* Sets what would let it act; until_ms is known already. */
void release_say(
    enum guard guard, const struct situation *s, struct decision *d);

/* Neither NULL nor empty. */
bool reason_knows(const char *text);

#endif
