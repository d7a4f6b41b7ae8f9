#include "tests/replay/oracle.h"

#include <stdio.h>
#include <string.h>

#define FAILURES 3
#define RECOVER 2
#define GAP_MS 25000
#define SETTLE_MS 30000
#define COOLDOWN_MS 600000
#define COOLDOWN_MAX_MS (INT64_C(8) * 3600000)
#define DAY_MS (INT64_C(24) * 3600000)
#define ARM_MS 7200000
#define BUDGET_MS 900000
#define SUCCESSES 3
#define WITHIN_MS 60000

static void
breach(struct oracle *o, const char *what)
{
	if (o->breach == NULL)
		o->breach = what;
}

static void
copy(char to[ORACLE_VERSION_MAX], const char *from)
{
	(void)snprintf(to, ORACLE_VERSION_MAX, "%s", from);
}

struct oracle
oracle_new(void)
{
	return (struct oracle){ .deployed_ms = ORACLE_NEVER,
		.changed_ms = ORACLE_NEVER,
		.acted_ms = ORACLE_NEVER,
		.tilt_until_ms = ORACLE_NEVER,
		.forget_ms = ORACLE_NEVER };
}

static size_t
run_until(const struct oracle *o, size_t last, enum sample_outcome outcome)
{
	size_t length = 0;

	for (size_t i = last + 1; i-- > 0; length++) {
		if (o->samples[i].outcome != outcome)
			break;
		if (i < last &&
		    o->samples[i + 1].answered_ms - o->samples[i].answered_ms >
			GAP_MS)
			break;
	}
	return length;
}

/* Silence since the sample that completed the evidence. */
static bool
was_silent_since(const struct oracle *o, size_t from)
{
	for (size_t i = from; i < o->count; i++) {
		int64_t next_ms = i + 1 < o->count ?
		    o->samples[i + 1].answered_ms :
		    o->now_ms;

		if (next_ms - o->samples[i].answered_ms > GAP_MS)
			return true;
	}
	return false;
}

enum verdict
oracle_verdict(const struct oracle *o, bool *stale)
{
	enum verdict v = VERDICT_UNKNOWN;
	size_t complete = 0;

	for (size_t i = 0; i < o->count; i++) {
		size_t good = run_until(o, i, SAMPLE_OK);

		if (run_until(o, i, SAMPLE_FAILED) >= FAILURES) {
			v = VERDICT_TRIPPED;
			complete = i;
		} else if (good >= (v == VERDICT_TRIPPED ? RECOVER : 1)) {
			v = VERDICT_HEALTHY;
			complete = i;
		}
	}
	*stale = v != VERDICT_UNKNOWN && was_silent_since(o, complete);
	return v;
}

/* What may stop also a run that has been decided and has not begun. */
static bool
grave_guards_are_clear(const struct oracle *o)
{
	bool stale;

	return oracle_verdict(o, &stale) == VERDICT_TRIPPED && !stale &&
	    !o->store_fails && !o->shadow && !o->blind &&
	    (!o->held || o->now_ms >= o->hold_until_ms) &&
	    o->now_ms >= o->tilt_until_ms;
}

/* What it was ill of before is the fault of what was deployed before that. */
static bool
is_armed(const struct oracle *o)
{
	int64_t by_ms = o->is_ill ? o->ill_armed_ms : o->deployed_ms;

	return by_ms != ORACLE_NEVER && o->now_ms - by_ms <= ARM_MS;
}

static char
state_of(const struct oracle *o, const char *name)
{
	for (size_t i = 0; i < o->known_count; i++)
		if (strcmp(o->known[i].name, name) == 0)
			return o->known[i].state;
	return '\0';
}

static bool
is_suspect(const struct oracle *o, const char *name)
{
	return o->is_ill && strcmp(o->suspect, name) == 0;
}

/* The newest in that state that is not in place. */
static const char *
newest(const struct oracle *o, char state)
{
	for (size_t i = o->known_count; i-- > 0;)
		if (o->known[i].state == state &&
		    strcmp(o->known[i].name, o->version) != 0 &&
		    !is_suspect(o, o->known[i].name))
			return o->known[i].name;
	return "";
}

