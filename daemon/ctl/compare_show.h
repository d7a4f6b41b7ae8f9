/*
 * compare_show.h - a comparison for people, and as JSON.
 */
#ifndef DAEMON_CTL_COMPARE_SHOW_H
#define DAEMON_CTL_COMPARE_SHOW_H

#include "base/text.h"
#include "evaluator/comparison.h"

/* room: where the interval may be found. */
void compare_show(struct text *out, const struct comparison *c,
    const struct comparison_settings *settings,
    const struct mann_whitney_room *room);

/* One line; what cannot be said is null. */
void compare_show_json(struct text *out, const struct comparison *c,
    const struct comparison_settings *settings,
    const struct mann_whitney_room *room);

#endif
