#include "executor/approval.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/ulid.h"
#include "base/units.h"
#include "base/utf8.h"
#include "executor/request.h"

static bool
reason_is_valid(const char *text)
{
	size_t length = strlen(text);

	return length <= APPROVAL_REASON_MAX && utf8_is_valid(text, length);
}

/* A label ends with any item of a list in the configuration. */
static bool
gate_is_valid(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return length > 0 && length <= APPROVAL_GATE_MAX &&
	    utf8_is_valid(text, length);
}

/* How each text is called and what it must be. */
static const struct {
	const char *name;
	size_t offset;
	bool required;
	bool (*is_valid)(const char *text);
} texts[] = {
	{ "incident", offsetof(struct approval, incident), true,
	    ulid_is_valid },
	{ "service", offsetof(struct approval, service), true, name_is_valid },
	{ "procedure", offsetof(struct approval, procedure), true,
	    name_is_valid },
	{ "digest", offsetof(struct approval, digest), true,
	    digest_text_is_valid },
	{ "target_version", offsetof(struct approval, target_version), false,
	    name_is_valid },
	{ "gate", offsetof(struct approval, gate), false, gate_is_valid },
	{ "reason", offsetof(struct approval, reason), false, reason_is_valid },
	{ "boot_id", offsetof(struct approval, boot_id), true,
	    boot_id_is_valid },
};

#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static const char **
text_of(struct approval *a, size_t index)
{
	return (const char **)(void *)((char *)a + texts[index].offset);
}

void
approval_write(struct text *file, const struct approval *a)
{
	struct text fields = text_new(APPROVAL_MAX_BYTES);
	struct approval copy = *a;

	if (copy.reason != NULL && !reason_is_valid(copy.reason))
		copy.reason = NULL;
	for (size_t i = 0; i < TEXTS; i++)
		record_add(&fields, texts[i].name, *text_of(&copy, i));
	record_add_int(&fields, "wall_ms", a->wall_ms);
	record_add_int(&fields, "not_after_ms", a->not_after_ms);
	record_finish(file, "approval", &fields);
	text_free(&fields);
}

void
approval_name(
    const char *incident, const char *gate, char name[APPROVAL_NAME_BYTES])
{
	char digest[DIGEST_TEXT_BYTES];

	if (gate == NULL) {
		(void)snprintf(name, APPROVAL_NAME_BYTES, "%s", incident);
		return;
	}
	digest_text(gate, strlen(gate), digest);
	(void)snprintf(
	    name, APPROVAL_NAME_BYTES, "%s.gate-%.16s", incident, digest);
}

bool
approval_parse(
    struct approval *a, char *bytes, size_t length, struct error *err)
{
	struct record record;

	*a = (struct approval){ .incident = NULL };
	if (length > APPROVAL_MAX_BYTES)
		return error_set(err, "more than %d bytes", APPROVAL_MAX_BYTES);
	if (!record_parse(&record, "approval", bytes, length, err))
		return false;
	for (size_t i = 0; i < TEXTS; i++) {
		const char *value = record_get(&record, texts[i].name);

		if (value == NULL && texts[i].required)
			return error_set(err, "%s is missing", texts[i].name);
		if (value != NULL && !texts[i].is_valid(value))
			return error_set(err, "%s is malformed", texts[i].name);
		*text_of(a, i) = value;
	}
	if (!record_get_int(&record, "wall_ms", &a->wall_ms) ||
	    !record_get_int(&record, "not_after_ms", &a->not_after_ms))
		return error_set(err, "a time is missing or malformed");
	return true;
}
