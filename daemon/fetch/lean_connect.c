/*
 * One address after the other, IPv6 and IPv4 in turn.  One that says no is
 * followed by the next at once; beside one that says nothing the next is tried
 * after a while, and after half of the time there is it gives way.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "daemon/fetch/address.h"
#include "daemon/fetch/lean_impl.h"

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
fill(union address *to, const struct resolver_address *from, uint16_t port)
{
	*to = (union address){ .any = { .sa_family = 0 } };
	memset(to, 0, sizeof(*to));
	if (from->family == AF_INET) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(port);
		to->v4.sin_addr = from->bytes.v4;
		return sizeof(to->v4);
	}
	to->v6.sin6_family = AF_INET6;
	to->v6.sin6_port = htons(port);
	to->v6.sin6_addr = from->bytes.v6;
	return sizeof(to->v6);
}

/* Addresses */

static bool
read_literal(const char *host, struct resolver_address *a)
{
	char digits[INET6_ADDRSTRLEN];
	size_t length = strlen(host);

	a->family = AF_INET;
	if (inet_pton(AF_INET, host, &a->bytes.v4) == 1)
		return true;
	a->family = AF_INET6;
	if (length < 2 || length - 2 >= sizeof(digits))
		return false;
	memcpy(digits, host + 1, length - 2);
	digits[length - 2] = '\0';
	return inet_pton(AF_INET6, digits, &a->bytes.v6) == 1;
}

static const struct resolver_address *
next_of(const struct resolver_answer *from, int family, size_t *at)
{
	while (*at < from->count && from->addresses[*at].family != family)
		(*at)++;
	return *at < from->count ? &from->addresses[(*at)++] : NULL;
}

static void
sort(struct lean_addresses *to, const struct resolver_answer *from)
{
	size_t v6 = 0, v4 = 0;
	const struct resolver_address *a, *b;

	do {
		a = next_of(from, AF_INET6, &v6);
		b = next_of(from, AF_INET, &v4);
		if (a != NULL)
			to->list[to->count++] = *a;
		if (b != NULL)
			to->list[to->count++] = *b;
	} while (a != NULL || b != NULL);
}

/* Attempts */

static bool
is_unroutable(int error)
{
	switch (error) {
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EACCES:
	case EPERM:
	case EINVAL: /* a route that leads into nothing */
		return true;
	default:
		return false;
	}
}

static int
open_socket(struct fetch *f, int family)
{
	int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
	int fd;

	if (!fetch_may_open(f)) {
		errno = EMFILE;
		return -1;
	}
	fd = socket(family, type, 0);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE) && lean_give_up(f))
		fd = socket(family, type, 0);
	return fd;
}

/* A family that this host has not got is no route, too. */
static void
note_no_socket(struct lean_work *w, int error)
{
	if (error == EAFNOSUPPORT)
		w->attempts.unroutable++;
	else
		w->attempts.starved++;
}

static void
note_refusal(struct fetch_target *t, int error)
{
	struct lean_work *w = &t->q->lean;

	if (is_unroutable(error)) {
		w->attempts.unroutable++;
		return;
	}
	w->attempts.made++;
	w->os_errno = error;
	t->fetch->counts.connects++;
}

/* 0, EINPROGRESS, or why not. */
static int
begin_connect(int fd, const struct sockaddr *to, socklen_t length)
{
	int error;

	if (connect(fd, to, length) == 0)
		return 0;
	error = errno;
	/* Without a port, or without an address of that family? */
	if (error == EADDRNOTAVAIL && !address_has_route(to, length))
		return ENETUNREACH;
	return error;
}

/* False: it is known already that it leads nowhere. */
static bool
try_address(struct fetch_target *t, const struct resolver_address *where)
{
	struct lean_work *w = &t->q->lean;
	struct lean_conn *c;
	union address to;
	socklen_t length = fill(&to, where, t->form->origin.port);
	int fd, error;

	if (address_is_local(&to.any) &&
	    !origin_may_be_local(&t->form->origin, t->form->settings)) {
		w->attempts.forbidden++;
		return false;
	}
	fd = open_socket(t->fetch, where->family);
	if (fd < 0) {
		note_no_socket(w, errno);
		return false;
	}
	error = begin_connect(fd, &to.any, length);
	if (error != 0 && error != EINPROGRESS) {
		(void)close(fd); /* nothing was sent */
		note_refusal(t, error);
		return false;
	}
	c = lean_conn_new(t, fd, error != 0);
	if (c == NULL) {
		(void)close(fd); /* nothing was sent */
		w->attempts.starved++;
		return false;
	}
	w->attempts.made++;
	t->fetch->counts.connects++;
	if (c->is_connecting)
		w->trying[w->trying[0] == NULL ? 0 : 1] = c;
	else
		w->conn = c;
	return true;
}

