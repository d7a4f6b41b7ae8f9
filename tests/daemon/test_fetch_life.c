/*
 * Connections, deadlines and ends: what is kept, what is asked again, whose
 * time it was, and what happens to a question that nobody wants any more.
 */
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "tests/daemon/asking.h"

#define UP "rx ; ok up"

struct scene {
	struct peer p;
	struct world *w;
	struct http_settings settings;
	char url[64];
};

static struct scene *
scene_new(const struct fetch_settings *fetch, const char *const scripts[])
{
	struct scene *s = calloc(1, sizeof(*s));

	s->p = peer_start("peer", scripts);
	s->w = world_new(fetch);
	(void)snprintf(
	    s->url, sizeof(s->url), "http://127.0.0.1:%u/", s->p.port);
	s->settings = get(s->url);
	return s;
}

static void
scene_free(struct scene *s)
{
	peer_forget(&s->p);
	world_free(s->w);
	free(s);
}

#define SCENE(...) scene_new(NULL, (const char *const[]){ __VA_ARGS__, NULL })

/* Keeping connections */

static void
test_a_connection_is_kept(void **state)
{
	struct scene *s = SCENE(UP " ; loop");
	struct fetch_target *t = target(s->w, &s->settings);

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct sample a = ask(s->w, t, 2000, false);

		expect_sample(&a, SAMPLE_OK, NULL);
		assert_true(i == 0 || a.phases.connect_ms == 0.0);
	}
	peer_stop(&s->p);
	assert_int_equal(peer_count(&s->p, "connection"), 1);
	assert_int_equal(peer_count(&s->p, "request 1"), 5);
	fetch_target_free(t);
	scene_free(s);
}

static void
test_n19_fresh_means_a_new_connection(void **state)
{
	struct scene *s = SCENE(UP " ; loop");
	struct fetch_target *t = target(s->w, &s->settings);

	(void)state;
	(void)ask(s->w, t, 2000, false);
	for (int i = 0; i < 3; i++) {
		struct sample a = ask(s->w, t, 2000, true);

		expect_sample(&a, SAMPLE_OK, NULL);
		assert_true(a.phases.connect_ms > 0.0);
	}
	(void)ask(s->w, t, 2000, false); /* the first one is still there */
	peer_stop(&s->p);
	assert_int_equal(peer_count(&s->p, "connection"), 4);
	assert_int_equal(peer_count(&s->p, "request 1"), 2);
	fetch_target_free(t);
	scene_free(s);
}

static void
test_n19_fresh_connection_is_a_setting_too(void **state)
{
	struct scene *s = SCENE(UP " ; loop");
	struct fetch_target *t;

	(void)state;
	s->settings.fresh_connection = true;
	t = target(s->w, &s->settings);
	for (int i = 0; i < 3; i++)
		(void)ask(s->w, t, 2000, false);
	peer_stop(&s->p);
	assert_int_equal(peer_count(&s->p, "connection"), 3);
	fetch_target_free(t);
	scene_free(s);
}

static void
test_n19_no_connection_is_kept_for_ever(void **state)
{
	struct fetch_settings fetch = { .connection_life_s = 1 };
	struct scene *s =
	    scene_new(&fetch, (const char *const[]){ UP " ; loop", NULL });
	struct fetch_target *t = target(s->w, &s->settings);

	(void)state;
	for (int i = 0; i < 5; i++) {
		(void)ask(s->w, t, 2000, false);
		let_pass(s->w, 600);
	}
	peer_stop(&s->p);
	assert_in_range(peer_count(&s->p, "connection"), 2, 3);
	fetch_target_free(t);
	scene_free(s);
}

static void
expect_second_try(const char *first_connection)
{
	struct scene *s = SCENE(first_connection, UP " ; loop");
	struct fetch_target *t = target(s->w, &s->settings);
	struct sample a;

	for (int i = 0; i < 3; i++) {
		a = ask(s->w, t, 2000, false);
		expect_sample(&a, SAMPLE_OK, NULL);
	}
	peer_stop(&s->p);
	assert_int_equal(peer_count(&s->p, "connection"), 2);
	fetch_target_free(t);
	scene_free(s);
}

