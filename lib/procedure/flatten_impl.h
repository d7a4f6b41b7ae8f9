/*
 * flatten_impl.h - what the parts of flatten.c share.
 */
#ifndef PROCEDURE_FLATTEN_IMPL_H
#define PROCEDURE_FLATTEN_IMPL_H

#include "procedure/flatten.h"

/* A procedure and the step that it stands for. */
struct level {
	const struct procedure_settings *p;
	const struct step_settings *step; /* of the one around; NULL: outmost */
	const struct level *outer;
	const char *prefix; /* of the names of steps: "app." */
	const char *scope;  /* of those of parameters: "app__" */
	unsigned depth;
};

struct flat {
	struct arena *arena;
	flatten_find *find;
	void *arg;
	struct procedure_settings *out;
	struct source *where;
	struct error *err;
};

bool flatten_no_memory(const struct flat *f);

/* Is it one of the procedure's parameters? */
bool flatten_declares(const struct procedure_settings *p, const char *name);

/*
 * What a name of this level is called in the whole.  NULL when memory is
 * short or it grows too long.
 */
const char *flatten_name(
    const struct flat *f, const struct level *level, const char *name);

/* A step of this level as one of the whole. */
bool flatten_step(const struct flat *f, const struct level *level,
    const struct step_settings *s, struct step_settings *out);

/* A copy with the level's names replaced. */
const char *flatten_template(
    const struct flat *f, const struct level *level, const char *template);
bool flatten_strings(const struct flat *f, const struct level *level,
    const struct strings *list, struct strings *out);

/* Declares the parameters of a level in the whole, and says their values. */
bool flatten_params(const struct flat *f, const struct level *level);

#endif
