/*
 * request.h - what the monitor asks of the runner for one step attempt.
 */
#ifndef EXECUTOR_REQUEST_H
#define EXECUTOR_REQUEST_H

#include "executor/record.h"

#define REQUEST_MAX_BYTES 8192
#define REQUEST_FILES_MAX 16

/* Every text is borrowed; on parsing from the bytes. */
struct request {
	const char *key;
	const char *parent; /* run that this one escalates; NULL: none */
	const char *service;
	const char *procedure;
	const char *digest;                   /* of the pin text */
	const char *files[REQUEST_FILES_MAX]; /* beneath the folder of the
	                                         configuration */
	unsigned file_count;
	const char *cause; /* "automatic" or "operator" */
	const char *version;
	const char *previous_version;
	const char *target_version;
	const char *incident;
	const char *reason;
	const char *boot_id;
	int64_t not_after_ms; /* CLOCK_BOOTTIME of that boot */
};

void request_write(struct text *file, const struct request *r);

/*
 * Checks the grammar of every field: key, names, versions; the reason is
 * free text.  Modifies the bytes.
 */
bool request_parse(
    struct request *r, char *bytes, size_t length, struct error *err);

#endif
