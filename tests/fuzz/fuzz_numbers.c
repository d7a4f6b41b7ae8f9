/*
 * What is read must be no more than asked for, read the same from its own
 * text again, and a complaint must name a line that is there.
 */
#include "evaluator/numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define ROOM 64

static void
insist(bool so)
{
	if (!so)
		abort();
}

static void
read_again(const double *values, size_t count)
{
	static char text[ROOM * 32];
	struct error err = { "" };
	double again[ROOM];
	size_t length = 0, counted;

	for (size_t i = 0; i < count; i++)
		length += (size_t)snprintf(
		    text + length, sizeof(text) - length, "%.17g\n", values[i]);
	insist(
	    numbers_read("again", text, length, again, ROOM, &counted, &err));
	insist(counted == count);
	for (size_t i = 0; i < count; i++)
		insist(again[i] == values[i] ||
		    (isnan(again[i]) && isnan(values[i])));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = { "" };
	double values[ROOM];
	size_t count = 0, lines = 1;
	char *end;

	if (numbers_read(
		"f", (const char *)data, size, values, ROOM, &count, &err)) {
		insist(err.text[0] == '\0' && count <= ROOM);
		read_again(values, count);
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	insist(strncmp(err.text, "f:", 2) == 0);
	insist(strtoul(err.text + 2, &end, 10) <= lines);
	insist(*end == ':');
	return 0;
}
