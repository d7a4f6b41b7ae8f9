/*
 * A backtest knows all services: what it makes of them together, from
 * samples alone and from a recording.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "service/backtest.h"
#include "tests/unit/test.h"

#define SERVICES 4
#define CONF_BYTES 16384

static const char one[] =
    "{ name = \"s%d\"; environment = \"e%d\"; settle = \"10s\";\n"
    "  cooldown = \"15m\"; budget = 8;\n"
    "  probes = ( { name = \"health\"; type = \"http\"; interval = \"5s\";\n"
    "    timeout = \"2s\"; url = \"http://192.0.2.9/\"; } );\n"
    "  evaluators = ( { name = \"down\"; type = \"consecutive\";\n"
    "    probe = \"health\"; failures = 3; recover = 2; } );\n"
    "  rules = ( { name = \"dead\"; any = [ \"down\" ]; severity = \"P0\";\n"
    "    mode = \"enforce\"; arm_window = \"none\"; procedure = \"undo\"; } );\n"
    "  verify = { probes = [ \"health\" ]; }; }";
static const char rest[] =
    " );\nprocedures = ( { name = \"undo\"; steps = ( { name = \"back\";\n"
    "  timeout = \"60s\"; command = [ \"/bin/echo\" ]; } ); } );\n";

struct trial {
	struct config *config;
	struct text out;
	struct backtest *b;
};

static void
begin(struct trial *t, unsigned rollbacks_per_hour)
{
	struct config_rules rules = { 0 };
	struct complaints *complaints = complaints_new();
	struct text conf = text_new(CONF_BYTES);
	struct backtest_settings settings = { .rollbacks_per_hour =
						  rollbacks_per_hour };

	text_add(&conf, "services = ( ");
	for (int i = 0; i < SERVICES; i++) {
		char item[sizeof(one) + 32];

		(void)snprintf(item, sizeof(item), one, i, i);
		text_addf(&conf, "%s%s", i == 0 ? "" : ",\n", item);
	}
	text_add(&conf, rest);
	t->config =
	    config_from_bytes(text_str(&conf), conf.length, &rules, complaints);
	complaints_free(complaints);
	text_free(&conf);
	assert_non_null(t->config);
	settings.services = t->config->services;
	settings.service_count = t->config->service_count;
	settings.procedures = t->config->procedures;
	settings.procedure_count = t->config->procedure_count;
	t->out = text_new(1 << 20);
	t->b = backtest_new(&settings, &t->out);
	assert_non_null(t->b);
}

static void
end(struct trial *t)
{
	backtest_free(t->b);
	text_free(&t->out);
	config_free(t->config);
}

static void
give(struct trial *t, const char *line)
{
	struct error err;

	if (!backtest_line(t->b, line, strlen(line), &err))
		fail_msg("%s: %s", line, err.text);
}

/* One answer of each: "x.x." - the first and the third fail. */
static void
answers(struct trial *t, int64_t at_s, const char *how)
{
	for (int i = 0; how[i] != '\0'; i++) {
		char line[256];

		(void)snprintf(line, sizeof(line),
		    "{\"at_ms\":%lld,\"service\":\"s%d\",\"probe\":\"health\","
		    "\"outcome\":\"%s\",\"latency_ms\":1}",
		    (long long)at_s * 1000 + i, i,
		    how[i] == 'x' ? "failed" : "ok");
		give(t, line);
	}
}

static unsigned
says(const struct trial *t, const char *words)
{
	const char *at = text_str(&t->out);
	unsigned count = 0;

	while ((at = strstr(at, words)) != NULL) {
		at++;
		count++;
	}
	return count;
}

#define ROLLED_BACK "\"action\":\"roll_back\""
#define CORRELATED "\"guard\":\"correlated\""
#define BUDGET "\"guard\":\"budget\""

static void
half_of_them(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, 0);
	for (int i = 0; i < 5; i++)
		answers(&t, 5 * i, "xx..");
	backtest_end(t.b);
	assert_int_equal(says(&t, ROLLED_BACK), 2);
	assert_int_equal(says(&t, CORRELATED), 0);
	end(&t);
}

/* Also the first to trip, as the others fail already. */
static void
one_past_half(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, 0);
	for (int i = 0; i < 5; i++)
		answers(&t, 5 * i, "xxx.");
	backtest_end(t.b);
	assert_int_equal(says(&t, ROLLED_BACK), 0);
	assert_int_equal(says(&t, CORRELATED), 3);
	end(&t);
}

static void
all_were_deployed(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, 0);
	for (int i = 0; i < SERVICES; i++) {
		char line[128];

		(void)snprintf(line, sizeof(line),
		    "{\"at_ms\":%d,\"event\":\"deploy\",\"service\":\"s%d\","
		    "\"version\":\"v2\",\"previous\":\"v1\"}",
		    i, i);
		give(&t, line);
	}
	for (int i = 3; i < 8; i++)
		answers(&t, 5 * i, "xxxx");
	backtest_end(t.b);
	assert_int_equal(says(&t, ROLLED_BACK), 4);
	end(&t);
}

static void
nothing_of_it_counts_when_it_is_over(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, 0);
	for (int i = 0; i < 5; i++)
		answers(&t, 5 * i, "xxxx");
	answers(&t, 25, "...x");
	answers(&t, 30, "...x");
	answers(&t, 35, "....");
	backtest_end(t.b);
	assert_int_equal(says(&t, ROLLED_BACK), 0);
	end(&t);
}

static void
a_recording_knows_better(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, 0);
	give(&t,
	    "{\"at_ms\":0,\"event\":\"recording\",\"format\":1,"
	    "\"stream\":\"A\",\"part\":1,\"ready\":true}");
	give(&t,
	    "{\"at_ms\":0,\"event\":\"around\",\"service\":\"s0\","
	    "\"correlated\":[\"dead\"]}");
	for (int i = 0; i < 5; i++)
		answers(&t, 5 * i, "xxxx");
	backtest_end(t.b);
	assert_int_equal(says(&t, CORRELATED), 1);
	assert_int_equal(says(&t, ROLLED_BACK), 3);
	end(&t);
}

static void
a_budget_for_all(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, 1);
	for (int i = 0; i < 5; i++)
		answers(&t, 5 * i, "xx..");
	assert_int_equal(says(&t, ROLLED_BACK), 1);
	assert_int_equal(says(&t, BUDGET), 1);
	/* An hour later the other one may. */
	for (int i = 0; i < 5; i++)
		answers(&t, 3611 + 5 * i, ".x..");
	backtest_end(t.b);
	assert_int_equal(says(&t, ROLLED_BACK), 2);
	end(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_of_them),
		cmocka_unit_test(one_past_half),
		cmocka_unit_test(all_were_deployed),
		cmocka_unit_test(nothing_of_it_counts_when_it_is_over),
		cmocka_unit_test(a_recording_knows_better),
		cmocka_unit_test(a_budget_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
