/*
 * recover.h - from the durable log back into memory, at start.
 */
#ifndef DAEMON_RECOVER_H
#define DAEMON_RECOVER_H

#include "daemon/monitor.h"

/*
 * Reads what was said of baselines, holds, deployments and ends of incidents,
 * and open incidents, in this order, and calls back from the loop when all is
 * as it was.  While the store cannot be read it tries again; watching goes on
 * meanwhile.
 */
void recover_start(struct monitor *m, loop_callback *done, void *arg);

/*
 * What the log knows of a service that a reload has added: it may have been
 * configured before.
 */
void recover_service(struct monitor *m, const char *service);

#endif
