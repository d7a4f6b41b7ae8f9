/*
 * Connections that their servers have closed: to close them as well takes
 * longer than to notice, so that ten thousand at once would stop the loop.
 * After the first of a turn they are set aside, and closed a few at a time.
 */
#include <stdlib.h>
#include <unistd.h>

#include "daemon/fetch/lean_impl.h"

#define AT_ONCE 32 /* of a turn */
#define BATCH 100  /* and then so many */
#define BATCH_MS 5
#define FIRST_COUNT 256

static void
close_last(struct fetch *f)
{
	f->lean_open--;
	(void)close(f->dead[--f->dead_count]); /* nothing is left in it */
}

static void
on_timer(void *arg)
{
	struct fetch *f = arg;

	for (unsigned i = 0; i < BATCH && f->dead_count > 0; i++)
		close_last(f);
	if (f->dead_count > 0) {
		loop_timer_start(f->dead_timer, BATCH_MS);
		return;
	}
	free(f->dead);
	f->dead = NULL;
	f->dead_capacity = 0;
}

static bool
make_room(struct fetch *f)
{
	size_t capacity =
	    f->dead_capacity == 0 ? FIRST_COUNT : 2 * f->dead_capacity;
	int *dead;

	if (f->dead_count < f->dead_capacity)
		return true;
	if (f->dead_timer == NULL)
		f->dead_timer = loop_timer_new(f->loop, on_timer, f);
	if (f->dead_timer == NULL)
		return false;
	dead = realloc(f->dead, capacity * sizeof(*dead));
	if (dead == NULL)
		return false;
	f->dead = dead;
	f->dead_capacity = capacity;
	return true;
}

/* Public functions */

bool
lean_set_aside(struct fetch *f, int fd)
{
	int64_t now_ms = loop_now_ms(f->loop);

	if (now_ms != f->dead_ms) {
		f->dead_ms = now_ms;
		f->dead_in_turn = 0;
	}
	if (f->dead_in_turn++ < AT_ONCE || !make_room(f))
		return false;
	f->dead[f->dead_count++] = fd;
	if (!loop_timer_runs(f->dead_timer))
		loop_timer_start(f->dead_timer, BATCH_MS);
	return true;
}

bool
lean_close_dead(struct fetch *f)
{
	if (f->dead_count == 0)
		return false;
	close_last(f);
	return true;
}

void
lean_free_dead(struct fetch *f)
{
	while (f->dead_count > 0)
		close_last(f);
	loop_timer_free(f->dead_timer);
	free(f->dead);
}
