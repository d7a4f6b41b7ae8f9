#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "service/backtest.h"
#include "tests/unit/test.h"

static const char conf[] =
    "services = ( { name = \"shop\"; environment = \"production\";\n"
    "  settle = \"10s\"; cooldown = \"20m\";\n"
    "  probes = ( { name = \"health\"; type = \"http\"; interval = \"5s\";\n"
    "    timeout = \"2s\"; url = \"http://192.0.2.9/\"; } );\n"
    "  evaluators = ( { name = \"down\"; type = \"consecutive\";\n"
    "    probe = \"health\"; failures = 3; recover = 2; } );\n"
    "  rules = ( { name = \"dead\"; any = [ \"down\" ]; severity = \"P0\";\n"
    "    mode = \"enforce\"; arm_window = \"2h\"; procedure = \"undo\"; } );\n"
    "  verify = { probes = [ \"health\" ]; }; } );\n"
    "procedures = ( { name = \"undo\"; steps = ( { name = \"back\";\n"
    "  timeout = \"60s\"; command = [ \"/bin/echo\",\n"
    "    \"${target_version}\" ]; } ); } );\n";

struct trial {
	struct config *config;
	struct text out;
	struct backtest *b;
	struct error err;
};

static void
begin(struct trial *t, struct backtest_settings settings)
{
	struct config_rules rules = { 0 };
	struct complaints *complaints = complaints_new();

	t->config = config_from_bytes(conf, strlen(conf), &rules, complaints);
	complaints_free(complaints);
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

static bool
takes(struct trial *t, const char *line)
{
	t->err.text[0] = '\0';
	return backtest_line(t->b, line, strlen(line), &t->err);
}

static void
give(struct trial *t, const char *line)
{
	if (!takes(t, line))
		fail_msg("%s: %s", line, t->err.text);
}

static void
sample(struct trial *t, int64_t at_s, const char *outcome)
{
	char line[256];

	(void)snprintf(line, sizeof(line),
	    "{\"at_ms\":%lld,\"service\":\"shop\",\"probe\":\"health\","
	    "\"outcome\":\"%s\",\"latency_ms\":1}",
	    (long long)at_s * 1000, outcome);
	give(t, line);
}

static void
samples(struct trial *t, int64_t from_s, int count, const char *outcome)
{
	for (int i = 0; i < count; i++)
		sample(t, from_s + 5 * i, outcome);
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

#define DEPLOYED                                                  \
	"{\"at_ms\":0,\"event\":\"deploy\",\"service\":\"shop\"," \
	"\"version\":\"v2\",\"previous\":\"v1\"}"
#define HEAD(stream, part)                                                       \
	"{\"at_ms\":0,\"event\":\"recording\",\"format\":1,\"stream\":\"" stream \
	"\",\"part\":" part ",\"config\":\"abc\",\"ready\":true}"
#define STATE(more)                                              \
	"{\"at_ms\":0,\"event\":\"state\",\"service\":\"shop\"," \
	"\"versions\":{\"now\":\"v2\",\"target\":\"v1\"}," more  \
	"\"deployed_ms\":0,\"changed_ms\":0}"

static const struct backtest_settings plain = { 0 };
static const struct backtest_settings never = { .acts = BACKTEST_NEVER };
static const struct backtest_settings assumed = { .acts = BACKTEST_ASSUMED };
static const struct backtest_settings verify = { .verify = true };
static const struct backtest_settings lenient = { .skip_unknown = true };

/* What is decided is done at once: the next may come after the cool-down. */
static void
samples_alone_are_acted_on(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, plain);
	give(&t, DEPLOYED);
	samples(&t, 20, 10, "failed");
	backtest_end(t.b);
	assert_int_equal(says(&t, "\"action\":\"roll_back\""), 1);
	assert_int_equal(says(&t, "\"executes\":\"undo\""), 1);
	assert_int_equal(says(&t, "\"guard\":\"cooldown\""), 1);
	assert_int_equal(says(&t, "\"rolled_back\":1,"), 2);
	end(&t);
}

static void
or_only_told(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, never);
	give(&t, DEPLOYED);
	samples(&t, 20, 10, "failed");
	backtest_end(t.b);
	assert_int_equal(says(&t, "\"action\":\"roll_back\""), 1);
	assert_int_equal(says(&t, "\"guard\":\"cooldown\""), 0);
	end(&t);
}

