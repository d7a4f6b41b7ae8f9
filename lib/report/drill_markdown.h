/*
 * drill_markdown.h - how a drill went, for people: its times against what was
 * expected.
 */
#ifndef REPORT_DRILL_MARKDOWN_H
#define REPORT_DRILL_MARKDOWN_H

#include "base/json.h"
#include "base/text.h"

/* data: of the event drill_ended. */
void drill_markdown(struct text *out, struct json_object *data);

#endif
