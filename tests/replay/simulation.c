#include "tests/replay/simulation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/replay/oracle.h"
#include "tests/replay/settings.h"
#include "tests/replay/world.h"

#define MINUTE_MS 60000
#define STORY_KEPT_BYTES 8000 /* of what happened */

struct simulation {
	struct world *world;
	struct oracle oracle;
	struct text *out;
	size_t read; /* of out, by the oracle */
	simulation_byte *next;
	void *arg;
	bool is_over;
	bool is_bad; /* the release in place */
	unsigned releases;
};

static unsigned
roll(struct simulation *s, unsigned sides)
{
	uint8_t byte = 0;

	if (!s->next(s->arg, &byte))
		s->is_over = true;
	return byte % sides;
}

static void
look(struct simulation *s)
{
	s->oracle.now_ms = world_now_ms(s->world);
	oracle_read(&s->oracle, text_str(s->out) + s->read);
	s->read = s->out->length;
}

static void
let_time_pass(struct simulation *s)
{
	static const int64_t spans_ms[] = { 0, 1, 1000, 5000, 5000, 5000, 5000,
		5000, 5000, 5000, 5000, 10000, 25000, 25001, MINUTE_MS,
		20 * MINUTE_MS };
	/* A run is soon over, or its verification would see nothing. */
	int64_t span_ms = spans_ms[roll(s, s->oracle.on ? 5 : 16)];

	/* What falls due meanwhile does so at its own moment. */
	for (int64_t ms = 0; ms < span_ms; ms += 1000) {
		int64_t left_ms = span_ms - ms;

		world_wait(s->world, left_ms < 1000 ? left_ms : 1000);
		look(s);
	}
}

static struct sample
any_sample(struct simulation *s)
{
	unsigned luck = roll(s, 16);
	int64_t now_ms = world_now_ms(s->world);
	struct sample sample = { .answered_ms = now_ms,
		.asked_ms = now_ms - (luck == 15 ? 2000 : 0) };

	sample.outcome = s->is_bad ? SAMPLE_FAILED : SAMPLE_OK;
	if (luck == 0)
		sample.outcome = SAMPLE_LOST;
	if (luck == 1)
		sample.outcome = s->is_bad ? SAMPLE_OK : SAMPLE_FAILED;
	return sample;
}

static void
sample(struct simulation *s)
{
	struct sample it = any_sample(s);

	text_addf(s->out, "%s %c\n", "health", "ox-"[it.outcome]);
	oracle_sample(&s->oracle, &it);
	(void)world_sample(s->world, "health", &it);
}

static void
verify_sample(struct simulation *s)
{
	struct sample it = any_sample(s);

	text_addf(s->out, "%s %c\n", "verify", "ox-"[it.outcome]);
	oracle_verify_sample(&s->oracle, &it);
	(void)world_verify_sample(s->world, "health", &it);
}

static void
deploy(struct simulation *s)
{
	char version[16], previous[16];
	unsigned back = roll(s, 4), redeploy = roll(s, 4);
	bool verified = roll(s, 4) == 0;

	s->releases += redeploy != 0;
	(void)snprintf(version, sizeof(version), "v%u", s->releases);
	(void)snprintf(previous, sizeof(previous), "v%u",
	    s->releases < back ? 0 : s->releases - back);
	s->is_bad = roll(s, 2) == 0;
	text_addf(s->out, "deploy %s previous %s%s\n", version,
	    back == 3 ? "-" : previous, verified ? " verified" : "");
	oracle_deployed(
	    &s->oracle, version, back == 3 ? NULL : previous, verified);
	world_deploy(s->world, version, back == 3 ? NULL : previous, verified);
}

static void
hold(struct simulation *s)
{
	static const int64_t spans_ms[] = { 0, 5000, 40000, 10 * MINUTE_MS };
	int64_t span_ms = spans_ms[roll(s, 4)];

	s->oracle.held = roll(s, 4) == 0;
	s->oracle.hold_until_ms =
	    span_ms == 0 ? INT64_MAX : s->oracle.now_ms + span_ms;
	text_addf(s->out, "%s %d\n", s->oracle.held ? "hold" : "release",
	    (int)span_ms);
	world_hold(s->world, s->oracle.held ? "ann" : NULL, span_ms, "why not");
}

static void
tilt(struct simulation *s)
{
	text_add(s->out, "tilt\n");
	s->oracle.tilt_until_ms = s->oracle.now_ms + 30000;
	oracle_forget(&s->oracle);
	world_tilt(s->world, 30000);
}

