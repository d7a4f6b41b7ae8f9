#include "base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/* So that what watches over memory sees what is beyond the end. */
#if defined(__SANITIZE_ADDRESS__)
#define IS_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_WATCHED 1
#endif
#endif

static void *
take(size_t bytes)
{
#ifdef IS_WATCHED
	return calloc(1, bytes);
#else
	void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
#endif
}

void *
pages_new(size_t count, size_t element_bytes)
{
	if (count == 0 || element_bytes == 0 ||
	    count > SIZE_MAX / element_bytes)
		return NULL;
	return take(count * element_bytes);
}

void
pages_free(void *pages, size_t count, size_t element_bytes)
{
#ifdef IS_WATCHED
	(void)count;
	(void)element_bytes;
	free(pages);
#else
	if (pages != NULL)
		(void)munmap(pages, count * element_bytes); /* it was ours */
#endif
}
