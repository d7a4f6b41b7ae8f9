/*
 * How often evaluators with their default settings trip on services that are
 * healthy (events a service-year), and how soon on those that are not.
 *
 * bench_evaluators [YEARS [TRIALS [NAME]]]: service-years for each profile of
 * traffic, and faults tried for each size; only what has NAME in its name.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "service/inputs.h"
#include "service/service.h"
#include "tests/bench/traffic.h"

#define INTERVAL_MS 10000
#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define YEAR_MS (365 * DAY_MS)
#define LEARN_MS (3 * DAY_MS) /* before the first fault */
#define REST_MS (2 * HOUR_MS) /* between two */
#define PATIENCE_MS (2 * HOUR_MS)
#define TRIALS_MAX 1000
#define CONF_MAX 8192
#define LOAD_SEED 3

/* What is asked of whom; only the limits are said where there is no default. */
static const char probes[] =
    "  verify = { probes = [ \"health\" ]; };"
    "  probes = ("
    "    { name = \"health\"; type = \"http\"; url = \"http://192.0.2.1/\"; },"
    "    { name = \"app\"; type = \"prometheus\";"
    "      url = \"http://192.0.2.1/metrics\"; },"
    "    { name = \"canary\"; type = \"prometheus\";"
    "      url = \"http://192.0.2.2/metrics\"; } );";

struct row {
	const char *name;
	const char *settings;
};