static void
test_a_kept_connection_that_died_is_no_failure(void **state)
{
	(void)state;
	/* While idle, with the question, by FIN and by RST. */
	expect_second_try("rx ; ok up ; close");
	expect_second_try("rx ; ok up ; reset");
	expect_second_try("rx ; ok up ; rx ; close");
	expect_second_try("rx ; ok up ; rx ; reset");
	/* Part of a line is nothing yet, for libcurl and so for both. */
	expect_second_try("rx ; ok up ; rx ; tx HTTP/1. ; close");
	expect_second_try("rx ; ok up ; rx ; tx HTTP/1. ; pause 30 ; reset");
}

/* The server was tired of waiting for what we were just about to ask. */
#define TIRED                                               \
	"tx HTTP/1.1 408 Request Timeout\\r\\nConnection: " \
	"close\\r\\nContent-Length: 0\\r\\n\\r\\n ; close"

static void
test_nor_is_one_that_tired_its_server(void **state)
{
	struct scene *s = SCENE("rx ; " TIRED);
	struct sample a;

	(void)state;
	expect_second_try("rx ; ok up ; rx ; " TIRED);
	expect_second_try("rx ; ok up ; " TIRED);
	/* On a new one it is an answer. */
	a = ask_once(s->w, &s->settings, 2000);
	expect_sample(&a, SAMPLE_FAILED, "http.status");
	assert_int_equal(a.status, 408);
	peer_stop(&s->p);
	assert_int_equal(peer_count(&s->p, "connection"), 1);
	scene_free(s);
}

/* libcurl takes one after the other and gives up after five. */
static void
test_nor_are_many_that_died(void **state)
{
#define ONCE "rx ; pause 100 ; ok up ; rx ; close"
	struct scene *s =
	    SCENE(ONCE, ONCE, ONCE, ONCE, ONCE, ONCE, ONCE, ONCE, UP " ; loop");
	struct fetch_target *t[8];
	struct sample a;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		t[i] = target(s->w, &s->settings);
		assert_true(fetch_ask(t[i], 2000, false, on_answer, s->w));
	}
	wait_for(s->w, (int)ARRAY_LEN(t));
	a = ask(s->w, t[0], 2000, false);
	expect_sample(&a, SAMPLE_OK, NULL);
	peer_stop(&s->p);
	assert_int_equal(peer_count(&s->p, "connection"), 9);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		fetch_target_free(t[i]);
	scene_free(s);
}

static void
test_but_a_new_one_that_dies_at_once_is(void **state)
{
	struct scene *s =
	    SCENE("rx ; ok up ; rx ; close", "rx ; close", UP " ; loop");
	struct fetch_target *t = target(s->w, &s->settings);
	struct sample a;

	(void)state;
	a = ask(s->w, t, 2000, false);
	expect_sample(&a, SAMPLE_OK, NULL);
	a = ask(s->w, t, 2000, false);
	expect_sample(&a, SAMPLE_FAILED, "http.no_answer");
	a = ask(s->w, t, 2000, false);
	expect_sample(&a, SAMPLE_OK, NULL);
	peer_stop(&s->p);
	assert_int_equal(peer_count(&s->p, "connection"), 3);
	fetch_target_free(t);
	scene_free(s);
}

static void
test_half_an_answer_on_a_kept_connection_is_not_asked_again(void **state)
{
	struct scene *s = SCENE("rx ; ok up ; rx ; tx HTTP/1.1 200 OK\\r\\n"
				"Content-Length: 9\\r\\n\\r\\nu ; close",
	    UP " ; loop");
	struct fetch_target *t = target(s->w, &s->settings);
	struct sample a;

	(void)state;
	(void)ask(s->w, t, 2000, false);
	a = ask(s->w, t, 2000, false);
	assert_int_equal(a.outcome, SAMPLE_FAILED);
	peer_stop(&s->p);
	assert_int_equal(peer_count(&s->p, "connection"), 1);
	fetch_target_free(t);
	scene_free(s);
}

/* Connecting */

static void
test_n1_refused(void **state)
{
	struct scene *s = SCENE(UP);
	struct sample a;

	(void)state;
	peer_stop(&s->p); /* nobody listens there any more */
	a = ask_once(s->w, &s->settings, 2000);
	expect_sample(&a, SAMPLE_FAILED, "connect.refused");
	assert_int_equal(a.status, 0);
	assert_true(a.phases.first_byte_ms < 0.0);
	scene_free(s);
}

