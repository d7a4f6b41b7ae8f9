#include "daemon/fetch/curl_impl.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define MULTI_DESCRIPTORS 2 /* of its own, to be woken up by */
/* The first byte of a record. */
#define TLS_RECORD_FIRST 0x14
#define TLS_RECORD_LAST 0x17

static void
collect(struct fetch_shard *s)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(s->multi, &left)) != NULL) {
		struct fetch_slot *slot = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, &slot);
		curl_transfer_done(slot->target, code);
	}
}

static void
act(struct fetch_shard *s, curl_socket_t fd, int what)
{
	struct fetch *f = s->fetch;
	int running;

	fetch_enter(f);
	/* What goes wrong in it shows as the end of a transfer. */
	(void)curl_multi_socket_action(s->multi, fd, what, &running);
	collect(s);
	fetch_leave(f);
}

/*
 * libcurl 7.88 gives up an address that did not answer in its time and then
 * forgets to go on to the next: there is no socket and no timer to wait for.
 */
static void
on_kick(void *arg)
{
	struct fetch_shard *s = arg;
	struct fetch *f = s->fetch;
	int running;

	fetch_enter(f);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	(void)curl_multi_socket_all(s->multi, &running);
#pragma GCC diagnostic pop
	collect(s);
	fetch_leave(f);
}

/*
 * What comes on an idle connection answers no question of ours, yet libcurl
 * 7.88 would take it for the answer to the next one: it finds a dead end in
 * its place.  Records of TLS may be harmless.
 */
