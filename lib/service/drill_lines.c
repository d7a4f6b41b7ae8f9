/* What is told of a drill: words, times, and when the next one is due. */
#include "service/drill.h"

#include <string.h>

#include "decision/decision.h"

/* One that has not succeeded is not begun again before. */
#define AGAIN_MS INT64_C(86400000)

static const char *const input_words[] = {
	[DRILL_SAW_INJECTING] = "injecting",
	[DRILL_SAW_INJECTED] = "injected",
	[DRILL_SAW_NOT_INJECTED] = "not_injected",
	[DRILL_SAW_BAD] = "bad",
	[DRILL_SAW_TRIPPED] = "tripped",
	[DRILL_SAW_DECISION] = "decision",
	[DRILL_SAW_PROPOSAL] = "proposal",
	[DRILL_SAW_FIRST_STEP] = "first_step",
	[DRILL_SAW_STEPS_DONE] = "steps_done",
	[DRILL_SAW_VERIFIED] = "verified",
	[DRILL_SAW_RECOVERED] = "recovered",
	[DRILL_SAW_NOT_RECOVERED] = "not_recovered",
	[DRILL_SAW_WITHDRAWN] = "withdrawn",
	[DRILL_SAW_HEALING] = "healing",
	[DRILL_SAW_HEALED] = "healed",
	[DRILL_SAW_NOT_HEALED] = "not_healed",
	[DRILL_SAW_WELL] = "well",
	[DRILL_SAW_ABORT] = "abort",
	[DRILL_SAW_ALARM] = "alarm",
	[DRILL_SAW_RESTART] = "restart",
	[DRILL_SAW_TIME] = "time",
};

const char *
drill_input_word(enum drill_input input)
{
	return input_words[input];
}

bool
drill_input_parse(const char *word, enum drill_input *input)
{
	for (size_t i = 0; i < sizeof(input_words) / sizeof(*input_words); i++)
		if (strcmp(input_words[i], word) == 0) {
			*input = (enum drill_input)i;
			return true;
		}
	return false;
}

const char *
drill_result_word(enum drill_result result)
{
	static const char *const words[] = {
		[DRILL_RUNNING] = "running",
		[DRILL_PASSED] = "passed",
		[DRILL_LATE] = "late",
		[DRILL_FAILED] = "failed",
		[DRILL_ABORTED] = "aborted",
	};

	return words[result];
}

/* Of each: since when it is measured, and the member that limits it. */
struct measure {
	const char *what;
	enum drill_moment moment;
	enum drill_moment from;
	size_t objective; /* offset in struct drill_plan; NO_OBJECTIVE */
	bool is_rare;     /* not told where it has not come */
};

#define NO_OBJECTIVE SIZE_MAX
#define OBJECTIVE(member) offsetof(struct drill_plan, member)

static const struct measure of_service[] = {
	{ "first bad sample", DRILL_FIRST_BAD, DRILL_INJECTED, NO_OBJECTIVE,
	    false },
	{ "detected", DRILL_DETECTED, DRILL_INJECTED, OBJECTIVE(detect_ms),
	    false },
	{ "decided", DRILL_DECIDED, DRILL_DETECTED, NO_OBJECTIVE, false },
	{ "first step", DRILL_FIRST_STEP, DRILL_DETECTED,
	    OBJECTIVE(first_step_ms), false },
	{ "steps done", DRILL_STEPS_DONE, DRILL_FIRST_STEP, NO_OBJECTIVE,
	    false },
	{ "verified", DRILL_VERIFIED, DRILL_INJECTED, OBJECTIVE(recover_ms),
	    false },
	{ "healed", DRILL_HEALED, DRILL_INJECTED, NO_OBJECTIVE, true },
	{ "well again", DRILL_WELL, DRILL_HEALED, NO_OBJECTIVE, true },
};

static const struct measure of_kill[] = {
	{ "watching again", DRILL_WELL, DRILL_INJECTED, OBJECTIVE(watching_ms),
	    false },
};

static const struct measure of_blind[] = {
	{ "alarm", DRILL_DETECTED, DRILL_INJECTED, OBJECTIVE(blind_ms), false },
};

static struct drill_line
line_of(const struct drill *d, const struct measure *m)
{
	struct drill_line l = { .what = m->what, .moment = m->moment };

	if (m->objective != NO_OBJECTIVE)
		l.objective_ms =
		    *(const int64_t *)(const void *)((const char *)&d->plan +
			m->objective);
	l.has_come =
	    d->at_ms[m->moment] != NEVER_MS && d->at_ms[m->from] != NEVER_MS;
	if (!l.has_come)
		return l;
	l.took_ms = d->at_ms[m->moment] - d->at_ms[m->from];
	/* It may be bad before the last step that makes it so is done. */
	if (l.took_ms < 0)
		l.took_ms = 0;
	l.is_met = l.objective_ms == 0 || l.took_ms <= l.objective_ms;
	return l;
}

size_t
drill_lines(const struct drill *d, struct drill_line lines[DRILL_LINES_MAX])
{
	const struct measure *all = of_service;
	size_t all_count = sizeof(of_service) / sizeof(of_service[0]);
	size_t count = 0;

	if (d->plan.kind == DRILL_KILL || d->plan.kind == DRILL_BLIND) {
		all = d->plan.kind == DRILL_KILL ? of_kill : of_blind;
		all_count = 1;
	}
	for (size_t i = 0; i < all_count; i++)
		if (!all[i].is_rare || d->at_ms[all[i].moment] != NEVER_MS)
			lines[count++] = line_of(d, &all[i]);
	return count;
}

bool
drill_is_due(const struct drill_settings *s, int64_t passed_ms,
    int64_t tried_ms, int64_t wall_ms)
{
	int64_t again_ms = s->every_ms < AGAIN_MS ? s->every_ms : AGAIN_MS;

	if (!s->is_given || s->every_ms == 0)
		return false;
	if (s->when_open.count > 0 && !calendar_is_open(&s->when_open, wall_ms))
		return false;
	if (tried_ms > 0 && tried_ms <= wall_ms &&
	    wall_ms - tried_ms < again_ms)
		return false;
	return passed_ms == 0 || passed_ms > wall_ms ||
	    wall_ms - passed_ms >= s->every_ms;
}
