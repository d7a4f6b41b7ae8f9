/*
 * complaints.h - everything that is wrong with a configuration, at once.
 */
#ifndef CONFIG_COMPLAINTS_H
#define CONFIG_COMPLAINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/source.h"

#define COMPLAINTS_MAX 200 /* then one line says that there are more */

enum complaint_kind {
	COMPLAINT_WARNING,
	COMPLAINT_ERROR,
	COMPLAINT_UNREADABLE, /* a file could not be read at all */
};

struct complaints;

/* NULL when memory is short. */
struct complaints *complaints_new(void);
void complaints_free(struct complaints *c);

void complain(struct complaints *c, enum complaint_kind kind,
    struct source where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

size_t complaints_count(const struct complaints *c, enum complaint_kind kind);

/* The worst first question of a caller: may this configuration be used? */
bool complaints_are_fatal(const struct complaints *c);

/*
 * "file:line: error: what, and what to do", sorted by file and line; NULL
 * past the end.  Borrowed until the next call that changes c.
 */
const char *complaints_line(struct complaints *c, size_t index);

#endif
