/*
 * promql_judge.h - asks a Prometheus server, and says what it answered: a
 * value, nothing, no number, an error or warning, or too much.
 */
#ifndef PROBE_PROMQL_JUDGE_H
#define PROBE_PROMQL_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "probe/http_judge.h"
#include "probe/promql_settings.h"

/* With method GET all of the query stands in there. */
#define PROMQL_URL_MAX 4096
#define PROMQL_BODY_MAX (64 * 1024)

/* A value from further ahead is as wrong as one that is too old. */
#define PROMQL_AHEAD_MAX_MS 60000

/*
 * Where to, and what to send there with POST.  False: one of them is too long
 * for the texts given.
 */
bool promql_request(const struct promql_settings *settings, int64_t timeout_ms,
    struct text *url, struct text *body);

struct promql_answer {
	int status;
	const char *body; /* not NULL */
	size_t body_bytes;
	bool is_cut;     /* it was longer than max_bytes */
	int64_t wall_ms; /* now, since 1970 */
};

struct promql_verdict {
	struct http_verdict verdict;
	double value; /* NAN: there is none */
};

struct promql_verdict promql_judge(
    const struct promql_settings *settings, const struct promql_answer *a);

/* What it is when the server could not be heard. */
enum sample_outcome promql_outcome(enum promql_meaning meaning);

#endif