static void
drop_stray_bytes(int fd)
{
	int pair[2];
	unsigned char first;

	if (recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1 ||
	    (first >= TLS_RECORD_FIRST && first <= TLS_RECORD_LAST) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return;
	(void)close(pair[1]);
	(void)dup3(pair[0], fd, O_CLOEXEC); /* or all stays as it was */
	(void)close(pair[0]);
}

static void
on_ready(void *arg, bool readable, bool writable)
{
	struct fetch_socket *k = arg;

	if (!k->is_wanted) {
		/*
		 * The peer closed an idle connection.  libcurl will find out
		 * when it wants to use it; we need not hear of it again.
		 */
		loop_watch_free(k->watch);
		k->watch = NULL;
		if (k->is_ours)
			drop_stray_bytes(k->fd);
		socket_disown(k);
		if (!k->is_ours)
			socket_forget(k);
		return;
	}
	act(k->shard, k->fd,
	    (readable ? CURL_CSELECT_IN : 0) |
		(writable ? CURL_CSELECT_OUT : 0));
}

/*
 * A socket nobody waits for stays with the loop: to take it out and in again
 * for each probe would be two system calls.  But libcurl 7.88 closes one that
 * was not yet fully connected behind our back.
 */
static void
stop_waiting(struct fetch_socket *k)
{
	k->is_wanted = false;
	if (k->is_ours && !k->is_settled)
		k->is_settled = fcntl(k->fd, F_GETFD) >= 0;
	if (!k->is_settled) {
		loop_timer_start(k->shard->kick, 0);
		socket_forget(k);
	} else if (k->watch != NULL)
		loop_watch_change(k->watch, true, false);
}

static bool
start_waiting(struct fetch_socket *k)
{
	k->is_wanted = true;
	if (k->watch != NULL)
		loop_watch_change(k->watch, k->in, k->out);
	else
		k->watch = loop_watch_new(
		    k->shard->fetch->loop, k->fd, on_ready, k, k->in, k->out);
	return k->watch != NULL;
}

static int
on_socket_wish(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct fetch_shard *s = arg;
	struct fetch_socket *k = socket_find(s, fd);

	(void)easy;
	(void)unused;
	if (what == CURL_POLL_REMOVE) {
		if (k != NULL)
			stop_waiting(k);
		return 0;
	}
	if (k == NULL)
		k = socket_add(s, fd);
	if (k == NULL)
		return -1;
	k->in = (what & CURL_POLL_IN) != 0;
	k->out = (what & CURL_POLL_OUT) != 0;
	return start_waiting(k) ? 0 : -1;
}

/* Timer */

static void
on_timer(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int
on_timer_wish(CURLM *multi, long timeout_ms, void *arg)
{
	struct fetch_shard *s = arg;

	(void)multi;
	if (timeout_ms < 0)
		loop_timer_stop(s->timer);
	else
		loop_timer_start(s->timer, timeout_ms);
	return 0;
}

/* Shards */

/* libcurl's default would throw out connections that are still of use. */
static void
allow_connections(struct fetch_shard *s)
{
	(void)curl_multi_setopt(
	    s->multi, CURLMOPT_MAXCONNECTS, (long)(2 * s->target_count + 16));
}

static void
shard_free(struct fetch_shard *s)
{
	while (s->pool != NULL) {
		struct fetch_slot *slot = s->pool;

		s->pool = slot->next;
		slot_free(slot);
	}
	if (s->multi != NULL) {
		(void)curl_multi_cleanup(s->multi); /* it has no transfer */
		s->fetch->curl_open -= MULTI_DESCRIPTORS;
	}
	loop_timer_free(s->timer);
	loop_timer_free(s->kick);
	free(s);
}

static struct fetch_shard *
shard_new(struct fetch *f)
{
	struct fetch_shard *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->fetch = f;
	/* Not before somebody needs it: it takes two megabytes.  The first of
	   such calls does it, the others count. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		s->multi = curl_multi_init();
	if (s->multi != NULL)
		f->curl_open += MULTI_DESCRIPTORS;
	s->timer = loop_timer_new(f->loop, on_timer, s);
	s->kick = loop_timer_new(f->loop, on_kick, s);
	if (s->multi == NULL || s->timer == NULL || s->kick == NULL)
		goto failed;
	if (curl_multi_setopt(
		s->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish) != 0 ||
	    curl_multi_setopt(s->multi, CURLMOPT_SOCKETDATA, s) != 0 ||
	    curl_multi_setopt(
		s->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish) != 0 ||
	    curl_multi_setopt(s->multi, CURLMOPT_TIMERDATA, s) != 0 ||
	    curl_multi_setopt(
		s->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING) != 0)
		goto failed;
	s->next = f->shards;
	f->shards = s;
	f->empty_shards++;
	return s;
failed:
	shard_free(s);
	return NULL;
}

struct fetch_shard *
shard_join(struct fetch *f)
{
	struct fetch_shard *s = f->shards;

	while (s != NULL && s->target_count >= SHARD_TARGETS_MAX)
		s = s->next;
	if (s == NULL)
		s = shard_new(f);
	if (s == NULL)
		return NULL;
	if (s->target_count++ == 0)
		f->empty_shards--;
	allow_connections(s);
	return s;
}

void
shard_leave(struct fetch_shard *s)
{
	s->target_count--;
	if (s->target_count > 0) {
		allow_connections(s);
		return;
	}
	s->fetch->empty_shards++;
	if (s->fetch->depth == 0)
		shard_free_empty(s->fetch);
}

void
shard_free_empty(struct fetch *f)
{
	struct fetch_shard **where = &f->shards;

	while (*where != NULL && f->empty_shards > 0) {
		struct fetch_shard *s = *where;

		if (s->target_count > 0) {
			where = &s->next;
			continue;
		}
		*where = s->next;
		f->empty_shards--;
		shard_free(s);
	}
}

bool
shard_start(struct fetch_shard *s, struct fetch_slot *slot)
{
	return curl_multi_add_handle(s->multi, slot->easy) == CURLM_OK;
}

void
shard_stop(struct fetch_shard *s, struct fetch_slot *slot)
{
	(void)curl_multi_remove_handle(s->multi, slot->easy);
}

bool
shard_adopt_socket(struct curl_side *side, int fd)
{
	struct fetch_shard *s = side->shard;
	struct fetch_socket *k = socket_find(s, fd);

	if (k == NULL)
		k = socket_add(s, fd);
	if (k == NULL)
		return false;
	/*
	 * A predecessor was closed behind our back for the next address to
	 * be tried.  libcurl takes the two for one and need not say again
	 * what it waits for.
	 */
	loop_watch_free(k->watch);
	k->watch = NULL;
	k->shard = s;
	if (!k->is_ours)
		s->fetch->curl_open++;
	k->is_ours = true;
	k->is_settled = false;
	socket_disown(k);
	socket_disown(side->socket);
	k->owner = side;
	side->socket = k;
	return !k->is_wanted || start_waiting(k);
}

int
shard_close_socket(void *shard, curl_socket_t fd)
{
	struct fetch_socket *k = socket_find(shard, fd);

	if (k != NULL)
		socket_forget(k);
	return close(fd);
}
