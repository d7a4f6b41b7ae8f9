/* Did anything change before the symptom? */
#include <string.h>

#include "daemon/rollback_private.h"

/* Deployments further back are no evidence, but of the service itself. */
#define LOOK_BACK_MS (INT64_C(24) * 3600 * 1000)
#define CHANGES_MAX 8

static void
add_change(struct rollback *r, struct json_object *list, const char *service,
    const struct version *x, int64_t bad_ms)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "service", service);
	json_set_text(o, "version", x->name);
	json_set_text(o, "by", x->by);
	json_set_int(o, "deployed_ms", events_wall_ms(r->m, x->placed_ms));
	/* Negative: it came when it was bad already. */
	json_set_int(o, "before_ms", bad_ms - x->placed_ms);
	(void)json_object_array_add(list, o);
}

/* The last one that came before, and those that came since. */
static void
add_own(struct rollback *r, struct json_object *list, int64_t bad_ms)
{
	const struct versions *v = service_versions(watched_core(r->w));
	const struct version *last = NULL;

	for (unsigned i = 0; i < v->count; i++) {
		const struct version *x = &v->items[i];

		if (x->placed_ms != NEVER_MS && x->placed_ms <= bad_ms &&
		    (last == NULL || x->placed_ms > last->placed_ms))
			last = x;
	}
	if (last != NULL)
		add_change(r, list, r->service, last, bad_ms);
	for (unsigned i = 0; i < v->count; i++)
		if (v->items[i].placed_ms > bad_ms)
			add_change(r, list, r->service, &v->items[i], bad_ms);
}

static void
add_newest(struct rollback *r, struct json_object *list, struct watched *w,
    int64_t bad_ms)
{
	const struct versions *v = service_versions(watched_core(w));
	const struct version *newest = NULL;

	for (unsigned i = 0; i < v->count; i++)
		if (v->items[i].placed_ms != NEVER_MS &&
		    (newest == NULL ||
			v->items[i].placed_ms > newest->placed_ms))
			newest = &v->items[i];
	if (newest != NULL && bad_ms - newest->placed_ms <= LOOK_BACK_MS)
		add_change(r, list, watched_name(w), newest, bad_ms);
}

struct json_object *
rollback_changes_json(struct rollback *r)
{
	int64_t bad_ms =
	    r->first_bad_ms == NEVER_MS ? r->opened_ms : r->first_bad_ms;
	struct json_object *list = json_object_new_array();
	const char *group = watched_settings(r->w)->group;

	add_own(r, list, bad_ms);
	for (size_t i = 0; i < r->m->watched_count &&
	     json_object_array_length(list) < CHANGES_MAX;
	     i++) {
		struct watched *w = r->m->watched[i];

		if (w != r->w && group != NULL &&
		    strcmp(watched_settings(w)->group, group) == 0)
			add_newest(r, list, w, bad_ms);
	}
	return list;
}
