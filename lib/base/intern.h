/*
 * intern.h - equal pieces of memory are kept once.
 *
 * The configurations of ten thousand services say mostly the same: what one
 * piece of it would be is given here, and where an equal one has been before,
 * that is handed out again.  What is handed out belongs to the arena and is
 * never to be written to.
 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stddef.h>

#include "base/arena.h"

struct intern;

/* Copies go to the arena, which outlives it.  NULL when memory is short. */
struct intern *intern_new(struct arena *arena);

/* What was handed out stays.  NULL is allowed. */
void intern_free(struct intern *t);

/* Aligned for any type.  NULL when memory is short. */
const void *intern_bytes(struct intern *t, const void *bytes, size_t length);

/* The same of a text, which is not aligned. */
const char *intern_text(struct intern *t, const char *text);

#endif
