#include "probe/pattern.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MATCH_LIMIT 500000
#define DEPTH_LIMIT 10000
#define HEAP_LIMIT_KIB 4096
/* Bytes that a single item passes over for the price of one more step. */
#define BYTES_A_STEP 32

struct pattern {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *context;
};

struct budget {
	int64_t steps_left;
	size_t position;
};

/*
 * Called before every item of the pattern.  PCRE2's own limit counts
 * branches but not what one item reads, so that "a[^b]*c" may read a long
 * text to its end from each "a" of it.
 */
static int
on_step(pcre2_callout_block *block, void *arg)
{
	struct budget *budget = arg;
	size_t here = block->current_position;
	size_t moved = here > budget->position ? here - budget->position :
						 budget->position - here;

	budget->position = here;
	budget->steps_left -= 1 + (int64_t)(moved / BYTES_A_STEP);
	return budget->steps_left < 0 ? PCRE2_ERROR_CALLOUT : 0;
}

static void
say_why(int code, size_t offset, struct error *err)
{
	PCRE2_UCHAR words[128] = "";

	(void)pcre2_get_error_message(code, words, sizeof(words));
	(void)error_set(err,
	    "the regular expression is wrong at character "
	    "%zu: %s",
	    offset + 1, (const char *)words);
}

struct pattern *
pattern_new(const char *regex, struct error *err)
{
	struct pattern *p;
	PCRE2_SIZE offset = 0;
	int code = 0;

	if (strlen(regex) > PATTERN_BYTES_MAX) {
		(void)error_set(err,
		    "the regular expression is longer than "
		    "%d bytes",
		    PATTERN_BYTES_MAX);
		return NULL;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		goto no_memory;
	p->code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
	    PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_AUTO_CALLOUT, &code,
	    &offset, NULL);
	if (p->code == NULL) {
		say_why(code, offset, err);
		goto failed;
	}
	p->match = pcre2_match_data_create(1, NULL);
	p->context = pcre2_match_context_create(NULL);
	if (p->match == NULL || p->context == NULL)
		goto no_memory;
	(void)pcre2_set_match_limit(p->context, MATCH_LIMIT);
	(void)pcre2_set_depth_limit(p->context, DEPTH_LIMIT);
	(void)pcre2_set_heap_limit(p->context, HEAP_LIMIT_KIB);
	return p;
no_memory:
	(void)error_set(err, "out of memory");
failed:
	pattern_free(p);
	return NULL;
}

enum pattern_result
pattern_search_within(const struct pattern *p, const char *bytes, size_t length,
    int64_t *steps_left)
{
	int64_t most =
	    *steps_left < PATTERN_STEPS_MAX ? *steps_left : PATTERN_STEPS_MAX;
	struct budget budget = { .steps_left = most };
	int found;

	(void)pcre2_set_callout(p->context, on_step, &budget);
	found = pcre2_match(
	    p->code, (PCRE2_SPTR)bytes, length, 0, 0, p->match, p->context);
	*steps_left -= most - budget.steps_left;
	if (found >= 0)
		return PATTERN_FOUND;
	return found == PCRE2_ERROR_NOMATCH ? PATTERN_NOT_FOUND :
					      PATTERN_GAVE_UP;
}

enum pattern_result
pattern_search(const struct pattern *p, const char *bytes, size_t length)
{
	int64_t steps_left = PATTERN_STEPS_MAX;

	return pattern_search_within(p, bytes, length, &steps_left);
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_match_data_free(p->match);
	pcre2_match_context_free(p->context);
	pcre2_code_free(p->code);
	free(p);
}
