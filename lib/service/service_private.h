/*
 * service_private.h - what the two halves of a service share: what it knows,
 * and what its rules make of that.
 */
#ifndef SERVICE_SERVICE_PRIVATE_H
#define SERVICE_SERVICE_PRIVATE_H

#include "service/clearing.h"
#include "service/service.h"
#include "service/service_input.h"
#include "service/versions.h"

struct probe_state {
	struct sample sample;
	bool is_known;
	uint64_t absent; /* values that the last good answer did not have */
};

_Static_assert(METRIC_NAMES_MAX <= 64, "a bit each");

struct rule_state {
	bool needs_target;
	const char *lock; /* NULL: needs none */
	bool has_lead;    /* see clearing_has_lead() */
	struct clearing clearing;
};

/* How an evaluator is fed. */
struct feed {
	uint64_t probes; /* a bit each */
	unsigned parts[EVALUATOR_PARTS_MAX];
	size_t part_count;
};

struct service {
	const struct service_settings *settings;
	struct evaluator **evaluators;
	struct feed *feeds; /* one an evaluator */
	struct probe_state *probes;
	struct rule_state *rules; /* one a rule */
	struct versions versions;
	int64_t deployed_ms;
	int64_t changed_ms; /* deployed, or rolled back */
	int64_t acted_ms;
	int64_t witnessed_ms; /* see service_witnessed() */
	enum verdict verdict;
	int64_t verdict_since_ms;
	bool has_incident;
	service_heard *heard;
	void *heard_arg;
};

/* Of that name; it is there. */
unsigned service_evaluator_index(const struct service *s, const char *name);

/* service_rules.c */
enum verdict service_worst_verdict(const struct service *s);
void service_rules_inherit(struct service *to, const struct service *from);
void service_rules_acted(struct service *s, const struct service_act *act);

#endif
