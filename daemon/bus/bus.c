#include "daemon/bus/bus.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SYSTEM_BUS "unix:path=/run/dbus/system_bus_socket"
/* One turn of the loop takes no more, whatever is sent to us. */
#define MESSAGES_A_TURN 64

struct bus {
	struct loop *loop;
	char *address;
	bus_changed *changed;
	void *arg;
	sd_bus *sd; /* NULL: to be connected when the timer says so */
	int fd;
	struct loop_watch *watch;
	struct loop_timer *turn; /* more to do, or a time limit */
	struct loop_timer *retry;
	int64_t retry_ms;
	bool is_up;
	struct error trouble;
};

static void
forget(struct bus *b)
{
	loop_watch_free(b->watch);
	b->watch = NULL;
	b->fd = -1;
	loop_timer_stop(b->turn);
	b->sd = sd_bus_close_unref(b->sd);
}

static void
lose(struct bus *b, int code)
{
	bool was_up = b->is_up;

	b->is_up = false;
	forget(b);
	(void)error_set(
	    &b->trouble, "no connection to the bus: %s", strerror(code));
	loop_timer_start(b->retry, b->retry_ms);
	b->retry_ms *= 2;
	if (b->retry_ms > BUS_RETRY_MAX_MS)
		b->retry_ms = BUS_RETRY_MAX_MS;
	if (was_up)
		b->changed(b->arg, false);
}

static int64_t
monotonic_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
arm_timer(struct bus *b)
{
	uint64_t at_us;
	int64_t left_us;

	loop_timer_stop(b->turn);
	if (sd_bus_get_timeout(b->sd, &at_us) <= 0 || at_us > INT64_MAX)
		return;
	left_us = (int64_t)at_us - monotonic_us();
	loop_timer_start(b->turn, left_us > 0 ? left_us / 1000 + 1 : 0);
}

static void on_descriptor(void *arg, bool readable, bool writable);

/* False when it must be given up, with the errno. */
static bool
arm(struct bus *b, int *code)
{
	int fd = sd_bus_get_fd(b->sd);
	int events = sd_bus_get_events(b->sd);

	if (fd < 0 || events < 0) {
		*code = fd < 0 ? -fd : -events;
		return false;
	}
	if (fd != b->fd) {
		loop_watch_free(b->watch);
		b->fd = fd;
		b->watch =
		    loop_watch_new(b->loop, fd, on_descriptor, b, true, false);
	}
	if (b->watch == NULL) {
		*code = ENOMEM;
		return false;
	}
	loop_watch_change(
	    b->watch, (events & POLLIN) != 0, (events & POLLOUT) != 0);
	arm_timer(b);
	return true;
}

static void
take_turn(void *arg)
{
	struct bus *b = arg;
	int n = 1, code = ECONNRESET;

	for (int i = 0; i < MESSAGES_A_TURN && n > 0; i++)
		n = sd_bus_process(b->sd, NULL);
	if (n < 0 || sd_bus_is_open(b->sd) <= 0) {
		lose(b, n < 0 ? -n : code);
		return;
	}
	if (!arm(b, &code)) {
		lose(b, code);
		return;
	}
	if (n > 0)
		loop_timer_start(b->turn, 0);
	if (b->is_up || sd_bus_is_ready(b->sd) <= 0)
		return;
	b->is_up = true;
	b->retry_ms = BUS_RETRY_MIN_MS;
	b->changed(b->arg, true);
}

static void
on_descriptor(void *arg, bool readable, bool writable)
{
	(void)readable;
	(void)writable;
	take_turn(arg);
}

static int
begin(struct bus *b)
{
	int code = sd_bus_new(&b->sd);

	if (code >= 0)
		code = sd_bus_set_address(b->sd, b->address);
	if (code >= 0)
		code = sd_bus_set_bus_client(b->sd, true);
	if (code >= 0)
		code =
		    sd_bus_set_method_call_timeout(b->sd, BUS_ANSWER_MS * 1000);
	if (code >= 0)
		code = sd_bus_start(b->sd);
	return code;
}

static void
connect_now(void *arg)
{
	struct bus *b = arg;
	int code = begin(b);

	if (code < 0)
		lose(b, -code);
	else
		take_turn(b);
}

struct bus *
bus_new(struct loop *loop, const char *address, bus_changed *changed, void *arg)
{
	struct bus *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->loop = loop;
	b->changed = changed;
	b->arg = arg;
	b->fd = -1;
	b->retry_ms = BUS_RETRY_MIN_MS;
	b->address = strdup(address == NULL ? SYSTEM_BUS : address);
	b->turn = loop_timer_new(loop, take_turn, b);
	b->retry = loop_timer_new(loop, connect_now, b);
	if (b->address == NULL || b->turn == NULL || b->retry == NULL) {
		bus_free(b);
		return NULL;
	}
	(void)error_set(&b->trouble, "not connected to the bus yet");
	loop_timer_start(b->retry, 0);
	return b;
}

void
bus_free(struct bus *b)
{
	if (b == NULL)
		return;
	loop_watch_free(b->watch);
	loop_timer_free(b->turn);
	loop_timer_free(b->retry);
	(void)sd_bus_close_unref(b->sd);
	free(b->address);
	free(b);
}

bool
bus_is_up(const struct bus *b, struct error *err)
{
	return b->is_up || error_set(err, "%s", b->trouble.text);
}

sd_bus *
bus_connection(struct bus *b)
{
	return b->sd;
}

void
bus_push(struct bus *b)
{
	if (b->sd != NULL)
		loop_timer_start(b->turn, 0);
}
