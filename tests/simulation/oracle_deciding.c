/* D1 to D7: may it act just now, and must it? */
#include <stdio.h>
#include <string.h>

#include "tests/simulation/oracle_private.h"

#define GAP_PACES 5
#define SLACK_MS 10000
/* A run ended when it was decided, or when that was stored: who knows. */
#define HARDLY_MS 2000
#define ACTS_COUNT_MS DAY_MS

void
watch_forget(struct watch *w, int64_t at_ms)
{
	w->forget_ms = at_ms;
	w->bad_run = w->good_run = w->real_bad = w->sure_run = 0;
	w->is_tripped = w->is_silent = w->is_healthy = false;
	w->is_failing = w->may_be_failing = false;
	w->last_ms = w->first_bad_ms = SIM_NEVER;
	w->should_since_ms = SIM_NEVER;
}

static int64_t
gap_ms(const struct watch *w)
{
	int64_t pace_ms = w->settings.interval_ms;

	return GAP_PACES *
	    (pace_ms > ESTATE_TIMEOUT_MS ? pace_ms : ESTATE_TIMEOUT_MS);
}

static void
count_bad(struct watch *w, const struct sample *s)
{
	if (w->bad_run++ == 0 && !w->is_tripped)
		w->first_bad_ms = s->asked_ms;
	w->good_run = 0;
	w->sure_run++;
	if (!truth_is_blind())
		w->real_bad++;
	if (w->bad_run < w->settings.failures)
		return;
	if (!w->is_tripped)
		w->tripped_ms = s->answered_ms;
	w->is_tripped = true;
	w->is_healthy = w->is_silent = false;
}

static void
count_good(struct watch *w)
{
	w->good_run++;
	w->bad_run = w->sure_run = 0;
	if (w->good_run >= ESTATE_RECOVER)
		w->may_be_ill = false;
	if (w->good_run < (w->is_tripped ? ESTATE_RECOVER : 1U))
		return;
	w->is_tripped = w->is_silent = false;
	w->is_healthy = true;
	w->is_ill = false;
	w->real_bad = 0;
}

/* D1: what is lost counts for nothing; nor does what is not of now. */
static void
count(struct watch *w, const struct sample *s)
{
	bool is_lost = s->outcome == SAMPLE_LOST ||
	    (s->outcome == SAMPLE_FAILED && oracle.is_blind);

	w->may_be_failing =
	    s->outcome == SAMPLE_FAILED || (is_lost && w->may_be_failing);
	w->is_failing = s->outcome == SAMPLE_FAILED && !is_lost &&
	    s->asked_ms >= w->forget_ms;
	if (is_lost || s->asked_ms < w->forget_ms)
		return;
	if (w->last_ms != SIM_NEVER &&
	    s->answered_ms - w->last_ms > gap_ms(w)) {
		w->bad_run = w->good_run = w->sure_run = 0;
		w->is_silent = true;
	}
	w->last_ms = s->answered_ms;
	if (s->outcome == SAMPLE_FAILED)
		count_bad(w, s);
	else
		count_good(w);
}

/* What a witness that answered before this question was put says of it. */
static void
look_at_witness(struct watch *w, const struct sample *s)
{
	if (s->outcome != SAMPLE_FAILED)
		return;
	for (unsigned i = 0; i < oracle.witness_count && i < 8; i++)
		if (oracle.witness_before_ms[i] <= s->asked_ms &&
		    oracle.witness_before_ms[i] > w->witnessed_ms)
			w->witnessed_ms = oracle.witness_before_ms[i];
}

static void
hear_witness(const struct sample *s)
{
	bool was_blind = oracle.is_blind;

	oracle.is_blind = s->outcome != SAMPLE_OK;
	if (oracle.is_blind)
		return;
	/* Whoever has noticed that has forgotten what was before. */
	for (unsigned i = 0; was_blind && i < ESTATE_SERVICES; i++)
		oracle.watches[i].sure_run = 0;
	oracle.witness_ms = s->asked_ms;
	oracle.witness_before_ms[oracle.witness_count++ % 8] = s->asked_ms;
}

static void
hear_verification(struct watch *w, const struct sample *s)
{
	struct case_file *c = case_open((unsigned)(w - oracle.watches));

	if (c == NULL || !c->is_verifying || s->asked_ms < c->verify_ms ||
	    s->outcome == SAMPLE_LOST)
		return;
	c->moved_ms = sim.now_ms;
	if (s->outcome == SAMPLE_OK)
		c->successes++;
	else if (!oracle.is_blind)
		c->successes = 0;
}

/* More than half of three groups at least are bad, or may be. */
static bool
fail_together(bool surely)
{
	unsigned groups = 0, bad = 0;

	for (unsigned i = 0; i < ESTATE_SERVICES; i++) {
		const struct watch *w = &oracle.watches[i];

		groups |= 1U << w->group;
		if (w->is_tripped || w->is_failing ||
		    (!surely && w->may_be_failing))
			bad |= 1U << w->group;
	}
	return __builtin_popcount(groups) >= 3 &&
	    __builtin_popcount(bad) * 2 > __builtin_popcount(groups);
}

