/*
 * able.h - could we act if we had to?
 *
 * Looked at every few seconds as far as can be seen at once, and tried for
 * real at start, after each reload and once an hour: a monitor that finds out
 * during an outage that PID 1, polkit or the runner will not do what it asks
 * has failed.  People are told when it cannot, and when it can again.
 */
#ifndef DAEMON_ABLE_H
#define DAEMON_ABLE_H

#include "base/text.h"
#include "daemon/monitor.h"

#define ABLE_EVERY_MS (60 * 60 * 1000)
#define ABLE_AGAIN_MS 60000 /* after a trial that failed */
/* PID 1 may be away for as long, as when the bus is restarted. */
#define ABLE_DOUBT_MS 5000

struct able;

/* NULL: no memory. */
struct able *able_new(struct monitor *m);
void able_free(struct able *a); /* NULL is allowed */

/* Now and then; also begins a trial when one is due. */
void able_look(struct able *a);

/* Begins a trial now, or as soon as it can be begun. */
void able_try(struct able *a);

/* rollbackd_able_to_act, as a page of metrics has it. */
void able_metrics(const struct monitor *m, struct text *page);

#endif
