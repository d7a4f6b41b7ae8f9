#include "tests/simulation/oracle.h"

#include <stdio.h>
#include <string.h>

#include "report/event.h"
#include "tests/simulation/oracle_private.h"

#define WATCHED_WITHIN 3 /* intervals */
#define PATIENCE_MS (40 * MINUTE_MS)

struct oracle oracle;

void
copy_words(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from == NULL ? "" : from);
}

static void
take_settings(void)
{
	for (unsigned i = 0; i < ESTATE_SERVICES; i++) {
		struct watch *w = &oracle.watches[i];

		w->settings = estate_service(sim.variant, i);
		w->group = i;
		for (unsigned k = i; k > 0; k--)
			if (strcmp(w->settings.group,
				oracle.watches[k - 1].settings.group) == 0)
				w->group = k - 1;
	}
}

static void
forget_all(void)
{
	for (unsigned i = 0; i < ESTATE_SERVICES; i++)
		watch_forget(&oracle.watches[i], sim.now_ms);
}

void
oracle_begin(void)
{
	memset(&oracle, 0, sizeof(oracle));
	oracle.tilt_until_ms = oracle.witness_ms = SIM_NEVER;
	take_settings();
	belief_forget();
	forget_all();
}

/* All that was in memory is gone, but for what the log says. */
void
oracle_started(void)
{
	oracle.tilt_until_ms = oracle.witness_ms = SIM_NEVER;
	oracle.witness_count = 0;
	oracle.is_blind = oracle.is_ready = oracle.store_fails = false;
	oracle.store_ms = sim.now_ms;
	take_settings();
	forget_all();
	for (unsigned i = 0; i < ESTATE_SERVICES; i++) {
		oracle.watches[i].was_blind = oracle.watches[i].is_ill = false;
		oracle.watches[i].may_be_ill = oracle.watches[i].was_ill;
		oracle.watches[i].witnessed_ms = SIM_NEVER;
		oracle.watches[i].heard_ms = sim.now_ms;
	}
	belief_recall();
}

void
oracle_ready(void)
{
	oracle.is_ready = true;
	oracle.ready_ms = sim.now_ms;
	/* What was stored without anybody knowing is known now; what was seen
	   before that is not of the version that is in place. */
	belief_recall();
	for (unsigned i = 0; i < ESTATE_SERVICES; i++) {
		struct watch *w = &oracle.watches[i];

		if (w->belief.changed_ms != SIM_NEVER)
			watch_forget(w, w->forget_ms);
	}
}

void
oracle_died(void)
{
	oracle.is_ready = false;
	for (unsigned i = 0; i < oracle.case_count; i++) {
		struct case_file *c = &oracle.cases[i];

		c->is_verifying = c->is_ghost = false;
		if (!c->is_closed)
			c->closing_ms = SIM_NEVER;
		/* Decided, and nobody will ever know. */
		if (!c->is_stored)
			c->is_closed = true;
	}
}

void
oracle_reloaded(void)
{
	for (unsigned i = 0; i < ESTATE_SERVICES; i++) {
		struct watch *w = &oracle.watches[i];
		struct estate_service now = estate_service(sim.variant, i);

		w->sure_run = 0;
		if (now.failures == w->settings.failures)
			continue;
		w->settings = now;
		watch_forget(w, sim.now_ms);
		w->was_blind = false;
		w->witnessed_ms = SIM_NEVER;
	}
	/* Witnesses are asked anew. */
	oracle.is_blind = false;
	oracle.witness_count = 0;
}

void
oracle_paused(void)
{
	oracle.tilt_until_ms = sim.now_ms + TILT_HOLD_MS;
	forget_all();
	for (unsigned i = 0; i < ESTATE_SERVICES; i++)
		oracle.watches[i].heard_ms = sim.now_ms;
}

void
oracle_store(bool fails)
{
	oracle.store_fails = fails;
	oracle.store_ms = sim.now_ms;
}

static struct json_object *
data_of(const struct store_event *e)
{
	struct error err;

	return json_parse(e->data, strlen(e->data), &err);
}

/* From here on the live daemon holds it for so. */
static void
believe_closed(const struct store_event *e)
{
	const struct case_file *c = case_find(e->incident);
	struct watch *w = &oracle.watches[estate_find(e->service)];

	if (c == NULL || c->closing_ms == SIM_NEVER)
		return;
	if (w->belief.deployed_ms != SIM_NEVER &&
	    w->belief.deployed_ms >= c->closing_ms)
		w->belief.is_unsure = true;
	belief_row(e, c->closing_ms);
	if (c->acts && strcmp(c->outcome, "not_needed") != 0)
		watch_forget(w, c->closing_ms);
}

void
oracle_asked(const struct store_event *e)
{
	struct json_object *data;

	/* It did well, whether that can be stored or not. */
	if (strcmp(e->kind, EVENT_GOOD) == 0)
		belief_row(e, e->boot_ms);
	if (e->incident == NULL || e->incident[0] == '\0')
		return;
	data = data_of(e);
	case_asked(e, data);
	if (strcmp(e->kind, EVENT_CLOSED) == 0)
		believe_closed(e);
	json_object_put(data);
}

