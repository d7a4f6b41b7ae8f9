/*
 * service_settings.h - one service: what is asked of it, how that is judged
 * and what is done about it.
 */
#ifndef SERVICE_SERVICE_SETTINGS_H
#define SERVICE_SERVICE_SETTINGS_H

#include <stdint.h>

#include "base/calendar.h"
#include "base/option.h"
#include "base/source.h"
#include "base/strings.h"
#include "decision/rule_settings.h"
#include "evaluator/evaluator_settings.h"
#include "probe/probe_settings.h"
#include "report/report_settings.h"
#include "service/discover_settings.h"
#include "service/drill_settings.h"
#include "verify/verify_settings.h"

#define SERVICE_PROBES_MAX 64
#define SERVICE_EVALUATORS_MAX 64
#define SERVICE_RULES_MAX 32
#define SERVICE_MAINTENANCE_MAX 32

#define SOAK_NONE 0 /* only who says so makes a version good */

struct service_settings {
	struct source source;
	const char *name;
	const char *environment;
	const char *group; /* default: the service itself */
	struct params params;
	const char *soak;           /* as written: a duration or "none" */
	int64_t soak_ms;            /* SOAK_NONE for "none" */
	int64_t settle_ms;          /* grace after a deployment or rollback */
	int64_t cooldown_ms;        /* between two rollbacks */
	int64_t cooldown_max_ms;    /* so far it grows; see cooldown.h */
	unsigned budget;            /* automatic rollbacks an hour */
	int64_t held_alarm_ms;      /* a guard that holds for longer */
	int64_t silent_alarm_ms;    /* nothing but lost samples of a probe */
	struct strings maintenance; /* as written */
	struct calendar when_maintained;
	struct strings procedures; /* further ones that operators may run */
	struct probe_settings *probes;
	size_t probe_count;
	struct evaluator_settings *evaluators;
	size_t evaluator_count;
	struct rule_settings *rules;
	size_t rule_count;
	struct verify_settings verify;
	struct discover_settings discover;
	struct drill_settings drill;
	struct report_settings report;
	const char *like;   /* the template it was made from; NULL: none */
	const char *digest; /* of the canonical text: equal means unchanged */
};

extern const struct option_table service_options;

#endif
