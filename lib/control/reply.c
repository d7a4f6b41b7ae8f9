#include "control/reply.h"

#include <string.h>

#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static const char *const error_words[] = {
	[CONTROL_OK] = "ok",
	[CONTROL_DENIED] = "denied",
	[CONTROL_UNKNOWN_VERB] = "unknown-verb",
	[CONTROL_BAD_REQUEST] = "bad-request",
	[CONTROL_NOT_FOUND] = "not-found",
	[CONTROL_CONFLICT] = "conflict",
	[CONTROL_BUSY] = "busy",
	[CONTROL_FAILED] = "failed",
	[CONTROL_TOO_LARGE] = "too-large",
	[CONTROL_TIMEOUT] = "timeout",
};

#define ERROR_WORDS (sizeof(error_words) / sizeof(error_words[0]))

const char *
control_error_word(enum control_error code)
{
	return error_words[code];
}

static struct json_object *
envelope(const char *id, bool ok)
{
	struct json_object *o = json_object_new_object();

	json_set_int(o, "v", 1);
	if (*id != '\0')
		json_set_text(o, "id", id);
	else
		json_set(o, "id", NULL);
	json_set_bool(o, "ok", ok);
	return o;
}

static void
write_line(struct text *out, struct json_object *o)
{
	size_t length = 0;
	const char *line = json_object_to_json_string_length(o, PLAIN, &length);

	if (line != NULL)
		text_add_bytes(out, line, length);
	else
		out->cut = true;
	text_add_char(out, '\n');
}

void
reply_write(struct text *out, const char *id, struct json_object *result)
{
	struct json_object *o = envelope(id, true);

	json_set(o, "result", json_object_get(result));
	write_line(out, o);
	json_object_put(o);
}

void
reply_write_parts(struct text *out, const char *id,
    const struct text *const parts[], size_t count)
{
	struct json_object *o = envelope(id, true);
	const char *head = json_object_to_json_string_ext(o, PLAIN);

	/* Without the brace that ends it. */
	text_add_bytes(out, head, strlen(head) - 1);
	json_object_put(o);
	text_add(out, ",\"result\":");
	for (size_t i = 0; i < count; i++) {
		text_add_bytes(out, text_str(parts[i]), parts[i]->length);
		out->cut = out->cut || !text_ok(parts[i]);
	}
	text_add(out, "}\n");
}

void
reply_write_error(struct text *out, const char *id, enum control_error code,
    const char *message, struct json_object *complaints)
{
	struct json_object *o = envelope(id, false);
	struct json_object *e = json_object_new_object();

	json_set_text(e, "code", control_error_word(code));
	json_set_text(e, "message", message);
	if (complaints != NULL)
		json_set(e, "complaints", json_object_get(complaints));
	json_set(o, "error", e);
	write_line(out, o);
	json_object_put(o);
}

/* A code of a newer daemon counts as failed. */
static enum control_error
parse_code(const char *word)
{
	for (size_t i = 1; i < ERROR_WORDS; i++)
		if (strcmp(error_words[i], word) == 0)
			return (enum control_error)i;
	return CONTROL_FAILED;
}

static bool
read_members(struct reply *reply, const char *id, struct error *err)
{
	struct json_object *o = reply->line, *e;
	const char *their_id = json_text(o, "id"), *code;
	int64_t version;

	if (!json_int(o, "v", &version) || version != 1)
		return error_set(err, "the daemon speaks another protocol");
	if (their_id != NULL && strcmp(their_id, id) != 0)
		return error_set(err, "the daemon answers someone else");
	if (json_flag(o, "ok", false)) {
		reply->result = json_member(o, "result");
		if (their_id == NULL ||
		    !json_object_is_type(reply->result, json_type_object))
			return error_set(err, "the answer has no result");
		return true;
	}
	e = json_member(o, "error");
	code = json_text(e, "code");
	reply->message = json_text(e, "message");
	if (code == NULL || reply->message == NULL)
		return error_set(err, "the answer has no error");
	reply->code = parse_code(code);
	reply->complaints = json_array(e, "complaints");
	return true;
}

bool
reply_read(const char *line, size_t length, const char *id, struct reply *reply,
    struct error *err)
{
	*reply = (struct reply){ .code = CONTROL_OK };
	reply->line = json_parse(line, length, err);
	if (reply->line == NULL)
		return false;
	if (read_members(reply, id, err))
		return true;
	reply_end(reply);
	return false;
}

void
reply_end(struct reply *reply)
{
	json_object_put(reply->line);
	*reply = (struct reply){ .code = CONTROL_OK };
}

enum control_exit
reply_exit(enum control_verb verb, const struct reply *reply)
{
	switch (reply->code) {
	case CONTROL_OK:
		return CONTROL_EXIT_OK;
	case CONTROL_DENIED:
	case CONTROL_CONFLICT:
	case CONTROL_BUSY:
		return CONTROL_EXIT_REFUSED;
	case CONTROL_NOT_FOUND:
		return CONTROL_EXIT_NOT_FOUND;
	case CONTROL_UNKNOWN_VERB:
	case CONTROL_BAD_REQUEST:
	case CONTROL_FAILED:
	case CONTROL_TOO_LARGE:
	case CONTROL_TIMEOUT:
		break;
	}
	return verb == VERB_RELOAD && reply->complaints != NULL ?
	    CONTROL_EXIT_BAD_CONFIG :
	    CONTROL_EXIT_FAILED;
}
