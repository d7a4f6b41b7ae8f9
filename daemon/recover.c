#include "daemon/recover.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/json.h"
#include "daemon/baselines.h"
#include "daemon/drill.h"
#include "daemon/events.h"
#include "daemon/log.h"
#include "daemon/recover_moment.h"
#include "daemon/rollback.h"
#include "daemon/together.h"
#include "daemon/versions_log.h"
#include "daemon/watched.h"
#include "report/event.h"

#define TRY_AGAIN_MS 1000

struct recovery {
	struct monitor *m;
	loop_callback *done;
	void *arg;
	struct loop_timer *timer;
	unsigned stage;
};

/* One kind of thing to be remembered. */
struct stage {
	struct store_query query;
	void (*take)(
	    struct monitor *m, const struct store_event *rows, size_t count);
};

/* A moment of any boot, on the clock of this one; never in the future. */
int64_t
recover_moment_ms(struct monitor *m, const struct store_event *e)
{
	int64_t now_ms = loop_now_ms(m->loop);
	int64_t at_ms = e->boot_ms;

	if (e->boot_id == NULL || strcmp(e->boot_id, m->boot_id) != 0)
		at_ms = now_ms - (loop_wall_ms() - e->wall_ms);
	return at_ms < now_ms ? at_ms : now_ms;
}

static struct json_object *
data_of(const struct store_event *e)
{
	struct error err;

	return json_parse(e->data, strlen(e->data), &err);
}

/* Those that leave a cool-down behind. */
static bool
has_acted(const char *outcome)
{
	static const char *const acted[] = { "recovered", "not_recovered",
		"failed", "interrupted", "aborted" };

	for (size_t i = 0; i < sizeof(acted) / sizeof(acted[0]); i++)
		if (outcome != NULL && strcmp(outcome, acted[i]) == 0)
			return true;
	return false;
}

/* What was turned down is not asked again at once. */
static void
take_dismissal(struct watched *w, const struct store_event *e,
    struct json_object *data, int64_t at_ms)
{
	const char *outcome = json_text(data, "outcome");
	int64_t until_ms;

	if (!json_int(data, "dismissed_until_ms", &until_ms))
		return;
	service_dismiss(watched_core(w), json_text(data, "rule"),
	    outcome != NULL && strcmp(outcome, "expired") == 0, at_ms,
	    at_ms + until_ms - e->wall_ms);
}

/* A run ended, a version was seen, before that could be written. */
static struct store_event
as_of(const struct store_event *e, struct json_object *data)
{
	struct store_event then = *e;

	if (json_int(data, "as_of_ms", &then.wall_ms))
		(void)json_int(data, "as_of_boot_ms", &then.boot_ms);
	return then;
}

static void
take_closed(struct monitor *m, struct watched *w, struct json_object *data,
    int64_t at_ms)
{
	const char *outcome = json_text(data, "outcome");
	const char *rule = json_text(data, "rule");
	bool acted = has_acted(outcome) && !BUG(FORGET_COOLDOWN_AT_RESTART);

	if (acted && (w == NULL || service_acts_alone(watched_core(w), rule)))
		together_acted(m->together, at_ms);
	if (w != NULL && acted)
		service_heading(watched_core(w), json_text(data, "heading"));
	if (w != NULL && acted)
		service_acted(watched_core(w),
		    &(struct service_act){ .rule = rule,
			.procedure = json_text(data, "procedure"),
			.from = json_text(data, "from"),
			.now_at = json_text(data, "now_at"),
			.why = json_text(data, "why"),
			.not_recovered = strcmp(outcome, "not_recovered") == 0,
			.had_tripped = json_flag(data, "had_tripped", false),
			.at_ms = at_ms });
}

