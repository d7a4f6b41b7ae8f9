/*
 * The input: a condition, judged after a step "a" and a for_each step "b"
 * that ended as the first bytes say.  What is refused never holds; of what
 * is taken, the opposite holds exactly when it does not itself.
 */
#include <stdlib.h>
#include <string.h>

#include "procedure/when.h"
#include "tests/fuzz/fuzz.h"

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

static const char *command[] = { "/bin/true" };
static const char *items[] = { "x", "y" };
static struct param list = { "list", { items, 2 }, true };
static struct param_spec spec = { .name = "list" };
static struct step_settings steps[] = {
	{ .name = "a",
	    .command = { command, 1 },
	    .on_failure = "continue",
	    .capture = "color" },
	{ .name = "b",
	    .command = { command, 1 },
	    .on_failure = "continue",
	    .for_each = "list" },
	{ .name = "c", .command = { command, 1 } },
};
static const struct procedure_settings procedure = {
	.name = "p",
	.params = &spec,
	.param_count = 1,
	.steps = steps,
	.step_count = 3,
};

static void
end_step(struct run *r, uint8_t how)
{
	static const enum step_outcome outcomes[] = { STEP_DONE, STEP_FAILED,
		STEP_TIMED_OUT, STEP_REFUSED };
	static const char *const captures[] = { NULL, "", "blue", "x y" };
	struct next n = run_next(r);
	struct step_ended e = { .step = n.step,
		.attempt = n.attempt,
		.outcome = outcomes[how % 4],
		.capture = captures[how / 4 % 4] };

	expect(run_step_ended(r, &e, 0));
}

/* "is" becomes "is not" and the other way round, "==" becomes "!=". */
static char *
opposite(const char *condition)
{
	const char *equals = strchr(condition, '=');
	const char *is = strstr(condition, "is");
	char *out = malloc(strlen(condition) + 8);
	size_t at;

	expect(out != NULL);
	if (equals != NULL) {
		memcpy(out, condition, strlen(condition) + 1);
		at = (size_t)(equals - condition);
		if (at > 0 && out[at - 1] == '!')
			out[at - 1] = '=';
		else
			out[at] = '!';
		return out;
	}
	while (is[-1] != ' ' && is[-1] != '\t')
		is = strstr(is + 1, "is");
	at = (size_t)(is - condition) + 2;
	memcpy(out, condition, at);
	is += 2;
	is += strspn(is, " \t");
	if (strncmp(is, "not", 3) == 0)
		is += 3;
	else {
		memcpy(out + at, " not ", 5);
		at += 5;
	}
	memcpy(out + at, is, strlen(is) + 1);
	return out;
}

static void
judge(const char *condition, const struct plan *plan, const struct run *r)
{
	struct error err = { "" };
	char *other;

	if (!when_check(condition, &procedure, 2, &err)) {
		expect(err.text[0] != '\0');
		return;
	}
	other = opposite(condition);
	expect(when_check(other, &procedure, 2, &err));
	expect(
	    when_holds(condition, plan, 3, r) != when_holds(other, plan, 3, r));
	free(other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct params given = { &list, 1 };
	struct error err;
	struct plan *plan;
	struct run *r;
	char *condition;

	if (size < 3)
		return 0;
	plan = plan_new(&procedure, &given, &err);
	expect(plan != NULL);
	r = run_new(plan);
	condition = strndup((const char *)data + 3, size - 3);
	expect(r != NULL && condition != NULL);
	for (int i = 0; i < 3; i++)
		end_step(r, data[i]);
	judge(condition, plan, r);
	free(condition);
	run_free(r);
	plan_free(plan);
	return 0;
}
