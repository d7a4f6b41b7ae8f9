/* Which units and actions there are, and how one sees what became of them. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "executor/unit_step.h"

static struct error err;

/* clang-format off */
static const char *const good[] = {
	"backend.service", "a@b.service", "getty@tty1.service", "x.target",
	"foo-bar_baz:1.socket", "dev-disk\\x2dby.device", "a@b@c.service",
	"9.timer", "a.b.path", "srv.mount", "srv.automount", "a.slice",
	"a.scope", "a.swap",
};

static const struct {
	const char *name, *refusal;
} bad[] = {
	{ "", "the unit \"\" has no type: write NAME.service, NAME.target and "
	  "so on" },
	{ "backend", "the unit \"backend\" has no type: write NAME.service, "
	  "NAME.target and so on" },
	{ "backend.conf", "the unit \"backend.conf\" has no type: write "
	  "NAME.service, NAME.target and so on" },
	{ "getty@.service", "the unit \"getty@.service\" is a template: write "
	  "NAME@INSTANCE" },
	{ "-x.service", "the unit \"-x.service\" begins with neither a letter "
	  "nor a digit" },
	{ ".service", "the unit \".service\" begins with neither a letter nor "
	  "a digit" },
	{ "@x.service", "the unit \"@x.service\" begins with neither a letter "
	  "nor a digit" },
	{ "a b.service", "the unit \"a b.service\" holds a character that no "
	  "unit's name does" },
	{ "a;b.service", "the unit \"a;b.service\" holds a character that no "
	  "unit's name does" },
	{ "$(id).service", "the unit \"$(id).service\" holds a character that "
	  "no unit's name does" },
	{ "a*.service", "the unit \"a*.service\" holds a character that no "
	  "unit's name does" },
	{ "/etc/a.service", "the unit \"/etc/a.service\" holds a character "
	  "that no unit's name does" },
	{ "a\n.service", "the unit \"a\n.service\" holds a character that no "
	  "unit's name does" },
};

#define BEFORE { "active", 100 }
static const struct {
	const char *action;
	struct unit_look before, after;
	enum unit_verdict verdict;
} judged[] = {
	{ "start", { "inactive", 0 }, { "active", 7 }, UNIT_DONE },
	{ "start", BEFORE, BEFORE, UNIT_DONE },
	{ "start", { "inactive", 0 }, { "failed", 0 }, UNIT_FAILED },
	{ "start", { "inactive", 0 }, { "inactive", 0 }, UNIT_UNKNOWN },
	{ "start", { "inactive", 0 }, { "activating", 0 }, UNIT_UNKNOWN },
	{ "stop", BEFORE, { "inactive", 100 }, UNIT_DONE },
	{ "stop", BEFORE, { "failed", 100 }, UNIT_DONE },
	{ "stop", BEFORE, BEFORE, UNIT_UNKNOWN },
	{ "stop", BEFORE, { "deactivating", 100 }, UNIT_UNKNOWN },
	{ "restart", BEFORE, BEFORE, UNIT_UNKNOWN },
	{ "restart", BEFORE, { "active", 200 }, UNIT_DONE },
	{ "restart", BEFORE, { "failed", 100 }, UNIT_FAILED },
	{ "restart", BEFORE, { "inactive", 100 }, UNIT_UNKNOWN },
	{ "reload", BEFORE, BEFORE, UNIT_UNKNOWN },
	{ "try-restart", BEFORE, { "active", 200 }, UNIT_UNKNOWN },
	{ "reload-or-restart", BEFORE, { "active", 200 }, UNIT_UNKNOWN },
	{ "isolate", { "inactive", 0 }, { "active", 5 }, UNIT_DONE },
};
/* clang-format on */

static void
test_names(void **state)
{
	char name[UNIT_STEP_NAME_MAX_BYTES + 2];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!unit_name_check(good[i], &err))
			fail_msg("%s", err.text);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(unit_name_check(bad[i].name, &err));
		assert_string_equal(err.text, bad[i].refusal);
	}
	(void)snprintf(name, sizeof(name), "%0*d.service",
	    UNIT_STEP_NAME_MAX_BYTES - (int)strlen(".service"), 1);
	assert_true(unit_name_check(name, &err));
	(void)snprintf(name, sizeof(name), "%0*d.service",
	    UNIT_STEP_NAME_MAX_BYTES + 1 - (int)strlen(".service"), 1);
	assert_false(unit_name_check(name, &err));
}

static void
test_actions(void **state)
{
	static const char *const words[] = { "start", "stop", "restart",
		"reload", "try-restart", "reload-or-restart", "isolate" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		assert_true(unit_action_check(words[i], &err));
		assert_string_equal(unit_action_find(words[i])->name, words[i]);
	}
	assert_null(unit_action_find("kill"));
	assert_false(unit_action_check("Start", &err));
	assert_string_equal(err.text,
	    "\"Start\" is none of start, stop, restart, reload, try-restart, "
	    "reload-or-restart, isolate");
}

static void
test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(judged); i++)
		if (unit_judge(unit_action_find(judged[i].action),
			&judged[i].before,
			&judged[i].after) != judged[i].verdict)
			fail_msg("%s: from %s to %s", judged[i].action,
			    judged[i].before.active, judged[i].after.active);
}

static void
test_words(void **state)
{
	(void)state;
	assert_string_equal(unit_result_words("done"), "it was done");
	assert_string_equal(unit_result_words("dependency"),
	    "a unit that it depends on failed");
	assert_string_equal(unit_result_words("surprise"),
	    "its job ended in a way that is not known");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
