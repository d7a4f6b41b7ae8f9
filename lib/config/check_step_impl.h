/*
 * check_step_impl.h - what the files of check_procedure() share.
 */
#ifndef CONFIG_CHECK_STEP_IMPL_H
#define CONFIG_CHECK_STEP_IMPL_H

#include "config/check_impl.h"
#include "procedure/templates.h"

#define HINT_BYTES 128

/* One step of a procedure, and what is wrong with it. */
struct at_step {
	struct check *check;
	const struct procedure_settings *procedure; /* as it was written */
	/* With those in it in their places; NULL when that cannot be. */
	const struct procedure_settings *flat;
	size_t step; /* in it; step_count: none, the lock */
	struct source where;
	const char *key; /* what is being looked at */
};

/* Is it declared by the procedure? */
bool at_is_param(const struct procedure_settings *p, const char *name);
bool at_is_captured_before(
    const struct procedure_settings *p, size_t step, const char *name);

/* For templates_of(), with a struct at_step: what is wrong with one? */
bool at_saw_template(const char *option, enum template_place place,
    const char *template, void *arg);

#endif
