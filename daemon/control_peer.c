#include "daemon/control_peer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUPS_FIRST 64

static bool
has_gid(const struct control_gids *gids, gid_t gid)
{
	for (size_t i = 0; i < gids->count; i++)
		if (gids->ids[i] == gid)
			return true;
	return false;
}

static unsigned
roles_of(const struct control_roles_gids *roles, gid_t gid)
{
	unsigned bits = 0;

	for (unsigned r = 0; r < ROLE_COUNT; r++)
		if (has_gid(&roles->of[r], gid))
			bits |= ROLE_BIT(r);
	return bits;
}

/* The kernel says how much room it wants: at most 65536 groups. */
static gid_t *
peer_groups(int fd, gid_t *first, size_t *count)
{
	socklen_t bytes = GROUPS_FIRST * sizeof(gid_t);
	gid_t *groups = first;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes) != 0) {
		if (errno != ERANGE)
			return NULL;
		groups = malloc(bytes);
		if (groups == NULL)
			return NULL;
		if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes) !=
		    0) {
			free(groups);
			return NULL;
		}
	}
	*count = bytes / sizeof(gid_t);
	return groups;
}

bool
control_peer(
    int fd, const struct control_roles_gids *roles, struct caller *caller)
{
	struct ucred peer;
	socklen_t bytes = sizeof(peer);
	gid_t first[GROUPS_FIRST], *groups;
	size_t count = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0)
		return false;
	groups = peer_groups(fd, first, &count);
	if (groups == NULL)
		return false;
	*caller = (struct caller){
		.uid = peer.uid,
		.pid = peer.pid,
		.roles = roles_of(roles, peer.gid),
		.privileged = peer.uid == 0 || peer.uid == geteuid(),
	};
	for (size_t i = 0; i < count; i++)
		caller->roles |= roles_of(roles, groups[i]);
	if (groups != first)
		free(groups);
	return true;
}
