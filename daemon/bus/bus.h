/*
 * bus.h - a connection to a message bus on the loop: made, lost, made again.
 *
 * Nothing here blocks: it has its own descriptor in the loop, and every call
 * is answered by a callback.  What was asked on a connection that is lost is
 * not asked again here: whether that would be safe, only the asker knows.
 */
#ifndef DAEMON_BUS_BUS_H
#define DAEMON_BUS_BUS_H

#include <stdbool.h>

#include <systemd/sd-bus.h>

#include "base/error.h"
#include "daemon/loop.h"

/* Between two tries to connect; doubled from the least to the most. */
#define BUS_RETRY_MIN_MS 200
#define BUS_RETRY_MAX_MS 5000
/* An answer that takes longer does not come. */
#define BUS_ANSWER_MS 20000

struct bus;

/* It can be used from now on, or no longer. */
typedef void bus_changed(void *arg, bool is_up);

/*
 * Begins to connect.  The address is copied; NULL: the system bus.  NULL when
 * memory is short.  Not to be freed inside of its own callbacks.
 */
struct bus *bus_new(
    struct loop *loop, const char *address, bus_changed *changed, void *arg);
void bus_free(struct bus *b); /* NULL is allowed */

/* The reason when not. */
bool bus_is_up(const struct bus *b, struct error *err);

/* For calls and matches while it is up, then bus_push(). */
sd_bus *bus_connection(struct bus *b);

/* Something was queued: sent from the loop's next turn. */
void bus_push(struct bus *b);

#endif
