/*
 * Procedures within procedures: what the steps are that come of them, and
 * what a run of them does.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/config.h"
#include "config/pin.h"
#include "procedure/plan.h"
#include "procedure/run.h"
#include "procedure/variables.h"

#define TEXT_BYTES 16384

#define SERVICE                                                              \
	"services = ( { name = \"shop\"; environment = \"test\";\n"          \
	"  probes = ( { name = \"p\"; type = \"http\"; interval = \"5s\";\n" \
	"    url = \"http://192.0.2.1/\"; timeout = \"2s\"; } );\n"          \
	"  verify = { probes = [ \"p\" ]; successes = 1; within = \"9s\"; "  \
	"};\n"                                                               \
	"  procedures = [ \"full\" ]; params = { %s }; } );\n"

#define COMMAND(...) \
	"timeout = \"1s\"; command = [ \"/bin/true\" " __VA_ARGS__ " ];"

/* clang-format off */
#define APP \
	"{ name = \"app\"; params = { ns = { required = true; " \
	"match = \"[a-z]+\"; }; host = { required = true; }; " \
	"mode = { default = \"slow\"; }; };\n" \
	"steps = (\n" \
	"{ name = \"look\"; prepare = true; capture = \"was\"; " \
	COMMAND(", \"${ns}\"") " },\n" \
	"{ name = \"undo\"; for_each = \"host\"; when = [ \"was != 'x'\", " \
	"\"look is done\", \"mode == 'slow'\" ]; " \
	COMMAND(", \"${host}\", \"${was}\", \"$${ns}\", \"${service}\"") " },\n" \
	"{ name = \"warm\"; on_failure = \"continue\"; " COMMAND() " },\n" \
	"{ name = \"last\"; undo = [ \"/bin/true\", \"${ns}\" ]; " \
	"environment = { NS = \"${ns}\"; }; " COMMAND() " } ); }"

