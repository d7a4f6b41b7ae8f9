/*
 * own_step.h - a step that the monitor does itself: waits, asks probes
 * afresh, or waits for a person.
 *
 * It changes nothing, so one that a crash has cut off is simply done again.
 * Performs nothing: it is told of time, answers and people, and says how it
 * ended.
 */
#ifndef SERVICE_OWN_STEP_H
#define SERVICE_OWN_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "procedure/procedure_settings.h"
#include "procedure/run.h"
#include "sample/sample.h"
#include "verify/verify_settings.h"

#define OWN_STEP_REASON_MAX 512

enum own_step_kind {
	OWN_STEP_TIME,     /* wait, for a time */
	OWN_STEP_UNTIL,    /* wait, until a probe says so */
	OWN_STEP_VERIFY,   /* probes asked afresh */
	OWN_STEP_APPROVAL, /* a gate: a person lets the run go on, or not */
};

struct own_step;

/*
 * Borrows the step's settings; where these are silent the service's own
 * verification counts, which is borrowed, too.  NULL: no memory.
 */
struct own_step *own_step_new(
    const struct step_settings *s, const struct verify_settings *verify);
void own_step_free(struct own_step *o);

enum own_step_kind own_step_kind(const struct own_step *o);

/*
 * Begins, or begins again: after a crash, or after a time in which nobody
 * watched.  asked_ms is when it was asked for the first time: what is waited
 * for, a time or a person, counts from then, and answers of probes from now.
 * left_ms: of the time of the run, which a person does not use up.
 */
void own_step_begin(
    struct own_step *o, int64_t asked_ms, int64_t now_ms, int64_t left_ms);

/* What is to be asked every interval_ms; none: nothing. */
const struct strings *own_step_probes(const struct own_step *o);
int64_t own_step_interval_ms(const struct own_step *o);

/* When it ends at the latest: then, if not sooner, it wants to be ticked. */
int64_t own_step_ends_ms(const struct own_step *o);

/* Of others than its probes nothing counts. */
void own_step_sample(
    struct own_step *o, const char *probe, const struct sample *s);
void own_step_tick(struct own_step *o, int64_t now_ms);

/* A person's word: approved or not, by whom, and why (NULL: not said). */
void own_step_said(
    struct own_step *o, bool is_approved, const char *by, const char *reason);

/* False: it goes on.  The reason is for people, and lives with it. */
bool own_step_has_ended(
    const struct own_step *o, enum step_outcome *outcome, const char **reason);

/* "2 of 3 successes of probe health": how far it is; "" when it only waits. */
void own_step_progress(const struct own_step *o, struct text *out);

#endif
