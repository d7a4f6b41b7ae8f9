/*
 * No evaluator mixes releases: what was asked of the old one neither condemns
 * nor clears the new one, however late it is answered.  Each kind goes through
 * the same story, once where the old release was bad and the new one is good,
 * and once the other way round; told, and discovered.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "service/inputs.h"
#include "service/service.h"
#include "tests/replay/settings.h"

#define POLL_MS 5000
#define START_MS INT64_C(1000000000)
#define POLLS_MAX 400 /* to trip, or to be healthy */
#define LATE 10

enum nature { FAILS, SLOW, MEASURES };

/* clang-format off */
static struct row {
	const char *name;
	enum nature bad; /* how a bad answer differs */
	bool learns;     /* what is normal outlives a release, as it should */
	const char *evaluators; /* the one in question is called "it" */
} rows[] = {
	{ "consecutive", FAILS, false,
	  "{ name = \"it\"; type = \"consecutive\"; probe = \"health\"; }" },
	{ "consecutive, of heartbeats", FAILS, false,
	  "{ name = \"it\"; type = \"consecutive\"; probe = \"beat\"; }" },
	{ "consecutive, of a program", FAILS, false,
	  "{ name = \"it\"; type = \"consecutive\"; probe = \"run\"; }" },
	{ "m_of_n", FAILS, false,
	  "{ name = \"it\"; type = \"m_of_n\"; probe = \"health\";"
	  "  failures = 6; of = 10; }" },
	{ "breaker", FAILS, false,
	  "{ name = \"it\"; type = \"breaker\"; probe = \"health\";"
	  "  error_threshold = \"50%\"; window = \"60s\"; min_samples = 5;"
	  "  reset_timeout = \"30s\"; }" },
	{ "error_rate, of answers", FAILS, false,
	  "{ name = \"it\"; type = \"error_rate\"; probe = \"health\";"
	  "  window = \"2m\"; above = \"30%\"; }" },
	{ "error_rate, of counters", MEASURES, false,
	  "{ name = \"it\"; type = \"error_rate\"; probe = \"app\";"
	  "  window = \"2m\"; above = \"10%\"; errors = \"errors_total\";"
	  "  total = \"all_total\"; }" },
	{ "latency, by its mean", SLOW, false,
	  "{ name = \"it\"; type = \"latency\"; probe = \"health\";"
	  "  statistic = \"mean\"; window = \"2m\"; above = \"300ms\"; }" },
	{ "latency, by a quantile", SLOW, false,
	  "{ name = \"it\"; type = \"latency\"; probe = \"health\";"
	  "  statistic = \"p95\"; window = \"2m\"; above = \"300ms\"; }" },
	{ "latency, above what is normal", SLOW, true,
	  "{ name = \"it\"; type = \"latency\"; probe = \"health\";"
	  "  statistic = \"mean\"; window = \"2m\"; above_baseline = 5.0;"
	  "  baseline = { min_age = \"10m\"; min_samples = 20;"
	  "    half_life = \"1h\"; quarantine = \"5m\"; }; }" },
	{ "threshold, of a value", MEASURES, false,
	  "{ name = \"it\"; type = \"threshold\"; probe = \"app\";"
	  "  metric = \"queue\"; above = 100.0; for = \"20s\"; }" },
	{ "threshold, of a window", MEASURES, false,
	  "{ name = \"it\"; type = \"threshold\"; probe = \"app\";"
	  "  metric = \"queue\"; statistic = \"mean\"; window = \"2m\";"
	  "  above = 500.0; }" },
	{ "threshold, of a range", MEASURES, false,
	  "{ name = \"it\"; type = \"threshold\"; probe = \"app\";"
	  "  metric = \"avg(queue)\"; statistic = \"p50\"; window = \"2m\";"
	  "  above = 500.0; }" },
	{ "baseline", MEASURES, true,
	  "{ name = \"it\"; type = \"baseline\"; probe = \"app\";"
	  "  metric = \"queue\"; above = 5.0; window = \"2m\";"
	  "  baseline = { min_age = \"10m\"; min_samples = 20;"
	  "    half_life = \"1h\"; quarantine = \"5m\"; }; }" },
	{ "canary", MEASURES, false,
	  "{ name = \"it\"; type = \"canary\"; probe = \"app\";"
	  "  baseline_probe = \"base\"; window = 100; min_samples = 10;"
	  "  metrics = ( { name = \"queue\"; metric = \"queue\";"
	  "    direction = \"increase\"; critical = true; } ); }" },
	{ "composite", FAILS, false,
	  "{ name = \"one\"; type = \"consecutive\"; probe = \"health\"; },"
	  "{ name = \"other\"; type = \"m_of_n\"; probe = \"health\";"
	  "  failures = 6; of = 10; },"
	  "{ name = \"it\"; type = \"composite\"; above = \"60%\";"
	  "  parts = ( { evaluator = \"one\"; }, { evaluator = \"other\"; } );"
	  "}" },
};
/* clang-format on */

