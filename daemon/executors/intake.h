/*
 * intake.h - the order that an executor is given on its standard input.
 */
#ifndef DAEMON_EXECUTORS_INTAKE_H
#define DAEMON_EXECUTORS_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "executor/order.h"

#define INTAKE_EXIT_MALFORMED 64

/*
 * Reads and parses it; its texts stay until the process ends.  It must be for
 * that kind of executor.  False with the reason.
 */
bool intake_read(struct order *o, const char *kind, struct error *err);

/*
 * When to leave off, on CLOCK_BOOTTIME: at 95 % of the time, so that there is
 * some left to say why.
 */
int64_t intake_deadline_ms(const struct order *o);

/*
 * What a variable of the environment says of the occasion, "ROLLBACK_SERVICE"
 * and so on; NULL when it is not known.
 */
const char *intake_occasion(const char *variable);

#endif
