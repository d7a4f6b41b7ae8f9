/*
 * One setting at a time, in a service that is otherwise right: what is
 * taken, and at which limits it stops.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/suggest.h"
#include "config/times.h"

#define TEXT_BYTES 16384
#define NAME_80                                              \
	"12345678901234567890123456789012345678901234567890" \
	"123456789012345678901234567890"

/* Where a row's words are put in. */
enum place {
	AT_TOP,
	IN_SERVICE,
	IN_PROBE,
	IN_EVALUATOR,
	IN_VERIFY,
	IN_STEP,
	PLACES,
};

struct row {
	enum place place;
	const char *words;
	const char *complaint; /* NULL: it is taken */
};

/* clang-format off */
static const struct row rows[] = {
	{ IN_PROBE, "interval = \"100ms\";", NULL },
	{ IN_PROBE, "interval = \"99ms\";", "from 100ms to 1d" },
	{ IN_PROBE, "interval = \"1d\"; timeout = \"10m\";", NULL },
	{ IN_PROBE, "interval = \"1d1ms\";", "from 100ms to 1d" },
	{ IN_PROBE, "interval = \"1m30s\";", NULL },
	{ IN_PROBE, "interval = \"30s1m\";", "write a duration" },
	{ IN_PROBE, "interval = \"-5s\";", "write a duration" },
	{ IN_PROBE, "interval = -5;", "write a duration" },
	{ IN_PROBE, "interval = 5;", "write \"5s\" or \"5ms\"" },
	{ IN_PROBE, "interval = 5.0;", "write a duration" },
	{ IN_PROBE, "interval = true;", "write a duration" },
	{ IN_PROBE, "interval = [ \"5s\" ];", "interval = [ ... ]" },
	{ IN_PROBE, "interval = ( \"5s\" );", "interval = ( ... )" },
	{ IN_PROBE, "interval = { a = 1; };", "interval = { ... }" },
	{ IN_PROBE, "timeout = \"10ms\";", NULL },
	{ IN_PROBE, "timeout = \"9ms\";", "from 10ms to 10m" },
	{ IN_PROBE, "verify_tls = true;", NULL },
	{ IN_PROBE, "verify_tls = 1;", "true or false, without quotes" },
	{ IN_PROBE, "max_redirects = 3;", NULL },
	{ IN_PROBE, "max_redirects = 4;", "must be from 0 to 3" },
	{ IN_PROBE, "max_redirects = -1;", "must be from 0 to 3" },
	{ IN_PROBE, "max_redirects = 0x2;", NULL },
	{ IN_PROBE, "max_redirects = 0xffffffff;", "does not fit" },
	{ IN_PROBE, "max_redirects = 2L;", NULL },
	{ IN_PROBE, "max_redirects = 9223372036854775807L;", "from 0 to 3" },
	{ IN_PROBE, "max_redirects = 9223372036854775808L;", "not fit" },
	{ IN_PROBE, "max_redirects = 2147483647;", "from 0 to 3" },
	{ IN_PROBE, "max_redirects = 2147483648;", "does not fit" },
	{ IN_PROBE, "max_redirects = -2147483648;", "from 0 to 3" },
	{ IN_PROBE, "max_redirects = -2147483649;", "does not fit" },
	{ IN_PROBE, "max_redirects = 1.5e+300;", "a whole number" },
	{ IN_PROBE, "max_redirects = \"2\";", "without quotes" },
	{ IN_PROBE, "max_redirects = \"two\";", "a whole number" },
	{ IN_PROBE, "expect = { max_size = \"64MiB\"; };", NULL },
	{ IN_PROBE, "expect = { max_size = \"67108865B\"; };", "to 64MiB" },
	{ IN_PROBE, "expect = { max_size = \"64M\"; };", "with its unit" },
	{ IN_PROBE, "expect = { max_size = 64; };", "with its unit" },
	{ IN_PROBE, "expect = { status = \"200\"; };", NULL },
	{ IN_PROBE, "expect = { status = 200; };", "write a list" },
	{ IN_PROBE, "expect = { status = [ \"200\", \"301-302\" ]; };", NULL },
	{ IN_PROBE, "expect = { status = [ ]; };", "from 1 to 16 items" },
	{ IN_PROBE, "expect = { status = [ 200, 301 ]; };",
	  "status = 200: write a text in double quotes" },
	{ IN_PROBE, "expect = { json = { pointer = \"/a\"; }; };",
	  "json has no \"equals\"" },
	{ IN_PROBE, "expect = { json = { pointer = \"a\"; equals = \"b\"; }; };",
	  "expect:" },
	{ IN_PROBE, "expect = \"200\";", "write a group: { ... }" },
	{ IN_PROBE, "expect = { max_time = \"6s\"; };", "longer than timeout" },
	{ IN_PROBE, "expect = { matches = \"a(\"; };", "expect:" },
	{ IN_PROBE, "expect = { matches = \"^\\d+\\.\\d+$\"; };", NULL },
	{ IN_PROBE, "method = \"HEAD\";", NULL },
	{ IN_PROBE, "method = \"head\";", "did you mean \"HEAD\"?" },
	{ IN_PROBE, "method = \"HEAD\"; expect = { contains = \"a\"; };",
	  "HEAD has no body" },
	{ IN_PROBE, "body = \"a\";", "only sent with method = \"POST\"" },
	{ IN_PROBE, "ca_file = \"ca.pem\";", "write the absolute path" },
	{ IN_PROBE, "headers = [ \"A: b\" ];", NULL },
	{ IN_PROBE, "headers = [ \"A b\" ];", "write \"Name: value\"" },
	{ IN_PROBE, "headers = [ \"A b: c\" ];", "write \"Name: value\"" },
	{ IN_PROBE, "headers = [ \"A: b\\r\\nC: d\" ];", "\"Name: value\"" },
	{ IN_PROBE, "headers = [ \"A: \\x1b[0m\" ];", "a control character" },
	{ IN_PROBE, "headers = [ \"A: \\xff\" ];", "not valid UTF-8" },
	{ IN_PROBE, "client_key_file = \"/k\";", "add client_cert_file" },
	{ IN_EVALUATOR, "failures = 1000;", NULL },
	{ IN_EVALUATOR, "failures = 1001;", "from 1 to 1000" },
	{ IN_EVALUATOR, "gap = \"1s\";", "gap" },
	{ IN_VERIFY, "successes = 1;", NULL },
	{ IN_VERIFY, "successes = 0;", "from 1 to 1000" },
	{ IN_VERIFY, "successes = 121; interval = \"1s\";", "never succeed" },
	{ IN_VERIFY, "successes = 120; interval = \"1s\";", NULL },
	{ IN_SERVICE, "settle = \"0s\";", NULL },
	{ IN_SERVICE, "cooldown = \"7d\";", NULL },
	{ IN_SERVICE, "cooldown = \"7d1ms\";", "from 0s to 7d" },
	{ IN_SERVICE, "cooldown = \"15m\";", NULL },
	{ IN_SERVICE, "cooldown = \"14m59s\";", "shorter than the budget" },
	{ IN_SERVICE, "cooldown_max = \"7d\";", NULL },
	{ IN_SERVICE, "cooldown_max = \"7d1ms\";", "from 0s to 7d" },
	{ IN_SERVICE, "budget = 1;", NULL },
	{ IN_SERVICE, "budget = 0;", "from 1 to 32" },
	{ IN_SERVICE, "budget = 32;", NULL },
	{ IN_SERVICE, "budget = 33;", "from 1 to 32" },
	{ IN_SERVICE, "held_alarm = \"1s\";", NULL },
	{ IN_SERVICE, "held_alarm = \"999ms\";", "from 1s to 7d" },
	{ IN_SERVICE, "held_alarm = \"7d\";", NULL },
	{ IN_SERVICE, "held_alarm = \"7d1ms\";", "from 1s to 7d" },
	{ IN_SERVICE, "maintenance = [ \"Sun 02:00-04:00\" ];", NULL },
	{ IN_SERVICE, "maintenance = \"Sun 02:00-04:00\";", "write a list" },
	{ IN_SERVICE, "maintenance = [ \"Sun 2-4\" ];", "is no span" },
	{ IN_SERVICE, "maintenance = [ \"Sun Mars/Base\" ];",
	  "Mars/Base: there is no such time zone" },
	{ IN_SERVICE, "maintenance = [ \"Sun zone.tab\" ];", "is no span" },
	{ IN_SERVICE, "maintenance = [ \"Sun leapseconds\" ];",
	  "leapseconds: it is no time zone file" },
	{ IN_SERVICE, "maintenance = [ \"Sun Europe\" ];",
	  "Europe: there is no such time zone" },
	{ IN_SERVICE, "params = { a = \"b\"; c = [ \"d\" ]; };", NULL },
	{ IN_SERVICE, "params = { a = 5; };", "a text in double quotes" },
	{ IN_SERVICE, "params = { a* = \"b\"; };", "may not hold \"*\"" },
	{ IN_SERVICE, "params = \"a\";", "write a group" },
	{ IN_SERVICE, "group = \"a b\";", "a name begins with" },
	{ IN_SERVICE, "group = 5;", "write a text in double quotes" },
	{ IN_SERVICE, "procedures = [ \"undo\" ];", NULL },
	{ IN_SERVICE, "procedures = [ \"undoo\" ];", "did you mean \"undo\"" },
	{ IN_STEP, "resume = \"rerun\"; attempts = 10;", NULL },
	{ IN_STEP, "attempts = 2;", "half of it may be done" },
	{ IN_STEP, "attempts = 2; retry_on = [ \"75\" ];", NULL },
	{ IN_STEP, "attempts = 2; retry_on = [ \"1-127\" ];", NULL },
	{ IN_STEP, "attempts = 2; retry_on = [ \"0\" ];",
	    "an exit status from 1 to 127" },
	{ IN_STEP, "attempts = 2; retry_on = [ \"128\" ];",
	    "an exit status from 1 to 127" },
	{ IN_STEP, "attempts = 2; retry_on = [ \"9-3\" ];",
	    "an exit status from 1 to 127" },
	{ IN_STEP, "retry_on = [];", "from 1 to 16" },
	{ IN_STEP, "backoff = 0.5;", "from 1 to 10" },
	{ IN_STEP, "backoff = 10;", NULL },
	{ IN_STEP, "backoff = 10.1;", "from 1 to 10" },
	{ IN_STEP, "delay_max = \"1h\";", NULL },
	{ IN_STEP, "delay_max = \"3601s\";", "from 0s to 1h" },
	{ IN_STEP, "undo = [ \"/bin/true\" ]; undo_timeout = \"99ms\";",
	    "from 100ms to 1d" },
	{ IN_STEP, "undo = [ \"true\" ];", "absolute path" },
	{ IN_STEP, "undo = [ \"/bin/true\", \"${nobody}\" ];",
	    "${nobody} is not known here" },
	{ IN_STEP, "attempts = 11;", "from 1 to 10" },
	{ IN_STEP, "environment = { A = \"b\"; };", NULL },
	{ IN_STEP, "environment = { ROLLBACK_KEY = \"b\"; };", "ROLLBACK" },
	{ IN_STEP, "environment = { a-b = \"b\"; };", "a name has letters" },
	{ IN_STEP, "environment = { A = [ \"b\" ]; };", "must be one text" },
	{ IN_STEP, "environment = { A = \"${b}\"; };", "${b} is not known" },
	{ IN_STEP, "capture = \"version\";", "meaning" },
	{ IN_STEP, "capture = \"seen\";", NULL },
	{ IN_STEP, "for_each = \"hosts\";", "declare it in params" },
	{ IN_STEP, "when = [ \"later is done\" ];", "later" },
	{ IN_STEP, "on_failure = \"continue\";", NULL },
	{ IN_STEP, "on_failure = \"procedure:\";", "no such procedure" },
	{ IN_STEP, "on_failure = \"procedure:undo\";", "go in a circle" },
	{ AT_TOP, "state_directory = \"/srv/rollbackd\";", NULL },
	{ AT_TOP, "state_directory = \"state\";", "write the absolute path" },
	{ AT_TOP, "control = { socket_group = \"ops\"; };", NULL },
	{ AT_TOP, "control = ( );", "control = ( ... ): write a group" },
	{ AT_TOP, "runner = { kill_grace = \"5m\"; };", NULL },
	{ AT_TOP, "runner = { kill_grace = \"5m1s\"; };", "from 0s to 5m" },
	{ AT_TOP, "runner = { mode = \"direct\"; };", NULL },
	{ AT_TOP, "runner = { mode = \"sudo\"; };", "mode" },
	{ AT_TOP, "runner = { folder = \"step\"; };", "write the absolute path" },
	{ AT_TOP, "runner = { helpers = \"/" NAME_80 "/78901234\"; };", NULL },
	{ AT_TOP, "runner = { helpers = \"/" NAME_80 "/789012345\"; };", "90" },
	{ AT_TOP, "runner = { helper_user = \"a b\"; };", "helper_user" },
	{ AT_TOP, "limits = { rollbacks_per_hour = 1; };", NULL },
	{ AT_TOP, "limits = { rollbacks_per_hour = 0; };", "from 1 to 1000" },
	{ AT_TOP, "limits = { rollbacks_per_hour = 1000; };", NULL },
	{ AT_TOP, "limits = { rollbacks_per_hour = 1001; };",
	  "from 1 to 1000" },
	{ AT_TOP, "include = [ \"a.d\" ];", "a.d" },
	{ AT_TOP, "notifiers = ( 5 );", "write a group here" },
	{ AT_TOP, "notifiers = [ ];", NULL },
	{ AT_TOP, "templates = ( );", "a group of groups" },
	{ AT_TOP, "templates = { a = { name = \"b\"; }; };",
	  "a template has the name of its key" },
	{ AT_TOP, "templates = { a = { cooldwn = \"1s\"; }; };",
	  "did you mean \"cooldown\"?" },
	{ AT_TOP, "/* @include \"x\" */", NULL },
	{ AT_TOP, "\n @include \"x\"", "@include is not used here" },
	{ AT_TOP, "include = [ \"@include \\\"x\\\"\" ];", "@include" },
	{ AT_TOP, "x = \"never closed;", "is never closed" },
	{ AT_TOP, "/* never closed", "comment" },
	{ AT_TOP, "}", "nothing is open" },
};
/* clang-format on */

