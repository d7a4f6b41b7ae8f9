#include "probe/http_judge_impl.h"

#include <string.h>

#include <json-c/json_pointer.h>

#include "base/json.h"
#include "probe/version_read.h"

#define VALUE_SHOWN_BYTES 40

static bool
is_number(struct json_object *o)
{
	return json_object_is_type(o, json_type_int) ||
	    json_object_is_type(o, json_type_double);
}

static bool
json_is(const struct http_judge *j, struct json_object *value)
{
	const char *equals = j->expect->json.equals;

	if (json_object_is_type(value, json_type_string)) {
		size_t length = (size_t)json_object_get_string_len(value);

		return length == strlen(equals) &&
		    memcmp(json_object_get_string(value), equals, length) == 0;
	}
	if (j->equals == NULL)
		return value == NULL && strcmp(equals, "null") == 0;
	if (is_number(value) && is_number(j->equals) &&
	    json_object_get_type(value) != json_object_get_type(j->equals))
		return json_object_get_double(value) ==
		    json_object_get_double(j->equals);
	return json_object_equal(value, j->equals) != 0;
}

static void
explain_json(
    const struct http_judge *j, struct json_object *value, struct text *t)
{
	const struct http_expect_json *json = &j->expect->json;
	const char *seen = json_object_to_json_string_ext(
	    value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t length = seen == NULL ? 0 : strlen(seen);

	text_addf(t, "%.24s is ", json->pointer);
	text_add_escaped(
	    t, seen, length > VALUE_SHOWN_BYTES ? VALUE_SHOWN_BYTES : length);
	text_add(t, ", expected ");
	text_add_escaped(t, json->equals, strlen(json->equals));
}

/*
 * It may well be JSON, but more than we can take: that is our trouble, not
 * the target's.
 */
static bool
is_beyond_us(const struct error *err)
{
	static const char *const limits[] = { "nested too deep", "number too l",
		"out of memory" };

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (strncmp(err->text, limits[i], strlen(limits[i])) == 0)
			return true;
	return false;
}

static struct http_verdict
not_json(const struct http_answer *a, const struct error *err)
{
	struct http_verdict v = judge_verdict(SAMPLE_FAILED, "body.not_json");
	struct text t = judge_detail(&v);

	if (is_beyond_us(err)) {
		v = judge_verdict(SAMPLE_LOST, "body.json_limit");
		t = judge_detail(&v);
		text_add(&t, err->text);
	} else
		judge_show_body(&t, a);
	return v;
}

struct http_verdict
judge_json_answer(const struct http_judge *j, const struct http_answer *a)
{
	struct http_verdict v = judge_verdict(SAMPLE_FAILED, "body.mismatch");
	struct text t = judge_detail(&v);
	struct json_object *root, *value = NULL;
	struct error err;

	if (!j->expect->json.given)
		return judge_verdict(SAMPLE_OK, NULL);
	root = json_parse(a->body, a->body_bytes, &err);
	if (root == NULL)
		return not_json(a, &err);
	if (json_pointer_get(root, j->expect->json.pointer, &value) != 0)
		text_addf(&t, "%.60s is missing", j->expect->json.pointer);
	else if (json_is(j, value))
		v = judge_verdict(SAMPLE_OK, NULL);
	else
		explain_json(j, value, &t);
	json_object_put(root);
	return v;
}

bool
judge_json_compile(struct http_judge *j, struct error *err)
{
	const struct http_expect_json *json = &j->expect->json;
	const char *p = json->pointer;
	struct error ignored;

	if (!json->given)
		return true;
	if (p == NULL || json->equals == NULL)
		return error_set(err, "json needs both pointer and equals");
	if (!version_pointer_check(p, err))
		return false;
	/* Not JSON: then only a text can equal it. */
	j->equals = json_parse(json->equals, strlen(json->equals), &ignored);
	return true;
}

void
judge_json_free(struct http_judge *j)
{
	json_object_put(j->equals);
}
