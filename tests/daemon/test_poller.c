/*
 * Rechecks: when they come, what they are called, and that they are few; and
 * turns that pass without a question.
 */
#include <stdlib.h>

#include "daemon/poller.h"
#include "probe/tcp_settings.h"
#include "tests/daemon/asking.h"

#define INTERVAL_MS 600
#define RECHECK_MS 30
#define HEARD_MAX 64

/* Asks a port that nobody listens at, or one where nobody answers. */
struct stage {
	struct world *w;
	struct schedule *schedule;
	struct poller *p;
	struct tcp_settings tcp;
	struct probe_settings settings;
	char address[32];
	struct peer peer;
	bool has_peer;
	struct sample heard[HEARD_MAX];
	size_t count, wanted;
	size_t rechecks_max; /* so many in a row are asked for */
	size_t rechecks;
	unsigned rests; /* turns to leave out after each */
};

static void
on_sample(void *arg, const struct sample *sample)
{
	struct stage *s = arg;

	assert_true(s->count < HEARD_MAX);
	s->heard[s->count++] = *sample;
	s->rechecks = sample->is_recheck ? s->rechecks + 1 : 0;
	if (s->rechecks < s->rechecks_max)
		poller_recheck(s->p);
	poller_rest(s->p, s->rests);
	if (s->count == s->wanted)
		loop_stop(s->w->loop);
}

static int
set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->w = world_new(NULL);
	s->schedule = schedule_new(s->w->loop, poller_due);
	(void)snprintf(s->address, sizeof(s->address), "127.0.0.1:1");
	s->tcp = (struct tcp_settings){ .address = s->address,
		.expect = { .max_bytes = 100 } };
	s->settings = (struct probe_settings){ .name = "queue",
		.kind = &probe_tcp,
		.settings = &s->tcp,
		.interval_ms = INTERVAL_MS,
		.timeout_ms = 200,
		.recheck_ms = RECHECK_MS };
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct stage *s = *state;

	poller_free(s->p);
	schedule_free(s->schedule);
	world_free(s->w);
	if (s->has_peer) {
		peer_stop(&s->peer);
		peer_forget(&s->peer);
	}
	free(s);
	return 0;
}

static void
hang(struct stage *s)
{
	const char *script[] = { "hang", NULL };

	s->peer = peer_start("peer", script);
	s->has_peer = true;
	s->tcp.expect.contains = "never";
	(void)snprintf(s->address, sizeof(s->address), "127.0.0.1:%u",
	    (unsigned)s->peer.port);
}

static void
start(struct stage *s)
{
	const struct ask_tools tools = { .loop = s->w->loop,
		.fetch = s->w->fetch,
		.schedule = s->schedule };
	const struct poller_wish wish = { .owner = "shop",
		.settings = &s->settings };
	struct error err = { "" };

	s->p = poller_new(&tools, &wish, on_sample, s, &err);
	if (s->p == NULL)
		fail_msg("%s", err.text);
	poller_start(s->p);
}

static void
hear(struct stage *s, size_t count)
{
	s->wanted = s->count + count;
	loop_timer_start(s->w->guard, GUARD_MS);
	assert_true(loop_run(s->w->loop));
	loop_timer_stop(s->w->guard);
}

static int64_t
apart_ms(const struct stage *s, size_t first, size_t second)
{
	return s->heard[second].asked_ms - s->heard[first].asked_ms;
}

static void
test_two_rechecks_lie_between_two_in_turn(void **state)
{
	struct stage *s = *state;

	s->rechecks_max = 2;
	start(s);
	hear(s, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(s->heard[i].is_recheck, i % 3 != 0);
	assert_true(apart_ms(s, 0, 1) >= RECHECK_MS);
	assert_true(apart_ms(s, 1, 2) >= RECHECK_MS);
	/* The questions in turn are where they were. */
	assert_true(apart_ms(s, 0, 3) >= INTERVAL_MS / 2);
}

static void
test_turns_may_pass_without_a_question(void **state)
{
	struct stage *s = *state;

	s->rests = 2;
	start(s);
	hear(s, 2);
	assert_true(apart_ms(s, 0, 1) > 2 * INTERVAL_MS);
	assert_int_equal(poller_asked(s->p), 2);
	assert_int_equal(poller_skipped(s->p), 0);
	/* Until it is said otherwise: then the next one counts. */
	s->rests = 0;
	poller_rest(s->p, 0);
	hear(s, 1);
	assert_true(apart_ms(s, 1, 2) < 2 * INTERVAL_MS);
}

static void
test_without_the_option_there_are_none(void **state)
{
	struct stage *s = *state;

	s->settings.recheck_ms = 0;
	s->rechecks_max = 2;
	start(s);
	hear(s, 2);
	assert_false(s->heard[1].is_recheck);
	assert_true(apart_ms(s, 0, 1) >= INTERVAL_MS / 2);
}

/* It hangs past its turn: one sample, and not a recheck. */
static void
test_one_under_way_at_its_turn_stands_for_it(void **state)
{
	struct stage *s = *state;

	hang(s);
	s->settings.interval_ms = 2000;
	s->settings.timeout_ms = 1000;
	s->settings.recheck_ms = 400;
	s->rechecks_max = 1;
	start(s);
	hear(s, 2);
	/* Asked some 1400 ms after the first, for a second. */
	assert_true(apart_ms(s, 0, 1) < s->settings.interval_ms);
	assert_false(s->heard[1].is_recheck);
	assert_int_equal(poller_asked(s->p), 1);
	assert_int_equal(poller_skipped(s->p), 0);
}

static void
on_end(void *loop)
{
	loop_stop(loop);
}

static void
test_one_that_is_stopped_asks_no_more(void **state)
{
	struct stage *s = *state;
	struct loop_timer *end;

	s->rechecks_max = 10;
	start(s);
	hear(s, 2);
	poller_stop(s->p);
	poller_recheck(s->p);
	s->wanted = HEARD_MAX;
	end = loop_timer_new(s->w->loop, on_end, s->w->loop);
	loop_timer_start(end, INTERVAL_MS + RECHECK_MS);
	assert_true(loop_run(s->w->loop));
	loop_timer_free(end);
	assert_int_equal(s->count, 2);
}

/* Each in turn earns a share: a storm of them is held to that. */
static void
test_too_many_at_once_are_left_out(void **state)
{
	struct stage *s = *state;
	unsigned taken = 0;

	while (schedule_take_extra(s->schedule))
		taken++;
	assert_int_equal(taken, SCHEDULE_EXTRA_MAX);
	assert_int_equal(schedule_refused(s->schedule), 1);
	s->rechecks_max = 10;
	start(s);
	hear(s, SCHEDULE_EXTRA_SHARE);
	for (size_t i = 0; i < SCHEDULE_EXTRA_SHARE; i++)
		assert_false(s->heard[i].is_recheck);
	hear(s, 1);
	assert_true(s->heard[SCHEDULE_EXTRA_SHARE].is_recheck);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
		STAGED(test_two_rechecks_lie_between_two_in_turn),
		STAGED(test_turns_may_pass_without_a_question),
		STAGED(test_without_the_option_there_are_none),
		STAGED(test_one_under_way_at_its_turn_stands_for_it),
		STAGED(test_one_that_is_stopped_asks_no_more),
		STAGED(test_too_many_at_once_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
