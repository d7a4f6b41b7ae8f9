/* Limits, defaults, locks and targets of plans. */
#include "tests/unit/procedure/plan_setting.h"

#include <stdio.h>

#include "base/text.h"
#include "procedure/variables.h"

static void
test_steps_at_the_limit_and_one_past(void **state)
{
	static char words[PROCEDURE_PLAN_STEPS_MAX + 1][8];
	static const char *items[PROCEDURE_PLAN_STEPS_MAX + 1];
	struct param unit = { "unit", { items, PROCEDURE_PLAN_STEPS_MAX },
		true };
	struct params given = { &unit, 1 };
	struct param_spec spec = { .name = "unit" };
	struct step_settings step = {
		.name = "a", .command = { true_command, 1 }, .for_each = "unit"
	};
	struct procedure_settings p = { .name = "p",
		.params = &spec,
		.param_count = 1,
		.steps = &step,
		.step_count = 1 };
	struct error err = { "" };
	struct plan *plan;

	(void)state;
	for (unsigned i = 0; i <= PROCEDURE_PLAN_STEPS_MAX; i++) {
		(void)snprintf(words[i], sizeof(words[i]), "w%u", i);
		items[i] = words[i];
	}
	plan = plan_new(&p, &given, &err);
	assert_non_null(plan);
	assert_int_equal(plan_step_count(plan), PROCEDURE_PLAN_STEPS_MAX);
	assert_string_equal(plan_step(plan, 255)->item, "w255");
	plan_free(plan);
	unit.values.count++;
	assert_null(plan_new(&p, &given, &err));
	assert_non_null(strstr(err.text, "procedure p: more than 256 steps"));
}

static void
test_parameters_get_their_defaults(void **state)
{
	struct setting s = { .specs = { { .name = "a", .fallback = "1" },
				 { .name = "b", .fallback = "2" },
				 { .name = "c" } },
		.given = { { "b", LIST("3"), false },
		    { "other", LIST("4"), false } },
		.steps = { { .name = "x" } } };
	struct procedure_settings procedure;
	struct error err = { "" };
	struct plan *plan = plan_of(&s, &procedure, &err);
	const struct params *params;

	(void)state;
	assert_non_null(plan);
	params = plan_params(plan);
	assert_int_equal(params->count, 2);
	assert_string_equal(params_find(params, "a")->values.items[0], "1");
	assert_string_equal(params_find(params, "b")->values.items[0], "3");
	assert_null(params_find(params, "other"));
	plan_free(plan);
}

static void
test_needs_a_target_where_one_is_mentioned(void **state)
{
	const struct {
		struct step_settings second;
		bool needs;
	} steps[] = {
		{ { .name = "b" }, false },
		{ { .name = "b", RUNS("to", "v${target_version}") }, true },
		{ { .name = "b", RUNS("$${target_version}") }, false },
		{ { .name = "b", RUNS("${version}") }, false },
		{ { .name = "b",
		      .check =
			  LIST("/bin/is", "${service}-${target_version}") },
		    true },
		{ { .name = "b",
		      .environment = { (struct param[]){ { "T",
					   LIST("${target_version}"), false } },
			  1 } },
		    true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct setting s = { .steps = {
					 { .name = "a" }, steps[i].second } };
		struct procedure_settings procedure;
		struct error err = { "" };
		struct plan *plan = plan_of(&s, &procedure, &err);

		assert_string_equal(err.text, "");
		assert_int_equal(plan_needs_target(plan), steps[i].needs);
		plan_free(plan);
	}
}

static void
test_looks_first_where_only_that_comes_before_a_target(void **state)
{
#define GOES                                              \
	{                                                 \
		.name = "goes", RUNS("${target_version}") \
	}
#define LOOKS                                    \
	{                                        \
		.name = "looks", .prepare = true \
	}
#define DOES                   \
	{                      \
		.name = "does" \
	}
	const struct {
		struct step_settings steps[3];
		bool looks;
	} rows[] = {
		{ { LOOKS, GOES, DOES }, true },
		{ { LOOKS, LOOKS, GOES }, true },
		{ { LOOKS, DOES, GOES }, false },
		{ { DOES, GOES, DOES }, false },
		{ { LOOKS, DOES, DOES }, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct setting s = { .steps = { rows[i].steps[0],
					 rows[i].steps[1], rows[i].steps[2] } };
		struct procedure_settings procedure;
		struct error err = { "" };
		struct plan *plan = plan_of(&s, &procedure, &err);

		assert_string_equal(err.text, "");
		assert_int_equal(plan_looks_first(plan), rows[i].looks);
		plan_free(plan);
	}
}

static void
test_lock_is_the_procedures_or_the_environment(void **state)
{
	static const struct {
		const char *lock;
		const char *environment;
		const char *name;
	} locks[] = {
		{ NULL, "production", "production" },
		{ NULL, NULL, "backend" },
		{ "${unit}", "production", "web" },
		{ "${environment}/${service}", "production",
		    "production/backend" },
		{ "fixed", "production", "fixed" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(locks); i++) {
		struct setting s = { .specs = { { .name = "unit" } },
			.given = { ONE_WORD },
			.steps = { { .name = "a" } },
			.lock = locks[i].lock };
		struct occasion o = { .service = "backend",
			.environment = locks[i].environment };
		struct procedure_settings procedure;
		struct error err = { "" };
		struct plan *plan = plan_of(&s, &procedure, &err);
		struct text name = text_new(64), none = text_new(2);

		assert_string_equal(err.text, "");
		assert_true(plan_lock(plan, &o, &name, &err));
		assert_string_equal(text_str(&name), locks[i].name);
		assert_false(plan_lock(plan, &o, &none, &err));
		text_free(&name);
		text_free(&none);
		plan_free(plan);
	}
}

static void
test_free_takes_null(void **state)
{
	(void)state;
	plan_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_steps_at_the_limit_and_one_past),
		cmocka_unit_test(test_parameters_get_their_defaults),
		cmocka_unit_test(test_needs_a_target_where_one_is_mentioned),
		cmocka_unit_test(
		    test_looks_first_where_only_that_comes_before_a_target),
		cmocka_unit_test(
		    test_lock_is_the_procedures_or_the_environment),
		cmocka_unit_test(test_free_takes_null),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
