/*
 * short_memory.h - a test that includes it can let memory run out, and count
 * what is taken.
 *
 * Not under a sanitizer, whose own allocation must stay: SHORT_MEMORY says.
 */
#ifndef TESTS_UNIT_SHORT_MEMORY_H
#define TESTS_UNIT_SHORT_MEMORY_H

#include "tests/unit/test.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

#define SHORT_MEMORY (!TEST_IS_SANITIZED)

#if SHORT_MEMORY

#define CHUNK_BYTES 8 /* what malloc() needs for itself */

static bool memory_is_short;
static size_t memory_in_use; /* bytes of malloc() and calloc() */

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void __libc_free(void *memory);

static void *
counted(void *memory)
{
	if (memory != NULL)
		memory_in_use += malloc_usable_size(memory) + CHUNK_BYTES;
	return memory;
}

void *
malloc(size_t bytes)
{
	return memory_is_short ? NULL : counted(__libc_malloc(bytes));
}

void *
calloc(size_t count, size_t bytes)
{
	return memory_is_short ? NULL : counted(__libc_calloc(count, bytes));
}

void
free(void *memory)
{
	if (memory != NULL)
		memory_in_use -= malloc_usable_size(memory) + CHUNK_BYTES;
	__libc_free(memory);
}

#endif
#endif
