#include "probe/http_judge.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/units.h"
#include "probe/http_judge_impl.h"

#define STATUS_MIN 100
#define STATUS_MAX 999
#define BODY_SHOWN_BYTES 40

/* Status */

static struct http_verdict
judge_status(const struct http_judge *j, int status)
{
	struct http_verdict v = judge_verdict(SAMPLE_OK, NULL);
	const struct strings *expected = &j->expect->status;
	struct text t = judge_detail(&v);

	if (http_judge_status_is_fine(j, status))
		return v;
	v.outcome = SAMPLE_FAILED;
	v.failure = status < STATUS_MIN ? "http.protocol" : "http.status";
	text_addf(&t, "%d, expected ", status);
	for (size_t i = 0; i < expected->count; i++)
		text_addf(&t, "%s%s", i > 0 ? ", " : "", expected->items[i]);
	if (expected->count == 0)
		text_add(&t, "200-299");
	return v;
}

/* Headers */

/* Cuts the first line off what is left. */
static bool
next_line(const char **rest, size_t *left, const char **line, size_t *length)
{
	const char *end;

	if (*left == 0)
		return false;
	*line = *rest;
	end = memchr(*rest, '\n', *left);
	*length = end == NULL ? *left : (size_t)(end - *rest);
	*left -= end == NULL ? *left : *length + 1;
	*rest += end == NULL ? *length : *length + 1;
	while (*length > 0 && strchr("\r \t", (*line)[*length - 1]) != NULL)
		(*length)--;
	return true;
}

static bool
header_matches(const char *line, size_t length, const char *expected)
{
	const char *colon = strchr(expected, ':');
	size_t name =
	    colon == NULL ? strlen(expected) : (size_t)(colon - expected);
	const char *value = expected + name;

	if (length <= name || line[name] != ':' ||
	    strncasecmp(line, expected, name) != 0)
		return false;
	if (colon == NULL)
		return true;
	value += 1 + strspn(value + 1, " \t");
	line += name + 1;
	length -= name + 1;
	while (length > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		length--;
	}
	return length == strlen(value) && memcmp(line, value, length) == 0;
}

static bool
has_header(const struct http_answer *a, const char *expected)
{
	const char *rest = a->headers, *line;
	size_t left = a->header_bytes, length;

	while (next_line(&rest, &left, &line, &length))
		if (header_matches(line, length, expected))
			return true;
	return false;
}

static struct http_verdict
judge_headers(const struct http_judge *j, const struct http_answer *a)
{
	struct http_verdict v = judge_verdict(SAMPLE_FAILED, "header.mismatch");
	const struct strings *headers = &j->expect->headers;
	struct text t = judge_detail(&v);

	for (size_t i = 0; i < headers->count; i++) {
		if (has_header(a, headers->items[i]))
			continue;
		text_add(&t, "no header ");
		text_add_escaped(
		    &t, headers->items[i], strlen(headers->items[i]));
		return v;
	}
	return judge_verdict(SAMPLE_OK, NULL);
}

/* Body */

static struct http_verdict
judge_size(const struct http_judge *j, const struct http_answer *a)
{
	struct http_verdict v = judge_verdict(SAMPLE_FAILED, "body.too_large");
	char limit[DURATION_TEXT_MAX];
	struct text t = judge_detail(&v);

	if (j->expect->max_bytes == 0 ||
	    a->body_bytes <= (size_t)j->expect->max_bytes)
		return judge_verdict(SAMPLE_OK, NULL);
	text_addf(&t, "more than %s", size_text(j->expect->max_bytes, limit));
	return v;
}

static struct http_verdict
judge_words(const struct http_judge *j, const struct http_answer *a)
{
	struct http_verdict v = judge_verdict(SAMPLE_FAILED, "body.mismatch");
	const char *wanted = j->expect->contains;
	struct text t = judge_detail(&v);

	if (wanted == NULL ||
	    memmem(a->body, a->body_bytes, wanted, strlen(wanted)) != NULL)
		return judge_verdict(SAMPLE_OK, NULL);
	text_add(&t, "not the expected text, but ");
	judge_show_body(&t, a);
	return v;
}

static struct http_verdict
judge_pattern(const struct http_judge *j, const struct http_answer *a)
{
	struct http_verdict v = judge_verdict(SAMPLE_FAILED, "body.mismatch");
	struct text t = judge_detail(&v);

	if (j->pattern == NULL)
		return judge_verdict(SAMPLE_OK, NULL);
	switch (pattern_search(j->pattern, a->body, a->body_bytes)) {
	case PATTERN_FOUND:
		return judge_verdict(SAMPLE_OK, NULL);
	case PATTERN_NOT_FOUND:
		text_add(&t, "no match in ");
		judge_show_body(&t, a);
		break;
	case PATTERN_GAVE_UP:
		/* Our pattern, our trouble; by no means OK. */
		v = judge_verdict(SAMPLE_LOST, "body.regex_limit");
		t = judge_detail(&v);
		text_add(&t, "the regular expression takes too long");
		break;
	}
	return v;
}

/* Time */

static struct http_verdict
judge_time(const struct http_judge *j, const struct http_answer *a)
{
	struct http_verdict v = judge_verdict(SAMPLE_FAILED, "http.slow");
	struct text t = judge_detail(&v);

	if (j->expect->max_time_ms == 0 ||
	    a->time_ms <= (double)j->expect->max_time_ms)
		return judge_verdict(SAMPLE_OK, NULL);
	text_addf(&t, "took %.0f ms, at most %lld ms expected", a->time_ms,
	    (long long)j->expect->max_time_ms);
	return v;
}

