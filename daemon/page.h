/*
 * page.h - an incident written up for people, on the page that is configured
 * for its service or environment.
 */
#ifndef DAEMON_PAGE_H
#define DAEMON_PAGE_H

#include "daemon/monitor.h"
#include "report/report.h"

/* The usual page where that one cannot be read or is not right any more. */
void page_write(struct text *out, struct monitor *m,
    const struct report_incident *incident);

#endif
