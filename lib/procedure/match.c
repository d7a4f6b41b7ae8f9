#include "procedure/match.h"

#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MATCH_STEPS_MAX 100000
#define MATCH_DEPTH_MAX 1000
#define MATCH_HEAP_MAX_KIB 1024
#define PATTERN_MAX_BYTES 1024
#define TEXT_MAX_BYTES 4096

static pcre2_code *
compile(const char *pattern, struct error *err)
{
	const uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED |
	    PCRE2_DOLLAR_ENDONLY | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *limits = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR why[128];
	PCRE2_SIZE at;
	pcre2_code *code;
	int error;

	if (limits == NULL) {
		(void)error_set(err, "no memory for a pattern");
		return NULL;
	}
	(void)pcre2_set_max_pattern_length(limits, PATTERN_MAX_BYTES);
	code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    options, &error, &at, limits);
	pcre2_compile_context_free(limits);
	if (code != NULL)
		return code;
	(void)pcre2_get_error_message(error, why, sizeof(why));
	(void)error_set(err, "pattern \"%s\": %s, at character %zu", pattern,
	    (const char *)why, at + 1);
	return NULL;
}

static bool
run(const pcre2_code *code, pcre2_match_data *data, pcre2_match_context *limits,
    const char *pattern, const char *text, struct error *err)
{
	PCRE2_UCHAR why[128];
	int found;

	if (data == NULL || limits == NULL)
		return error_set(err, "no memory for a pattern");
	(void)pcre2_set_match_limit(limits, MATCH_STEPS_MAX);
	(void)pcre2_set_depth_limit(limits, MATCH_DEPTH_MAX);
	(void)pcre2_set_heap_limit(limits, MATCH_HEAP_MAX_KIB);
	found = pcre2_match(
	    code, (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, 0, data, limits);
	if (found >= 0)
		return true;
	if (found == PCRE2_ERROR_NOMATCH)
		return error_set(err, "does not match \"%s\"", pattern);
	(void)pcre2_get_error_message(found, why, sizeof(why));
	return error_set(err, "cannot be matched with \"%s\": %s", pattern,
	    (const char *)why);
}

bool
match_whole(const char *pattern, const char *text, struct error *err)
{
	pcre2_code *code;
	pcre2_match_context *limits;
	pcre2_match_data *data;
	bool matched;

	if (strnlen(text, TEXT_MAX_BYTES + 1) > TEXT_MAX_BYTES)
		return error_set(
		    err, "is longer than %d bytes", TEXT_MAX_BYTES);
	code = compile(pattern, err);
	if (code == NULL)
		return false;
	limits = pcre2_match_context_create(NULL);
	data = pcre2_match_data_create_from_pattern(code, NULL);
	matched = run(code, data, limits, pattern, text, err);
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	pcre2_code_free(code);
	return matched;
}

bool
match_check(const char *pattern, struct error *err)
{
	pcre2_code *code = compile(pattern, err);

	pcre2_code_free(code);
	return code != NULL;
}
