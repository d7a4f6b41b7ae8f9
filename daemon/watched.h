/*
 * watched.h - one service as the daemon runs it: the core, its polls and the
 * incident that is open.
 */
#ifndef DAEMON_WATCHED_H
#define DAEMON_WATCHED_H

#include <stdbool.h>

#include "base/error.h"
#include "daemon/monitor.h"
#include "daemon/poller.h"
#include "daemon/rollback.h"
#include "decision/held.h"
#include "service/service.h"

struct watched;

/*
 * Builds everything and asks nothing yet.  NULL with the reason.
 */
struct watched *watched_new(struct monitor *m, struct generation *g,
    const struct service_settings *settings, struct error *err);
void watched_free(struct watched *w);

/* Begin to poll. */
void watched_start(struct watched *w);

/* After a pause: forgets what was seen, and polls on. */
void watched_wake(struct watched *w);

/*
 * After a reload that left the service as it was; its rules are planned anew
 * only where that may come out otherwise.
 */
void watched_resettle(struct watched *w, struct generation *g,
    const struct service_settings *settings, bool needs_plans);

/* Carry what is known of versions and incidents over to a changed service. */
void watched_inherit(struct watched *to, struct watched *from);

/*
 * The service is configured no more: what is under way ends as it began, and
 * nothing new begins.
 */
void watched_retire(struct watched *w);
bool watched_is_retired(const struct watched *w);

struct monitor *watched_monitor(const struct watched *w);
struct service *watched_core(struct watched *w);
const char *watched_name(const struct watched *w);
const struct service_settings *watched_settings(const struct watched *w);
struct generation *watched_generation(struct watched *w);

/* The open incident; NULL: none. */
struct rollback *watched_rollback(const struct watched *w);
void watched_set_rollback(struct watched *w, struct rollback *r);

/* NULL when there is no probe of that name. */
struct poller *watched_poller(struct watched *w, const char *probe);

/* Puts a fresh question to a probe; the answer goes to the open incident. */
void watched_verify_ask(struct watched *w, const char *probe);

/* Looks at the rules and does what they say. */
void watched_think(struct watched *w);

/* What an evaluator holds for normal was changed by hand. */
void watched_relearned(struct watched *w, const char *evaluator);

/* Has asked at least one question in its life; for the watchdog. */
uint64_t watched_asked(const struct watched *w);

/*
 * For how long nothing but lost samples came of a probe, beyond the time that
 * one answer may take.
 */
int64_t watched_silent_ms(const struct watched *w, int64_t now_ms);

/* By how much its most overdue probe is late; negative: none is. */
int64_t watched_late_ms(const struct watched *w, int64_t now_ms);

/* What keeps it from acting, remembered from the last thought. */
enum guard watched_guard(const struct watched *w);
uint64_t watched_samples(const struct watched *w, enum sample_outcome of);
const struct held *watched_held(const struct watched *w);

/* Where it stands among m->watched; false: it does not. */
void watched_set_place(struct watched *w, unsigned place);
bool watched_place(const struct watched *w, unsigned *place);

/* Why the procedure of a rule cannot be planned; NULL: it can. */
const char *watched_rule_trouble(const struct watched *w, unsigned rule);

/* What was answered before says nothing of what is in place now. */
void watched_forget_answers(struct watched *w);

/* Polls every probe at once; informs people and feeds nothing. */
void watched_poll_now(struct watched *w);

#endif
