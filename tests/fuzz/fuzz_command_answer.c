/*
 * The first byte says how the program ended, the second its status, the third
 * what is expected of it; the rest it printed.  Whatever that is: good only by
 * its status, a value only where it is finite, a detail that is safe to show.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probe/command_judge.h"
#include "tests/fuzz/fuzz.h"

static const char *zero[] = { "0" };
static const char *few[] = { "1-2", "200-255" };
static const char *three[] = { "3" };

static const struct command_settings settings[] = {
	{ .ok = { zero, 1 }, .lost = { three, 1 } },
	{ .ok = { few, 2 } },
	{ .ok = { zero, 1 },
	    .lost = { three, 1 },
	    .value = COMMAND_VALUE_STDOUT,
	    .on_no_value = SAMPLE_LOST },
	{ .ok = { zero, 1 },
	    .value = COMMAND_VALUE_STDOUT,
	    .on_no_value = SAMPLE_OK },
};

static void
must(bool so)
{
	if (!so)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct command_judge j;
	struct command_answer a = { .reason = "no reason" };
	struct probe_verdict v;
	struct error err;
	double value = 0;
	char *output;

	if (size < 3)
		return 0;
	must(command_judge_init(&j, &settings[data[2] % 4], &err));
	a.end = (enum command_end)(data[0] % (COMMAND_TIMED_OUT + 1));
	a.status = data[1];
	/* Exactly as long as it is, so that a byte too far is noticed. */
	a.length = size - 3;
	output = malloc(a.length + (a.length == 0));
	memcpy(output, data + 3, a.length);
	a.output = output;
	v = command_judge_answer(&j, &a, &value);
	must((v.outcome == SAMPLE_OK) == (v.failure == NULL));
	must(isnan(value) || (isfinite(value) && j.wants_value));
	if (v.outcome == SAMPLE_OK)
		must(a.end == COMMAND_EXITED && j.is_ok[a.status]);
	if (v.outcome == SAMPLE_OK && j.wants_value &&
	    j.on_no_value != SAMPLE_OK)
		must(isfinite(value));
	for (const char *c = v.detail; *c != '\0'; c++)
		must((unsigned char)*c >= ' ' && *c != 0x7f);
	free(output);
	return 0;
}
