/*
 * lean_impl.h - what the files of the lean engine share; for nobody else.
 *
 *   lean.c          the engine, for question.c
 *   lean_form.c     the bytes of the request, made once
 *   lean_connect.c  one address after the other
 *   lean_exchange.c the request goes out, the answer comes in
 *   lean_head.c     what stands in the head of an answer, for a sink
 *   lean_pool.c     connections, and those that are kept
 *   lean_dead.c     those that their peers have closed
 */
#ifndef DAEMON_FETCH_LEAN_IMPL_H
#define DAEMON_FETCH_LEAN_IMPL_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "daemon/fetch/fetch_impl.h"

/* Then the next address is tried beside it, as libcurl does. */
#define NEXT_ADDRESS_MS 200
/* What was left of an unfinished head, and as much again behind it. */
#define RECEIVE_BYTES ((size_t)128 * 1024)

/* What is the same for all questions of targets that are alike. */
struct lean_form {
	size_t length;
	char request[];
};

/* What is left to be tried. */
struct lean_addresses {
	size_t count, next;
	struct resolver_address list[RESOLVER_ADDRESSES_MAX];
};

/*
 * A connection belongs to one target for as long as it lives.  There are many:
 * it lies behind its own watch.
 */
struct lean_conn {
	struct fetch_target *target;
	struct lean_conn *newer, *older; /* while it is kept and idle */
	int64_t end_ms;                  /* of its life; at first its begin */
	int64_t idle_ms;                 /* since when */
	int fd;
	bool is_connecting;
	bool is_idle;
	bool was_idle;
};

/* lean_form.c: NULL: memory, or only libcurl can ask (no *err then) */
struct lean_form *lean_form_new(const struct fetch_form *form);

/* lean_pool.c: of a descriptor that it closes in the end; NULL: memory */
struct lean_conn *lean_conn_new(
    struct fetch_target *t, int fd, bool is_connecting);
void lean_conn_watch(struct lean_conn *c, bool readable, bool writable);
void lean_conn_close(struct lean_conn *c); /* NULL is allowed */
void lean_pool_keep(struct lean_conn *c);
/* The one that is kept for the target, no longer idle; NULL: none. */
struct lean_conn *lean_pool_take(struct fetch_target *t);
bool lean_pool_has(const struct fetch_target *t);

/*
 * lean_dead.c: false: it is to be closed at once.  Otherwise it will be, and
 * counts as open until then.
 */
bool lean_set_aside(struct fetch *f, int fd);

/* lean_connect.c: NULL, or why there is no way to connect. */
const struct failure *lean_connect(struct fetch_target *t,
    const struct resolver_answer *answer, const char **words);
void lean_connect_ready(struct lean_conn *c);
void lean_connect_stop(struct fetch_target *t); /* all attempts */

/* lean_exchange.c: on w->conn */
bool lean_send(struct fetch_target *t);      /* false: it has died */
void lean_connected(struct fetch_target *t); /* of one that took its time */
void lean_exchange_ready(struct lean_conn *c, bool readable, bool writable);

/*
 * lean_head.c: the value of a header, ended by a NUL put into the head; NULL:
 * there is none, or it is empty.
 */
char *lean_head_value(
    char *head, size_t length, const char *name, bool is_last);

#endif
