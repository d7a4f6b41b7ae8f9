/*
 * Probes of types prometheus and promql against servers that misbehave.
 */
#include <math.h>
#include <sys/resource.h>

#include "daemon/ask/ask.h"
#include "probe/prometheus_settings.h"
#include "probe/promql_settings.h"
#include "tests/daemon/asking.h"

#define PAGE_KEPT_KIB 4096 /* of 10 MB */
#define HEAD "rx ; tx HTTP/1.1 200 OK\\r\\n"
#define PAGE(text) HEAD "\\r\\n" text "\\n ; close"
#define JSON(result)                                                   \
	HEAD "\\r\\n{\"status\":\"success\",\"data\":{\"resultType\":" \
	     "\"vector\",\"result\":[" result "]}} ; close"

struct scene {
	struct peer p;
	struct world *w;
	char url[64];
	struct prometheus_settings prometheus;
	struct promql_settings promql;
	struct probe_settings probe;
	struct asker *asker;
	double value;
};

static void
scene_start(struct scene *s, const char *const scripts[])
{
	s->p = peer_start("peer", scripts);
	s->w = world_new(NULL);
	(void)snprintf(
	    s->url, sizeof(s->url), "http://127.0.0.1:%u/", s->p.port);
	s->prometheus = (struct prometheus_settings){
		.http = { .url = s->url, .verify_tls = true },
		.max_bytes = 1024 * 1024,
		.max_series = 10,
		.max_age_ms = 300000,
	};
	s->promql = (struct promql_settings){
		.http = { .verify_tls = true },
		.server = s->url,
		.query = "sum(x)",
		.max_bytes = 1024,
		.max_age_ms = INT64_MAX / 4,
	};
	s->probe = (struct probe_settings){
		.name = "p", .interval_ms = 1000, .timeout_ms = 500
	};
}

static void
scene_ask_for(struct scene *s, const struct option_kind *kind,
    const struct metric_name *names, size_t count)
{
	const struct ask_tools tools = { .loop = s->w->loop,
		.fetch = s->w->fetch };
	struct error err = { "" };

	s->probe.kind = kind;
	s->probe.settings =
	    kind == &probe_promql ? (void *)&s->promql : (void *)&s->prometheus;
	s->asker = asker_new(&tools, "web", &s->probe, names, count, &err);
	if (s->asker == NULL)
		fail_msg("%s", err.text);
}

static void
scene_end(struct scene *s)
{
	asker_free(s->asker);
	world_free(s->w);
	peer_stop(&s->p);
}

static void
on_value(void *arg, const struct sample *sample)
{
	struct scene *s = arg;

	s->value = sample->value_count > 0 ? sample->values[0] : (double)NAN;
	on_answer(s->w, sample);
}

static struct sample
scene_ask(struct scene *s)
{
	int before = s->w->answers;

	assert_true(asker_ask(s->asker, 500, false, on_value, s));
	assert_false(asker_ask(s->asker, 500, false, on_value, s));
	assert_true(asker_is_busy(s->asker));
	wait_for(s->w, before + 1);
	return s->w->last;
}

/* Pages */

static void
test_pages_are_compared(void **state)
{
	static const struct metric_name names[] = { { "increase(m)", false },
		{ "m", false } };
	static const char *const scripts[] = { PAGE("m 5"),
		HEAD "Content-Length: 99\\r\\n\\r\\nm 1000\\nm", PAGE("m 7"),
		NULL };
	struct scene s;
	struct sample a;

	(void)state;
	scene_start(&s, scripts);
	scene_ask_for(&s, &probe_prometheus, names, 2);
	a = scene_ask(&s);
	expect_sample(&a, SAMPLE_OK, NULL);
	assert_int_equal(a.value_count, 2);
	assert_true(isnan(s.value));
	let_pass(s.w, 20);
	a = scene_ask(&s);
	expect_sample(&a, SAMPLE_FAILED, "body.truncated");
	assert_int_equal(a.value_count, 0);
	a = scene_ask(&s);
	expect_sample(&a, SAMPLE_OK, NULL);
	assert_true(s.value == 2.0);
	scene_end(&s);
	peer_forget(&s.p);
}

