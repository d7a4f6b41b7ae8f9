/*
 * A parser of our own: json-c's takes much that is not JSON, and falls over
 * when memory is short.  What comes out are json-c's objects.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_scan.h"
#include "base/text.h"

#define KEY_SHOWN_BYTES 64

/* A key of an object that is still open. */
struct key {
	size_t start; /* in names */
	size_t length;
	size_t at; /* in the document */
};

struct reader {
	struct json_scan scan;
	unsigned depth;
	struct text names; /* the open objects' keys, escapes resolved */
	struct text words; /* a string that is a value */
	struct key *keys;
	size_t key_count;
	size_t key_capacity;
};

static bool read_value(struct reader *r, struct json_object **value);

static bool
no_memory(struct reader *r)
{
	return json_fail(&r->scan, "out of memory");
}

static struct key *
new_key(struct reader *r)
{
	if (r->key_count == r->key_capacity) {
		size_t capacity = r->key_capacity * 2 + 16;
		struct key *keys =
		    reallocarray(r->keys, capacity, sizeof(*keys));

		if (keys == NULL)
			return NULL;
		r->keys = keys;
		r->key_capacity = capacity;
	}
	return &r->keys[r->key_count++];
}

static bool
read_key(struct reader *r)
{
	struct key *k = new_key(r);

	if (k == NULL)
		return no_memory(r);
	k->start = r->names.length;
	k->at = r->scan.at;
	if (!json_scan_string(&r->scan, &r->names))
		return false;
	k->length = r->names.length - k->start;
	return true;
}

/* The key read last; those of objects within its value are gone again. */
static const char *
last_key(struct reader *r)
{
	if (r->names.data == NULL)
		return "";
	r->names.data[r->names.length] = '\0';
	return r->names.data + r->keys[r->key_count - 1].start;
}

static bool
read_member(struct reader *r, struct json_object *o)
{
	struct json_object *value = NULL;

	if (!read_key(r))
		return false;
	json_skip_space(&r->scan);
	if (!json_take(&r->scan, ':'))
		return json_fail(&r->scan, "expected ':' after a key");
	json_skip_space(&r->scan);
	if (!read_value(r, &value))
		return false;
	if (json_object_object_add(o, last_key(r), value) == 0)
		return true;
	json_object_put(value);
	return no_memory(r);
}

static bool
read_element(struct reader *r, struct json_object *array)
{
	struct json_object *value = NULL;

	if (!read_value(r, &value))
		return false;
	if (json_object_array_add(array, value) == 0)
		return true;
	json_object_put(value);
	return no_memory(r);
}

