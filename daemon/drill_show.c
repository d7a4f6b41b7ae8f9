/* What people and programs are shown of drills. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/drill_private.h"
#include "daemon/metrics.h"

#define SECOND_MS 1000

struct drills *
drills_new(struct monitor *m)
{
	struct drills *d = calloc(1, sizeof(*d));

	if (d != NULL)
		d->m = m;
	return d;
}

void
drills_free(struct drills *d)
{
	if (d == NULL)
		return;
	drilling_free(d->on);
	while (d->records != NULL) {
		struct drill_record *r = d->records;

		d->records = r->next;
		json_object_put(r->last);
		free(r);
	}
	free(d);
}

static struct drilling *
on_of(const struct monitor *m, const char *service)
{
	struct drilling *x = m->drills == NULL ? NULL : m->drills->on;

	return x != NULL && service != NULL &&
		strcmp(x->service, service) == 0 ?
	    x :
	    NULL;
}

const char *
drills_on(const struct monitor *m, const char *service)
{
	const struct drilling *x = on_of(m, service);

	return x == NULL || !x->is_begun ? NULL : x->id;
}

bool
drills_are_busy(const struct monitor *m, const char *service)
{
	const struct drilling *x = on_of(m, service);

	return x != NULL && (drill_is_busy(&x->core) || x->write.is_on);
}

bool
drills_blind(const struct monitor *m, const char *service)
{
	const struct drilling *x = on_of(m, service);

	return x != NULL && drill_is_blind(&x->core);
}

const char *
drills_config(const struct monitor *m)
{
	const struct drilling *x = m->drills == NULL ? NULL : m->drills->on;

	return x == NULL || x->heals == NULL ? NULL :
					       drill_run_config(x->heals);
}

static const char *
stage_word(const struct drill *d)
{
	switch (d->stage) {
	case DRILL_NEW:
		return "begins";
	case DRILL_INJECTING:
		return "breaking";
	case DRILL_WATCHING:
		return d->is_acting                      ? "rolling_back" :
		    d->at_ms[DRILL_DETECTED] != NEVER_MS ? "detected" :
							   "broken";
	case DRILL_ENDING:
		return d->heal == HEAL_DONE ? "settling" : "healing";
	case DRILL_OVER:
		break;
	}
	return "ending";
}

static struct json_object *
on_json(const struct drilling *x)
{
	struct json_object *o = drilling_ended_json(x);

	json_object_object_del(o, "ended_ms");
	json_object_object_del(o, "report");
	json_set_text(o, "stage", stage_word(&x->core));
	return o;
}

struct json_object *
drills_json(struct monitor *m, const char *service)
{
	const struct drilling *x = on_of(m, service);
	const struct drill_record *r = drill_record_find(m->drills, service);
	struct json_object *o = json_object_new_object();

	json_set_text(o, "service", service);
	json_set_int(o, "wall_ms", loop_wall_ms());
	if (x != NULL)
		json_set(o, "on", on_json(x));
	if (r != NULL && r->last != NULL)
		json_set(o, "last", json_object_get(r->last));
	if (r != NULL && r->passed_ms > 0)
		json_set_int(o, "passed_wall_ms", r->passed_ms);
	return o;
}

struct json_object *
drills_status_json(struct monitor *m, const struct watched *w)
{
	const struct drilling *x = on_of(m, watched_name(w));
	const struct drill_record *r =
	    drill_record_find(m->drills, watched_name(w));
	const char *result = NULL;
	struct json_object *o;

	if (x == NULL && r == NULL && !watched_settings(w)->drill.is_given)
		return NULL;
	o = json_object_new_object();
	if (x != NULL) {
		json_set_text(o, "id", x->id);
		json_set_text(o, "stage", stage_word(&x->core));
	}
	if (r != NULL && r->last != NULL)
		result = json_text(r->last, "result");
	if (result != NULL) {
		json_set_text(o, "result", result);
		json_set_int(o, "tried_wall_ms", r->tried_ms);
		json_set_bool(o, "broken", json_flag(r->last, "broken", false));
	}
	if (r != NULL && r->passed_ms > 0) {
		json_set_int(o, "passed_wall_ms", r->passed_ms);
		json_set_int(o, "age_ms", loop_wall_ms() - r->passed_ms);
	}
	return o;
}

void
drills_metrics(struct monitor *m, struct text *out)
{
	static const char total[] = "rollbackd_drills_total";
	static const char age[] = "rollbackd_drill_age_seconds";

	metrics_family(out, "rollbackd_drill_on", "gauge",
	    "Whether a service is broken on purpose just now.");
	text_addf(out, "rollbackd_drill_on %d\n", m->drills->on != NULL);
	metrics_family(
	    out, total, "counter", "Drills that ended, by their result.");
	for (int i = DRILL_PASSED; i <= DRILL_ABORTED; i++)
		text_addf(out, "%s{result=\"%s\"} %" PRIu64 "\n", total,
		    drill_result_word((enum drill_result)i),
		    m->drills->counts[i]);
	metrics_family(out, age, "gauge",
	    "How long ago a drill of the service last succeeded.");
	for (const struct drill_record *r = m->drills->records; r != NULL;
	     r = r->next)
		if (r->passed_ms > 0)
			text_addf(out, "%s{service=\"%s\"} %" PRId64 "\n", age,
			    r->service,
			    (loop_wall_ms() - r->passed_ms) / SECOND_MS);
}
