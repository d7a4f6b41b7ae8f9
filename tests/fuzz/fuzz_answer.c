/*
 * What a program says of its step, cut into pieces by the first byte: it is
 * taken or refused alike however it arrives, and what is refused stays so.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/answer.h"
#include "tests/fuzz/fuzz.h"

static void
must(bool so)
{
	if (!so)
		abort();
}

static bool
hear(struct answer *a, const char *bytes, size_t size, size_t piece)
{
	answer_init(a, NULL, NULL);
	while (size > 0) {
		size_t n = size < piece ? size : piece;

		if (!answer_add(a, bytes, n))
			break;
		bytes += n;
		size -= n;
	}
	return answer_end(a);
}

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 1;
	struct answer whole, cut;
	bool good;

	if (size < 2)
		return 0;
	good = hear(&whole, bytes, size - 1, size);
	must(hear(&cut, bytes, size - 1, data[0] + (size_t)1) == good);
	must(good == !whole.is_wrong && good == !cut.is_wrong);
	if (good) {
		must(whole.is_there && whole.result == cut.result);
		must(is_same(whole.output, cut.output));
		must(is_same(whole.message, cut.message));
	} else
		must(!answer_add(&whole, "\n", 1) && !answer_end(&whole));
	answer_free(&whole);
	answer_free(&cut);
	return 0;
}