const char *
oracle_target(const struct oracle *o)
{
	const char *good = newest(o, 'g');

	if (o->is_back || o->version[0] == '\0')
		return "";
	if (state_of(o, o->said_before) == 'g' &&
	    strcmp(o->said_before, o->version) != 0 &&
	    !is_suspect(o, o->said_before))
		return o->said_before;
	return good[0] != '\0' ? good : newest(o, 'n');
}

/* Twice as long after each automatic run of a day. */
static int64_t
cooldown_ms(const struct oracle *o)
{
	int64_t ms = COOLDOWN_MS;
	unsigned within = 0;

	for (unsigned i = 0; i < o->act_count && i < ORACLE_ACTS_MAX; i++)
		within += o->now_ms - o->acts_ms[i] < DAY_MS;
	for (; within > 1 && ms < COOLDOWN_MAX_MS; within--)
		ms *= 2;
	return ms < COOLDOWN_MAX_MS ? ms : COOLDOWN_MAX_MS;
}

static bool
guards_are_clear(const struct oracle *o)
{
	if (!grave_guards_are_clear(o) || o->locked)
		return false;
	if (!is_armed(o) || oracle_target(o)[0] == '\0')
		return false;
	if (o->now_ms - o->changed_ms < SETTLE_MS)
		return false;
	return o->acted_ms == ORACLE_NEVER ||
	    o->now_ms - o->acted_ms >= cooldown_ms(o);
}

static bool
should_act(const struct oracle *o)
{
	return !o->on && guards_are_clear(o);
}

/* What it was decided for is no more. */
static bool
is_out_of_date(const struct oracle *o)
{
	return strcmp(o->version, o->begun_at) != 0 || !is_armed(o) ||
	    o->now_ms - o->begun_ms > BUDGET_MS;
}

void
oracle_forget(struct oracle *o)
{
	o->count = 0;
	o->forget_ms = o->now_ms;
}

/* Well again is what would have cleared a trip. */
static void
get_well(struct oracle *o)
{
	bool stale;

	if (oracle_verdict(o, &stale) == VERDICT_HEALTHY && o->count > 0 &&
	    run_until(o, o->count - 1, SAMPLE_OK) >= RECOVER)
		o->is_ill = false;
}

void
oracle_sample(struct oracle *o, const struct sample *s)
{
	if (s->outcome == SAMPLE_LOST || s->asked_ms < o->forget_ms)
		return;
	if (o->blind && s->outcome == SAMPLE_FAILED)
		return;
	o->samples[o->count++] = *s;
	get_well(o);
}

void
oracle_verify_sample(struct oracle *o, const struct sample *s)
{
	if (!o->verifying || s->outcome == SAMPLE_LOST ||
	    s->asked_ms < o->verify_ms || o->now_ms >= o->verify_ms + WITHIN_MS)
		return;
	if (s->outcome == SAMPLE_OK)
		o->successes++;
	else if (!o->blind)
		o->successes = 0;
}

/* Of what is not in place, nor the newest good one. */
static void
forget_oldest(struct oracle *o, const char *new)
{
	size_t i = 0, good = 0;

	for (size_t k = 0; k < o->known_count - 1; k++)
		if (o->known[k].state == 'g')
			good = k;
	while (strcmp(o->known[i].name, o->version) == 0 ||
	    strcmp(o->known[i].name, new) == 0 ||
	    (o->known[i].state == 'g' && i == good))
		i++;
	memmove(&o->known[i], &o->known[i + 1],
	    (--o->known_count - i) * sizeof(o->known[0]));
}

