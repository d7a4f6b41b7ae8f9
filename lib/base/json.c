#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

struct json_object *
json_member(struct json_object *o, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(o, json_type_object))
		return NULL;
	return json_object_object_get_ex(o, key, &value) ? value : NULL;
}

const char *
json_text(struct json_object *o, const char *key)
{
	struct json_object *v = json_member(o, key);

	if (!json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

bool
json_int(struct json_object *o, const char *key, int64_t *value)
{
	struct json_object *v = json_member(o, key);

	if (!json_object_is_type(v, json_type_int))
		return false;
	*value = json_object_get_int64(v);
	return true;
}

bool
json_number(struct json_object *o, const char *key, double *value)
{
	struct json_object *v = json_member(o, key);

	if (!json_object_is_type(v, json_type_double) &&
	    !json_object_is_type(v, json_type_int))
		return false;
	*value = json_object_get_double(v);
	return true;
}

bool
json_flag(struct json_object *o, const char *key, bool fallback)
{
	struct json_object *v = json_member(o, key);

	if (!json_object_is_type(v, json_type_boolean))
		return fallback;
	return json_object_get_boolean(v);
}

struct json_object *
json_array(struct json_object *o, const char *key)
{
	struct json_object *v = json_member(o, key);

	return json_object_is_type(v, json_type_array) ? v : NULL;
}

void
json_set(struct json_object *o, const char *key, struct json_object *value)
{
	/* On failure the value would leak; give it back instead. */
	if (json_object_object_add(o, key, value) != 0)
		json_object_put(value);
}

void
json_set_bytes(
    struct json_object *o, const char *key, const char *bytes, size_t length)
{
	struct text clean = text_new(length * 3 + 1);

	while (length > 0) {
		size_t n = utf8_length(bytes, length);

		if (n > 0)
			text_add_bytes(&clean, bytes, n);
		else
			text_add(&clean, "\xef\xbf\xbd");
		bytes += n > 0 ? n : 1;
		length -= n > 0 ? n : 1;
	}
	json_set(o, key,
	    json_object_new_string_len(text_str(&clean), (int)clean.length));
	text_free(&clean);
}

void
json_set_text(struct json_object *o, const char *key, const char *value)
{
	if (value != NULL)
		json_set_bytes(o, key, value, strlen(value));
}

void
json_set_int(struct json_object *o, const char *key, int64_t value)
{
	json_set(o, key, json_object_new_int64(value));
}

void
json_set_number(struct json_object *o, const char *key, double value)
{
	char digits[32];

	if (!isfinite(value)) {
		json_set(o, key, NULL);
		return;
	}
	(void)snprintf(digits, sizeof(digits), "%.10g", value);
	json_set(o, key, json_object_new_double_s(value, digits));
}

void
json_set_bool(struct json_object *o, const char *key, bool value)
{
	json_set(o, key, json_object_new_boolean(value));
}
