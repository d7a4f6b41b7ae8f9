/*
 * helper.h - a program that the monitor has run for a notifier: no claim, and
 * it may be run again.
 */
#ifndef EXECUTOR_HELPER_H
#define EXECUTOR_HELPER_H

#include "executor/record.h"

#define HELPER_ARGUMENTS_MAX 64
#define HELPER_BODY_MAX (256 * 1024)
#define HELPER_MAX_BYTES (2 * HELPER_BODY_MAX + 64 * 1024)
#define HELPER_RESULT_MAX_BYTES 4096
#define HELPER_RESULT_SUFFIX ".result"
#define HELPER_MARK "ROLLBACKD_HELPER" /* what its processes carry */

/* Borrowed texts; on parsing from the bytes. */
struct helper {
	const char *argv[HELPER_ARGUMENTS_MAX + 1]; /* ends with NULL */
	int64_t timeout_ms;
	const char *body; /* for its standard input */
	size_t body_length;
	bool ends_all; /* what it leaves behind is ended, too */
};

enum helper_end {
	HELPER_NOT_STARTED,
	HELPER_EXITED,
	HELPER_KILLED,    /* by a signal that was not ours */
	HELPER_TIMED_OUT, /* and was killed */
	HELPER_STOPPED,   /* its runner was told to */
};

#define HELPER_OUTPUT_MAX 1024

struct helper_result {
	bool ok;            /* exited with status 0 */
	const char *reason; /* for people */
	enum helper_end end;
	int64_t status; /* of its exit, or the signal */
	int64_t took_ms;
	const char *output; /* the first bytes of its standard output */
	size_t output_length;
};

void helper_write(struct text *file, const struct helper *h);
bool helper_parse(
    struct helper *h, char *bytes, size_t length, struct error *err);
void helper_result_write(struct text *file, const struct helper_result *r);
bool helper_result_parse(
    struct helper_result *r, char *bytes, size_t length, struct error *err);

#endif
