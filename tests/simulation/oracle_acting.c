/* A1 to A8: incidents, their steps and their reports. */
#include <stdio.h>
#include <string.h>

#include "executor/key.h"
#include "report/event.h"
#include "tests/simulation/oracle_private.h"

struct case_file *
case_find(const char *id)
{
	for (unsigned i = oracle.case_count; i > 0; i--)
		if (strcmp(oracle.cases[i - 1].id, id) == 0)
			return &oracle.cases[i - 1];
	return NULL;
}

struct case_file *
case_open(unsigned service)
{
	for (unsigned i = 0; i < oracle.case_count; i++) {
		struct case_file *c = &oracle.cases[i];

		if (c->service == service && c->acts && !c->is_closed &&
		    !c->is_ghost)
			return c;
	}
	return NULL;
}

const char *
case_lock(const struct case_file *c)
{
	return oracle.watches[c->service].settings.environment;
}

static const char *
words_of(struct json_object *data, const char *key)
{
	const char *words = json_text(data, key);

	return words == NULL ? "" : words;
}

static struct case_file *
new_case(const struct store_event *e)
{
	struct case_file *c;

	if (oracle.case_count == INCIDENTS_MAX) {
		breach("too many incidents");
		return NULL;
	}
	c = &oracle.cases[oracle.case_count++];
	*c = (struct case_file){ .service = estate_find(e->service),
		.life = sim.life,
		.opened_ms = sim.now_ms,
		.moved_ms = sim.now_ms,
		.closing_ms = SIM_NEVER,
		.waited_ms = SIM_NEVER };
	copy_words(c->id, sizeof(c->id), e->incident);
	return c;
}

static void
asked_opened(const struct store_event *e, struct json_object *data)
{
	const char *target = words_of(data, "target");
	struct watch *w = &oracle.watches[estate_find(e->service)];
	bool acts = strcmp(words_of(data, "action"), "roll_back") == 0;
	bool ordered = strcmp(words_of(data, "cause"), "operator") == 0;
	struct case_file *c = case_find(e->incident);
	const char *why;

	if (c != NULL)
		return; /* once more, as it could not be stored */
	why = acts && !ordered ? why_not_decide(w, target) : NULL;
	if (why != NULL)
		breach("a rollback of %s to \"%s\" is decided, but %s",
		    e->service, target, why);
	if (acts && case_open(estate_find(e->service)) != NULL)
		breach("two runs of %s at once", e->service);
	c = new_case(e);
	if (c == NULL)
		return;
	c->acts = acts;
	c->is_ordered = ordered;
	copy_words(c->version, WORDS, words_of(data, "version"));
	copy_words(c->target, WORDS, target);
	sim.rollbacks += acts;
}

/* A procedure is what it was when it was planned. */
static void
asked_planned(const struct store_event *e, struct json_object *data)
{
	struct case_file *c = case_find(e->incident);
	struct json_object *steps = json_array(data, "steps");

	if (c == NULL)
		return;
	copy_words(c->run, sizeof(c->run), e->run);
	c->step_count = 0;
	c->is_verifying = c->is_verified = false;
	for (size_t i = 0; i < json_object_array_length(steps) && i < 4; i++)
		copy_words(c->steps[c->step_count++], WORDS,
		    json_object_get_string(
			json_object_array_get_idx(steps, i)));
}

static struct attempt_seen *
find_attempt(struct case_file *c, const char *key)
{
	for (unsigned i = 0; i < c->attempt_count; i++)
		if (strcmp(c->attempts[i].key, key) == 0)
			return &c->attempts[i];
	return NULL;
}

