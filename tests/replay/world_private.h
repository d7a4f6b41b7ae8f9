/*
 * world_private.h - what the two halves of a world share.
 */
#ifndef TESTS_REPLAY_WORLD_PRIVATE_H
#define TESTS_REPLAY_WORLD_PRIVATE_H

#include "procedure/plan.h"
#include "procedure/variables.h"
#include "service/incident.h"
#include "service/service.h"
#include "tests/replay/world.h"

/* The story begins when the host has been up for a while. */
#define BOOT_MS 1000000000

/* A deployment, or the end of an incident. */
struct memory {
	bool is_deployment;
	char rule[64]; /* "" when an operator ordered it */
	char procedure[64];
	char version[SERVICE_VERSION_MAX];
	char previous[SERVICE_VERSION_MAX];
	bool verified, was_good, had_tripped;
	int64_t at_ms;
};

struct world {
	const struct config *config;
	const struct service_settings *settings;
	struct text *out;
	struct service *service;
	int64_t now_ms;
	struct surroundings around;
	char hold_author[64];
	char hold_reason[256];
	char *locks[SERVICE_RULES_MAX];
	const char *lock_holder;

	/* As told last. */
	enum verdict verdict;
	struct service_decision told;

	/* What is on stable storage: found again by a restart. */
	struct memory *log;
	size_t log_count;

	/* The incident that acts. */
	struct incident *incident;
	struct plan *plans[INCIDENT_RUNS_MAX];
	unsigned plan_count;
	unsigned rule;
	bool by_operator, had_tripped;
	char version[SERVICE_VERSION_MAX]; /* what it goes back from */
	char target[SERVICE_VERSION_MAX];
	struct todo todo;    /* the step asked for */
	bool step_is_on;     /* and it has been started */
	int64_t deadline_ms; /* of the run */
	bool is_proposed;
	int64_t witness_ms; /* when it was asked last; 0: there is none */
	bool will_crash;    /* right before the next step */
};

/* Writes down that something happened now. */
void tell(struct world *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* An incident begins with the procedure of a rule. */
void act(struct world *w, unsigned rule, const char *target, bool by_operator);

/* Writes down the verdict, if it is another one. */
void tell_verdict(struct world *w);

/* The incident's procedure was run; NULL: nobody knows what is in place. */
void world_acted(struct world *w, const char *now_at);

/* Does what is to be done at this moment. */
void advance(struct world *w);
void end_incident(struct world *w);

#endif
