#include "daemon/watched_private.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/together.h"
#include "service/inputs.h"

/* What the rule's procedure needs; where it cannot be planned, why not. */
static void
look_at_rule(struct watched *w, unsigned index)
{
	const struct procedure_settings *procedure = config_procedure(
	    w->generation->config, w->settings->rules[index].procedure);
	struct watched_rule *rule = &w->rules[index];
	struct error err = { "" };

	rule->lock = service_rule_plan(w->core, index, procedure, &err);
	if (rule->lock == NULL)
		rule->trouble = strdup(err.text);
}

static bool
build_probes(struct watched *w, struct error *err)
{
	for (unsigned i = 0; i < w->settings->probe_count; i++) {
		struct watched_probe *p = &w->probes[i];
		struct metric_name metrics[METRIC_NAMES_MAX];
		struct poller_wish wish = {
			.owner = w->settings->name,
			.settings = &w->settings->probes[i],
			.metrics = metrics,
			.metric_count =
			    service_metrics(w->settings, i, metrics),
		};

		p->watched = w;
		p->index = i;
		p->poller = poller_new(
		    &w->monitor->ask_tools, &wish, watched_on_sample, p, err);
		if (p->poller == NULL)
			return false;
	}
	return true;
}

void
watched_forget_answers(struct watched *w)
{
	for (size_t i = 0; i < w->settings->probe_count; i++)
		poller_forget(w->probes[i].poller);
}

/* Something is done, or was deployed: every turn counts again. */
static void
end_rest(struct watched *w)
{
	for (size_t i = 0; i < w->settings->probe_count; i++)
		poller_rest(w->probes[i].poller, 0);
}

/* One that another stands for is heard no more. */
static void
on_heard(void *arg, const struct service_input *in)
{
	struct watched *w = arg;

	if (service_input_forgets(in)) {
		watched_forget_answers(w);
		end_rest(w);
	}
	if (in->kind == SERVICE_DEPLOYED)
		together_deployed(w->monitor->together, w, in->at_ms);
	if (!w->is_over && !w->is_retired)
		recorder_heard(w->monitor->recorder, w, &w->mark, in);
}

struct watched *
watched_new(struct monitor *m, struct generation *g,
    const struct service_settings *settings, struct error *err)
{
	/* One piece of memory, with what there is for each probe and rule. */
	struct watched *w = calloc(1,
	    sizeof(*w) + settings->probe_count * sizeof(*w->probes) +
		settings->rule_count * sizeof(*w->rules));

	if (w == NULL) {
		(void)error_set(
		    err, "no memory for service %s", settings->name);
		return NULL;
	}
	w->monitor = m;
	w->generation = generation_join(g);
	w->settings = settings;
	w->probes = (struct watched_probe *)(void *)(w + 1);
	w->rules =
	    (struct watched_rule *)(void *)(w->probes + settings->probe_count);
	w->core = service_new(settings);
	if (w->core == NULL || !build_probes(w, err)) {
		if (w->core == NULL)
			(void)error_set(
			    err, "no memory for service %s", settings->name);
		watched_free(w);
		return NULL;
	}
	for (unsigned i = 0; i < settings->rule_count; i++)
		look_at_rule(w, i);
	service_listen(w->core, on_heard, w);
	return w;
}

void
watched_free(struct watched *w)
{
	if (w == NULL)
		return;
	rollback_free(w->rollback);
	for (size_t i = 0; i < w->settings->probe_count; i++)
		poller_free(w->probes[i].poller);
	for (size_t i = 0; i < w->settings->rule_count; i++) {
		free(w->rules[i].lock);
		free(w->rules[i].trouble);
	}
	free(w->held);
	service_free(w->core);
	generation_leave(w->generation);
	free(w);
}

void
watched_start(struct watched *w)
{
	for (size_t i = 0; i < w->settings->probe_count; i++) {
		w->probes[i].told_ms = loop_now_ms(w->monitor->loop);
		poller_start(w->probes[i].poller);
	}
}

void
watched_wake(struct watched *w)
{
	int64_t now_ms = loop_now_ms(w->monitor->loop);

	service_forget(w->core, now_ms);
	together_settle(w->monitor->together, w);
	for (size_t i = 0; i < w->settings->probe_count; i++) {
		w->probes[i].told_ms = now_ms;
		poller_wake(w->probes[i].poller);
	}
}

