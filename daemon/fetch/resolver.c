#include "daemon/fetch/resolver.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/fetch/address.h"
#include "daemon/fetch/resolver_channel.h"

#define BUCKETS 1024
#define CLASS_IN 1
#define RESTARTS_MAX 3

struct resolver_question {
	struct name *name;
	struct resolver_question *next;
	resolver_done *done;
	void *arg;
};

/* One of the two halves of a lookup: A or AAAA. */
struct half {
	struct name *name;
	int family;
	enum resolver_status status;
};

struct name {
	struct resolver *resolver;
	struct name *next;       /* in the bucket */
	struct name *next_ready; /* to be told next turn */
	struct resolver_question *questions;
	struct half v4, v6;
	unsigned open; /* halves not answered yet */
	unsigned restarts;
	bool is_under_way; /* from start() until told */
	bool is_stopped;   /* the servers changed meanwhile */
	int64_t ttl_ms;
	int64_t expires_ms; /* 0: nothing known */
	struct resolver_answer answer;
	char text[];
};

struct resolver {
	struct loop *loop;
	struct resolver_channel *channel;
	bool is_closing;
	struct loop_timer *soon;
	struct name *ready;
	size_t count;
	struct name *buckets[BUCKETS];
};

/* Answers */

static void
add_address(struct resolver_answer *a, int family, const void *bytes)
{
	struct resolver_address *next = &a->addresses[a->count];

	if (a->count == RESOLVER_ADDRESSES_MAX)
		return;
	next->family = family;
	if (family == AF_INET)
		memcpy(&next->bytes.v4, bytes, sizeof(next->bytes.v4));
	else
		memcpy(&next->bytes.v6, bytes, sizeof(next->bytes.v6));
	a->count++;
}

static void
note_ttl(struct name *n, int ttl_s)
{
	int64_t ttl_ms = (int64_t)ttl_s * 1000;

	if (n->ttl_ms == 0 || ttl_ms < n->ttl_ms)
		n->ttl_ms = ttl_ms;
}

static int
parse_v4(struct name *n, const unsigned char *bytes, int length)
{
	struct ares_addrttl found[RESOLVER_ADDRESSES_MAX];
	int count = RESOLVER_ADDRESSES_MAX;
	int status = ares_parse_a_reply(bytes, length, NULL, found, &count);

	for (int i = 0; status == ARES_SUCCESS && i < count; i++) {
		add_address(&n->answer, AF_INET, &found[i].ipaddr);
		note_ttl(n, found[i].ttl);
	}
	return status;
}

static int
parse_v6(struct name *n, const unsigned char *bytes, int length)
{
	struct ares_addr6ttl found[RESOLVER_ADDRESSES_MAX];
	int count = RESOLVER_ADDRESSES_MAX;
	int status = ares_parse_aaaa_reply(bytes, length, NULL, found, &count);

	for (int i = 0; status == ARES_SUCCESS && i < count; i++) {
		add_address(&n->answer, AF_INET6, &found[i].ip6addr);
		note_ttl(n, found[i].ttl);
	}
	return status;
}

static enum resolver_status
status_of(int ares_status)
{
	switch (ares_status) {
	case ARES_SUCCESS:
		return RESOLVER_OK;
	case ARES_ENODATA:
		return RESOLVER_NO_ADDRESS;
	case ARES_ENOTFOUND:
		return RESOLVER_NXDOMAIN;
	case ARES_ETIMEOUT:
		return RESOLVER_TIMEOUT;
	case ARES_ECONNREFUSED: /* c-ares 1.18 says so when all have refused */
	case ARES_ESERVFAIL:
	case ARES_EREFUSED:
	case ARES_ENOTIMP:
	case ARES_EFORMERR:
	case ARES_EBADRESP:
		return RESOLVER_SERVFAIL;
	default:
		return RESOLVER_TROUBLE;
	}
}

