/*
 * parse.h - the bytes of one file as a tree of settings.
 *
 * What libconfig would take in silence - integers that do not fit, includes
 * of any path, NUL - is refused before it sees the bytes.
 */
#ifndef CONFIG_PARSE_H
#define CONFIG_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include <libconfig.h>

#include "base/arena.h"
#include "config/complaints.h"

struct parsed {
	const char *shown; /* the file's name in complaints; borrowed */
	config_t tree;     /* its root has this struct as hook */
};

/*
 * A copy that parse_bytes() takes: a newline and a NUL behind the bytes, as
 * libconfig 1.5 stumbles over a comment that nothing ends.
 */
char *parse_copy(struct arena *a, const char *bytes, size_t length);

/* False after complaining; free it in any case. */
bool parse_bytes(struct parsed *p, const char *shown, const char *bytes,
    size_t length, struct complaints *complaints);
void parse_free(struct parsed *p);

#endif
