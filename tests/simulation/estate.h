/*
 * estate.h - what a simulated daemon watches: services in groups, as plain
 * numbers.  The configuration is written from them, and the oracle judges by
 * them.
 */
#ifndef TESTS_SIMULATION_ESTATE_H
#define TESTS_SIMULATION_ESTATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define ESTATE_SERVICES 6
#define ESTATE_VARIANTS 4 /* configurations; the last one is wrong */
#define ESTATE_WRONG (ESTATE_VARIANTS - 1)
#define ESTATE_ARM_NONE (-1)
#define ESTATE_STEPS 4        /* of a procedure, at most */
#define ESTATE_SETTLE_MS 3000 /* the wait at the beginning of bounce */
#define ESTATE_WITNESS_INTERVAL_MS 30000
#define ESTATE_TIMEOUT_MS 2000
#define ESTATE_WITHIN_MS 60000
#define ESTATE_SUCCESSES 3
#define ESTATE_RECOVER 2
#define ESTATE_COOLDOWN_MS 600000
#define ESTATE_COOLDOWN_MAX_MS (4 * 3600000)
#define ESTATE_BUDGET 3        /* of a service, an hour */
#define ESTATE_BUDGET_OF_ALL 6 /* of all of them */
#define ESTATE_RUN_BUDGET_MS 300000

struct estate_service {
	const char *name; /* in their order */
	const char *group;
	const char *environment; /* the lock */
	const char *severity;
	const char *mode;
	const char *procedure;
	int64_t interval_ms;
	unsigned failures;
	int64_t settle_ms;
	int64_t arm_ms;
	int64_t recheck_ms; /* 0: never out of turn */
	bool goes_back;     /* its procedure needs to know where to */
};

/* As the variant has it; the same under all but one of them, mostly. */
struct estate_service estate_service(unsigned variant, unsigned index);

/* ESTATE_SERVICES: there is none of that name. */
unsigned estate_find(const char *name);

/* May its rule act, and nobody asked? */
bool estate_is_automatic(const struct estate_service *s);

/* The configuration, as the daemon reads it. */
void estate_write(
    unsigned variant, const char *state_directory, struct text *out);

/* The steps of a procedure, in their order; NULL past the last. */
const char *estate_step(
    unsigned variant, const char *procedure, unsigned index);

#endif
