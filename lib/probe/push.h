/*
 * push.h - what was heard of a heartbeat, and when it is missing.
 *
 * A plain value, and functions of it and the time.  Silence counts from the
 * last beat, or from when there was first somebody to hear it: nothing is
 * missing before a whole interval and its grace have passed since.
 */
#ifndef PROBE_PUSH_H
#define PROBE_PUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "sample/sample.h"

#define PUSH_NEVER_MS INT64_MIN

struct beat {
	int64_t at_ms;
	bool failed;
	bool has_value;
	double value;
	char detail[SAMPLE_DETAIL_MAX]; /* for people, escaped */
};

struct push {
	int64_t since_ms; /* heard from here on: a start, or after a pause */
	int64_t told_ms;  /* what came before is told */
	bool was_heard;
	bool is_pending; /* the beat is not told yet */
	struct beat beat;
};

/* Forgets: nothing was heard, and listening begins. */
void push_begin(struct push *p, int64_t now_ms);

/* Of beats that were not told yet a failed one stays, else the newest. */
void push_beat(struct push *p, const struct beat *beat);

/* From then on a beat is missing.  allowed_ms: interval and grace. */
int64_t push_missing_ms(const struct push *p, int64_t allowed_ms);

/* The beat that was not told yet, as a sample; false: there is none. */
bool push_take(struct push *p, struct sample *s);

/* The last beat, told or not; false: none since listening began. */
bool push_last(const struct push *p, struct sample *s);

/*
 * FAILED: nothing came in all of the time since it was last told of, and of a
 * whole interval and grace.
 */
void push_silence(struct push *p, int64_t now_ms, struct sample *s);

/* LOST: nobody can say yet whether one is missing. */
void push_unknown(const struct push *p, int64_t now_ms, struct sample *s);

#endif
