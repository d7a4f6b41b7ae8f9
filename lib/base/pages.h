/*
 * pages.h - zeroed memory that costs nothing until it is written to.
 *
 * For tables whose size is their maximum and of which little is mostly used:
 * malloc() would give and clear memory that others have used before.
 */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>

/* An array of count elements, aligned for any type.  NULL: no memory. */
void *pages_new(size_t count, size_t element_bytes);

/* The same count and size as it was made with.  NULL is allowed. */
void pages_free(void *pages, size_t count, size_t element_bytes);

#endif