static void
write_config(char *text, const char *const words[PLACES])
{
	int length = snprintf(text, TEXT_BYTES,
	    "services = ( { name = \"s\"; environment = \"e\"; %s\n"
	    "probes = ( { name = \"p\"; type = \"http\";\n"
	    "  url = \"https://a.example/\"; %s } );\n"
	    "evaluators = ( { name = \"d\"; type = \"consecutive\";\n"
	    "  probe = \"p\"; %s } );\n"
	    "rules = ( { name = \"r\"; any = [ \"d\" ]; severity = \"P0\";\n"
	    "  mode = \"enforce\"; arm_window = \"6h\"; procedure = "
	    "\"undo\"; } );\n"
	    "verify = { probes = [ \"p\" ]; %s }; } );\n"
	    "procedures = ( { name = \"undo\"; steps = ( { name = \"x\";\n"
	    "  timeout = \"5s\"; command = [ \"/bin/true\" ]; %s } ); } );\n"
	    "%s\n",
	    words[IN_SERVICE], words[IN_PROBE], words[IN_EVALUATOR],
	    words[IN_VERIFY], words[IN_STEP], words[AT_TOP]);

	assert_in_range(length, 1, TEXT_BYTES - 1);
}

static bool
is_said(struct complaints *complaints, const char *words)
{
	const char *line;

	for (size_t i = 0; (line = complaints_line(complaints, i)); i++)
		if (strstr(line, ": error: ") != NULL &&
		    strstr(line, words) != NULL)
			return true;
	return false;
}

