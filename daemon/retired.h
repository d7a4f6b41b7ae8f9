/*
 * retired.h - services that are configured no more, or otherwise, and whose
 * incident is still open.
 */
#ifndef DAEMON_RETIRED_H
#define DAEMON_RETIRED_H

#include "daemon/monitor.h"

/* Frees it, at once or when its incident has ended. */
void retired_keep(struct monitor *m, struct watched *w);

/* One that was removed, and whose incident is still open; NULL: none. */
struct watched *retired_find(struct monitor *m, const char *name);

/* Lets go of those that are done. */
void retired_sweep(struct monitor *m);

#endif
