#include <stdlib.h>

#include "daemon/acts_private.h"
#include "daemon/life.h"
#include "daemon/log.h"
#include "daemon/reload.h"
#include "daemon/rollback.h"

struct reloading {
	struct monitor *m;
	struct control_call *call; /* NULL: by signal */
	struct generation *before; /* in use while it is compared with */
};

static struct json_object *
complaints_json(struct complaints *complaints)
{
	struct json_object *list = json_object_new_array();
	const char *line;

	for (size_t i = 0; (line = complaints_line(complaints, i)) != NULL; i++)
		(void)json_object_array_add(list, json_object_new_string(line));
	return list;
}

static void
refuse_reload(struct control_call *call, struct loaded *l, const char *why)
{
	const char *line;

	log_service(LOG_LEVEL_ERROR, LOG_ID_RELOAD_REFUSED, NULL,
	    "%s: the old configuration stays in use", why);
	for (size_t i = 0;
	     l != NULL && (line = complaints_line(l->complaints, i)) != NULL;
	     i++)
		log_error("%s", line);
	if (call != NULL && l != NULL)
		control_refuse_config(
		    call, complaints_json(l->complaints), "%s", why);
	else if (call != NULL)
		control_refuse(call, CONTROL_FAILED, "%s", why);
}

static void
record_reload(
    struct monitor *m, struct json_object *summary, struct control_call *call)
{
	struct event_draft draft = {
		.kind = EVENT_RELOAD,
		.data = json_object_new_object(),
	};
	char by[CALLER_TEXT_MAX];

	json_set_text(
	    draft.data, "by", call == NULL ? "signal" : acts_by(call, by));
	json_set(
	    draft.data, "added", json_object_get(json_array(summary, "added")));
	json_set(draft.data, "changed",
	    json_object_get(json_array(summary, "changed")));
	json_set(draft.data, "removed",
	    json_object_get(json_array(summary, "removed")));
	events_append(m, &draft, 1, NULL, NULL, NULL, NULL);
}

/* One way or the other it is over. */
static void
end(struct reloading *r, struct loaded *l)
{
	struct monitor *m = r->m;

	m->is_reloading = false;
	life_reloaded();
	if (m->reload_failed)
		m->counts.reloads_refused++;
	else
		m->counts.reloads++;
	load_free(l);
	generation_leave(r->before);
	free(r);
	if (m->reload_again) {
		m->reload_again = false;
		acts_reload(m, NULL);
	}
}

static void
on_applied(void *arg, struct loaded *l, struct json_object *summary,
    const struct error *err)
{
	struct reloading *r = arg;

	r->m->reload_failed = summary == NULL;
	if (summary == NULL)
		refuse_reload(r->call, NULL, err->text);
	else {
		r->m->shadow = false;
		r->m->trouble[0] = '\0';
		record_reload(r->m, summary, r->call);
		if (r->call != NULL)
			control_reply(r->call, summary);
		else
			json_object_put(summary);
	}
	end(r, l);
}

static void
on_loaded(void *arg, struct loaded *l)
{
	struct reloading *r = arg;
	struct error err = { "no memory" };

	if (l == NULL || l->config == NULL)
		refuse_reload(r->call, l, "the configuration is wrong");
	else if (!l->is_kept)
		refuse_reload(r->call, l, l->trouble.text);
	else if (reload_start(r->m, l, on_applied, r, &err))
		return;
	else
		refuse_reload(r->call, NULL, err.text);
	r->m->reload_failed = true;
	end(r, l);
}

void
acts_reload(struct monitor *m, struct control_call *call)
{
	struct reloading *r;

	/* What systemd hears at the end of a reload is that all is up. */
	if (!m->is_ready) {
		m->reload_again = true;
		return;
	}
	if (m->is_reloading) {
		/* What is being read may be older than what is meant. */
		if (call == NULL)
			m->reload_again = true;
		else
			control_refuse(call, CONTROL_BUSY,
			    "a reload is under way: try again");
		return;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		refuse_reload(call, NULL, "no memory");
		return;
	}
	*r = (struct reloading){ m, call, generation_join(m->generation) };
	m->is_reloading = true;
	life_reloading();
	if (!load_start(m->loop, m->config_path, rollback_digests(m),
		m->generation->config, on_loaded, r)) {
		generation_leave(r->before);
		m->is_reloading = false;
		life_reloaded();
		free(r);
		refuse_reload(call, NULL, "no thread to read it with");
	}
}
