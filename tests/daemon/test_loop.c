/* Timers of a loop: in order, in time, and without memory of their own. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/loop.h"
#include "tests/unit/test.h"

#define TIMERS 1000
#define PATIENCE_MS 20000

/* What was called, in order. */
struct book {
	struct loop *loop;
	char text[512];
	size_t length;
	size_t wanted; /* then the loop stops */
};

struct mark {
	struct book *book;
	struct loop_queue_node node;
	struct loop_timer *timer;
	char name;
};

static void
note(void *arg)
{
	struct mark *m = arg;
	struct book *b = m->book;

	b->text[b->length++] = m->name;
	if (b->length == b->wanted)
		loop_stop(b->loop);
}

static void
give_up(void *arg)
{
	(void)arg;
	fail_msg("it never came");
}

static void
run(struct book *b, size_t wanted)
{
	struct loop_timer *patience = loop_timer_new(b->loop, give_up, NULL);

	assert_non_null(patience);
	loop_timer_start(patience, PATIENCE_MS);
	b->wanted = wanted;
	assert_true(loop_run(b->loop));
	loop_timer_free(patience);
	b->text[b->length] = '\0';
}

static void
burn(int64_t ms)
{
	int64_t until_us = loop_clock_us() + ms * 1000;

	while (loop_clock_us() < until_us)
		;
}

/*
 * R1: one that silently never came would be a question that never ends, and
 * a probe that is never asked again.
 */
static void
a_timer_needs_no_memory_to_start(void **state)
{
	struct book b = { .loop = loop_new() };
	struct mark marks[TIMERS];
	size_t used_bytes;

	(void)state;
	for (int i = 0; i < TIMERS; i++) {
		marks[i] = (struct mark){ .book = &b, .name = 'x' };
		marks[i].timer = loop_timer_new(b.loop, note, &marks[i]);
		assert_non_null(marks[i].timer);
	}
	used_bytes = mallinfo2().uordblks;
	for (int i = 0; i < TIMERS; i++)
		loop_timer_start(marks[i].timer, 1000 + i % 7);
	for (int i = 3; i < TIMERS; i++)
		loop_timer_stop(marks[i].timer);
	for (int i = 0; i < 3; i++)
		loop_timer_start(marks[i].timer, 3 - i);
	for (int i = 0; i < 3; i++)
		marks[i].name = (char)('a' + i);
	assert_int_equal(mallinfo2().uordblks, used_bytes);
	run(&b, 3);
	assert_string_equal(b.text, "cba");
	for (int i = 0; i < TIMERS; i++) {
		assert_false(loop_timer_runs(marks[i].timer));
		loop_timer_free(marks[i].timer);
	}
	loop_free(b.loop);
}

/* To the microsecond not earlier, and in the order in which they were set. */
static void
timers_come_in_order_and_never_early(void **state)
{
	static const int delays_ms[] = { 9, 3, 27, 0, 3, 14, 1, 9 };
	struct book b = { .loop = loop_new() };
	struct mark marks[ARRAY_LEN(delays_ms)];
	int64_t from_us = loop_clock_us();
	int64_t from_ms = loop_now_ms(b.loop);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(delays_ms); i++) {
		marks[i] = (struct mark){ .book = &b, .name = (char)('a' + i) };
		marks[i].timer = loop_timer_new(b.loop, note, &marks[i]);
		loop_timer_start(marks[i].timer, delays_ms[i]);
	}
	run(&b, ARRAY_LEN(delays_ms));
	assert_string_equal(b.text, "dgbeahfc");
	assert_true(loop_clock_us() - from_us >= 27000);
	assert_true(loop_now_ms(b.loop) - from_ms >= 27);
	for (size_t i = 0; i < ARRAY_LEN(delays_ms); i++)
		loop_timer_free(marks[i].timer);
	loop_free(b.loop);
}

static void
a_queue_is_first_come_first_served(void **state)
{
	struct book b = { .loop = loop_new() };
	struct loop_queue *q = loop_queue_of(b.loop, 5);
	struct mark marks[5];

	(void)state;
	assert_ptr_equal(q, loop_queue_of(b.loop, 5));
	assert_ptr_not_equal(q, loop_queue_of(b.loop, 6));
	assert_ptr_not_equal(q, loop_queue_of(b.loop, 4));
	assert_ptr_equal(q, loop_queue_of(b.loop, 5));
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		marks[i] = (struct mark){ .book = &b, .name = (char)('a' + i) };
		assert_false(loop_queue_runs(&marks[i].node));
		loop_queue_stop(&marks[i].node); /* it stands still */
		loop_queue_start(q, &marks[i].node, note, &marks[i]);
		assert_true(loop_queue_runs(&marks[i].node));
	}
	loop_queue_start(q, &marks[0].node, note, &marks[0]); /* again */
	loop_queue_stop(&marks[2].node);
	run(&b, 4);
	assert_string_equal(b.text, "bdea");
	assert_false(loop_queue_runs(&marks[0].node));
	loop_free(b.loop);
}

