/*
 * Many seeds, each a long time in which anything may happen: nothing is done
 * without cause, nothing twice, and nothing that is called for is left out.
 * A failure names its seed: SIMULATION_SEED=... tells it again, with what
 * happened; SIMULATION_SEEDS=... says how many.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/replay/simulation.h"

#define SEEDS 300
#define BYTES_A_SEED 20000

struct generator {
	uint64_t state;
	unsigned left;
};

/* xorshift64*: the same bytes everywhere. */
static bool
next_byte(void *arg, uint8_t *byte)
{
	struct generator *g = arg;

	if (g->left == 0)
		return false;
	g->left--;
	g->state ^= g->state >> 12;
	g->state ^= g->state << 25;
	g->state ^= g->state >> 27;
	*byte = (uint8_t)(g->state * 2685821657736338717ULL >> 56);
	return true;
}

static uint64_t
number_from(const char *variable, uint64_t fallback)
{
	const char *value = getenv(variable);

	return value == NULL ? fallback : strtoull(value, NULL, 10);
}

static void
run_seed(const struct config *config, uint64_t seed, struct tally *tally)
{
	struct generator g = { .state = seed * 0x9e3779b97f4a7c15ULL + 1,
		.left = BYTES_A_SEED };
	struct text out = text_new(1024 * 1024);
	const char *breach = simulate(config, next_byte, &g, &out, tally);

	if (breach != NULL) {
		fprintf(stderr, "%s", text_str(&out));
		fail_msg("seed %llu: %s", (unsigned long long)seed, breach);
	}
	text_free(&out);
}

static void
test_many_seeds(void **state)
{
	struct config *config = simulation_config();
	uint64_t only = number_from("SIMULATION_SEED", 0);
	uint64_t seeds = number_from("SIMULATION_SEEDS", SEEDS);
	struct tally tally = { .events = 0 };

	(void)state;
	if (only != 0)
		run_seed(config, only, &tally);
	else
		for (uint64_t seed = 1; seed <= seeds; seed++)
			run_seed(config, seed, &tally);
	print_message("%llu events in %llu simulated hours: %llu runs, %llu "
		      "closed, %llu of them recovered\n",
	    (unsigned long long)tally.events,
	    (unsigned long long)tally.simulated_ms / 3600000,
	    (unsigned long long)tally.rollbacks,
	    (unsigned long long)tally.closed,
	    (unsigned long long)tally.recovered);
	if (only == 0) {
		/* It was no quiet time. */
		assert_true(tally.rollbacks > seeds);
		assert_true(tally.recovered * 10 > tally.rollbacks);
	}
	config_free(config);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
