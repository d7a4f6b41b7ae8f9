/*
 * discover_settings.h - how deployments are seen that nobody tells of.
 */
#ifndef SERVICE_DISCOVER_SETTINGS_H
#define SERVICE_DISCOVER_SETTINGS_H

#include <stdbool.h>

#include "base/option.h"
#include "base/source.h"
#include "probe/version_source.h"

struct discover_settings {
	struct source source;
	bool is_given;
	const char *probe;
	struct version_source from;
	unsigned confirm; /* so many equal answers in a row */
};

extern const struct option_table discover_options;

#endif
