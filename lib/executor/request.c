#include "executor/request.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/ulid.h"
#include "base/units.h"
#include "base/utf8.h"
#include "executor/key.h"
#include "executor/told.h"

#define FILE_NAME_BYTES 16

static bool
key_is_valid(const char *text)
{
	struct key key;

	return key_parse(text, &key);
}

static bool
cause_is_valid(const char *text)
{
	return strcmp(text, "automatic") == 0 ||
	    strcmp(text, "operator") == 0 || strcmp(text, "drill") == 0;
}

static bool
reason_is_valid(const char *text)
{
	size_t length = strlen(text);

	return length <= REQUEST_REASON_MAX && utf8_is_valid(text, length);
}

/* How each text of a request is called and what it must be. */
static const struct {
	const char *name;
	size_t offset;
	bool required;
	bool (*is_valid)(const char *text);
} texts[] = {
	{ "key", offsetof(struct request, key), true, key_is_valid },
	{ "parent", offsetof(struct request, parent), false, ulid_is_valid },
	{ "service", offsetof(struct request, service), true, name_is_valid },
	{ "procedure", offsetof(struct request, procedure), true,
	    name_is_valid },
	{ "digest", offsetof(struct request, digest), true,
	    digest_text_is_valid },
	{ "cause", offsetof(struct request, cause), true, cause_is_valid },
	{ "version", offsetof(struct request, version), false, name_is_valid },
	{ "previous_version", offsetof(struct request, previous_version), false,
	    name_is_valid },
	{ "target_version", offsetof(struct request, target_version), false,
	    name_is_valid },
	{ "incident", offsetof(struct request, incident), true, ulid_is_valid },
	{ "reason", offsetof(struct request, reason), false, reason_is_valid },
	{ "told", offsetof(struct request, told), false, told_is_valid },
	{ "parent_told", offsetof(struct request, parent_told), false,
	    told_is_valid },
	{ "boot_id", offsetof(struct request, boot_id), true,
	    boot_id_is_valid },
};

#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static const char **
text_of(struct request *r, size_t index)
{
	return (const char **)(void *)((char *)r + texts[index].offset);
}

static const char *
file_name(unsigned index, char name[FILE_NAME_BYTES])
{
	(void)snprintf(name, FILE_NAME_BYTES, "file%u", index);
	return name;
}

/* The reason, cut between characters; anything else as it is. */
static size_t
written_length(const char *name, const char *value)
{
	size_t length = strlen(value);

	if (strcmp(name, "reason") != 0 || length <= REQUEST_REASON_MAX)
		return length;
	length = REQUEST_REASON_MAX;
	while (length > 0 && ((unsigned char)value[length] & 0xc0) == 0x80)
		length--;
	return length;
}

void
step_request_write(struct text *file, const struct request *r)
{
	struct text fields = text_new(REQUEST_MAX_BYTES);
	struct request copy = *r;
	char name[FILE_NAME_BYTES];

	for (size_t i = 0; i < TEXTS; i++) {
		const char *value = *text_of(&copy, i);

		if (value != NULL)
			record_add_bytes(&fields, texts[i].name, value,
			    written_length(texts[i].name, value));
	}
	for (unsigned i = 0; i < r->file_count; i++)
		record_add(&fields, file_name(i, name), r->files[i]);
	record_add_int(&fields, "not_after_ms", r->not_after_ms);
	record_finish(file, "request", &fields);
	text_free(&fields);
}

static bool
read_files(struct request *r, const struct record *record, struct error *err)
{
	char name[FILE_NAME_BYTES];

	for (unsigned i = 0; i < REQUEST_FILES_MAX; i++) {
		const char *path = record_get(record, file_name(i, name));

		if (path == NULL)
			break;
		if (!request_file_is_valid(path))
			return error_set(err, "%s is malformed", name);
		r->files[r->file_count++] = path;
	}
	if (r->file_count == 0)
		return error_set(err, "file0 is missing or malformed");
	return true;
}

bool
step_request_parse(
    struct request *r, char *bytes, size_t length, struct error *err)
{
	struct record record;

	*r = (struct request){ .file_count = 0 };
	if (length > REQUEST_MAX_BYTES)
		return error_set(err, "more than %d bytes", REQUEST_MAX_BYTES);
	if (!record_parse(&record, "request", bytes, length, err))
		return false;
	for (size_t i = 0; i < TEXTS; i++) {
		const char *value = record_get(&record, texts[i].name);

		if (value == NULL && texts[i].required)
			return error_set(err, "%s is missing", texts[i].name);
		if (value != NULL && !texts[i].is_valid(value))
			return error_set(err, "%s is malformed", texts[i].name);
		*text_of(r, i) = value;
	}
	if (!read_files(r, &record, err))
		return false;
	if (!record_get_int(&record, "not_after_ms", &r->not_after_ms))
		return error_set(err, "not_after_ms is missing or malformed");
	return true;
}

/* Length of the path's first part, 0 when it may not stand there. */
static size_t
part_length(const char *path)
{
	size_t length = strcspn(path, "/");

	if (strncmp(path, ".", length) == 0 ||
	    (length == 2 && strncmp(path, "..", 2) == 0))
		return 0;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f)
			return 0;
	return length;
}

bool
request_file_is_valid(const char *path)
{
	if (strnlen(path, REQUEST_FILE_NAME_MAX + 1) > REQUEST_FILE_NAME_MAX)
		return false;
	for (;;) {
		size_t length = part_length(path);

		if (length == 0)
			return false;
		if (path[length] == '\0')
			return true;
		path += length + 1;
	}
}

bool
boot_id_is_valid(const char *id)
{
	static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	for (i = 0; pattern[i] != '\0'; i++) {
		if (id[i] == '\0')
			return false;
		if (pattern[i] == '-' ?
			id[i] != '-' :
			strchr("0123456789abcdef", id[i]) == NULL)
			return false;
	}
	return id[i] == '\0';
}
