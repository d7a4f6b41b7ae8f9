#include "daemon/answers_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/version.h"
#include "daemon/together.h"
#include "daemon/witness.h"

#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define HEAD_MAX_BYTES ((size_t)1024 * 1024)
#define DELIVERIES_WORDS_MAX 128

static void
add_trouble(struct json_object *list, const char *what, const char *trouble)
{
	struct text words = text_new(ERROR_TEXT_MAX * 2);
	struct json_object *o = json_object_new_object();

	if (trouble != NULL && *trouble != '\0') {
		text_addf(&words, "%s%s", what, trouble);
		/* By way of a member: bytes that are not UTF-8 are mended. */
		json_set_text(o, "text", text_str(&words));
		(void)json_object_array_add(
		    list, json_object_get(json_member(o, "text")));
	}
	json_object_put(o);
	text_free(&words);
}

static void
add_deliveries(struct json_object *list, struct monitor *m)
{
	struct outbox_counts c = outbox_counts(m->outbox);
	char words[DELIVERIES_WORDS_MAX];
	const char *name;

	if (c.dead > 0) {
		(void)snprintf(words, sizeof(words),
		    "%zu notifications could not be delivered: see rollbackctl "
		    "notify list",
		    c.dead);
		add_trouble(list, "", words);
	}
	for (unsigned i = 0; (name = outbox_failing(m->outbox, i)) != NULL; i++)
		add_trouble(list, "cannot tell notifier ", name);
}

static struct json_object *
trouble_json(struct monitor *m)
{
	struct json_object *list = json_object_new_array();
	char words[TOGETHER_WORDS_MAX];

	add_trouble(list, "", m->trouble);
	add_trouble(list, "cannot act: ", m->cannot_act_why);
	add_trouble(
	    list, "cannot tell nor ask by command: ", m->cannot_tell_why);
	add_trouble(list, "the store: ", store_trouble(m->store));
	if (store_state(m->store) == STORE_QUARANTINED)
		add_trouble(list, "",
		    "a damaged store was set aside, what it knew is lost: "
		    "release the hold to go on");
	add_trouble(list, "no witness answers, not even ",
	    witnesses_blind(m->witnesses));
	if (together_fails(m->together, words))
		add_trouble(list, "", words);
	if (together_limit_until_ms(m->together, loop_now_ms(m->loop)) > 0)
		add_trouble(list, "",
		    "all services together have had the rollbacks of an hour: "
		    "no more begin by themselves");
	add_deliveries(list, m);
	if (m->tilt_until_ms > loop_now_ms(m->loop))
		add_trouble(list, "",
		    "it was paused or the clock moved: it collects afresh");
	return list;
}

static struct json_object *
notifications_json(struct monitor *m)
{
	struct outbox_counts c = outbox_counts(m->outbox);
	struct json_object *o = json_object_new_object();
	struct json_object *failing = json_object_new_array();
	const char *name;

	json_set_int(o, "dead", (int64_t)c.dead);
	for (unsigned i = 0; (name = outbox_failing(m->outbox, i)) != NULL; i++)
		(void)json_object_array_add(
		    failing, json_object_new_string(name));
	json_set(o, "failing", failing);
	return o;
}

static const char *
store_word(enum store_state state)
{
	switch (state) {
	case STORE_OK:
		break;
	case STORE_FAILED:
		return "failed";
	case STORE_QUARANTINED:
		return "quarantined";
	}
	return "ok";
}

static struct json_object *
daemon_json(struct monitor *m)
{
	struct json_object *o = json_object_new_object();
	enum store_state store = store_state(m->store);

	json_set_text(o, "version", ROLLBACKD_VERSION);
	json_set_int(o, "pid", getpid());
	json_set_int(o, "uptime_ms", loop_now_ms(m->loop) - m->started_ms);
	json_set_text(o, "state",
	    !m->is_ready  ? "starting" :
		m->shadow ? "shadow" :
			    "watching");
	json_set_text(o, "store", store_word(store));
	json_set_text(o, "runner",
	    steps_mode(m->steps) == STEPS_UNITS ? "systemd" : "direct");
	json_set_bool(o, "able_to_act",
	    m->is_ready && !m->shadow && !m->cannot_act && store == STORE_OK);
	json_set(o, "trouble", trouble_json(m));
	json_set(o, "notifications", notifications_json(m));
	json_set_text(o, "config_path", m->config_path);
	if (m->generation != NULL)
		json_set_text(
		    o, "config_digest", m->generation->config->digest);
	json_set_int(o, "reloaded_wall_ms", m->reloaded_wall_ms);
	return o;
}

