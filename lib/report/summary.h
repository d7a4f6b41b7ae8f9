/*
 * summary.h - an incident in a title and two sentences.  Private to this
 * stage.  The texts are plain: words of outside origin stand in them as they
 * came, for the page to escape.
 */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "base/text.h"
#include "report/story.h"

#define SUMMARY_MAX_BYTES 8192

void summary_title(const struct story *s, struct text *out);
void summary_sentences(const struct story *s, struct text *out);

#endif
