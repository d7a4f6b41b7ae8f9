/*
 * The input stands for the lines of a claim; header and checksum are made
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
check(const struct claim *c)
{
	struct text file = text_new(FILE_MAX);
	struct claim again;
	struct error err;
	struct key key;

	if (!key_parse(c->key, &key) || c->pid <= 0 ||
	    (c->refusal == NULL && (c->service == NULL || c->cause == NULL)))
		abort();
	claim_write(&file, c);
	if (text_ok(&file) &&
	    (!claim_parse(&again, file.data, file.length, &err) ||
		again.pid != c->pid || again.start_time != c->start_time ||
		again.request_length != c->request_length))
		abort();
	text_free(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text fields = text_new(FILE_MAX), file = text_new(FILE_MAX);
	struct claim parsed;
	struct error err;

	text_add_bytes(&fields, data, size);
	record_finish(&file, "claim", &fields);
	if (text_ok(&file) &&
	    claim_parse(&parsed, file.data, file.length, &err))
		check(&parsed);
	text_free(&fields);
	text_free(&file);
	return 0;
}