/* D5: decided before a restart, it takes fresh samples to begin. */
static void
asked_intent(const struct store_event *e, struct json_object *data)
{
	struct case_file *c = case_find(e->incident);
	int64_t step = 0;
	const char *why;

	if (c == NULL) {
		breach("an intent of no incident");
		return;
	}
	(void)json_int(data, "step", &step);
	if (step >= c->step_count ||
	    strcmp(words_of(data, "label"), c->steps[step]) != 0)
		breach("step %s of %s is not what was planned",
		    words_of(data, "label"), e->service);
	if (strcmp(words_of(data, "label"), "settle") == 0 &&
	    c->waited_ms == SIM_NEVER)
		c->waited_ms = sim.now_ms;
	if (c->is_begun || c->is_ordered || c->life == sim.life)
		return;
	why = why_not_confirm(&oracle.watches[c->service]);
	if (why != NULL)
		breach("%s goes on after a restart, but %s", e->service, why);
	c->life = sim.life;
}

static void
asked_verified(const struct store_event *e, struct json_object *data)
{
	struct case_file *c = case_find(e->incident);

	if (c == NULL || !json_flag(data, "recovered", false))
		return;
	if (!c->is_verifying || c->successes < ESTATE_SUCCESSES)
		breach("%s is called recovered after %u good answers",
		    e->service, c->successes);
	c->is_verified = true;
}

static unsigned
running(const struct case_file *c)
{
	unsigned count = 0;

	for (unsigned i = 0; i < c->attempt_count; i++)
		count += c->attempts[i].is_running;
	return count;
}

static void
check_outcome(struct case_file *c, const char *name)
{
	const char *outcome = c->outcome;

	if (running(c) > 0)
		breach("%s is closed while a step runs", name);
	if (strcmp(outcome, "recovered") == 0 && !c->is_verified)
		breach("%s is closed as recovered and was not verified", name);
	if (strcmp(outcome, "not_needed") == 0 && c->is_begun)
		breach("%s was not needed, and yet begun", name);
	if (strcmp(outcome, "aborted") == 0 && !c->is_abort_ordered)
		breach("%s is aborted by nobody", name);
	if (c->is_interrupted && strcmp(outcome, "interrupted") != 0 &&
	    strcmp(outcome, "aborted") != 0)
		breach(
		    "%s was interrupted, and is closed as %s", name, outcome);
	if (strcmp(outcome, "interrupted") == 0 && !c->is_begun)
		breach("%s is interrupted before it began", name);
}

static void
asked_closed(const struct store_event *e, struct json_object *data)
{
	struct case_file *c = case_find(e->incident);

	if (c == NULL) {
		breach("closed what was never open");
		return;
	}
	copy_words(c->outcome, WORDS, words_of(data, "outcome"));
	check_outcome(c, e->service);
	if (c->closing_ms == SIM_NEVER)
		breach("%s is closed and its report not made", e->service);
}

void
case_asked(const struct store_event *e, struct json_object *data)
{
	struct case_file *c = case_find(e->incident);

	if (c != NULL)
		c->moved_ms = sim.now_ms;
	if (strcmp(e->kind, EVENT_OPENED) == 0)
		asked_opened(e, data);
	else if (strcmp(e->kind, EVENT_PLANNED) == 0)
		asked_planned(e, data);
	else if (strcmp(e->kind, EVENT_INTENT) == 0)
		asked_intent(e, data);
	else if (strcmp(e->kind, EVENT_VERIFIED) == 0)
		asked_verified(e, data);
	else if (strcmp(e->kind, EVENT_CLOSED) == 0)
		asked_closed(e, data);
}

static void
committed_intent(struct case_file *c, const char *run, struct json_object *data)
{
	int64_t step = 0, attempt = 0, check = 0, undo = 0;
	struct attempt_seen *a;
	struct key key;
	char text[KEY_BYTES];

	(void)json_int(data, "step", &step);
	(void)json_int(data, "attempt", &attempt);
	(void)json_int(data, "check", &check);
	(void)json_int(data, "undo", &undo);
	key = (struct key){ .step = (unsigned)step,
		.attempt = (unsigned)attempt,
		.check = (unsigned)check,
		.undo = (unsigned)undo };
	copy_words(key.run, sizeof(key.run), run);
	key_text(&key, text);
	if (find_attempt(c, text) != NULL)
		return; /* it was stored already, and nobody knew */
	if (c->attempt_count == KEYS_MAX) {
		breach("steps without end");
		return;
	}
	a = &c->attempts[c->attempt_count++];
	*a = (struct attempt_seen){ .is_stored = true,
		.step = key.step,
		.is_check = check > 0,
		.is_undo = undo > 0 };
	copy_words(a->key, sizeof(a->key), text);
}