static const char before[] =
    "include = [ \"base\" ];\n"
    "services = ( { name = \"shop\"; like = \"plain\"; soak = \"none\";\n"
    "  probes = (\n"
    "    { name = \"app\"; type = \"prometheus\"; interval = \"5s\";\n"
    "      timeout = \"1s\"; url = \"http://192.0.2.1/metrics\"; },\n"
    "    { name = \"base\"; type = \"prometheus\"; interval = \"5s\";\n"
    "      timeout = \"1s\"; url = \"http://192.0.2.2/metrics\"; },\n"
    "    { name = \"beat\"; type = \"push\"; interval = \"5s\"; },\n"
    "    { name = \"run\"; type = \"command\"; interval = \"5s\";\n"
    "      timeout = \"1s\"; command = [ \"/bin/true\" ]; },\n"
    "    { name = \"named\"; type = \"http\"; interval = \"5s\";\n"
    "      timeout = \"1s\"; url = \"http://192.0.2.1/version\"; } );\n"
    "  discover = { probe = \"named\"; pointer = \"/version\"; };\n"
    "  evaluators = (\n";
static const char behind[] =
    ");\n"
    "  rules = ( { name = \"dead\"; any = [ \"it\" ]; severity = \"P0\";\n"
    "    mode = \"enforce\"; arm_window = \"2h\"; procedure = \"back\"; } );\n"
    "} );\n";

struct stage {
	const struct row *row;
	struct config *config;
	const struct service_settings *settings;
	struct service *service;
	unsigned it;
	int64_t now_ms;
	double errors, all; /* counted by the exporter */
};

static struct stage
set_up(const struct row *row, int64_t now_ms)
{
	struct stage g = { .row = row, .now_ms = now_ms };
	struct text text = text_new(16384);
	struct error err = { "" };

	text_addf(&text, "%s%s%s", before, row->evaluators, behind);
	g.config = settings_load(text_str(&text), text.length, &err);
	text_free(&text);
	if (g.config == NULL)
		fail_msg("%s: %s", row->name, err.text);
	g.settings = &g.config->services[0];
	g.service = service_new(g.settings);
	assert_non_null(g.service);
	while (strcmp(g.settings->evaluators[g.it].name, "it") != 0)
		g.it++;
	return g;
}

static void
tear_down(struct stage *g)
{
	service_free(g->service);
	config_free(g->config);
}

static double
measured(const struct stage *g, const char *metric, bool bad)
{
	if (strstr(metric, "errors") != NULL)
		return g->errors;
	if (strstr(metric, "all") != NULL)
		return g->all;
	/* Not always the same: canaries rank. */
	return (bad ? 1000 : 10) + (double)(g->now_ms / POLL_MS % 7);
}

static struct sample
answer_of(const struct stage *g, unsigned probe, bool bad,
    double values[METRIC_NAMES_MAX])
{
	struct metric_name names[METRIC_NAMES_MAX];
	struct sample s = { .probe = probe,
		.latency_ms = 10,
		.phases = { -1, -1, -1, -1, -1 },
		.values = values };

	if (bad && g->row->bad == FAILS) {
		s.outcome = SAMPLE_FAILED;
		s.failure = "http.status";
	}
	if (bad && g->row->bad == SLOW)
		s.latency_ms = 900;
	/* The probe beside of a canary is of the release before. */
	if (strcmp(g->settings->probes[probe].name, "base") == 0)
		bad = false;
	s.value_count = (unsigned)service_metrics(g->settings, probe, names);
	for (unsigned i = 0; i < s.value_count; i++)
		values[i] =
		    measured(g, names[i].text, bad && g->row->bad == MEASURES);
	return s;
}

