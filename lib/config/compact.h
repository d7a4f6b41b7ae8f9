/*
 * compact.h - the services of a configuration that nobody complains of, in
 * less memory.  Private to lib/config.
 *
 * Where in a service something was said is for complaints: without it the
 * evaluators and rules of thousands of services are equal, and are kept once.
 */
#ifndef CONFIG_COMPACT_H
#define CONFIG_COMPACT_H

#include "config/config.h"

/* Where memory is short they stay as they are. */
void compact_services(struct config *c);

#endif
