/*
 * tcp_judge.h - did the other side say what was expected?
 *
 * An answer over TCP has no end of its own: it is looked at as it grows, and
 * is good as soon as all that is expected was seen.
 */
#ifndef PROBE_TCP_JUDGE_H
#define PROBE_TCP_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "probe/tcp_settings.h"
#include "probe/verdict.h"

struct tcp_judge;

/* Borrows the expectations.  NULL with the reason when they are wrong. */
struct tcp_judge *tcp_judge_new(
    const struct tcp_expect *expect, struct error *err);

/* Equal expectations in other memory; the old are no longer looked at. */
void tcp_judge_resettle(struct tcp_judge *j, const struct tcp_expect *expect);

/* Is there anything to wait for once connected? */
bool tcp_judge_reads(const struct tcp_judge *j);

/*
 * Looks at all that has come so far.  False: it may still become good.
 * is_whole: no more will come.  LOST where a regular expression found no end.
 */
bool tcp_judge_look(const struct tcp_judge *j, const char *bytes, size_t length,
    bool is_whole, struct probe_verdict *v);

/* NULL is allowed. */
void tcp_judge_free(struct tcp_judge *j);

#endif