/* It is the newest now, in that state; 0: in the one it had. */
static void
put(struct oracle *o, const char *name, char state)
{
	char had = state_of(o, name);

	for (size_t i = 0; i < o->known_count; i++)
		if (strcmp(o->known[i].name, name) == 0) {
			memmove(&o->known[i], &o->known[i + 1],
			    (--o->known_count - i) * sizeof(o->known[0]));
			break;
		}
	if (state == 0)
		state = had == 0 ? 'n' : had;
	copy(o->known[o->known_count].name, name);
	o->known[o->known_count++].state = state;
	if (o->known_count > ORACLE_VERSIONS_MAX)
		forget_oldest(o, name);
}

static void
set_state(struct oracle *o, const char *name, char state)
{
	for (size_t i = 0; i < o->known_count; i++)
		if (strcmp(o->known[i].name, name) == 0)
			o->known[i].state = state;
}

static void
fall_ill(struct oracle *o)
{
	bool stale;
	size_t last = o->count;

	if (o->is_ill || oracle_verdict(o, &stale) != VERDICT_TRIPPED)
		return;
	/* The first of the failures that tripped it. */
	while (last > 0 && run_until(o, last - 1, SAMPLE_FAILED) < FAILURES)
		last--;
	last -= run_until(o, last - 1, SAMPLE_FAILED);
	if (o->samples[last].answered_ms >= o->now_ms)
		return;
	o->is_ill = true;
	copy(o->suspect, o->version);
	o->ill_armed_ms = o->deployed_ms;
}

void
oracle_deployed(
    struct oracle *o, const char *version, const char *previous, bool verified)
{
	fall_ill(o);
	copy(o->said_before, previous == NULL ? "" : previous);
	if (o->said_before[0] != '\0' && strcmp(o->said_before, version) != 0 &&
	    state_of(o, o->said_before) == 0)
		put(o, o->said_before, 'n');
	put(o, version, verified ? 'g' : 'd');
	copy(o->version, version);
	o->is_back = false;
	o->deployed_ms = o->changed_ms = o->now_ms;
	oracle_forget(o);
}

void
oracle_restarted(struct oracle *o)
{
	o->count = 0;
	o->forget_ms = o->now_ms;
	if (o->on && o->step_count == 0 && !o->by_operator)
		o->confirming = true;
	if (o->verifying) {
		o->verify_ms = o->now_ms;
		o->successes = 0;
	}
}

static void
begins(struct oracle *o, const char *goal, bool by_operator)
{
	if (o->on)
		breach(o, "two runs at once");
	o->on = true;
	o->by_operator = by_operator;
	o->aborted = o->confirming = o->verifying = false;
	o->plans = 0;
	o->step_count = 0;
	copy(o->goal, goal);
	copy(o->begun_at, o->version);
	o->begun_ms = o->now_ms;
	o->rollbacks++;
}

static void
on_roll_back(struct oracle *o, const char *words)
{
	const char *goal = strstr(words, "goes back to ");
	char version[ORACLE_VERSION_MAX] = "";

	if (!should_act(o))
		breach(o, "a rollback without cause");
	if (goal != NULL)
		(void)sscanf(goal, "goes back to %15[^\n]", version);
	if (version[0] == '\0' || strcmp(version, oracle_target(o)) != 0)
		breach(o, "a rollback to the wrong version");
	begins(o, version, false);
}

/* Who orders it may go back to what was bad as well. */
static void
on_ordered(struct oracle *o)
{
	struct oracle well = *o;

	well.is_ill = false;
	begins(o, oracle_target(&well), true);
}

static void
on_step(struct oracle *o, const char *words)
{
	char key[64];

	(void)snprintf(key, sizeof(key), "%u %.*s", o->plans,
	    (int)strcspn(words, "\n"), words);
	if (!o->on || o->aborted)
		breach(o, "a step of nothing");
	if (o->confirming && !guards_are_clear(o))
		breach(o, "a step before it was confirmed");
	for (size_t i = 0; i < o->step_count; i++)
		if (strcmp(o->steps[i], key) == 0)
			breach(o, "a step attempt twice");
	o->confirming = o->verifying = false;
	if (o->step_count < ORACLE_STEPS_MAX)
		copy(o->steps[o->step_count], "");
	if (o->step_count == ORACLE_STEPS_MAX) {
		breach(o, "too many steps");
		return;
	}
	memcpy(o->steps[o->step_count++], key, sizeof(key));
}

