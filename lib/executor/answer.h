/*
 * answer.h - what a step's own program says: JSON, one object a line.
 *
 *	{"progress": "words"}                         as often as it likes
 *	{"result": "done", "output": "text", "message": "words"}   once, last
 *
 * The result is "done", "failed", "nothing_done" or "unknown"; output and
 * message may be left out, empty lines count for nothing.  Anything else is a
 *mistake of the program's, and then nobody knows what it has done.
 */
#ifndef EXECUTOR_ANSWER_H
#define EXECUTOR_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

#define ANSWER_LINE_MAX (512 * 1024) /* bytes, as they come */
#define ANSWER_TEXT_MAX (96 * 1024)  /* of an output or a message */

enum answer_result {
	ANSWER_DONE,
	ANSWER_FAILED,
	ANSWER_NOTHING_DONE, /* surely: it may be tried again */
	ANSWER_UNKNOWN,
};

/* "done", ... */
const char *answer_word(enum answer_result result);

/* The words are valid for the call only. */
typedef void answer_progress(void *arg, const char *words);

struct answer {
	struct text line; /* what has come of one */
	answer_progress *progress;
	void *arg;
	bool is_there;
	enum answer_result result;
	char *output;  /* NULL: none */
	char *message; /* NULL: none */
	bool is_wrong;
	struct error wrong;
};

void answer_init(struct answer *a, answer_progress *progress, void *arg);

/* Some more of what it prints.  False once it is wrong, with a->wrong. */
bool answer_add(struct answer *a, const char *bytes, size_t length);

/* It says no more.  False, with a->wrong, unless it has said its result. */
bool answer_end(struct answer *a);

void answer_free(struct answer *a);

/* Appends a line with a result, or with progress; NULL leaves a text out. */
void answer_write(struct text *out, enum answer_result result,
    const char *output, const char *message);
void answer_write_progress(struct text *out, const char *words);

#endif
