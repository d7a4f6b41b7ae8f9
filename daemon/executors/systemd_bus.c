#include "daemon/executors/systemd_bus.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "daemon/host/host.h"

#define MANAGER SYSTEMD_NAME ".Manager"
#define RETRY_MS 200
#define CONNECT_MS 5000
#define US_PER_MS 1000

/* What is waited for. */
struct question {
	struct systemd_bus *b;
	sd_bus_message *reply;
};

static int
on_reply(sd_bus_message *m, void *arg, sd_bus_error *ignored)
{
	struct question *q = arg;

	(void)ignored;
	q->reply = sd_bus_message_ref(m);
	return 0;
}

static int
on_job_removed(sd_bus_message *m, void *arg, sd_bus_error *ignored)
{
	struct systemd_bus *b = arg;
	struct systemd_ended *e = &b->ended[b->ended_count % SYSTEMD_ENDED_MAX];
	const char *job, *unit, *result;
	uint32_t id;

	(void)ignored;
	if (sd_bus_message_read(m, "uoss", &id, &job, &unit, &result) < 0)
		return 0;
	(void)snprintf(e->job, sizeof(e->job), "%s", job);
	(void)snprintf(e->result, sizeof(e->result), "%s", result);
	b->ended_count++;
	return 0;
}

static bool
is_stop_wanted(struct systemd_bus *b, int64_t wait_ms)
{
	struct pollfd fd = { .fd = b->stop, .events = POLLIN };

	if (poll(&fd, 1, (int)wait_ms) > 0)
		b->is_stopped = true;
	return b->is_stopped;
}

static int64_t
left_ms(const struct systemd_bus *b)
{
	int64_t left = b->deadline_ms - host_boot_ms();

	return left < 0 ? 0 : left;
}

/* Its jobs are only told to those who asked for that. */
static bool
connect_to(struct systemd_bus *b)
{
	if (sd_bus_open_system(&b->bus) >= 0 &&
	    sd_bus_match_signal_async(b->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH,
		MANAGER, "JobRemoved", on_job_removed, NULL, b) >= 0 &&
	    sd_bus_call_method_async(b->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH,
		MANAGER, "Subscribe", NULL, NULL, NULL) >= 0)
		return true;
	systemd_close(b);
	return false;
}

/* A bus that is restarted comes back soon. */
static bool
be_connected(struct systemd_bus *b, struct error *why)
{
	int64_t until_ms = host_boot_ms() + CONNECT_MS;

	while (b->bus == NULL && !connect_to(b)) {
		if (systemd_is_over(b, why) || host_boot_ms() >= until_ms)
			return error_set(
			    why, "the system bus cannot be reached");
		(void)is_stop_wanted(b, RETRY_MS);
	}
	return true;
}

/* Waits for the bus or for a signal. */
static void
wait_for_bytes(struct systemd_bus *b, int64_t wait_ms)
{
	struct pollfd fds[] = {
		{ .fd = sd_bus_get_fd(b->bus) },
		{ .fd = b->stop, .events = POLLIN },
	};
	int events = sd_bus_get_events(b->bus);
	uint64_t until_us = UINT64_MAX;
	int64_t wait = wait_ms < left_ms(b) ? wait_ms : left_ms(b);

	fds[0].events = (short)(events < 0 ? 0 : events);
	/* sd-bus has times of its own, of the handshake for one. */
	if (sd_bus_get_timeout(b->bus, &until_us) >= 0 &&
	    until_us != UINT64_MAX && wait > RETRY_MS)
		wait = RETRY_MS;
	if (until_us == 0)
		wait = 0;
	if (poll(fds, 2, (int)wait) > 0 && fds[1].revents != 0)
		b->is_stopped = true;
}

/* One message, or a wait for one; false: the connection is lost. */
static bool
turn(struct systemd_bus *b, int64_t wait_ms)
{
	int done = sd_bus_process(b->bus, NULL);

	if (done < 0 || sd_bus_is_open(b->bus) <= 0)
		return false;
	if (done == 0)
		wait_for_bytes(b, wait_ms);
	return true;
}

