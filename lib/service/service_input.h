/*
 * service_input.h - whatever changes what a service knows, as a value.
 *
 * A daemon that records writes down each of them and what surrounds each
 * decision; a backtest puts them in again.  That is all there is: what is
 * decided follows from it.
 */
#ifndef SERVICE_SERVICE_INPUT_H
#define SERVICE_SERVICE_INPUT_H

#include "base/error.h"
#include "decision/cooldown.h"
#include "service/discovery.h"
#include "service/service.h"
#include "service/versions.h"

enum service_input_kind {
	SERVICE_SAMPLE,    /* service_observe() */
	SERVICE_FORGET,    /* service_forget() */
	SERVICE_WITNESSED, /* service_witnessed() */
	SERVICE_DEPLOYED,  /* service_deploy() */
	SERVICE_ACTED,     /* service_acted() */
	SERVICE_INCIDENT,  /* service_incident() */
	SERVICE_REPORTED,  /* service_reported() */
	SERVICE_WITHDRAWN, /* service_withdrawn() */
	SERVICE_DISMISSED, /* service_dismiss() */
	SERVICE_MARK,      /* service_mark() */
	SERVICE_SOAKED,    /* service_soaked() */
	SERVICE_FOUND,     /* service_found() */
	SERVICE_RECOVERED, /* service_recovered() */
	SERVICE_HEADING,   /* service_heading() */
};

/* Texts and sample are borrowed. */
struct service_input {
	enum service_input_kind kind;
	int64_t at_ms; /* not of samples and incidents */
	unsigned probe;
	const struct sample *sample;
	const char *version;
	const char *previous;
	const char *by;
	const char *incompatible; /* of SERVICE_DEPLOYED, as the next three */
	bool verified;
	const struct service_ill *ill;
	size_t ill_count;
	const char
	    *rule; /* of SERVICE_ACTED, as the next four, or _DISMISSED */
	const char *procedure;
	const char *from;
	bool had_tripped;
	bool not_recovered;
	const char *why; /* also of marks and soaks */
	enum version_mark mark;
	bool is_open;
	const struct said_report *report;
	const char *id; /* of a report */
	bool expired;   /* of SERVICE_DISMISSED, as the next */
	int64_t until_ms;
};

/* Calls the function that is meant. */
void service_input(struct service *s, const struct service_input *in);

/* Is nothing that was measured before it to count any longer? */
bool service_input_forgets(const struct service_input *in);

/*
 * From now on heard() is told of every input before it takes effect.  One
 * listener; NULL: none.
 */
typedef void service_heard(void *arg, const struct service_input *in);
void service_listen(struct service *s, service_heard *heard, void *arg);

/* It was bad before the last deployment, and has not been well since. */
struct illness {
	bool is_on;
	int64_t since_ms;
	int64_t deployed_ms; /* the deployment before that, NEVER_MS */
};

/* All that a service knows besides what its evaluators have seen. */
struct service_memory {
	struct versions versions;
	int64_t deployed_ms;
	int64_t changed_ms;
	int64_t acted_ms;
	unsigned act_count; /* of automatic runs, see cooldown.h */
	unsigned repeat_count;
	int64_t act_ms[BUDGET_MAX];
	int64_t repeat_ms[BUDGET_MAX];
	int64_t witnessed_ms;
	bool has_incident;
	struct discovery discovery;
	int64_t soaked_ms;
	int64_t soak_ticked_ms;
	struct clearing clearings[SERVICE_RULES_MAX]; /* by rule */
	struct said said;
	struct illness illnesses[SERVICE_RULES_MAX]; /* by rule */
};

struct service_memory service_memory(const struct service *s);
void service_remember(struct service *s, const struct service_memory *m);

/* The lock that the procedure of a rule needs; NULL: none is known. */
const char *service_rule_lock(const struct service *s, unsigned rule);

/*
 * Works out what the procedure of a rule needs and tells service_rule_needs().
 * The name of its lock is the caller's to free, and has to live as long as s.
 * NULL where it cannot be planned (procedure NULL: there is none), with the
 * reason: then it needs a target at least.
 */
struct procedure_settings;
char *service_rule_plan(struct service *s, unsigned rule,
    const struct procedure_settings *procedure, struct error *err);

#endif
