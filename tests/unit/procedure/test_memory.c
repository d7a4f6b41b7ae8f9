/*
 * Every allocation of planning, running and building a command is made to
 * fail in turn: each time the reason must be given, and nothing be lost.
 *
 * The sanitizers bring an allocator of their own; under them nothing fails
 * and the leak checker watches alone.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "procedure/step_command.h"

#define ALLOCATIONS_MAX 2000

static long until_failure = -1; /* allocations that still succeed; -1: all */
static long in_use;

#if !TEST_IS_SANITIZED
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void __libc_free(void *p);

static bool
fails(void)
{
	return until_failure >= 0 && until_failure-- == 0;
}

static void *
counted(void *p)
{
	in_use += p != NULL;
	return p;
}

void *
malloc(size_t bytes)
{
	return fails() ? NULL : counted(__libc_malloc(bytes));
}

void *
calloc(size_t count, size_t bytes)
{
	return fails() ? NULL : counted(__libc_calloc(count, bytes));
}

void *
realloc(void *old, size_t bytes)
{
	void *p;

	if (fails())
		return NULL;
	p = __libc_realloc(old, bytes);
	in_use += old == NULL && p != NULL;
	return p;
}

void
free(void *p)
{
	in_use -= p != NULL;
	__libc_free(p);
}
#endif

static const char *units[] = { "web", "db" };
static const char *command[] = { "/bin/undo", "${unit}", "${color}",
	"${target_version}" };
static const char *find[] = { "/bin/find" };
static const char *when[] = { "find is done", "color == 'blue'" };
static const char *kubeconfig[] = { "/etc/${zone}" };
static struct param environment = { "KUBECONFIG", { kubeconfig, 1 }, false };
static struct param given_items = { "unit", { units, 2 }, true };
static const struct params given = { &given_items, 1 };
static struct param_spec specs[] = {
	{ .name = "unit", .required = true, .match = "[a-z]+" },
	{ .name = "zone", .fallback = "eu" },
};
static struct step_settings steps[] = {
	{ .name = "find", .command = { find, 1 }, .capture = "color" },
	{ .name = "undo",
	    .for_each = "unit",
	    .command = { command, 4 },
	    .when = { when, 2 },
	    .environment = { &environment, 1 } },
};
static const struct procedure_settings procedure = {
	.name = "p",
	.lock = "${zone}",
	.params = specs,
	.param_count = 2,
	.steps = steps,
	.step_count = 2,
};
static const struct occasion occasion = { .service = "backend",
	.target_version = "1.0" };

static bool
build_command(const struct plan *plan, struct run *r, struct error *err)
{
	struct step_ended found = { 0, 1, 0, STEP_DONE, 0, "blue", 0, false };
	struct command c = { .argv = NULL };
	bool good;

	assert_true(run_step_ended(r, &found, 0));
	assert_int_equal(run_next(r).step, 1);
	good = step_command(plan, 1, STEP_ITSELF, &occasion, r, &c, err);
	if (good)
		assert_string_equal(c.argv[2], "blue");
	else
		assert_null(c.argv);
	command_clear(&c);
	return good;
}

static bool
plan_and_run(struct error *err)
{
	struct plan *plan = plan_new(&procedure, &given, err);
	struct text lock = text_new(64);
	struct run *r = NULL;
	bool good = plan != NULL && plan_lock(plan, &occasion, &lock, err);

	if (good) {
		r = run_new(plan);
		good = r != NULL || error_set(err, "no memory");
	}
	good = good && build_command(plan, r, err);
	run_free(r);
	text_free(&lock);
	plan_free(plan);
	return good;
}

static bool
parse_json(struct error *err)
{
	static const char json[] = "{\"a\":[1,2.5,\"x\"],\"b\":{\"c\":null}}";
	struct json_object *o = json_parse(json, strlen(json), err);
	bool good = o != NULL;

	json_object_put(o);
	return good;
}

static void
fail_in_turn(bool (*work)(struct error *))
{
	struct error err = { "" };
	long before, n;

	assert_true(work(&err)); /* what is made once is made now */
	for (n = 0; n < ALLOCATIONS_MAX; n++) {
		bool good, failed;

		err.text[0] = '\0';
		before = in_use;
		until_failure = n;
		good = work(&err);
		failed = until_failure < 0;
		until_failure = -1;
		assert_int_equal(in_use, before);
		assert_int_equal(good, err.text[0] == '\0');
		if (!failed)
			break;
	}
	assert_in_range(n, 0, ALLOCATIONS_MAX - 1);
	assert_true(work(&err));
}

static void
test_planning_and_running(void **state)
{
	(void)state;
	fail_in_turn(plan_and_run);
}

static void
test_parsing_json(void **state)
{
	(void)state;
	fail_in_turn(parse_json);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_planning_and_running),
		cmocka_unit_test(test_parsing_json),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
