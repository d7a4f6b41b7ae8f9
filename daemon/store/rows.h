/*
 * rows.h - reads events and deliveries into memory of their own.
 */
#ifndef DAEMON_STORE_ROWS_H
#define DAEMON_STORE_ROWS_H

#include "daemon/store/database.h"
#include "daemon/store/request.h"

/* Each fills the answer of the request of that name. */
enum database_result rows_read_events(struct database *d, struct request *r);
enum database_result rows_read_outbox(struct database *d, struct request *r);
enum database_result rows_read_dead(struct database *d, struct request *r);
enum database_result rows_read_due(struct database *d, struct request *r);

#endif
