/*
 * A pass of our own over every byte decides whether it is JSON; only then
 * does json-c, which takes much that is not, make objects of it.
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
	struct key *keys;
	size_t key_count;
	size_t key_capacity;
};

static bool read_value(struct reader *r);

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
		return json_fail(&r->scan, "out of memory");
	k->start = r->names.length;
	k->at = r->scan.at;
	if (!json_scan_string(&r->scan, &r->names))
		return false;
	k->length = r->names.length - k->start;
	return text_ok(&r->names) || json_fail(&r->scan, "out of memory");
}

static bool
read_member(struct reader *r)
{
	if (!read_key(r))
		return false;
	json_skip_space(&r->scan);
	if (!json_take(&r->scan, ':'))
		return json_fail(&r->scan, "expected ':' after a key");
	json_skip_space(&r->scan);
	return read_value(r);
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
read_object(struct reader *r)
{
	size_t first = r->key_count;
	size_t names_start = r->names.length;

	json_skip_space(&r->scan);
	if (json_take(&r->scan, '}'))
		return true;
	do {
		json_skip_space(&r->scan);
		if (!read_member(r))
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
read_array(struct reader *r)
{
	json_skip_space(&r->scan);
	if (json_take(&r->scan, ']'))
		return true;
	do {
		json_skip_space(&r->scan);
		if (!read_value(r))
			return false;
		json_skip_space(&r->scan);
	} while (json_take(&r->scan, ','));
	return json_take(&r->scan, ']') ||
	    json_fail(&r->scan, "expected ',' or ']'");
}

static bool
read_nested(struct reader *r, bool (*read)(struct reader *))
{
	bool good;

	if (r->depth == JSON_DEPTH_MAX)
		return json_fail(&r->scan, "nested too deep");
	r->depth++;
	r->scan.at++;
	good = read(r);
	r->depth--;
	return good;
}

static bool
read_value(struct reader *r)
{
	int c = json_peek(&r->scan);

	if (c == '-' || (c >= '0' && c <= '9'))
		return json_scan_number(&r->scan);
	switch (c) {
	case -1:
		return json_fail(&r->scan, "value missing, the text ends");
	case '{':
		return read_nested(r, read_object);
	case '[':
		return read_nested(r, read_array);
	case '"':
		return json_scan_string(&r->scan, NULL);
	case 't':
		return json_scan_word(&r->scan, "true");
	case 'f':
		return json_scan_word(&r->scan, "false");
	case 'n':
		return json_scan_word(&r->scan, "null");
	default:
		return json_fail(&r->scan, "not a JSON value");
	}
}

/* On success at stands behind the value. */
static bool
check(struct reader *r)
{
	size_t end;

	json_skip_space(&r->scan);
	if (json_peek(&r->scan) == 'n')
		return json_fail(&r->scan, "a bare null, or not a JSON value");
	if (!read_value(r))
		return false;
	end = r->scan.at;
	json_skip_space(&r->scan);
	if (r->scan.at != r->scan.length)
		return json_fail(&r->scan, "something after the value");
	r->scan.at = end;
	return true;
}

static struct json_object *
make(const char *bytes, size_t length, struct error *err)
{
	/* json-c counts depth from elsewhere; ours was checked. */
	struct json_tokener *tok = json_tokener_new_ex(JSON_DEPTH_MAX + 2);
	struct json_object *o;

	if (tok == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	o = json_tokener_parse_ex(tok, bytes, (int)length);
	/* A number at the top ends only where the text does. */
	if (json_tokener_get_error(tok) == json_tokener_continue)
		o = json_tokener_parse_ex(tok, "", 1);
	if (o == NULL)
		(void)error_set(err, "%s",
		    json_tokener_error_desc(json_tokener_get_error(tok)));
	json_tokener_free(tok);
	return o;
}

struct json_object *
json_parse(const char *bytes, size_t length, struct error *err)
{
	struct reader r = {
		.scan = { .bytes = bytes, .length = length, .err = err },
		.names = text_new(length),
	};
	struct json_object *o = NULL;

	if (length >= INT_MAX)
		(void)error_set(err, "too long");
	else if (check(&r))
		o = make(bytes, r.scan.at, err);
	text_free(&r.names);
	free(r.keys);
	return o;
}
