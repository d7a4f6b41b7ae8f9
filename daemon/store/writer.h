/*
 * writer.h - carries out requests on the store's thread, as many writes as
 * there are in one commit.
 */
#ifndef DAEMON_STORE_WRITER_H
#define DAEMON_STORE_WRITER_H

#include "daemon/store/database.h"
#include "daemon/store/request.h"

/*
 * Moves the next requests that belong together from the one list to the
 * other, each answered: a run of writes, or one other.
 */
void writer_serve(struct database *d, struct request_list *waiting,
    struct request_list *answered);

#endif
