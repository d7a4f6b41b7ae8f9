/*
 * value.h - one setting into one field, or a complaint that says what to
 * write instead.  Private to the reader.
 */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "config/reader.h"

/* Scalars and lists of words; not groups and lists of groups. */
void value_read(struct reader *r, const struct option *option,
    config_setting_t *setting, void *field);

/* The option's fallback, which is known to be right. */
void value_default(struct reader *r, const struct option *option, void *field);

/* Members of a group, each a parameter. */
void value_params(struct reader *r, const struct option *option,
    const struct items *members, struct params *field);

void value_text(struct reader *r, const struct option *option,
    config_setting_t *setting, const char **field);
void value_strings(struct reader *r, const struct option *option,
    config_setting_t *setting, struct strings *field);

/* "key = 5: ..." */
void value_wrong(struct reader *r, const config_setting_t *setting,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Any pointer out of the arena, or NULL and the reader knows. */
void *value_alloc(struct reader *r, size_t count, size_t bytes);

/*
 * An array to be filled, and what is kept of it once it is: where an equal one
 * was read before, that.  NULL, and the reader knows.
 */
void *value_begin(struct reader *r, size_t count, size_t bytes);
void *value_end(struct reader *r, void *filled, size_t count, size_t bytes);

/* The same of a text. */
const char *value_keep(struct reader *r, const char *text);

#endif
