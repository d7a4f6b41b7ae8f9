/*
 * What it costs to start questions at their moments, and how late they are:
 * all of one interval from the ring of a schedule, and each with a timer of
 * its own in the loop's heap.  Nothing is asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/digest.h"
#include "daemon/schedule.h"

#define RUN_MS 5000

struct entry {
	struct bench *bench;
	struct loop_timer *timer; /* NULL: in the ring */
	uint32_t offset_ms;
};

struct bench {
	struct loop *loop;
	struct schedule *schedule;
	int64_t interval_ms;
	struct entry *entries;
	size_t count;
	uint64_t starts;
	struct lateness lateness; /* of those with a timer */
};

static void
on_turn(void *entry)
{
	struct entry *e = entry;

	e->bench->starts++;
}

static void
sleep_until_turn(struct entry *e)
{
	int64_t now_us = loop_boot_us();
	int64_t interval_us = e->bench->interval_ms * 1000;
	int64_t since_us = (now_us - e->offset_ms * 1000) % interval_us;

	loop_timer_start_us(e->timer, interval_us - since_us);
}

static void
on_timer(void *entry)
{
	struct entry *e = entry;
	int64_t interval_us = e->bench->interval_ms * 1000;

	e->bench->starts++;
	lateness_note(&e->bench->lateness,
	    (loop_boot_us() - e->offset_ms * 1000) % interval_us);
	sleep_until_turn(e);
}

static void
on_end(void *loop)
{
	loop_stop(loop);
}

static double
cpu_us(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void
fill(struct bench *b, bool has_timers)
{
	char name[64];

	for (size_t i = 0; i < b->count; i++) {
		struct entry *e = &b->entries[i];

		(void)snprintf(name, sizeof(name), "service-%zu/health", i);
		e->bench = b;
		e->offset_ms =
		    schedule_offset_ms(b->interval_ms, digest_fraction(name));
		if (has_timers) {
			e->timer = loop_timer_new(b->loop, on_timer, e);
			if (e->timer == NULL)
				abort();
			sleep_until_turn(e);
			continue;
		}
		schedule_add(schedule_join(b->schedule, b->interval_ms),
		    e->offset_ms, e);
	}
}

static void
run(size_t count, int64_t interval_ms, bool has_timers)
{
	struct bench b = {
		.loop = loop_new(), .interval_ms = interval_ms, .count = count
	};
	struct loop_timer *end = loop_timer_new(b.loop, on_end, b.loop);
	const struct lateness *late;
	double filled_us, used_us;

	b.schedule = schedule_new(b.loop, on_turn);
	b.entries = calloc(count, sizeof(*b.entries));
	if (b.schedule == NULL || b.entries == NULL || end == NULL)
		abort();
	filled_us = cpu_us();
	fill(&b, has_timers);
	used_us = cpu_us();
	loop_timer_start(end, RUN_MS);
	(void)loop_run(b.loop);
	late = has_timers ? &b.lateness : schedule_lateness(b.schedule);
	printf("schedule %zu at %lld ms, %s: %.2f us CPU a start, "
	       "%.0f us to add one; late p50 <= %.1f, p99 <= %.1f, "
	       "worst %.1f ms; %llu missed\n",
	    count, (long long)interval_ms,
	    has_timers ? "a timer each" : "one ring",
	    (cpu_us() - used_us) / (double)b.starts,
	    (used_us - filled_us) / (double)count,
	    (double)lateness_quantile_us(late, 0.5) / 1e3,
	    (double)lateness_quantile_us(late, 0.99) / 1e3,
	    (double)late->max_us / 1e3,
	    (unsigned long long)schedule_missed(b.schedule));
	/* The end of the process frees the rest. */
}

int
main(int argc, char *argv[])
{
	static const struct {
		size_t count;
		int64_t interval_ms;
	} rows[] = { { 1000, 1000 }, { 10000, 1000 }, { 100000, 10000 },
		{ 100000, 1000 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (argc < 2 || strcmp(argv[1], "ring") == 0)
			run(rows[i].count, rows[i].interval_ms, false);
		if (argc < 2 || strcmp(argv[1], "timers") == 0)
			run(rows[i].count, rows[i].interval_ms, true);
	}
	return 0;
}
