/*
 * Whatever the bytes are, they are refused with a complaint or make a
 * configuration; and what that writes of itself makes the same one again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/config.h"
#include "config/pin.h"
#include "config/thin.h"
#include "config/writer.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (64 * 1024)
#define WRITTEN_MAX (16 * 1024 * 1024)

/* libconfig loses the text that a syntax error comes after. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

static struct config *
load(const char *bytes, size_t length)
{
	static const struct config_rules rules = { .owner_uid = 0 };
	struct complaints *complaints = complaints_new();
	struct config *c;

	if (complaints == NULL)
		return NULL;
	c = config_from_bytes(bytes, length, &rules, complaints);
	if ((c == NULL) != complaints_are_fatal(complaints))
		abort();
	for (size_t i = 0; complaints_line(complaints, i) != NULL; i++)
		if (strlen(complaints_line(complaints, i)) == 0)
			abort();
	complaints_free(complaints);
	return c;
}

static void
write_all(struct text *out, const struct config *c)
{
	text_add(out, "services = (\n");
	for (size_t i = 0; i < c->service_count; i++) {
		struct service_settings s = c->services[i];

		s.like = NULL;
		text_add(out, i == 0 ? "{\n" : ",{\n");
		writer_options(out, &service_options, &s, 0);
		text_add(out, "}\n");
	}
	text_add(out, ");\nprocedures = (\n");
	for (size_t i = 0; i < c->procedure_count; i++) {
		text_add(out, i == 0 ? "{\n" : ",{\n");
		writer_options(out, &procedure_options, &c->procedures[i], 0);
		text_add(out, "}\n");
	}
	text_add(out, ");\n");
}

static void
must_come_again(const struct config *c)
{
	struct text written = text_new(WRITTEN_MAX);
	struct config *again;

	write_all(&written, c);
	again = load(text_str(&written), written.length);
	if (again == NULL || again->service_count != c->service_count ||
	    again->procedure_count != c->procedure_count)
		abort();
	for (size_t i = 0; i < c->service_count; i++)
		if (strcmp(again->services[i].digest, c->services[i].digest))
			abort();
	config_free(again);
	text_free(&written);
}

static void
must_pin(const struct config *c)
{
	struct text first = text_new(PIN_MAX_BYTES);
	struct text second = text_new(PIN_MAX_BYTES);
	struct error err;
	struct pin *pin;

	pin_text(&first, c, &c->services[0], &c->procedures[0]);
	if (text_ok(&first)) {
		pin = pin_parse(text_str(&first), first.length, &err);
		if (pin == NULL)
			abort();
		/* Who has a say follows from rules, which are not pinned. */
		pin_text(&second, c, &c->services[0], &pin->procedure);
		if (strcmp(text_str(&first), text_str(&second)) != 0)
			abort();
		pin_free(pin);
	}
	text_free(&first);
	text_free(&second);
}

/* Leaves out, and never needs more room. */
static void
must_thin(const char *bytes, size_t length)
{
	const struct thin_wish wish = { "backend", "roll-back" };
	char *out = malloc(length + 1);

	if (out != NULL && thin_bytes(bytes, length, wish, out) > length)
		abort();
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *c;
	struct error err;

	if (size > INPUT_MAX)
		return 0;
	c = load((const char *)data, size);
	if (c != NULL) {
		must_come_again(c);
		if (c->service_count > 0 && c->procedure_count > 0)
			must_pin(c);
	}
	config_free(c);
	must_thin((const char *)data, size);
	pin_free(pin_parse((const char *)data, size, &err));
	return 0;
}