/* In a recording rollbacks end when they did. */
static void
recordings_say_what_was_done(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, plain);
	give(&t, HEAD("a", "1"));
	give(&t, STATE("\"new\":true,"));
	samples(&t, 20, 5, "failed");
	give(&t,
	    "{\"at_ms\":41000,\"event\":\"acted\",\"service\":\"shop\","
	    "\"version\":\"v1\"}");
	samples(&t, 45, 10, "failed");
	backtest_end(t.b);
	assert_int_equal(says(&t, "\"action\":\"roll_back\""), 1);
	assert_int_equal(says(&t, "\"guard\":\"cooldown\""), 1);
	assert_string_equal(backtest_recorded_digest(t.b), "abc");
	end(&t);

	begin(&t, assumed);
	give(&t, HEAD("a", "1"));
	give(&t, STATE("\"new\":true,"));
	samples(&t, 20, 4, "failed");
	give(&t,
	    "{\"at_ms\":36000,\"event\":\"around\",\"service\":\"shop\","
	    "\"running\":true,\"locks\":{\"production\":\"other\"}}");
	samples(&t, 40, 4, "failed");
	backtest_end(t.b);
	assert_int_equal(says(&t, "\"guard\":\"cooldown\""), 1);
	assert_int_equal(says(&t, "\"guard\":\"running\""), 0);
	end(&t);
}

/* Between the sample and the decision on it, or behind both. */
static void
what_comes_before_a_decision(void **state)
{
	static const char hold[] =
	    "{\"at_ms\":30000,\"event\":\"around\",\"service\":\"shop\","
	    "\"hold\":{\"reason\":\"r\",\"author\":\"a\"}%s}";
	char line[256];
	struct trial t;

	(void)state;
	for (int before = 0; before < 2; before++) {
		begin(&t, never);
		give(&t, DEPLOYED);
		samples(&t, 20, 3, "failed");
		(void)snprintf(line, sizeof(line), hold,
		    before ? ",\"before_decision\":true" : "");
		give(&t, line);
		backtest_end(t.b);
		assert_int_equal(says(&t, "\"action\":\"roll_back\""), !before);
		assert_int_equal(says(&t, "\"guard\":\"hold\""), before);
		end(&t);
	}
}

/*
 * The next part of a stream goes on with what evaluators have seen; anything
 * else, or a service that was made anew, begins without.
 */
static void
the_same_stream_goes_on(void **state)
{
	static const struct {
		const char *stream;
		int part;
		const char *is_new;
		unsigned rolled_back;
	} rows[] = {
		{ "a", 2, "false", 1 },
		{ "a", 3, "false", 0 }, /* one is missing */
		{ "b", 2, "false", 0 },
		{ "a", 2, "true", 0 },
	};
	char line[512];
	struct trial t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&t, plain);
		give(&t, HEAD("a", "1"));
		give(&t, STATE("\"new\":true,"));
		samples(&t, 20, 2, "failed");
		(void)snprintf(line, sizeof(line),
		    "{\"at_ms\":26000,\"event\":\"recording\","
		    "\"format\":1,\"stream\":\"%s\",\"part\":%d}",
		    rows[i].stream, rows[i].part);
		give(&t, line);
		(void)snprintf(line, sizeof(line),
		    "{\"at_ms\":26000,\"event\":\"state\","
		    "\"service\":\"shop\",\"new\":%s,\"deployed_ms\":0,"
		    "\"versions\":{\"now\":\"v2\",\"target\":\"v1\"}}",
		    rows[i].is_new);
		give(&t, line);
		sample(&t, 30, "failed");
		backtest_end(t.b);
		assert_int_equal(
		    says(&t, "\"action\":\"roll_back\""), rows[i].rolled_back);
		end(&t);
	}
}

static void
differences_are_found(void **state)
{
	static const char good[] =
	    "{\"at_ms\":30000,\"event\":\"decision\",\"service\":\"shop\","
	    "\"rule\":\"dead\",\"action\":\"roll_back\"}";
	static const struct {
		const char *line;
		size_t differences;
	} rows[] = {
		{ good, 0 },
		{ NULL, 1 },
		{ "{\"at_ms\":30001,\"event\":\"decision\","
		  "\"service\":\"shop\",\"rule\":\"dead\","
		  "\"action\":\"roll_back\"}",
		    2 },
		{ "{\"at_ms\":30000,\"event\":\"decision\","
		  "\"service\":\"shop\",\"rule\":\"dead\","
		  "\"action\":\"propose\"}",
		    2 },
		{ "{\"at_ms\":30000,\"event\":\"decision\","
		  "\"service\":\"shop\",\"rule\":\"other\","
		  "\"action\":\"roll_back\"}",
		    2 },
		{ "{\"at_ms\":30000,\"event\":\"decision\","
		  "\"service\":\"shop\",\"rule\":\"dead\","
		  "\"action\":\"roll_back\",\"guard\":\"lock\"}",
		    2 },
	};
	struct trial t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&t, verify);
		give(&t, HEAD("a", "1"));
		give(&t, STATE("\"new\":true,"));
		samples(&t, 20, 3, "failed");
		if (rows[i].line != NULL)
			give(&t, rows[i].line);
		backtest_end(t.b);
		assert_int_equal(
		    backtest_differences(t.b), rows[i].differences);
		assert_int_equal(says(&t, "\"only_in\""), rows[i].differences);
		end(&t);
	}
}