static void
restart(struct simulation *s)
{
	text_add(s->out, "restart\n");
	oracle_restarted(&s->oracle);
	world_restart(s->world);
}

static void
toggle(struct simulation *s)
{
	struct oracle *o = &s->oracle;
	bool on = roll(s, 4) == 0; /* mostly all is well */

	switch (roll(s, 4)) {
	case 0:
		o->store_fails = on;
		text_add(s->out,
		    o->store_fails ? "store_fails\n" : "not store_fails\n");
		world_set_store_fails(s->world, o->store_fails);
		return;
	case 1:
		o->shadow = on;
		text_add(s->out, o->shadow ? "shadow\n" : "not shadow\n");
		world_set_shadow(s->world, o->shadow);
		return;
	case 2:
		if (o->blind && !on)
			oracle_forget(o);
		o->blind = on;
		text_add(s->out, o->blind ? "blind\n" : "not blind\n");
		world_set_blind_witness(s->world, o->blind ? "gateway" : NULL);
		return;
	default:
		o->locked = on;
		text_add(s->out, o->locked ? "locked\n" : "not locked\n");
		world_set_lock_holder(s->world, o->locked ? "frontend" : NULL);
		return;
	}
}

/* False: no step was under way. */
static bool
step_ends(struct simulation *s)
{
	static const enum step_outcome outcomes[] = { STEP_DONE, STEP_DONE,
		STEP_DONE, STEP_DONE, STEP_DONE, STEP_FAILED, STEP_TIMED_OUT,
		STEP_INTERRUPTED };
	enum step_outcome outcome = outcomes[roll(s, 8)];

	/* Where it goes back to is another release, for better or worse. */
	if (outcome == STEP_DONE)
		s->is_bad = roll(s, 4) == 0;
	text_addf(s->out, "step %s\n", step_outcome_word(outcome));
	return world_step_ended(
	    s->world, outcome, outcome == STEP_DONE ? 0 : 1, NULL);
}

/* False: nothing came of it. */
static bool
operate(struct simulation *s)
{
	switch (roll(s, 8)) {
	case 0:
		s->oracle.aborted = s->oracle.on;
		return world_abort(s->world, "enough");
	case 1:
		return !s->oracle.on && oracle_target(&s->oracle)[0] != '\0' &&
		    world_order(s->world, NULL, "ann");
	case 2:
		world_crash(s->world);
		return false;
	case 3:
		restart(s);
		return true;
	case 4:
		tilt(s);
		return true;
	case 5:
		world_reload(s->world);
		return true;
	default:
		hold(s);
		return true;
	}
}

/* One thing happens.  False: nobody noticed. */
static bool
happen(struct simulation *s)
{
	unsigned what = roll(s, 64);

	if (s->oracle.count == ORACLE_SAMPLES_MAX)
		tilt(s); /* the oracle's memory is full */
	else if (what < 2)
		deploy(s);
	else if (what == 2)
		return operate(s);
	else if (what == 3)
		toggle(s);
	else if (what < 16)
		return step_ends(s);
	else if (what < (s->oracle.verifying ? 56 : 18))
		verify_sample(s);
	else
		sample(s);
	return true;
}

const char *
simulate(const struct config *config, simulation_byte *next, void *arg,
    struct text *out, struct tally *tally)
{
	struct simulation s = { .world = world_new(config, out),
		.oracle = oracle_new(),
		.out = out,
		.next = next,
		.arg = arg };

	while (s.oracle.breach == NULL) {
		bool noticed;

		if (out->length > STORY_KEPT_BYTES) {
			text_clear(out);
			s.read = 0;
		}
		let_time_pass(&s);
		look(&s);
		if (s.is_over)
			break;
		noticed = happen(&s);
		look(&s);
		if (noticed)
			oracle_settle(&s.oracle);
		tally->events++;
	}
	tally->simulated_ms += (uint64_t)world_now_ms(s.world);
	tally->rollbacks += s.oracle.rollbacks;
	tally->recovered += s.oracle.recovered;
	tally->closed += s.oracle.closed;
	world_free(s.world);
	return s.oracle.breach;
}

struct config *
simulation_config(void)
{
	static const char text[] =
	    "include = [ \"base\" ];\n"
	    "services = ( { name = \"shop\"; like = \"plain\"; } );\n";
	struct error err = { "" };
	struct config *c = settings_load(text, sizeof(text) - 1, &err);

	if (c == NULL) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return c;
}