/* What failed together with most of the others is judged afresh. */
static void
look_at_all(void)
{
	for (unsigned i = 0; fail_together(false) && i < ESTATE_SERVICES; i++)
		oracle.watches[i].sure_run = 0;
}

void
oracle_heard(unsigned service, bool is_polled, const struct sample *s)
{
	struct watch *w;

	if (service == ESTATE_SERVICES) {
		hear_witness(s);
		return;
	}
	w = &oracle.watches[service];
	if (!is_polled) {
		hear_verification(w, s);
		return;
	}
	w->heard_ms = sim.now_ms;
	if (w->was_blind && !oracle.is_blind)
		watch_forget(w, sim.now_ms);
	w->was_blind = oracle.is_blind;
	look_at_witness(w, s);
	look_at_all();
	count(w, s);
	look_at_all();
}

bool
watch_is_stale(const struct watch *w)
{
	return w->is_silent || sim.now_ms - w->last_ms > gap_ms(w);
}

/* Doubled with each automatic run of the last day. */
int64_t
watch_cooldown_ms(const struct watch *w)
{
	int64_t ms = ESTATE_COOLDOWN_MS;
	unsigned acts = 0;

	for (unsigned i = 0; i < w->belief.act_count; i++)
		acts += sim.now_ms - w->belief.acts_ms[i] < ACTS_COUNT_MS;
	for (; acts > 1 && ms < ESTATE_COOLDOWN_MAX_MS; acts--)
		ms *= 2;
	return ms < ESTATE_COOLDOWN_MAX_MS ? ms : ESTATE_COOLDOWN_MAX_MS;
}

bool
oracle_holds(const struct watch *w)
{
	for (unsigned i = 0; i < oracle.hold_count; i++) {
		const struct held *h = &oracle.holds[i];

		if (sim.now_ms < h->until_ms - HARDLY_MS &&
		    (strcmp(h->scope, "*") == 0 ||
			strcmp(h->scope, w->settings.name) == 0))
			return true;
	}
	return false;
}

static unsigned
acts_of_hour(const struct watch *w)
{
	unsigned acts = 0;

	for (unsigned i = 0; i < w->belief.act_count; i++)
		acts += sim.now_ms - w->belief.acts_ms[i] < HOUR_MS;
	return acts;
}

static unsigned
acts_of_all(void)
{
	unsigned acts = 0;

	for (unsigned i = 0; i < ESTATE_SERVICES; i++)
		acts += acts_of_hour(&oracle.watches[i]);
	return acts;
}

static const struct case_file *
lock_holder(const struct watch *w)
{
	for (unsigned i = 0; i < oracle.case_count; i++) {
		const struct case_file *c = &oracle.cases[i];

		/* After a restart nobody knows whether it will begin. */
		if (!c->is_begun && !c->is_ordered && c->life != sim.life)
			continue;
		if (c->acts && !c->is_closed && !c->is_ghost &&
		    &oracle.watches[c->service] != w &&
		    strcmp(case_lock(c), w->settings.environment) == 0)
			return c;
	}
	return NULL;
}

/* Was any service of its group deployed lately? */
static bool
is_explained(const struct watch *w)
{
	int64_t window_ms = w->settings.arm_ms == ESTATE_ARM_NONE ?
	    2 * HOUR_MS :
	    w->settings.arm_ms;

	for (unsigned i = 0; i < ESTATE_SERVICES; i++) {
		const struct watch *o = &oracle.watches[i];

		if (strcmp(o->settings.group, w->settings.group) == 0 &&
		    o->belief.deployed_ms != SIM_NEVER &&
		    sim.now_ms - o->belief.deployed_ms <= window_ms)
			return true;
	}
	return false;
}

/* D4: most are bad at once, and no deployment explains it. */
static bool
is_mass_failure(const struct watch *w, bool surely)
{
	return fail_together(surely) && !is_explained(w);
}

/* What also stops a run that was decided before a restart. */
const char *
why_not_confirm(const struct watch *w)
{
	if (!w->is_tripped)
		return "the samples do not say that it is bad";
	if (watch_is_stale(w))
		return "the samples are too old";
	if (w->real_bad == 0)
		return "it was never bad but for our own trouble";
	if (oracle.store_fails)
		return "the store fails";
	if (oracle_holds(w))
		return "it is held";
	if (sim.now_ms < oracle.tilt_until_ms)
		return "there was a pause";
	if (oracle.is_blind)
		return "no witness answers";
	if (is_mass_failure(w, true))
		return "most groups are bad and no deployment explains it";
	if (w->witnessed_ms < w->first_bad_ms)
		return "no witness was asked since it is bad";
	return NULL;
}