/* By name; among equal names by place. */
static int
compare_keys(const void *left, const void *right, void *arg)
{
	const struct key *a = left, *b = right;
	const char *names = arg;
	size_t shorter = a->length < b->length ? a->length : b->length;
	int order = shorter == 0 ?
	    0 :
	    memcmp(names + a->start, names + b->start, shorter);

	if (order != 0)
		return order;
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* Sorted, so that a thousand keys are no million comparisons. */
static bool
keys_differ(struct reader *r, size_t first)
{
	struct key *keys = r->keys + first;
	size_t count = r->key_count - first;
	const char *names = text_str(&r->names);

	if (count < 2)
		return true;
	qsort_r(keys, count, sizeof(*keys), compare_keys, r->names.data);
	for (size_t i = 1; i < count; i++) {
		struct text shown = text_new(KEY_SHOWN_BYTES);

		if (keys[i].length != keys[i - 1].length ||
		    memcmp(names + keys[i].start, names + keys[i - 1].start,
			keys[i].length) != 0)
			continue;
		text_add_escaped(&shown, names + keys[i].start, keys[i].length);
		(void)error_set(r->scan.err,
		    "key \"%s\" twice, again at byte %zu", text_str(&shown),
		    keys[i].at);
		text_free(&shown);
		return false;
	}
	return true;
}

static bool
read_object(struct reader *r, struct json_object *o)
{
	size_t first = r->key_count;
	size_t names_start = r->names.length;

	json_skip_space(&r->scan);
	if (json_take(&r->scan, '}'))
		return true;
	do {
		json_skip_space(&r->scan);
		if (!read_member(r, o))
			return false;
		json_skip_space(&r->scan);
	} while (json_take(&r->scan, ','));
	if (!json_take(&r->scan, '}'))
		return json_fail(&r->scan, "expected ',' or '}'");
	if (!keys_differ(r, first))
		return false;
	r->key_count = first;
	r->names.length = names_start;
	return true;
}

static bool
read_array(struct reader *r, struct json_object *array)
{
	json_skip_space(&r->scan);
	if (json_take(&r->scan, ']'))
		return true;
	do {
		json_skip_space(&r->scan);
		if (!read_element(r, array))
			return false;
		json_skip_space(&r->scan);
	} while (json_take(&r->scan, ','));
	return json_take(&r->scan, ']') ||
	    json_fail(&r->scan, "expected ',' or ']'");
}

static bool
read_nested(struct reader *r, struct json_object *(*make)(void),
    bool (*fill)(struct reader *, struct json_object *),
    struct json_object **value)
{
	struct json_object *nest;
	bool good;

	if (r->depth == JSON_DEPTH_MAX)
		return json_fail(&r->scan, "nested too deep");
	nest = make();
	if (nest == NULL)
		return no_memory(r);
	r->depth++;
	r->scan.at++;
	good = fill(r, nest);
	r->depth--;
	if (good)
		*value = nest;
	else
		json_object_put(nest);
	return good;
}

static bool
read_string(struct reader *r, struct json_object **value)
{
	text_clear(&r->words);
	if (!json_scan_string(&r->scan, &r->words))
		return false;
	*value = json_object_new_string_len(
	    text_str(&r->words), (int)r->words.length);
	return *value != NULL || no_memory(r);
}

static bool
read_number(struct reader *r, struct json_object **value)
{
	struct json_scanned n;

	if (!json_scan_number(&r->scan, &n))
		return false;
	*value = n.is_whole ? json_object_new_int64(n.whole) :
			      json_object_new_double_s(n.value, n.text);
	return *value != NULL || no_memory(r);
}

static bool
read_flag(struct reader *r, bool flag, struct json_object **value)
{
	if (!json_scan_word(&r->scan, flag ? "true" : "false"))
		return false;
	*value = json_object_new_boolean(flag);
	return *value != NULL || no_memory(r);
}

/* value stays NULL for null. */
static bool
read_value(struct reader *r, struct json_object **value)
{
	int c = json_peek(&r->scan);

	if (c == '-' || (c >= '0' && c <= '9'))
		return read_number(r, value);
	switch (c) {
	case -1:
		return json_fail(&r->scan, "value missing, the text ends");
	case '{':
		return read_nested(
		    r, json_object_new_object, read_object, value);
	case '[':
		return read_nested(r, json_object_new_array, read_array, value);
	case '"':
		return read_string(r, value);
	case 't':
		return read_flag(r, true, value);
	case 'f':
		return read_flag(r, false, value);
	case 'n':
		return json_scan_word(&r->scan, "null");
	default:
		return json_fail(&r->scan, "not a JSON value");
	}
}

static bool
read_document(struct reader *r, struct json_object **value)
{
	json_skip_space(&r->scan);
	if (json_peek(&r->scan) == 'n')
		return json_fail(&r->scan, "a bare null, or not a JSON value");
	if (!read_value(r, value))
		return false;
	json_skip_space(&r->scan);
	return r->scan.at == r->scan.length ||
	    json_fail(&r->scan, "something after the value");
}

struct json_object *
json_parse(const char *bytes, size_t length, struct error *err)
{
	struct reader r = {
		.scan = { .bytes = bytes, .length = length, .err = err },
		.names = text_new(length),
		.words = text_new(length),
	};
	struct json_object *o = NULL;

	if (length >= INT_MAX)
		(void)error_set(err, "too long");
	else if (!read_document(&r, &o)) {
		json_object_put(o);
		o = NULL;
	}
	text_free(&r.names);
	text_free(&r.words);
	free(r.keys);
	return o;
}
