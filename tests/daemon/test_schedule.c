/*
 * When probes are asked, and when the daemon doubts its own clock.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/test.h"

#include "base/digest.h"
#include "daemon/life.h"
#include "daemon/poller.h"

#define ENTRIES 400
#define INTERVAL_MS 200
#define PATIENCE_MS 20000

static void
test_due_is_the_phase_of_each_interval(void **state)
{
	static const struct {
		int64_t now_ms, interval_ms;
		double phase;
		int64_t due_ms;
	} rows[] = {
		{ 0, 1000, 0.0, 1000 },
		{ 1, 1000, 0.0, 1000 },
		{ 999, 1000, 0.0, 1000 },
		{ 1000, 1000, 0.0, 2000 },
		{ 1000, 1000, 0.25, 1250 },
		{ 1249, 1000, 0.25, 1250 },
		{ 1250, 1000, 0.25, 2250 },
		{ 100, 1000, 0.5, 500 },
		{ 86400000, 86400000, 0.999, 172713600 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(poller_due_ms(rows[i].now_ms,
				     rows[i].interval_ms, rows[i].phase),
		    rows[i].due_ms);
}

/* As many names as probes: no tenth of the interval is crowded or empty. */
static void
test_names_spread_over_the_interval(void **state)
{
	unsigned tenths[10] = { 0 };
	char name[32];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(name, sizeof(name), "service-%d/health", i);
		tenths[(int)(digest_fraction(name) * 10)]++;
	}
	for (int i = 0; i < 10; i++) {
		assert_in_range(tenths[i], 900, 1100);
	}
}

static void
test_phases_lie_on_the_grid(void **state)
{
	(void)state;
	assert_int_equal(schedule_offset_ms(1000, 0.0), 0);
	assert_int_equal(schedule_offset_ms(1000, 0.0049), 0);
	assert_int_equal(schedule_offset_ms(1000, 0.005), 5);
	assert_int_equal(schedule_offset_ms(1000, 0.9999), 995);
	assert_int_equal(schedule_offset_ms(86400000, 0.999), 86313600);
}

static void
test_a_pause_and_a_moved_clock_are_seen(void **state)
{
	(void)state;
	/* expected, by boot time, by the wall */
	assert_int_equal(life_tilt_ms(500, 500, 500), 0);
	assert_int_equal(life_tilt_ms(500, 2600, 2600), 2100);
	assert_int_equal(life_tilt_ms(500, 500, 3600500), 3600000);
	assert_int_equal(life_tilt_ms(500, 500, -3599500), 3600000);
	assert_true(life_tilt_ms(500, 2500, 2500) <= TILT_MS);
	assert_true(life_tilt_ms(500, 2501, 2501) > TILT_MS);
}

/* A schedule, and what was its turn when. */
struct stage;

struct entry {
	struct stage *stage;
	struct schedule_ring *ring;
	uint32_t offset_ms;
	unsigned turns;
	int64_t at_ms; /* of the last one */
	void (*also)(struct entry *e);
};

struct stage {
	struct loop *loop;
	struct schedule *schedule;
	struct loop_timer *patience;
	struct entry entries[ENTRIES];
	unsigned turns;
	unsigned wanted;
};

static void
on_due(void *entry)
{
	struct entry *e = entry;
	struct stage *s = e->stage;

	e->turns++;
	e->at_ms = loop_boot_us() / 1000;
	if (e->also != NULL)
		e->also(e);
	if (++s->turns == s->wanted)
		loop_stop(s->loop);
}

static void
give_up(void *arg)
{
	(void)arg;
	fail_msg("nobody had a turn");
}

static int
set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->loop = loop_new();
	s->schedule = schedule_new(s->loop, on_due);
	s->patience = loop_timer_new(s->loop, give_up, NULL);
	*state = s;
	return 0;
}

static void
take_out(struct entry *e)
{
	if (e->ring == NULL)
		return;
	schedule_remove(e->ring, e->offset_ms, e);
	schedule_leave(e->ring);
	e->ring = NULL;
}

static int
tear_down(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < ENTRIES; i++)
		take_out(&s->entries[i]);
	schedule_free(s->schedule);
	loop_timer_free(s->patience);
	loop_free(s->loop);
	free(s);
	return 0;
}

