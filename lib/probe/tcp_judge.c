#include "probe/tcp_judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probe/pattern.h"

#define SHOWN_MAX_BYTES 60

struct tcp_judge {
	const struct tcp_expect *expect;
	struct pattern *pattern;
};

struct tcp_judge *
tcp_judge_new(const struct tcp_expect *expect, struct error *err)
{
	struct tcp_judge *j = calloc(1, sizeof(*j));

	if (j == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	j->expect = expect;
	if (expect->matches == NULL)
		return j;
	j->pattern = pattern_new(expect->matches, err);
	if (j->pattern != NULL)
		return j;
	free(j);
	return NULL;
}

void
tcp_judge_resettle(struct tcp_judge *j, const struct tcp_expect *expect)
{
	j->expect = expect;
}

bool
tcp_judge_reads(const struct tcp_judge *j)
{
	return j->expect->contains != NULL || j->pattern != NULL;
}

static bool
say(struct probe_verdict *v, enum sample_outcome outcome, const char *failure,
    const char *bytes, size_t length)
{
	struct text detail = text_over(v->detail, sizeof(v->detail));

	v->outcome = outcome;
	v->failure = failure;
	v->detail[0] = '\0';
	if (length == 0)
		text_add(&detail, "nothing was said");
	else
		text_add_escaped(&detail, bytes,
		    length < SHOWN_MAX_BYTES ? length : SHOWN_MAX_BYTES);
	return true;
}

static bool
contains(const struct tcp_judge *j, const char *bytes, size_t length)
{
	const char *wanted = j->expect->contains;

	return wanted == NULL ||
	    (length > 0 &&
		memmem(bytes, length, wanted, strlen(wanted)) != NULL);
}

bool
tcp_judge_look(const struct tcp_judge *j, const char *bytes, size_t length,
    bool is_whole, struct probe_verdict *v)
{
	enum pattern_result found = PATTERN_FOUND;

	if (contains(j, bytes, length)) {
		if (j->pattern != NULL)
			found = pattern_search(
			    j->pattern, length > 0 ? bytes : "", length);
		if (found == PATTERN_GAVE_UP)
			return say(
			    v, SAMPLE_LOST, "body.regex_limit", bytes, length);
		if (found == PATTERN_FOUND) {
			*v = (struct probe_verdict){ .outcome = SAMPLE_OK };
			return true;
		}
	}
	if (is_whole)
		return say(v, SAMPLE_FAILED,
		    length == 0 ? "tcp.no_answer" : "body.mismatch", bytes,
		    length);
	if (length >= (size_t)j->expect->max_bytes)
		return say(v, SAMPLE_FAILED, "body.too_large", bytes, length);
	return false;
}

void
tcp_judge_free(struct tcp_judge *j)
{
	if (j == NULL)
		return;
	pattern_free(j->pattern);
	free(j);
}
