/* What is allowed where services run; apart, for the runner needs no more. */
#include "config/config.h"

#include <string.h>

bool
config_allows_drills(const struct config *c, const char *environment)
{
	for (size_t i = 0; environment != NULL && i < c->environment_count; i++)
		if (c->environments[i].name != NULL &&
		    strcmp(c->environments[i].name, environment) == 0)
			return c->environments[i].drills;
	return false;
}