static struct entry *
put_in(struct stage *s, size_t i, int64_t interval_ms, uint32_t offset_ms)
{
	struct entry *e = &s->entries[i];

	e->stage = s;
	e->offset_ms = offset_ms;
	e->ring = schedule_join(s->schedule, interval_ms);
	assert_non_null(e->ring);
	schedule_add(e->ring, offset_ms, e);
	return e;
}

static void
run_turns(struct stage *s, unsigned turns)
{
	s->wanted = s->turns + turns;
	loop_timer_start(s->patience, PATIENCE_MS);
	assert_true(loop_run(s->loop));
	loop_timer_stop(s->patience);
}

static void
burn(int64_t ms)
{
	int64_t until_us = loop_clock_us() + ms * 1000;

	while (loop_clock_us() < until_us)
		;
}

/* Each once in each interval, at its moment and not before. */
static void
test_each_has_its_turn_at_its_moment(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < ENTRIES; i++)
		put_in(s, i, INTERVAL_MS,
		    schedule_offset_ms(INTERVAL_MS, (double)i / ENTRIES));
	run_turns(s, 3 * ENTRIES);
	for (size_t i = 0; i < ENTRIES; i++) {
		struct entry *e = &s->entries[i];
		int64_t late_ms = (e->at_ms - e->offset_ms) % INTERVAL_MS;

		assert_in_range(e->turns, 3 - 1, 3 + 1);
		assert_in_range(late_ms, 0, INTERVAL_MS - 1);
		assert_true(
		    schedule_due_ms(e->ring, e->offset_ms, e) > e->at_ms);
		assert_true(schedule_due_ms(e->ring, e->offset_ms, e) <=
		    e->at_ms + INTERVAL_MS + SCHEDULE_SPAN_MAX_MS);
	}
	assert_true(schedule_lateness(s->schedule)->count >= 3 * ENTRIES);
}

static unsigned
moments(struct stage *s, size_t count)
{
	int64_t at_ms[ENTRIES];
	unsigned different = 0;

	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		at_ms[i] = s->entries[i].at_ms -
		    s->entries[i].at_ms % SCHEDULE_GRID_MS;
		while (at_ms[k] != at_ms[i])
			k++;
		different += k == i;
	}
	return different;
}

/* Few at long intervals share a wake-up, many have the grid's own. */
static void
test_few_are_woken_up_for_together(void **state)
{
	static const struct {
		size_t count;
		int64_t interval_ms;
		unsigned least, most;
	} rows[] = {
		{ 40, 200, 5, 16 },   /* 20 ms, which is a tenth of it */
		{ 80, 160, 8, 24 },   /* 10 ms: more would be too much of it */
		{ 400, 200, 10, 30 }, /* 10 ms: those are 20 together */
	};
	struct stage *s = *state;

	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		size_t count = rows[row].count;

		for (size_t i = 0; i < count; i++)
			put_in(s, i, rows[row].interval_ms,
			    schedule_offset_ms(rows[row].interval_ms,
				(double)i / (double)count));
		run_turns(s, 2 * (unsigned)count);
		assert_in_range(
		    moments(s, count), rows[row].least, rows[row].most);
		for (size_t i = 0; i < count; i++)
			take_out(&s->entries[i]);
	}
}

static void
test_rings_do_not_mind_each_other(void **state)
{
	struct stage *s = *state;
	struct entry *fast = put_in(s, 0, 20, 5);
	struct entry *slow = put_in(s, 1, 100, 5);

	run_turns(s, 60);
	assert_in_range(fast->turns, 48, 52);
	assert_in_range(slow->turns, 8, 12);
	take_out(fast);
	fast->turns = 0;
	run_turns(s, 2);
	assert_int_equal(fast->turns, 0);
}

/* Also one whose memory is used again at once. */
static void
test_who_has_left_has_no_turn(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < ENTRIES; i++)
		put_in(s, i, 100, 10 * (uint32_t)(i % 10));
	for (size_t i = 0; i < ENTRIES; i += 2)
		take_out(&s->entries[i]); /* not sorted in yet */
	run_turns(s, ENTRIES / 2);
	for (size_t i = 1; i < ENTRIES; i += 4)
		take_out(&s->entries[i]);
	for (size_t i = 0; i < ENTRIES; i++)
		s->entries[i].turns = 0;
	put_in(s, 1, 100, 10);
	run_turns(s, ENTRIES / 4 + 1);
	for (size_t i = 0; i < ENTRIES; i++)
		if (s->entries[i].ring == NULL)
			assert_int_equal(s->entries[i].turns, 0);
		else
			assert_in_range(s->entries[i].turns, 1, 2);
}

