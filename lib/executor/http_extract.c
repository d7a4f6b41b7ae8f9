#include "executor/http_extract.h"

#include <json-c/json_pointer.h>

#include "base/json.h"

static bool
has_controls(const char *words, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)words[i] < ' ' || words[i] == 0x7f)
			return true;
	return false;
}

/* Of the few characters U+0080 to U+009F some terminals make controls. */
static bool
has_c1_controls(const char *words, size_t length)
{
	for (size_t i = 0; i + 1 < length; i++)
		if ((unsigned char)words[i] == 0xc2 &&
		    (unsigned char)words[i + 1] < 0xa0)
			return true;
	return false;
}

static bool
take_string(struct json_object *o, const char *pointer, struct text *value,
    struct error *err)
{
	const char *words = json_object_get_string(o);
	size_t length = (size_t)json_object_get_string_len(o);

	if (length > HTTP_EXTRACT_MAX_BYTES)
		return error_set(err, "%s is longer than %d bytes", pointer,
		    HTTP_EXTRACT_MAX_BYTES);
	if (has_controls(words, length) || has_c1_controls(words, length))
		return error_set(err, "%s holds a control character", pointer);
	text_add_bytes(value, words, length);
	return true;
}

static bool
take(struct json_object *o, const char *pointer, struct text *value,
    struct error *err)
{
	switch (json_object_get_type(o)) {
	case json_type_string:
		return take_string(o, pointer, value, err);
	case json_type_int:
	case json_type_double:
	case json_type_boolean:
		text_add(value,
		    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
		return true;
	case json_type_null:
		return error_set(err, "%s is null", pointer);
	case json_type_object:
		return error_set(err, "%s is an object", pointer);
	case json_type_array:
		return error_set(err, "%s is an array", pointer);
	}
	return error_set(err, "%s is of no known type", pointer);
}

bool
http_extract(const char *body, size_t length, const char *pointer,
    struct text *value, struct error *err)
{
	struct json_object *found = NULL;
	struct error why;
	struct json_object *root = json_parse(body, length, &why);
	bool ok;

	if (root == NULL)
		return error_set(
		    err, "the answer is no JSON: %.200s", why.text);
	if (json_pointer_get(root, pointer, &found) != 0)
		ok = error_set(err, "%s is not in the answer", pointer);
	else
		ok = take(found, pointer, value, err);
	json_object_put(root);
	if (ok && !text_ok(value))
		return error_set(err, "out of memory");
	return ok;
}
