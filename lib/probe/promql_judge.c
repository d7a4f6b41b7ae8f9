#include "probe/promql_judge.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "probe/promtext_number.h"

#define SHOWN_BYTES 60
#define STATUS_GOOD 200

/* Asking */

static void
add_encoded(struct text *t, const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		    (*c >= '0' && *c <= '9') || strchr("-._~", *c) != NULL)
			text_add_char(t, *c);
		else
			text_addf(t, "%%%02X", (unsigned)(unsigned char)*c);
	}
}

bool
promql_request(const struct promql_settings *settings, int64_t timeout_ms,
    struct text *url, struct text *body)
{
	size_t length = strlen(settings->server);
	bool is_get = settings->http.method == HTTP_GET;
	struct text *t = is_get ? url : body;

	while (length > 0 && settings->server[length - 1] == '/')
		length--;
	text_add_bytes(url, settings->server, length);
	text_add(url, is_get ? "/api/v1/query?query=" : "/api/v1/query");
	if (!is_get)
		text_add(body, "query=");
	add_encoded(t, settings->query);
	text_addf(t, "&timeout=%lldms", (long long)timeout_ms);
	return text_ok(url) && text_ok(body);
}

/* Answers */

enum sample_outcome
promql_outcome(enum promql_meaning meaning)
{
	switch (meaning) {
	case PROMQL_LOST:
		break;
	case PROMQL_OK:
		return SAMPLE_OK;
	case PROMQL_FAILED:
		return SAMPLE_FAILED;
	}
	return SAMPLE_LOST;
}

static struct promql_verdict
says(double value)
{
	return (struct promql_verdict){ .value = value };
}

/* What is OK needs no words. */
__attribute__((format(printf, 3, 4))) static struct promql_verdict
means(enum promql_meaning meaning, const char *failure, const char *fmt, ...)
{
	struct promql_verdict v = says((double)NAN);
	char words[ERROR_TEXT_MAX];
	struct text raw = text_over(words, sizeof(words));
	struct text t = text_over(v.verdict.detail, sizeof(v.verdict.detail));
	va_list ap;

	v.verdict.outcome = promql_outcome(meaning);
	if (v.verdict.outcome == SAMPLE_OK)
		return v;
	v.verdict.failure = failure;
	va_start(ap, fmt);
	text_addv(&raw, fmt, ap);
	va_end(ap);
	text_add_escaped(&t, words, strlen(words));
	return v;
}

static struct promql_verdict
is_error(const struct promql_settings *s, const char *words)
{
	return means(s->on_error, "promql.error", "%s", words);
}

/* It ends with a NUL, which belongs to no number. */
static bool
read_number(struct json_object *text, double *value)
{
	const char *from, *end, *behind;

	if (!json_object_is_type(text, json_type_string))
		return false;
	from = json_object_get_string(text);
	end = from + json_object_get_string_len(text);
	behind = promtext_number(from, end, value);
	return behind == end && from != end;
}

/* [ time in seconds, "value" ] */
static struct promql_verdict
judge_value(const struct promql_settings *s, struct json_object *pair,
    const struct promql_answer *a)
{
	struct json_object *time;
	double at_ms, value;

	if (!json_object_is_type(pair, json_type_array) ||
	    json_object_array_length(pair) != 2)
		return is_error(s, "a value is not [ time, \"number\" ]");
	time = json_object_array_get_idx(pair, 0);
	if (!json_object_is_type(time, json_type_int) &&
	    !json_object_is_type(time, json_type_double))
		return is_error(s, "the time of the value is no number");
	if (!read_number(json_object_array_get_idx(pair, 1), &value))
		return is_error(s, "the value is no number");
	at_ms = json_object_get_double(time) * 1000.0;
	if (!(at_ms >= (double)(a->wall_ms - s->max_age_ms)))
		return means(PROMQL_LOST, "promql.stale",
		    "the value is %.0f s old",
		    ((double)a->wall_ms - at_ms) / 1000.0);
	if (at_ms > (double)(a->wall_ms + PROMQL_AHEAD_MAX_MS))
		return means(PROMQL_LOST, "promql.stale",
		    "the value is from %.0f s ahead of our clock",
		    (at_ms - (double)a->wall_ms) / 1000.0);
	if (!isfinite(value))
		return means(s->on_nan, "promql.nan", "the query gave %s",
		    isnan(value)    ? "NaN" :
			value > 0.0 ? "+Inf" :
				      "-Inf");
	return says(value);
}

