/* What was known of a service when its lines began. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "evaluator/baseline.h"
#include "service/backtest_impl.h"

bool
backtest_incomplete(
    const struct backtest_event *e, const char *what, struct error *err)
{
	return error_set(err, "event \"%.64s\" needs %s", e->kind, what);
}

void
backtest_copy(char *to, size_t size, const char *words)
{
	(void)snprintf(to, size, "%s", words == NULL ? "" : words);
}

int64_t
backtest_time(struct json_object *o, const char *key, int64_t fallback_ms)
{
	int64_t ms;

	return json_int(o, key, &ms) ? ms : fallback_ms;
}

static void
take_version(struct version *x, struct json_object *o)
{
	const char *state = json_text(o, "state");

	*x = (struct version){ .state = VERSION_DEPLOYED };
	if (state != NULL && !version_state_parse(state, &x->state))
		x->state = VERSION_DEPLOYED;
	backtest_copy(x->name, sizeof(x->name), json_text(o, "version"));
	backtest_copy(x->by, sizeof(x->by), json_text(o, "by"));
	backtest_copy(x->why, sizeof(x->why), json_text(o, "why"));
	backtest_copy(x->incompatible, sizeof(x->incompatible),
	    json_text(o, "incompatible"));
	x->seq = backtest_time(o, "seq", 0);
	x->wall_seq = backtest_time(o, "wall_seq", 0);
	x->placed_ms = backtest_time(o, "placed_ms", NEVER_MS);
	x->judged_ms = backtest_time(o, "judged_ms", NEVER_MS);
}

/* As they were written when only the way back was remembered. */
static void
take_old_versions(struct versions *v, struct json_object *o)
{
	char previous[VERSION_MAX];

	memcpy(previous, v->previous, sizeof(previous));
	if (v->now[0] != '\0')
		versions_deployed(v,
		    &(struct versions_deployment){ .version = v->now,
			.previous = json_text(o, "target"),
			.at_ms = NEVER_MS });
	memcpy(v->previous, previous, sizeof(previous));
}

static void
take_versions(struct versions *v, struct json_object *o)
{
	struct json_object *items = json_array(o, "items");
	size_t count = items == NULL ? 0 : json_object_array_length(items);

	*v = (struct versions){ .is_back = json_flag(o, "back", false),
		.is_astray = json_flag(o, "astray", false),
		.seq = backtest_time(o, "seq", 0) };
	backtest_copy(v->now, sizeof(v->now), json_text(o, "now"));
	backtest_copy(
	    v->previous, sizeof(v->previous), json_text(o, "previous"));
	backtest_copy(v->hint, sizeof(v->hint), json_text(o, "hint"));
	backtest_copy(v->suspect, sizeof(v->suspect), json_text(o, "suspect"));
	if (items == NULL)
		take_old_versions(v, o);
	for (size_t i = 0; i < count && v->count < VERSIONS_MAX; i++)
		take_version(
		    &v->items[v->count++], json_object_array_get_idx(items, i));
	versions_choose(v);
}

static void
take_discovery(struct discovery *d, struct json_object *o)
{
	int64_t streak = 0, others = 0;

	*d = discovery_new();
	(void)json_int(o, "streak", &streak);
	(void)json_int(o, "others", &others);
	d->streak = streak < 0 ? 0 : (unsigned)streak;
	d->others = others < 0 ? 0 : (unsigned)others;
	d->has_arrived = json_flag(o, "arrived", false);
	backtest_copy(d->seen, sizeof(d->seen), json_text(o, "seen"));
	backtest_copy(
	    d->candidate, sizeof(d->candidate), json_text(o, "candidate"));
	backtest_copy(d->heading, sizeof(d->heading), json_text(o, "heading"));
	d->first_ms = backtest_time(o, "first_ms", NEVER_MS);
	d->before_ms = backtest_time(o, "before_ms", NEVER_MS);
	d->in_place_ms = backtest_time(o, "in_place_ms", NEVER_MS);
}

/* What had been decided when the recording began. */
static void
take_decision(struct backtest_service *t, struct json_object *o)
{
	const char *rule = json_text(o, "rule");
	const char *action = json_text(o, "action");
	const char *guard = json_text(o, "guard");
	struct service_decision *d = &t->decision;

	for (unsigned i = 0; rule != NULL && i < t->settings->rule_count; i++)
		if (strcmp(t->settings->rules[i].name, rule) == 0)
			d->rule = i;
	for (enum action a = ACTION_NONE; a <= ACTION_ROLL_BACK; a++)
		if (action != NULL && strcmp(action_word(a), action) == 0)
			d->decision.action = a;
	for (enum guard g = GUARD_NONE; g <= GUARD_CONFIRM; g++)
		if (guard != NULL && strcmp(guard_word(g), guard) == 0)
			d->decision.guard = g;
}