static void
leave_all(struct entry *e)
{
	struct stage *s = e->stage;

	for (size_t i = 0; i < ENTRIES; i++)
		take_out(&s->entries[i]);
}

static void
move(struct entry *e)
{
	take_out(e);
	put_in(e->stage, (size_t)(e - e->stage->entries), 20, 10);
}

/* The ring goes with the last of them, while it is gone through. */
static void
test_one_that_has_its_turn_may_take_out_all(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < 20; i++)
		put_in(s, i, 50, 5)->also = i == 0 ? leave_all : move;
	run_turns(s, 1);
	if (s->entries[0].turns == 0)
		run_turns(s, 60);
	assert_int_equal(s->entries[0].turns, 1);
	for (size_t i = 0; i < 20; i++)
		assert_null(s->entries[i].ring);
	put_in(s, 0, 50, 5)->also = NULL;
	run_turns(s, 2);
	assert_int_equal(s->entries[0].turns, 3);
}

static void
be_slow(struct entry *e)
{
	burn(3 * INTERVAL_MS);
	e->also = NULL;
}

/* What is overdue comes once; whole rounds are left out and counted. */
static void
test_a_late_loop_catches_up_once(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < 10; i++)
		put_in(s, i, INTERVAL_MS, SCHEDULE_SPAN_MAX_MS * (uint32_t)i);
	run_turns(s, 10);
	s->entries[0].also = be_slow;
	for (unsigned round = 1; round <= 3; round++) {
		for (size_t i = 0; i < 10; i++)
			assert_in_range(s->entries[i].turns, round, round + 1);
		run_turns(s, 10);
	}
	assert_in_range(schedule_missed(s->schedule), 20, 40);
	assert_true(
	    schedule_lateness(s->schedule)->max_us > 2 * INTERVAL_MS * 1000);
}

static void
count_turns_of_the_loop(struct entry *e)
{
	burn(e->stage->turns == 0 ? 20 : 0);
}

/* So many at once, and then what descriptors have is read. */
static void
test_a_crowd_is_let_in_by_and_by(void **state)
{
	struct stage *s = *state;
	uint64_t before;

	for (size_t i = 0; i < ENTRIES; i++)
		put_in(s, i, INTERVAL_MS, 100)->also = count_turns_of_the_loop;
	before = loop_lag(s->loop)->count;
	run_turns(s, ENTRIES);
	assert_true(
	    loop_lag(s->loop)->count - before >= ENTRIES / SCHEDULE_AT_ONCE);
	for (size_t i = 0; i < ENTRIES; i++)
		assert_int_equal(s->entries[i].turns, 1);
}

/* After a suspend: as if all that is overdue had been asked. */
static void
test_what_is_overdue_can_be_left_out(void **state)
{
	struct stage *s = *state;
	struct entry *e = put_in(s, 0, INTERVAL_MS, 40);
	int64_t now_ms;

	run_turns(s, 1);
	burn(INTERVAL_MS + 20);
	now_ms = loop_boot_us() / 1000;
	assert_true(schedule_due_ms(e->ring, 40, e) <= now_ms);
	schedule_skip(e->ring);
	assert_true(schedule_due_ms(e->ring, 40, e) > now_ms);
	run_turns(s, 1);
	assert_true(e->at_ms > now_ms);
	assert_int_equal(
	    (e->at_ms - 40) / INTERVAL_MS - (now_ms - 40) / INTERVAL_MS, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due_is_the_phase_of_each_interval),
		cmocka_unit_test(test_names_spread_over_the_interval),
		cmocka_unit_test(test_phases_lie_on_the_grid),
		cmocka_unit_test(test_a_pause_and_a_moved_clock_are_seen),
#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
		STAGED(test_each_has_its_turn_at_its_moment),
		STAGED(test_few_are_woken_up_for_together),
		STAGED(test_rings_do_not_mind_each_other),
		STAGED(test_who_has_left_has_no_turn),
		STAGED(test_one_that_has_its_turn_may_take_out_all),
		STAGED(test_a_late_loop_catches_up_once),
		STAGED(test_a_crowd_is_let_in_by_and_by),
		STAGED(test_what_is_overdue_can_be_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
