/*
 * times.h - how long detecting and rolling back can take, added up.
 */
#ifndef CONFIG_TIMES_H
#define CONFIG_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include "procedure/plan.h"
#include "service/service_settings.h"

/* From the moment a target goes bad to the rule: both 0 when not known. */
struct detection {
	int64_t best_ms;
	int64_t worst_ms;
};

/* Of one evaluator; false where its probes are not there. */
bool times_trip(const struct service_settings *s,
    const struct evaluator_settings *e, struct detection *d);

struct detection times_detection(
    const struct service_settings *s, const struct rule_settings *r);

/*
 * Every attempt of every step taking all its time, with the delays, but for
 * those that only prepare; of these alone; and every undo.  What a check takes
 * is not counted.
 */
int64_t times_steps_ms(const struct plan *plan);
int64_t times_prepare_ms(const struct plan *plan);
int64_t times_undo_ms(const struct plan *plan);

/* Of that name in the service; NULL: none. */
const struct probe_settings *times_probe(
    const struct service_settings *s, const char *name);
const struct evaluator_settings *times_evaluator(
    const struct service_settings *s, const char *name);

#endif
