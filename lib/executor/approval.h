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
#define APPROVAL_GATE_MAX 255

/* Every text is borrowed; on parsing from the bytes. */
struct approval {
	const char *incident; /* a ULID: of this one alone */
	const char *service;
	const char *procedure;
	const char *digest;         /* of the pin text: what exactly is done */
	const char *target_version; /* NULL: the procedure needs none */
	/*
	 * The label of the approval step that it is for, in the middle of a
	 * run; NULL: it is for the run itself.  Neither counts as the other.
	 */
	const char *gate;
	const char *reason; /* NULL: none was given */
	const char *boot_id;
	int64_t wall_ms;
	int64_t not_after_ms; /* CLOCK_BOOTTIME of that boot */
};

/* A reason that is too long is left out. */
void approval_write(struct text *file, const struct approval *a);

/*
 * The name of its file: the incident, and something of the gate behind it, so
 * that one person can leave both.
 */
#define APPROVAL_NAME_BYTES 64
void approval_name(
    const char *incident, const char *gate, char name[APPROVAL_NAME_BYTES]);

/* Checks the grammar of every field.  Modifies the bytes. */
bool approval_parse(
    struct approval *a, char *bytes, size_t length, struct error *err);

#endif