static void
on_verify(struct oracle *o)
{
	if (!o->on || o->step_count == 0)
		breach(o, "a verification of nothing");
	o->verifying = true;
	o->verify_ms = o->now_ms;
	o->successes = 0;
}

/* A rollback that led somewhere: the version before has failed. */
static void
went_to(struct oracle *o, const char *version, bool in_vain)
{
	if (version[0] != '\0' && strcmp(version, o->begun_at) == 0)
		return;
	set_state(o, o->begun_at, 'f');
	o->is_back = true;
	o->is_ill = false;
	copy(o->said_before, "");
	if (version[0] == '\0')
		return;
	put(o, version, in_vain ? 't' : 0);
	copy(o->version, version);
}

static void
check_close(struct oracle *o, const char *words)
{
	bool stale;

	if (!o->on)
		breach(o, "closed what was not open");
	if (strncmp(words, "recovered", 9) == 0) {
		o->recovered++;
		if (!o->verifying || o->successes < SUCCESSES)
			breach(o, "recovered and not verified");
	}
	if (strncmp(words, "not_needed", 10) == 0 &&
	    (o->step_count > 0 ||
		(oracle_verdict(o, &stale) != VERDICT_HEALTHY &&
		    !is_out_of_date(o)) ||
		(!o->confirming && !is_out_of_date(o))))
		breach(o, "not needed, says who?");
	if (strncmp(words, "aborted", 7) == 0 && !o->aborted)
		breach(o, "aborted by nobody");
}

static void
on_closed(struct oracle *o, const char *words)
{
	check_close(o, words);
	o->on = o->verifying = false;
	o->closed++;
	if (strncmp(words, "not_needed", 10) == 0)
		return;
	o->acted_ms = o->changed_ms = o->now_ms;
	if (!o->by_operator)
		o->acts_ms[o->act_count++ % ORACLE_ACTS_MAX] = o->now_ms;
	oracle_forget(o);
	if (o->step_count == 0)
		return; /* nothing was done */
	if (strncmp(words, "recovered", 9) == 0 ||
	    strncmp(words, "not_recovered", 13) == 0)
		went_to(o, o->goal, words[0] == 'n');
	else
		went_to(o, "", false);
}

static bool
begins_with(const char *words, const char *start)
{
	return strncmp(words, start, strlen(start)) == 0;
}

static void
read_line(struct oracle *o, const char *words)
{
	if (begins_with(words, "the registry is another") ||
	    begins_with(words, "version "))
		breach(o, "another registry after a restart");
	else if (begins_with(words, "roll_back"))
		on_roll_back(o, words);
	else if (begins_with(words, "ordered"))
		on_ordered(o);
	else if (begins_with(words, "plan "))
		o->plans++;
	else if (begins_with(words, "step "))
		on_step(o, words);
	else if (begins_with(words, "verify"))
		on_verify(o);
	else if (begins_with(words, "crash"))
		oracle_restarted(o);
	else if (begins_with(words, "closed superseded") ||
	    begins_with(words, "closed cleared"))
		return; /* of proposals */
	else if (begins_with(words, "closed "))
		on_closed(o, words + strlen("closed "));
}

void
oracle_read(struct oracle *o, const char *lines)
{
	const char *at = lines;

	while ((at = strstr(at, "\t=> ")) != NULL) {
		at += strlen("\t=> ");
		at += strcspn(at, " ") + 1; /* the time */
		read_line(o, at);
	}
}

void
oracle_settle(struct oracle *o)
{
	if (should_act(o))
		breach(o, "a rollback that did not come");
	if (o->on && o->verifying && o->successes >= SUCCESSES)
		breach(o, "verified and not recovered");
	if (o->on && o->confirming && guards_are_clear(o))
		breach(o, "confirmed, and nothing followed");
}
