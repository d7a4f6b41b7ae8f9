/*
 * http_judge_impl.h - what the files of the judge share; for nobody else.
 */
#ifndef PROBE_HTTP_JUDGE_IMPL_H
#define PROBE_HTTP_JUDGE_IMPL_H

#include "base/text.h"
#include "probe/http_judge.h"
#include "probe/pattern.h"

struct json_object;

struct status_range {
	int first, last;
};

struct http_judge {
	const struct http_expect *expect;
	struct pattern *pattern;    /* NULL: none */
	struct json_object *equals; /* NULL: text alone can equal it */
	int64_t max_bytes;
	bool is_plain; /* nothing but status and size is expected */
	unsigned range_count;
	struct status_range ranges[]; /* as many as there are, or one */
};

struct http_verdict judge_verdict(
    enum sample_outcome outcome, const char *failure);

/* Writes to the detail of the verdict. */
struct text judge_detail(struct http_verdict *v);

/* The beginning of the body, in quotes. */
void judge_show_body(struct text *t, const struct http_answer *a);

bool judge_json_compile(struct http_judge *j, struct error *err);
struct http_verdict judge_json_answer(
    const struct http_judge *j, const struct http_answer *a);
void judge_json_free(struct http_judge *j);

#endif
