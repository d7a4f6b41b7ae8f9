/* Connections of libcurl, by their descriptors. */
#include <stdlib.h>

#include "daemon/fetch/curl_impl.h"

#define SOCKETS_FIRST 256

static bool
grow_sockets(struct fetch *f, size_t fd)
{
	size_t count = f->socket_count == 0 ? SOCKETS_FIRST : f->socket_count;
	struct fetch_socket **sockets;

	if (fd < f->socket_count)
		return true;
	while (count <= fd)
		count *= 2;
	sockets = realloc(f->sockets, count * sizeof(struct fetch_socket *));
	if (sockets == NULL)
		return false;
	for (size_t i = f->socket_count; i < count; i++)
		sockets[i] = NULL;
	f->sockets = sockets;
	f->socket_count = count;
	return true;
}

/* Public functions */

void
socket_disown(struct fetch_socket *k)
{
	if (k == NULL || k->owner == NULL)
		return;
	k->owner->socket = NULL;
	k->owner = NULL;
}

struct fetch_socket *
socket_find(struct fetch_shard *s, int fd)
{
	struct fetch *f = s->fetch;

	return (size_t)fd < f->socket_count ? f->sockets[fd] : NULL;
}

struct fetch_socket *
socket_add(struct fetch_shard *s, int fd)
{
	struct fetch_socket *k;

	if (!grow_sockets(s->fetch, (size_t)fd))
		return NULL;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return NULL;
	k->shard = s;
	k->fd = fd;
	s->fetch->sockets[fd] = k;
	return k;
}

void
socket_forget(struct fetch_socket *k)
{
	socket_disown(k);
	if (k->is_ours)
		k->shard->fetch->curl_open--;
	k->shard->fetch->sockets[k->fd] = NULL;
	loop_watch_free(k->watch);
	free(k);
}
