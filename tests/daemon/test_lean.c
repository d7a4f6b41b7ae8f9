/*
 * What is particular to the lean engine: what it keeps, what it tries again,
 * and what it leaves to libcurl.
 */
#include <time.h>

#include "tests/daemon/lean_scene.h"

/* What is kept */

static void
ask_ok(struct scene *s, struct fetch_target *t)
{
	struct sample a = ask(s->w, t, 2000, false);

	expect_sample(&a, SAMPLE_OK, NULL);
}

static void
test_each_target_keeps_one(void **state)
{
	struct scene *s = SCENE(UP " ; loop");
	struct fetch_target *t = target(s->w, &s->settings);
	struct sample a;

	(void)state;
	assert_int_equal(fetch_target_engine(t), FETCH_LEAN);
	a = ask(s->w, t, 2000, false);
	expect_sample(&a, SAMPLE_OK, NULL);
	assert_true(a.phases.connect_ms >= 0.0 && a.phases.tls_ms < 0.0);
	assert_true(a.phases.first_byte_ms > 0.0);
	assert_true(a.latency_ms >= a.phases.first_byte_ms);
	a = ask(s->w, t, 2000, false);
	assert_true(a.phases.connect_ms == 0.0);
	assert_int_equal(a.status, 200);
	assert_int_equal(counts(s).connects, 1);
	assert_int_equal(counts(s).asked, 2);
	fetch_target_free(t);
	peer_stop(&s->p);
	scene_free(s);
}

/* The event drops the connection: there is nothing to be tried again. */
static void
expect_dropped(const char *script)
{
	struct scene *s = SCENE(script, UP " ; loop");
	struct fetch_target *t = target(s->w, &s->settings);

	ask_ok(s, t);
	let_pass(s->w, 100);
	assert_int_equal(counts(s).closed_by_peer, 1);
	ask_ok(s, t);
	assert_int_equal(counts(s).connects, 2);
	assert_int_equal(counts(s).retried, 0);
	fetch_target_free(t);
	peer_stop(&s->p);
	scene_free(s);
}

static void
test_one_that_ends_while_idle_is_dropped(void **state)
{
	(void)state;
	expect_dropped("rx ; ok up ; close");
	expect_dropped("rx ; ok up ; reset");
	expect_dropped("rx ; ok up ; pause 20 ; tx HTTP/1.1 ; hang");
}

static void
test_one_that_dies_with_the_question_is_retried_once(void **state)
{
	struct scene *s = SCENE("rx ; ok up ; rx ; close",
	    "rx ; ok up ; rx ; reset", UP " ; rx ; close", "rx ; close");
	struct fetch_target *t = target(s->w, &s->settings);
	struct sample a;

	(void)state;
	ask_ok(s, t);
	ask_ok(s, t); /* on the second */
	ask_ok(s, t); /* on the third */
	assert_int_equal(counts(s).retried, 2);
	a = ask(s->w, t, 2000, false); /* and no further than the fourth */
	expect_sample(&a, SAMPLE_FAILED, "http.no_answer");
	assert_int_equal(counts(s).retried, 3);
	assert_int_equal(counts(s).connects, 4);
	fetch_target_free(t);
	peer_stop(&s->p);
	scene_free(s);
}

static void
test_half_an_answer_is_not_retried(void **state)
{
	struct scene *s = SCENE(
	    "rx ; ok up ; rx ; tx HTTP/1.1 200 OK\\r\\n ; close", UP " ; loop");
	struct fetch_target *t = target(s->w, &s->settings);
	struct sample a;

	(void)state;
	ask_ok(s, t);
	a = ask(s->w, t, 2000, false);
	assert_int_equal(a.outcome, SAMPLE_FAILED);
	assert_int_equal(counts(s).retried, 0);
	fetch_target_free(t);
	peer_stop(&s->p);
	scene_free(s);
}

static void
test_what_follows_the_answer_ends_the_connection(void **state)
{
	struct scene *s =
	    SCENE("rx ; tx " HEAD "upHTTP/1.1 200 ; hang", UP " ; loop");
	struct fetch_target *t = target(s->w, &s->settings);

	(void)state;
	ask_ok(s, t);
	ask_ok(s, t);
	assert_int_equal(counts(s).connects, 2);
	fetch_target_free(t);
	peer_stop(&s->p);
	scene_free(s);
}

/* At the limit, and one past it: the one too many connects each time. */
static void
expect_connects(size_t kept_max, uint64_t connects)
{
	struct fetch_settings fetch = { .kept_max = kept_max };
	struct scene *s =
	    scene_new(&fetch, (const char *const[]){ UP " ; loop", NULL });
	struct fetch_target *t[3];

	for (size_t i = 0; i < 3; i++)
		t[i] = target(s->w, &s->settings);
	for (size_t i = 0; i < 9; i++)
		ask_ok(s, t[i % 3]);
	assert_int_equal(counts(s).connects, connects);
	assert_int_equal(counts(s).given_up, 0);
	for (size_t i = 0; i < 3; i++)
		fetch_target_free(t[i]);
	peer_stop(&s->p);
	scene_free(s);
}

