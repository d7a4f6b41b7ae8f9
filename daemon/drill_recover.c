/* Drills of the log, after a restart; and those that begin by themselves. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "daemon/drill_private.h"
#include "daemon/log.h"
#include "daemon/recover_moment.h"

#define LOOK_MS 5000

const char *const drills_kinds[] = { EVENT_DRILL, EVENT_DRILL_RUN,
	EVENT_DRILL_INTENT, EVENT_DRILL_OUTCOME, EVENT_DRILL_SAW,
	EVENT_DRILL_ENDED, NULL };

static bool
is_kind(const struct store_event *e, const char *kind)
{
	return strcmp(e->kind, kind) == 0;
}

static struct json_object *
data_of(const struct store_event *e)
{
	struct error err;

	return json_parse(e->data, strlen(e->data), &err);
}

static bool
is_of(const struct store_event *e, struct json_object *data, const char *id)
{
	const char *its = json_text(data, "id");

	return e->service != NULL && its != NULL && strcmp(its, id) == 0;
}

static void
take_run(
    struct drilling *x, const struct store_event *e, struct json_object *data)
{
	struct drill_run_of of = drilling_occasion(x, x->before);
	struct error err = { "" };
	struct drill_run *run =
	    drill_run_recover(x->m, x->generation, &of, e->run, data, &err);
	struct drill_run **place =
	    json_flag(data, "heals", false) ? &x->heals : &x->breaks;

	if (run == NULL) {
		log_service(LOG_LEVEL_ERROR, LOG_ID_NONE, x->service,
		    "DRILL %s: a plan cannot be read: %s", x->id, err.text);
		return;
	}
	drill_run_free(*place);
	*place = run;
}

static void
take_step(
    struct drilling *x, const struct store_event *e, struct json_object *data)
{
	struct drill_run *const runs[] = { x->breaks, x->heals };

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		if (runs[i] != NULL && e->run != NULL &&
		    strcmp(drill_run_id(runs[i]), e->run) == 0)
			drill_run_replay(
			    runs[i], e->kind, data, recover_moment_ms(x->m, e));
}

static void
take_saw(struct drilling *x, struct json_object *data)
{
	const char *word = json_text(data, "what");
	const char *incident = json_text(data, "incident");
	int64_t wall_ms = loop_wall_ms();
	enum drill_input input;

	(void)json_int(data, "at_ms", &wall_ms);
	if (incident != NULL)
		(void)snprintf(
		    x->incident, sizeof(x->incident), "%s", incident);
	if (word != NULL && drill_input_parse(word, &input))
		drill_saw(&x->core, input, json_text(data, "detail"),
		    loop_now_ms(x->m->loop) - (loop_wall_ms() - wall_ms));
}

/* All that is told of it behind its beginning, in order. */
static void
replay(struct drilling *x, const struct store_event *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct json_object *data = data_of(&rows[i]);

		if (!is_of(&rows[i], data, x->id))
			;
		else if (is_kind(&rows[i], EVENT_DRILL_RUN))
			take_run(x, &rows[i], data);
		else if (is_kind(&rows[i], EVENT_DRILL_SAW))
			take_saw(x, data);
		else if (is_kind(&rows[i], EVENT_DRILL_INTENT) ||
		    is_kind(&rows[i], EVENT_DRILL_OUTCOME))
			take_step(x, &rows[i], data);
		json_object_put(data);
	}
}

static void
take_ended(
    struct drills *d, const struct store_event *e, struct json_object *data)
{
	struct drill_record *r = drill_record_make(d, e->service);
	const char *result = json_text(data, "result");

	if (r == NULL)
		abort(); /* start again, from the store */
	(void)json_int(data, "began_ms", &r->tried_ms);
	if (result != NULL &&
	    strcmp(result, drill_result_word(DRILL_PASSED)) == 0)
		r->passed_ms = e->wall_ms;
	json_object_put(r->last);
	r->last = json_object_get(data);
}

/* Begun, and not ended: at most one was on. */
static void
take_open(struct monitor *m, const struct store_event *e,
    const struct store_event *rows, size_t count)
{
	struct watched *w = monitor_watched(m, e->service);
	struct generation *g =
	    w == NULL ? m->generation : watched_generation(w);
	struct drilling *x = drilling_new(m, e->service, g);
	struct json_object *data = data_of(e);

	if (x == NULL)
		abort(); /* what is broken must not be forgotten */
	drilling_take(x, data, recover_moment_ms(m, e), e->wall_ms);
	json_object_put(data);
	replay(x, rows, count);
	x->is_begun = true;
	m->drills->on = x;
}

void
drills_recover(struct monitor *m, const struct store_event *rows, size_t count)
{
	const struct store_event *open = NULL;

	for (size_t i = 0; i < count; i++) {
		struct json_object *data = data_of(&rows[i]);

		if (rows[i].service == NULL)
			;
		else if (is_kind(&rows[i], EVENT_DRILL))
			open = &rows[i];
		else if (is_kind(&rows[i], EVENT_DRILL_ENDED)) {
			open = NULL;
			take_ended(m->drills, &rows[i], data);
		}
		json_object_put(data);
	}
	if (open != NULL)
		take_open(m, open, rows, count);
}

void
drills_ready(struct monitor *m)
{
	struct drilling *x = m->drills->on;

	if (x == NULL)
		return;
	log_service(LOG_LEVEL_WARNING, LOG_ID_NONE, x->service,
	    "goes on with drill %s after a restart", x->id);
	drilling_saw(x, DRILL_SAW_RESTART, NULL, loop_now_ms(m->loop));
	drilling_resume(x);
}

void
drills_look(struct monitor *m)
{
	static const char reason[] = "it is due";
	struct drills *d = m->drills;
	int64_t now_ms = loop_now_ms(m->loop);

	if (d == NULL || d->on != NULL || !m->is_ready ||
	    now_ms - d->looked_ms < LOOK_MS)
		return;
	d->looked_ms = now_ms;
	for (size_t i = 0; i < m->watched_count && d->on == NULL; i++) {
		struct watched *w = m->watched[i];
		const struct drill_record *r;
		const struct drill_order o = {
			.by = "rollbackd",
			.reason = reason,
			.is_scheduled = true,
		};
		struct error err;

		if (watched_settings(w)->drill.every_ms == 0)
			continue;
		r = drill_record_find(d, watched_name(w));
		if (drill_is_due(&watched_settings(w)->drill,
			r == NULL ? 0 : r->passed_ms,
			r == NULL ? 0 : r->tried_ms, loop_wall_ms()))
			(void)drills_begin(m, w, &o, NULL, NULL, &err);
	}
}
