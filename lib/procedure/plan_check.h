/*
 * plan_check.h - can this plan be carried out, as far as can be known?
 *
 * The last part of plan_new(): whatever it refuses would otherwise stop a
 * rollback half-way.
 */
#ifndef PROCEDURE_PLAN_CHECK_H
#define PROCEDURE_PLAN_CHECK_H

#include <stdbool.h>

#include "base/error.h"
#include "procedure/plan.h"

bool plan_check(const struct plan *p, struct error *err);

#endif
