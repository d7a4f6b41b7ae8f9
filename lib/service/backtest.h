/*
 * backtest.h - what would have been decided, had this configuration watched?
 *
 * Takes the lines of recording.h in their order and runs the very core that
 * the daemon runs, in the time that the lines tell.  Appends a JSON line for
 * each change of an evaluator, each change of a decision and each rollback
 * that would have been started, and a summary at the end.  The same lines
 * give the same output, byte for byte.
 *
 * Where the lines are a daemon's recording, rollbacks end as they did then.
 * Where they are samples alone, one that is decided is taken as done at once,
 * so that cool-down and settling follow.
 */
#ifndef SERVICE_BACKTEST_H
#define SERVICE_BACKTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "procedure/procedure_settings.h"
#include "service/recording.h"
#include "service/service_settings.h"

#define BACKTEST_UNKNOWN_MAX 20     /* are named, the others counted */
#define BACKTEST_CLASSES_MAX 256    /* different failure classes */
#define BACKTEST_ROLLBACKS_MAX 4096 /* whose times the median is of */

enum backtest_acts {
	BACKTEST_AS_RECORDED, /* assumed where it is no recording */
	BACKTEST_ASSUMED,
	BACKTEST_NEVER, /* only says what it would do */
};

/* All are borrowed; services and procedures are sorted by name. */
struct backtest_settings {
	const struct service_settings *services;
	size_t service_count;
	const struct procedure_settings *procedures;
	size_t procedure_count;
	unsigned rollbacks_per_hour; /* of all services; 0: any number */
	enum backtest_acts acts;
	bool skip_unknown; /* else a name that is not configured is wrong */
	bool verify;       /* compare with the decisions in the recording */
};

struct backtest;

/* Output goes to out, which the caller empties.  NULL: no memory. */
struct backtest *backtest_new(
    const struct backtest_settings *settings, struct text *out);
void backtest_free(struct backtest *b);

/*
 * One line without its newline, or one that was read already.  False with
 * the reason, and what to do; nothing more can be taken then.
 */
bool backtest_line(
    struct backtest *b, const char *bytes, size_t length, struct error *err);
bool backtest_take(
    struct backtest *b, const struct recording_line *line, struct error *err);

/* All lines have come: the last decision, and the summary. */
void backtest_end(struct backtest *b);

/* Decisions that only the recording or only the backtest has. */
size_t backtest_differences(const struct backtest *b);

/* Of the configuration that was recorded; "" where no line says. */
const char *backtest_recorded_digest(const struct backtest *b);

/* A probe that no line was about, "s/p", by index; NULL past the last. */
const char *backtest_unheard(
    const struct backtest *b, size_t index, struct text *words);

/* How much was left out of what the lines say (skip_unknown). */
uint64_t backtest_skipped(const struct backtest *b);

#endif
