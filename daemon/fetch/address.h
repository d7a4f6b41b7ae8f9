/*
 * address.h - addresses that a name on the network has no business with.
 */
#ifndef DAEMON_FETCH_ADDRESS_H
#define DAEMON_FETCH_ADDRESS_H

#include <stdbool.h>

#include <sys/socket.h>

/*
 * Loopback, unspecified, link-local, multicast or broadcast, and any of
 * these as IPv4 inside of IPv6.
 */
bool address_is_local(const struct sockaddr *address);

/* An IPv4 or IPv6 address in numbers, the latter with or without [ ]. */
bool address_is_literal(const char *host);

/* localhost and all below it: local by its very name (RFC 6761). */
bool address_is_localhost(const char *host);

/*
 * Asks the routing table, not the network.  False as well where this host
 * has not got that family.  True when in doubt.
 */
bool address_has_route(const struct sockaddr *address, socklen_t length);

#endif