static void
committed_closed(struct case_file *c)
{
	const char *name = oracle.watches[c->service].settings.name;

	/* Stored, not told, and after a crash once more: not twice. */
	if (c->closed_rows++ > 0)
		breach("an incident of %s is closed twice", name);
	c->is_closed = true;
	if (c->reports < 2)
		breach("an incident of %s is closed without a report", name);
	sim.closed++;
	sim.recovered += strcmp(c->outcome, "recovered") == 0;
}

void
case_committed(const struct store_event *e, struct json_object *data)
{
	struct case_file *c = case_find(e->incident);

	if (c == NULL)
		return;
	if (strcmp(e->kind, EVENT_OPENED) == 0)
		c->is_stored = true;
	else if (strcmp(e->kind, EVENT_INTENT) == 0)
		committed_intent(c, e->run, data);
	else if (strcmp(e->kind, EVENT_ABORT) == 0)
		c->is_aborted = true;
	else if (strcmp(e->kind, EVENT_APPROVED) == 0 &&
	    strcmp(words_of(data, "gate"), "sure") == 0)
		c->is_passed = true;
	else if (strcmp(e->kind, EVENT_CLOSED) == 0)
		committed_closed(c);
}

/* A1: nothing before its intent is on stable storage. */
void
oracle_starts(const char *incident, const char *key)
{
	struct case_file *c = case_find(incident);
	struct attempt_seen *a = c == NULL ? NULL : find_attempt(c, key);

	if (a == NULL || !a->is_stored || !c->is_stored)
		breach("step %s is started before its intent is stored", key);
	else
		a->is_started = true;
}

static const struct case_file *
other_under_lock(const struct case_file *c)
{
	for (unsigned i = 0; i < oracle.case_count; i++) {
		const struct case_file *o = &oracle.cases[i];

		if (o != c && o->is_begun && !o->is_closed &&
		    strcmp(case_lock(o), case_lock(c)) == 0)
			return o;
	}
	return NULL;
}

/* How often a step may have its effect, at the very most. */
static unsigned
most_effects(const struct oracle_effect *e)
{
	return strcmp(e->procedure, "repeat") == 0 && !e->is_undo ? 3 : 1;
}

static unsigned
effects_so_far(const struct case_file *c, const struct oracle_effect *e)
{
	unsigned count = 0;

	for (unsigned i = 0; i < c->attempt_count; i++) {
		const struct attempt_seen *a = &c->attempts[i];

		count += (a->is_running || a->is_over) && !a->is_check &&
		    !a->is_harmless && a->is_undo == e->is_undo &&
		    a->step == e->step &&
		    strncmp(a->key, e->run, strlen(e->run)) == 0;
	}
	return count;
}

/* What the daemon does itself is over before an effect, and told. */
static void
check_own(const struct case_file *c, const struct oracle_effect *e)
{
	const char *name = oracle.watches[c->service].settings.name;
	bool is_restart = !e->is_undo && e->step < c->step_count &&
	    strcmp(c->steps[e->step], "restart") == 0;

	if (is_restart && strcmp(e->procedure, "bounce") == 0) {
		if (c->waited_ms == SIM_NEVER ||
		    sim.now_ms - c->waited_ms < ESTATE_SETTLE_MS)
			breach("%s is restarted before it has settled", name);
		if (strcmp(e->told, "0=done") != 0)
			breach("%s: told \"%s\" of its wait", name, e->told);
	}
	if (is_restart && strcmp(e->procedure, "careful") == 0) {
		if (!c->is_passed)
			breach("%s is restarted and nobody said so", name);
		if (strcmp(e->told, "1=done") != 0)
			breach("%s: told \"%s\" of its gate", name, e->told);
	}
	if (e->step == 0 && !e->is_undo && e->told[0] != '\0')
		breach("%s: told \"%s\" at its first step", name, e->told);
}