/* Compiling the expectations */

static bool
parse_range(const char *words, struct status_range *range)
{
	char digits[4] = "";
	uint64_t first, last;
	const char *dash = strchr(words, '-');
	size_t length = dash == NULL ? strlen(words) : (size_t)(dash - words);

	if (length >= sizeof(digits))
		return false;
	memcpy(digits, words, length);
	if (!count_parse(digits, &first) ||
	    !count_parse(dash == NULL ? digits : dash + 1, &last))
		return false;
	if (first < STATUS_MIN || last > STATUS_MAX || first > last)
		return false;
	*range = (struct status_range){ (int)first, (int)last };
	return true;
}

static bool
compile_status(struct http_judge *j, struct error *err)
{
	const struct strings *status = &j->expect->status;

	if (status->count > HTTP_STATUS_RANGES_MAX)
		return error_set(err, "more than %d kinds of status",
		    HTTP_STATUS_RANGES_MAX);
	for (size_t i = 0; i < status->count; i++)
		if (!parse_range(status->items[i], &j->ranges[i]))
			return error_set(err,
			    "status \"%s\" is neither one "
			    "like \"200\" nor a range like \"200-299\"",
			    status->items[i]);
	j->range_count = (unsigned)status->count;
	if (j->range_count == 0)
		j->ranges[j->range_count++] = (struct status_range){ 200, 299 };
	return true;
}

static bool
compile_headers(const struct http_expect *expect, struct error *err)
{
	for (size_t i = 0; i < expect->headers.count; i++) {
		const char *header = expect->headers.items[i];

		if (strcspn(header, ": \t\r\n") == 0 ||
		    strpbrk(header, "\r\n") != NULL)
			return error_set(err,
			    "header %zu is neither "
			    "\"Name\" nor \"Name: value\"",
			    i + 1);
	}
	return true;
}

/* Shared with http_judge_json.c */

struct http_verdict
judge_verdict(enum sample_outcome outcome, const char *failure)
{
	return (struct http_verdict){ .outcome = outcome, .failure = failure };
}

struct text
judge_detail(struct http_verdict *v)
{
	return text_over(v->detail, sizeof(v->detail));
}

void
judge_show_body(struct text *t, const struct http_answer *a)
{
	size_t shown = a->body_bytes;

	if (shown > BODY_SHOWN_BYTES)
		shown = BODY_SHOWN_BYTES;
	text_add(t, "\"");
	text_add_escaped(t, a->body, shown);
	text_add(t, shown < a->body_bytes ? "...\"" : "\"");
}

struct http_verdict
http_judge_answer(const struct http_judge *j, const struct http_answer *a)
{
	struct http_verdict v;

	/* Most probes, most of the time. */
	if (j->is_plain && http_judge_status_is_fine(j, a->status) &&
	    (j->max_bytes == 0 || (int64_t)a->body_bytes <= j->max_bytes))
		return judge_verdict(SAMPLE_OK, NULL);
	v = judge_status(j, a->status);
	if (v.outcome == SAMPLE_OK)
		v = judge_headers(j, a);
	if (v.outcome == SAMPLE_OK)
		v = judge_size(j, a);
	if (v.outcome == SAMPLE_OK)
		v = judge_words(j, a);
	if (v.outcome == SAMPLE_OK)
		v = judge_pattern(j, a);
	if (v.outcome == SAMPLE_OK)
		v = judge_json_answer(j, a);
	if (v.outcome == SAMPLE_OK)
		v = judge_time(j, a);
	return v;
}

bool
http_judge_status_is_fine(const struct http_judge *j, int status)
{
	for (size_t i = 0; i < j->range_count; i++)
		if (status >= j->ranges[i].first && status <= j->ranges[i].last)
			return true;
	return false;
}

bool
http_judge_reads_body(const struct http_judge *j)
{
	return j->expect->contains != NULL || j->pattern != NULL ||
	    j->expect->json.given;
}

bool
http_judge_reads_headers(const struct http_judge *j)
{
	return j->expect->headers.count > 0;
}

struct http_judge *
http_judge_new(const struct http_expect *expect, struct error *err)
{
	size_t ranges = expect->status.count;
	struct http_judge *j;

	if (ranges == 0 || ranges > HTTP_STATUS_RANGES_MAX)
		ranges = 1;
	j = calloc(1, sizeof(*j) + ranges * sizeof(j->ranges[0]));
	if (j == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	j->expect = expect;
	if (!compile_status(j, err) || !compile_headers(expect, err) ||
	    !judge_json_compile(j, err))
		goto failed;
	if (expect->matches != NULL) {
		j->pattern = pattern_new(expect->matches, err);
		if (j->pattern == NULL)
			goto failed;
	}
	j->max_bytes = expect->max_bytes;
	j->is_plain = expect->headers.count == 0 && expect->max_time_ms == 0 &&
	    !http_judge_reads_body(j);
	return j;
failed:
	http_judge_free(j);
	return NULL;
}

void
http_judge_resettle(struct http_judge *j, const struct http_expect *expect)
{
	j->expect = expect;
}

void
http_judge_free(struct http_judge *j)
{
	if (j == NULL)
		return;
	pattern_free(j->pattern);
	judge_json_free(j);
	free(j);
}
