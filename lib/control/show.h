/*
 * show.h - results as tables for people.
 *
 * Takes whatever JSON it is given: what is missing is shown as "-", and text
 * of any origin is escaped.  Moments are shown in UTC.
 */
#ifndef CONTROL_SHOW_H
#define CONTROL_SHOW_H

#include "base/json.h"
#include "base/text.h"
#include "control/reply.h"
#include "control/table.h"
#include "control/verb.h"

#define SHOW_MAX_BYTES ((size_t)64 * 1024 * 1024)

void show_result(struct text *out, enum control_verb verb,
    struct json_object *result, const struct show_style *style);

/* Why it was refused: a line, and one for each complaint. */
void show_refusal(struct text *out, enum control_verb verb,
    const struct reply *reply, const struct show_style *style);

#endif