/* False: there is none left. */
static bool
try_next(struct fetch_target *t)
{
	struct lean_addresses *a = t->q->lean.addresses;

	while (a != NULL && a->next < a->count)
		if (try_address(t, &a->list[a->next++]))
			return true;
	return false;
}

static bool
is_one_left(const struct lean_work *w)
{
	return w->addresses != NULL && w->addresses->next < w->addresses->count;
}

static void
give_way(struct lean_work *w)
{
	lean_conn_close(w->trying[0]);
	w->trying[0] = w->trying[1];
	w->trying[1] = NULL;
}

static struct failure
failure_of(const struct fetch_target *t)
{
	const struct lean_work *w = &t->q->lean;
	const struct transfer_ending ending = {
		.code = CURLE_COULDNT_CONNECT,
		.os_errno = w->os_errno,
		.phase = PHASE_CONNECT,
		.attempts = w->attempts,
	};

	return curl_failure(&ending);
}

static const char *
words_of(const struct lean_work *w)
{
	return w->attempts.made > 0 ? strerror(w->os_errno) : "";
}

static void
wait_for_next(struct fetch_target *t)
{
	struct lean_work *w = &t->q->lean;
	int64_t delay_ms = NEXT_ADDRESS_MS;

	if (!is_one_left(w))
		return;
	if (w->trying[1] != NULL)
		delay_ms = question_left_ms(t->q) / 2;
	loop_timer_start(w->next_try, delay_ms);
}

static void
on_next(void *arg)
{
	struct fetch_question *q = arg;
	struct fetch *f = q->target->fetch;

	fetch_enter(f);
	if (q->lean.trying[1] != NULL)
		give_way(&q->lean);
	(void)try_next(q->target); /* the other one is under way */
	if (q->lean.conn != NULL)
		lean_connected(q->target);
	else
		wait_for_next(q->target);
	fetch_leave(f);
}

static bool
remember(struct fetch_target *t, const struct resolver_answer *answer)
{
	struct lean_work *w = &t->q->lean;

	w->addresses = calloc(1, sizeof(*w->addresses));
	if (w->addresses == NULL)
		return false;
	sort(w->addresses, answer);
	if (w->next_try == NULL)
		w->next_try = loop_timer_new(t->fetch->loop, on_next, t->q);
	return w->next_try != NULL;
}

/* Public functions */

const struct failure *
lean_connect(struct fetch_target *t, const struct resolver_answer *answer,
    const char **words)
{
	static const struct failure no_memory = { SAMPLE_LOST, "local.memory" };
	struct lean_work *w = &t->q->lean;
	struct resolver_address one;
	bool ok;

	if (answer == NULL)
		ok = read_literal(t->form->origin.host, &one) &&
		    try_address(t, &one);
	else if (answer->count == 1)
		ok = try_address(t, &answer->addresses[0]);
	else if (remember(t, answer))
		ok = try_next(t);
	else
		return &no_memory;
	if (ok) {
		if (w->conn == NULL)
			wait_for_next(t);
		return NULL;
	}
	w->failure = failure_of(t);
	*words = words_of(w);
	return &w->failure;
}

void
lean_connect_ready(struct lean_conn *c)
{
	struct fetch_target *t = c->target;
	struct lean_work *w = &t->q->lean;
	struct failure failure;
	socklen_t length = sizeof(w->os_errno);

	if (c == w->trying[0])
		w->trying[0] = w->trying[1];
	w->trying[1] = NULL;
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &w->os_errno, &length) ==
		0 &&
	    w->os_errno == 0) {
		c->is_connecting = false;
		w->conn = c;
		lean_connected(t);
		return;
	}
	lean_conn_close(c);
	if (try_next(t)) {
		if (w->conn != NULL)
			lean_connected(t);
		else
			wait_for_next(t);
	} else if (w->trying[0] == NULL) {
		failure = failure_of(t);
		question_ended(t, ENDING_FAILED, &failure, words_of(w));
	}
}

void
lean_connect_stop(struct fetch_target *t)
{
	struct lean_work *w = &t->q->lean;

	for (size_t i = 0; i < 2; i++) {
		lean_conn_close(w->trying[i]);
		w->trying[i] = NULL;
	}
	free(w->addresses);
	w->addresses = NULL;
	if (w->next_try != NULL)
		loop_timer_stop(w->next_try);
}
