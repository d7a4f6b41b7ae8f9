/*
 * oracle.h - what a world should do, worked out slowly and obviously.
 *
 * It knows one service of tests/replay/base (template plain): three failures
 * in a row, 30 s of grace, and so on, as plain numbers.  It is told what
 * happens, looks at all samples anew each time, and reads what the world says
 * it did.  Whatever was done without cause, twice, or not at all is a breach.
 */
#ifndef TESTS_REPLAY_ORACLE_H
#define TESTS_REPLAY_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "evaluator/evaluator.h"
#include "sample/sample.h"

#define ORACLE_SAMPLES_MAX 96
#define ORACLE_VERSION_MAX 16
#define ORACLE_VERSIONS_MAX 32
#define ORACLE_STEPS_MAX 32
#define ORACLE_ACTS_MAX 32
#define ORACLE_NEVER INT64_MIN

struct oracle {
	int64_t now_ms;
	struct sample samples[ORACLE_SAMPLES_MAX]; /* that told something */
	size_t count;
	int64_t forget_ms; /* what was asked before counts for nothing */
	int64_t deployed_ms, changed_ms, acted_ms;
	int64_t acts_ms[ORACLE_ACTS_MAX]; /* of automatic runs, the last ones */
	unsigned act_count;
	int64_t tilt_until_ms, hold_until_ms;
	bool held, store_fails, shadow, blind, locked;

	char version[ORACLE_VERSION_MAX];
	char said_before[ORACLE_VERSION_MAX];
	/* All there ever were, as they came: 'n'amed, 'd'eployed, 'g'ood,
	   'f'ailed, or 't'ried in vain. */
	struct {
		char name[ORACLE_VERSION_MAX];
		char state;
	} known[ORACLE_VERSIONS_MAX + 1];
	size_t known_count;
	bool is_back; /* nothing was deployed since a rollback */
	bool is_ill;  /* it was bad before the last deployment */
	int64_t ill_armed_ms;
	char suspect[ORACLE_VERSION_MAX]; /* what was in place then */

	/* The incident under way. */
	bool on, aborted, confirming, verifying, by_operator;
	char goal[ORACLE_VERSION_MAX];
	char begun_at[ORACLE_VERSION_MAX];
	int64_t begun_ms;
	unsigned plans;
	char steps[ORACLE_STEPS_MAX][64]; /* begun so far */
	size_t step_count;
	int64_t verify_ms;  /* when it began */
	unsigned successes; /* in a row */

	unsigned rollbacks, recovered, closed;
	const char *breach; /* NULL: none so far */
};

struct oracle oracle_new(void);

/* Where a rollback would go; "": nowhere. */
const char *oracle_target(const struct oracle *o);

/* What happens. */
void oracle_sample(struct oracle *o, const struct sample *s);
void oracle_verify_sample(struct oracle *o, const struct sample *s);
void oracle_deployed(
    struct oracle *o, const char *version, const char *previous, bool verified);
void oracle_forget(struct oracle *o);
void oracle_restarted(struct oracle *o);

/* What the world wrote about it. */
void oracle_read(struct oracle *o, const char *lines);

/* After all of it: should it have acted, and has not? */
void oracle_settle(struct oracle *o);

enum verdict oracle_verdict(const struct oracle *o, bool *stale);

#endif
