/*
 * approval.h - a person's word that a run may be carried out.
 *
 * Written by rollbackctl under the operator's own uid, which the kernel
 * vouches for as the file's owner, into a folder where the monitor could
 * leave only files of its own.  The runner believes nothing else.
 */
#ifndef EXECUTOR_APPROVAL_H
#define EXECUTOR_APPROVAL_H

#include "executor/record.h"

#define APPROVAL_MAX_BYTES 4096
#define APPROVAL_REASON_MAX 255

/* Every text is borrowed; on parsing from the bytes. */
struct approval {
	const char *incident; /* a ULID: of this one alone */
	const char *service;
	const char *procedure;
	const char *digest;         /* of the pin text: what exactly is done */
	const char *target_version; /* NULL: the procedure needs none */
	const char *reason;         /* NULL: none was given */
	const char *boot_id;
	int64_t wall_ms;
	int64_t not_after_ms; /* CLOCK_BOOTTIME of that boot */
};

/* A reason that is too long is left out. */
void approval_write(struct text *file, const struct approval *a);

/* Checks the grammar of every field.  Modifies the bytes. */
bool approval_parse(
    struct approval *a, char *bytes, size_t length, struct error *err);

#endif
