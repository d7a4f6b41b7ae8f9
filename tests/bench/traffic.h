/*
 * traffic.h - services that never were: what a probe, and a scrape, of them
 * would see, healthy or with a fault.
 *
 * Repeats itself exactly for the same seed.
 */
#ifndef TESTS_BENCH_TRAFFIC_H
#define TESTS_BENCH_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include "sample/sample.h"

struct traffic_profile {
	const char *name;
	double rate;          /* requests a second, on average */
	double daily;         /* 0.8: from 20 % to 180 % of it by the hour */
	double bursts;        /* a day; 1 to 5 min of five times the rate */
	double error_ratio;   /* of requests and of probes */
	double latency_ms;    /* median */
	double spread;        /* sigma of its logarithm */
	double tail;          /* share of requests from a heavy tail ... */
	double tail_exponent; /* ... a Pareto distribution of this */
};

extern const struct traffic_profile traffic_profiles[];
extern const unsigned traffic_profile_count;

/* What a bad release does; all 0 or 1: nothing. */
struct traffic_fault {
	const char *name;
	double errors;  /* of requests and probes fail beside of the usual */
	double latency; /* times as slow */
	bool hangs;     /* no answer to anything */
};

/* What can be seen at one moment. */
struct traffic_view {
	enum sample_outcome outcome; /* of one request of our own */
	double latency_ms;           /* of it */
	double requests, errors;     /* counters */
	double queue;                /* a gauge that follows the load */
	double latency_s;   /* mean of the requests since the last view */
	double error_ratio; /* of them; NAN: none */
};

struct traffic {
	const struct traffic_profile *profile;
	uint64_t state;
	uint64_t load_state; /* of what all instances share */
	int64_t burst_end_ms;
	double requests, errors;
	double spare;
	bool has_spare;
};

/* Those with the same load_seed are busy at the same times. */
void traffic_begin(struct traffic *t, const struct traffic_profile *p,
    uint64_t seed, uint64_t load_seed);

/* The view at_ms, dt_ms after the last one. */
void traffic_step(struct traffic *t, int64_t at_ms, int64_t dt_ms,
    const struct traffic_fault *fault, struct traffic_view *view);

/* From 0 to 1. */
double traffic_random(struct traffic *t);

#endif
