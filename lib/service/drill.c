#include "service/drill.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "decision/decision.h"

/* Beyond twice its objective a time is not late but missed. */
#define PATIENCE 2
/* So much may moments differ that went by way of the wall clock. */
#define CLOCK_MS 1000

__attribute__((format(printf, 2, 3))) static void
say(struct drill *d, const char *fmt, ...)
{
	size_t length = strlen(d->reason);
	va_list ap;

	if (length > 0 && length + 3 < sizeof(d->reason)) {
		memcpy(d->reason + length, "; ", 3);
		length += 2;
	}
	va_start(ap, fmt);
	(void)vsnprintf(
	    d->reason + length, sizeof(d->reason) - length, fmt, ap);
	va_end(ap);
}

static bool
has(const struct drill *d, enum drill_moment moment)
{
	return d->at_ms[moment] != NEVER_MS;
}

/* Only once: what comes later is of an escalation, or of another incident. */
static void
note(struct drill *d, enum drill_moment moment, int64_t at_ms)
{
	if (!has(d, moment))
		d->at_ms[moment] = at_ms;
}

static bool
is_of_ourselves(const struct drill *d)
{
	return d->plan.kind == DRILL_KILL || d->plan.kind == DRILL_BLIND;
}

static void
want_heal(struct drill *d)
{
	if (d->heal == HEAL_NOT && !is_of_ourselves(d))
		d->heal = HEAL_WANTED;
}

/* With what is left to do, or over at once. */
static void
conclude(struct drill *d, enum drill_result result)
{
	if (d->stage == DRILL_ENDING || d->stage == DRILL_OVER)
		return;
	d->result = result;
	d->stage = d->heal == HEAL_NOT || d->heal == HEAL_DONE ? DRILL_OVER :
								 DRILL_ENDING;
}

static void
fail(struct drill *d)
{
	want_heal(d);
	/* Not to be found well by what was measured before. */
	if (d->heal == HEAL_DONE)
		d->heal = HEAL_WANTED;
	conclude(d, DRILL_FAILED);
}

static bool
is_missed(const struct drill *d)
{
	struct drill_line lines[DRILL_LINES_MAX];
	size_t count = drill_lines(d, lines);

	for (size_t i = 0; i < count; i++)
		if (lines[i].objective_ms > 0 && lines[i].has_come &&
		    !lines[i].is_met)
			return true;
	return false;
}

/* All that was expected has come. */
static void
succeed(struct drill *d)
{
	struct drill_line lines[DRILL_LINES_MAX];
	size_t count = drill_lines(d, lines);

	for (size_t i = 0; i < count; i++) {
		char took[DURATION_TEXT_MAX], objective[DURATION_TEXT_MAX];

		if (lines[i].objective_ms == 0 || !lines[i].has_come ||
		    lines[i].is_met)
			continue;
		say(d, "%s took %s, its objective is %s", lines[i].what,
		    duration_text(lines[i].took_ms, took),
		    duration_text(lines[i].objective_ms, objective));
	}
	conclude(d, is_missed(d) ? DRILL_LATE : DRILL_PASSED);
}

static void
injected(struct drill *d, int64_t at_ms)
{
	d->is_injecting = false;
	if (d->stage != DRILL_INJECTING)
		return; /* ended meanwhile: it is healed next */
	note(d, DRILL_INJECTED, at_ms);
	d->stage = DRILL_WATCHING;
}

static void
not_injected(struct drill *d, const char *detail)
{
	d->is_injecting = false;
	if (d->stage != DRILL_INJECTING)
		return;
	say(d, "it could not be injected: %s", detail == NULL ? "" : detail);
	fail(d);
}

static void
decided(struct drill *d, bool is_proposal, int64_t at_ms)
{
	if (d->stage == DRILL_OVER || d->stage == DRILL_NEW)
		return;
	if (d->plan.kind == DRILL_BLIND && d->stage == DRILL_WATCHING) {
		say(d, "a rollback was decided while nothing could be seen");
		d->is_acting = d->is_acting || !is_proposal;
		fail(d);
		return;
	}
	note(d, DRILL_DETECTED, at_ms);
	note(d, DRILL_DECIDED, at_ms);
	if (!is_proposal || d->stage != DRILL_WATCHING)
		return;
	d->is_proposed = true;
	say(d, "the rules only propose a rollback");
	want_heal(d);
	succeed(d);
}

/* The incident ended before it began, or did not help. */
static void
withdrawn(struct drill *d, const char *detail)
{
	d->is_acting = false;
	if (d->stage != DRILL_WATCHING || d->plan.kind == DRILL_BLIND)
		return;
	if (detail != NULL &&
	    (strcmp(detail, "rejected") == 0 ||
		strcmp(detail, "expired") == 0)) {
		say(d, "the rollback was not approved: %s", detail);
		fail(d);
		return;
	}
	/* Another deployment, or well for a moment: it is to be seen again. */
	d->at_ms[DRILL_DETECTED] = d->at_ms[DRILL_DECIDED] = NEVER_MS;
	d->went_away = true;
}

