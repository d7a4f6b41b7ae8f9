/*
 * dial.h - a TCP connection to a host by name: to whichever of its addresses
 * answers first, both families tried side by side.
 */
#ifndef DAEMON_ASK_DIAL_H
#define DAEMON_ASK_DIAL_H

#include <stdbool.h>

#include "daemon/fetch/curl_failure.h"
#include "daemon/fetch/fetch.h"
#include "daemon/loop.h"
#include "probe/host_port.h"

struct dial;

/*
 * The descriptor is the caller's (non-blocking); -1: none, with the reason.
 * May come from inside of dial_start().
 */
typedef void dial_done(
    void *arg, int fd, const struct failure *failure, const char *words);

/* NULL when memory is short. */
struct dial *dial_new(
    struct loop *loop, struct fetch *fetch, dial_done *done, void *arg);

/* NULL is allowed. */
void dial_free(struct dial *d);

/*
 * Borrows the place until it is done or stopped.  Counts as under way until it
 * is stopped, so that what came of it counts, too.
 */
void dial_start(
    struct dial *d, const struct host_port *place, bool may_be_local);

/* No callback comes after this. */
void dial_stop(struct dial *d);

/* Why nothing came of it in the time there was. */
struct failure dial_timeout(const struct dial *d);

/* When the name was known, by asking_clock_ms(); 0: not yet. */
double dial_resolved_ms(const struct dial *d);

#endif