static bool
is_among(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* What is not PID 1's own word: it may or may not have heard. */
static enum systemd_answer
judge_error(const sd_bus_error *e, struct error *why)
{
	static const char *const lost[] = { SD_BUS_ERROR_NO_REPLY,
		SD_BUS_ERROR_TIMEOUT, SD_BUS_ERROR_DISCONNECTED,
		"System.Error.ETIMEDOUT", "System.Error.ECONNRESET",
		"System.Error.ENOTCONN", "System.Error.EPIPE", NULL };
	static const char *const gone[] = { SD_BUS_ERROR_UNKNOWN_OBJECT,
		SYSTEMD_NAME ".NoSuchJob", NULL };

	(void)error_set(why, "%s", e->message == NULL ? e->name : e->message);
	if (is_among(e->name, lost))
		return SYSTEMD_LOST;
	return is_among(e->name, gone) ? SYSTEMD_GONE : SYSTEMD_REFUSED;
}

static enum systemd_answer
judge(struct question *q, sd_bus_message **reply, struct error *why)
{
	const sd_bus_error *e = sd_bus_message_get_error(q->reply);
	enum systemd_answer answer = SYSTEMD_ANSWERED;

	if (e != NULL)
		answer = judge_error(e, why);
	else if (reply != NULL)
		*reply = sd_bus_message_ref(q->reply);
	(void)sd_bus_message_unref(q->reply);
	return answer;
}

static enum systemd_answer
ask(struct systemd_bus *b, sd_bus_message *m, sd_bus_message **reply,
    struct error *why)
{
	struct question q = { .b = b };
	sd_bus_slot *slot = NULL;
	bool is_lost = false;

	if (sd_bus_call_async(b->bus, &slot, m, on_reply, &q,
		(uint64_t)left_ms(b) * US_PER_MS + 1) < 0) {
		(void)error_set(why, "the question could not be sent");
		systemd_close(b);
		return SYSTEMD_UNASKED;
	}
	while (q.reply == NULL && !is_lost && !systemd_is_over(b, why))
		is_lost = !turn(b, INT32_MAX);
	(void)sd_bus_slot_unref(slot);
	if (q.reply != NULL)
		return judge(&q, reply, why);
	if (is_lost) {
		(void)error_set(why, "the connection to PID 1 was lost");
		systemd_close(b);
	}
	return SYSTEMD_LOST;
}

/* Public functions */

bool
systemd_is_over(struct systemd_bus *b, struct error *why)
{
	if (b->is_stopped || is_stop_wanted(b, 0))
		(void)error_set(why, "it was told to stop");
	else if (left_ms(b) == 0)
		(void)error_set(why, "time is up");
	else
		return false;
	return true;
}

enum systemd_answer
systemd_ask(struct systemd_bus *b, const char *path, const char *interface,
    const char *member, sd_bus_message **reply, struct error *why,
    const char *types, ...)
{
	enum systemd_answer answer = SYSTEMD_UNASKED;
	sd_bus_message *m = NULL;
	va_list ap;
	int r;

	if (systemd_is_over(b, why) || !be_connected(b, why))
		return SYSTEMD_UNASKED;
	r = sd_bus_message_new_method_call(
	    b->bus, &m, SYSTEMD_NAME, path, interface, member);
	va_start(ap, types);
	if (r >= 0 && types != NULL)
		r = sd_bus_message_appendv(m, types, ap);
	va_end(ap);
	if (r >= 0)
		answer = ask(b, m, reply, why);
	else
		(void)error_set(why, "%s", strerror(-r));
	(void)sd_bus_message_unref(m);
	return answer;
}

void
systemd_wait(struct systemd_bus *b, int64_t wait_ms)
{
	if (b->bus == NULL)
		(void)is_stop_wanted(
		    b, wait_ms < RETRY_MS ? wait_ms : RETRY_MS);
	else if (!turn(b, wait_ms))
		systemd_close(b);
}

const char *
systemd_ended(const struct systemd_bus *b, const char *job)
{
	unsigned kept = b->ended_count < SYSTEMD_ENDED_MAX ? b->ended_count :
							     SYSTEMD_ENDED_MAX;

	for (unsigned i = 0; i < kept; i++)
		if (strcmp(b->ended[i].job, job) == 0)
			return b->ended[i].result;
	return NULL;
}

void
systemd_close(struct systemd_bus *b)
{
	b->bus = sd_bus_close_unref(b->bus);
}
