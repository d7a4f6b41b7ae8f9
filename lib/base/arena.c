#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"

/* The first is small: many arenas hold little.  The next are twice as large,
   and the largest cost nothing where they are not used. */
#define BLOCK_MIN_BYTES ((size_t)2 * 1024)
#define BLOCK_MAX_BYTES ((size_t)256 * 1024)
#define TEXT_MAX_BYTES (SIZE_MAX - sizeof(struct block) - 1)
#define PAGES_MIN_BYTES ((size_t)64 * 1024)

/* What must be aligned grows from below, texts from above. */
struct block {
	struct block *next;
	size_t size;
	size_t used;
	size_t top;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct block *blocks; /* the newest first */
	size_t used_bytes;
	size_t max_bytes;
};

struct arena *
arena_new(size_t max_bytes)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a != NULL)
		a->max_bytes = max_bytes;
	return a;
}

static struct block *
take_block(size_t size)
{
	size_t bytes = sizeof(struct block) + size;

	return bytes < PAGES_MIN_BYTES ? calloc(1, bytes) : pages_new(1, bytes);
}

static void
give_block(struct block *b)
{
	size_t bytes = sizeof(*b) + b->size;

	if (bytes < PAGES_MIN_BYTES)
		free(b);
	else
		pages_free(b, 1, bytes);
}

static size_t
next_size(const struct block *newest)
{
	if (newest == NULL)
		return BLOCK_MIN_BYTES - sizeof(*newest);
	if (newest->size >= BLOCK_MAX_BYTES / 2)
		return BLOCK_MAX_BYTES - sizeof(*newest);
	return 2 * newest->size;
}

static struct block *
block_for(struct arena *a, size_t bytes)
{
	struct block *b = a->blocks;
	size_t size = next_size(b);

	if (b != NULL && b->top - b->used >= bytes)
		return b;
	if (size < bytes)
		size = bytes;
	b = take_block(size);
	if (b == NULL)
		return NULL;
	b->size = b->top = size;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t bytes)
{
	const size_t align = alignof(max_align_t);
	struct block *b;
	void *p;

	/* Room for what is added to it, here and in block_for(). */
	if (bytes > SIZE_MAX - align - sizeof(struct block))
		return NULL;
	bytes = (bytes + align - 1) / align * align;
	if (bytes > a->max_bytes - a->used_bytes)
		return NULL;
	b = block_for(a, bytes);
	if (b == NULL)
		return NULL;
	p = b->bytes + b->used;
	b->used += bytes;
	a->used_bytes += bytes;
	return p;
}

/* Not aligned, and zeroed. */
static char *
alloc_text(struct arena *a, size_t bytes)
{
	struct block *b;

	if (bytes > a->max_bytes - a->used_bytes)
		return NULL;
	b = block_for(a, bytes);
	if (b == NULL)
		return NULL;
	b->top -= bytes;
	a->used_bytes += bytes;
	return (char *)b->bytes + b->top;
}

void *
arena_array(struct arena *a, size_t count, size_t element_bytes)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, element_bytes, &bytes))
		return NULL;
	return arena_alloc(a, bytes);
}

char *
arena_strndup(struct arena *a, const char *text, size_t length)
{
	char *copy = length < TEXT_MAX_BYTES ? alloc_text(a, length + 1) : NULL;

	if (copy != NULL && length > 0)
		memcpy(copy, text, length);
	return copy;
}

char *
arena_strdup(struct arena *a, const char *text)
{
	return arena_strndup(a, text, strlen(text));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *text = NULL;
	int length;

	va_start(ap, fmt);
	va_copy(again, ap);
	length = vsnprintf(NULL, 0, fmt, ap);
	if (length >= 0)
		text = alloc_text(a, (size_t)length + 1);
	if (text != NULL)
		(void)vsnprintf(text, (size_t)length + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return text;
}

size_t
arena_used_bytes(const struct arena *a)
{
	return a->used_bytes;
}

void
arena_free(struct arena *a)
{
	struct block *next;

	if (a == NULL)
		return;
	for (struct block *b = a->blocks; b != NULL; b = next) {
		next = b->next;
		give_block(b);
	}
	free(a);
}
