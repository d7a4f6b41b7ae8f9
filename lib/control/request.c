#include "control/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ulid.h"
#include "base/units.h"
#include "control/rights.h"

static bool
id_is_valid(const char *id)
{
	return strlen(id) <= CONTROL_ID_MAX && name_is_valid(id);
}

/* "service/probe", both names. */
static bool
target_is_valid(const char *text)
{
	char service[NAME_MAX_BYTES + 1];
	const char *slash = strchr(text, '/');
	size_t length;

	if (slash == NULL)
		return false;
	length = (size_t)(slash - text);
	if (length >= sizeof(service))
		return false;
	memcpy(service, text, length);
	service[length] = '\0';
	return name_is_valid(service) && name_is_valid(slash + 1);
}

static bool
check_text(const struct verb_arg *arg, const char *text, struct error *err)
{
	enum report_class class;
	enum severity severity;
	bool good = false;
	const char *what = "";

	switch (arg->type) {
	case ARG_NAME:
		good = name_is_valid(text);
		what = "a name: letters, digits and ._+:-, at most 128";
		break;
	case ARG_SCOPE:
		good = name_is_valid(text) || strcmp(text, "*") == 0;
		what = "a name or \"*\"";
		break;
	case ARG_TARGET:
		good = target_is_valid(text);
		what = "SERVICE/PROBE";
		break;
	case ARG_ULID:
		good = ulid_is_valid(text);
		what = "an id of 26 digits and capital letters";
		break;
	case ARG_SEVERITY:
		good = severity_parse(text, &severity);
		what = "P0, P1, P2 or P3";
		break;
	case ARG_CLASS:
		good = report_class_parse(text, &class);
		what = "bug, security or data";
		break;
	case ARG_TEXT:
		good = *text != '\0' && strlen(text) <= REASON_MAX_BYTES;
		what = "a text of 1 to 255 bytes";
		break;
	case ARG_COUNT:
	case ARG_DURATION:
	case ARG_NUMBER:
	case ARG_FLAG:
		break;
	}
	return good || error_set(err, "%s must be %s", arg->name, what);
}

static bool
check_arg(
    const struct verb_arg *arg, struct json_object *value, struct error *err)
{
	int64_t n;

	switch (arg->type) {
	case ARG_NAME:
	case ARG_SCOPE:
	case ARG_TARGET:
	case ARG_ULID:
	case ARG_SEVERITY:
	case ARG_CLASS:
	case ARG_TEXT:
		if (!json_object_is_type(value, json_type_string))
			return error_set(err, "%s must be text", arg->name);
		return check_text(arg, json_object_get_string(value), err);
	case ARG_COUNT:
	case ARG_DURATION:
		n = json_object_get_int64(value);
		if (json_object_is_type(value, json_type_int) &&
		    n >= arg->min && n <= arg->max)
			return true;
		return error_set(err,
		    "%s must be a whole number from %" PRId64 " to %" PRId64,
		    arg->name, arg->min, arg->max);
	case ARG_NUMBER:
		return json_object_is_type(value, json_type_double) ||
		    json_object_is_type(value, json_type_int) ||
		    error_set(err, "%s must be a number", arg->name);
	case ARG_FLAG:
		break;
	}
	return json_object_is_type(value, json_type_boolean) ||
	    error_set(err, "%s must be true or false", arg->name);
}

static const struct verb_arg *
find_arg(const struct verb *v, const char *name)
{
	for (size_t i = 0; i < v->arg_count; i++)
		if (strcmp(v->args[i].name, name) == 0)
			return &v->args[i];
	return NULL;
}

static int
changes_of_baseline(struct json_object *args)
{
	return (json_member(args, "pin") != NULL) +
	    json_flag(args, "unpin", false) + json_flag(args, "reset", false);
}

static bool
check_baseline(struct json_object *args, struct error *err)
{
	return changes_of_baseline(args) <= 1 ||
	    error_set(err, "baseline takes one of reset, pin and unpin");
}

