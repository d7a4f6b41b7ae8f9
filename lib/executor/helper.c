#include "executor/helper.h"

#include <stdio.h>
#include <string.h>

#define ARGUMENT_NAME_BYTES 16

static const char *
argument_name(size_t index, char name[ARGUMENT_NAME_BYTES])
{
	(void)snprintf(name, ARGUMENT_NAME_BYTES, "arg%zu", index);
	return name;
}

void
helper_write(struct text *file, const struct helper *h)
{
	struct text fields = text_new(HELPER_MAX_BYTES);
	char name[ARGUMENT_NAME_BYTES];

	for (size_t i = 0; h->argv[i] != NULL; i++)
		record_add(&fields, argument_name(i, name), h->argv[i]);
	record_add_int(&fields, "timeout_ms", h->timeout_ms);
	record_add_int(&fields, "ends_all", h->ends_all);
	record_add_bytes(&fields, "body", h->body, h->body_length);
	record_finish(file, "helper", &fields);
	text_free(&fields);
}

bool
helper_parse(struct helper *h, char *bytes, size_t length, struct error *err)
{
	struct record r;
	const struct record_field *body;
	char name[ARGUMENT_NAME_BYTES];
	int64_t ends_all = 0;

	*h = (struct helper){ .timeout_ms = 0 };
	if (!record_parse(&r, "helper", bytes, length, err))
		return false;
	for (size_t i = 0; i < HELPER_ARGUMENTS_MAX; i++) {
		h->argv[i] = record_get(&r, argument_name(i, name));
		if (h->argv[i] == NULL)
			break;
	}
	body = record_field(&r, "body");
	if (h->argv[0] == NULL || h->argv[0][0] != '/')
		return error_set(err, "the program is no absolute path");
	if (!record_get_int(&r, "timeout_ms", &h->timeout_ms) ||
	    h->timeout_ms <= 0)
		return error_set(err, "timeout_ms is missing or malformed");
	if (body == NULL || body->length > HELPER_BODY_MAX)
		return error_set(err, "the body is missing or too long");
	(void)record_get_int(&r, "ends_all", &ends_all);
	h->ends_all = ends_all == 1;
	h->body = body->value;
	h->body_length = body->length;
	return true;
}

void
helper_result_write(struct text *file, const struct helper_result *r)
{
	struct text fields = text_new(HELPER_RESULT_MAX_BYTES);

	record_add_int(&fields, "ok", r->ok);
	record_add(&fields, "reason", r->reason);
	record_add_int(&fields, "end", r->end);
	record_add_int(&fields, "status", r->status);
	record_add_int(&fields, "took_ms", r->took_ms);
	if (r->output != NULL)
		record_add_bytes(
		    &fields, "output", r->output, r->output_length);
	record_finish(file, "helper-result", &fields);
	text_free(&fields);
}

bool
helper_result_parse(
    struct helper_result *r, char *bytes, size_t length, struct error *err)
{
	struct record record;
	const struct record_field *output;
	int64_t ok, end;

	if (!record_parse(&record, "helper-result", bytes, length, err))
		return false;
	*r = (struct helper_result){ .output = "" };
	r->reason = record_get(&record, "reason");
	if (!record_get_int(&record, "ok", &ok) || r->reason == NULL ||
	    !record_get_int(&record, "end", &end) || end < HELPER_NOT_STARTED ||
	    end > HELPER_STOPPED ||
	    !record_get_int(&record, "status", &r->status) ||
	    !record_get_int(&record, "took_ms", &r->took_ms))
		return error_set(err, "a field is missing or malformed");
	r->ok = ok == 1;
	r->end = (enum helper_end)end;
	output = record_field(&record, "output");
	if (output != NULL && output->length > HELPER_OUTPUT_MAX)
		return error_set(err, "the output is too long");
	if (output != NULL) {
		r->output = output->value;
		r->output_length = output->length;
	}
	return true;
}
