/*
 * A line of a client, whatever it is: either refused with a reason, or a
 * request whose arguments stand another check and which, written again, is
 * read as the same.  The same bytes are then taken for a result and shown:
 * nothing that drives a terminal may come out.
 */
#include <stdlib.h>
#include <string.h>

#include "control/request.h"
#include "control/show.h"
#include "tests/fuzz/fuzz.h"

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check_again(const struct control_request *r, const struct caller *caller)
{
	struct text line = text_new(1 << 20);
	struct control_request again;
	struct error err = { "" };

	control_request_write(&line, r->id, r->verb, r->args);
	must(text_ok(&line));
	/* Escapes may make it longer than it came. */
	if (line.length - 1 <= CONTROL_REQUEST_MAX_BYTES) {
		must(request_read(text_str(&line), line.length - 1, caller,
			 &again, &err) == CONTROL_OK);
		must(strcmp(again.id, r->id) == 0 && again.verb == r->verb);
		must(json_object_equal(again.args, r->args));
		request_end(&again);
	}
	text_free(&line);
}

static void
show(enum control_verb verb, struct json_object *o)
{
	const struct show_style style = { .verbose = true, .width = 60 };
	struct text page = text_new(SHOW_MAX_BYTES);

	show_result(&page, verb, o, &style);
	for (size_t i = 0; i < page.length; i++)
		must(page.data[i] == '\n' ||
		    (unsigned char)page.data[i] >= 0x20);
	text_free(&page);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct caller callers[] = {
		{ .uid = 0, .privileged = true },
		{ .uid = 1000 },
	};
	const char *line = (const char *)data;
	struct json_object *o;
	struct error err = { "" };

	for (size_t i = 0; i < 2; i++) {
		struct control_request r;
		enum control_error code =
		    request_read(line, size, &callers[i], &r, &err);

		must((code == CONTROL_OK) == (r.args != NULL));
		must(code == CONTROL_OK || err.text[0] != '\0');
		if (code == CONTROL_OK)
			check_again(&r, &callers[i]);
		if (code == CONTROL_OK && i == 1)
			must(verb_info(r.verb)->right == RIGHT_READ);
		request_end(&r);
	}
	o = json_parse(line, size, &err);
	for (unsigned v = 0; o != NULL && v < VERB_COUNT; v++)
		show((enum control_verb)v, o);
	json_object_put(o);
	return 0;
}