static void
test_as_many_as_allowed_are_kept(void **state)
{
	(void)state;
	expect_connects(4, 3);
	expect_connects(3, 3);
	expect_connects(2, 5);
	expect_connects(1, 7);
}

static void
test_one_that_is_hardly_used_gives_way(void **state)
{
	struct fetch_settings fetch = { .kept_max = 2, .connection_life_s = 2 };
	struct scene *s =
	    scene_new(&fetch, (const char *const[]){ UP " ; loop", NULL });
	struct fetch_target *t[3];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		t[i] = target(s->w, &s->settings);
	ask_ok(s, t[0]);
	ask_ok(s, t[1]);
	let_pass(s->w, 1100);
	ask_ok(s, t[1]);
	ask_ok(s, t[2]); /* takes the place of the first */
	assert_int_equal(counts(s).given_up, 1);
	assert_int_equal(counts(s).connects, 3);
	ask_ok(s, t[2]);
	ask_ok(s, t[1]);
	assert_int_equal(counts(s).connects, 3);
	ask_ok(s, t[0]);
	assert_int_equal(counts(s).connects, 4);
	for (size_t i = 0; i < 3; i++)
		fetch_target_free(t[i]);
	peer_stop(&s->p);
	scene_free(s);
}

/* Time */

static void
on_block(void *arg)
{
	const struct timespec time = { .tv_nsec = 200 * 1000 * 1000 };

	(void)arg;
	(void)nanosleep(&time, NULL); /* a loop that does something else */
}

static void
test_what_came_in_time_is_an_answer(void **state)
{
	struct scene *s = SCENE("rx ; pause 40 ; ok up ; loop");
	struct fetch_target *t = target(s->w, &s->settings);
	struct loop_timer *block = loop_timer_new(s->w->loop, on_block, NULL);
	struct sample a;

	(void)state;
	ask_ok(s, t);
	loop_timer_start(block, 20);
	a = ask(s->w, t, 100, false);
	expect_sample(&a, SAMPLE_OK, NULL);
	loop_timer_free(block);
	fetch_target_free(t);
	peer_stop(&s->p);
	scene_free(s);
}

/* What only libcurl can ask */

static const struct unfit {
	const char *name;
	struct http_settings settings;
} unfits[] = {
	{ "https", { .url = "https://127.0.0.1/" } },
	{ "POST", { .url = "http://127.0.0.1/", .method = HTTP_POST } },
	{ "redirects", { .url = "http://127.0.0.1/", .max_redirects = 1 } },
	{ "a password",
	    { .url = "http://127.0.0.1/",
		.username = "u",
		.password_file = "/nonexistent" } },
	{ "a token",
	    { .url = "http://127.0.0.1/", .bearer_file = "/nonexistent" } },
	{ "an address with a zone", { .url = "http://[fe80::1%25lo]/" } },
	{ "libcurl by order",
	    { .url = "http://127.0.0.1/", .engine = HTTP_ENGINE_CURL } },
	{ "a header about the connection",
	    { .url = "http://127.0.0.1/",
		.headers = { (const char *[]){ "connection: close" }, 1 } } },
};

static void
test_the_rest_is_asked_by_libcurl(void **state)
{
	struct world *w = world_new(NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unfits); i++) {
		struct fetch_target *t = target(w, &unfits[i].settings);

		if (fetch_target_engine(t) != FETCH_CURL)
			fail_msg("%s: lean", unfits[i].name);
		fetch_target_free(t);
	}
	world_free(w);
}

/* Two that are alike */

static void
test_two_share_what_they_ask(void **state)
{
	struct scene *s = SCENE(UP " ; loop");
	struct fetch_target *t = target(s->w, &s->settings), *other;
	struct http_settings moved = s->settings;
	struct error err = { "" };

	(void)state;
	other = fetch_target_new_like(t, &err);
	assert_non_null(other);
	assert_true(fetch_ask(t, 2000, false, on_answer, s->w));
	assert_true(fetch_ask(other, 2000, false, on_answer, s->w));
	wait_for(s->w, 2);
	expect_sample(&s->w->last, SAMPLE_OK, NULL);
	assert_int_equal(counts(s).connects, 2);
	fetch_target_resettle(t, &moved);
	memset(&s->settings, 0xa5, sizeof(s->settings));
	fetch_target_free(t);
	ask_ok(s, other);
	fetch_target_free(other);
	peer_stop(&s->p);
	scene_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_target_keeps_one),
		cmocka_unit_test(test_one_that_ends_while_idle_is_dropped),
		cmocka_unit_test(
		    test_one_that_dies_with_the_question_is_retried_once),
		cmocka_unit_test(test_half_an_answer_is_not_retried),
		cmocka_unit_test(
		    test_what_follows_the_answer_ends_the_connection),
		cmocka_unit_test(test_as_many_as_allowed_are_kept),
		cmocka_unit_test(test_one_that_is_hardly_used_gives_way),
		cmocka_unit_test(test_what_came_in_time_is_an_answer),
		cmocka_unit_test(test_the_rest_is_asked_by_libcurl),
		cmocka_unit_test(test_two_share_what_they_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