static void
test_row(void **state)
{
	static const struct config_rules rules = { .owner_uid = 0 };
	const struct row *row = *state;
	const char *words[PLACES] = { "", "", "", "", "", "" };
	struct complaints *complaints = complaints_new();
	static char text[TEXT_BYTES];
	struct config *c;

	words[row->place] = row->words;
	write_config(text, words);
	c = config_from_bytes(text, strlen(text), &rules, complaints);
	if (row->complaint == NULL ? c == NULL :
				     !is_said(complaints, row->complaint)) {
		for (size_t i = 0; complaints_line(complaints, i); i++)
			print_message("%s\n", complaints_line(complaints, i));
		fail();
	}
	config_free(c);
	complaints_free(complaints);
}

static void
test_brackets_as_deep_as_may_be(void **state)
{
	static const struct config_rules rules = { .owner_uid = 0 };
	char text[128];

	(void)state;
	for (int depth = 32; depth <= 33; depth++) {
		struct complaints *complaints = complaints_new();

		(void)snprintf(text, sizeof(text), "x = %.*s%.*s;", depth,
		    "(((((((((((((((((((((((((((((((((((((((((", depth,
		    ")))))))))))))))))))))))))))))))))))))))))");
		assert_null(
		    config_from_bytes(text, strlen(text), &rules, complaints));
		assert_int_equal(
		    is_said(complaints, "more than 32 brackets"), depth > 32);
		complaints_free(complaints);
	}
}