static void
closed(struct drill *d, bool recovered, const char *detail)
{
	d->is_acting = false;
	if (d->stage != DRILL_WATCHING)
		return;
	if (recovered) {
		if (d->plan.kind == DRILL_FAULT)
			want_heal(d);
		succeed(d);
		return;
	}
	say(d, "the rollback ended as %s", detail == NULL ? "?" : detail);
	fail(d);
}

/* A fault that no rollback takes away is gone when its steps are done. */
static void
steps_done(struct drill *d, int64_t at_ms)
{
	d->at_ms[DRILL_STEPS_DONE] = at_ms; /* the last ones */
	if (d->plan.kind == DRILL_FAULT && d->stage == DRILL_WATCHING &&
	    !d->plan.heals_late)
		want_heal(d);
}

static void
healed(struct drill *d, bool went_well, const char *detail, int64_t at_ms)
{
	d->heal = went_well ? HEAL_DONE : HEAL_FAILED;
	if (went_well)
		d->at_ms[DRILL_HEALED] = at_ms;
	else
		say(d, "it could not be healed: %s",
		    detail == NULL ? "" : detail);
	if (d->stage == DRILL_ENDING && !went_well) {
		d->result = DRILL_FAILED;
		d->stage = DRILL_OVER;
	}
	/* What is verified meanwhile is to have the last word. */
}

static void
well(struct drill *d, int64_t at_ms)
{
	if (d->stage != DRILL_ENDING || d->heal != HEAL_DONE || d->is_acting)
		return;
	note(d, DRILL_WELL, at_ms);
	d->stage = DRILL_OVER;
}

static void
aborted(struct drill *d, const char *detail)
{
	if (d->stage == DRILL_ENDING || d->stage == DRILL_OVER)
		return;
	say(d, "aborted: %s", detail == NULL ? "by an operator" : detail);
	if (d->stage != DRILL_NEW)
		want_heal(d);
	conclude(d, DRILL_ABORTED);
}

static void
restarted(struct drill *d, int64_t at_ms)
{
	if (d->stage == DRILL_NEW) {
		say(d, "rollbackd was started anew before it was injected");
		conclude(d, DRILL_ABORTED);
	} else if (d->plan.kind == DRILL_KILL && d->stage != DRILL_OVER) {
		note(d, DRILL_WELL, at_ms);
		succeed(d);
	} else if (d->plan.kind == DRILL_BLIND && d->stage != DRILL_OVER) {
		say(d, "rollbackd was started anew: it sees again");
		fail(d);
	}
}

static void
alarmed(struct drill *d, int64_t at_ms)
{
	if (d->plan.kind != DRILL_BLIND || d->stage != DRILL_WATCHING)
		return;
	note(d, DRILL_DETECTED, at_ms);
	succeed(d);
}

void
drill_begin(struct drill *d, const struct drill_plan *plan, int64_t now_ms)
{
	*d = (struct drill){ .plan = *plan };
	for (size_t i = 0; i < DRILL_MOMENTS; i++)
		d->at_ms[i] = NEVER_MS;
	d->at_ms[DRILL_BEGAN] = now_ms;
}

static void
begins(struct drill *d, int64_t at_ms)
{
	if (d->stage != DRILL_NEW)
		return;
	d->is_injecting = !is_of_ourselves(d);
	d->stage = d->is_injecting ? DRILL_INJECTING : DRILL_WATCHING;
	if (!d->is_injecting)
		note(d, DRILL_INJECTED, at_ms);
}

static void
tripped(struct drill *d, int64_t at_ms)
{
	if (d->stage == DRILL_WATCHING && d->plan.kind != DRILL_BLIND)
		note(d, DRILL_DETECTED, at_ms);
}

static void
first_step(struct drill *d, int64_t at_ms)
{
	d->is_acting = true;
	note(d, DRILL_FIRST_STEP, at_ms);
}

static void
tick_blind(struct drill *d, int64_t now_ms)
{
	if (now_ms - d->at_ms[DRILL_INJECTED] < d->plan.blind_ms)
		return;
	say(d, "nobody was told that nothing is heard");
	fail(d);
}

/* Not while steps are under way: an incident always comes to an end. */
static void
tick_watching(struct drill *d, int64_t now_ms)
{
	char objective[DURATION_TEXT_MAX];

	if (!has(d, DRILL_DETECTED) &&
	    now_ms - d->at_ms[DRILL_INJECTED] > PATIENCE * d->plan.detect_ms) {
		say(d, "it was not detected within twice its objective of %s%s",
		    duration_text(d->plan.detect_ms, objective),
		    d->went_away ? ", or went away again" : "");
		fail(d);
	} else if (has(d, DRILL_DETECTED) && !has(d, DRILL_FIRST_STEP) &&
	    now_ms - d->at_ms[DRILL_DETECTED] >
		PATIENCE * d->plan.first_step_ms) {
		say(d, "no step began within twice its objective of %s",
		    duration_text(d->plan.first_step_ms, objective));
		fail(d);
	}
}

