/* What follows from the options of a service. */
#include "config/derive.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "config/value.h"

#define WHO_MAX (NAME_MAX_BYTES + 64)
#define ARM_WINDOW_MAX_MS ((int64_t)30 * 24 * 3600 * 1000)
#define SOAK_MAX_MS ARM_WINDOW_MAX_MS

static void
derive_rule(struct reader *r, struct rule_settings *rule)
{
	rule->arm_window_ms = ARM_WINDOW_NONE;
	if (rule->arm_window == NULL || strcmp(rule->arm_window, "none") == 0)
		return;
	if (duration_parse(rule->arm_window, &rule->arm_window_ms) &&
	    rule->arm_window_ms > 0 && rule->arm_window_ms <= ARM_WINDOW_MAX_MS)
		return;
	complain(r->complaints, COMPLAINT_ERROR, rule->source,
	    "rule \"%s\": arm_window = \"%s\": write a duration up to \"30d\", "
	    "or \"none\" to act without a deployment",
	    rule->name == NULL ? "?" : rule->name, rule->arm_window);
	rule->arm_window_ms = ARM_WINDOW_NONE;
}

void
derive_maintenance(
    struct reader *r, struct spans_zones *zones, struct service_settings *s)
{
	char who[WHO_MAX];

	(void)snprintf(who, sizeof(who), "service \"%s\": maintenance",
	    s->name == NULL ? "?" : s->name);
	spans_read(
	    r, zones, &s->maintenance, s->source, who, &s->when_maintained);
}

void
derive_window(
    struct reader *r, struct spans_zones *zones, struct rule_settings *rule)
{
	char who[WHO_MAX];

	(void)snprintf(who, sizeof(who), "rule \"%s\": window",
	    rule->name == NULL ? "?" : rule->name);
	spans_read(
	    r, zones, &rule->window, rule->source, who, &rule->when_open);
}

void
derive_drill(
    struct reader *r, struct spans_zones *zones, struct service_settings *s)
{
	char who[WHO_MAX];

	if (s->drill.window.count == 0)
		return;
	(void)snprintf(who, sizeof(who), "service \"%s\": drill: window",
	    s->name == NULL ? "?" : s->name);
	spans_read(r, zones, &s->drill.window, s->drill.source, who,
	    &s->drill.when_open);
}

static void
derive_soak(struct reader *r, struct service_settings *s)
{
	s->soak_ms = SOAK_NONE;
	if (s->soak == NULL || strcmp(s->soak, "none") == 0)
		return;
	if (duration_parse(s->soak, &s->soak_ms) && s->soak_ms > 0 &&
	    s->soak_ms <= SOAK_MAX_MS)
		return;
	complain(r->complaints, COMPLAINT_ERROR, s->source,
	    "service \"%s\": soak = \"%s\": write a duration up to \"30d\", "
	    "or \"none\" where only deploy --verified and mark make a version "
	    "good",
	    s->name == NULL ? "?" : s->name, s->soak);
	s->soak_ms = SOAK_NONE;
}

void
derive_discover(struct reader *r, struct service_settings *s)
{
	size_t bytes = s->probe_count * sizeof(*s->probes);
	struct probe_settings *own;

	if (s->discover.probe == NULL || s->probe_count == 0)
		return;
	own = value_alloc(r, 1, bytes);
	if (own == NULL)
		return;
	memcpy(own, s->probes, bytes);
	s->probes = own;
	for (size_t i = 0; i < s->probe_count; i++)
		if (s->probes[i].name != NULL &&
		    strcmp(s->probes[i].name, s->discover.probe) == 0)
			s->probes[i].version = &s->discover.from;
}

void
derive_settings(
    struct reader *r, struct spans_zones *zones, struct service_settings *s)
{
	if (s->group == NULL)
		s->group = s->name;
	derive_soak(r, s);
	for (size_t i = 0; i < s->rule_count; i++)
		derive_rule(r, &s->rules[i]);
	derive_maintenance(r, zones, s);
	derive_drill(r, zones, s);
	for (size_t i = 0; i < s->rule_count; i++)
		derive_window(r, zones, &s->rules[i]);
}
