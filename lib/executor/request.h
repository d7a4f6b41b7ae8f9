/*
 * request.h - what the monitor asks of the runner for one step attempt.
 */
#ifndef EXECUTOR_REQUEST_H
#define EXECUTOR_REQUEST_H

#include "executor/record.h"
#include "executor/told.h"

#define REQUEST_MAX_BYTES 16384
#define REQUEST_FILES_MAX 16
#define REQUEST_FILE_NAME_MAX 255
#define REQUEST_REASON_MAX 1024

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
	const char *cause;            /* "automatic", "operator", "drill" */
	const char *version;          /* NULL: not known */
	const char *previous_version; /* NULL: not known */
	const char *target_version;   /* NULL: not known */
	const char *incident;         /* a ULID */
	const char *reason;           /* NULL: none */
	const char *told;             /* how steps ended that have no claim:
	                                 see told.h; NULL: none have */
	const char *parent_told;      /* the same of the run named as parent */
	const char *boot_id;
	int64_t not_after_ms; /* CLOCK_BOOTTIME of that boot */
};

/* The reason is cut at REQUEST_REASON_MAX. */
void step_request_write(struct text *file, const struct request *r);

/*
 * Checks the grammar of every field: key, names, versions; the reason is
 * free text.  Modifies the bytes.
 */
bool step_request_parse(
    struct request *r, char *bytes, size_t length, struct error *err);

/*
 * A name beneath a folder: no empty, "." or ".." part, does not begin with
 * "/", no control characters.
 */
bool request_file_is_valid(const char *path);

/* As the kernel writes it: 8-4-4-4-12 hexadecimal digits. */
bool boot_id_is_valid(const char *id);

#endif