/* A full backlog makes the kernel drop what comes. */
static void
test_n2_syn_dropped(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fill[4];
	struct world *w = world_new(NULL);
	char url[64];
	struct http_settings settings = get(url);
	struct sample s;

	(void)state;
	assert_int_equal(bind(listener, (struct sockaddr *)&a, length), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(
	    getsockname(listener, (struct sockaddr *)&a, &length), 0);
	for (size_t i = 0; i < ARRAY_LEN(fill); i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fill[i], (struct sockaddr *)&a, length);
	}
	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%u/", ntohs(a.sin_port));
	s = ask_once(w, &settings, 300);
	expect_sample(&s, SAMPLE_FAILED, "timeout.connect");
	for (size_t i = 0; i < ARRAY_LEN(fill); i++)
		(void)close(fill[i]);
	(void)close(listener);
	world_free(w);
}

static void
test_n3_no_route_is_our_trouble(void **state)
{
	/* The routing table has nothing for a broadcast to everybody. */
	struct http_settings settings = get("http://255.255.255.255/");
	struct world *w = world_new(NULL);
	struct sample s;

	(void)state;
	s = ask_once(w, &settings, 2000);
	expect_sample(&s, SAMPLE_LOST, "connect.unreachable");
	world_free(w);
}

static void
test_r2_no_descriptors_is_our_trouble(void **state)
{
	struct scene *s = SCENE(UP " ; loop");
	struct fetch_target *t = target(s->w, &s->settings);
	struct rlimit before, none;
	struct sample a;

	(void)state;
	a = ask(s->w, t, 2000, true);
	expect_sample(&a, SAMPLE_OK, NULL);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	a = ask(s->w, t, 2000, true);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	expect_sample(&a, SAMPLE_LOST, "local.descriptors");
	a = ask(s->w, t, 2000, true);
	expect_sample(&a, SAMPLE_OK, NULL);
	peer_stop(&s->p);
	fetch_target_free(t);
	scene_free(s);
}

/* Environment */

static void
test_n16_the_environment_is_not_asked(void **state)
{
	struct scene *s;
	struct sample a;
	char home[] = "/tmp/fetch-home-XXXXXX", netrc[64];
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(home));
	(void)snprintf(netrc, sizeof(netrc), "%s/.netrc", home);
	f = fopen(netrc, "w");
	assert_non_null(f);
	fputs("machine 127.0.0.1 login CANARY password CANARY\n", f);
	fclose(f);
	setenv("HOME", home, 1);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	s = SCENE(UP);
	a = ask_once(s->w, &s->settings, 2000);
	expect_sample(&a, SAMPLE_OK, NULL);
	peer_stop(&s->p);
	assert_int_equal(peer_count(&s->p, "request 1 GET / HTTP/1.1"), 1);
	assert_int_equal(peer_count(&s->p, "header 1 Authorization"), 0);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	unsetenv("all_proxy");
	(void)unlink(netrc);
	(void)rmdir(home);
	scene_free(s);
}

/* Our own lag */

static void
stall(void *arg)
{
	(void)poll(NULL, 0, *(int *)arg);
}

static void
test_a_deadline_missed_by_our_own_loop_is_lost(void **state)
{
	struct scene *s = SCENE("rx ; hang");
	struct fetch_target *t = target(s->w, &s->settings);
	int stall_ms = 900;

	(void)state;
	assert_true(fetch_ask(t, 300, false, on_answer, s->w));
	loop_soon(s->w->loop, stall, &stall_ms);
	wait_for(s->w, 1);
	expect_sample(&s->w->last, SAMPLE_LOST, "local.lag");
	peer_stop(&s->p);
	fetch_target_free(t);
	scene_free(s);
}

/* The loop stalls at first, and the deadline then fires in time. */
static void
test_lag_in_the_middle_of_a_question_counts(void **state)
{
	struct scene *s = SCENE("rx ; hang");
	struct fetch_target *t = target(s->w, &s->settings);
	int stall_ms = 600;

	(void)state;
	assert_true(fetch_ask(t, 800, false, on_answer, s->w));
	loop_soon(s->w->loop, stall, &stall_ms);
	wait_for(s->w, 1);
	expect_sample(&s->w->last, SAMPLE_LOST, "local.lag");
	peer_stop(&s->p);
	fetch_target_free(t);
	scene_free(s);
}

