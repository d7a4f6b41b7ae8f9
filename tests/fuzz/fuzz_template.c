/*
 * The input: a template, a NUL, and a value for ${value}, the other bytes of
 * which are values as well.  Against a slow and obvious expander: the bytes
 * are the same, and as many arguments come out as went in.
 */
#include <stdlib.h>
#include <string.h>

#include "procedure/step_command.h"
#include "procedure/variables.h"
#include "tests/fuzz/fuzz.h"

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

static bool
is_name_byte(char c, bool first)
{
	if (c == '-' || c == '.')
		return !first;
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z');
}

/* NULL: refused.  Byte by byte, as the manual says it. */
static char *
expand_slowly(const char *t, const char *value)
{
	/* ${value} has eight bytes. */
	char *out = malloc(strlen(t) + 1 + (strlen(t) / 8 + 1) * strlen(value));
	size_t n = 0;

	expect(out != NULL);
	while (*t != '\0') {
		const char *end = t + 2;

		if (t[0] == '$' && t[1] == '$' && t[2] == '{') {
			out[n++] = '$';
			out[n++] = '{';
			t += 3;
			continue;
		}
		if (t[0] != '$' || t[1] != '{') {
			out[n++] = *t++;
			continue;
		}
		while (is_name_byte(*end, end == t + 2))
			end++;
		if (*end != '}' || end - t - 2 != 5 ||
		    memcmp(t + 2, "value", 5) != 0) {
			free(out);
			return NULL;
		}
		memcpy(out + n, value, strlen(value));
		n += strlen(value);
		t = end + 1;
	}
	out[n] = '\0';
	return out;
}

static struct plan *
plan_of(struct step_settings *step, const char **value)
{
	static struct param_spec spec = { .name = "value" };
	static struct procedure_settings procedure = {
		.name = "p", .params = &spec, .param_count = 1, .step_count = 1
	};
	static struct param given;
	static const struct params params = { &given, 1 };
	struct error err;

	given = (struct param){ "value", { value, 1 }, false };
	procedure.steps = step;
	return plan_new(&procedure, &params, &err);
}

/* Whatever the template and the value are: one argument in, one out. */
static void
try_as_command(const char **arguments, const char *value, const char *slow)
{
	struct step_settings step = { .name = "s",
		.command = { arguments, 3 } };
	const struct occasion nothing = { .service = NULL };
	struct command c = { .argv = NULL };
	struct plan *plan = plan_of(&step, &value);
	struct error err;
	bool is_option =
	    slow != NULL && slow[0] == '-' && arguments[1][0] != '-';

	expect((plan != NULL) == (slow != NULL && !is_option));
	if (plan == NULL)
		return;
	if (step_command(plan, 0, STEP_ITSELF, &nothing, NULL, &c, &err)) {
		expect(c.argument_count == 3 && c.argv[3] == NULL);
		expect(strcmp(c.argv[0], "/bin/do") == 0);
		expect(strcmp(c.argv[1], slow) == 0);
		expect(strcmp(c.argv[2], "last") == 0);
	} else
		expect(strlen(slow) > COMMAND_BYTES_MAX - 1024);
	command_clear(&c);
	plan_free(plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *arguments[3] = { "/bin/do", NULL, "last" };
	char *template = calloc(1, size + 2);
	const char *value;
	char *slow;

	expect(template != NULL);
	if (size > 4096)
		size = 4096;
	if (size > 0)
		memcpy(template, data, size);
	value = template + strlen(template) + 1;
	arguments[1] = template;
	slow = expand_slowly(template, value);
	try_as_command(arguments, value, slow);
	free(slow);
	free(template);
	return 0;
}
