#include <stdlib.h>
#include <string.h>

#include "daemon/fetch/fetch_impl.h"

#define FIRST_BYTES ((size_t)4096)
#define KEPT_BYTES ((size_t)64 * 1024)

bool
buffer_add(struct fetch_buffer *b, const char *bytes, size_t length)
{
	size_t want = b->length + length;
	size_t capacity = b->capacity == 0 ? FIRST_BYTES : b->capacity;
	char *more;

	if (length == 0)
		return true;
	while (capacity < want)
		capacity *= 2;
	if (capacity != b->capacity) {
		more = realloc(b->bytes, capacity);
		if (more == NULL)
			return false;
		b->bytes = more;
		b->capacity = capacity;
	}
	memcpy(b->bytes + b->length, bytes, length);
	b->length = want;
	return true;
}

void
buffer_clear(struct fetch_buffer *b)
{
	b->length = 0;
	if (b->capacity > KEPT_BYTES)
		buffer_free(b);
}

void
buffer_free(struct fetch_buffer *b)
{
	free(b->bytes);
	*b = (struct fetch_buffer){ .bytes = NULL };
}
