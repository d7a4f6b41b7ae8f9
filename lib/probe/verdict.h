/*
 * verdict.h - what the judge of a probe makes of an answer.
 */
#ifndef PROBE_VERDICT_H
#define PROBE_VERDICT_H

#include "sample/sample.h"

struct probe_verdict {
	enum sample_outcome outcome;
	const char *failure; /* "body.mismatch"; NULL when OK; static */
	char detail[SAMPLE_DETAIL_MAX]; /* for people, escaped */
};

#endif
