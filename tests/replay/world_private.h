/*
 * world_private.h - what the two halves of a world share.
 */
#ifndef TESTS_REPLAY_WORLD_PRIVATE_H
#define TESTS_REPLAY_WORLD_PRIVATE_H

#include "procedure/plan.h"
#include "procedure/variables.h"
#include "service/groups.h"
#include "service/incident.h"
#include "service/service.h"
#include "service/service_input.h"
#include "tests/replay/world.h"

/* The story begins when the host has been up for a while. */
#define BOOT_MS 1000000000

/* What is found again by a restart; names of rules are the settings'. */
struct memory {
	enum service_input_kind kind;
	char rule[64]; /* "" when an operator ordered it */
	char procedure[64];
	char version[SERVICE_VERSION_MAX];
	char previous[SERVICE_VERSION_MAX];
	char from[SERVICE_VERSION_MAX];
	char why[VERSION_WHY_MAX];
	char by[VERSION_BY_MAX];
	bool is_incompatible; /* why says what with */
	bool verified, had_tripped, not_recovered;
	enum version_mark mark;
	struct service_ill ill[SERVICE_RULES_MAX];
	size_t ill_count;
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
	char answers[SERVICE_VERSION_MAX]; /* the version; "": none is named */
	int64_t witness_ms;   /* when it was asked last; 0: there is none */
	struct groups *crowd; /* see crowd.h; NULL: nobody else */
	unsigned crowd_count;
	char crowd_words[GROUPS_WORDS_MAX];
	bool will_crash; /* right before the next step */
};

/* Writes down that something happened now. */
void tell(struct world *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* An incident begins with the procedure of a rule. */
void act(struct world *w, unsigned rule, const char *target, bool by_operator);

/* Writes down the verdict, if it is another one. */
void tell_verdict(struct world *w);

/* The incident's procedure was run; NULL: nobody knows what is in place. */
void world_acted(
    struct world *w, const char *now_at, enum incident_outcome outcome);

void world_recall(struct world *w, const struct memory *m);

/* Writes down where the registry differs from what it was. */
void world_compare_versions(struct world *w, const struct versions *before);

/* Keeps what a sample made it conclude. */
void world_hear_news(struct world *w);

/* Something has happened: what now? */
void world_think(struct world *w);

/* Does what is to be done at this moment. */
void advance(struct world *w);
void end_incident(struct world *w);

#endif