static unsigned
take_times(int64_t at_ms[BUDGET_MAX], struct json_object *list)
{
	size_t count = list == NULL ? 0 : json_object_array_length(list);

	if (count > BUDGET_MAX)
		count = BUDGET_MAX;
	for (size_t i = 0; i < count; i++)
		at_ms[i] =
		    json_object_get_int64(json_object_array_get_idx(list, i));
	return (unsigned)count;
}

/* Rules for what is cleared: [{"rule":..,"armed":..,"acted_ms":..}] */
static void
take_clearings(const struct service_settings *s, struct service_memory *m,
    struct json_object *list)
{
	size_t count = list == NULL ? 0 : json_object_array_length(list);

	for (size_t k = 0; k < count; k++) {
		struct json_object *o = json_object_array_get_idx(list, k);
		const char *rule = json_text(o, "rule");

		for (size_t i = 0; rule != NULL && i < s->rule_count; i++)
			if (strcmp(s->rules[i].name, rule) == 0)
				m->clearings[i] =
				    (struct clearing){ .is_armed = json_flag(
							   o, "armed", false),
					    .acted_ms = backtest_time(
						o, "acted_ms", NEVER_MS) };
	}
}

static int
rule_index(const struct service_settings *s, const char *name)
{
	for (size_t i = 0; name != NULL && i < s->rule_count; i++)
		if (strcmp(s->rules[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* [{"rule":..,"since_ms":..,"deployed_ms":..}] */
static void
take_ill(const struct service_settings *s, struct service_memory *m,
    struct json_object *list)
{
	size_t count = list == NULL ? 0 : json_object_array_length(list);

	for (size_t i = 0; i < s->rule_count; i++)
		m->illnesses[i].is_on = false;
	for (size_t k = 0; k < count; k++) {
		struct json_object *o = json_object_array_get_idx(list, k);
		int rule = rule_index(s, json_text(o, "rule"));

		if (rule >= 0)
			m->illnesses[rule] = (struct illness){ .is_on = true,
				.since_ms = backtest_time(o, "since_ms", 0),
				.deployed_ms =
				    backtest_time(o, "deployed_ms", NEVER_MS) };
	}
}

/*
 * The daemon began to watch it anew, or to record: not where the file before
 * this one has told all that.
 */
bool
backtest_state(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	struct backtest_service *t = e->service;
	struct service_memory m;

	t->is_known = t->has_state && !json_flag(e->json, "new", false);
	if (t->is_known && !t->has_gap)
		return true;
	t->has_gap = false;
	if (!t->is_known)
		backtest_forget(t);
	if (!backtest_begin(b, t, err))
		return false;
	m = service_memory(t->core);
	take_versions(&m.versions, json_member(e->json, "versions"));
	m.deployed_ms = backtest_time(e->json, "deployed_ms", NEVER_MS);
	m.changed_ms = backtest_time(e->json, "changed_ms", NEVER_MS);
	m.acted_ms = backtest_time(e->json, "acted_ms", NEVER_MS);
	m.witnessed_ms = backtest_time(e->json, "witnessed_ms", NEVER_MS);
	m.act_count = take_times(m.act_ms, json_array(e->json, "acts"));
	m.repeat_count =
	    take_times(m.repeat_ms, json_array(e->json, "repeats"));
	m.has_incident = json_flag(e->json, "incident", false);
	take_discovery(&m.discovery, json_member(e->json, "discovery"));
	m.soaked_ms = backtest_time(e->json, "soaked_ms", 0);
	m.soak_ticked_ms = backtest_time(e->json, "soak_ticked_ms", NEVER_MS);
	take_clearings(t->settings, &m, json_array(e->json, "cleared"));
	backtest_take_said(t->settings, &m.said, e->json, e->at_ms);
	take_ill(t->settings, &m, json_array(e->json, "ill"));
	service_remember(t->core, &m);
	groups_deployed(b->groups, t->index, m.deployed_ms);
	take_decision(t, json_member(e->json, "decision"));
	t->has_state = true;
	return true;
}

/* What was normal then; where lines go on, it is known already. */
bool
backtest_baseline(
    struct backtest *b, const struct backtest_event *e, struct error *err)
{
	const struct service_settings *s = e->service->settings;
	const char *name = json_text(e->json, "evaluator");
	struct json_object *state = json_member(e->json, "state");
	struct baseline *baseline = NULL;
	const char *words;

	(void)b;
	if (name == NULL || state == NULL)
		return backtest_incomplete(e, "an evaluator and a state", err);
	if (e->service->is_known && !json_flag(e->json, "by_hand", false))
		return true;
	for (unsigned i = 0; i < s->evaluator_count; i++)
		if (strcmp(s->evaluators[i].name, name) == 0)
			baseline = evaluator_baseline(
			    service_evaluator(e->service->core, i));
	/* One that is judged otherwise now learns anew. */
	if (baseline == NULL)
		return true;
	words = json_object_to_json_string_ext(state, JSON_C_TO_STRING_PLAIN);
	return baseline_import(baseline, words, strlen(words), e->at_ms, err);
}
