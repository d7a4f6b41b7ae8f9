/*
 * retry.h - which failures say that nothing was done, and how long to wait
 * before the next attempt.
 */
#ifndef PROCEDURE_RETRY_H
#define PROCEDURE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "procedure/procedure_settings.h"

/* Above these a shell says which signal killed a program. */
#define RETRY_STATUS_LAST 127

/* Is each of them a status from 1 to RETRY_STATUS_LAST or a range of such? */
bool retry_on_check(const struct strings *retry_on, struct error *err);

/*
 * Is there any such status?  A helper that comes with rollbackd has one by
 * itself, EXECUTOR_EXIT_NOTHING_DONE.
 */
bool retry_is_said(const struct step_settings *s);

/*
 * Does the step name this status as one by which its program says that it
 * has changed nothing?  0 and what comes of a signal are never such.
 */
bool retry_names_status(const struct step_settings *s, int exit_status);

/* From so many failed attempts, 1 or more, to the next. */
int64_t retry_delay_ms(const struct step_settings *s, unsigned failures);

#endif