void
oracle_committed(const struct store_event *e)
{
	struct json_object *data;

	if (e->incident[0] == '\0')
		return;
	data = data_of(e);
	case_committed(e, data);
	json_object_put(data);
}

void
oracle_told(const struct store_event *e)
{
	struct watch *w;
	struct case_file *c;

	if (strcmp(e->kind, EVENT_DEPLOY) == 0) {
		w = &oracle.watches[estate_find(e->service)];
		watch_deployed(w, e->boot_ms);
		belief_row(e, e->boot_ms);
		watch_forget(w, e->boot_ms);
		c = case_open(estate_find(e->service));
		if (c != NULL && c->closing_ms != SIM_NEVER)
			w->belief.is_unsure = true;
	}
	if (strcmp(e->kind, EVENT_VERIFYING) == 0) {
		c = case_find(e->incident);
		if (c != NULL) {
			c->is_verifying = true;
			c->verify_ms = sim.now_ms;
			c->successes = 0;
		}
	}
}

/* A decision that could not be stored is none; another one may follow. */
void
oracle_failed(const struct store_event *e)
{
	struct case_file *c = case_find(e->incident);

	if (c == NULL || strcmp(e->kind, EVENT_OPENED) != 0)
		return;
	c->is_ghost = c->is_stored;
	c->is_closed = !c->is_stored;
}

void
oracle_ordered(enum control_verb verb, struct json_object *args)
{
	struct case_file *c;

	if (verb == VERB_HOLD)
		oracle.hold_ordered_ms = sim.now_ms;
	if (verb != VERB_ABORT)
		return;
	c = case_find(json_text(args, "incident"));
	if (c != NULL)
		c->is_abort_ordered = true;
}

static void
take_hold(struct json_object *args, struct json_object *result)
{
	struct held *h;
	int64_t for_ms = 0;
	const char *scope = json_text(args, "service");

	if (oracle.hold_count == HOLDS_KEPT)
		return;
	h = &oracle.holds[oracle.hold_count++];
	copy_words(h->id, sizeof(h->id), json_text(result, "id"));
	copy_words(h->scope, WORDS, scope == NULL ? "*" : scope);
	(void)json_int(args, "for_ms", &for_ms);
	h->until_ms = for_ms == 0 ? INT64_MAX : oracle.hold_ordered_ms + for_ms;
}

static void
take_release(struct json_object *args)
{
	const char *scope = json_text(args, "service");
	unsigned kept = 0;

	for (unsigned i = 0; i < oracle.hold_count; i++)
		if (strcmp(oracle.holds[i].scope,
			scope == NULL ? "*" : scope) != 0)
			oracle.holds[kept++] = oracle.holds[i];
	oracle.hold_count = kept;
}

void
oracle_answered(enum control_verb verb, struct json_object *args,
    struct json_object *result)
{
	if (result == NULL || sim.is_dying)
		return;
	if (verb == VERB_HOLD)
		take_hold(args, result);
	if (verb == VERB_RELEASE)
		take_release(args);
}

const char *
oracle_any_open(void)
{
	for (unsigned i = oracle.case_count; i > 0; i--)
		if (oracle.cases[i - 1].acts && !oracle.cases[i - 1].is_closed)
			return oracle.cases[i - 1].id;
	return NULL;
}

const char *
oracle_any_hold(void)
{
	for (unsigned i = 0; i < oracle.hold_count; i++)
		if (oracle.holds[i].until_ms > sim.now_ms)
			return oracle.holds[i].scope;
	return NULL;
}

static void
look_at_watch(const struct watch *w)
{
	int64_t silent_ms = sim.now_ms - w->heard_ms;

	if (silent_ms > WATCHED_WITHIN * w->settings.interval_ms)
		breach("%s is asked no more", w->settings.name);
}

/* The store works, it is not held by anyone: it has to come to an end. */
static void
look_at_case(const struct case_file *c)
{
	const struct watch *w = &oracle.watches[c->service];

	if (c->is_closed || c->is_ghost || !c->acts || oracle.store_fails ||
	    sim.now_ms - oracle.store_ms < PATIENCE_MS ||
	    sim.now_ms - oracle.ready_ms < PATIENCE_MS)
		return;
	if (!c->is_begun && oracle_holds(w))
		return;
	if (sim.now_ms - c->moved_ms > PATIENCE_MS)
		breach("the incident of %s does not end", w->settings.name);
}

void
oracle_look(void)
{
	if (!sim.is_up || !oracle.is_ready)
		return;
	for (unsigned i = 0; i < ESTATE_SERVICES; i++)
		look_at_watch(&oracle.watches[i]);
	for (unsigned i = 0; i < oracle.case_count; i++)
		look_at_case(&oracle.cases[i]);
}

void
oracle_end(void)
{
	for (unsigned i = 0; i < oracle.case_count; i++) {
		const struct case_file *c = &oracle.cases[i];
		const char *name = oracle.watches[c->service].settings.name;

		if (!c->is_stored)
			continue;
		/* A ghost is found at the next start, and comes to its end. */
		if (c->acts && !c->is_closed && !c->is_ghost &&
		    sim.now_ms - c->opened_ms > HOUR_MS)
			breach("an incident of %s is open at the end", name);
		if (c->notices == 0)
			breach("nobody was told of an incident of %s", name);
	}
}
