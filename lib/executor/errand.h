/*
 * errand.h - what the runner is asked by the name that PID 1 starts it with:
 * the instance of its template unit, which is all that the monitor may choose.
 *
 *	KEY		run that step attempt
 *	reap-KEY	say of one whose runner is dead that it was interrupted
 *	keep-DIGEST	copy the live configuration, if it has that digest
 *	prune		forget what ended long ago
 *	test		could a step be run?
 */
#ifndef EXECUTOR_ERRAND_H
#define EXECUTOR_ERRAND_H

#include <stdbool.h>

enum errand_kind {
	ERRAND_ATTEMPT,
	ERRAND_REAP,
	ERRAND_KEEP,
	ERRAND_PRUNE,
	ERRAND_TEST,
};

struct errand {
	enum errand_kind kind;
	const char *name; /* key or digest, within the text; else "" */
};

/* False: it is none of these, to the letter. */
bool errand_parse(const char *text, struct errand *errand);

#endif