static const struct row rows[] = {
	{ "consecutive", "type = \"consecutive\"; probe = \"health\";" },
	{ "m_of_n", "type = \"m_of_n\"; probe = \"health\";" },
	{ "breaker", "type = \"breaker\"; probe = \"health\";" },
	{ "latency p95 > 500ms",
	    "type = \"latency\"; probe = \"health\"; statistic = \"p95\";"
	    "above = \"500ms\";" },
	{ "latency mean > 5x",
	    "type = \"latency\"; probe = \"health\"; above_baseline = 5.0;" },
	{ "error_rate probes > 5%",
	    "type = \"error_rate\"; probe = \"health\"; above = \"5%\";" },
	{ "error_rate metrics > 1%",
	    "type = \"error_rate\"; probe = \"app\"; above = \"1%\";"
	    "errors = \"errors\"; total = \"requests\";" },
	{ "threshold queue > 400",
	    "type = \"threshold\"; probe = \"app\"; metric = \"queue\";"
	    "above = 400;" },
	{ "baseline latency > 5x",
	    "type = \"baseline\"; probe = \"app\"; metric = \"latency\";"
	    "above = 5.0;" },
	{ "canary",
	    "type = \"canary\"; probe = \"canary\"; baseline_probe = \"app\";"
	    "metrics = ( { name = \"latency\"; metric = \"latency\";"
	    "              direction = \"increase\"; },"
	    "            { name = \"errors\"; metric = \"error_ratio\";"
	    "              direction = \"increase\"; critical = true; } );" },
	/* The others come behind it. */
	{ "composite 2 of 3",
	    "type = \"composite\"; above = \"50%\";"
	    "parts = ( { evaluator = \"a\"; }, { evaluator = \"b\"; },"
	    "          { evaluator = \"c\"; } ); },"
	    "{ name = \"a\"; type = \"m_of_n\"; probe = \"health\"; },"
	    "{ name = \"b\"; type = \"latency\"; probe = \"health\";"
	    "  above = \"250ms\"; },"
	    "{ name = \"c\"; type = \"error_rate\"; probe = \"app\";"
	    "  above = \"1%\"; errors = \"errors\"; total = \"requests\";" },
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static const struct traffic_fault healthy = { .name = "none" };

static const struct traffic_fault faults[] = {
	{ .name = "errors 2%", .errors = 0.02 },
	{ .name = "errors 10%", .errors = 0.1 },
	{ .name = "errors 50%", .errors = 0.5 },
	{ .name = "dead", .errors = 1 },
	{ .name = "hangs", .hangs = true },
	{ .name = "slow x2", .latency = 2 },
	{ .name = "slow x6", .latency = 6 },
	{ .name = "slow x20", .latency = 20 },
};
#define FAULT_COUNT (sizeof(faults) / sizeof(faults[0]))

enum { HEALTH, APP, CANARY, PROBES };

/* One evaluator, watching one service. */
struct run {
	const struct row *row;
	struct config *config;
	struct service *service;
	struct traffic traffic; /* the release */
	struct traffic stable;  /* what the canary is compared with */
	const struct traffic_fault *fault;
	int64_t now_ms;
	enum verdict verdict;
	struct metric_name metrics[PROBES][METRIC_NAMES_MAX];
	unsigned metric_count[PROBES];
};

static struct config *
configure(const struct row *row)
{
	struct config_rules rules = { .owner_uid = 0 };
	struct complaints *complaints = complaints_new();
	char conf[CONF_MAX];
	struct config *c;

	(void)snprintf(conf, sizeof(conf),
	    "services = ( { name = \"s\"; environment = \"e\";\n%s\n"
	    "  evaluators = ( { name = \"e\"; %s } ); } );\n",
	    probes, row->settings);
	c = config_from_bytes(conf, strlen(conf), &rules, complaints);
	if (c == NULL) {
		(void)fprintf(stderr, "%s: %s\n", row->name,
		    complaints_line(complaints, 0));
		exit(1);
	}
	complaints_free(complaints);
	return c;
}

static void
begin(struct run *r, const struct row *row,
    const struct traffic_profile *profile, uint64_t seed)
{
	const struct service_settings *s;

	*r = (struct run){
		.row = row, .config = configure(row), .fault = &healthy
	};
	s = &r->config->services[0];
	for (unsigned i = 0; i < PROBES; i++)
		r->metric_count[i] =
		    (unsigned)service_metrics(s, i, r->metrics[i]);
	r->service = service_new(s);
	if (r->service == NULL)
		exit(1);
	traffic_begin(&r->traffic, profile, seed, LOAD_SEED);
	traffic_begin(&r->stable, profile, ~seed, LOAD_SEED);
}

static void
end(struct run *r)
{
	service_free(r->service);
	config_free(r->config);
}

static double
value_of(const struct traffic_view *view, const char *metric)
{
	if (strcmp(metric, "errors") == 0)
		return view->errors;
	if (strcmp(metric, "requests") == 0)
		return view->requests;
	if (strcmp(metric, "queue") == 0)
		return view->queue;
	if (strcmp(metric, "latency") == 0)
		return view->latency_s;
	return view->error_ratio;
}

static void
observe(struct run *r, unsigned probe, const struct traffic_view *view)
{
	double values[METRIC_NAMES_MAX];
	struct sample s = {
		.answered_ms = r->now_ms,
		.outcome = SAMPLE_OK,
		.latency_ms = 5,
		.values = values,
		.value_count = r->metric_count[probe],
	};

	for (unsigned i = 0; i < s.value_count; i++)
		values[i] = value_of(view, r->metrics[probe][i].text);
	if (probe == HEALTH) {
		s.outcome = view->outcome;
		s.latency_ms = view->latency_ms;
		s.failure = s.outcome == SAMPLE_OK ? NULL : "http.status";
	}
	s.asked_ms = s.answered_ms - (int64_t)s.latency_ms;
	service_observe(r->service, probe, &s);
}

/* Its canary is compared with what is stable. */
static bool
compares(const struct row *row)
{
	return strstr(row->settings, "baseline_probe") != NULL;
}

/* One round of polls; true: it has tripped now. */
static bool
step(struct run *r)
{
	struct traffic_view release, stable;
	enum verdict before = r->verdict;

	r->now_ms += INTERVAL_MS;
	traffic_step(&r->traffic, r->now_ms, INTERVAL_MS, r->fault, &release);
	if (compares(r->row))
		traffic_step(
		    &r->stable, r->now_ms, INTERVAL_MS, &healthy, &stable);
	observe(r, HEALTH, &release);
	observe(r, APP, compares(r->row) ? &stable : &release);
	observe(r, CANARY, &release);
	r->verdict = service_finding(r->service, 0).verdict;
	return before != VERDICT_TRIPPED && r->verdict == VERDICT_TRIPPED;
}

/* From the command line; NULL: all. */
static const char *wanted;

static bool
is_wanted(const struct row *row)
{
	return wanted == NULL || strstr(row->name, wanted) != NULL;
}

static double
false_alarms(
    const struct row *row, const struct traffic_profile *profile, double years)
{
	int64_t until_ms = (int64_t)(years * YEAR_MS);
	unsigned events = 0;
	struct run r;

	begin(&r, row, profile, 1);
	while (r.now_ms < until_ms)
		events += step(&r);
	end(&r);
	return events / years;
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* From the fault to the trip; PATIENCE_MS: it was not seen. */
static int64_t
detect(struct run *r, const struct traffic_fault *fault)
{
	int64_t rest_ms = REST_MS +
	    (int64_t)((double)HOUR_MS * 24 * traffic_random(&r->traffic));
	int64_t began_ms;

	for (began_ms = r->now_ms; r->now_ms - began_ms < rest_ms;)
		(void)step(r);
	r->fault = fault;
	for (began_ms = r->now_ms; r->now_ms - began_ms < PATIENCE_MS;)
		if (step(r))
			break;
	r->fault = &healthy;
	return r->now_ms - began_ms;
}

static void
delays(const struct row *row, const struct traffic_fault *fault, int trials)
{
	int64_t took_ms[TRIALS_MAX];
	int seen = 0;
	struct run r;

	begin(&r, row, &traffic_profiles[1], 2);
	while (r.now_ms < LEARN_MS)
		(void)step(&r);
	for (int i = 0; i < trials; i++) {
		took_ms[i] = detect(&r, fault);
		seen += took_ms[i] < PATIENCE_MS;
	}
	end(&r);
	qsort(took_ms, (size_t)trials, sizeof(took_ms[0]), by_time);
	if (seen == 0)
		printf(" %12s", "-");
	else if (seen == trials)
		printf(" %5.0f..%4.0fs", (double)took_ms[trials / 2] / 1000,
		    (double)took_ms[trials * 9 / 10] / 1000);
	else
		printf(" %5.0fs %3d%%", (double)took_ms[seen / 2] / 1000,
		    100 * seen / trials);
}

static void
print_false_alarms(double years)
{
	printf("events a service-year on healthy services, %g years each, "
	       "polled every %d s\n%-24s",
	    years, INTERVAL_MS / 1000, "");
	for (unsigned p = 0; p < traffic_profile_count; p++)
		printf(" %12s", traffic_profiles[p].name);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (!is_wanted(&rows[i]))
			continue;
		printf("\n%-24s", rows[i].name);
		for (unsigned p = 0; p < traffic_profile_count; p++) {
			printf(" %12.4g",
			    false_alarms(
				&rows[i], &traffic_profiles[p], years));
			(void)fflush(stdout);
		}
	}
}

static void
print_delays(int trials)
{
	printf("\n\nfrom the fault to the trip, daily traffic, %d trials: "
	       "median..nine of ten, or median and share of those seen "
	       "within 2 h\n%-24s",
	    trials, "");
	for (size_t f = 0; f < FAULT_COUNT; f++)
		printf(" %12s", faults[f].name);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (!is_wanted(&rows[i]))
			continue;
		printf("\n%-24s", rows[i].name);
		for (size_t f = 0; f < FAULT_COUNT; f++) {
			delays(&rows[i], &faults[f], trials);
			(void)fflush(stdout);
		}
	}
	printf("\n");
}

int
main(int argc, char *argv[])
{
	double years = argc > 1 ? strtod(argv[1], NULL) : 1;
	long trials = argc > 2 ? strtol(argv[2], NULL, 10) : 20;

	if (!(years > 0) || trials < 1 || trials > TRIALS_MAX) {
		(void)fprintf(
		    stderr, "usage: %s [YEARS [TRIALS [NAME]]]\n", argv[0]);
		return 1;
	}
	wanted = argc > 3 ? argv[3] : NULL;
	print_false_alarms(years);
	print_delays((int)trials);
	return 0;
}
