/*
 * What is typed and what is asked for, or what one is told.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "control/command.h"

#define ULID "01J9ZQ7V000000000000000000"
#define WORDS_MAX 12

struct row {
	const char *typed; /* words between spaces; _ stands for a space */
	const char *asked; /* verb and args; NULL: refused */
	const char *told;
};

/* clang-format off */
static const struct row rows[] = {
	{ "status", "status {}", NULL },
	{ "status shop", "status {\"service\":\"shop\"}", NULL },
	{ "--json status", "status {}", NULL },
	{ "status --json", "status {}", NULL },
	{ "-s /run/x status", "status {}", NULL },
	{ "status --socket=/run/x -v", "status {}", NULL },
	{ "status --probes", "status {\"probes\":true}", NULL },
	{ "why shop", "why {\"service\":\"shop\"}", NULL },
	{ "history --limit 5 --open",
	  "history {\"limit\":5,\"open\":true}", NULL },
	{ "history shop --limit=1000",
	  "history {\"service\":\"shop\",\"limit\":1000}", NULL },
	{ "incident " ULID, "incident {\"id\":\"" ULID "\"}", NULL },
	{ "deploy shop 2.0 --previous 1.9 --verified",
	  "deploy {\"service\":\"shop\",\"version\":\"2.0\","
	  "\"previous\":\"1.9\",\"verified\":true}", NULL },
	{ "deploy --previous=1.9 shop 2.0",
	  "deploy {\"previous\":\"1.9\",\"service\":\"shop\","
	  "\"version\":\"2.0\"}", NULL },
	{ "rollback shop --reason orders_fail --to 1.9 --procedure slow",
	  "rollback {\"service\":\"shop\",\"reason\":\"orders fail\","
	  "\"to\":\"1.9\",\"procedure\":\"slow\"}", NULL },
	{ "abort " ULID, "abort {\"incident\":\"" ULID "\"}", NULL },
	{ "hold --reason x", "hold {\"reason\":\"x\"}", NULL },
	{ "hold shop --reason x --for 2h",
	  "hold {\"service\":\"shop\",\"reason\":\"x\","
	  "\"for_ms\":7200000}", NULL },
	{ "hold * --reason --dashes",
	  "hold {\"service\":\"*\",\"reason\":\"--dashes\"}", NULL },
	{ "release", "release {\"service\":\"*\"}", NULL },
	{ "release shop", "release {\"service\":\"shop\"}", NULL },
	{ "release " ULID, "release {\"id\":\"" ULID "\"}", NULL },
	{ "release --id " ULID, "release {\"id\":\"" ULID "\"}", NULL },
	{ "probe shop/health", "probe {\"probe\":\"shop/health\"}", NULL },
	{ "baseline shop", "baseline {\"service\":\"shop\"}", NULL },
	{ "baseline shop slow --pin -0.125 --reason sale",
	  "baseline {\"service\":\"shop\",\"evaluator\":\"slow\","
	  "\"pin\":-0.125,\"reason\":\"sale\"}", NULL },
	{ "baseline shop --unpin",
	  "baseline {\"service\":\"shop\",\"unpin\":true}", NULL },
	{ "baseline shop slow --reset",
	  "baseline {\"service\":\"shop\",\"evaluator\":\"slow\","
	  "\"reset\":true}", NULL },
	{ "beat shop/job", "beat {\"probe\":\"shop/job\"}", NULL },
	{ "beat shop/job --failed --detail disk_full --value -0.1",
	  "beat {\"probe\":\"shop/job\",\"failed\":true,"
	  "\"detail\":\"disk full\",\"value\":-0.10000000000000001}", NULL },
	{ "beat shop/job --value=12345678901",
	  "beat {\"probe\":\"shop/job\",\"value\":12345678901}", NULL },
	{ "reload", "reload {}", NULL },
	{ "version", "version {}", NULL },
	{ "-- status", "status {}", NULL },
	{ "", NULL, "which verb?" },
	{ "dance", NULL, "there is no verb \"dance\"" },
	{ "--dance", NULL, "there is no option \"--dance\"" },
	{ "status --dance", NULL, "status takes no option \"--dance\"" },
	{ "status -x", NULL, "status takes no option \"-x\"" },
	{ "status shop more", NULL,
	  "status: \"more\" is one word too many" },
	{ "status -s", NULL, "-s wants a value" },
	{ "why", NULL, "why needs SERVICE" },
	{ "why *", NULL, "service must be a name: letters, digits and "
	  "._+:-, at most 128" },
	{ "why -- --x", NULL, "service must be a name: letters, digits and "
	  "._+:-, at most 128" },
	{ "deploy shop", NULL, "deploy needs VERSION" },
	{ "deploy shop 2 --previous", NULL, "--previous wants a value" },
	{ "deploy shop 2 --previous 1 --previous 0", NULL,
	  "--previous is given twice" },
	{ "deploy shop 2 --verified=yes", NULL, "--verified takes no value" },
	{ "rollback shop", NULL, "rollback needs --reason TEXT" },
	{ "rollback shop --reason=", NULL,
	  "reason must be a text of 1 to 255 bytes" },
	{ "hold --reason x --for 5", NULL,
	  "--for wants a time from 1s to 30d, as in 30m or 2h" },
	{ "hold --reason x --for 999ms", NULL,
	  "--for wants a time from 1s to 30d, as in 30m or 2h" },
	{ "hold --reason x --for 31d", NULL,
	  "--for wants a time from 1s to 30d, as in 30m or 2h" },
	{ "history --limit many", NULL, "--limit wants a whole number" },
	{ "history --limit 1001", NULL,
	  "limit must be a whole number from 1 to 1000" },
	{ "incident 7", NULL,
	  "id must be an id of 26 digits and capital letters" },
	{ "release shop --id " ULID, NULL,
	  "release needs either id or service" },
	{ "probe shop", NULL, "probe must be SERVICE/PROBE" },
	{ "baseline", NULL, "baseline needs SERVICE" },
	{ "baseline shop slow --pin high", NULL, "--pin wants a number, as in 12.5" },
	{ "baseline shop slow --pin 1 --reset", NULL,
	  "baseline takes one of reset, pin and unpin" },
	{ "beat", NULL, "beat needs SERVICE/PROBE" },
	{ "beat shop/job --value many", NULL,
	  "--value wants a number, as in 12.5" },
	{ "beat shop/job --value 1,5", NULL,
	  "--value wants a number, as in 12.5" },
	{ "beat shop/job --value nan", NULL,
	  "--value wants a number, as in 12.5" },
	{ "reload now", NULL, "reload: \"now\" is one word too many" },
};
/* clang-format on */

