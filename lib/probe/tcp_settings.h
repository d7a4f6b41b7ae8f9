/*
 * tcp_settings.h - how a TCP probe connects, what it says and what it expects.
 */
#ifndef PROBE_TCP_SETTINGS_H
#define PROBE_TCP_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"
#include "base/source.h"

/* Empty fields expect nothing. */
struct tcp_expect {
	struct source source;
	const char *contains; /* substring */
	const char *matches;  /* PCRE2 pattern */
	int64_t max_bytes;    /* without a match: a failure; default 4 KiB */
};

struct tcp_settings {
	const char *address; /* "host:port" */
	const char *send;    /* NULL: nothing */
	bool allow_local;    /* may the name resolve to loopback */
	struct tcp_expect expect;
};

extern const struct option_table tcp_options;

#endif
