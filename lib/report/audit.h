/*
 * audit.h - what operators did, one entry an act, from the durable log.
 */
#ifndef REPORT_AUDIT_H
#define REPORT_AUDIT_H

#include "base/json.h"
#include "base/text.h"

/* The kinds of events that are, or may be, acts of operators; ends with NULL.
 */
extern const char *const audit_kinds[];

#define AUDIT_WORDS_MAX 1024

/*
 * What kind of act the event is, as a verb: "deploy", "rollback"; of a refused
 * one the verb that was refused.  NULL where no operator did it.  Borrows from
 * data.
 */
const char *audit_act(const char *kind, struct json_object *data);

/* What was done, plain as it came: "version v2, before it v1". */
void audit_words(const char *kind, struct json_object *data, struct text *out);

#endif
