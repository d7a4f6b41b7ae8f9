/*
 * oracle.h - what the daemon promises, worked out by other means.
 *
 * It is told all that the daemon hears and does, knows the numbers of
 * estate.h, and judges by DESIGN alone: slowly and obviously.  Whatever is
 * done without cause, twice, or not at all is a breach.
 */
#ifndef TESTS_SIMULATION_ORACLE_H
#define TESTS_SIMULATION_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "control/verb.h"
#include "daemon/store/store.h"
#include "procedure/run.h"
#include "sample/sample.h"

void oracle_begin(void);

/* The daemon's life. */
void oracle_started(void);
void oracle_ready(void);
void oracle_died(void);
void oracle_reloaded(void); /* sim.variant is the new one */
void oracle_paused(void);   /* or the wall clock moved */
void oracle_store(bool fails);

/* An answer, and then: the daemon has made of it what it will. */
void oracle_heard(unsigned service, bool is_polled, const struct sample *s);
void oracle_thought(unsigned service);

/* A row: to be stored, stored, and the daemon knows. */
void oracle_asked(const struct store_event *e);
void oracle_committed(const struct store_event *e);
void oracle_told(const struct store_event *e);
void oracle_failed(const struct store_event *e); /* or so the store says */

/* The rows of an incident are read: its report is being made. */
void oracle_closing(const char *incident);
void oracle_report(const char *name, const void *bytes, size_t length);
void oracle_sent(const char *body);

/* A step attempt is asked of the runner. */
void oracle_starts(const char *incident, const char *key);

/* Texts are borrowed. */
struct oracle_effect {
	unsigned service;
	const char *incident;
	const char *run;
	const char *key;
	const char *procedure;
	const char *target; /* "": none */
	unsigned step;
	unsigned attempt;
	bool is_check, is_undo;
	bool is_ordered;
	const char *told; /* of the steps that the daemon did; "": nothing */
};

/* The runner has claimed it: here is the effect. */
void oracle_does(const struct oracle_effect *e);
void oracle_step_over(const char *incident, const char *key,
    enum step_outcome outcome, bool is_harmless);

/* Orders; result NULL: refused. */
void oracle_ordered(enum control_verb verb, struct json_object *args);
void oracle_answered(enum control_verb verb, struct json_object *args,
    struct json_object *result);

/* Now and then: does all go on? */
void oracle_look(void);

/* The day is over and all was mended hours ago: is anything left? */
void oracle_end(void);

/* For the world, which meddles with what is going on; NULL: nothing. */
const char *oracle_any_open(void);
const char *oracle_any_hold(void); /* its scope */

#endif
