/*
 * probe_settings.h - what is common to all probes, and the list of kinds.
 *
 * A kind adds its own table and struct (http_settings.h).  Checked once, by
 * lib/config; whoever is given settings may rely on the ranges.
 */
#ifndef PROBE_PROBE_SETTINGS_H
#define PROBE_PROBE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"
#include "base/source.h"
#include "probe/version_source.h"

struct probe_settings {
	struct source source;
	const char *name;
	int64_t interval_ms; /* 100 ms to 1 day */
	int64_t timeout_ms;  /* 10 ms to 10 min */
	int64_t recheck_ms;  /* 20 ms to 1 day; 0: in its turn only */
	int64_t down_ms;     /* while it is down; 0: as ever */
	const struct option_kind *kind;
	const void *settings; /* of the kind */
	/* Where its answers name a version; NULL: nobody wants to know. */
	const struct version_source *version;
};

extern const struct option_table probe_options;

/* What samples of a kind carry; the ops of its option_kind. */
struct probe_traits {
	bool has_value;   /* values[0] is the probe's own */
	bool has_metrics; /* a slot for each metric that is asked of it */
};

const struct probe_traits *probe_traits(const struct probe_settings *p);

/*
 * How long after it was due an answer comes at the latest: the timeout, or the
 * grace of a heartbeat.
 */
int64_t probe_wait_ms(const struct probe_settings *p);

/* One of the kinds, to compare probe_settings.kind with. */
extern const struct option_kind probe_http;
extern const struct option_kind probe_tcp;
extern const struct option_kind probe_tls;
extern const struct option_kind probe_prometheus;
extern const struct option_kind probe_push;
extern const struct option_kind probe_command;
extern const struct option_kind probe_promql;

#endif
