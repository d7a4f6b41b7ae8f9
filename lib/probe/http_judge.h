/*
 * http_judge.h - is this HTTP answer what was expected?
 *
 * Judges complete answers alone: whether one came at all is for the caller.
 * The expectations are compiled once; judging takes no memory of its own.
 */
#ifndef PROBE_HTTP_JUDGE_H
#define PROBE_HTTP_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "probe/http_settings.h"
#include "sample/sample.h"

#define HTTP_STATUS_RANGES_MAX 16

struct http_judge;

/* What was received; all of it is only read. */
struct http_answer {
	int status;
	const char *headers; /* lines of the final answer, CR LF between */
	size_t header_bytes;
	const char *body; /* NULL where http_judge_reads_body() says no */
	size_t body_bytes;
	double time_ms; /* of the whole question */
};

struct http_verdict {
	enum sample_outcome outcome;
	const char *failure; /* "body.mismatch"; NULL when OK; static */
	char detail[SAMPLE_DETAIL_MAX]; /* escaped; "" when OK */
};

/* Borrows the expectations.  NULL with the reason when they are wrong. */
struct http_judge *http_judge_new(
    const struct http_expect *expect, struct error *err);

/* Equal expectations in other memory; the old are no longer looked at. */
void http_judge_resettle(
    struct http_judge *j, const struct http_expect *expect);

/* LOST where the fault is ours: a regular expression that found no end. */
struct http_verdict http_judge_answer(
    const struct http_judge *j, const struct http_answer *a);

bool http_judge_status_is_fine(const struct http_judge *j, int status);

/* Does anything look into the body, into the headers? */
bool http_judge_reads_body(const struct http_judge *j);
bool http_judge_reads_headers(const struct http_judge *j);

/* NULL is allowed. */
void http_judge_free(struct http_judge *j);

#endif