/* The release that came when it was bad already is not what made it so. */
static bool
is_unexplained(const struct watch *w, bool ill, int64_t deployed_ms)
{
	return ill && w->settings.arm_ms != ESTATE_ARM_NONE &&
	    (deployed_ms == SIM_NEVER ||
		sim.now_ms - deployed_ms > w->settings.arm_ms);
}

void
watch_deployed(struct watch *w, int64_t at_ms)
{
	/* Unless it was just judged afresh, for another reason. */
	bool ill = w->is_tripped && w->tripped_ms < at_ms &&
	    w->sure_run > w->settings.failures + 2;

	if (!w->is_ill && !w->may_be_ill)
		w->ill_deployed_ms = w->belief.deployed_ms;
	w->ill_latest_ms = w->belief.deployed_ms;
	w->may_be_ill = w->is_tripped || w->may_be_ill;
	if (!w->may_be_ill)
		w->suspect_count = 0;
	else
		copy_words(w->suspects[w->suspect_count++ % SUSPECTS], WORDS,
		    w->belief.version);
	w->is_ill = ill;
	w->was_ill = w->may_be_ill;
}

static const char *
why_not_by_time(const struct watch *w)
{
	const struct belief *b = &w->belief;

	if (b->changed_ms != SIM_NEVER &&
	    sim.now_ms - b->changed_ms < w->settings.settle_ms)
		return "it is settling";
	if (b->acted_ms != SIM_NEVER &&
	    sim.now_ms - b->acted_ms + HARDLY_MS < watch_cooldown_ms(w))
		return "it is too soon after the last one";
	if (acts_of_hour(w) >= ESTATE_BUDGET ||
	    acts_of_all() >= ESTATE_BUDGET_OF_ALL)
		return "there were too many within an hour";
	if (w->settings.arm_ms != ESTATE_ARM_NONE &&
	    (b->deployed_ms == SIM_NEVER ||
		sim.now_ms - b->deployed_ms > w->settings.arm_ms))
		return "nothing was deployed lately";
	if (is_unexplained(w, w->is_ill, w->ill_latest_ms))
		return "it was bad before that was deployed";
	return NULL;
}

static const char *
why_not_there(const struct watch *w, const char *target)
{
	const struct belief *b = &w->belief;

	if (!w->settings.goes_back || b->is_unsure)
		return NULL;
	return belief_objects(b, target);
}

/*
 * Two answers in their turn, at least, lie that far apart; a recheck that is
 * under way when its turn comes stands for that.
 */
static bool
is_hasty(const struct watch *w)
{
	return w->settings.recheck_ms > 0 &&
	    sim.now_ms - w->first_bad_ms <
	    w->settings.interval_ms - ESTATE_TIMEOUT_MS;
}

const char *
why_not_decide(const struct watch *w, const char *target)
{
	const char *why = why_not_confirm(w);

	if (!estate_is_automatic(&w->settings))
		why = "its rule does not act by itself";
	if (why == NULL && case_open((unsigned)(w - oracle.watches)) != NULL)
		why = "a run of it is under way";
	if (why == NULL && lock_holder(w) != NULL)
		why = "its lock is held";
	if (why == NULL && is_hasty(w))
		why = "it was bad for less than an interval";
	if (why == NULL)
		why = why_not_by_time(w);
	return why == NULL ? why_not_there(w, target) : why;
}

static int64_t
patience_ms(const struct watch *w)
{
	return 3 * w->settings.interval_ms + SLACK_MS;
}

/* It may have been bad there already: nobody goes back to that. */
static bool
is_suspect(const struct watch *w, const char *version)
{
	for (unsigned i = 0;
	     w->may_be_ill && i < w->suspect_count && i < SUSPECTS; i++)
		if (strcmp(w->suspects[i], version) == 0)
			return true;
	return false;
}

/* Both ways: what must be done is done in time. */
void
watch_look(struct watch *w)
{
	const char *target = "";
	bool should = oracle.is_ready && w->sure_run >= w->settings.failures &&
	    !is_mass_failure(w, false) && !w->belief.is_unsure &&
	    !is_unexplained(w, w->may_be_ill, w->ill_deployed_ms);

	if (should) {
		target = belief_target(&w->belief);
		should =
		    !is_suspect(w, target) && why_not_decide(w, target) == NULL;
	}
	if (!should) {
		w->should_since_ms = SIM_NEVER;
		return;
	}
	if (w->should_since_ms == SIM_NEVER)
		w->should_since_ms = sim.now_ms;
	if (sim.now_ms - w->should_since_ms > patience_ms(w))
		breach("%s is bad, nothing speaks against a rollback to %s, "
		       "and it does not come",
		    w->settings.name, target);
}

void
oracle_thought(unsigned service)
{
	if (service < ESTATE_SERVICES && !sim.is_dying)
		watch_look(&oracle.watches[service]);
}
