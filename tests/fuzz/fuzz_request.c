/*
 * The input stands for the lines of a request; header and checksum are made
 * for it, so that every field's own check is reached.  What is taken is
 * written and read again as the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "executor/key.h"
#include "executor/request.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX (1 << 18)

static void
check(const struct request *r)
{
	struct text file = text_new(FILE_MAX);
	struct request again;
	struct error err;
	struct key key;

	if (!key_parse(r->key, &key) || !name_is_valid(r->service) ||
	    !name_is_valid(r->procedure) || r->file_count == 0 ||
	    (r->target_version != NULL && !name_is_valid(r->target_version)) ||
	    (r->told != NULL && !told_is_valid(r->told)))
		abort();
	for (unsigned i = 0; i < r->file_count; i++)
		if (!request_file_is_valid(r->files[i]) ||
		    r->files[i][0] == '/' || strstr(r->files[i], "/../"))
			abort();
	step_request_write(&file, r);
	if (file.length <= REQUEST_MAX_BYTES &&
	    (!step_request_parse(&again, file.data, file.length, &err) ||
		strcmp(again.key, r->key) != 0 ||
		again.not_after_ms != r->not_after_ms ||
		!told_goes_on(again.told, r->told) ||
		!told_goes_on(r->told, again.told) ||
		again.file_count != r->file_count))
		abort();
	text_free(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text fields = text_new(FILE_MAX), file = text_new(FILE_MAX);
	struct request parsed;
	struct error err;

	text_add_bytes(&fields, data, size);
	record_finish(&file, "request", &fields);
	if (text_ok(&file) &&
	    step_request_parse(&parsed, file.data, file.length, &err))
		check(&parsed);
	text_free(&fields);
	text_free(&file);
	return 0;
}
