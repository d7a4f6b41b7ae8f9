/*
 * result.h - what the runner leaves behind: a claim, then a result.
 */
#ifndef EXECUTOR_RESULT_H
#define EXECUTOR_RESULT_H

#include "executor/record.h"

#define CLAIM_MAX_BYTES 32768
#define RESULT_MAX_BYTES (64 * 1024)
#define RESULT_TAIL_MAX 8192 /* last bytes of the output */
#define RESULT_CAPTURE_MAX 1024
#define RESULT_REASON_MAX 512
#define CLAIM_WARRANT_MAX 127

/* Who holds a key.  Borrowed texts. */
struct claim {
	const char *key;
	const char *boot_id;
	int64_t pid;
	int64_t start_time; /* field 22 of /proc/PID/stat, clock ticks */
	int64_t claimed_ms; /* CLOCK_BOOTTIME */
	int64_t wall_ms;
	/*
	 * Why nothing will be run under this claim; NULL: a step was
	 * permitted.  A refusal takes the key too, so that of two runners
	 * one cannot refuse what the other runs.
	 */
	const char *refusal;
	/*
	 * By whose word the run is carried out, on the claim that found it
	 * out; "run" on those after it.  NULL: a refusal, or an older version
	 * wrote it.
	 */
	const char *warrant;
	const char *service; /* from the request; NULL with some refusals */
	const char *procedure;
	const char *cause;
	const char *incident;
	const char *parent;  /* NULL: none */
	const char *request; /* the whole request, copied; NULL: no such */
	size_t request_length;
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

/* The tail is cut at its beginning, the reason at its end. */
void result_write(struct text *file, const struct result *r);

/* The outcome is a word; whether it is one of ours is for the caller. */
bool result_parse(
    struct result *r, char *bytes, size_t length, struct error *err);

/* One line of UTF-8 without control characters, RESULT_CAPTURE_MAX bytes. */
bool capture_is_valid(const char *bytes, size_t length);

#endif
