/*
 * sample.h - one observation of one target.
 *
 * Every probe ends in exactly one sample, a timeout included, so nothing
 * further down has to watch for silence.  A sample is a plain value: copy it.
 *
 * It carries two moments.  asked_ms is what filters by deployment: a late
 * answer about the old release cannot condemn the new one.  answered_ms is
 * what windows and gaps count by: a timeout longer than the window counts.
 */
#ifndef SAMPLE_SAMPLE_H
#define SAMPLE_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

enum sample_outcome {
	SAMPLE_OK,     /* the target answered as it should */
	SAMPLE_FAILED, /* it answered wrongly, too late or not at all */
	SAMPLE_LOST,   /* our own trouble: says nothing about the target */
};

/* Milliseconds each phase took; negative: it was not reached. */
struct sample_phases {
	double resolve_ms;
	double connect_ms;
	double tls_ms;
	double first_byte_ms; /* from the request sent to the first byte */
	double transfer_ms;   /* from the first byte to the last */
};

#define SAMPLE_DETAIL_MAX 96
#define SAMPLE_VERSION_MAX 160 /* longer ones are cut, and are no version */

struct sample {
	unsigned probe;      /* which of its service's; its index there */
	int64_t asked_ms;    /* CLOCK_BOOTTIME: the question was put */
	int64_t answered_ms; /* CLOCK_BOOTTIME: answered or given up */
	enum sample_outcome outcome;
	double latency_ms; /* of the whole question */
	struct sample_phases phases;
	int status;          /* HTTP status, 0: none */
	const char *failure; /* "http.status"; NULL when OK; static */
	char detail[SAMPLE_DETAIL_MAX]; /* for people, already escaped */
	/*
	 * What the probe was asked to measure, a slot for each metric that
	 * evaluators want of it; NAN: not there this time.  Borrowed for the
	 * call that hands the sample on; who keeps a sample drops them.
	 */
	const double *values;
	unsigned value_count;
	const char *version; /* what answered names; NULL: nothing; borrowed */
	/*
	 * Asked out of its turn, as the one before had failed: for those that
	 * count failures in a row.  All others would see more bad than there
	 * is.
	 */
	bool is_recheck;
	bool has_value; /* of evidence: what was made of the values: */
	double value;
};

/* "ok", "failed", "lost": as written in reports and recordings. */
const char *sample_outcome_word(enum sample_outcome outcome);

#endif