/* Each is named once; at the limit and one past it. */
static void
unknown_names_are_counted(void **state)
{
	struct trial t;
	char line[256];

	(void)state;
	begin(&t, lenient);
	for (int i = 0; i <= BACKTEST_UNKNOWN_MAX; i++)
		for (int again = 0; again < 2; again++) {
			(void)snprintf(line, sizeof(line),
			    "{\"at_ms\":%d,\"service\":\"s%d\","
			    "\"probe\":\"p\",\"outcome\":\"ok\"}",
			    i, i);
			give(&t, line);
		}
	backtest_end(t.b);
	assert_int_equal(backtest_skipped(t.b), 2 * (BACKTEST_UNKNOWN_MAX + 1));
	assert_int_equal(says(&t, "\"probe s19/p\""), 1);
	assert_int_equal(says(&t, "\"probe s20/p\""), 0);
	end(&t);
}

/* A class more than are kept apart is still a failure. */
static void
many_classes(void **state)
{
	struct trial t;
	char line[256];

	(void)state;
	begin(&t, never);
	give(&t, DEPLOYED);
	for (int i = 0; i <= BACKTEST_CLASSES_MAX; i++) {
		(void)snprintf(line, sizeof(line),
		    "{\"at_ms\":%d,\"service\":\"shop\",\"probe\":\"health\","
		    "\"outcome\":\"failed\",\"class\":\"c%d\"}",
		    i + 1, i);
		give(&t, line);
		if (i == BACKTEST_CLASSES_MAX - 3)
			give(&t,
			    "{\"at_ms\":254,\"event\":\"deploy\","
			    "\"service\":\"shop\",\"version\":\"v3\","
			    "\"previous\":\"v1\"}");
	}
	backtest_end(t.b);
	assert_int_equal(says(&t, "\"class\":\"c255\""), 1);
	assert_int_equal(says(&t, "\"class\":\"other\""), 1);
	assert_int_equal(says(&t, "\"class\":\"c256\""), 0);
	assert_int_equal(says(&t, "\"to\":\"tripped\""), 2);
	end(&t);
}

static void
time_does_not_go_back(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, plain);
	sample(&t, 20, "ok");
	sample(&t, 20, "ok");
	assert_false(takes(&t,
	    "{\"at_ms\":19999,\"service\":\"shop\",\"probe\":\"health\","
	    "\"outcome\":\"ok\"}"));
	assert_non_null(strstr(t.err.text, "1 ms earlier"));
	end(&t);
}

/* A state says which rollbacks were, and they count. */
static void
rollbacks_of_before_count(void **state)
{
	static const struct {
		const char *line;
		const char *guard;
	} rows[] = {
		{ STATE("\"acts\":[1000,2000,3000],"), "" },
		{ STATE("\"acts\":[1000,2000,3000,4000],"), "budget" },
		{ STATE("\"acted_ms\":-1201000,"), "" },
		{ STATE("\"acted_ms\":-1201000,\"repeats\":[-1201000,0],"),
		    "cooldown" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char guard[32];
		struct trial t;

		begin(&t, plain);
		give(&t, HEAD("A", "1"));
		give(&t, rows[i].line);
		samples(&t, 20, 4, "failed");
		backtest_end(t.b);
		(void)snprintf(
		    guard, sizeof(guard), "\"guard\":\"%s\"", rows[i].guard);
		assert_int_equal(says(&t, guard), rows[i].guard[0] != '\0');
		assert_int_equal(says(&t, "\"action\":\"roll_back\""),
		    rows[i].guard[0] == '\0');
		end(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_alone_are_acted_on),
		cmocka_unit_test(or_only_told),
		cmocka_unit_test(recordings_say_what_was_done),
		cmocka_unit_test(what_comes_before_a_decision),
		cmocka_unit_test(the_same_stream_goes_on),
		cmocka_unit_test(rollbacks_of_before_count),
		cmocka_unit_test(differences_are_found),
		cmocka_unit_test(unknown_names_are_counted),
		cmocka_unit_test(many_classes),
		cmocka_unit_test(time_does_not_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
