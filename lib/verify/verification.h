/*
 * verification.h - did it help?  So many successes in a row from each probe,
 * asked afresh, within the time allowed.
 */
#ifndef VERIFY_VERIFICATION_H
#define VERIFY_VERIFICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "sample/sample.h"
#include "verify/verify_settings.h"

enum verification_state {
	VERIFICATION_PENDING,
	VERIFICATION_PASSED,
	VERIFICATION_FAILED, /* time is up */
};

struct verification;

/*
 * Borrows the settings.  Nothing counts before it begins.  NULL when memory
 * is short.
 */
struct verification *verification_new(const struct verify_settings *settings);
void verification_free(struct verification *v);

/* Starts, or starts over: nothing asked before now_ms counts. */
void verification_begin(struct verification *v, int64_t now_ms);

/*
 * A sample of settings->probes.items[probe].  LOST counts neither way; what is
 * answered at the deadline or later comes too late.
 */
enum verification_state verification_observe(
    struct verification *v, unsigned probe, const struct sample *s);

/*
 * Time passes: at the deadline it has failed.  PASSED and FAILED are final
 * until it begins again.
 */
enum verification_state verification_tick(
    struct verification *v, int64_t now_ms);

int64_t verification_deadline_ms(const struct verification *v);

/* Successes in a row so far of one probe, for people. */
unsigned verification_successes(const struct verification *v, unsigned probe);

#endif
