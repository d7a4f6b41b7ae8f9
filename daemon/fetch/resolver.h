/*
 * resolver.h - addresses of names, asked for without waiting.
 *
 * c-ares on our loop: no threads.  /etc/hosts first, then the servers of
 * resolv.conf, which is read again when it changes.  Answers are kept for a
 * while, the bad ones briefly.
 */
#ifndef DAEMON_FETCH_RESOLVER_H
#define DAEMON_FETCH_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>

#include "base/error.h"
#include "daemon/loop.h"

#define RESOLVER_ADDRESSES_MAX 16
#define RESOLVER_TTL_MIN_MS 5000
#define RESOLVER_TTL_MAX_MS 60000
#define RESOLVER_NAMES_MAX 20000

struct resolver;
struct resolver_question;

/* NULL fields: what the host has. */
struct resolver_settings {
	const char *servers;     /* "127.0.0.1:5353", commas between */
	const char *resolv_conf; /* path */
	uint16_t port;           /* of servers from resolv_conf; 0: 53 */
};

enum resolver_status {
	RESOLVER_OK,
	RESOLVER_NXDOMAIN,
	RESOLVER_NO_ADDRESS, /* the name is there, without addresses */
	RESOLVER_SERVFAIL,   /* no server would say, or they talk nonsense */
	RESOLVER_TIMEOUT,
	RESOLVER_TROUBLE, /* our own: memory, descriptors */
};

struct resolver_address {
	int family;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	} bytes;
};

struct resolver_answer {
	enum resolver_status status;
	size_t count;
	struct resolver_address addresses[RESOLVER_ADDRESSES_MAX];
};

typedef void resolver_done(void *arg, const struct resolver_answer *answer);

struct resolver *resolver_new(struct loop *loop,
    const struct resolver_settings *settings, struct error *err);

/* No question may be open. */
void resolver_free(struct resolver *r);

/* What is known and still fresh; NULL: it has to be asked for. */
const struct resolver_answer *resolver_known(
    struct resolver *r, const char *name);

/*
 * Calls done once, from the loop, unless cancelled before.  NULL when memory
 * is short.
 */
struct resolver_question *resolver_ask(
    struct resolver *r, const char *name, resolver_done *done, void *arg);
void resolver_cancel(struct resolver_question *q); /* NULL is allowed */

#endif
