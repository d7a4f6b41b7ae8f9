#include "daemon/ctl/backtest_range.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "daemon/ctl/backtest_server.h"

#define COUNTER_POINTS 1000 /* of each of many series */

/* A counter as it was last seen. */
struct series {
	char *labels;
	double last;
};

struct range {
	const struct range_query *query;
	struct range_points *points;
	struct series *series; /* of counters */
	size_t series_count;
	double *increase;
	bool has_begun; /* a point was seen in an earlier answer */
	struct error *err;
};

static bool
strange(struct range *r, const char *what)
{
	return error_set(r->err, "the server's answer has %s", what);
}

/* "1.5", "NaN", "+Inf": a number in quotation marks. */
static bool
read_value(struct json_object *o, double *value)
{
	const char *words = json_object_get_string(o);
	char *end;

	if (!json_object_is_type(o, json_type_string) || words[0] == '\0' ||
	    words[0] == ' ')
		return false;
	*value = strtod(words, &end);
	return *end == '\0';
}

static bool
read_time(struct range *r, struct json_object *o, size_t *index)
{
	int64_t at_ms;

	if (!json_object_is_type(o, json_type_double) &&
	    !json_object_is_type(o, json_type_int))
		return false;
	at_ms = (int64_t)(json_object_get_double(o) * 1000 + 0.5) -
	    r->query->from_ms;
	*index = (size_t)(at_ms / r->query->step_ms);
	return at_ms >= 0 && at_ms % r->query->step_ms == 0 &&
	    *index < r->query->count;
}

static bool
read_point(
    struct range *r, struct json_object *point, size_t *index, double *value)
{
	if (!json_object_is_type(point, json_type_array) ||
	    json_object_array_length(point) != 2 ||
	    !read_time(r, json_object_array_get_idx(point, 0), index) ||
	    !read_value(json_object_array_get_idx(point, 1), value))
		return strange(r, "a point that is none");
	return true;
}

/* NULL: there are too many. */
static struct series *
find_series(struct range *r, struct json_object *metric)
{
	const char *labels = metric == NULL ?
	    "" :
	    json_object_to_json_string_ext(metric, JSON_C_TO_STRING_PLAIN);
	struct series *s;

	for (size_t i = 0; i < r->series_count; i++)
		if (strcmp(r->series[i].labels, labels) == 0)
			return &r->series[i];
	if (r->series_count == RANGE_SERIES_MAX)
		return NULL;
	s = &r->series[r->series_count];
	s->labels = strdup(labels);
	s->last = (double)NAN;
	if (s->labels == NULL)
		return NULL;
	r->series_count++;
	return s;
}

/* What it counted since it was last seen; at the very beginning nothing. */
static double
counted(const struct series *s, double value, bool is_first)
{
	if (isnan(s->last))
		return is_first ? 0 : value;
	return value >= s->last ? value - s->last : value;
}

static bool
read_counter(struct range *r, struct json_object *item, size_t first)
{
	struct json_object *values = json_array(item, "values");
	struct series *s = find_series(r, json_member(item, "metric"));
	size_t count = json_object_array_length(values), index;
	double value;

	if (s == NULL)
		return error_set(r->err,
		    "more than %d series: make the selector narrower",
		    RANGE_SERIES_MAX);
	for (size_t i = 0; i < count; i++) {
		if (!read_point(r, json_object_array_get_idx(values, i), &index,
			&value))
			return false;
		if (isnan(value))
			continue;
		r->increase[index] +=
		    counted(s, value, !r->has_begun && index <= first);
		r->points->series[index] = 1;
		s->last = value;
	}
	return true;
}

static bool
read_gauge(struct range *r, struct json_object *item)
{
	struct json_object *values = json_array(item, "values");
	size_t count = json_object_array_length(values), index;
	double value;

	for (size_t i = 0; i < count; i++) {
		if (!read_point(r, json_object_array_get_idx(values, i), &index,
			&value))
			return false;
		r->points->series[index] =
		    r->points->series[index] == 0 ? 1 : RANGE_MANY;
		r->points->values[index] = value;
	}
	return true;
}

/* Where the first point of all series is. */
static size_t
first_index(struct range *r, struct json_object *result)
{
	size_t first = r->query->count, index;
	double value;

	for (size_t i = 0; i < json_object_array_length(result); i++) {
		struct json_object *values =
		    json_array(json_object_array_get_idx(result, i), "values");

		if (values != NULL && json_object_array_length(values) > 0 &&
		    read_point(r, json_object_array_get_idx(values, 0), &index,
			&value) &&
		    index < first)
			first = index;
	}
	return first;
}