void
watched_resettle(struct watched *w, struct generation *g,
    const struct service_settings *settings, bool needs_plans)
{
	for (size_t i = 0; i < settings->probe_count; i++)
		poller_resettle(w->probes[i].poller, &settings->probes[i]);
	service_resettle(w->core, settings);
	w->settings = settings;
	generation_leave(w->generation);
	w->generation = generation_join(g);
	/* The service is the same, its procedures may not be. */
	for (unsigned i = 0; needs_plans && i < settings->rule_count; i++) {
		struct watched_rule old = w->rules[i];

		w->rules[i] = (struct watched_rule){ 0 };
		look_at_rule(w, i);
		free(old.lock);
		free(old.trouble);
	}
}

void
watched_inherit(struct watched *to, struct watched *from)
{
	service_inherit(to->core, from->core);
	watched_set_rollback(to, from->rollback);
	to->held = from->held;
	from->held = NULL;
	memcpy(to->samples, from->samples, sizeof(to->samples));
	from->is_over = true;
	from->has_place = false;
	for (size_t i = 0; i < from->settings->probe_count; i++)
		poller_stop(from->probes[i].poller);
	if (to->rollback == NULL || !rollback_move(to->rollback, to))
		from->rollback = NULL;
	to->asked = from->asked;
}

void
watched_retire(struct watched *w)
{
	recorder_removed(w->monitor->recorder, w, &w->mark);
	w->is_retired = true;
	w->has_place = false;
	if (w->rollback != NULL && !w->is_over)
		rollback_look(w->rollback);
}

bool
watched_is_retired(const struct watched *w)
{
	return w->is_retired;
}

struct monitor *
watched_monitor(const struct watched *w)
{
	return w->monitor;
}

struct service *
watched_core(struct watched *w)
{
	return w->core;
}

const char *
watched_name(const struct watched *w)
{
	return w->settings->name;
}

const struct service_settings *
watched_settings(const struct watched *w)
{
	return w->settings;
}

struct generation *
watched_generation(struct watched *w)
{
	return w->generation;
}

struct rollback *
watched_rollback(const struct watched *w)
{
	return w->rollback;
}

void
watched_set_rollback(struct watched *w, struct rollback *r)
{
	w->rollback = r;
	end_rest(w);
	service_incident(w->core, r != NULL);
}

struct poller *
watched_poller(struct watched *w, const char *probe)
{
	for (size_t i = 0; i < w->settings->probe_count; i++)
		if (strcmp(w->settings->probes[i].name, probe) == 0)
			return w->probes[i].poller;
	return NULL;
}

void
watched_relearned(struct watched *w, const char *evaluator)
{
	recorder_relearned(w->monitor->recorder, w, &w->mark, evaluator);
}

uint64_t
watched_asked(const struct watched *w)
{
	return w->asked;
}

int64_t
watched_silent_ms(const struct watched *w, int64_t now_ms)
{
	int64_t worst_ms = 0;

	for (size_t i = 0; i < w->settings->probe_count; i++) {
		const struct probe_settings *p = &w->settings->probes[i];
		int64_t pace_ms = p->down_ms > 0 ? p->down_ms : p->interval_ms;
		int64_t silent_ms =
		    now_ms - w->probes[i].told_ms - pace_ms - probe_wait_ms(p);

		if (silent_ms > worst_ms)
			worst_ms = silent_ms;
	}
	return worst_ms;
}

int64_t
watched_late_ms(const struct watched *w, int64_t now_ms)
{
	int64_t worst_ms = INT64_MIN;

	for (size_t i = 0; i < w->settings->probe_count; i++) {
		int64_t late_ms = poller_late_ms(w->probes[i].poller, now_ms);

		if (late_ms > worst_ms)
			worst_ms = late_ms;
	}
	return worst_ms;
}

uint64_t
watched_samples(const struct watched *w, enum sample_outcome of)
{
	return w->samples[of];
}

const struct held *
watched_held(const struct watched *w)
{
	static const struct held never;

	return w->held == NULL ? &never : w->held;
}

void
watched_set_place(struct watched *w, unsigned place)
{
	w->has_place = true;
	w->place = place;
}

bool
watched_place(const struct watched *w, unsigned *place)
{
	*place = w->place;
	return w->has_place;
}

enum guard
watched_guard(const struct watched *w)
{
	return w->guard;
}

const char *
watched_rule_trouble(const struct watched *w, unsigned rule)
{
	return w->rules[rule].trouble;
}
