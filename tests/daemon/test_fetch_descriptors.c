/*
 * How descriptors are shared out, at each limit and one past it.
 */
#include "base/text.h"
#include "daemon/fetch/descriptors.h"
#include "tests/daemon/asking.h"

struct row {
	uint64_t limit;
	size_t open_max, kept_max, in_flight_max;
};

/* A 32nd and 64 are the rest of the daemon's; a 32nd is for new ones. */
static const struct row rows[] = {
	{ 0, 16, 15, 16 },
	{ 82, 16, 13, 41 },
	{ 128, 60, 55, 64 },
	{ 1024, 928, 895, 512 },
	{ 20000, 19311, 18685, 10000 },
	{ 32768, 31680, 30655, 16384 },
	{ 32769, 31681, 30656, 16384 },
	{ 262144, 253888, 245695, 16384 },
};

static void
test_so_many_are_for_connections(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct descriptors d = descriptors_of(rows[i].limit);

		assert_int_equal(d.open_max, rows[i].open_max);
		assert_int_equal(d.kept_max, rows[i].kept_max);
		assert_int_equal(d.in_flight_max, rows[i].in_flight_max);
	}
	assert_true(descriptors_of(UINT64_MAX).open_max >= SIZE_MAX / 4);
}

static void
test_it_is_said_one_past_the_limit(void **state)
{
	struct descriptors d = descriptors_of(20000);
	struct text out = text_new(1024);

	(void)state;
	descriptors_tell(&d, 18685, &out);
	assert_int_equal(out.length, 0);
	descriptors_tell(&d, 18686, &out);
	assert_string_equal(text_str(&out),
	    "18686 HTTP targets, but no more than 18685 connections are kept "
	    "(20000 files may be open): to the rest a new one is made for "
	    "each question");
	text_free(&out);
}

#define PEERS_MAX 5

/* Peers of their own, so that no target can use another's connection. */
struct scene {
	struct world *w;
	size_t count;
	struct peer peers[PEERS_MAX];
	char urls[PEERS_MAX][64];
	struct http_settings settings[PEERS_MAX];
	struct fetch_target *t[PEERS_MAX];
};

static void
set_up(struct scene *s, const struct fetch_settings *fetch, size_t count,
    enum http_engine engine, const char *script)
{
	s->w = world_new(fetch);
	s->count = count;
	for (size_t i = 0; i < count; i++) {
		s->peers[i] =
		    peer_start("peer", (const char *const[]){ script, NULL });
		(void)snprintf(s->urls[i], sizeof(s->urls[i]),
		    "http://127.0.0.1:%u/", s->peers[i].port);
		s->settings[i] = get(s->urls[i]);
		s->settings[i].engine = engine;
		s->t[i] = target(s->w, &s->settings[i]);
	}
}

static void
tear_down(struct scene *s)
{
	for (size_t i = 0; i < s->count; i++) {
		fetch_target_free(s->t[i]);
		peer_stop(&s->peers[i]);
		peer_forget(&s->peers[i]);
	}
	world_free(s->w);
}

/* Four hang, and a fifth has none left; then one lets go. */
static void
hang(enum http_engine engine, size_t open_max)
{
	struct fetch_settings fetch = { .open_max = open_max };
	struct scene s;
	struct sample a;

	set_up(&s, &fetch, 5, engine, "rx ; hang");
	for (size_t i = 0; i < 4; i++)
		assert_true(fetch_ask(s.t[i], 60000, true, on_answer, s.w));
	let_pass(s.w, 10); /* libcurl connects in its own time */
	a = ask(s.w, s.t[4], 5000, false);
	expect_sample(&a, SAMPLE_LOST, "local.descriptors");
	fetch_target_free(s.t[0]);
	s.t[0] = NULL;
	a = ask(s.w, s.t[4], 100, false);
	assert_string_not_equal(a.failure, "local.descriptors");
	tear_down(&s);
}

static void
test_no_more_are_opened_than_allowed(void **state)
{
	(void)state;
	hang(HTTP_ENGINE_LEAN, 4);
	hang(HTTP_ENGINE_CURL, 2 + 4); /* two are libcurl's own */
}

/* Three are kept, and the first gives way to a fourth. */
static void
test_a_kept_one_gives_way(void **state)
{
	struct fetch_settings fetch = { .open_max = 3, .kept_max = 8 };
	struct scene s;
	struct sample a;

	(void)state;
	set_up(&s, &fetch, 4, HTTP_ENGINE_LEAN, "rx ; ok up ; loop");
	for (size_t i = 0; i < s.count; i++) {
		a = ask(s.w, s.t[i], 5000, false);
		expect_sample(&a, SAMPLE_OK, NULL);
		assert_int_equal(
		    fetch_counts(s.w->fetch)->given_up, i == 3 ? 1 : 0);
	}
	tear_down(&s);
}

/* What libcurl opens beyond what is kept, it closes. */
static void
test_libcurl_keeps_no_more_than_allowed(void **state)
{
	struct fetch_settings fetch = { .kept_max = 2 + 2 };
	struct scene s;
	struct sample a;

	(void)state;
	set_up(&s, &fetch, 3, HTTP_ENGINE_CURL, "rx ; ok up ; loop");
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < s.count; i++) {
			a = ask(s.w, s.t[i], 5000, false);
			expect_sample(&a, SAMPLE_OK, NULL);
		}
	assert_int_equal(fetch_counts(s.w->fetch)->connects, 1 + 1 + 3);
	tear_down(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_so_many_are_for_connections),
		cmocka_unit_test(test_it_is_said_one_past_the_limit),
		cmocka_unit_test(test_no_more_are_opened_than_allowed),
		cmocka_unit_test(test_a_kept_one_gives_way),
		cmocka_unit_test(test_libcurl_keeps_no_more_than_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