static bool
check_mark(struct json_object *args, struct error *err)
{
	bool incompatible = json_text(args, "incompatible") != NULL;
	int marks = json_flag(args, "verified", false) +
	    json_flag(args, "failed", false) +
	    json_flag(args, "compatible", false) + incompatible;

	if (marks != 1)
		return error_set(err,
		    "mark takes one of verified, failed, incompatible and "
		    "compatible");
	return incompatible || json_text(args, "reason") != NULL ||
	    error_set(err, "mark needs reason");
}

static bool
check_drill(struct json_object *args, struct error *err)
{
	bool last = json_flag(args, "last", false);
	bool abort = json_flag(args, "abort", false);

	if (last + abort + (json_text(args, "fault") != NULL) > 1)
		return error_set(
		    err, "drill takes one of fault, abort and last");
	return !last || json_text(args, "reason") == NULL ||
	    error_set(err, "drill --last takes no reason");
}

static bool
check_report(struct json_object *args, struct error *err)
{
	if (json_flag(args, "withdraw", false))
		return (json_text(args, "severity") == NULL &&
			   json_text(args, "class") == NULL) ||
		    error_set(err,
			"report --withdraw takes no severity and no class");
	if (json_text(args, "severity") == NULL)
		return error_set(err, "report needs severity");
	return json_text(args, "reason") != NULL ||
	    error_set(err, "report needs reason");
}

static bool
check_resolve(struct json_object *args, struct error *err)
{
	const char *as = json_text(args, "as");

	return strcmp(as, "done") == 0 || strcmp(as, "failed") == 0 ||
	    error_set(err, "resolve: as must be done or failed");
}

static bool
check_notify(struct json_object *args, struct error *err)
{
	const char *act = json_text(args, "act");

	if (strcmp(act, "list") == 0)
		return true;
	if (strcmp(act, "test") != 0 && strcmp(act, "retry") != 0 &&
	    strcmp(act, "drop") != 0)
		return error_set(
		    err, "notify: act must be test, list, retry or drop");
	return json_text(args, "what") != NULL ||
	    error_set(err, "notify %s needs what", act);
}

/* What one row of the table cannot say. */
static bool
check_together(
    enum control_verb verb, struct json_object *args, struct error *err)
{
	const struct verb *v = verb_info(verb);

	for (size_t i = 0; i < v->arg_count; i++)
		if (v->args[i].required &&
		    json_member(args, v->args[i].name) == NULL)
			return error_set(
			    err, "%s needs %s", v->word, v->args[i].name);
	if (verb == VERB_RELEASE &&
	    (json_member(args, "id") == NULL) ==
		(json_member(args, "service") == NULL))
		return error_set(err, "release needs either id or service");
	if (verb == VERB_BASELINE)
		return check_baseline(args, err);
	if (verb == VERB_RESOLVE)
		return check_resolve(args, err);
	if (verb == VERB_NOTIFY)
		return check_notify(args, err);
	if (verb == VERB_DRILL)
		return check_drill(args, err);
	if (verb == VERB_REPORT)
		return check_report(args, err);
	if (verb == VERB_MARK)
		return check_mark(args, err);
	return true;
}

/* One member as it came; nulls are not given. */
static bool
take_arg(enum control_verb verb, struct json_object *checked, const char *name,
    struct json_object *value, struct error *err)
{
	const struct verb *v = verb_info(verb);
	const struct verb_arg *arg = find_arg(v, name);

	if (arg == NULL)
		return error_set(err, "%s takes no \"%.64s\"", v->word, name);
	if (value == NULL)
		return true;
	if (!check_arg(arg, value, err))
		return false;
	json_set(checked, name, json_object_get(value));
	/* An argument lost would be another order. */
	return json_member(checked, name) != NULL ||
	    error_set(err, "out of memory");
}

static bool
take_args(enum control_verb verb, struct json_object *checked,
    struct json_object *args, struct error *err)
{
	struct json_object_iterator it = json_object_iter_begin(args);
	struct json_object_iterator end = json_object_iter_end(args);

	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
		if (!take_arg(verb, checked, json_object_iter_peek_name(&it),
			json_object_iter_peek_value(&it), err))
			return false;
	return true;
}