static int
split(char *typed, char *argv[WORDS_MAX])
{
	int argc = 0;

	for (char *save = NULL, *word = strtok_r(typed, " ", &save);
	     word != NULL; word = strtok_r(NULL, " ", &save)) {
		for (char *space = word; *space != '\0'; space++)
			if (*space == '_')
				*space = ' ';
		argv[argc++] = word;
	}
	return argc;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	char typed[256], *argv[WORDS_MAX];
	struct text asked = text_new(1000);
	struct error err = { "" };
	struct command c;

	assert_true(strlen(row->typed) < sizeof(typed));
	memcpy(typed, row->typed, strlen(row->typed) + 1);
	if (!command_parse(split(typed, argv), argv, &c, &err)) {
		assert_null(row->asked);
		assert_string_equal(err.text, row->told);
		return;
	}
	text_addf(&asked, "%s %s", verb_info(c.verb)->word,
	    json_object_to_json_string_ext(c.args,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	assert_non_null(row->asked);
	assert_string_equal(text_str(&asked), row->asked);
	text_free(&asked);
	command_end(&c);
}

static bool
parse(const char *one, const char *two, struct command *c)
{
	static char words[2][32]; /* what was parsed points into it */
	char *argv[] = { words[0], words[1] };
	struct error err;

	assert_true(strlen(one) < 32 && strlen(two) < 32);
	memcpy(words[0], one, strlen(one) + 1);
	memcpy(words[1], two, strlen(two) + 1);
	return command_parse(2, argv, c, &err);
}

static void
test_common_options_are_kept(void **state)
{
	struct command c;

	(void)state;
	assert_true(parse("--socket=/run/x", "reload", &c));
	assert_string_equal(c.socket, "/run/x");
	command_end(&c);
	assert_true(parse("reload", "--json", &c));
	assert_true(c.json);
	assert_false(c.verbose);
	command_end(&c);
	assert_true(parse("reload", "-v", &c));
	assert_true(c.verbose);
	command_end(&c);
}

static void
test_help_needs_nothing_else_to_be_right(void **state)
{
	struct command c;

	(void)state;
	assert_true(parse("deploy", "--help", &c));
	assert_int_equal(c.wish, COMMAND_HELP);
	assert_true(c.has_verb);
	assert_int_equal(c.verb, VERB_DEPLOY);
	command_end(&c);
	assert_true(parse("-h", "--json", &c));
	assert_int_equal(c.wish, COMMAND_HELP);
	assert_false(c.has_verb);
	command_end(&c);
	assert_true(parse("help", "deploy", &c));
	assert_int_equal(c.wish, COMMAND_HELP);
	assert_true(c.has_verb);
	assert_int_equal(c.verb, VERB_DEPLOY);
	command_end(&c);
	assert_true(parse("help", "--json", &c));
	assert_int_equal(c.wish, COMMAND_HELP);
	assert_false(c.has_verb);
	command_end(&c);
	assert_true(parse("-V", "--json", &c));
	assert_int_equal(c.wish, COMMAND_VERSION);
	command_end(&c);
}

static void
test_help_names_each_verb_and_argument(void **state)
{
	struct text all = text_new(100000);

	(void)state;
	command_help_all(&all);
	for (unsigned i = 0; i < VERB_COUNT; i++) {
		const struct verb *v = verb_info((enum control_verb)i);
		struct text one = text_new(10000);

		assert_non_null(strstr(text_str(&all), v->help));
		command_help(&one, (enum control_verb)i);
		for (size_t a = 0; a < v->arg_count; a++)
			assert_non_null(
			    strstr(text_str(&one), v->args[a].help));
		text_free(&one);
	}
	text_free(&all);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_common_options_are_kept),
		cmocka_unit_test(test_help_needs_nothing_else_to_be_right),
		cmocka_unit_test(test_help_names_each_verb_and_argument),
	};
	struct CMUnitTest commands[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		commands[i] = (struct CMUnitTest){
			.name = rows[i].typed,
			.test_func = test_row,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	failed = cmocka_run_group_tests(commands, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