static void
durations_that_are_worked_out_are_few(void **state)
{
	static const int64_t rows[][2] = { { -5, 0 }, { 0, 0 }, { 1, 1 },
		{ 15, 15 }, { 16, 16 }, { 17, 18 }, { 31, 32 }, { 32, 32 },
		{ 33, 36 }, { 1000, 1024 }, { 1025, 1152 },
		{ 86400000, 92274688 } };
	struct loop *loop = loop_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_ptr_equal(loop_queue_about(loop, rows[i][0]),
		    loop_queue_of(loop, rows[i][1]));
	loop_free(loop);
}

/* The last one standing frees all others, and itself. */
struct doomed {
	struct loop_queue_node node;
	struct doomed *next;
	struct book *book;
};

static void
free_all(void *arg)
{
	struct doomed *d = arg;
	struct book *book = d->book;

	while (d != NULL) {
		struct doomed *next = d->next;

		loop_queue_stop(&d->node);
		free(d);
		d = next;
	}
	book->length++;
	loop_stop(book->loop);
}

static void
a_callback_may_free_all_of_its_queue(void **state)
{
	struct book b = { .loop = loop_new() };
	struct loop_queue *q = loop_queue_of(b.loop, 1);
	struct doomed *first = NULL, *all[20];

	(void)state;
	for (size_t i = ARRAY_LEN(all); i-- > 0;) {
		all[i] = calloc(1, sizeof(*all[i]));
		assert_non_null(all[i]);
		all[i]->book = &b;
		all[i]->next = first;
		first = all[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		loop_queue_start(q, &all[i]->node, free_all, all[i]);
	run(&b, 99);
	assert_int_equal(b.length, 1);
	loop_free(b.loop);
}

static void
again(void *arg)
{
	struct mark *m = arg;

	loop_queue_start(loop_queue_of(m->book->loop, 0), &m->node, again, m);
	loop_soon(m->book->loop, note, m);
}

/* One that starts itself again and again does not keep others from theirs. */
static void
no_duration_is_the_next_turn(void **state)
{
	struct book b = { .loop = loop_new() };
	struct mark marks[] = { { .book = &b, .name = 'a' },
		{ .book = &b, .name = 'b' }, { .book = &b, .name = 'c' } };

	(void)state;
	loop_soon(b.loop, note, &marks[1]);
	loop_soon(b.loop, note, &marks[2]);
	again(&marks[0]);
	assert_int_equal(b.length, 0);
	run(&b, 6);
	assert_string_equal(b.text, "bcaaaa");
	loop_queue_stop(&marks[0].node);
	loop_free(b.loop); /* and what was to come soon */
}

struct mail {
	struct mark mark;
	int fd;
	struct loop_watch *watch;
};

static void
on_mail(void *arg, bool readable, bool writable)
{
	struct mail *m = arg;
	uint64_t count;

	(void)writable;
	assert_true(readable);
	assert_int_equal(read(m->fd, &count, sizeof(count)), sizeof(count));
	note(&m->mark);
}

static void
pause_here(void *arg)
{
	burn(30);
	note(arg);
}

/* Both in one turn: what is here is read before a deadline is called. */
static void
an_answer_comes_before_its_deadline(void **state)
{
	struct book b = { .loop = loop_new() };
	struct mark first = { .book = &b, .name = 'p' };
	struct mark deadline = { .book = &b, .name = 'd' };
	struct mail m = { .mark = { .book = &b, .name = 'm' },
		.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
	uint64_t one = 1;

	(void)state;
	loop_queue_start(
	    loop_queue_of(b.loop, 0), &first.node, pause_here, &first);
	loop_queue_start(
	    loop_queue_of(b.loop, 10), &deadline.node, note, &deadline);
	m.watch = loop_watch_new(b.loop, m.fd, on_mail, &m, false, true);
	loop_watch_change(m.watch, true, false);
	burn(1);
	run(&b, 1);
	assert_int_equal(write(m.fd, &one, sizeof(one)), sizeof(one));
	run(&b, 3);
	assert_string_equal(b.text, "pmd");
	loop_watch_free(m.watch);
	(void)close(m.fd);
	loop_free(b.loop);
}

#define MAILS 300

/* Of all that is ready, more than libevent asks for at once. */
static void
all_answers_come_before_their_deadline(void **state)
{
	struct book b = { .loop = loop_new() };
	struct mark deadline = { .book = &b, .name = 'd' };
	struct mail *mails = calloc(MAILS, sizeof(*mails));

	(void)state;
	assert_non_null(mails);
	for (size_t i = 0; i < MAILS; i++) {
		struct mail *m = &mails[i];

		m->mark = (struct mark){ .book = &b, .name = 'm' };
		m->fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
		m->watch =
		    loop_watch_new(b.loop, m->fd, on_mail, m, true, false);
		assert_non_null(m->watch);
	}
	loop_queue_start(
	    loop_queue_of(b.loop, 1), &deadline.node, note, &deadline);
	burn(2);
	run(&b, MAILS + 1);
	assert_int_equal(b.text[MAILS], 'd');
	for (size_t i = 0; i < MAILS; i++) {
		loop_watch_free(mails[i].watch);
		(void)close(mails[i].fd);
	}
	free(mails);
	loop_free(b.loop);
}

static void
look_late(void *arg)
{
	struct mark *m = arg;

	assert_int_equal(loop_late_ms(m->book->loop), 0);
	burn(LOOP_LATE_MS + 10);
	assert_true(loop_late_ms(m->book->loop) >= LOOP_LATE_MS + 10);
	note(m);
}

/* What a long turn took is known during it, and ever after. */
static void
a_late_turn_is_counted(void **state)
{
	struct book b = { .loop = loop_new() };
	struct mark m = { .book = &b, .name = 'x' };
	int64_t late_ms;

	(void)state;
	loop_soon(b.loop, look_late, &m);
	run(&b, 1);
	late_ms = loop_late_ms(b.loop);
	assert_true(late_ms >= LOOP_LATE_MS + 10);
	assert_true(loop_lag(b.loop)->max_us >= (LOOP_LATE_MS + 10) * 1000);
	loop_soon(b.loop, note, &m);
	run(&b, 2);
	assert_true(loop_lag(b.loop)->count >= 2);
	loop_free(b.loop);
}

static void
no_bound_is_passed_unseen(void **state)
{
	struct lateness l = { .count = 0 };
	struct text page = text_new(10000);

	(void)state;
	lateness_note(&l, -5);
	lateness_note(&l, 500);
	lateness_note(&l, 501);
	lateness_note(&l, 5000000);
	lateness_note(&l, 5000001);
	assert_int_equal(l.count, 5);
	assert_int_equal(l.max_us, 5000001);
	assert_int_equal(lateness_quantile_us(&l, 0.4), 500);
	assert_int_equal(lateness_quantile_us(&l, 0.41), 1000);
	assert_int_equal(lateness_quantile_us(&l, 0.8), 5000000);
	assert_int_equal(lateness_quantile_us(&l, 1), 5000001);
	lateness_write(&l, &page, "x", "Late.");
	assert_non_null(
	    strstr(text_str(&page), "x_seconds_bucket{le=\"0.0005\"} 2\n"));
	assert_non_null(
	    strstr(text_str(&page), "x_seconds_bucket{le=\"5\"} 4\n"));
	assert_non_null(
	    strstr(text_str(&page), "x_seconds_bucket{le=\"+Inf\"} 5\n"));
	assert_non_null(strstr(text_str(&page), "x_seconds_count 5\n"));
	assert_non_null(strstr(text_str(&page), "x_max_seconds 5.000001\n"));
	text_free(&page);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timer_needs_no_memory_to_start),
		cmocka_unit_test(timers_come_in_order_and_never_early),
		cmocka_unit_test(a_queue_is_first_come_first_served),
		cmocka_unit_test(durations_that_are_worked_out_are_few),
		cmocka_unit_test(a_callback_may_free_all_of_its_queue),
		cmocka_unit_test(no_duration_is_the_next_turn),
		cmocka_unit_test(an_answer_comes_before_its_deadline),
		cmocka_unit_test(all_answers_come_before_their_deadline),
		cmocka_unit_test(a_late_turn_is_counted),
		cmocka_unit_test(no_bound_is_passed_unseen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
