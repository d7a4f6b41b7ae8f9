#include "daemon/fetch/resolver.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "daemon/fetch/address.h"

#define BUCKETS 1024
#define SERVER_TIMEOUT_MS 1000
#define TRIES 2
#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_CONF_CHECK_MS 1000
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

struct watched {
	struct resolver *resolver;
	struct watched *next;
	struct loop_watch *watch;
	int fd;
};

struct resolver {
	struct loop *loop;
	char *servers, *resolv_conf;
	uint16_t port;
	ares_channel channel; /* NULL: could not be made */
	struct stat conf;     /* when the channel was made; st_ino 0: absent */
	int64_t checked_ms;
	bool is_closing;
	struct watched *watched;
	struct loop_timer *timeout, *soon;
	struct name *ready;
	size_t count;
	struct name *buckets[BUCKETS];
};

/* c-ares on the loop */

static void
arm(struct resolver *r)
{
	struct timeval tv;

	if (r->channel == NULL || ares_timeout(r->channel, NULL, &tv) == NULL)
		loop_timer_stop(r->timeout);
	else
		loop_timer_start(
		    r->timeout, tv.tv_sec * 1000 + tv.tv_usec / 1000 + 1);
}

static void
on_timeout(void *arg)
{
	struct resolver *r = arg;

	if (r->channel != NULL)
		ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	arm(r);
}

static void
on_socket(void *arg, bool readable, bool writable)
{
	struct watched *w = arg;
	struct resolver *r = w->resolver;

	/* w may be gone after this. */
	ares_process_fd(r->channel, readable ? w->fd : ARES_SOCKET_BAD,
	    writable ? w->fd : ARES_SOCKET_BAD);
	arm(r);
}

static void
on_socket_wish(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct resolver *r = arg;
	struct watched **where = &r->watched, *w;

	while (*where != NULL && (*where)->fd != fd)
		where = &(*where)->next;
	w = *where;
	if (w != NULL && (readable || writable)) {
		loop_watch_change(w->watch, readable != 0, writable != 0);
		return;
	}
	if (w != NULL) {
		*where = w->next;
		loop_watch_free(w->watch);
		free(w);
		return;
	}
	if (!readable && !writable)
		return;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return; /* the question will time out */
	*w = (struct watched){ .resolver = r, .next = r->watched, .fd = fd };
	w->watch = loop_watch_new(
	    r->loop, fd, on_socket, w, readable != 0, writable != 0);
	if (w->watch == NULL)
		free(w);
	else
		r->watched = w;
}

static bool
open_channel(struct resolver *r)
{
	struct ares_options options = {
		.timeout = SERVER_TIMEOUT_MS,
		.tries = TRIES,
		.sock_state_cb = on_socket_wish,
		.sock_state_cb_data = r,
		.resolvconf_path = r->resolv_conf,
	};
	int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
	    ARES_OPT_SOCK_STATE_CB | ARES_OPT_RESOLVCONF;

	if (r->port != 0) {
		options.udp_port = options.tcp_port = r->port;
		mask |= ARES_OPT_UDP_PORT | ARES_OPT_TCP_PORT;
	}
	if (stat(r->resolv_conf, &r->conf) != 0)
		r->conf = (struct stat){ .st_ino = 0 };
	if (ares_init_options(&r->channel, &options, mask) != ARES_SUCCESS) {
		r->channel = NULL;
		return false;
	}
	return r->servers == NULL ||
	    ares_set_servers_ports_csv(r->channel, r->servers) == ARES_SUCCESS;
}

/* Open questions come back with ARES_EDESTRUCTION. */
static void
close_channel(struct resolver *r)
{
	if (r->channel != NULL)
		ares_destroy(r->channel);
	r->channel = NULL;
}

static bool
conf_has_changed(const struct resolver *r)
{
	struct stat now;

	if (stat(r->resolv_conf, &now) != 0)
		return r->conf.st_ino != 0;
	return now.st_ino != r->conf.st_ino || now.st_size != r->conf.st_size ||
	    now.st_mtim.tv_sec != r->conf.st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != r->conf.st_mtim.tv_nsec;
}

static void
follow_conf(struct resolver *r)
{
	int64_t now_ms = loop_now_ms(r->loop);

	if (r->channel != NULL && now_ms - r->checked_ms < RESOLV_CONF_CHECK_MS)
		return;
	r->checked_ms = now_ms;
	if (r->channel != NULL && !conf_has_changed(r))
		return;
	close_channel(r);
	if (!open_channel(r))
		close_channel(r);
}

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
look_into_hosts(struct name *n, int family)
{
	struct hostent *host = NULL;

	if (ares_gethostbyname_file(
		n->resolver->channel, n->text, family, &host) != ARES_SUCCESS)
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

	follow_conf(r);
	n->answer.count = 0;
	n->ttl_ms = 0;
	n->is_stopped = false;
	n->is_under_way = true;
	n->v4 = (struct half){ n, AF_INET, RESOLVER_TROUBLE };
	n->v6 = (struct half){ n, AF_INET6, RESOLVER_TROUBLE };
	if (address_is_localhost(n->text))
		know_localhost(n);
	else if (r->channel != NULL) {
		look_into_hosts(n, AF_INET);
		look_into_hosts(n, AF_INET6);
	}
	if (n->answer.count > 0 || r->channel == NULL) {
		n->open = 1;
		half_done(&n->v4);
		return;
	}
	n->open = 2;
	ares_search(r->channel, n->text, CLASS_IN, ns_t_a, on_reply, &n->v4);
	ares_search(r->channel, n->text, CLASS_IN, ns_t_aaaa, on_reply, &n->v6);
	arm(r);
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
	const char *conf =
	    settings->resolv_conf != NULL ? settings->resolv_conf : RESOLV_CONF;
	struct resolver *r = calloc(1, sizeof(*r));

	if (r == NULL || ares_library_init(ARES_LIB_INIT_ALL) != 0) {
		(void)error_set(err, "out of memory");
		free(r);
		return NULL;
	}
	r->loop = loop;
	r->port = settings->port;
	r->timeout = loop_timer_new(loop, on_timeout, r);
	r->soon = loop_timer_new(loop, on_soon, r);
	r->resolv_conf = strdup(conf);
	if (settings->servers != NULL)
		r->servers = strdup(settings->servers);
	if (r->timeout == NULL || r->soon == NULL || r->resolv_conf == NULL ||
	    (settings->servers != NULL && r->servers == NULL)) {
		(void)error_set(err, "out of memory");
		resolver_free(r);
		return NULL;
	}
	return r;
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	r->is_closing = true;
	close_channel(r);
	for (size_t i = 0; i < BUCKETS; i++)
		while (r->buckets[i] != NULL) {
			struct name *n = r->buckets[i];

			r->buckets[i] = n->next;
			free(n);
		}
	loop_timer_free(r->timeout);
	loop_timer_free(r->soon);
	free(r->servers);
	free(r->resolv_conf);
	free(r);
	ares_library_cleanup();
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
