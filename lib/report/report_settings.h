/*
 * report_settings.h - how incidents of a service or environment are written
 * up.
 */
#ifndef REPORT_REPORT_SETTINGS_H
#define REPORT_REPORT_SETTINGS_H

#include "base/option.h"
#include "base/source.h"

struct report_settings {
	struct source source;
	const char *template; /* path; NULL: the usual page */
};

extern const struct option_table report_options;

#endif
