/*
 * baselines.h - what evaluators have learned, kept over a restart, and what
 * leads said about it.
 *
 * What was learned is in the file "baselines" of the state folder, written
 * every few minutes and at the end.  Who pinned, unpinned and reset what is
 * in the log, as events; where the two differ, the log is right.  The disk
 * may fail: learning goes on, and is written when it works again.
 */
#ifndef DAEMON_BASELINES_H
#define DAEMON_BASELINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "daemon/monitor.h"

struct baselines;

/* NULL when memory is short. */
struct baselines *baselines_new(struct monitor *m, const char *directory);

/* After the store was closed, which may be writing.  NULL is allowed. */
void baselines_free(struct baselines *b);

/*
 * Reads the file and tells the evaluators: at start, before the loop runs.
 * What is damaged is set aside, and learned anew.
 */
void baselines_load(struct baselines *b);

/* Rows of EVENT_BASELINE in their order, from the log. */
void baselines_recover(
    struct baselines *b, const struct store_event *rows, size_t count);

/* One that was just stored: takes effect, and the file is written. */
void baselines_act(struct baselines *b, const char *service,
    struct json_object *data, int64_t wall_ms);

/* At the end: writes what was learned since the last time.  NULL: nothing. */
void baselines_close(struct baselines *b);

/* As rollbackd-control(7) has it; NULL when the evaluator learns none. */
struct json_object *baselines_json(
    struct baselines *b, struct watched *w, unsigned evaluator);

#endif
