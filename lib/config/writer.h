/*
 * writer.h - a struct back into configuration syntax, the same every time.
 *
 * What is written reads back as an equal struct.  Empty fields are left out;
 * sources are not written, so that moving a line changes nothing.
 */
#ifndef CONFIG_WRITER_H
#define CONFIG_WRITER_H

#include "base/option.h"
#include "base/text.h"

/* Appends the options of a struct, one a line, without the braces. */
void writer_options(struct text *out, const struct option_table *table,
    const void *settings, unsigned indent);

/* Appends "key = { ... };". */
void writer_group(struct text *out, const char *key,
    const struct option_table *table, const void *settings);

#endif
