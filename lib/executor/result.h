/*
 * result.h - what the runner leaves behind: a claim, then a result.
 */
#ifndef EXECUTOR_RESULT_H
#define EXECUTOR_RESULT_H

#include "executor/record.h"

#define CLAIM_MAX_BYTES 16384
#define RESULT_MAX_BYTES (64 * 1024)
#define RESULT_TAIL_MAX 8192 /* last bytes of the output */
#define RESULT_CAPTURE_MAX 1024

/* Who holds a key.  Borrowed texts. */
struct claim {
	const char *key;
	const char *boot_id;
	int64_t pid;
	int64_t start_time; /* field 22 of /proc/PID/stat, clock ticks */
	int64_t claimed_ms; /* CLOCK_BOOTTIME */
	int64_t wall_ms;
	const char *service; /* from the request */
	const char *procedure;
	const char *cause;
	const char *request; /* the whole request, copied */
};

struct result {
	const char *key;
	const char *outcome; /* word of enum step_outcome */
	const char *reason;  /* for people: "exit status 3" */
	int64_t exit_status;
	int64_t started_ms; /* CLOCK_BOOTTIME; 0: nothing was started */
	int64_t ended_ms;
	int64_t started_wall_ms;
	int64_t output_bytes; /* all that was printed */
	int64_t left_behind;  /* processes that go on after a normal end */
	const char *tail;     /* of the output, escaped for people */
	const char *capture;  /* NULL: none asked for */
};

void claim_write(struct text *file, const struct claim *c);
bool claim_parse(
    struct claim *c, char *bytes, size_t length, struct error *err);
void result_write(struct text *file, const struct result *r);
bool result_parse(
    struct result *r, char *bytes, size_t length, struct error *err);

#endif