/* Also the page that was asked for before a deployment is an old one. */
static void
test_no_range_spans_a_deployment(void **state)
{
	static const struct metric_name names[] = { { "increase(m)", false } };
	static const char *const scripts[] = { PAGE("m 5"),
		"rx ; pause 100 ; tx HTTP/1.1 200 OK\\r\\n\\r\\nm 900\\n ; close",
		PAGE("m 1000"), PAGE("m 1001"), NULL };
	struct scene s;
	int before;

	(void)state;
	scene_start(&s, scripts);
	scene_ask_for(&s, &probe_prometheus, names, 1);
	(void)scene_ask(&s);
	before = s.w->answers;
	assert_true(asker_ask(s.asker, 500, false, on_value, &s));
	asker_forget(s.asker);
	wait_for(s.w, before + 1);
	assert_true(isnan(s.value));
	let_pass(s.w, 5);
	(void)scene_ask(&s);
	assert_true(isnan(s.value));
	let_pass(s.w, 5);
	(void)scene_ask(&s);
	assert_true(s.value == 1.0);
	scene_end(&s);
	peer_forget(&s.p);
}

static void
test_the_format_is_asked_for(void **state)
{
	static const char *const scripts[] = { PAGE("m 5"), NULL };
	static const char *headers[] = { "X-Own: 1" };
	static const char *accept[] = { "Accept: text/plain" };
	struct scene s;
	struct sample a;

	(void)state;
	scene_start(&s, scripts);
	s.prometheus.http.headers = (struct strings){ headers, 1 };
	scene_ask_for(&s, &probe_prometheus, NULL, 0);
	a = scene_ask(&s);
	expect_sample(&a, SAMPLE_OK, NULL);
	assert_int_equal(a.value_count, 0);
	scene_end(&s);
	assert_int_equal(
	    peer_count(&s.p,
		"header 1 Accept: application/openmetrics-text;version=1.0.0"),
	    1);
	assert_int_equal(peer_count(&s.p, "header 1 X-Own: 1"), 1);
	assert_int_equal(peer_count(&s.p, "header 1 Accept:"), 1);
	peer_forget(&s.p);

	scene_start(&s, scripts);
	s.prometheus.http.headers = (struct strings){ accept, 1 };
	scene_ask_for(&s, &probe_prometheus, NULL, 0);
	(void)scene_ask(&s);
	scene_end(&s);
	assert_int_equal(peer_count(&s.p, "header 1 Accept: text/plain"), 1);
	assert_int_equal(peer_count(&s.p, "header 1 Accept:"), 1);
	peer_forget(&s.p);
}

static void
test_settings_move(void **state)
{
	static const char *const scripts[] = { PAGE("m 5"), PAGE("m 6"), NULL };
	static const struct metric_name names[] = { { "increase(m)", false } };
	struct scene s;
	struct prometheus_settings moved;
	struct probe_settings probe;

	(void)state;
	scene_start(&s, scripts);
	scene_ask_for(&s, &probe_prometheus, names, 1);
	(void)scene_ask(&s);
	let_pass(s.w, 5);
	moved = s.prometheus;
	probe = s.probe;
	probe.settings = &moved;
	asker_resettle(s.asker, &probe);
	memset(&s.prometheus, 0xff, sizeof(s.prometheus));
	(void)scene_ask(&s);
	assert_true(s.value == 1.0);
	scene_end(&s);
	peer_forget(&s.p);
}

/* 10 MB of one page, and next to nothing of it is kept. */
static void
test_a_large_page_is_never_kept(void **state)
{
	static const char *const scripts[] = { HEAD
		"\\r\\n ; many 160000 "
		"other_metric{label=\"0123456789012345678901234567890\"} "
		"1.5e+07\\n ; tx m 5\\n ; close",
		NULL };
	static const struct metric_name names[] = { { "m", false } };
	struct rusage before, after;
	struct scene s;
	struct sample a;

	(void)state;
	scene_start(&s, scripts);
	s.prometheus.max_bytes = 16 * 1024 * 1024;
	scene_ask_for(&s, &probe_prometheus, names, 1);
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	assert_true(asker_ask(s.asker, 10000, false, on_value, &s));
	wait_for(s.w, 1);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	if (!TEST_IS_SANITIZED)
		assert_true(after.ru_maxrss - before.ru_maxrss < PAGE_KEPT_KIB);
	a = s.w->last;
	expect_sample(&a, SAMPLE_OK, NULL);
	assert_true(s.value == 5.0);
	scene_end(&s);
	peer_forget(&s.p);
}

/* M7: a page without end is cut, and it is our limit that it met. */
static void
test_an_endless_page_is_lost(void **state)
{
	static const char *const scripts[] = {
		HEAD "\\r\\n ; many 0 other 1\\n", NULL
	};
	struct scene s;
	struct sample a;

	(void)state;
	scene_start(&s, scripts);
	scene_ask_for(&s, &probe_prometheus, NULL, 0);
	assert_true(asker_ask(s.asker, 10000, false, on_value, &s));
	wait_for(s.w, 1);
	a = s.w->last;
	expect_sample(&a, SAMPLE_LOST, "metrics.too_large");
	scene_end(&s);
	peer_forget(&s.p);
}

