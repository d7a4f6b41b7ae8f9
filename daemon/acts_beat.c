#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/suggest.h"
#include "daemon/acts_private.h"
#include "daemon/answers_private.h"
#include "daemon/rollback.h"
#include "probe/push.h"
#include "probe/push_settings.h"

static void
no_such_probe(
    struct control_call *call, const struct watched *w, const char *name)
{
	const struct service_settings *s = watched_settings(w);
	struct suggestion near = suggest_new(name);
	char buffer[128];

	for (size_t i = 0; i < s->probe_count; i++)
		if (s->probes[i].kind == &probe_push)
			suggest_consider(&near, s->probes[i].name);
	control_refuse(call, CONTROL_NOT_FOUND,
	    "service \"%s\" has no probe \"%s\"%s", s->name, name,
	    suggest_text(&near, buffer));
}

static struct beat
read_beat(struct monitor *m, struct json_object *args)
{
	const char *words = json_text(args, "detail");
	struct beat b = {
		.at_ms = loop_now_ms(m->loop),
		.failed = json_flag(args, "failed", false),
	};
	struct text detail = text_over(b.detail, sizeof(b.detail));

	b.has_value = json_number(args, "value", &b.value);
	if (words != NULL)
		text_add_escaped(&detail, words, strlen(words));
	return b;
}

static void
answer(struct monitor *m, struct control_call *call, const struct poller *p,
    const struct beat *beat)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "probe", json_text(control_args(call), "probe"));
	json_set_text(o, "outcome", beat->failed ? "failed" : "ok");
	answers_set_wall(m, o, "wall_ms", beat->at_ms);
	answers_set_wall(m, o, "expected_wall_ms",
	    beat->at_ms + push_allowed_ms(poller_settings(p)));
	control_reply(call, o);
}

/* Before a reload the service had another object, which may still verify. */
static struct poller *
older_poller(const struct watched *w, const char *probe)
{
	const struct rollback *r = watched_rollback(w);
	struct watched *older = r == NULL ? NULL : rollback_asks(r);

	return older == NULL ? NULL : watched_poller(older, probe);
}

/* Also one that is configured no more, while its run is verified. */
static struct watched *
find(struct monitor *m, struct control_call *call, const char *service)
{
	for (size_t i = 0; i < m->retired_count; i++)
		if (strcmp(watched_name(m->retired[i]), service) == 0 &&
		    monitor_watched(m, service) == NULL)
			return m->retired[i];
	return acts_service(m, call, service);
}

void
acts_beat(struct monitor *m, struct control_call *call)
{
	const char *target = json_text(control_args(call), "probe");
	const char *slash = strchr(target, '/');
	char service[NAME_MAX_BYTES + 1];
	struct beat beat = read_beat(m, control_args(call));
	struct poller *p, *older;
	struct watched *w;

	(void)snprintf(
	    service, sizeof(service), "%.*s", (int)(slash - target), target);
	w = find(m, call, service);
	if (w == NULL)
		return;
	p = watched_poller(w, slash + 1);
	older = older_poller(w, slash + 1);
	if (older != NULL)
		(void)poller_beat(older, &beat); /* of whatever kind it was */
	if (p == NULL)
		no_such_probe(call, w, slash + 1);
	else if (!poller_beat(p, &beat))
		control_refuse(call, CONTROL_CONFLICT,
		    "%s is of type %s: only probes of type push take beats",
		    target, poller_settings(p)->kind->name);
	else
		answer(m, call, p, &beat);
}