static void
take_hold(struct monitor *m, const struct store_event *e)
{
	struct json_object *data = data_of(e);
	const char *id = json_text(data, "id");
	struct hold hold = { .until_ms = HOLD_FOR_EVER_MS };
	const char *scope = json_text(data, "scope");
	const char *reason = json_text(data, "reason");
	const char *by = json_text(data, "by");
	int64_t until_ms = 0;

	(void)snprintf(hold.id, sizeof(hold.id), "%s", id == NULL ? "" : id);
	(void)snprintf(
	    hold.scope, sizeof(hold.scope), "%s", scope == NULL ? "*" : scope);
	(void)snprintf(hold.reason, sizeof(hold.reason), "%s",
	    reason == NULL ? "" : reason);
	(void)snprintf(
	    hold.author, sizeof(hold.author), "%s", by == NULL ? "" : by);
	hold.since_wall_ms = e->wall_ms;
	if (json_int(data, "until_ms", &until_ms) && until_ms > 0) {
		hold.until_wall_ms = until_ms;
		hold.until_ms =
		    recover_moment_ms(m, e) + (until_ms - e->wall_ms);
	}
	if (!BUG(FORGET_HOLDS_AT_RESTART) && !holds_add(&m->holds, &hold))
		abort(); /* a hold must not be forgotten */
	json_object_put(data);
}

/* An event, with the moment at which it took effect. */
struct told {
	struct store_event event;
	struct json_object *data;
};

static void
take_told(struct monitor *m, const struct told *t)
{
	struct watched *w = monitor_watched(m, t->event.service);
	int64_t at_ms = recover_moment_ms(m, &t->event);

	if (strcmp(t->event.kind, EVENT_CLOSED) == 0) {
		holds_outlast(
		    &m->holds, t->event.service, at_ms, t->event.wall_ms);
		take_closed(m, w, t->data, at_ms);
		if (w != NULL)
			take_dismissal(w, &t->event, t->data, at_ms);
	} else if (w != NULL) {
		versions_take(w, t->event.kind, t->data, at_ms);
	}
}

static bool
came_before(const struct store_event *a, const struct store_event *b)
{
	return a->boot_id != NULL && b->boot_id != NULL &&
	    strcmp(a->boot_id, b->boot_id) == 0 && a->boot_ms < b->boot_ms;
}

/* What was written while a report was made came after the run, not before. */
static void
put_in_order(struct told *all, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct told late = all[i];
		size_t k = i;

		if (strcmp(late.event.kind, EVENT_CLOSED) != 0)
			continue;
		while (k > 0 && came_before(&late.event, &all[k - 1].event)) {
			all[k] = all[k - 1];
			k--;
		}
		all[k] = late;
	}
}

static void
take_log(struct monitor *m, const struct store_event *rows, size_t count)
{
	struct told *all = calloc(count + 1, sizeof(*all));

	if (all == NULL)
		abort(); /* start again, from the store */
	for (size_t i = 0; i < count; i++) {
		all[i].data = data_of(&rows[i]);
		all[i].event = as_of(&rows[i], all[i].data);
	}
	put_in_order(all, count);
	for (size_t i = 0; i < count; i++) {
		take_told(m, &all[i]);
		json_object_put(all[i].data);
	}
	free(all);
}

static void
take_release(struct monitor *m, const struct store_event *e)
{
	struct json_object *data = data_of(e);
	const char *id = json_text(data, "id");

	if (id != NULL)
		(void)holds_remove(&m->holds, id);
	json_object_put(data);
}

/* In their order: of thousands that came and went, few are left at a time. */
static void
take_holds(struct monitor *m, const struct store_event *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].kind, EVENT_HOLD) == 0)
			take_hold(m, &rows[i]);
		else
			take_release(m, &rows[i]);
	holds_expire(&m->holds, loop_now_ms(m->loop));
}

/*
 * A proposal that was to make room for one that acts may have been open still
 * when the daemon ended: then it makes room now.
 */
static bool
make_room(struct watched *w)
{
	struct rollback *before = watched_rollback(w);

	return before == NULL || rollback_supersede(before);
}

