#include "daemon/ask/commands.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <sys/random.h>

#include "base/ulid.h"
#include "daemon/loop.h"

/* Until a spawner that is busy, or not there, is tried again. */
#define AGAIN_MS 50

struct command_run {
	TAILQ_ENTRY(command_run) link;
	struct commands *commands;
	const struct strings *command;
	int64_t timeout_ms;
	struct command_callbacks callbacks;
	bool is_running;
	bool is_dropped;
};

TAILQ_HEAD(runs, command_run);

struct commands {
	struct steps *steps;
	struct loop_timer *pump;
	struct runs waiting;
	struct runs running;
	unsigned count; /* that run */
};

static void
on_ran(void *arg, const struct helper_result *result)
{
	struct command_run *r = arg;
	struct commands *c = r->commands;
	struct command_callbacks callbacks = r->callbacks;
	bool is_dropped = r->is_dropped;

	TAILQ_REMOVE(&c->running, r, link);
	c->count--;
	free(r);
	if (!TAILQ_EMPTY(&c->waiting))
		loop_timer_start(c->pump, 0);
	if (!is_dropped)
		callbacks.ran(callbacks.arg, result);
}

static bool
start(struct command_run *r)
{
	const char *argv[HELPER_ARGUMENTS_MAX + 1] = { NULL };
	char id[ULID_BYTES];
	uint8_t random[10];

	for (size_t i = 0; i < r->command->count && i < HELPER_ARGUMENTS_MAX;
	     i++)
		argv[i] = r->command->items[i];
	/* No other process of this host may carry the same mark. */
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return false;
	ulid_make((uint64_t)loop_wall_ms(), random, id);
	return steps_run(r->commands->steps, id, argv, r->timeout_ms,
	    COMMANDS_KILL_GRACE_MS, on_ran, r);
}

static void
on_pump(void *arg)
{
	struct commands *c = arg;
	struct command_run *r;

	while ((r = TAILQ_FIRST(&c->waiting)) != NULL &&
	    c->count < COMMANDS_AT_ONCE) {
		if (!start(r)) {
			loop_timer_start(c->pump, AGAIN_MS);
			return;
		}
		TAILQ_REMOVE(&c->waiting, r, link);
		TAILQ_INSERT_TAIL(&c->running, r, link);
		r->is_running = true;
		c->count++;
		r->callbacks.started(r->callbacks.arg);
	}
}

struct commands *
commands_new(struct loop *loop, struct steps *steps)
{
	struct commands *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->steps = steps;
	TAILQ_INIT(&c->waiting);
	TAILQ_INIT(&c->running);
	c->pump = loop_timer_new(loop, on_pump, c);
	if (c->pump != NULL)
		return c;
	free(c);
	return NULL;
}

static void
free_runs(struct runs *runs)
{
	struct command_run *r;

	while ((r = TAILQ_FIRST(runs)) != NULL) {
		TAILQ_REMOVE(runs, r, link);
		free(r);
	}
}

void
commands_free(struct commands *c)
{
	if (c == NULL)
		return;
	free_runs(&c->waiting);
	free_runs(&c->running);
	loop_timer_free(c->pump);
	free(c);
}

struct command_run *
commands_run(struct commands *c, const struct strings *command,
    int64_t timeout_ms, bool is_urgent,
    const struct command_callbacks *callbacks)
{
	struct command_run *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->commands = c;
	r->command = command;
	r->timeout_ms = timeout_ms;
	r->callbacks = *callbacks;
	if (is_urgent)
		TAILQ_INSERT_HEAD(&c->waiting, r, link);
	else
		TAILQ_INSERT_TAIL(&c->waiting, r, link);
	if (!loop_timer_runs(c->pump))
		loop_timer_start(c->pump, 0);
	return r;
}

void
command_run_drop(struct command_run *r)
{
	if (r == NULL)
		return;
	if (r->is_running) {
		r->is_dropped = true;
		return;
	}
	TAILQ_REMOVE(&r->commands->waiting, r, link);
	free(r);
}

void
command_run_resettle(struct command_run *r, const struct strings *command)
{
	r->command = command;
}
