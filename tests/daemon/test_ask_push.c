/* Heartbeats through a poller: what becomes a sample, and when. */
#include <math.h>

#include "tests/daemon/asking.h"

#include "daemon/poller.h"
#include "probe/push.h"
#include "probe/push_settings.h"

#define SAMPLES_MAX 64

struct heard {
	struct world *w;
	struct poller *p;
	struct schedule *schedule;
	struct sample samples[SAMPLES_MAX];
	double values[SAMPLES_MAX];
	unsigned count;
	unsigned wanted;
};

static void
on_polled(void *arg, const struct sample *s)
{
	struct heard *h = arg;

	assert_true(h->count < SAMPLES_MAX);
	h->samples[h->count] = *s;
	h->values[h->count] = s->value_count > 0 ? s->values[0] : (double)NAN;
	if (++h->count == h->wanted)
		loop_stop(h->w->loop);
}

static struct heard *
listen_for(const struct probe_settings *settings)
{
	struct heard *h = calloc(1, sizeof(*h));
	struct ask_tools tools;
	struct poller_wish wish = { .owner = "shop", .settings = settings };
	struct error err = { "" };

	h->w = world_new(NULL);
	h->schedule = schedule_new(h->w->loop, poller_due);
	tools = (struct ask_tools){ .loop = h->w->loop,
		.fetch = h->w->fetch,
		.schedule = h->schedule };
	h->p = poller_new(&tools, &wish, on_polled, h, &err);
	assert_non_null(h->p);
	return h;
}

static void
forget(struct heard *h)
{
	poller_free(h->p);
	schedule_free(h->schedule);
	world_free(h->w);
	free(h);
}

static void
wait_for_samples(struct heard *h, unsigned count)
{
	h->wanted = count;
	if (h->count >= count)
		return;
	loop_timer_start(h->w->guard, GUARD_MS);
	assert_true(loop_run(h->w->loop));
	loop_timer_stop(h->w->guard);
}

static void
beat(struct heard *h, bool failed, double value)
{
	struct beat b = { .at_ms = loop_now_ms(h->w->loop),
		.failed = failed,
		.has_value = !isnan(value),
		.value = value };

	assert_true(poller_beat(h->p, &b));
}

static const struct push_settings by_default = { .grace_ms = 0 };
static const struct push_settings patient = { .grace_ms = 400 };
static const struct probe_settings often = { .name = "nightly",
	.interval_ms = 200,
	.timeout_ms = 100,
	.kind = &probe_push,
	.settings = &by_default };
static const struct probe_settings late = { .name = "nightly",
	.interval_ms = 200,
	.timeout_ms = 100,
	.kind = &probe_push,
	.settings = &patient };
static const struct probe_settings seldom = { .name = "nightly",
	.interval_ms = 60000,
	.timeout_ms = 5000,
	.kind = &probe_push,
	.settings = &by_default };

static void
test_a_beat_is_told_at_once_while_a_poll_waits(void **state)
{
	struct heard *h = listen_for(&often);
	int64_t at_ms;

	(void)state;
	poller_start(h->p);
	let_pass(h->w, 210); /* the first poll was due by now, and waits */
	assert_int_equal(h->count, 0);
	at_ms = loop_now_ms(h->w->loop);
	beat(h, false, 7.5);
	wait_for_samples(h, 1);
	expect_sample(&h->samples[0], SAMPLE_OK, NULL);
	assert_int_equal(h->samples[0].asked_ms, at_ms);
	assert_int_equal(h->samples[0].answered_ms, at_ms);
	assert_true(h->values[0] == 7.5);
	/* And not by the next poll. */
	assert_int_equal(poller_asked(h->p), 1);
	forget(h);
}

static void
test_many_beats_are_one_sample_an_interval(void **state)
{
	struct heard *h = listen_for(&often);
	int64_t began_ms;

	(void)state;
	poller_start(h->p);
	began_ms = loop_now_ms(h->w->loop);
	for (int i = 0; i < 100; i++) {
		beat(h, i == 50, (double)NAN);
		let_pass(h->w, 5);
	}
	/* One each time it is due, and one more. */
	assert_true(h->count >= 2);
	assert_true(h->count <= (loop_now_ms(h->w->loop) - began_ms) / 200 + 1);
	/* The failed one is among them, though 49 good ones followed. */
	wait_for_samples(h, h->count + 1);
	for (unsigned i = 0, bad = 0; i < h->count; i++) {
		bad += h->samples[i].outcome == SAMPLE_FAILED &&
		    strcmp(h->samples[i].failure, "push.failed") == 0;
		if (i + 1 == h->count)
			assert_int_equal(bad, 1);
	}
	forget(h);
}

static void
test_a_missing_beat_fails_again_each_interval(void **state)
{
	struct heard *h = listen_for(&often);
	int64_t began_ms;

	(void)state;
	poller_start(h->p);
	began_ms = loop_now_ms(h->w->loop);
	wait_for_samples(h, 3);
	for (unsigned i = 0; i < 3; i++)
		expect_sample(&h->samples[i], SAMPLE_FAILED, "push.missing");
	/* Not before interval and grace are over. */
	assert_true(h->samples[0].answered_ms - began_ms >= 300);
	assert_int_equal(h->samples[1].asked_ms, h->samples[0].answered_ms);
	assert_true(
	    h->samples[2].answered_ms - h->samples[1].answered_ms >= 190);
	beat(h, false, (double)NAN);
	wait_for_samples(h, 4);
	expect_sample(&h->samples[3], SAMPLE_OK, NULL);
	assert_true(isnan(h->values[3]));
	forget(h);
}

