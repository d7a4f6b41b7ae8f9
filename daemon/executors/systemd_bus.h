/*
 * systemd_bus.h - asks PID 1, and hears how its jobs end.
 *
 * It waits, but never past the deadline, nor once somebody wants us to stop.
 * A connection that is lost is made again; whether what was asked on it was
 * heard then nobody knows.
 */
#ifndef DAEMON_EXECUTORS_SYSTEMD_BUS_H
#define DAEMON_EXECUTORS_SYSTEMD_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-bus.h>

#include "base/error.h"

#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_JOB_BYTES 128
#define SYSTEMD_WORD_BYTES 32
#define SYSTEMD_ENDED_MAX 16 /* jobs whose end is remembered */

/* A job that has ended. */
struct systemd_ended {
	char job[SYSTEMD_JOB_BYTES];
	char result[SYSTEMD_WORD_BYTES];
};

/* Private but for the two that are given. */
struct systemd_bus {
	int64_t deadline_ms; /* on CLOCK_BOOTTIME */
	int stop;            /* readable once we are to stop */
	sd_bus *bus;
	bool is_stopped;
	unsigned ended_count; /* since the beginning */
	struct systemd_ended ended[SYSTEMD_ENDED_MAX];
};

enum systemd_answer {
	SYSTEMD_ANSWERED,
	SYSTEMD_REFUSED, /* with the reason: nothing was done */
	SYSTEMD_GONE,    /* what was asked about is not there */
	SYSTEMD_LOST,    /* heard or not, nobody knows */
	SYSTEMD_UNASKED, /* it was never sent */
};

/* Time is up, or we are to stop: then the reason, and nothing goes on. */
bool systemd_is_over(struct systemd_bus *b, struct error *why);

/*
 * A question to one of PID 1's objects, arguments as in
 * sd_bus_message_append().  The reply is the caller's to unref; NULL: it is
 * not wanted.
 */
enum systemd_answer systemd_ask(struct systemd_bus *b, const char *path,
    const char *interface, const char *member, sd_bus_message **reply,
    struct error *why, const char *types, ...);

/* Until something has come, at most so long. */
void systemd_wait(struct systemd_bus *b, int64_t wait_ms);

/* How the job has ended; NULL: it has not, or not that we heard. */
const char *systemd_ended(const struct systemd_bus *b, const char *job);

void systemd_close(struct systemd_bus *b);

#endif
