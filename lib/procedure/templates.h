/*
 * templates.h - the texts of a step in which ${NAME} may stand, and what each
 * becomes there: a value never leaves the place that it was put in.
 */
#ifndef PROCEDURE_TEMPLATES_H
#define PROCEDURE_TEMPLATES_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "procedure/plan.h"
#include "procedure/run.h"
#include "procedure/variables.h"

enum template_place {
	TEMPLATE_ARGUMENT, /* may not begin with "-", see variables.h */
	TEMPLATE_VALUE,    /* as it is */
	TEMPLATE_URL,      /* percent-encoded, but for one in front */
	TEMPLATE_HEADER,   /* no control character */
	TEMPLATE_JSON,     /* within a text only, and escaped as such */
	TEMPLATE_PATH,     /* absolute, without ".." */
};

/* False ends the telling. */
typedef bool template_seen(const char *option, enum template_place place,
    const char *template, void *arg);

/* Tells each; false as soon as one was told to end. */
bool templates_of(
    const struct step_settings *s, template_seen *seen, void *arg);

/* Where an option's texts are; false: it is none of these. */
bool template_place_of(const struct step_settings *s, const char *option,
    enum template_place *place);

/*
 * Appends it expanded, as variables_expand() does.  Refuses also what would
 * leave its place: a control character in a header, a path that is none, an
 * address whose path would climb.
 */
bool template_expand(enum template_place place, const char *template,
    const struct occasion *occasion, const struct plan *plan, unsigned step,
    const struct run *run, struct text *out, struct error *err);

/* Can each ${NAME} of a JSON template be escaped: does it stand in a text? */
bool template_json_check(const char *template, struct error *err);

#endif
