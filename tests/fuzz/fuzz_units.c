/*
 * Whatever is read back from what was written must be what was written, and
 * nothing may be read that overflows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "tests/fuzz/fuzz.h"

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

static void
try_duration(const char *text)
{
	char buffer[DURATION_TEXT_MAX];
	int64_t ms, again;

	if (!duration_parse(text, &ms))
		return;
	expect(ms >= 0);
	expect(duration_parse(duration_text(ms, buffer), &again));
	expect(again == ms);
}

static void
try_size(const char *text)
{
	char buffer[DURATION_TEXT_MAX];
	int64_t bytes, again;

	if (!size_parse(text, &bytes))
		return;
	expect(bytes >= 0);
	expect(size_parse(size_text(bytes, buffer), &again));
	expect(again == bytes);
}

static void
try_others(const char *text)
{
	uint64_t count;
	double ratio;

	if (count_parse(text, &count))
		expect(strspn(text, "0123456789") == strlen(text));
	if (ratio_parse(text, &ratio))
		expect(ratio >= 0 && ratio <= 10000.01 &&
		    text[strlen(text) - 1] == '%');
	if (name_is_valid(text))
		expect(strlen(text) <= NAME_MAX_BYTES &&
		    strpbrk(text, "/ \n") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1);

	expect(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	try_duration(text);
	try_size(text);
	try_others(text);
	free(text);
	return 0;
}