/* Queries */

static void
test_a_query(void **state)
{
	static const char *const scripts[] = { JSON("{\"value\":[1,\"2.5\"]}"),
		JSON(""), HEAD "\\r\\n ; many 100 0123456789abcdef ; close",
		JSON("{\"value\":[1,\"3\"]}"), NULL };
	struct scene s;
	struct sample a;

	(void)state;
	scene_start(&s, scripts);
	scene_ask_for(&s, &probe_promql, NULL, 0);
	a = scene_ask(&s);
	expect_sample(&a, SAMPLE_OK, NULL);
	assert_true(s.value == 2.5);
	a = scene_ask(&s);
	expect_sample(&a, SAMPLE_LOST, "promql.empty");
	a = scene_ask(&s);
	expect_sample(&a, SAMPLE_LOST, "promql.many");
	a = scene_ask(&s);
	expect_sample(&a, SAMPLE_OK, NULL);
	assert_true(s.value == 3.0);
	scene_end(&s);
	peer_forget(&s.p);
}

static void
test_a_query_by_post(void **state)
{
	static const char *const scripts[] = { JSON("{\"value\":[1,\"2.5\"]}"),
		NULL };
	struct scene s;
	struct sample a;

	(void)state;
	scene_start(&s, scripts);
	s.promql.http.method = HTTP_POST;
	scene_ask_for(&s, &probe_promql, NULL, 0);
	a = scene_ask(&s);
	expect_sample(&a, SAMPLE_OK, NULL);
	scene_end(&s);
	assert_int_equal(
	    peer_count(&s.p, "request 1 POST /api/v1/query HTTP/1.1"), 1);
	assert_int_equal(peer_count(&s.p,
			     "header 1 Content-Type: "
			     "application/x-www-form-urlencoded"),
	    1);
	peer_forget(&s.p);
}

/* A server that is not heard says nothing about whom it measures. */
static void
test_unreachable(void **state)
{
	static const struct {
		const char *script;
		const char *failure;
	} rows[] = {
		{ "rx ; hang", "timeout.firstbyte" },
		{ "rx ; reset", "connect.reset" },
		{ HEAD "Content-Length: 9\\r\\n\\r\\n{", "body.truncated" },
	};
	static const struct {
		enum promql_meaning meaning;
		enum sample_outcome outcome;
	} meanings[] = {
		{ PROMQL_LOST, SAMPLE_LOST },
		{ PROMQL_FAILED, SAMPLE_FAILED },
		{ PROMQL_OK, SAMPLE_OK },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t m = 0; m < ARRAY_LEN(meanings); m++) {
			const char *scripts[] = { rows[i].script, NULL };
			struct scene s;
			struct sample a;

			scene_start(&s, scripts);
			s.promql.on_unreachable = meanings[m].meaning;
			scene_ask_for(&s, &probe_promql, NULL, 0);
			a = scene_ask(&s);
			expect_sample(&a, meanings[m].outcome,
			    a.outcome == SAMPLE_OK ? NULL : rows[i].failure);
			assert_int_equal(a.value_count, 0);
			scene_end(&s);
			peer_forget(&s.p);
		}
}

/* An error of the server is an answer. */
static void
test_an_error_is_heard(void **state)
{
	static const char *const scripts[] = {
		"rx ; tx HTTP/1.1 503 No\\r\\n\\r\\naway ; close", NULL
	};
	struct scene s;
	struct sample a;

	(void)state;
	scene_start(&s, scripts);
	s.promql.on_unreachable = PROMQL_OK;
	s.promql.on_error = PROMQL_FAILED;
	scene_ask_for(&s, &probe_promql, NULL, 0);
	a = scene_ask(&s);
	expect_sample(&a, SAMPLE_FAILED, "promql.error");
	assert_int_equal(a.status, 503);
	assert_string_equal(a.detail, "status 503: away");
	scene_end(&s);
	peer_forget(&s.p);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_are_compared),
		cmocka_unit_test(test_no_range_spans_a_deployment),
		cmocka_unit_test(test_the_format_is_asked_for),
		cmocka_unit_test(test_settings_move),
		cmocka_unit_test(test_a_large_page_is_never_kept),
		cmocka_unit_test(test_an_endless_page_is_lost),
		cmocka_unit_test(test_a_query),
		cmocka_unit_test(test_a_query_by_post),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_an_error_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