static struct row {
	const char *name;
	const char *params;     /* of the service */
	const char *procedures; /* "full" and what stands in it */
	const char *steps; /* labels and arguments; NULL: refused */
	const char *refusal;
} rows[] = {
	{ "parameters of the service by name",
	  "ns = \"a\"; host = [ \"one\", \"two\" ];",
	  "{ name = \"full\"; steps = (\n"
	  "{ name = \"first\"; " COMMAND() " },\n"
	  "{ name = \"x\"; executor = \"procedure\"; procedure = \"app\"; },\n"
	  "{ name = \"end\"; when = [ \"x is done\", \"x.undo is done\", "
	  "\"x.was == 'v'\" ]; " COMMAND(", \"${x.was}\"") " } ); },\n" APP,
	  "first: /bin/true\n"
	  "x.look: /bin/true a\n"
	  "x.undo[one]: /bin/true one ${x.was} ${ns} shop\n"
	  "x.undo[two]: /bin/true two ${x.was} ${ns} shop\n"
	  "x.warm: /bin/true (continue)\n"
	  "x.last: /bin/true\n"
	  "end: /bin/true ${x.was}\n", NULL },
	{ "given by with, one of them a list, one a text made of another",
	  "pool = \"b\";",
	  "{ name = \"full\"; params = { pool = { required = true; }; };\n"
	  "steps = ( { name = \"x\"; executor = \"procedure\"; "
	  "procedure = \"app\"; on_failure = \"continue\"; "
	  "with = { ns = \"in${pool}\"; host = [ \"h-${pool}\" ]; }; } ); },\n"
	  APP,
	  "x.look: /bin/true inb (leave:x)\n"
	  "x.undo[h-b]: /bin/true h-b ${x.was} ${ns} shop (leave:x)\n"
	  "x.warm: /bin/true (continue)\n"
	  "x.last: /bin/true (leave:x)\n", NULL },
	{ "a list by its name",
	  "hosts = [ \"one\", \"two\" ]; ns = \"a\";",
	  "{ name = \"full\"; params = { hosts = { required = true; }; };\n"
	  "steps = ( { name = \"x\"; executor = \"procedure\"; "
	  "procedure = \"app\"; on_failure = \"procedure:end\"; "
	  "with = { host = \"${hosts}\"; mode = \"fast\"; }; } ); },\n"
	  "{ name = \"end\"; steps = ( { name = \"e\"; " COMMAND() " } ); },\n"
	  APP,
	  "x.look: /bin/true a (procedure:end)\n"
	  "x.undo[one]: /bin/true one ${x.was} ${ns} shop (procedure:end)\n"
	  "x.undo[two]: /bin/true two ${x.was} ${ns} shop (procedure:end)\n"
	  "x.warm: /bin/true (continue)\n"
	  "x.last: /bin/true (procedure:end)\n", NULL },
	{ "two deep, and the same one twice",
	  "ns = \"a\"; host = [ \"h\" ];",
	  "{ name = \"full\"; params = { ns = { required = true; }; };\n"
	  "steps = ( { name = \"m1\"; executor = \"procedure\"; "
	  "procedure = \"mid\"; with = { word = \"${ns}1\"; }; },\n"
	  "{ name = \"m2\"; executor = \"procedure\"; on_failure = "
	  "\"continue\"; procedure = \"mid\"; } ); },\n"
	  "{ name = \"mid\"; params = { word = { default = \"w\"; }; };\n"
	  "steps = ( { name = \"in\"; executor = \"procedure\"; "
	  "procedure = \"leaf\"; on_failure = \"continue\"; },\n"
	  "{ name = \"own\"; when = [ \"in is done\" ]; "
	  COMMAND(", \"${word}\"") " } ); },\n"
	  "{ name = \"leaf\"; params = { word = { required = true; }; "
	  "ns = { required = true; }; };\n"
	  "steps = ( { name = \"do\"; " COMMAND(", \"${word}-${ns}\"")
	  " } ); }",
	  "m1.in.do: /bin/true a1-a (leave:m1.in)\n"
	  "m1.own: /bin/true a1\n"
	  "m2.in.do: /bin/true w-a (leave:m2.in)\n"
	  "m2.own: /bin/true w (leave:m2)\n", NULL },
	{ "what with says is matched", "host = [ \"h\" ];",
	  "{ name = \"full\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"app\"; "
	  "with = { ns = \"a; rm\"; }; } ); },\n" APP,
	  NULL, "parameter x__ns: \"a; rm\" does not match" },
	{ "and what is inherited", "host = [ \"h\" ]; ns = \"$(id)\";",
	  "{ name = \"full\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"app\"; } ); },\n" APP,
	  NULL, "parameter x__ns: \"$(id)\" does not match" },
	{ "one that is missing", "host = [ \"h\" ];",
	  "{ name = \"full\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"app\"; } ); },\n" APP,
	  NULL, "parameter x__ns, which is ${ns}, is required" },
	{ "a circle", "",
	  "{ name = \"full\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"other\"; } ); },\n"
	  "{ name = \"other\"; steps = ( { name = \"y\"; "
	  "executor = \"procedure\"; procedure = \"full\"; } ); }",
	  NULL, "procedures go in a circle: full -> other -> full" },
	{ "one within itself", "",
	  "{ name = \"full\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"full\"; } ); }",
	  NULL, "procedures go in a circle: full -> full" },
	{ "too deep", "",
	  "{ name = \"full\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"b\"; } ); },\n"
	  "{ name = \"b\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"c\"; } ); },\n"
	  "{ name = \"c\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"d\"; } ); },\n"
	  "{ name = \"d\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"e\"; } ); },\n"
	  "{ name = \"e\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"f\"; } ); },\n"
	  "{ name = \"f\"; steps = ( { name = \"x\"; " COMMAND() " } ); }",
	  NULL, "too deep in each other: full -> b -> c -> d -> e -> f" },
	{ "a parameter that the other has not", "",
	  "{ name = \"full\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"app\"; "
	  "with = { nz = \"a\"; }; } ); },\n" APP,
	  NULL, "with: procedure app has no parameter nz" },
	{ "a value that is not known before", "",
	  "{ name = \"full\"; steps = ( { name = \"c\"; capture = \"v\"; "
	  COMMAND() " }, { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"app\"; "
	  "with = { ns = \"${v}\"; }; } ); },\n" APP,
	  NULL, "with: ${v}: only parameters of procedure full are known" },
	{ "no such procedure", "",
	  "{ name = \"full\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"ap\"; } ); },\n" APP,
	  NULL, "procedure = \"ap\": there is no such procedure; did you mean "
	  "\"app\"?" },
	{ "an inner name that is not there", "ns = \"a\"; host = [ \"h\" ];",
	  "{ name = \"full\"; steps = ( { name = \"x\"; "
	  "executor = \"procedure\"; procedure = \"app\"; },\n"
	  "{ name = \"y\"; when = [ \"x.redo is done\" ]; "
	  COMMAND(", \"${x.is}\"") " } ); },\n" APP,
	  NULL, "there is no earlier step x.redo" },
	{ "a list where a text should be", "ns = [ \"a\" ]; host = [ \"h\" ];",
	  "{ name = \"full\"; params = { ns = { required = true; }; };\n"
	  "steps = ( { name = \"x\"; executor = \"procedure\"; "
	  "procedure = \"app\"; with = { ns = \"a${ns}\"; }; } ); },\n" APP,
	  NULL, "parameter x__ns: ${ns} is a list, and stands in a text" },
	{ "values for what is not declared", "",
	  "{ name = \"full\"; values = { a = \"b\"; }; steps = ( "
	  "{ name = \"x\"; " COMMAND() " } ); }",
	  NULL, "values: \"a\" is no parameter: declare it in params" },
	{ "values made of others", "a = \"one\"; b = \"taken from nobody\";",
	  "{ name = \"full\"; params = { a = { required = true; }; b = { "
	  "required = true; }; }; values = { b = \"${a}-two\"; };\n"
	  "steps = ( { name = \"x\"; " COMMAND(", \"${b}\"") " } ); }",
	  "x: /bin/true one-two\n", NULL },
};
/* clang-format on */

