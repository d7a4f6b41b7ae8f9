#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "daemon/ask/asking.h"
#include "daemon/ask/dial.h"
#include "probe/host_port.h"
#include "probe/tcp_judge.h"

/*
 * Looking may take long where a regular expression is bad: one that drips is
 * looked at after each byte only at first, then ever more rarely.
 */
#define LOOKS_AT_FIRST 64

struct ask_tcp {
	struct asking asking;
	const struct tcp_settings *settings;
	struct tcp_judge *judge;
	struct host_port place;
	struct dial *dial;
	struct loop_watch *watch;
	int fd;
	double dialed_ms, heard_ms; /* since the question was put */
	size_t sent_bytes;
	char *bytes; /* max_bytes, while there is something to read */
	size_t length;
	size_t looked_at;
	unsigned looks;
};

static struct ask_tcp *
of(struct asking *a)
{
	return (struct ask_tcp *)a;
}

static void
stop(struct asking *asking)
{
	struct ask_tcp *a = of(asking);

	dial_stop(a->dial);
	loop_watch_free(a->watch);
	a->watch = NULL;
	if (a->fd >= 0)
		(void)close(a->fd); /* the answer is in */
	a->fd = -1;
	free(a->bytes);
	a->bytes = NULL;
}

static void
settle(struct ask_tcp *a, const struct probe_verdict *v)
{
	if (a->length > 0)
		a->asking.sample.phases.transfer_ms =
		    asking_elapsed_ms(&a->asking) - a->heard_ms;
	asking_settle(&a->asking, v);
}

/* Is it time to look once more? */
static bool
is_due(const struct ask_tcp *a)
{
	return a->looks < LOOKS_AT_FIRST ||
	    a->length >= a->looked_at + a->looked_at / 8;
}

static bool
look(struct ask_tcp *a, bool is_whole)
{
	struct probe_verdict v;

	a->looks++;
	a->looked_at = a->length;
	if (!tcp_judge_look(a->judge, a->bytes, a->length, is_whole, &v))
		return false;
	settle(a, &v);
	return true;
}

/* What came before the reset may be good all the same. */
static void
broken(struct ask_tcp *a, int code)
{
	const struct failure reset = { SAMPLE_FAILED,
		a->length > 0 ? "body.reset" : "connect.reset" };

	if (a->length > 0 && look(a, false))
		return;
	asking_fail(&a->asking, &reset, strerror(code));
}

static void
read_some(struct ask_tcp *a)
{
	size_t room = (size_t)a->settings->expect.max_bytes - a->length;
	ssize_t n = recv(a->fd, a->bytes + a->length, room, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		broken(a, errno);
		return;
	}
	if (n == 0) {
		(void)look(a, true);
		return;
	}
	if (a->length == 0) {
		a->heard_ms = asking_elapsed_ms(&a->asking);
		a->asking.sample.phases.first_byte_ms =
		    a->heard_ms - a->dialed_ms;
	}
	a->length += (size_t)n;
	if ((size_t)n == room || is_due(a))
		(void)look(a, false);
}

static void
all_is_said(struct ask_tcp *a)
{
	const struct probe_verdict fine = { .outcome = SAMPLE_OK };

	if (!tcp_judge_reads(a->judge)) {
		settle(a, &fine);
		return;
	}
	loop_watch_change(a->watch, true, false);
}

static void
write_some(struct ask_tcp *a)
{
	static const struct failure reset = { SAMPLE_FAILED, "connect.reset" };
	const char *words = a->settings->send == NULL ? "" : a->settings->send;
	size_t left = strlen(words) - a->sent_bytes;
	ssize_t n = 0;

	if (left > 0)
		n = send(a->fd, words + a->sent_bytes, left, MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		asking_fail(&a->asking, &reset, strerror(errno));
		return;
	}
	a->sent_bytes += (size_t)n;
	if ((size_t)n == left)
		all_is_said(a);
}