/*
 * An address from either half will do.  Without one, "there is none" takes
 * both halves: the trouble of one of them leaves it unknown.
 */
static enum resolver_status
status_of_both(const struct name *n)
{
	enum resolver_status a = n->v4.status, b = n->v6.status;

	if (n->answer.count > 0)
		return RESOLVER_OK;
	if (a == RESOLVER_OK)
		a = RESOLVER_NO_ADDRESS;
	if (b == RESOLVER_OK)
		b = RESOLVER_NO_ADDRESS;
	if (a != RESOLVER_NXDOMAIN && a != RESOLVER_NO_ADDRESS)
		return a;
	if (b != RESOLVER_NXDOMAIN && b != RESOLVER_NO_ADDRESS)
		return b;
	return a == b ? a : RESOLVER_NO_ADDRESS;
}

static void
half_done(struct half *half)
{
	struct name *n = half->name;
	struct resolver *r = n->resolver;

	if (--n->open > 0 || r->is_closing)
		return;
	n->next_ready = r->ready;
	r->ready = n;
	loop_timer_start(r->soon, 0);
}

static void
on_reply(void *arg, int status, int timeouts, unsigned char *bytes, int length)
{
	struct half *half = arg;
	struct name *n = half->name;

	(void)timeouts;
	if (status == ARES_EDESTRUCTION)
		n->is_stopped = true;
	else if (status == ARES_SUCCESS)
		status = half->family == AF_INET ? parse_v4(n, bytes, length) :
						   parse_v6(n, bytes, length);
	half->status = status_of(status);
	half_done(half);
}

/* Asking */

static void
look_into_hosts(struct name *n, ares_channel ares, int family)
{
	struct hostent *host = NULL;

	if (ares_gethostbyname_file(ares, n->text, family, &host) !=
	    ARES_SUCCESS)
		return;
	for (char **a = host->h_addr_list; *a != NULL; a++)
		add_address(&n->answer, family, *a);
	ares_free_hostent(host);
}

static void
know_localhost(struct name *n)
{
	struct in_addr v4 = { .s_addr = htonl(INADDR_LOOPBACK) };

	add_address(&n->answer, AF_INET, &v4);
	add_address(&n->answer, AF_INET6, &in6addr_loopback);
}

static void
start(struct name *n)
{
	struct resolver *r = n->resolver;
	ares_channel ares = resolver_channel_ares(r->channel);

	n->answer.count = 0;
	n->ttl_ms = 0;
	n->is_stopped = false;
	n->is_under_way = true;
	n->v4 = (struct half){ n, AF_INET, RESOLVER_TROUBLE };
	n->v6 = (struct half){ n, AF_INET6, RESOLVER_TROUBLE };
	if (address_is_localhost(n->text))
		know_localhost(n);
	else if (ares != NULL) {
		look_into_hosts(n, ares, AF_INET);
		look_into_hosts(n, ares, AF_INET6);
	}
	if (n->answer.count > 0 || ares == NULL) {
		n->open = 1;
		half_done(&n->v4);
		return;
	}
	n->open = 2;
	ares_search(ares, n->text, CLASS_IN, ns_t_a, on_reply, &n->v4);
	ares_search(ares, n->text, CLASS_IN, ns_t_aaaa, on_reply, &n->v6);
	resolver_channel_arm(r->channel);
}

static int64_t
keep_ms(const struct name *n)
{
	if (n->answer.status != RESOLVER_OK || n->ttl_ms < RESOLVER_TTL_MIN_MS)
		return RESOLVER_TTL_MIN_MS;
	return n->ttl_ms > RESOLVER_TTL_MAX_MS ? RESOLVER_TTL_MAX_MS :
						 n->ttl_ms;
}

