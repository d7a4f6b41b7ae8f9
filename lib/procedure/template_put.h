/*
 * template_put.h - how a value is written in each place.  Part of
 * template_expand().
 */
#ifndef PROCEDURE_TEMPLATE_PUT_H
#define PROCEDURE_TEMPLATE_PUT_H

#include "procedure/templates.h"

variables_put *template_put_of(enum template_place place);

/* What came out is what the place wants. */
bool template_put_is_whole(
    enum template_place place, const char *whole, struct error *err);

#endif