struct json_object *
request_check_args(
    enum control_verb verb, struct json_object *args, struct error *err)
{
	struct json_object *checked = json_object_new_object();

	if (checked == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	if ((args == NULL || take_args(verb, checked, args, err)) &&
	    check_together(verb, checked, err))
		return checked;
	json_object_put(checked);
	return NULL;
}

static bool
has_only_known(struct json_object *o, struct error *err)
{
	struct json_object_iterator it = json_object_iter_begin(o);
	struct json_object_iterator end = json_object_iter_end(o);

	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		const char *name = json_object_iter_peek_name(&it);

		if (strcmp(name, "v") != 0 && strcmp(name, "id") != 0 &&
		    strcmp(name, "verb") != 0 && strcmp(name, "args") != 0)
			return error_set(
			    err, "a request has no \"%.64s\"", name);
	}
	return true;
}

/* Takes the envelope apart; the verb is left in *word. */
static bool
read_envelope(struct json_object *o, struct control_request *request,
    const char **word, struct json_object **args, struct error *err)
{
	const char *id = json_text(o, "id");
	int64_t version;

	if (!json_object_is_type(o, json_type_object))
		return error_set(err, "a request is a JSON object");
	if (id == NULL || !id_is_valid(id))
		return error_set(err,
		    "id must be 1 to %d letters, digits and ._+:-",
		    CONTROL_ID_MAX);
	(void)snprintf(request->id, sizeof(request->id), "%s", id);
	if (!json_int(o, "v", &version) || version != 1)
		return error_set(err, "v must be 1, the only version spoken");
	*word = json_text(o, "verb");
	if (*word == NULL)
		return error_set(err, "verb must be text");
	*args = json_member(o, "args");
	if (*args != NULL && !json_object_is_type(*args, json_type_object))
		return error_set(err, "args must be an object");
	return has_only_known(o, err);
}

enum control_error
request_read(const char *line, size_t length, const struct caller *caller,
    struct control_request *request, struct error *err)
{
	struct json_object *o, *args = NULL;
	const char *word = NULL;
	enum control_error code = CONTROL_BAD_REQUEST;

	*request = (struct control_request){ .id = "" };
	if (length > CONTROL_REQUEST_MAX_BYTES) {
		(void)error_set(err, "a request may have %zu bytes",
		    CONTROL_REQUEST_MAX_BYTES);
		return CONTROL_TOO_LARGE;
	}
	o = json_parse(line, length, err);
	if (o == NULL || !read_envelope(o, request, &word, &args, err))
		goto out;
	if (!verb_find(word, &request->verb)) {
		(void)error_set(err, "there is no verb \"%.64s\"", word);
		code = CONTROL_UNKNOWN_VERB;
		goto out;
	}
	if (!rights_verb(caller, request->verb, err)) {
		code = CONTROL_DENIED;
		goto out;
	}
	request->args = request_check_args(request->verb, args, err);
	if (request->args != NULL)
		code = CONTROL_OK;
out:
	json_object_put(o);
	return code;
}

bool
request_acts(const struct control_request *request)
{
	if (request->verb == VERB_BASELINE)
		return changes_of_baseline(request->args) > 0;
	if (request->verb == VERB_DRILL)
		return !json_flag(request->args, "last", false);
	return verb_info(request->verb)->acts;
}

void
request_end(struct control_request *request)
{
	json_object_put(request->args);
	request->args = NULL;
}

void
control_request_write(struct text *out, const char *id, enum control_verb verb,
    struct json_object *args)
{
	struct json_object *o = json_object_new_object();

	json_set_int(o, "v", 1);
	json_set_text(o, "id", id);
	json_set_text(o, "verb", verb_info(verb)->word);
	if (args != NULL)
		json_set(o, "args", json_object_get(args));
	text_add(out,
	    json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	text_add_char(out, '\n');
	json_object_put(o);
}