static struct json_object *
probe_json(struct monitor *m, struct watched *w, unsigned probe)
{
	struct json_object *o = json_object_new_object();
	struct sample s;

	json_set_text(o, "name", watched_settings(w)->probes[probe].name);
	if (!service_sample(watched_core(w), probe, &s))
		return o;
	json_set_text(o, "outcome", sample_outcome_word(s.outcome));
	json_set_text(o, "failure", s.failure);
	answers_set_known(o, "detail", s.detail);
	json_set_number(o, "latency_ms", s.latency_ms);
	answers_set_wall(m, o, "asked_wall_ms", s.asked_ms);
	return o;
}

static struct json_object *
service_json(struct monitor *m, struct watched *w, bool probes)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list;

	json_set_text(o, "name", watched_name(w));
	answers_set_service(m, w, o);
	if (!probes)
		return o;
	list = json_object_new_array();
	for (unsigned i = 0; i < watched_settings(w)->probe_count; i++)
		(void)json_object_array_add(list, probe_json(m, w, i));
	json_set(o, "probes", list);
	return o;
}

/* Those that are configured no more have an open incident still. */
static struct watched *
at_place(struct monitor *m, size_t index)
{
	struct watched *w;

	if (index < m->watched_count)
		return m->watched[index];
	w = m->retired[index - m->watched_count];
	return monitor_watched(m, watched_name(w)) == NULL ? w : NULL;
}

bool
answers_some_status(struct monitor *m, struct text *out,
    struct survey_place *at, size_t count, bool probes)
{
	size_t all = m->watched_count + m->retired_count;

	for (; count > 0 && at->index < all; at->index++, count--) {
		struct watched *w = at_place(m, at->index);
		struct json_object *o;

		if (w == NULL)
			continue;
		o = service_json(m, w, probes);
		text_add(out, out->length == 0 ? "" : ",");
		text_add(out, json_object_to_json_string_ext(o, PLAIN));
		json_object_put(o);
	}
	return at->index < all;
}

/* Of all: what a survey tells of services, and the rest as it is now. */
static bool
tell_all(void *arg, const struct text *survey)
{
	struct control_call *call = arg;
	struct monitor *m = control_handler_arg(call);
	struct text before = text_new(HEAD_MAX_BYTES);
	struct text behind = text_new(HEAD_MAX_BYTES);
	struct json_object *daemon, *holds;
	bool was_taken;

	if (survey == NULL) {
		control_refuse(call, CONTROL_TOO_LARGE,
		    "the answer is longer than 15 MiB; ask for less");
		return true;
	}
	daemon = daemon_json(m);
	holds = answers_holds(m, NULL);
	text_addf(&before,
	    "{\"wall_ms\":%" PRId64 ",\"daemon\":%s,\"services\":[",
	    loop_wall_ms(), json_object_to_json_string_ext(daemon, PLAIN));
	text_addf(&behind, "],\"holds\":%s}",
	    json_object_to_json_string_ext(holds, PLAIN));
	was_taken = control_reply_parts(
	    call, (const struct text *const[]){ &before, survey, &behind }, 3);
	json_object_put(daemon);
	json_object_put(holds);
	text_free(&before);
	text_free(&behind);
	return was_taken;
}

void
answers_status(struct monitor *m, struct control_call *call)
{
	struct json_object *args = control_args(call);
	const char *name = json_text(args, "service");
	bool probes = json_flag(args, "probes", name != NULL);
	struct json_object *o, *services;
	struct watched *w;

	if (name == NULL) {
		surveys_order(m->surveys,
		    probes ? SURVEY_STATUS_PROBES : SURVEY_STATUS, tell_all,
		    call);
		return;
	}
	w = answers_find(m, call, name);
	if (w == NULL)
		return;
	o = json_object_new_object();
	services = json_object_new_array();
	(void)json_object_array_add(services, service_json(m, w, probes));
	json_set_int(o, "wall_ms", loop_wall_ms());
	json_set(o, "daemon", daemon_json(m));
	json_set(o, "services", services);
	json_set(o, "holds", answers_holds(m, name));
	control_reply(call, o);
}