static void
test_what_was_probably_meant(void **state)
{
	static const struct {
		const char *wrong, *known, *meant;
	} cases[] = {
		{ "intervall", "interval", "interval" },
		{ "itnerval", "interval", "interval" },
		{ "nterval", "interval", "interval" },
		{ "retry", "interval", NULL },
		{ "nmae", "name", "name" },
		{ "of", "on", "on" },
		{ "x", "interval", NULL },
		{ "", "name", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct suggestion s = suggest_new(cases[i].wrong);

		suggest_consider(&s, "something-else-entirely");
		suggest_consider(&s, cases[i].known);
		if (cases[i].meant == NULL)
			assert_null(s.best);
		else
			assert_string_equal(s.best, cases[i].meant);
	}
}

/* Two probes: a every 10s up to 2s, b every 5s up to 8s. */
static void
test_times_to_detect(void **state)
{
	static const struct {
		const char *rule;
		int64_t best_ms, worst_ms;
	} cases[] = {
		/* a: at once and every 10s; missed once, then 2s each */
		{ "any = [ \"a\" ];", 20000, 10000 + 20000 + 2000 },
		/* b: hangs, so that every other question is left out */
		{ "any = [ \"b\" ];", 5000, 5000 + 10000 + 8000 },
		{ "any = [ \"a\", \"b\" ];", 5000, 32000 },
		{ "all = [ \"a\", \"b\" ];", 20000, 32000 },
		{ "of = [ \"a\", \"b\" ]; at_least = 1;", 5000, 32000 },
		{ "of = [ \"a\", \"b\" ]; at_least = 2;", 20000, 32000 },
	};
	static const struct config_rules rules = { .owner_uid = 0 };
	static char text[TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct complaints *complaints = complaints_new();
		struct detection d;
		struct config *c;

		(void)snprintf(text, sizeof(text),
		    "services = ( { name = \"s\"; environment = \"e\";\n"
		    "probes = ( { name = \"a\"; type = \"http\"; interval = "
		    "\"10s\"; timeout = \"2s\"; url = \"http://a/\"; },\n"
		    "{ name = \"b\"; type = \"http\"; interval = \"5s\"; "
		    "timeout = \"8s\"; url = \"http://a/\"; } );\n"
		    "evaluators = ( { name = \"a\"; type = \"consecutive\"; "
		    "probe = \"a\"; failures = 3; },\n"
		    "{ name = \"b\"; type = \"consecutive\"; probe = \"b\"; "
		    "failures = 2; } );\n"
		    "rules = ( { name = \"r\"; %s severity = \"P0\"; mode = "
		    "\"enforce\"; arm_window = \"none\"; procedure = \"u\"; "
		    "} );\n"
		    "verify = { probes = [ \"a\" ]; }; } );\n"
		    "procedures = ( { name = \"u\"; steps = ( { name = \"x\"; "
		    "timeout = \"5s\"; command = [ \"/bin/true\" ]; } ); } );",
		    cases[i].rule);
		c = config_from_bytes(text, strlen(text), &rules, complaints);
		assert_non_null(c);
		d = times_detection(&c->services[0], &c->services[0].rules[0]);
		assert_int_equal(d.best_ms, cases[i].best_ms);
		assert_int_equal(d.worst_ms, cases[i].worst_ms);
		config_free(c);
		complaints_free(complaints);
	}
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_brackets_as_deep_as_may_be),
		cmocka_unit_test(test_what_was_probably_meant),
		cmocka_unit_test(test_times_to_detect),
	};
	static struct CMUnitTest cases[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		cases[i] = (struct CMUnitTest){
			.name = rows[i].words,
			.test_func = test_row,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	failed = _cmocka_run_group_tests(
	    "values", cases, ARRAY_LEN(cases), NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