static void
tick_ending(struct drill *d, int64_t now_ms)
{
	if (d->heal != HEAL_DONE || !has(d, DRILL_HEALED) ||
	    now_ms - d->at_ms[DRILL_HEALED] <= d->plan.recover_ms)
		return;
	say(d, "it was healed, and is not well since");
	d->result = DRILL_FAILED;
	d->stage = DRILL_OVER;
}

bool
drill_tick(struct drill *d, int64_t now_ms)
{
	enum drill_stage before = d->stage;

	if (d->stage == DRILL_WATCHING && d->plan.kind == DRILL_BLIND)
		tick_blind(d, now_ms);
	else if (d->stage == DRILL_WATCHING && !d->is_acting)
		tick_watching(d, now_ms);
	else if (d->stage == DRILL_ENDING)
		tick_ending(d, now_ms);
	return d->stage != before;
}

void
drill_saw(
    struct drill *d, enum drill_input input, const char *detail, int64_t at_ms)
{
	switch (input) {
	case DRILL_SAW_INJECTING:
		begins(d, at_ms);
		return;
	case DRILL_SAW_INJECTED:
		injected(d, at_ms);
		return;
	case DRILL_SAW_NOT_INJECTED:
		not_injected(d, detail);
		return;
	case DRILL_SAW_BAD:
		note(d, DRILL_FIRST_BAD, at_ms);
		return;
	case DRILL_SAW_TRIPPED:
		tripped(d, at_ms);
		return;
	case DRILL_SAW_DECISION:
	case DRILL_SAW_PROPOSAL:
		decided(d, input == DRILL_SAW_PROPOSAL, at_ms);
		return;
	case DRILL_SAW_FIRST_STEP:
		first_step(d, at_ms);
		return;
	case DRILL_SAW_STEPS_DONE:
		steps_done(d, at_ms);
		return;
	case DRILL_SAW_VERIFIED:
		note(d, DRILL_VERIFIED, at_ms);
		return;
	case DRILL_SAW_RECOVERED:
	case DRILL_SAW_NOT_RECOVERED:
		closed(d, input == DRILL_SAW_RECOVERED, detail);
		return;
	case DRILL_SAW_WITHDRAWN:
		withdrawn(d, detail);
		return;
	case DRILL_SAW_HEALING:
		d->heal = HEAL_ON;
		return;
	case DRILL_SAW_HEALED:
	case DRILL_SAW_NOT_HEALED:
		healed(d, input == DRILL_SAW_HEALED, detail, at_ms);
		return;
	case DRILL_SAW_WELL:
		well(d, at_ms);
		return;
	case DRILL_SAW_ABORT:
		aborted(d, detail);
		return;
	case DRILL_SAW_ALARM:
		alarmed(d, at_ms);
		return;
	case DRILL_SAW_RESTART:
		restarted(d, at_ms);
		return;
	case DRILL_SAW_TIME:
		(void)drill_tick(d, at_ms + CLOCK_MS); /* as it was then */
		return;
	}
}

enum drill_todo
drill_todo(const struct drill *d)
{
	switch (d->stage) {
	case DRILL_NEW:
		return DRILL_INJECT;
	case DRILL_INJECTING:
		return DRILL_WAIT;
	case DRILL_WATCHING:
		/* Verified meanwhile: that only looks. */
		return d->heal == HEAL_WANTED ? DRILL_HEAL : DRILL_WAIT;
	case DRILL_ENDING:
		return d->heal == HEAL_WANTED && !d->is_injecting &&
			!d->is_acting ?
		    DRILL_HEAL :
		    DRILL_WAIT;
	case DRILL_OVER:
		break;
	}
	return DRILL_END;
}

bool
drill_is_busy(const struct drill *d)
{
	return d->is_injecting || d->heal == HEAL_ON ||
	    (d->stage == DRILL_ENDING && d->heal == HEAL_WANTED) ||
	    (d->stage == DRILL_ENDING && d->heal == HEAL_DONE);
}

bool
drill_is_blind(const struct drill *d)
{
	return d->plan.kind == DRILL_BLIND && d->stage == DRILL_WATCHING;
}

bool
drill_left_broken(const struct drill *d)
{
	return d->stage == DRILL_OVER && !is_of_ourselves(d) &&
	    (d->heal == HEAL_FAILED ||
		(d->heal == HEAL_DONE && d->result == DRILL_FAILED &&
		    !has(d, DRILL_WELL)));
}
