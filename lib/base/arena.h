/*
 * arena.h - memory that is taken piece by piece and given back at once.
 *
 * A configuration lives in one arena: reading it takes all the memory that
 * watching will need, and letting it go is a single call.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

/* Refuses to grow beyond max_bytes.  NULL when memory is short. */
struct arena *arena_new(size_t max_bytes);

/* Zeroed and aligned for any type.  NULL when memory or the limit is short. */
void *arena_alloc(struct arena *a, size_t bytes);

/* An array of count elements; guards against overflow. */
void *arena_array(struct arena *a, size_t count, size_t element_bytes);

/* Texts: not aligned, so that thousands of short ones lie close together. */
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t length);
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

size_t arena_used_bytes(const struct arena *a);

/* NULL is allowed. */
void arena_free(struct arena *a);

#endif