static void
test_an_answer_that_waited_for_our_loop_is_not_slow(void **state)
{
	struct scene *s = SCENE(UP);
	struct fetch_target *t;
	int stall_ms = 600;

	(void)state;
	s->settings.expect.max_time_ms = 200;
	t = target(s->w, &s->settings);
	assert_true(fetch_ask(t, 2000, false, on_answer, s->w));
	loop_soon(s->w->loop, stall, &stall_ms);
	wait_for(s->w, 1);
	if (s->w->last.outcome != SAMPLE_OK)
		expect_sample(&s->w->last, SAMPLE_LOST, "local.lag");
	peer_stop(&s->p);
	fetch_target_free(t);
	scene_free(s);
}

/* A hang must not look fast to who judges latency. */
static void
test_what_timed_out_took_all_of_its_time(void **state)
{
	static const char *const scripts[] = { "rx ; ok up ; rx ; hang",
		"rx ; hang", "rx ; hang", NULL };
	struct scene *s = scene_new(NULL, scripts);
	struct fetch_target *t = target(s->w, &s->settings);

	(void)state;
	assert_true(fetch_ask(t, 2000, false, on_answer, s->w));
	wait_for(s->w, 1);
	expect_sample(&s->w->last, SAMPLE_OK, NULL);
	for (int i = 2; i <= 4;
	     i++) { /* on a kept connection and on new ones */
		assert_true(fetch_ask(t, 400, false, on_answer, s->w));
		wait_for(s->w, i);
		expect_sample(&s->w->last, SAMPLE_FAILED, "timeout.firstbyte");
		assert_true(s->w->last.latency_ms >= 400.0);
	}
	peer_stop(&s->p);
	fetch_target_free(t);
	scene_free(s);
}

/* Many */

static void
test_n6_a_hung_target_holds_up_nobody_else(void **state)
{
	struct fetch_settings fetch = { .in_flight_max = 64 };
	struct scene *hung =
	    scene_new(&fetch, (const char *const[]){ "rx ; hang", NULL });
	struct peer well =
	    peer_start("peer", (const char *const[]){ UP " ; loop", NULL });
	char url[64];
	struct http_settings settings = get(url);
	struct fetch_target *bad[20], *good;

	(void)state;
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", well.port);
	good = target(hung->w, &settings);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		bad[i] = target(hung->w, &hung->settings);
		assert_true(
		    fetch_ask(bad[i], 10000, false, on_answer, hung->w));
	}
	for (int i = 1; i <= 20; i++) {
		assert_true(fetch_ask(good, 2000, false, on_answer, hung->w));
		wait_for(hung->w, i);
		expect_sample(&hung->w->last, SAMPLE_OK, NULL);
		assert_true(hung->w->last.latency_ms < 1000.0);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		fetch_target_free(bad[i]);
	fetch_target_free(good);
	peer_stop(&well);
	peer_stop(&hung->p);
	peer_forget(&well);
	scene_free(hung);
}

static void
test_what_waits_for_its_turn_starts_its_deadline_then(void **state)
{
	struct fetch_settings fetch = { .in_flight_max = 1 };
	struct scene *s = scene_new(&fetch,
	    (const char *const[]){ "rx ; pause 250 ; ok up ; loop", NULL });
	struct fetch_target *t[3];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		t[i] = target(s->w, &s->settings);
		assert_true(fetch_ask(t[i], 1400, false, on_answer, s->w));
	}
	for (int i = 1; i <= 3; i++) {
		wait_for(s->w, i);
		expect_sample(&s->w->last, SAMPLE_OK, NULL);
		assert_true(s->w->last.latency_ms < 700.0);
	}
	peer_stop(&s->p);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		fetch_target_free(t[i]);
	scene_free(s);
}

static void
test_what_waits_too_long_for_its_turn_is_lost(void **state)
{
	struct fetch_settings fetch = { .in_flight_max = 1 };
	struct scene *s =
	    scene_new(&fetch, (const char *const[]){ "rx ; hang", NULL });
	struct fetch_target *first = target(s->w, &s->settings);
	struct fetch_target *second = target(s->w, &s->settings);
	struct fetch_target *third = target(s->w, &s->settings);

	(void)state;
	assert_true(fetch_ask(first, 5000, false, on_answer, s->w));
	assert_true(fetch_ask(second, 200, false, on_answer, s->w));
	assert_true(fetch_ask(third, 5000, false, on_answer, s->w));
	assert_true(fetch_is_busy(second));
	wait_for(s->w, 1);
	expect_sample(&s->w->last, SAMPLE_LOST, "local.lag");
	assert_false(fetch_is_busy(second));
	fetch_target_free(third); /* out of the queue */
	fetch_target_free(second);
	fetch_target_free(first);
	peer_stop(&s->p);
	scene_free(s);
}