/* Every probe answers; named: with a version, of the probe for that. */
static void
answers(struct stage *g, bool bad, int64_t asked_ms, const char *named)
{
	double values[METRIC_NAMES_MAX];

	for (unsigned i = 0; i < g->settings->probe_count; i++) {
		struct sample s = answer_of(g, i, bad, values);

		s.asked_ms = asked_ms;
		s.answered_ms = g->now_ms;
		if (strcmp(g->settings->probes[i].name, "named") == 0)
			s.version = named;
		service_observe(g->service, i, &s);
	}
}

static void
poll(struct stage *g, bool bad, const char *named)
{
	g->now_ms += POLL_MS;
	g->all += 100;
	g->errors += bad && g->row->bad == MEASURES ? 50 : 0;
	answers(g, bad, g->now_ms, named);
}

static enum verdict
verdict(const struct stage *g)
{
	return service_finding(g->service, g->it).verdict;
}

/* Polls until it says so; returns how many it took. */
static unsigned
poll_until(struct stage *g, bool bad, const char *named, enum verdict wanted)
{
	unsigned polls = 0;

	while (verdict(g) != wanted && polls < POLLS_MAX) {
		poll(g, bad, named);
		polls++;
	}
	if (verdict(g) != wanted)
		fail_msg("%s is never %s", g->row->name, verdict_word(wanted));
	return polls;
}

/* What is normal is learned of good times alone. */
static void
learn(struct stage *g, const char *named)
{
	for (unsigned i = 0; g->row->learns && i < 3 * POLLS_MAX; i++)
		poll(g, false, named);
}

static void
must_not_trip(const struct stage *g, const char *when)
{
	if (verdict(g) == VERDICT_TRIPPED)
		fail_msg("%s condemns the new release by the old one, %s",
		    g->row->name, when);
}

/* Answers to what was asked before it came: none is heard. */
static void
late_answers(struct stage *g, bool bad, int64_t came_ms)
{
	enum verdict was = verdict(g);

	for (int i = 1; i <= LATE; i++) {
		g->now_ms += 100;
		answers(g, bad, came_ms - i, NULL);
		if (verdict(g) != was)
			fail_msg("%s hears late answers", g->row->name);
	}
}

static void
test_bad_and_then_good(void **state)
{
	struct stage g = set_up(*state, START_MS);

	learn(&g, NULL);
	(void)poll_until(&g, true, NULL, VERDICT_TRIPPED);
	g.now_ms++;
	service_deployed(g.service, "v2", "v1", false, g.now_ms);
	assert_int_equal(verdict(&g), VERDICT_UNKNOWN);
	late_answers(&g, true, g.now_ms);
	assert_int_equal(verdict(&g), VERDICT_UNKNOWN);
	for (int i = 0; i < POLLS_MAX; i++) {
		poll(&g, false, NULL);
		must_not_trip(&g, "told");
		if (i < LATE)
			late_answers(&g, true, service_deployed_ms(g.service));
		must_not_trip(&g, "told, and late");
	}
	assert_int_equal(verdict(&g), VERDICT_HEALTHY);
	tear_down(&g);
}

/* Good answers of the old one thin nothing out: it trips as fast as if there
 * had been no old one. */
