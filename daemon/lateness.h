/*
 * lateness.h - how late things were: a value that counts, with a maximum and
 * as many buckets as a page of metrics shows.
 */
#ifndef DAEMON_LATENESS_H
#define DAEMON_LATENESS_H

#include <stdint.h>

#include "base/text.h"

#define LATENESS_BUCKETS 12

struct lateness {
	uint64_t counts[LATENESS_BUCKETS + 1]; /* the last: later than all */
	uint64_t count;
	int64_t sum_us;
	int64_t max_us;
};

/* What is early counts as being in time. */
void lateness_note(struct lateness *l, int64_t us);

/* The bound that this share (0 to 1) stayed within; above all: the maximum. */
int64_t lateness_quantile_us(const struct lateness *l, double share);

/* A histogram, and NAME with "_max" before the unit: "rollbackd_X_seconds". */
void lateness_write(const struct lateness *l, struct text *out,
    const char *stem, const char *help);

#endif
