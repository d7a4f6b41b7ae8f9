/* The registry of the versions of a service. */
#include "daemon/answers_private.h"

#include <string.h>

#include "base/text.h"

#define OBSTACLE_TEXT_MAX 512

/* What is in place and not verified soaks; what no longer is, was replaced. */
static const char *
state_word(const struct service *core, const struct version *x)
{
	const struct versions *v = service_versions(core);

	if (x->state == VERSION_DEPLOYED && strcmp(x->name, v->now) != 0)
		return "replaced";
	if (versions_soaks(v) && strcmp(x->name, v->now) == 0 &&
	    service_soaked_ms(core) > 0)
		return "soaking";
	return version_state_word(x->state);
}

static struct json_object *
version_json(
    struct monitor *m, const struct service *core, const struct version *x)
{
	const struct versions *v = service_versions(core);
	struct text obstacle = text_new(OBSTACLE_TEXT_MAX);
	struct json_object *o = json_object_new_object();

	json_set_text(o, "version", x->name);
	json_set_text(o, "state", state_word(core, x));
	json_set_bool(o, "in_place", strcmp(x->name, v->now) == 0);
	json_set_bool(o, "target", strcmp(x->name, v->way.target) == 0);
	answers_set_wall(m, o, "deployed_wall_ms", x->placed_ms);
	answers_set_known(o, "by", x->by);
	answers_set_wall(m, o, "since_wall_ms", x->judged_ms);
	answers_set_known(o, "why", x->why);
	answers_set_known(o, "incompatible", x->incompatible);
	if (versions_obstacle(v, x, &obstacle))
		json_set_text(o, "obstacle", text_str(&obstacle));
	text_free(&obstacle);
	return o;
}

void
answers_versions(struct monitor *m, struct control_call *call)
{
	const char *name = json_text(control_args(call), "service");
	struct watched *w = answers_find(m, call, name);
	struct json_object *o, *list;
	const struct service *core;
	const struct versions *v;

	if (w == NULL)
		return;
	core = watched_core(w);
	v = service_versions(core);
	o = json_object_new_object();
	list = json_object_new_array();
	for (unsigned i = v->count; i-- > 0;)
		(void)json_object_array_add(
		    list, version_json(m, core, &v->items[i]));
	json_set_int(o, "wall_ms", loop_wall_ms());
	json_set_text(o, "service", name);
	answers_set_known(o, "version", v->now);
	answers_set_known(o, "previous_version", v->previous);
	answers_set_known(o, "seen_version", service_seen_version(core));
	answers_set_known(o, "target_version", v->way.target);
	answers_set_known(o, "no_target", v->way.no_target);
	if (watched_settings(w)->soak_ms != SOAK_NONE) {
		json_set_int(o, "soak_ms", watched_settings(w)->soak_ms);
		if (versions_soaks(v))
			json_set_int(o, "soaked_ms", service_soaked_ms(core));
	}
	json_set(o, "versions", list);
	control_reply(call, o);
}
