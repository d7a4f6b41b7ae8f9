/*
 * resolver_channel.h - c-ares on the loop; for resolver.c alone.
 */
#ifndef DAEMON_FETCH_RESOLVER_CHANNEL_H
#define DAEMON_FETCH_RESOLVER_CHANNEL_H

#include <ares.h>

#include "daemon/fetch/resolver.h"

struct resolver_channel;

/* Copies the settings.  NULL when memory is short. */
struct resolver_channel *resolver_channel_new(
    struct loop *loop, const struct resolver_settings *settings);

/* NULL is allowed.  What is open comes back with ARES_EDESTRUCTION. */
void resolver_channel_free(struct resolver_channel *c);

/*
 * To ask with, until the next call.  When resolv.conf has changed it is a new
 * one and what is open comes back with ARES_EDESTRUCTION.  NULL: there is
 * none.
 */
ares_channel resolver_channel_ares(struct resolver_channel *c);

/* To be called when something was asked. */
void resolver_channel_arm(struct resolver_channel *c);

#endif
