/*
 * control_peer.h - who is at the other end, as the kernel knows it.
 */
#ifndef DAEMON_CONTROL_PEER_H
#define DAEMON_CONTROL_PEER_H

#include <stdbool.h>

#include "control/caller.h"
#include "daemon/control.h"

/* False when the kernel does not say. */
bool control_peer(
    int fd, const struct control_roles_gids *roles, struct caller *caller);

#endif
