/*
 * The input stands for the lines of a result; header and checksum are made
 * for it, so that every field's own check is reached.  What is taken is
 * written and read again as the same.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/key.h"
#include "executor/result.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX (1 << 18)

static void
check(const struct result *r)
{
	struct text file = text_new(FILE_MAX);
	struct result again;
	struct error err;
	struct key key;

	if (!key_parse(r->key, &key) || r->reason == NULL || r->tail == NULL ||
	    (r->capture != NULL &&
		!capture_is_valid(r->capture, strlen(r->capture))))
		abort();
	result_write(&file, r);
	if (text_ok(&file) &&
	    (!result_parse(&again, file.data, file.length, &err) ||
		again.exit_status != r->exit_status ||
		strcmp(again.outcome, r->outcome) != 0))
		abort();
	text_free(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text fields = text_new(FILE_MAX), file = text_new(FILE_MAX);
	struct result parsed;
	struct error err;

	text_add_bytes(&fields, data, size);
	record_finish(&file, "result", &fields);
	if (text_ok(&file) &&
	    result_parse(&parsed, file.data, file.length, &err))
		check(&parsed);
	text_free(&fields);
	text_free(&file);
	return 0;
}
