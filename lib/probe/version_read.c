#include "probe/version_read.h"

#include <string.h>

#include <json-c/json_pointer.h>

#include "base/json.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
version_read_words(
    const char *words, size_t length, char version[SAMPLE_VERSION_MAX])
{
	while (length > 0 && is_blank(*words)) {
		words++;
		length--;
	}
	while (length > 0 && is_blank(words[length - 1]))
		length--;
	if (length > SAMPLE_VERSION_MAX - 1)
		length = SAMPLE_VERSION_MAX - 1;
	for (size_t i = 0; i < length; i++)
		version[i] = words[i] == '\0' ? ' ' : words[i];
	version[length] = '\0';
	return length > 0;
}

bool
version_read_line(
    const char *output, size_t length, char version[SAMPLE_VERSION_MAX])
{
	const char *end = output + length;

	while (output < end) {
		const char *feed = memchr(output, '\n', (size_t)(end - output));
		const char *stop = feed == NULL ? end : feed;

		if (version_read_words(
			output, (size_t)(stop - output), version))
			return true;
		output = feed == NULL ? end : feed + 1;
	}
	return false;
}

static bool
read_value(struct json_object *value, char version[SAMPLE_VERSION_MAX])
{
	const char *words;

	if (!json_object_is_type(value, json_type_string) &&
	    !json_object_is_type(value, json_type_int))
		return false;
	words = json_object_get_string(value);
	if (json_object_is_type(value, json_type_string))
		return version_read_words(
		    words, (size_t)json_object_get_string_len(value), version);
	return version_read_words(words, strlen(words), version);
}

bool
version_read_json(const char *body, size_t length, const char *pointer,
    char version[SAMPLE_VERSION_MAX])
{
	struct error ignored;
	struct json_object *root = json_parse(body, length, &ignored);
	struct json_object *value = NULL;
	bool found;

	if (root == NULL)
		return false;
	found = json_pointer_get(root, pointer, &value) == 0 &&
	    read_value(value, version);
	json_object_put(root);
	return found;
}

bool
version_pointer_check(const char *pointer, struct error *err)
{
	if (*pointer != '\0' && *pointer != '/')
		return error_set(err,
		    "JSON pointer \"%s\" does not begin with \"/\": perhaps "
		    "\"/%s\"",
		    pointer, pointer);
	for (const char *p = pointer; *p != '\0'; p++)
		if (*p == '~' && p[1] != '0' && p[1] != '1')
			return error_set(err,
			    "in JSON pointer \"%s\" a \"~\" is written \"~0\"",
			    pointer);
	return true;
}
