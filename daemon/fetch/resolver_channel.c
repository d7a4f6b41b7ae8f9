#include "daemon/fetch/resolver_channel.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SERVER_TIMEOUT_MS 1000
#define TRIES 2
#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_CONF_CHECK_MS 1000

struct watched {
	struct resolver_channel *owner;
	struct watched *next;
	struct loop_watch *watch;
	int fd;
};

struct resolver_channel {
	struct loop *loop;
	char *servers, *resolv_conf;
	uint16_t port;
	ares_channel ares; /* NULL: could not be made, or not yet */
	struct stat conf;  /* when it was made; st_ino 0: absent */
	int64_t checked_ms;
	struct watched *watched;
	struct loop_timer *timeout;
};

static void
on_timeout(void *arg)
{
	struct resolver_channel *c = arg;

	if (c->ares != NULL)
		ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	resolver_channel_arm(c);
}

static void
on_socket(void *arg, bool readable, bool writable)
{
	struct watched *w = arg;
	struct resolver_channel *c = w->owner;

	/* w may be gone after this. */
	ares_process_fd(c->ares, readable ? w->fd : ARES_SOCKET_BAD,
	    writable ? w->fd : ARES_SOCKET_BAD);
	resolver_channel_arm(c);
}

static void
on_socket_wish(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct resolver_channel *c = arg;
	struct watched **where = &c->watched, *w;

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
	*w = (struct watched){ .owner = c, .next = c->watched, .fd = fd };
	w->watch = loop_watch_new(
	    c->loop, fd, on_socket, w, readable != 0, writable != 0);
	if (w->watch == NULL)
		free(w);
	else
		c->watched = w;
}

static bool
open_channel(struct resolver_channel *c)
{
	struct ares_options options = {
		.timeout = SERVER_TIMEOUT_MS,
		.tries = TRIES,
		.sock_state_cb = on_socket_wish,
		.sock_state_cb_data = c,
		.resolvconf_path = c->resolv_conf,
	};
	int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
	    ARES_OPT_SOCK_STATE_CB | ARES_OPT_RESOLVCONF;

	if (c->port != 0) {
		options.udp_port = options.tcp_port = c->port;
		mask |= ARES_OPT_UDP_PORT | ARES_OPT_TCP_PORT;
	}
	if (stat(c->resolv_conf, &c->conf) != 0)
		c->conf = (struct stat){ .st_ino = 0 };
	if (ares_init_options(&c->ares, &options, mask) != ARES_SUCCESS) {
		c->ares = NULL;
		return false;
	}
	return c->servers == NULL ||
	    ares_set_servers_ports_csv(c->ares, c->servers) == ARES_SUCCESS;
}

/* Open questions come back with ARES_EDESTRUCTION. */
static void
close_channel(struct resolver_channel *c)
{
	if (c->ares != NULL)
		ares_destroy(c->ares);
	c->ares = NULL;
}

static bool
conf_has_changed(const struct resolver_channel *c)
{
	struct stat now;

	if (stat(c->resolv_conf, &now) != 0)
		return c->conf.st_ino != 0;
	return now.st_ino != c->conf.st_ino || now.st_size != c->conf.st_size ||
	    now.st_mtim.tv_sec != c->conf.st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != c->conf.st_mtim.tv_nsec;
}

void
resolver_channel_arm(struct resolver_channel *c)
{
	struct timeval tv;

	if (c->ares == NULL || ares_timeout(c->ares, NULL, &tv) == NULL)
		loop_timer_stop(c->timeout);
	else
		loop_timer_start(
		    c->timeout, tv.tv_sec * 1000 + tv.tv_usec / 1000 + 1);
}

ares_channel
resolver_channel_ares(struct resolver_channel *c)
{
	int64_t now_ms = loop_now_ms(c->loop);

	if (c->ares != NULL && now_ms - c->checked_ms < RESOLV_CONF_CHECK_MS)
		return c->ares;
	c->checked_ms = now_ms;
	if (c->ares != NULL && !conf_has_changed(c))
		return c->ares;
	close_channel(c);
	if (!open_channel(c))
		close_channel(c);
	return c->ares;
}

struct resolver_channel *
resolver_channel_new(
    struct loop *loop, const struct resolver_settings *settings)
{
	const char *conf =
	    settings->resolv_conf != NULL ? settings->resolv_conf : RESOLV_CONF;
	struct resolver_channel *c = calloc(1, sizeof(*c));

	if (c == NULL || ares_library_init(ARES_LIB_INIT_ALL) != 0) {
		free(c);
		return NULL;
	}
	c->loop = loop;
	c->port = settings->port;
	c->timeout = loop_timer_new(loop, on_timeout, c);
	c->resolv_conf = strdup(conf);
	if (settings->servers != NULL)
		c->servers = strdup(settings->servers);
	if (c->timeout == NULL || c->resolv_conf == NULL ||
	    (settings->servers != NULL && c->servers == NULL)) {
		resolver_channel_free(c);
		return NULL;
	}
	return c;
}

void
resolver_channel_free(struct resolver_channel *c)
{
	if (c == NULL)
		return;
	close_channel(c);
	loop_timer_free(c->timeout);
	free(c->servers);
	free(c->resolv_conf);
	free(c);
	ares_library_cleanup();
}