static void
tell(struct name *n)
{
	if (n->is_stopped && n->restarts++ < RESTARTS_MAX) {
		start(n);
		return;
	}
	n->restarts = 0;
	n->is_under_way = false;
	n->answer.status = status_of_both(n);
	n->expires_ms = loop_now_ms(n->resolver->loop) + keep_ms(n);
	while (n->questions != NULL) {
		struct resolver_question q = *n->questions;

		free(n->questions);
		n->questions = q.next;
		q.done(q.arg, &n->answer);
	}
}

static void
on_soon(void *arg)
{
	struct resolver *r = arg;

	while (r->ready != NULL) {
		struct name *n = r->ready;

		r->ready = n->next_ready;
		tell(n);
	}
}

/* Names */

static struct name **
bucket_of(struct resolver *r, const char *text)
{
	uint32_t hash = 5381;

	for (; *text != '\0'; text++)
		hash = hash * 33 + ((unsigned char)*text | 0x20);
	return &r->buckets[hash % BUCKETS];
}

/* Names that nobody asks for any more make room in passing. */
static struct name *
find(struct resolver *r, const char *text)
{
	struct name **where = bucket_of(r, text);
	int64_t now_ms = loop_now_ms(r->loop);

	while (*where != NULL) {
		struct name *n = *where;

		if (strcasecmp(n->text, text) == 0)
			return n;
		if (n->is_under_way ||
		    now_ms < n->expires_ms + RESOLVER_TTL_MAX_MS) {
			where = &n->next;
			continue;
		}
		*where = n->next;
		free(n);
		r->count--;
	}
	return NULL;
}

static struct name *
add(struct resolver *r, const char *text)
{
	struct name **bucket = bucket_of(r, text);
	size_t bytes = strlen(text) + 1;
	struct name *n;

	if (r->count >= RESOLVER_NAMES_MAX)
		return NULL;
	n = calloc(1, sizeof(*n) + bytes);
	if (n == NULL)
		return NULL;
	memcpy(n->text, text, bytes);
	n->resolver = r;
	n->next = *bucket;
	*bucket = n;
	r->count++;
	return n;
}

struct resolver *
resolver_new(struct loop *loop, const struct resolver_settings *settings,
    struct error *err)
{
	struct resolver *r = calloc(1, sizeof(*r));

	if (r == NULL)
		goto no_memory;
	r->loop = loop;
	r->soon = loop_timer_new(loop, on_soon, r);
	r->channel = resolver_channel_new(loop, settings);
	if (r->soon != NULL && r->channel != NULL)
		return r;
no_memory:
	(void)error_set(err, "out of memory");
	resolver_free(r);
	return NULL;
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	r->is_closing = true;
	resolver_channel_free(r->channel);
	for (size_t i = 0; i < BUCKETS; i++)
		while (r->buckets[i] != NULL) {
			struct name *n = r->buckets[i];

			r->buckets[i] = n->next;
			free(n);
		}
	loop_timer_free(r->soon);
	free(r);
}

const struct resolver_answer *
resolver_known(struct resolver *r, const char *name)
{
	struct name *n = find(r, name);

	if (n == NULL || n->is_under_way ||
	    n->expires_ms <= loop_now_ms(r->loop))
		return NULL;
	return &n->answer;
}

struct resolver_question *
resolver_ask(
    struct resolver *r, const char *name, resolver_done *done, void *arg)
{
	struct name *n = find(r, name);
	struct resolver_question *q = malloc(sizeof(*q));

	if (n == NULL && q != NULL)
		n = add(r, name);
	if (n == NULL || q == NULL) {
		free(q);
		return NULL;
	}
	*q = (struct resolver_question){ n, n->questions, done, arg };
	n->questions = q;
	if (!n->is_under_way)
		start(n);
	return q;
}

void
resolver_cancel(struct resolver_question *q)
{
	struct resolver_question **where;

	if (q == NULL)
		return;
	where = &q->name->questions;
	while (*where != q)
		where = &(*where)->next;
	*where = q->next;
	free(q);
}