static struct config *
load(const char *params, const char *procedures, struct text *said)
{
	const struct config_rules rules = { .owner_uid = 0 };
	struct complaints *complaints = complaints_new();
	struct text text = text_new(TEXT_BYTES);
	struct config *c;
	const char *line;

	text_addf(&text, SERVICE "procedures = (\n%s );\n", params, procedures);
	c = config_from_bytes(text_str(&text), text.length, &rules, complaints);
	for (size_t i = 0; (line = complaints_line(complaints, i)) != NULL; i++)
		if (strstr(line, "warning") == NULL)
			text_addf(said, "%s\n", line);
	complaints_free(complaints);
	text_free(&text);
	return c;
}

/* What can be known of an argument before the run; else as it stands. */
static void
add_argument(struct text *out, const struct plan *plan, unsigned step,
    const char *template)
{
	const struct occasion occasion = { .service = "shop" };
	struct text value = text_new(TEXT_BYTES);
	struct error err;

	if (variables_expand_value(
		template, &occasion, plan, step, NULL, &value, &err))
		text_addf(out, " %s", text_str(&value));
	else
		text_addf(out, " %s", template);
	text_free(&value);
}

static void
add_steps(struct text *out, const struct plan *plan)
{
	for (unsigned i = 0; i < plan_step_count(plan); i++) {
		const struct plan_step *s = plan_step(plan, i);

		text_addf(out, "%s:", s->label);
		for (size_t k = 0; k < s->settings->command.count; k++)
			add_argument(
			    out, plan, i, s->settings->command.items[k]);
		if (strcmp(s->settings->on_failure, "stop") != 0)
			text_addf(out, " (%s)", s->settings->on_failure);
		text_add(out, "\n");
	}
}

