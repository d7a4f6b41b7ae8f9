#include "executor/result.h"

#include <string.h>

#include "base/ulid.h"
#include "base/units.h"
#include "base/utf8.h"
#include "executor/key.h"
#include "executor/request.h"

/* Escaped, every byte of a tail may have become four. */
#define TAIL_ESCAPED_MAX (4 * RESULT_TAIL_MAX)

void
claim_write(struct text *file, const struct claim *c)
{
	struct text fields = text_new(CLAIM_MAX_BYTES);

	record_add(&fields, "key", c->key);
	record_add(&fields, "boot_id", c->boot_id);
	record_add_int(&fields, "pid", c->pid);
	record_add_int(&fields, "start_time", c->start_time);
	record_add_int(&fields, "claimed_ms", c->claimed_ms);
	record_add_int(&fields, "wall_ms", c->wall_ms);
	record_add(&fields, "refusal", c->refusal);
	record_add(&fields, "warrant", c->warrant);
	record_add(&fields, "service", c->service);
	record_add(&fields, "procedure", c->procedure);
	record_add(&fields, "cause", c->cause);
	record_add(&fields, "incident", c->incident);
	record_add(&fields, "parent", c->parent);
	if (c->request != NULL)
		record_add_bytes(
		    &fields, "request", c->request, c->request_length);
	record_finish(file, "claim", &fields);
	text_free(&fields);
}

static bool
read_numbers(struct claim *c, const struct record *r)
{
	return record_get_int(r, "pid", &c->pid) && c->pid > 0 &&
	    record_get_int(r, "start_time", &c->start_time) &&
	    record_get_int(r, "claimed_ms", &c->claimed_ms) &&
	    record_get_int(r, "wall_ms", &c->wall_ms);
}

/* What a claim for a step that was permitted must say. */
static bool
is_complete(const struct claim *c)
{
	if (c->refusal != NULL)
		return true;
	if (c->warrant != NULL && strlen(c->warrant) > CLAIM_WARRANT_MAX)
		return false;
	return c->service != NULL && name_is_valid(c->service) &&
	    c->procedure != NULL && name_is_valid(c->procedure) &&
	    c->cause != NULL && c->incident != NULL &&
	    ulid_is_valid(c->incident) && c->request != NULL;
}

bool
claim_parse(struct claim *c, char *bytes, size_t length, struct error *err)
{
	struct record r;
	struct key key;
	const struct record_field *request;

	*c = (struct claim){ .pid = 0 };
	if (length > CLAIM_MAX_BYTES)
		return error_set(err, "more than %d bytes", CLAIM_MAX_BYTES);
	if (!record_parse(&r, "claim", bytes, length, err))
		return false;
	c->key = record_get(&r, "key");
	c->boot_id = record_get(&r, "boot_id");
	c->refusal = record_get(&r, "refusal");
	c->warrant = record_get(&r, "warrant");
	c->service = record_get(&r, "service");
	c->procedure = record_get(&r, "procedure");
	c->cause = record_get(&r, "cause");
	c->incident = record_get(&r, "incident");
	c->parent = record_get(&r, "parent");
	request = record_field(&r, "request");
	c->request = request == NULL ? NULL : request->value;
	c->request_length = request == NULL ? 0 : request->length;
	if (c->key == NULL || !key_parse(c->key, &key))
		return error_set(err, "key is missing or malformed");
	if (c->boot_id == NULL || !boot_id_is_valid(c->boot_id))
		return error_set(err, "boot_id is missing or malformed");
	if (!read_numbers(c, &r))
		return error_set(err, "a number is missing or malformed");
	if (!is_complete(c))
		return error_set(err, "a field is missing or malformed");
	return true;
}

static size_t
reason_length(const char *reason)
{
	size_t length = strlen(reason);

	if (length <= RESULT_REASON_MAX)
		return length;
	length = RESULT_REASON_MAX;
	while (length > 0 && ((unsigned char)reason[length] & 0xc0) == 0x80)
		length--;
	return length;
}

void
result_write(struct text *file, const struct result *r)
{
	struct text fields = text_new(RESULT_MAX_BYTES - RECORD_HEADER_MAX);
	const char *tail = r->tail == NULL ? "" : r->tail;
	size_t length = strlen(tail);

	record_add(&fields, "key", r->key);
	record_add(&fields, "outcome", r->outcome);
	if (r->reason != NULL)
		record_add_bytes(
		    &fields, "reason", r->reason, reason_length(r->reason));
	record_add_int(&fields, "exit_status", r->exit_status);
	record_add_int(&fields, "started_ms", r->started_ms);
	record_add_int(&fields, "ended_ms", r->ended_ms);
	record_add_int(&fields, "started_wall_ms", r->started_wall_ms);
	record_add_int(&fields, "output_bytes", r->output_bytes);
	record_add_int(&fields, "left_behind", r->left_behind);
	/* What is escaped here is escaped once more as a field. */
	if (length > TAIL_ESCAPED_MAX)
		tail += length - TAIL_ESCAPED_MAX;
	record_add(&fields, "tail", tail);
	record_add(&fields, "capture", r->capture);
	record_finish(file, "result", &fields);
	text_free(&fields);
}

static bool
read_counts(struct result *r, const struct record *record)
{
	return record_get_int(record, "exit_status", &r->exit_status) &&
	    record_get_int(record, "started_ms", &r->started_ms) &&
	    record_get_int(record, "ended_ms", &r->ended_ms) &&
	    record_get_int(record, "started_wall_ms", &r->started_wall_ms) &&
	    record_get_int(record, "output_bytes", &r->output_bytes) &&
	    record_get_int(record, "left_behind", &r->left_behind);
}

bool
result_parse(struct result *r, char *bytes, size_t length, struct error *err)
{
	struct record record;
	struct key key;

	*r = (struct result){ .exit_status = 0 };
	if (length > RESULT_MAX_BYTES)
		return error_set(err, "more than %d bytes", RESULT_MAX_BYTES);
	if (!record_parse(&record, "result", bytes, length, err))
		return false;
	r->key = record_get(&record, "key");
	r->outcome = record_get(&record, "outcome");
	r->reason = record_get(&record, "reason");
	r->tail = record_get(&record, "tail");
	r->capture = record_get(&record, "capture");
	if (r->key == NULL || !key_parse(r->key, &key))
		return error_set(err, "key is missing or malformed");
	if (r->outcome == NULL || !name_is_valid(r->outcome))
		return error_set(err, "outcome is missing or malformed");
	if (r->reason == NULL)
		r->reason = "";
	if (r->tail == NULL)
		r->tail = "";
	if (r->capture != NULL &&
	    !capture_is_valid(r->capture, strlen(r->capture)))
		return error_set(err, "capture is malformed");
	if (!read_counts(r, &record))
		return error_set(err, "a number is missing or malformed");
	return true;
}

bool
capture_is_valid(const char *bytes, size_t length)
{
	if (length > RESULT_CAPTURE_MAX || !utf8_is_valid(bytes, length))
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c < 0x20 || c == 0x7f)
			return false;
		/* U+0080 to U+009F drive terminals too. */
		if (c == 0xc2 && (unsigned char)bytes[i + 1] < 0xa0)
			return false;
	}
	return true;
}
