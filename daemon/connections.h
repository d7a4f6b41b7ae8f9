/*
 * connections.h - how many connections a configuration would like to keep.
 */
#ifndef DAEMON_CONNECTIONS_H
#define DAEMON_CONNECTIONS_H

#include "base/text.h"
#include "config/config.h"
#include "daemon/fetch/descriptors.h"

#define CONNECTIONS_TEXT_MAX 256

/*
 * What to say where these are more than can be kept, in one sentence; nothing
 * is added where they are not.
 */
void connections_tell(
    const struct config *c, const struct descriptors *d, struct text *out);

#endif
