/*
 * step_kind.h - does a step say what its executor needs, and nothing that
 * another one needs?
 */
#ifndef PROCEDURE_STEP_KIND_H
#define PROCEDURE_STEP_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/option.h"
#include "procedure/procedure_settings.h"

/* Tells each thing that is wrong, in words that need no name of the step. */
typedef void step_kind_tell(const char *wrong, void *arg);

/*
 * Of a step whose executor there is.  That something is missing is only told
 * where it was read well.
 */
void step_kind_check(const struct step_settings *s, bool was_read_well,
    step_kind_tell *tell, void *arg);

/* Has the option another value than the one it has by itself? */
bool step_says(const struct step_settings *s, const struct option *option);

/* At most so long: the timeout, or what it waits. */
int64_t step_limit_ms(const struct step_settings *s);

/* What is done with an unknown outcome: an idempotency key makes it rerun. */
enum resume step_resume(const struct step_settings *s);

/* Of a kind that is done through the runner. */
bool step_is_claimed(const struct step_settings *s);

/* The step's executor is that one. */
bool step_is_of(const struct step_settings *s, const char *executor);

#endif
