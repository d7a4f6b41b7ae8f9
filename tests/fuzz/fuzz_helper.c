/*
 * The input stands for the lines of a helper's record, or of its result;
 * header and checksum are made for it.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/helper.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX (1 << 18)

static void
try_helper(struct text *file)
{
	struct helper h;
	struct error err;

	if (!helper_parse(&h, file->data, file->length, &err))
		return;
	if (h.argv[0][0] != '/' || h.timeout_ms <= 0 ||
	    h.body[h.body_length] != '\0')
		abort();
}

static void
try_result(struct text *file)
{
	struct helper_result r;
	struct error err;

	if (helper_result_parse(&r, file->data, file->length, &err) &&
	    (r.reason == NULL || r.output == NULL ||
		r.output_length > HELPER_OUTPUT_MAX))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text fields = text_new(FILE_MAX);
	struct text helper = text_new(FILE_MAX), result = text_new(FILE_MAX);

	text_add_bytes(&fields, data, size);
	record_finish(&helper, "helper", &fields);
	record_finish(&result, "helper-result", &fields);
	if (text_ok(&helper) && text_ok(&result)) {
		try_helper(&helper);
		try_result(&result);
	}
	text_free(&fields);
	text_free(&helper);
	text_free(&result);
	return 0;
}