static void
test_grace_is_how_late_it_may_be(void **state)
{
	struct heard *h = listen_for(&late);
	int64_t began_ms;

	(void)state;
	poller_start(h->p);
	began_ms = loop_now_ms(h->w->loop);
	wait_for_samples(h, 1);
	expect_sample(&h->samples[0], SAMPLE_FAILED, "push.missing");
	assert_true(h->samples[0].answered_ms - began_ms >= 600);
	forget(h);
}

/* C2: what was not heard while nobody listened is not missing. */
static void
test_a_pause_gives_the_whole_time_again(void **state)
{
	struct heard *h = listen_for(&often);
	int64_t woke_ms;

	(void)state;
	poller_start(h->p);
	let_pass(h->w, 250);
	poller_wake(h->p);
	woke_ms = loop_now_ms(h->w->loop);
	wait_for_samples(h, 1);
	expect_sample(&h->samples[0], SAMPLE_FAILED, "push.missing");
	assert_true(h->samples[0].answered_ms - woke_ms >= 300);
	forget(h);
}

/* What the loop had no time to read may be there all the same. */
static void
test_our_own_lag_is_no_silence(void **state)
{
	struct heard *h = listen_for(&often);

	(void)state;
	poller_start(h->p);
	let_pass(h->w, 210);
	assert_int_equal(usleep(500000), 0);
	let_pass(h->w, 20);
	assert_int_equal(h->count, 0);
	beat(h, false, (double)NAN);
	wait_for_samples(h, 1);
	expect_sample(&h->samples[0], SAMPLE_OK, NULL);
	forget(h);
}

static void
on_asked(void *arg, const struct sample *s)
{
	struct heard *h = arg;

	if (s != NULL)
		on_answer(h->w, s);
}

static void
test_by_hand_what_is_known_now(void **state)
{
	struct heard *h = listen_for(&seldom);
	int64_t at_ms;

	(void)state;
	poller_start(h->p);
	assert_true(poller_ask(h->p, false, on_asked, h));
	wait_for(h->w, 1);
	expect_sample(&h->w->last, SAMPLE_LOST, "push.not_yet");
	at_ms = loop_now_ms(h->w->loop);
	beat(h, true, (double)NAN);
	assert_true(poller_ask(h->p, false, on_asked, h));
	wait_for(h->w, 2);
	expect_sample(&h->w->last, SAMPLE_FAILED, "push.failed");
	assert_int_equal(h->w->last.answered_ms, at_ms);
	/* And again: asking by hand takes nothing away. */
	assert_true(poller_ask(h->p, false, on_asked, h));
	wait_for(h->w, 3);
	expect_sample(&h->w->last, SAMPLE_FAILED, "push.failed");
	assert_int_equal(h->count, 0);
	forget(h);
}

static void
test_a_fresh_answer_is_a_beat_to_come(void **state)
{
	struct heard *h = listen_for(&often);

	(void)state;
	poller_start(h->p);
	beat(h, false, (double)NAN);
	assert_true(poller_ask(h->p, true, on_asked, h));
	assert_false(poller_ask(h->p, true, on_asked, h));
	let_pass(h->w, 100);
	assert_int_equal(h->w->answers, 0);
	beat(h, false, 3);
	wait_for(h->w, 1);
	expect_sample(&h->w->last, SAMPLE_OK, NULL);
	assert_true(poller_ask(h->p, true, on_asked, h));
	wait_for(h->w, 2);
	expect_sample(&h->w->last, SAMPLE_FAILED, "push.missing");
	assert_true(h->w->last.answered_ms - h->w->last.asked_ms >= 300);
	forget(h);
}

static void
test_freed_while_waiting(void **state)
{
	struct heard *h = listen_for(&often);

	(void)state;
	poller_start(h->p);
	assert_true(poller_ask(h->p, true, on_asked, h));
	let_pass(h->w, 210);
	beat(h, false, (double)NAN); /* settled, and not told yet */
	poller_free(h->p);
	h->p = NULL;
	let_pass(h->w, 20);
	assert_int_equal(h->count, 0);
	assert_int_equal(h->w->answers, 0);
	forget(h);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_beat_is_told_at_once_while_a_poll_waits),
		cmocka_unit_test(test_many_beats_are_one_sample_an_interval),
		cmocka_unit_test(test_a_missing_beat_fails_again_each_interval),
		cmocka_unit_test(test_grace_is_how_late_it_may_be),
		cmocka_unit_test(test_a_pause_gives_the_whole_time_again),
		cmocka_unit_test(test_our_own_lag_is_no_silence),
		cmocka_unit_test(test_by_hand_what_is_known_now),
		cmocka_unit_test(test_a_fresh_answer_is_a_beat_to_come),
		cmocka_unit_test(test_freed_while_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
