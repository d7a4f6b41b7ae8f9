#include "config/check.h"

void
check_all(const struct config *c, const struct config_rules *rules,
    struct complaints *complaints)
{
	(void)c;
	(void)rules;
	(void)complaints;
}
