/*
 * whole_file.h - a file of the source tree, for tests that compare with one.
 */
#ifndef TESTS_UNIT_WHOLE_FILE_H
#define TESTS_UNIT_WHOLE_FILE_H

#include "tests/unit/test.h"

#include <stdio.h>

#include "base/text.h"

/* All of it, which the caller frees; fails where that is more than max. */
static inline struct text
whole_file(const char *path, size_t max_bytes)
{
	struct text t = text_new(max_bytes);
	FILE *f = fopen(path, "rb");
	char bytes[4096];
	size_t n;

	if (f == NULL)
		fail_msg("no %s", path);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		text_add_bytes(&t, bytes, n);
	assert_int_equal(ferror(f), 0);
	assert_int_equal(fclose(f), 0);
	assert_true(text_ok(&t));
	return t;
}

#endif