static void
test_n20_two_thousand_time_out_together(void **state)
{
	enum { COUNT = 2000 };
	struct scene *s = SCENE("-d");
	struct fetch_target **t = calloc(COUNT, sizeof(*t));
	struct fetch_target *well;
	struct sample a;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		t[i] = target(s->w, &s->settings);
		assert_true(fetch_ask(t[i], 3000, false, on_answer, s->w));
	}
	wait_for(s->w, COUNT);
	/* Ours if the machine is slow, but never OK. */
	if (s->w->last.outcome != SAMPLE_LOST)
		expect_sample(&s->w->last, SAMPLE_FAILED, "timeout.firstbyte");
	for (int i = 0; i < COUNT; i++)
		fetch_target_free(t[i]);
	free(t);
	/* And all is well afterwards. */
	well = target(s->w, &s->settings);
	a = ask(s->w, well, 100, false);
	expect_sample(&a, SAMPLE_FAILED, "timeout.firstbyte");
	fetch_target_free(well);
	peer_stop(&s->p);
	scene_free(s);
}

/* Ends */

static void
never(void *arg, const struct sample *s)
{
	(void)arg;
	(void)s;
	fail_msg("an answer to a question that was dropped");
}

static void
test_a_question_dropped_in_flight_is_not_answered(void **state)
{
	struct scene *s = SCENE("rx ; pause 50 ; ok up ; loop");

	(void)state;
	for (int64_t ms = 0; ms <= 100; ms += 20) {
		struct fetch_target *t = target(s->w, &s->settings);

		assert_true(fetch_ask(t, 2000, false, never, NULL));
		assert_false(fetch_ask(t, 2000, false, never, NULL));
		if (ms > 0)
			let_pass(s->w, ms < 50 ? ms : 0);
		fetch_target_free(t);
	}
	let_pass(s->w, 100);
	peer_stop(&s->p);
	scene_free(s);
}

struct suicide {
	struct fetch *fetch;
	struct fetch_target *self, *other;
	struct loop *loop;
	bool takes_all;
};

static void
free_all_inside(void *arg, const struct sample *s)
{
	struct suicide *x = arg;

	expect_sample(s, SAMPLE_OK, NULL);
	fetch_target_free(x->self);
	fetch_target_free(x->other);
	if (x->takes_all)
		fetch_free(x->fetch);
	loop_stop(x->loop);
}

static void
free_inside_of_a_callback(bool takes_all)
{
	struct scene *s = SCENE(UP " ; loop");
	struct suicide x = {
		.fetch = s->w->fetch, .loop = s->w->loop, .takes_all = takes_all
	};

	x.self = target(s->w, &s->settings);
	x.other = target(s->w, &s->settings);
	assert_true(fetch_ask(x.self, 2000, false, free_all_inside, &x));
	loop_timer_start(s->w->guard, GUARD_MS);
	assert_true(loop_run(s->w->loop));
	loop_timer_stop(s->w->guard);
	if (takes_all)
		s->w->fetch = NULL;
	peer_stop(&s->p);
	scene_free(s);
}

static void
test_everything_may_be_freed_inside_of_a_callback(void **state)
{
	(void)state;
	free_inside_of_a_callback(false);
	free_inside_of_a_callback(true);
}

struct again {
	struct world *w;
	struct fetch_target *t;
	int left;
};

static void
ask_again_inside(void *arg, const struct sample *s)
{
	struct again *x = arg;

	expect_sample(s, SAMPLE_OK, NULL);
	assert_false(fetch_is_busy(x->t));
	if (x->left-- > 0)
		assert_true(fetch_ask(
		    x->t, 2000, x->left % 2 == 0, ask_again_inside, x));
	else
		loop_stop(x->w->loop);
}

