/*
 * What is taken as a selector writes itself as one that is the same, and
 * answers alike for a series made of the input.
 */
#include <stdlib.h>
#include <string.h>

#include "probe/selector.h"
#include "tests/fuzz/fuzz.h"

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

/* Some series that might match: its own values, and others. */
static void
compare(const struct selector *a, const struct selector *b, const char *text)
{
	size_t length = strlen(text), third = length / 3;
	struct metric_slice one = { text, third };
	struct metric_slice two = { text + third, length - third };
	struct metric_label labels[] = {
		{ { "a", 1 }, one },
		{ { "b", 1 }, two },
	};
	struct metric_slice name = selector_name(a);

	if (name.bytes == NULL)
		name = one;
	for (size_t count = 0; count <= 2; count++) {
		expect(selector_match(a, name, labels, count) ==
		    selector_match(b, name, labels, count));
		if (selector_name(a).bytes != NULL)
			expect(selector_match(a, two, labels, count) !=
				SELECTOR_YES ||
			    (two.length == name.length &&
				memcmp(two.bytes, name.bytes, two.length) ==
				    0));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = { "" };
	char *text = strndup((const char *)data, size);
	struct selector *s, *again;

	expect(text != NULL);
	s = selector_new(text, &err);
	expect((s == NULL) == (err.text[0] != '\0'));
	if (s != NULL) {
		again = selector_new(selector_text(s), &err);
		/* What is longer than a selector may be is no fault. */
		expect(again != NULL ||
		    strlen(selector_text(s)) > SELECTOR_TEXT_MAX);
		if (again != NULL) {
			expect(strcmp(selector_text(s), selector_text(again)) ==
			    0);
			compare(s, again, text);
		}
		selector_free(again);
	}
	selector_free(s);
	free(text);
	return 0;
}
