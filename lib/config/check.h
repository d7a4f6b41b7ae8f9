/*
 * check.h - what option tables cannot say: names that must be there, cycles,
 * sums of times.  Private to lib/config.
 */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/config.h"

/* Services and procedures are sorted, derived fields are set. */
void check_all(const struct config *c, const struct config_rules *rules,
    struct complaints *complaints);

#endif
