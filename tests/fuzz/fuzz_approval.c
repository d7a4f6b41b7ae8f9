/*
 * The input stands for the lines of an approval; header and checksum are made
 * for it.  What is taken is written and read again as the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/ulid.h"
#include "base/units.h"
#include "executor/approval.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX (1 << 18)

static void
check(const struct approval *a)
{
	struct text file = text_new(FILE_MAX);
	struct approval again;
	struct error err;

	if (!ulid_is_valid(a->incident) || !name_is_valid(a->service) ||
	    !name_is_valid(a->procedure) || !digest_text_is_valid(a->digest) ||
	    (a->target_version != NULL && !name_is_valid(a->target_version)))
		abort();
	approval_write(&file, a);
	if (file.length > APPROVAL_MAX_BYTES)
		abort();
	if (!approval_parse(&again, file.data, file.length, &err) ||
	    strcmp(again.incident, a->incident) != 0 ||
	    strcmp(again.digest, a->digest) != 0 ||
	    again.wall_ms != a->wall_ms ||
	    again.not_after_ms != a->not_after_ms)
		abort();
	text_free(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text fields = text_new(FILE_MAX), file = text_new(FILE_MAX);
	struct approval parsed;
	struct error err;

	text_add_bytes(&fields, data, size);
	record_finish(&file, "approval", &fields);
	if (text_ok(&file) &&
	    approval_parse(&parsed, file.data, file.length, &err))
		check(&parsed);
	text_free(&fields);
	text_free(&file);
	return 0;
}
