/*
 * short_memory.h - a test that includes it can let memory run out.
 *
 * Not under a sanitizer, whose own allocation must stay: SHORT_MEMORY says.
 */
#ifndef TESTS_UNIT_SHORT_MEMORY_H
#define TESTS_UNIT_SHORT_MEMORY_H

#include "tests/unit/test.h"

#include <stdbool.h>
#include <stdlib.h>

#define SHORT_MEMORY (!TEST_IS_SANITIZED)

static bool memory_is_short;

#if SHORT_MEMORY

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);

void *
malloc(size_t bytes)
{
	return memory_is_short ? NULL : __libc_malloc(bytes);
}

void *
calloc(size_t count, size_t bytes)
{
	return memory_is_short ? NULL : __libc_calloc(count, bytes);
}

#endif
#endif