static struct promql_verdict
judge_vector(const struct promql_settings *s, struct json_object *vector,
    const struct promql_answer *a)
{
	struct json_object *one;
	size_t count = json_object_array_length(vector);

	if (count == 0)
		return means(
		    s->on_empty, "promql.empty", "the query gave no series");
	if (count > 1)
		return means(s->on_many, "promql.many",
		    "the query gave %zu series; make one of them, as by sum()",
		    count);
	one = json_object_array_get_idx(vector, 0);
	if (json_member(one, "histogram") != NULL)
		return is_error(s, "the query gave a histogram, not a number");
	return judge_value(s, json_member(one, "value"), a);
}

static struct promql_verdict
judge_data(const struct promql_settings *s, struct json_object *data,
    const struct promql_answer *a)
{
	const char *type = json_text(data, "resultType");
	struct json_object *result = json_array(data, "result");

	if (type == NULL || result == NULL)
		return is_error(s, "the answer has no result");
	if (strcmp(type, "scalar") == 0)
		return judge_value(s, result, a);
	if (strcmp(type, "vector") == 0)
		return judge_vector(s, result, a);
	return means(s->on_error, "promql.error",
	    "the query gave a %.20s; write one that gives one number", type);
}

/* Infos, a later invention, are for people who write queries. */
static const char *
first_warning(struct json_object *root)
{
	struct json_object *warnings = json_array(root, "warnings");
	struct json_object *first;

	if (warnings == NULL || json_object_array_length(warnings) == 0)
		return NULL;
	first = json_object_array_get_idx(warnings, 0);
	return json_object_is_type(first, json_type_string) ?
	    json_object_get_string(first) :
	    "a warning that is no text";
}

static struct promql_verdict
judge_root(const struct promql_settings *s, struct json_object *root,
    const struct promql_answer *a)
{
	const char *status = json_text(root, "status");
	const char *type = json_text(root, "errorType");
	const char *words = json_text(root, "error");
	const char *warning = first_warning(root);

	if (status != NULL && strcmp(status, "error") == 0)
		return means(s->on_error, "promql.error", "%s: %s",
		    type == NULL ? "error" : type,
		    words == NULL ? "for no reason" : words);
	if (a->status != STATUS_GOOD)
		return means(s->on_error, "promql.error",
		    "status %d, expected %d", a->status, STATUS_GOOD);
	if (status == NULL || strcmp(status, "success") != 0)
		return is_error(s, "the answer is not from a Prometheus API");
	if (warning != NULL && s->on_warning != PROMQL_OK)
		return means(s->on_warning, "promql.warning", "%s", warning);
	return judge_data(s, json_member(root, "data"), a);
}

static struct promql_verdict
not_json(const struct promql_settings *s, const struct promql_answer *a,
    const struct error *err)
{
	int shown =
	    a->body_bytes < SHOWN_BYTES ? (int)a->body_bytes : SHOWN_BYTES;

	if (a->status != STATUS_GOOD)
		return means(s->on_error, "promql.error", "status %d: %.*s",
		    a->status, shown, a->body);
	return means(s->on_error, "promql.error", "not JSON: %s", err->text);
}

struct promql_verdict
promql_judge(
    const struct promql_settings *settings, const struct promql_answer *a)
{
	struct json_object *root;
	struct promql_verdict v;
	struct error err = { "" };

	if (a->is_cut)
		return means(settings->on_many, "promql.many",
		    "the answer is longer than max_size");
	root = json_parse(a->body, a->body_bytes, &err);
	if (root == NULL)
		return not_json(settings, a, &err);
	v = judge_root(settings, root, a);
	json_object_put(root);
	return v;
}