/* As the monitor has it, and as the runner reads it back from its pin. */
static void
assert_steps(const struct config *c, const char *expected)
{
	const struct service_settings *service = config_service(c, "shop");
	struct text pinned = text_new(PIN_MAX_BYTES);
	struct text steps = text_new(TEXT_BYTES), again = text_new(TEXT_BYTES);
	struct error err = { "" };
	struct plan *plan;
	struct pin *pin;

	plan = plan_new(config_procedure(c, "full"), &service->params, &err);
	assert_string_equal(err.text, "");
	add_steps(&steps, plan);
	plan_free(plan);
	assert_string_equal(text_str(&steps), expected);
	pin_text(&pinned, c, service, config_procedure(c, "full"));
	pin = pin_parse(text_str(&pinned), pinned.length, &err);
	assert_string_equal(err.text, "");
	plan = plan_new(&pin->procedure, &pin->service.params, &err);
	assert_string_equal(err.text, "");
	add_steps(&again, plan);
	assert_string_equal(text_str(&again), expected);
	plan_free(plan);
	pin_free(pin);
	text_free(&pinned);
	text_free(&steps);
	text_free(&again);
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct text said = text_new(TEXT_BYTES);
	struct config *c = load(row->params, row->procedures, &said);

	if (row->steps != NULL) {
		assert_string_equal(text_str(&said), "");
		assert_non_null(c);
		assert_steps(c, row->steps);
	} else {
		assert_null(c);
		if (strstr(text_str(&said), row->refusal) == NULL)
			fail_msg("it says: %s", text_str(&said));
	}
	config_free(c);
	text_free(&said);
}

/* A story: how each step that is asked for ends, d or f. */
static struct story {
	const char *name;
	const char *outer; /* on_failure of the nested step */
	const char *ends;
	const char *asked; /* the labels, in order */
	enum run_outcome outcome;
} stories[] = {
	{ "all is well", "stop", "ddddd", "first x.a x.b x.c end ", RUN_DONE },
	{ "what fails stops all", "stop", "df", "first x.a ", RUN_FAILED },
	{ "or leaves the rest of it out", "continue", "dfd",
	    "first x.a failed ", RUN_DONE },
	{ "also in its middle", "continue", "ddfd", "first x.a x.b failed ",
	    RUN_DONE },
	{ "what may fail in it may fail", "continue", "dddfd",
	    "first x.a x.b x.c end ", RUN_DONE },
	{ "what is around it stops the run", "continue", "f", "first ",
	    RUN_FAILED },
};

static void
test_story(void **state)
{
	const struct story *story = *state;
	struct text said = text_new(TEXT_BYTES), all = text_new(TEXT_BYTES);
	struct text asked = text_new(TEXT_BYTES);
	struct error err = { "" };
	struct config *c;
	struct plan *plan;
	struct run *run;
	const char *ends = story->ends;

	text_addf(&all,
	    "{ name = \"full\"; steps = (\n"
	    "{ name = \"first\"; " COMMAND() " },\n"
					     "{ name = \"x\"; executor = \"procedure\"; procedure = \"in\"; "
					     "on_failure = \"%s\"; },\n"
					     "{ name = \"failed\"; when = [ \"x is failed\" ]; " COMMAND() " },\n"
													   "{ name = \"end\"; when = [ \"x is done\" ]; " COMMAND() " } ); },\n"
																				    "{ name = \"in\"; steps = ( { name = \"a\"; " COMMAND() " },\n"
																											    "{ name = \"b\"; " COMMAND() " },\n"
																															 "{ name = \"c\"; on_failure = \"continue\"; " COMMAND() " } ); }",
	    story->outer);
	c = load("", text_str(&all), &said);
	assert_string_equal(text_str(&said), "");
	plan = plan_new(config_procedure(c, "full"),
	    &config_service(c, "shop")->params, &err);
	assert_string_equal(err.text, "");
	run = run_new(plan);
	while (run_next(run).kind == NEXT_STEP) {
		struct next n = run_next(run);
		const struct step_ended e = { .step = n.step,
			.attempt = n.attempt,
			.outcome = *ends == 'f' ? STEP_FAILED : STEP_DONE,
			.exit_status = *ends == 'f' };

		assert_true(*ends != '\0');
		ends++;
		text_addf(&asked, "%s ", plan_step(plan, n.step)->label);
		assert_true(run_step_ended(run, &e, 0));
	}
	assert_string_equal(text_str(&asked), story->asked);
	assert_int_equal(run_next(run).outcome, story->outcome);
	run_free(run);
	plan_free(plan);
	config_free(c);
	text_free(&said);
	text_free(&all);
	text_free(&asked);
}

