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
 */
bool reload_now(struct monitor *m, struct loaded *l, struct error *err);

/*
 * The result of the verb reload, which done puts; or NULL with the reason, and
 * nothing changed.  done gets l back.
 */
typedef void reload_done(void *arg, struct loaded *l,
    struct json_object *summary, const struct error *err);

/*
 * The same over several turns of the loop, where there is much to be built:
 * only the swap is done in one.  done may come before this returns.  False
 * with the reason: nothing was begun, and done never comes.
 */
bool reload_start(struct monitor *m, struct loaded *l, reload_done *done,
    void *arg, struct error *err);

/* At the end of the daemon: one under way comes to nothing. */
void reload_abandon(struct monitor *m);

#endif
