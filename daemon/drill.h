/*
 * drill.h - services are broken on purpose: begins drills, performs what
 * lib/service/drill.h says is to be done, and writes them up.
 *
 * One at a time.  What notices, decides and rolls back meanwhile is what does
 * so at any other time; of it everything that people are told is marked.
 */
#ifndef DAEMON_DRILL_H
#define DAEMON_DRILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "daemon/events.h"
#include "daemon/monitor.h"
#include "sample/sample.h"

struct drills;
struct watched;

/* NULL when memory is short. */
struct drills *drills_new(struct monitor *m);
void drills_free(struct drills *d); /* memory only; NULL is allowed */

/* Texts are borrowed; fault NULL: the bad version is deployed. */
struct drill_order {
	const char *fault;
	const char *by;
	const char *reason;
	bool is_scheduled;
};

/*
 * May one begin now?  False with the reason.  drills_begin() asks by itself.
 */
bool drills_may_begin(struct monitor *m, struct watched *w,
    const struct drill_order *o, struct error *err);

/*
 * Begins one; done says whether that is on stable storage, without which
 * nothing is done.  NULL with the reason; else its id, borrowed until done.
 */
const char *drills_begin(struct monitor *m, struct watched *w,
    const struct drill_order *o, store_done *done, void *arg,
    struct error *err);

/* Ends one and heals; its id; NULL: none is on. */
const char *drills_abort(
    struct monitor *m, const char *service, const char *by, const char *why);

/* The id of the one that is on; NULL: none. */
const char *drills_on(const struct monitor *m, const char *service);

/* It is being broken or healed just now: no rule begins anything. */
bool drills_are_busy(const struct monitor *m, const char *service);

/* The service that is broken or healed under that lock; NULL: none. */
const char *drills_lock_holder(
    const struct monitor *m, const char *service, const char *lock);

/* Its answers are to be taken for lost. */
bool drills_blind(const struct monitor *m, const char *service);

/* What was told of the service, and stored together with what comes of it:
   at most one more, whose data is put by the caller.  False: nothing. */
bool drills_heard(struct monitor *m, const struct event_draft *heard,
    struct event_draft *more);

/* A sample; and people were told that nothing is heard of the service. */
void drills_sampled(
    struct monitor *m, const char *service, const struct sample *s);
void drills_alarmed(struct monitor *m, const char *service);

/* Rows of all kinds of drills, after a restart. */
extern const char *const drills_kinds[];
void drills_recover(
    struct monitor *m, const struct store_event *rows, size_t count);

/* All is remembered, and watched again. */
void drills_ready(struct monitor *m);

/* Now and then: begins what is due. */
void drills_look(struct monitor *m);

/* The copy of the configuration that it needs; NULL: none. */
const char *drills_config(const struct monitor *m);

/* For status and rollbackctl drill --last; the caller puts it. */
struct json_object *drills_json(struct monitor *m, const char *service);
struct json_object *drills_status_json(
    struct monitor *m, const struct watched *w);

void drills_metrics(struct monitor *m, struct text *out);

#endif
