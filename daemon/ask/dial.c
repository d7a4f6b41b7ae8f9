#include "daemon/ask/dial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "daemon/ask/asking.h"
#include "daemon/fetch/address.h"
#include "daemon/fetch/resolver.h"

/* From one address to the next while the first does not answer (RFC 8305). */
#define NEXT_MS 250

struct attempt {
	struct dial *dial;
	struct loop_watch *watch;
	int fd;
};

struct dial {
	struct loop *loop;
	struct fetch *fetch;
	struct resolver *resolver;
	bool is_counted; /* by fetch_take_dial() */
	dial_done *done;
	void *arg;
	struct loop_timer *next; /* until another address is tried */
	struct resolver_question *lookup;
	const struct host_port *place;
	bool may_be_local;
	double resolved_ms;            /* 0: not yet */
	struct resolver_answer answer; /* in the order of trying */
	size_t tried;
	size_t open;
	struct connect_attempts attempts;
	int best_errno; /* that says most */
	struct attempt items[RESOLVER_ADDRESSES_MAX];
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static void
attempt_close(struct attempt *a)
{
	if (a->fd < 0)
		return;
	loop_watch_free(a->watch);
	a->watch = NULL;
	(void)close(a->fd); /* nothing was written */
	a->fd = -1;
	a->dial->open--;
}

static void
halt(struct dial *d)
{
	resolver_cancel(d->lookup);
	d->lookup = NULL;
	loop_timer_stop(d->next);
	for (size_t i = 0; i < RESOLVER_ADDRESSES_MAX; i++)
		attempt_close(&d->items[i]);
}

static void
finish(struct dial *d, int fd, const struct failure *failure, const char *words)
{
	halt(d);
	d->done(d->arg, fd, failure, words);
}

/* What the target itself did says more than what lies between. */
static int
rank(int code)
{
	switch (code) {
	case 0:
		return 0;
	case ECONNREFUSED:
		return 5;
	case ECONNRESET:
	case ECONNABORTED:
		return 4;
	case ETIMEDOUT:
		return 3;
	case ENETUNREACH:
	case EHOSTUNREACH:
		return 1;
	default:
		return 2;
	}
}

static void
note(struct dial *d, int code)
{
	if (rank(code) > rank(d->best_errno))
		d->best_errno = code;
}

static socklen_t
make_address(const struct dial *d, size_t index, union address *a)
{
	const struct resolver_address *from = &d->answer.addresses[index];

	memset(a, 0, sizeof(*a));
	if (from->family == AF_INET) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons(d->place->port);
		a->v4.sin_addr = from->bytes.v4;
		return sizeof(a->v4);
	}
	a->v6.sin6_family = AF_INET6;
	a->v6.sin6_port = htons(d->place->port);
	a->v6.sin6_addr = from->bytes.v6;
	return sizeof(a->v6);
}

static void
on_writable(void *arg, bool readable, bool writable)
{
	struct attempt *a = arg;
	struct dial *d = a->dial;
	int code = 0, fd = a->fd;
	socklen_t length = sizeof(code);

	(void)readable;
	(void)writable;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length) != 0)
		code = errno;
	if (code == 0) {
		loop_watch_free(a->watch);
		a->watch = NULL;
		a->fd = -1;
		d->open--;
		finish(d, fd, NULL, "");
		return;
	}
	note(d, code);
	attempt_close(a);
	loop_timer_start(d->next, 0);
}

/* It came to nothing at once; does that say something of the target? */
static void
not_begun(struct dial *d, int code)
{
	note(d, code);
	switch (code) {
	case ECONNREFUSED:
	case ECONNRESET:
		d->attempts.made++;
		return;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case EACCES:
	case EPERM:
		d->attempts.unroutable++;
		return;
	default:
		d->attempts.starved++;
	}
}

