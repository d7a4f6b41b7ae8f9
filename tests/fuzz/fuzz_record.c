/*
 * Once as a file, which must be whole to be taken; once as a value, which
 * must come back byte for byte.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/record.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX (1 << 20)

static void
parse(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + 1);
	struct record r;
	struct error err;

	if (bytes == NULL)
		return;
	if (size > 0)
		memcpy(bytes, data, size);
	bytes[size] = '\0';
	if (record_parse(&r, "test", bytes, size, &err))
		for (size_t i = 0; i < r.count; i++)
			if (r.fields[i].value[r.fields[i].length] != '\0' ||
			    record_field(&r, r.fields[i].name) != &r.fields[i])
				abort();
	free(bytes);
}

static void
round_trip(const uint8_t *data, size_t size)
{
	struct text fields = text_new(FILE_MAX), file = text_new(FILE_MAX);
	const struct record_field *f;
	struct record r;
	struct error err;

	record_add_bytes(&fields, "value", (const char *)data, size);
	record_add_int(&fields, "number", -(int64_t)size);
	record_finish(&file, "test", &fields);
	if (text_ok(&file)) {
		if (!record_parse(&r, "test", file.data, file.length, &err))
			abort();
		f = record_field(&r, "value");
		if (f == NULL || f->length != size ||
		    (size > 0 && memcmp(f->value, data, size) != 0))
			abort();
	}
	text_free(&fields);
	text_free(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > FILE_MAX / 4)
		return 0;
	parse(data, size);
	round_trip(data, size);
	return 0;
}