static void
test_good_and_then_bad(void **state)
{
	struct stage g = set_up(*state, START_MS), fresh;
	unsigned polls, polls_of_fresh;

	learn(&g, NULL);
	(void)poll_until(&g, false, NULL, VERDICT_HEALTHY);
	for (int i = 0; i < POLLS_MAX; i++)
		poll(&g, false, NULL);
	g.now_ms++;
	service_deployed(g.service, "v2", "v1", false, g.now_ms);
	assert_int_equal(verdict(&g), VERDICT_UNKNOWN);
	late_answers(&g, false, g.now_ms);
	assert_int_equal(verdict(&g), VERDICT_UNKNOWN);
	fresh = set_up(*state, g.now_ms);
	fresh.errors = g.errors;
	fresh.all = g.all;
	service_deployed(fresh.service, "v2", "v1", false, g.now_ms);
	polls = poll_until(&g, true, NULL, VERDICT_TRIPPED);
	if (!g.row->learns) {
		polls_of_fresh =
		    poll_until(&fresh, true, NULL, VERDICT_TRIPPED);
		assert_int_equal(polls, polls_of_fresh);
	}
	tear_down(&fresh);
	tear_down(&g);
}

static void
test_discovered(void **state)
{
	struct stage g = set_up(*state, START_MS);
	int64_t first_ms;

	learn(&g, "v1");
	(void)poll_until(&g, true, "v1", VERDICT_TRIPPED);
	poll(&g, true, "v1");
	poll(&g, true, "v1");
	assert_string_equal(service_version(g.service), "v1");
	first_ms = g.now_ms + POLL_MS;
	for (int i = 0; i < 3; i++)
		poll(&g, false, "v2");
	assert_string_equal(service_version(g.service), "v2");
	assert_int_equal(service_deployed_ms(g.service), first_ms);
	must_not_trip(&g, "when it is discovered");
	late_answers(&g, true, first_ms);
	for (int i = 0; i < POLLS_MAX; i++) {
		poll(&g, false, "v2");
		must_not_trip(&g, "discovered");
	}
	assert_int_equal(verdict(&g), VERDICT_HEALTHY);
	(void)poll_until(&g, true, "v2", VERDICT_TRIPPED);
	tear_down(&g);
}

/* What came before the next release is forgotten also by a rollback. */
static void
test_rolled_back(void **state)
{
	struct stage g = set_up(*state, START_MS);

	learn(&g, NULL);
	service_deployed(g.service, "v2", "v1", false, g.now_ms);
	(void)poll_until(&g, true, NULL, VERDICT_TRIPPED);
	g.now_ms++;
	service_acted(g.service,
	    &(struct service_act){
		.rule = "dead", .now_at = "v1", .at_ms = g.now_ms });
	assert_int_equal(verdict(&g), VERDICT_UNKNOWN);
	late_answers(&g, true, g.now_ms);
	for (int i = 0; i < POLLS_MAX; i++) {
		poll(&g, false, NULL);
		must_not_trip(&g, "rolled back");
	}
	assert_int_equal(verdict(&g), VERDICT_HEALTHY);
	tear_down(&g);
}

/* Every kind that there is has a row. */
static void
test_no_kind_is_left_out(void **state)
{
	(void)state;
	for (size_t k = 0; evaluator_options.kinds[k] != NULL; k++) {
		char type[64];
		bool found = false;

		(void)snprintf(type, sizeof(type),
		    "name = \"it\"; type = \"%s\"",
		    evaluator_options.kinds[k]->name);
		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			found =
			    found || strstr(rows[i].evaluators, type) != NULL;
		if (!found)
			fail_msg("%s is not asked",
			    evaluator_options.kinds[k]->name);
	}
}

int
main(void)
{
	static const struct {
		const char *name;
		CMUnitTestFunction test;
	} stories[] = {
		{ "bad, then good", test_bad_and_then_good },
		{ "good, then bad", test_good_and_then_bad },
		{ "discovered", test_discovered },
		{ "rolled back", test_rolled_back },
	};
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_no_kind_is_left_out),
	};
	static char names[ARRAY_LEN(stories) * ARRAY_LEN(rows)][96];
	struct CMUnitTest tests[ARRAY_LEN(stories) * ARRAY_LEN(rows)];
	size_t count = 0;
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t k = 0; k < ARRAY_LEN(stories); k++) {
			(void)snprintf(names[count], sizeof(names[count]),
			    "%s: %s", rows[i].name, stories[k].name);
			tests[count] = (struct CMUnitTest){
				.name = names[count],
				.test_func = stories[k].test,
				.initial_state = &rows[i],
			};
			count++;
		}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed + cmocka_run_group_tests(rules, NULL, NULL);
}
