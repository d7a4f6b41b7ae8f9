/*
 * verify_settings.h - what proves that a rollback helped.
 */
#ifndef VERIFY_VERIFY_SETTINGS_H
#define VERIFY_VERIFY_SETTINGS_H

#include <stdint.h>

#include "base/option.h"
#include "base/source.h"
#include "base/strings.h"

struct verify_settings {
	struct source source;
	struct strings probes; /* of the same service; at least one */
	unsigned successes;    /* in a row, of each probe; default 3 */
	int64_t within_ms;     /* default 2 min */
	int64_t interval_ms;   /* between questions to one probe; default 1 s */
};

extern const struct option_table verify_options;

#endif
