/*
 * executor.h - what a plug-in of rollbackd's step runner is.
 *
 * A plug-in is a shared object that exports one object of this name and type:
 *
 *	const struct rollbackd_executor rollbackd_executor = {
 *		.abi = ROLLBACKD_EXECUTOR_ABI,
 *		.size = sizeof(struct rollbackd_executor),
 *		.name = "example",
 *		.start = start,
 *		.cancel = cancel,
 *	};
 *
 * It is loaded for one step attempt, in a process of its own, as the user that
 * the step names, after the attempt was claimed.  The process ends with the
 * result: nothing has to be given back.  See rollbackd-executor(3).
 */
#ifndef ROLLBACKD_EXECUTOR_H
#define ROLLBACKD_EXECUTOR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ROLLBACKD_EXECUTOR_ABI 1
#define ROLLBACKD_EXECUTOR_SYMBOL "rollbackd_executor"
#define ROLLBACKD_OUTPUT_MAX 32768 /* bytes of an output, or of a message */

enum rollbackd_result {
	ROLLBACKD_DONE = 0,
	ROLLBACKD_FAILED = 1,
	/* Nobody can know: a person will have to look. */
	ROLLBACKD_UNKNOWN = 2,
	/* Surely nothing was changed: it may be tried again. */
	ROLLBACKD_NOTHING_DONE = 75,
};

/* One of the step's settings; a single text is a list of one. */
struct rollbackd_setting {
	const char *name;
	const char *const *values;
	size_t count;
};

/*
 * What is to be done.  Everything in it stays until the process ends; texts
 * that are not known are NULL.
 */
struct rollbackd_step {
	size_t size; /* of this struct, as the host knows it */
	const char *key;
	const char *run;
	const char *step;
	unsigned attempt;            /* from 1 */
	const char *idempotency_key; /* the same for every attempt */
	const char *service;
	const char *environment;
	const char *version;          /* the one that is bad */
	const char *previous_version; /* the one before it */
	const char *target_version;   /* the one to go to */
	const char *reason;           /* free text of unknown origin */
	const char *incident;
	int64_t deadline_ms; /* CLOCK_BOOTTIME: then cancel() is called */
	const struct rollbackd_setting *settings;
	size_t setting_count;
};

/* What the plug-in may call, from any thread. */
struct rollbackd_host {
	size_t size;
	void *handle; /* passed to both */
	/*
	 * The one result: the first counts, and ends the process.  Both texts
	 * may be NULL, are copied and cut at ROLLBACKD_OUTPUT_MAX.  The output
	 * is the step's, so that "capture" takes it; the message is for
	 * people.
	 */
	void (*result)(void *handle, enum rollbackd_result result,
	    const char *output, const char *message);
	/* A line for people, on the way. */
	void (*progress)(void *handle, const char *words);
};

struct rollbackd_executor {
	uint32_t abi;     /* ROLLBACKD_EXECUTOR_ABI */
	uint32_t size;    /* of this struct */
	const char *name; /* for people */
	/*
	 * Begins, once.  May block, call result() itself, or leave it to a
	 * thread.  What it stores in *state is passed to cancel().  Not 0: it
	 * could not begin, and nothing was done.
	 */
	int (*start)(const struct rollbackd_step *step,
	    const struct rollbackd_host *host, void **state);
	/*
	 * The time is up, or the run was stopped: leave off, and say how it
	 * stands by result() within two seconds.  Once, in another thread
	 * than start(), and only when that has returned.  May be NULL.
	 */
	void (*cancel)(void *state);
};

#ifdef __cplusplus
}
#endif

#endif
