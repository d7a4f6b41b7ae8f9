/*
 * metrics.h - the daemon's own state, for Prometheus: rollbackctl metrics, and
 * a file for node_exporter's textfile collector.
 *
 * There is no listener.  A new metric is a family in metrics.c, or, where its
 * numbers live elsewhere, a function called there.
 */
#ifndef DAEMON_METRICS_H
#define DAEMON_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "daemon/monitor.h"

#define METRICS_MAX_BYTES ((size_t)64 * 1024 * 1024)

/* "# HELP" and "# TYPE"; kind: "gauge" or "counter". */
void metrics_family(
    struct text *out, const char *name, const char *kind, const char *help);

/*
 * What comes next in the text format of Prometheus, with lines of about so
 * many services.  False: that was all.
 */
struct survey_place;
bool metrics_write_some(
    struct monitor *m, struct text *out, struct survey_place *at, size_t count);

/* The verb. */
void metrics_answer(struct monitor *m, struct control_call *call);

/*
 * Keeps the option metrics_file up to date.  NULL: no memory.  Freed after the
 * store is closed, whose thread writes it.
 */
struct metrics_file;
struct metrics_file *metrics_file_new(struct monitor *m);
void metrics_file_free(struct metrics_file *f);

#endif