/* Its conditions are those of each step in it. */
static void
test_a_condition_is_that_of_all_of_it(void **state)
{
	struct text said = text_new(TEXT_BYTES);
	struct error err = { "" };
	struct config *c = load("db = \"no\";",
	    "{ name = \"full\"; params = { db = { default = \"yes\"; }; };\n"
	    "steps = ( { name = \"x\"; executor = \"procedure\"; "
	    "procedure = \"in\"; when = [ \"db == 'yes'\" ]; },\n"
	    "{ name = \"skipped\"; when = [ \"x is skipped\" ]; " COMMAND() " } ); },\n"
									    "{ name = \"in\"; destructive = true;\n"
									    "steps = ( { name = \"a\"; " COMMAND() " },\n"
														   "{ name = \"b\"; when = [ \"a is not done\" ]; " COMMAND() " } ); }",
	    &said);
	struct plan *plan;
	struct run *run;

	(void)state;
	assert_string_equal(text_str(&said), "");
	assert_true(config_procedure(c, "full")->destructive);
	plan = plan_new(config_procedure(c, "full"),
	    &config_service(c, "shop")->params, &err);
	run = run_new(plan);
	assert_string_equal(
	    plan_step(plan, run_next(run).step)->label, "skipped");
	run_free(run);
	plan_free(plan);
	config_free(c);
	text_free(&said);
}

/* 64 steps of another each: what is too much is found by the limit. */
static void
test_limit_of_steps(void **state)
{
	char word[128];

	(void)state;
	for (unsigned extra = 0; extra < 2; extra++) {
		struct text said = text_new(TEXT_BYTES);
		struct text all = text_new(TEXT_BYTES);
		struct config *c;

		text_add(
		    &all, "{ name = \"full\"; budget = \"1h\"; steps = (\n");
		for (unsigned i = 0; i < PROCEDURE_STEPS_MAX / 8; i++) {
			(void)snprintf(word, sizeof(word),
			    "%s{ name = \"x%u\"; executor = \"procedure\"; "
			    "procedure = \"in\"; }\n",
			    i == 0 ? "" : ",", i);
			text_add(&all, word);
		}
		if (extra > 0)
			text_add(&all, ",{ name = \"more\"; " COMMAND() " }");
		text_add(&all, " ); },\n{ name = \"in\"; steps = (\n");
		for (unsigned i = 0; i < 8; i++) {
			(void)snprintf(word, sizeof(word),
			    "%s{ name = \"s%u\"; " COMMAND() " }\n",
			    i == 0 ? "" : ",", i);
			text_add(&all, word);
		}
		text_add(&all, " ); }");
		assert_true(text_ok(&all));
		c = load("", text_str(&all), &said);
		assert_true((c != NULL) == (extra == 0));
		assert_true(extra == 0 ||
		    strstr(text_str(&said), "more than 128 steps") != NULL);
		config_free(c);
		text_free(&said);
		text_free(&all);
	}
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows) + ARRAY_LEN(stories) + 2] = {
		cmocka_unit_test(test_a_condition_is_that_of_all_of_it),
		cmocka_unit_test(test_limit_of_steps),
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[2 + i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	for (size_t i = 0; i < ARRAY_LEN(stories); i++)
		tests[2 + ARRAY_LEN(rows) + i] = (struct CMUnitTest){
			.name = stories[i].name,
			.test_func = test_story,
			.initial_state = &stories[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