/* False: there was nothing to wait for. */
static bool
try_address(struct dial *d, size_t index)
{
	struct attempt *a = &d->items[index];
	union address to;
	socklen_t length = make_address(d, index, &to);
	int on = 1;

	if (address_is_local(&to.any) && !d->may_be_local) {
		d->attempts.forbidden++;
		return false;
	}
	a->fd = socket(
	    to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (a->fd < 0) {
		/* A family that this host has not got is no route, too. */
		if (errno == EAFNOSUPPORT)
			d->attempts.unroutable++;
		else
			d->attempts.starved++;
		return false;
	}
	d->open++;
	(void)setsockopt(a->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(a->fd, &to.any, length) != 0 && errno != EINPROGRESS) {
		not_begun(d, errno);
		attempt_close(a);
		return false;
	}
	a->watch = loop_watch_new(d->loop, a->fd, on_writable, a, false, true);
	if (a->watch == NULL) {
		d->attempts.starved++;
		attempt_close(a);
		return false;
	}
	d->attempts.made++;
	return true;
}

static void
give_up(struct dial *d)
{
	const struct transfer_ending ending = {
		.code = CURLE_COULDNT_CONNECT,
		.os_errno = d->best_errno,
		.attempts = d->attempts,
	};
	struct failure failure = curl_failure(&ending);

	finish(d, -1, &failure,
	    d->best_errno == 0 ? d->place->host : strerror(d->best_errno));
}

static void
try_next(struct dial *d)
{
	while (d->tried < d->answer.count) {
		if (!try_address(d, d->tried++))
			continue;
		if (d->tried < d->answer.count)
			loop_timer_start(d->next, NEXT_MS);
		return;
	}
	loop_timer_stop(d->next);
	if (d->open == 0)
		give_up(d);
}

static void
on_next(void *arg)
{
	try_next(arg);
}

/* One of each family in turn, IPv6 first. */
static void
interleave(struct resolver_answer *to, const struct resolver_answer *from)
{
	size_t v6 = 0, v4 = 0;

	to->count = 0;
	while (to->count < from->count) {
		while (
		    v6 < from->count && from->addresses[v6].family != AF_INET6)
			v6++;
		if (v6 < from->count)
			to->addresses[to->count++] = from->addresses[v6++];
		while (
		    v4 < from->count && from->addresses[v4].family != AF_INET)
			v4++;
		if (v4 < from->count)
			to->addresses[to->count++] = from->addresses[v4++];
	}
}

static void
on_name(void *arg, const struct resolver_answer *answer)
{
	struct dial *d = arg;

	d->lookup = NULL;
	d->resolved_ms = asking_clock_ms();
	if (answer->status != RESOLVER_OK) {
		finish(d, -1, &name_failures[answer->status], d->place->host);
		return;
	}
	interleave(&d->answer, answer);
	try_next(d);
}

static void
use_literal(struct dial *d)
{
	struct resolver_address *a = &d->answer.addresses[0];

	d->resolved_ms = asking_clock_ms();
	d->answer.count = 1;
	a->family = AF_INET;
	if (inet_pton(AF_INET, d->place->host, &a->bytes.v4) != 1) {
		a->family = AF_INET6;
		(void)inet_pton(AF_INET6, d->place->host, &a->bytes.v6);
	}
	try_next(d);
}

struct dial *
dial_new(struct loop *loop, struct fetch *fetch, dial_done *done, void *arg)
{
	struct dial *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->loop = loop;
	d->fetch = fetch;
	d->resolver = fetch_resolver(fetch);
	d->done = done;
	d->arg = arg;
	for (size_t i = 0; i < RESOLVER_ADDRESSES_MAX; i++) {
		d->items[i].dial = d;
		d->items[i].fd = -1;
	}
	d->next = loop_timer_new(loop, on_next, d);
	if (d->next != NULL)
		return d;
	free(d);
	return NULL;
}

void
dial_free(struct dial *d)
{
	if (d == NULL)
		return;
	dial_stop(d);
	loop_timer_free(d->next);
	free(d);
}

void
dial_start(struct dial *d, const struct host_port *place, bool may_be_local)
{
	static const struct failure no_memory = { SAMPLE_LOST, "local.memory" };
	static const struct failure full = { SAMPLE_LOST, "local.connections" };
	const struct resolver_answer *known;

	d->place = place;
	d->may_be_local = may_be_local || place->is_literal ||
	    address_is_localhost(place->host);
	d->resolved_ms = 0;
	d->tried = 0;
	d->best_errno = 0;
	d->attempts = (struct connect_attempts){ .made = 0 };
	d->is_counted = fetch_take_dial(d->fetch);
	if (!d->is_counted) {
		finish(d, -1, &full, "too many are under way");
		return;
	}
	if (place->is_literal) {
		use_literal(d);
		return;
	}
	known = resolver_known(d->resolver, place->host);
	if (known != NULL) {
		on_name(d, known);
		return;
	}
	d->lookup = resolver_ask(d->resolver, place->host, on_name, d);
	if (d->lookup == NULL)
		finish(d, -1, &no_memory, "");
}

void
dial_stop(struct dial *d)
{
	halt(d);
	if (d->is_counted)
		fetch_give_dial(d->fetch);
	d->is_counted = false;
}

struct failure
dial_timeout(const struct dial *d)
{
	return d->resolved_ms > 0 ? connect_timeout_failure(&d->attempts) :
				    name_failures[RESOLVER_TIMEOUT];
}

double
dial_resolved_ms(const struct dial *d)
{
	return d->resolved_ms;
}
