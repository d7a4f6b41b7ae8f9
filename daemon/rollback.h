/*
 * rollback.h - performs an incident: what lib/service/incident.h says is to
 * be done, in the durable order, and writes it up.
 */
#ifndef DAEMON_ROLLBACK_H
#define DAEMON_ROLLBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "daemon/load_prune.h"
#include "daemon/monitor.h"
#include "report/notice.h"
#include "sample/sample.h"
#include "service/incident.h"
#include "service/service.h"

struct rollback;

/* A rule has decided: acts, proposes or shadows.  Frees itself at the end. */
void rollback_decided(
    struct monitor *m, struct watched *w, const struct service_decision *d);

/*
 * Whose procedure an operator means by "roll back": not of those for what is
 * cleared.  -1: there is none.
 */
int rollback_gravest_rule(const struct service_settings *settings);

/*
 * An operator wants it.  to and procedure may be NULL: the known target, the
 * procedure of the gravest rule.  NULL with the reason; else the incident's
 * id, borrowed for as long as it is open.
 */
const char *rollback_ordered(struct monitor *m, struct watched *w,
    const char *to, const char *procedure, const char *by, const char *reason,
    struct error *err);

/* The service has a new sample: is what was waited for there? */
void rollback_look(struct rollback *r);
void rollback_verify_sample(
    struct rollback *r, const char *probe, const struct sample *s);

/* Keeps count of good and bad for the report. */
void rollback_count(struct rollback *r, const struct sample *s);

/*
 * No further step from now on.  done says whether that is on stable storage.
 * False, and done does not come: it does not act, or has ended.
 */
bool rollback_abort(struct rollback *r, const char *by, const char *reason,
    store_done *done, void *arg);

/*
 * Another incident of the service takes its place.  False, and nothing
 * happens, when a step of it has begun.
 */
bool rollback_supersede(struct rollback *r);

/* Waits for an approval, or for what has to follow one: nothing has begun. */
bool rollback_waits(const struct rollback *r);

/* A person has allowed it; it may wait for its window still. */
bool rollback_is_approved(const struct rollback *r);

/* A person is asked to approve it, be it proposed or prepared. */
bool rollback_is_asking(const struct rollback *r);

/* The label of the approval step that asks him, in a run; NULL: none does. */
const char *rollback_gate(const struct rollback *r);

/* And something else was asked of a person before, of this incident. */
bool rollback_has_asked_before(const struct rollback *r);

/* Of whose role he must be: the severity's, or that of the step. */
enum severity rollback_asked_severity(const struct rollback *r);

/* He has answered it, which is stored.  False: it has ended meanwhile. */
bool rollback_answer_gate(
    struct rollback *r, bool is_approved, const char *by, const char *reason);

/* Adds "gate" and "role" where an approval step is under way. */
void rollback_gate_json(const struct rollback *r, struct json_object *o);

/*
 * A person has approved it, which is stored.  False when memory is short.
 * rollback_go() is to follow.
 */
bool rollback_approved(struct rollback *r, const char *by, int64_t at_ms);
void rollback_go(struct rollback *r);

/*
 * May a person say something to it just now: to whether it is to begin, or to
 * how grave it is?  False with the reason.
 */
bool rollback_may_be_answered(const struct rollback *r, struct error *err);
bool rollback_may_be_changed(const struct rollback *r, struct error *err);

/* What he says is being stored: until then nothing begins or ends. */
void rollback_set_answering(struct rollback *r, bool is_answering);
void rollback_set_severity(struct rollback *r, enum severity severity);

/* A person's no holds so long at most, while nothing changes. */
#define ROLLBACK_REJECTED_MS (INT64_C(24) * 3600 * 1000)

/*
 * Steps are run by units, which believe files of the operators' own: what such
 * a file has to say.  NULL: none is needed.  The caller puts it.
 */
bool rollback_needs_file(const struct monitor *m);
struct json_object *rollback_file(const struct rollback *r);

/* Planned already, so that it can be said what is approved?  If not it is. */
bool rollback_is_planned(struct rollback *r);

/* Not to be approved any more: rejected or expired. */
void rollback_turn_down(
    struct rollback *r, enum incident_outcome outcome, const char *reason);

/* Steps may be under way, or are about to be. */
bool rollback_acts(const struct rollback *r);
bool rollback_is_proposal(const struct rollback *r);

/* After a restart fresh samples are awaited. */
bool rollback_confirms(const struct rollback *r);
const char *rollback_id(const struct rollback *r);
const char *rollback_service(const struct rollback *r);

/* The lock it holds; "" without. */
const char *rollback_lock(const struct rollback *r);

/* What people are told of it, without a dedup_key; borrows all texts. */
struct notice rollback_notice(
    struct rollback *r, const char *event, const char *summary);

/* Open and not yet closing, by id; NULL: there is none. */
struct rollback *rollback_find(struct monitor *m, const char *id);

/* Whether there is one of that id, closing or not. */
bool rollback_exists(const struct monitor *m, const char *id);

/* Was it opened while its service was broken on purpose? */
bool rollback_is_drill(const struct monitor *m, const char *id);

/*
 * Another service that is being rolled back under that lock; NULL: none.  What
 * still waits for something looks at locks by itself before it begins.
 */
const char *rollback_at_work(
    const struct monitor *m, const char *service, const char *lock);

/* Adds service, procedure, version and target_version to an answer. */
void rollback_summarise(const struct rollback *r, struct json_object *o);

/* What the incident is doing: "open", "rolling_back", "verifying". */
const char *rollback_state(const struct rollback *r);

/* One sentence on what is going on, for status. */
void rollback_describe(
    const struct rollback *r, struct text *out, int64_t now_ms);
enum severity rollback_severity(const struct rollback *r);

/*
 * The service has another object after a reload.  True: the one before is
 * still needed, to verify with what the run began with.
 */
bool rollback_move(struct rollback *r, struct watched *w);

/* That one; NULL: none. */
struct watched *rollback_asks(const struct rollback *r);

/*
 * The copies of the configuration that open incidents and the daemon run on.
 * NULL: no memory, or not all incidents are known yet.
 */
struct digests *rollback_digests(struct monitor *m);

/* The daemon ends: memory only, everything durable stays. */
void rollback_free(struct rollback *r);

/*
 * From the events of an open incident, after a restart: where it was, and on
 * with it.  Events of one incident, in order.
 */
void rollback_recover(struct monitor *m, struct watched *w,
    const struct store_event *events, size_t count);

/* One that cannot be gone on with, and why: it is written up and closed. */
void rollback_recover_orphan(struct monitor *m,
    const struct store_event *events, size_t count, const char *why);

#endif
