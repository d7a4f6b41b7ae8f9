/*
 * What json_parse() takes, json-c takes as well at its strictest, makes the
 * same of, and writes as something that json_parse() takes again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "tests/fuzz/fuzz.h"

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

static void
compare_with_json_c(struct json_object *ours, const char *bytes, size_t length)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_DEPTH_MAX + 2);
	char *copy = strndup(bytes, length);
	struct json_object *theirs;

	expect(tok != NULL && copy != NULL);
	json_tokener_set_flags(
	    tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	while (length > 0 && strchr(" \t\r\n", copy[length - 1]) != NULL)
		copy[--length] = '\0';
	theirs = json_tokener_parse_ex(tok, copy, (int)length + 1);
	expect(theirs != NULL);
	expect(json_object_equal(ours, theirs));
	json_object_put(theirs);
	json_tokener_free(tok);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct json_object *o, *again;
	const char *written;
	struct error err = { "" };

	o = json_parse(bytes, size, &err);
	expect((o == NULL) == (err.text[0] != '\0'));
	if (o == NULL)
		return 0;
	expect(memchr(bytes, '\0', size) == NULL);
	compare_with_json_c(o, bytes, size);
	written = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	again = json_parse(written, strlen(written), &err);
	expect(again != NULL && json_object_equal(o, again));
	json_object_put(again);
	json_object_put(o);
	return 0;
}