static void
test_the_next_question_may_be_put_inside_of_a_callback(void **state)
{
	struct scene *s = SCENE(UP " ; loop");
	struct again x = { .w = s->w, .left = 20 };

	(void)state;
	x.t = target(s->w, &s->settings);
	assert_true(fetch_ask(x.t, 2000, false, ask_again_inside, &x));
	loop_timer_start(s->w->guard, GUARD_MS);
	assert_true(loop_run(s->w->loop));
	peer_stop(&s->p);
	assert_int_equal(peer_count(&s->p, "request"), 21);
	fetch_target_free(x.t);
	scene_free(s);
}

static void
test_settings_may_move_to_other_memory(void **state)
{
	struct scene *s = SCENE(UP " ; loop");
	struct http_settings *copy = malloc(sizeof(*copy));
	struct fetch_target *t;
	struct sample a;

	(void)state;
	*copy = s->settings;
	copy->expect.contains = "up";
	s->settings.expect.contains = "up";
	t = target(s->w, copy);
	(void)ask(s->w, t, 2000, false);
	fetch_target_resettle(t, &s->settings);
	memset(copy, 0x5a, sizeof(*copy));
	free(copy);
	a = ask(s->w, t, 2000, false);
	expect_sample(&a, SAMPLE_OK, NULL);
	peer_stop(&s->p);
	fetch_target_free(t);
	scene_free(s);
}

static void
ignore(void *arg, const struct sample *s)
{
	(void)arg;
	(void)s;
}

static int
count_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void
test_no_descriptor_is_left_behind(void **state)
{
	struct scene *s = SCENE("rx ; ok up ; close", "rx ; close", "rx ; hang",
	    "rx ; reset", UP " ; loop");
	int before = count_descriptors();

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct fetch_target *t = target(s->w, &s->settings);

		(void)ask(s->w, t, 100, false);
		assert_true(fetch_ask(t, 100, true, ignore, NULL));
		if (i % 2 == 0)
			let_pass(s->w, 1);
		fetch_target_free(t);
	}
	assert_in_range(count_descriptors(), before, before + 4);
	fetch_free(s->w->fetch);
	s->w->fetch = NULL;
	assert_true(count_descriptors() <= before);
	peer_stop(&s->p);
	scene_free(s);
}

static int
run(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_connection_is_kept),
		cmocka_unit_test(test_n19_fresh_means_a_new_connection),
		cmocka_unit_test(test_n19_fresh_connection_is_a_setting_too),
		cmocka_unit_test(test_n19_no_connection_is_kept_for_ever),
		cmocka_unit_test(
		    test_a_kept_connection_that_died_is_no_failure),
		cmocka_unit_test(test_nor_is_one_that_tired_its_server),
		cmocka_unit_test(test_nor_are_many_that_died),
		cmocka_unit_test(test_but_a_new_one_that_dies_at_once_is),
		cmocka_unit_test(
		    test_half_an_answer_on_a_kept_connection_is_not_asked_again),
		cmocka_unit_test(test_n1_refused),
		cmocka_unit_test(test_n2_syn_dropped),
		cmocka_unit_test(test_n3_no_route_is_our_trouble),
		cmocka_unit_test(test_r2_no_descriptors_is_our_trouble),
		cmocka_unit_test(test_n16_the_environment_is_not_asked),
		cmocka_unit_test(
		    test_a_deadline_missed_by_our_own_loop_is_lost),
		cmocka_unit_test(test_lag_in_the_middle_of_a_question_counts),
		cmocka_unit_test(
		    test_an_answer_that_waited_for_our_loop_is_not_slow),
		cmocka_unit_test(test_what_timed_out_took_all_of_its_time),
		cmocka_unit_test(test_n6_a_hung_target_holds_up_nobody_else),
		cmocka_unit_test(
		    test_what_waits_for_its_turn_starts_its_deadline_then),
		cmocka_unit_test(test_what_waits_too_long_for_its_turn_is_lost),
		cmocka_unit_test(test_n20_two_thousand_time_out_together),
		cmocka_unit_test(
		    test_a_question_dropped_in_flight_is_not_answered),
		cmocka_unit_test(
		    test_everything_may_be_freed_inside_of_a_callback),
		cmocka_unit_test(
		    test_the_next_question_may_be_put_inside_of_a_callback),
		cmocka_unit_test(test_no_descriptor_is_left_behind),
		cmocka_unit_test(test_settings_may_move_to_other_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int
main(void)
{
	return run_by_both(run);
}