static void
take_incident(struct monitor *m, const struct store_event *rows, size_t count)
{
	struct watched *w = monitor_watched(m, rows[0].service);
	struct store_event *copy = calloc(count, sizeof(*copy));

	if (copy == NULL)
		abort(); /* an open incident must not be forgotten */
	for (size_t i = 0; i < count; i++) {
		copy[i] = rows[i];
		copy[i].boot_ms = recover_moment_ms(m, &rows[i]);
	}
	if (w == NULL)
		rollback_recover_orphan(
		    m, copy, count, "the service is configured no more");
	else if (make_room(w))
		rollback_recover(m, w, copy, count);
	else
		rollback_recover_orphan(
		    m, copy, count, "another one of the service has begun");
	free(copy);
}

/* Rows of several incidents, mixed, in the order of the log. */
static void
take_incidents(struct monitor *m, const struct store_event *rows, size_t count)
{
	struct store_event *one = calloc(count + 1, sizeof(*one));
	bool *is_done = calloc(count + 1, sizeof(*is_done));

	if (one == NULL || is_done == NULL)
		abort(); /* an open incident must not be forgotten */
	for (size_t i = 0; i < count; i++) {
		size_t found = 0;

		for (size_t k = i; k < count && !is_done[i]; k++)
			if (!is_done[k] && rows[k].incident != NULL &&
			    strcmp(rows[k].incident, rows[i].incident) == 0) {
				is_done[k] = k != i;
				one[found++] = rows[k];
			}
		if (found > 0)
			take_incident(m, one, found);
	}
	free(one);
	free(is_done);
}

static void
take_baselines(struct monitor *m, const struct store_event *rows, size_t count)
{
	baselines_recover(m->baselines, rows, count);
}

/* What a registry of versions is made of. */
static const char *const version_kinds[] = { EVENT_DEPLOY, EVENT_GOOD,
	EVENT_MARK, EVENT_FOUND, EVENT_WELL, EVENT_CLOSED, NULL };

static const struct stage stages[] = {
	{ { .kind = EVENT_BASELINE }, take_baselines },
	{ { .kind = EVENT_HOLD, .or_kind = EVENT_RELEASE }, take_holds },
	{ { .kinds = version_kinds }, take_log },
	{ { .kind = EVENT_REPORT, .or_kind = EVENT_WITHDRAWN },
	    reports_recover },
	{ { .kinds = drills_kinds }, drills_recover },
	{ { .open_incidents = true }, take_incidents },
};

static void next_stage(void *arg);

static void
on_rows(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct recovery *y = arg;

	if (!ok) {
		loop_timer_start(y->timer, TRY_AGAIN_MS);
		return;
	}
	if (count > 0)
		stages[y->stage].take(y->m, rows, count);
	y->stage++;
	next_stage(y);
}

static void
next_stage(void *arg)
{
	struct recovery *y = arg;

	if (y->stage < sizeof(stages) / sizeof(stages[0])) {
		store_read(y->m->store, &stages[y->stage].query, on_rows, y);
		return;
	}
	loop_timer_free(y->timer);
	y->done(y->arg);
	free(y);
}

void
recover_start(struct monitor *m, loop_callback *done, void *arg)
{
	struct recovery *y = calloc(1, sizeof(*y));

	if (y == NULL)
		abort(); /* start again, from the store */
	y->m = m;
	y->done = done;
	y->arg = arg;
	y->timer = loop_timer_new(m->loop, next_stage, y);
	if (y->timer == NULL)
		abort(); /* start again, from the store */
	next_stage(y);
}

static void
on_service_rows(
    void *arg, bool ok, const struct store_event *rows, size_t count)
{
	if (ok)
		take_log(arg, rows, count);
	else
		log_error("what was deployed of a service that was added "
			  "cannot be read: say it again with deploy");
}

static void
on_service_baselines(
    void *arg, bool ok, const struct store_event *rows, size_t count)
{
	if (ok)
		take_baselines(arg, rows, count);
	else
		log_error("what was pinned of a service that was added "
			  "cannot be read: say it again with baseline");
}

void
recover_service(struct monitor *m, const char *service)
{
	struct store_query query = {
		.kinds = version_kinds,
		.service = service,
	};

	store_read(m->store, &query, on_service_rows, m);
	query.kinds = NULL;
	query.kind = EVENT_BASELINE;
	store_read(m->store, &query, on_service_baselines, m);
}
