/*
 * reload.h - a new configuration takes effect whole or not at all.
 */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "base/error.h"
#include "base/json.h"
#include "daemon/load.h"
#include "daemon/monitor.h"

/*
 * Builds what is new, then swaps.  Takes the configuration out of l; services
 * that say the same keep everything.  False with the reason: nothing changed.
 * summary, which may be NULL, gets the result of the verb reload; the caller
 * puts it.
 */
bool reload_apply(struct monitor *m, struct loaded *l,
    struct json_object **summary, struct error *err);

/* Lets go of services that are configured no more, once they are done. */
void reload_sweep(struct monitor *m);

#endif
