/*
 * recording_impl.h - what the quick and the strict reader of samples share,
 * so that they agree.  Private to lib/service/recording*.c.
 */
#ifndef SERVICE_RECORDING_IMPL_H
#define SERVICE_RECORDING_IMPL_H

#include "service/recording.h"

enum recording_key {
	RECORDING_KEY_AT,
	RECORDING_KEY_ASKED,
	RECORDING_KEY_NOW,
	RECORDING_KEY_SERVICE,
	RECORDING_KEY_PROBE,
	RECORDING_KEY_OUTCOME,
	RECORDING_KEY_LATENCY,
	RECORDING_KEY_STATUS,
	RECORDING_KEY_CLASS,
	RECORDING_KEY_VERSION,
	RECORDING_KEY_VALUE,
	RECORDING_KEY_VALUES,
	RECORDING_KEY_RECHECK,
	RECORDING_KEY_COUNT, /* none of them */
};

/* Everything not said yet. */
void recording_begin(struct recording_line *line);

enum recording_key recording_key(const struct recording_words *name);
const char *recording_key_word(enum recording_key key);

/* False: out of range, or no such word. */
bool recording_outcome(
    const struct recording_words *words, enum sample_outcome *outcome);
bool recording_special(const struct recording_words *words, double *value);
bool recording_time(int64_t ms, int64_t *to);
bool recording_status(int64_t status, int *to);
bool recording_latency(double ms, double *to);

/*
 * Fills in what was not said; seen has a bit for each key that was.  NULL, or
 * what is wrong.
 */
const char *recording_complete(struct recording_sample *s, unsigned seen);

#endif
