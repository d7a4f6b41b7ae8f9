/*
 * The machine sleeps in the middle of a question, for an hour or for months:
 * nobody else is to blame for what did not come in that time.
 */
#include <sys/syscall.h>
#include <time.h>

#include "tests/daemon/asker.h"

#include "probe/tcp_settings.h"

#define TIMEOUT_MS 600
#define HOUR_S 3600
#define LONG_S (200 * 24 * HOUR_S)

static time_t slept_s;

/* In place of the system's; CLOCK_MONOTONIC stands still in a sleep. */
int
clock_gettime(clockid_t clock, struct timespec *t)
{
	int status = (int)syscall(SYS_clock_gettime, clock, t);

	if (clock == CLOCK_BOOTTIME)
		t->tv_sec += slept_s;
	return status;
}

static void
fall_asleep(void *arg)
{
	slept_s += *(const time_t *)arg;
}

static void
test_a_sleep_is_lateness_of_ours(void **state)
{
	struct world *w = world_new(NULL);

	(void)state;
	assert_true(loop_late_ms(w->loop) < HOUR_S);
	slept_s += HOUR_S;
	assert_true(loop_late_ms(w->loop) > (HOUR_S - 1) * 1000);
	let_pass(w, 1);
	assert_true(loop_late_ms(w->loop) > (HOUR_S - 1) * 1000);
	world_free(w);
}

/* The target has its whole time when we are awake again. */
static void
test_a_sleep_is_not_taken_from_the_target(void **state)
{
	struct peer peer =
	    peer_start("peer", (const char *const[]){ "hang", NULL });
	struct world *w = world_new(NULL);
	struct tcp_settings t = { .expect = {
				      .contains = "x", .max_bytes = 64 } };
	const struct probe_settings p = {
		.name = "queue", .kind = &probe_tcp, .settings = &t
	};
	char address[32];
	struct asker *a;

	(void)state;
	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", peer.port);
	t.address = address;
	a = asker_of(w, &p);
	assert_true(asker_ask(a, TIMEOUT_MS, false, on_answer, w));
	let_pass(w, 50);
	slept_s += HOUR_S;
	/* The deadline passes, and as much again that was given back. */
	let_pass(w, TIMEOUT_MS);
	assert_int_equal(w->answers, 0);
	wait_for(w, 1);
	asker_free(a);
	world_free(w);
	peer_stop(&peer);
	peer_forget(&peer);
}

static void
ask_across(time_t span_s, enum http_engine engine)
{
	struct peer peer = peer_start(
	    "peer", (const char *const[]){ "rx ; pause 800 ; ok up", NULL });
	struct world *w = world_new(NULL);
	struct loop_timer *sleep =
	    loop_timer_new(w->loop, fall_asleep, &span_s);
	char url[64];
	struct http_settings settings;
	struct fetch_target *t;
	struct sample s;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", peer.port);
	settings = get(url);
	settings.engine = engine;
	t = target(w, &settings);
	loop_timer_start(sleep, 100);
	s = ask(w, t, TIMEOUT_MS, false);
	expect_sample(&s, SAMPLE_OK, NULL);
	fetch_target_free(t);
	loop_timer_free(sleep);
	world_free(w);
	peer_stop(&peer);
	peer_forget(&peer);
}

static void
test_an_answer_after_a_sleep_is_an_answer(void **state)
{
	(void)state;
	ask_across(HOUR_S, HTTP_ENGINE_LEAN);
	ask_across(HOUR_S, HTTP_ENGINE_CURL);
}

/* What may be opened is worked out from the time that has passed. */
static void
test_after_months_connections_are_made(void **state)
{
	struct peer peer = peer_start(
	    "peer", (const char *const[]){ "rx ; ok up ; loop", NULL });
	struct world *w = world_new(NULL);
	char url[64];
	struct http_settings settings;
	struct fetch_target *t;

	(void)state;
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", peer.port);
	settings = get(url);
	t = target(w, &settings);
	for (int i = 0; i < 3; i++) {
		struct sample s = ask(w, t, 2000, true);

		expect_sample(&s, SAMPLE_OK, NULL);
		slept_s += LONG_S;
	}
	fetch_target_free(t);
	world_free(w);
	peer_stop(&peer);
	peer_forget(&peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_sleep_is_lateness_of_ours),
		cmocka_unit_test(test_a_sleep_is_not_taken_from_the_target),
		cmocka_unit_test(test_an_answer_after_a_sleep_is_an_answer),
		cmocka_unit_test(test_after_months_connections_are_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