static void
check_effect(struct case_file *c, const struct oracle_effect *e)
{
	const char *name = oracle.watches[c->service].settings.name;

	if (c->is_closed)
		breach("a step of %s after its incident was closed", name);
	if (c->is_aborted)
		breach("a step of %s after its incident was aborted", name);
	if (c->is_interrupted)
		breach("a step of %s after one whose outcome is unknown", name);
	if (running(c) > 0)
		breach("two steps of %s at once", name);
	if (other_under_lock(c) != NULL)
		breach("two runs under lock %s at once", case_lock(c));
	if (strcmp(e->target, c->target) != 0)
		breach("%s goes back to %s, and not to %s", name, e->target,
		    c->target);
	if (!e->is_check && e->step < c->step_count &&
	    effects_so_far(c, e) >= most_effects(e))
		breach("step %s of %s once more", c->steps[e->step], name);
}

void
oracle_does(const struct oracle_effect *e)
{
	struct case_file *c = case_find(e->incident);
	struct attempt_seen *a = c == NULL ? NULL : find_attempt(c, e->key);

	say("%s: runner begins %s", estate_service(0, e->service).name, e->key);
	if (a == NULL || !a->is_started || a->is_running || a->is_over) {
		breach("an effect that nobody asked for: %s", e->key);
		return;
	}
	check_effect(c, e);
	check_own(c, e);
	a->is_running = true;
	c->is_begun = true;
	c->is_verifying = c->is_verified = false;
	c->moved_ms = sim.now_ms;
}

/* A3: may a step whose outcome is unknown be done again, or looked at? */
static bool
may_go_on(const struct case_file *c, const struct attempt_seen *a)
{
	const char *label = a->step < c->step_count ? c->steps[a->step] : "";

	if (a->is_check)
		return true;
	return strcmp(label, "sync") == 0 ||
	    (strcmp(label, "switch") == 0 &&
		strcmp(oracle.watches[c->service].settings.procedure,
		    "repeat") == 0);
}

void
oracle_step_over(const char *incident, const char *key,
    enum step_outcome outcome, bool is_harmless)
{
	struct case_file *c = case_find(incident);
	struct attempt_seen *a = c == NULL ? NULL : find_attempt(c, key);

	if (a == NULL)
		return;
	say("%s: runner ends %s: %s", oracle.watches[c->service].settings.name,
	    key, step_outcome_word(outcome));
	a->is_running = false;
	a->is_over = true;
	a->is_harmless =
	    outcome == STEP_REFUSED || (outcome == STEP_FAILED && is_harmless);
	c->moved_ms = sim.now_ms;
	if (outcome == STEP_INTERRUPTED && !may_go_on(c, a))
		c->is_interrupted = true;
}

void
oracle_closing(const char *incident)
{
	struct case_file *c = case_find(incident);

	if (c != NULL && c->closing_ms == SIM_NEVER)
		c->closing_ms = sim.now_ms;
}

void
oracle_report(const char *name, const void *bytes, size_t length)
{
	char id[ID_BYTES];
	struct case_file *c;

	(void)bytes;
	(void)snprintf(id, sizeof(id), "%.*s", (int)strcspn(name, "."), name);
	c = case_find(id);
	if (c == NULL || length == 0)
		breach("a report of nothing: %s", name);
	else
		c->reports++;
}

void
oracle_sent(const char *body)
{
	struct error err;
	struct json_object *o = json_parse(body, strlen(body), &err);
	struct case_file *c = case_find(words_of(o, "incident"));

	if (c != NULL)
		c->notices++;
	json_object_put(o);
}
