#include "service/authority.h"

#include <string.h>

static bool
is_graver(const struct rule_settings *rule, const struct rule_settings *than)
{
	return than == NULL || rule->severity < than->severity;
}

bool
authority_of_role(const char *role, enum severity *severity)
{
	static const char *const roles[] = {
		[SEVERITY_P0] = "on_call",
		[SEVERITY_P1] = "lead",
		[SEVERITY_P2] = "manager",
		[SEVERITY_P3] = "product",
	};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i], role) == 0) {
			*severity = (enum severity)i;
			return true;
		}
	return false;
}

bool
authority_of(const struct service_settings *service, const char *procedure,
    struct authority *authority)
{
	const struct rule_settings *gravest = NULL, *names_it = NULL;

	*authority = (struct authority){ .severity = SEVERITY_P0 };
	for (size_t i = 0; i < service->rule_count; i++) {
		const struct rule_settings *r = &service->rules[i];

		if (is_graver(r, gravest))
			gravest = r;
		if (strcmp(r->procedure, procedure) != 0)
			continue;
		if (is_graver(r, names_it))
			names_it = r;
		if (r->severity != SEVERITY_P0 || r->mode != MODE_ENFORCE)
			continue;
		authority->is_automatic = true;
		if (r->automatic_destructive)
			authority->may_destroy = true;
	}
	if (names_it != NULL)
		authority->severity = names_it->severity;
	else if (gravest != NULL)
		authority->severity = gravest->severity;
	return names_it != NULL ||
	    strings_contain(&service->procedures, procedure);
}
