/*
 * simulation.h - a world in which anything may happen next, and an oracle
 * that watches it.
 *
 * What happens is read from bytes: from a seeded generator in the tests, from
 * the fuzzer's input there.
 */
#ifndef TESTS_REPLAY_SIMULATION_H
#define TESTS_REPLAY_SIMULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "config/config.h"

/* False: there are no more. */
typedef bool simulation_byte(void *arg, uint8_t *byte);

struct tally {
	uint64_t events;
	uint64_t simulated_ms;
	uint64_t rollbacks;
	uint64_t recovered;
	uint64_t closed;
};

/*
 * Until the bytes end.  NULL, or what went wrong; out says what happened
 * then.  The configuration is that of simulation_config().
 */
const char *simulate(const struct config *config, simulation_byte *next,
    void *arg, struct text *out, struct tally *tally);

/* The plain service of tests/replay/base.  Aborts when it cannot be read. */
struct config *simulation_config(void);

#endif
