/*
 * Reads the input as what happens next to a service, and next, and next: the
 * oracle must find nothing that was done without cause, twice, or not at all.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"
#include "tests/replay/simulation.h"

struct input {
	const uint8_t *bytes;
	size_t left;
};

static bool
next_byte(void *arg, uint8_t *byte)
{
	struct input *in = arg;

	if (in->left == 0)
		return false;
	in->left--;
	*byte = *in->bytes++;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config *config;
	struct input in = { data, size };
	struct text out = text_new(1024 * 1024);
	struct tally tally = { .events = 0 };
	const char *breach;

	if (config == NULL)
		config = simulation_config();
	breach = simulate(config, next_byte, &in, &out, &tally);
	if (breach != NULL) {
		fprintf(stderr, "%s%s\n", text_str(&out), breach);
		abort();
	}
	text_free(&out);
	return 0;
}
