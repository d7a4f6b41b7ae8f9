/*
 * watched_private.h - what the files of a watched service share; for nobody
 * else.
 *
 *   watched.c          the whole: building, reloading, telling about itself
 *   watched_samples.c  what becomes of answers, and what they make it do
 */
#ifndef DAEMON_WATCHED_PRIVATE_H
#define DAEMON_WATCHED_PRIVATE_H

#include "daemon/recorder.h"
#include "daemon/watched.h"

/* One probe: what its samples need to find their way. */
struct watched_probe {
	struct watched *watched;
	unsigned index;
	struct poller *poller;
	int64_t told_ms; /* started, or the last sample that was not lost */
};

/* What a rule's procedure needs, worked out beforehand. */
struct watched_rule {
	char *lock;
	char *trouble;
};

struct watched {
	struct monitor *monitor;
	struct generation *generation;
	const struct service_settings *settings;
	struct service *core;
	struct watched_probe *probes;
	struct watched_rule *rules;
	struct rollback *rollback;
	struct held *held; /* NULL: never */
	uint64_t samples[SAMPLE_LOST + 1];
	uint64_t asked;
	struct recorder_mark mark;
	enum verdict verdict; /* as last logged */
	enum guard guard;     /* as last told */
	enum action action;   /* as last counted */
	unsigned place;       /* see watched_place() */
	bool has_place;
	bool was_blind;
	bool is_over; /* another object stands for the service now */
	bool is_retired;
};

/* For the poller of a probe; p: the struct watched_probe. */
void watched_on_sample(void *p, const struct sample *sample);

#endif
