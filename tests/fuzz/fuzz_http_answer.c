/*
 * The first byte says how long a credential is, which follows; then comes a
 * JSON pointer of a line, and the answer of a server.  Whatever it is: what
 * is shown holds no credential, and what is extracted is one line of text.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/http_extract.h"
#include "executor/secrets.h"
#include "probe/version_read.h"
#include "tests/fuzz/fuzz.h"

#define SECRET_MAX 16
#define POINTER_MAX 64

static void
check_masked(const struct secrets *s, const char *bytes, size_t length)
{
	size_t secret = s->count == 0 ? 0 : strlen(s->items[0]);
	struct text masked = text_new(length * 4 + 16);
	bool was_in = secrets_are_within(s, bytes, length);

	secrets_mask(s, bytes, length, &masked);
	if (!text_ok(&masked))
		abort();
	if (!was_in &&
	    (masked.length != length ||
		memcmp(text_str(&masked), bytes, length) != 0))
		abort();
	/* The mask might be part of what it masks. */
	if (secret > 0 && strchr(s->items[0], '*') == NULL &&
	    memmem(text_str(&masked), masked.length, s->items[0], secret) !=
		NULL)
		abort();
	text_free(&masked);
}

static void
check_extracted(const char *pointer, const char *bytes, size_t length)
{
	struct text value = text_new(HTTP_EXTRACT_MAX_BYTES + 1);
	struct error err = { "" };

	if (!http_extract(bytes, length, pointer, &value, &err)) {
		if (err.text[0] == '\0')
			abort();
	} else {
		if (value.length > HTTP_EXTRACT_MAX_BYTES)
			abort();
		for (size_t i = 0; i < value.length; i++)
			if ((unsigned char)value.data[i] < ' ' ||
			    value.data[i] == 0x7f)
				abort();
	}
	text_free(&value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char secret[SECRET_MAX + 1] = "", pointer[POINTER_MAX + 1] = "";
	struct secrets s = { .count = 0 };
	struct error err;
	const char *bytes = (const char *)data, *end;
	size_t length;

	if (size < 1 + SECRET_MAX)
		return 0;
	memcpy(secret, bytes + 1, data[0] % (SECRET_MAX + 1));
	bytes += 1 + SECRET_MAX;
	size -= 1 + SECRET_MAX;
	end = memchr(bytes, '\n', size < POINTER_MAX ? size : POINTER_MAX);
	if (end == NULL)
		return 0;
	memcpy(pointer, bytes, (size_t)(end - bytes));
	length = size - (size_t)(end + 1 - bytes);
	if (!secrets_add(&s, secret))
		abort();
	check_masked(&s, end + 1, length);
	if (version_pointer_check(pointer, &err))
		check_extracted(pointer, end + 1, length);
	secrets_clear(&s);
	return 0;
}