static bool
read_result(struct range *r, struct json_object *data)
{
	const char *type = json_text(data, "resultType");
	struct json_object *result = json_array(data, "result");
	size_t count, first;

	if (type == NULL || strcmp(type, "matrix") != 0 || result == NULL)
		return strange(r, "no matrix");
	count = json_object_array_length(result);
	first = r->query->is_counter ? first_index(r, result) : 0;
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_array_get_idx(result, i);

		if (json_array(item, "values") == NULL)
			return strange(r, "a series without values");
		if (r->query->is_counter ? !read_counter(r, item, first) :
					   !read_gauge(r, item))
			return false;
	}
	r->has_begun = r->has_begun || count > 0;
	return true;
}

static enum range_end
read_answer(struct range *r, const struct text *body, long status)
{
	struct json_object *o = NULL;
	struct error why = { "nothing" };
	const char *state, *words;
	enum range_end outcome = RANGE_UNREACHABLE;

	if (body->length > 0)
		o = json_parse(text_str(body), body->length, &why);
	state = json_text(o, "status");
	words = json_text(o, "error");
	if (state != NULL && strcmp(state, "success") == 0 && status == 200)
		outcome = read_result(r, json_member(o, "data")) ?
		    RANGE_DONE :
		    RANGE_UNREACHABLE;
	else if (state != NULL && words != NULL) {
		(void)error_set(r->err, "the server says: %s", words);
		/* 400 and 422: this query; 503 and the like: all of them. */
		outcome = status < 500 ? RANGE_REFUSED : RANGE_UNREACHABLE;
	} else
		(void)error_set(r->err,
		    "status %ld, and no answer of a Prometheus server (%s)",
		    status, why.text);
	if (json_array(o, "warnings") != NULL &&
	    json_object_array_length(json_array(o, "warnings")) > 0)
		r->points->is_warned = true;
	json_object_put(o);
	return outcome;
}

static enum range_end
ask_piece(struct range_server *s, struct range *r, size_t start, size_t count)
{
	const struct range_query *q = r->query;
	struct range_request request = { .query = q->query,
		.start_ms = q->from_ms + (int64_t)start * q->step_ms,
		.end_ms =
		    q->from_ms + (int64_t)(start + count - 1) * q->step_ms,
		.step_ms = q->step_ms };
	struct text body = text_new(RANGE_BODY_MAX_BYTES);
	enum range_end outcome = RANGE_UNREACHABLE;
	long status;

	if (range_server_ask(s, &request, &body, &status, r->err))
		outcome = read_answer(r, &body, status);
	text_free(&body);
	return outcome;
}

/* From what was counted in each step to what had been counted by then. */
static void
add_up(struct range *r)
{
	double sum = 0;

	for (size_t i = 0; i < r->query->count; i++) {
		sum += r->increase[i];
		if (r->points->series[i] != 0)
			r->points->values[i] = sum;
	}
}

static enum range_end
ask_all(struct range_server *s, struct range *r)
{
	size_t piece = r->query->is_counter ? COUNTER_POINTS : RANGE_POINTS_MAX;
	enum range_end outcome = RANGE_DONE;

	for (size_t at = 0; at < r->query->count && outcome == RANGE_DONE;
	     at += piece) {
		size_t left = r->query->count - at;

		outcome = ask_piece(s, r, at, left < piece ? left : piece);
	}
	if (outcome == RANGE_DONE && r->query->is_counter)
		add_up(r);
	return outcome;
}

enum range_end
range_ask(struct range_server *s, const struct range_query *q,
    struct range_points *points, struct error *err)
{
	struct range r = { .query = q, .points = points, .err = err };
	enum range_end outcome = RANGE_UNREACHABLE;

	points->is_warned = false;
	for (size_t i = 0; i < q->count; i++) {
		points->values[i] = (double)NAN;
		points->series[i] = 0;
	}
	r.series = calloc(RANGE_SERIES_MAX, sizeof(*r.series));
	r.increase = calloc(q->count, sizeof(*r.increase));
	if (r.series != NULL && r.increase != NULL)
		outcome = ask_all(s, &r);
	else
		(void)error_set(err, "memory is short");
	for (size_t i = 0; i < r.series_count; i++)
		free(r.series[i].labels);
	free(r.series);
	free(r.increase);
	return outcome;
}