static void
on_ready(void *arg, bool readable, bool writable)
{
	struct ask_tcp *a = arg;

	if (readable)
		read_some(a);
	else if (writable)
		write_some(a);
}

static void
on_dialed(void *arg, int fd, const struct failure *failure, const char *words)
{
	struct ask_tcp *a = arg;
	struct sample_phases *phases = &a->asking.sample.phases;

	if (fd < 0) {
		asking_fail(&a->asking, failure, words);
		return;
	}
	a->fd = fd;
	a->dialed_ms = asking_elapsed_ms(&a->asking);
	phases->resolve_ms = dial_resolved_ms(a->dial) - a->asking.sent_ms;
	phases->connect_ms = a->dialed_ms - phases->resolve_ms;
	if (tcp_judge_reads(a->judge)) {
		a->bytes = malloc((size_t)a->settings->expect.max_bytes);
		if (a->bytes == NULL) {
			asking_fail(&a->asking, &asking_no_memory, "");
			return;
		}
	}
	a->watch = loop_watch_new(a->asking.loop, fd, on_ready, a, false, true);
	if (a->watch == NULL)
		asking_fail(&a->asking, &asking_no_memory, "");
	else
		write_some(a);
}

/* A last look: it may have been rarely looked at. */
static void
time_is_up(struct asking *asking, struct probe_verdict *v)
{
	struct ask_tcp *a = of(asking);
	struct failure failure = dial_timeout(a->dial);

	if (a->fd >= 0)
		failure = timeout_failure(
		    a->length > 0 ? PHASE_TRANSFER : PHASE_FIRST_BYTE);
	if (a->length > 0 &&
	    tcp_judge_look(a->judge, a->bytes, a->length, false, v))
		return;
	*v = asking_verdict(&failure, "no answer in time");
}

static bool
ask(struct asker *self, int64_t timeout_ms, bool fresh, asker_done *done,
    void *arg)
{
	struct ask_tcp *a = (struct ask_tcp *)self;

	(void)fresh; /* each is */
	if (!asking_begin(&a->asking, timeout_ms, done, arg))
		return false;
	a->sent_bytes = a->length = a->looked_at = 0;
	a->looks = 0;
	dial_start(a->dial, &a->place, a->settings->allow_local);
	return true;
}

static void
resettle(struct asker *self, const struct probe_settings *settings)
{
	struct ask_tcp *a = (struct ask_tcp *)self;

	a->settings = settings->settings;
	tcp_judge_resettle(a->judge, &a->settings->expect);
}

static void
release(struct asker *self)
{
	struct ask_tcp *a = (struct ask_tcp *)self;

	asking_close(&a->asking);
	dial_free(a->dial);
	tcp_judge_free(a->judge);
	free(a);
}

static const struct asker_ops ops = {
	.ask = ask,
	.is_busy = asking_is_busy,
	.resettle = resettle,
	.release = release,
};

static const struct asking_ops asking_ops = {
	.time_is_up = time_is_up,
	.stop = stop,
};

struct asker *
ask_tcp_new(const struct asker_wish *wish, struct error *err)
{
	struct ask_tcp *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		(void)error_set(
		    err, "no memory for probe %s", wish->settings->name);
		return NULL;
	}
	a->fd = -1;
	a->settings = wish->settings->settings;
	a->dial = dial_new(wish->tools->loop, wish->tools->fetch, on_dialed, a);
	if (a->dial == NULL ||
	    !asking_init(&a->asking, wish->tools->loop, &ops, &asking_ops)) {
		(void)error_set(
		    err, "no memory for probe %s", wish->settings->name);
		goto failed;
	}
	a->judge = tcp_judge_new(&a->settings->expect, err);
	if (a->judge != NULL &&
	    host_port_parse(a->settings->address, &a->place, err))
		return &a->asking.base;
failed:
	release(&a->asking.base);
	return NULL;
}
