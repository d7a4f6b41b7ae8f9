/*
 * sections.h - the long sections of the Markdown report.  Private to this
 * stage.
 */
#ifndef REPORT_SECTIONS_H
#define REPORT_SECTIONS_H

#include "base/text.h"
#include "report/story.h"

/* One section of the page by its name; false: there is none. */
bool markdown_section(
    struct text *out, const struct story *s, const char *name);

/* What was deployed around the first bad sample. */
void markdown_changes(struct text *out, const struct story *s);

/* What tripped: value against limit, and the samples. */
void markdown_evidence(struct text *out, const struct story *s);

/* Each run with its steps, their outcomes and outputs. */
void markdown_runs(struct text *out, const struct story *s);

#endif
