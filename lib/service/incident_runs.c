/* The runs of an incident: which procedure follows on which, and when. */
#include <stdio.h>
#include <string.h>

#include "service/incident_private.h"

#include "base/bug.h"

struct incident_run *
incident_run_now(struct incident *i)
{
	return i->run_count == 0 ? NULL : &i->runs[i->run_count - 1];
}

static bool
was_asked_for(const struct incident *i, const char *procedure)
{
	for (unsigned n = 0; n < i->asked_count; n++)
		if (strcmp(i->runs[n].procedure, procedure) == 0)
			return true;
	return false;
}

/* Never deeper than two, and nothing that has not helped already. */
static bool
ask_after(struct incident *i, unsigned parent, const char *procedure)
{
	if (procedure == NULL || i->asked_count == INCIDENT_RUNS_MAX ||
	    (was_asked_for(i, procedure) && !BUG(ESCALATE_TO_THE_SAME)))
		return false;
	i->runs[i->asked_count++] = (struct incident_run){
		.procedure = procedure,
		.parent = parent,
	};
	i->stage = STAGE_PLAN;
	return true;
}

void
incident_ask(struct incident *i, const char *procedure)
{
	(void)ask_after(i, 0, procedure); /* the first one always may */
}

bool
incident_go_on(struct incident *i, const char *procedure)
{
	unsigned n = i->run_count - 1;

	/* Nobody has approved anything yet: what prepares has failed. */
	if (i->is_aborted || incident_is_awaiting(i))
		return false;
	if (ask_after(i, n, procedure))
		return true;
	for (;; n = i->runs[n].parent) {
		struct incident_run *run = &i->runs[n];

		if (!run->has_escalated) {
			run->has_escalated = true;
			if (ask_after(
				i, n, plan_procedure(run->plan)->escalate))
				return true;
		}
		if (n == 0)
			return false;
	}
}

bool
incident_planned(
    struct incident *i, const struct plan *plan, int64_t deadline_ms)
{
	struct incident_run *asked = &i->runs[i->run_count];

	asked->run = run_new(plan);
	if (asked->run == NULL) {
		incident_say(i, "no memory for the run");
		incident_finish(i, INCIDENT_FAILED);
		return false;
	}
	/* What a log says was planned has been asked for. */
	if (i->asked_count == i->run_count)
		i->asked_count++;
	asked->plan = plan;
	asked->procedure = plan_procedure(plan)->name;
	i->run_count++;
	i->deadline_ms = deadline_ms;
	i->is_late = false;
	i->stage = STAGE_STEPS;
	if (i->is_aborted)
		run_abort(asked->run);
	return true;
}

void
incident_plan_failed(struct incident *i, const char *reason)
{
	incident_say(i, "procedure %s could not be planned: %s",
	    i->runs[i->asked_count - 1].procedure, reason);
	incident_finish(i, INCIDENT_FAILED);
}

unsigned
incident_parent(const struct incident *i, unsigned run)
{
	return i->runs[run].parent;
}

static const char *
label(const struct incident_run *run, unsigned step)
{
	return plan_step(run->plan, step)->label;
}

/* What was undone, behind why. */
static void
add_undone(struct incident *i, const struct incident_run *run)
{
	unsigned count = run_undone_count(run->run);
	unsigned step;

	if (count > 0)
		incident_add(i, "; %u step%s undone", count,
		    count == 1 ? " was" : "s were");
	if (run_undo_failed(run->run, &step))
		incident_add(i,
		    "; step %s could not be undone, look at it by hand",
		    label(run, step));
}

static void
run_has_failed(
    struct incident *i, const struct incident_run *run, const struct next *n)
{
	if (i->is_late)
		incident_say(i, "%s", n->reason);
	else
		incident_say(i, "step %s: %s", label(run, n->step), n->reason);
	add_undone(i, run);
	if (!incident_go_on(i, n->procedure))
		incident_finish(i, INCIDENT_FAILED);
}

static void
run_is_unknown(
    struct incident *i, const struct incident_run *run, const struct next *n)
{
	unsigned step;

	if (run_undo_failed(run->run, &step))
		incident_say(i,
		    "step %s: %s; the outcome of undoing step %s is unknown: "
		    "look before anything else is done",
		    label(run, n->step), n->reason, label(run, step));
	else
		incident_say(i,
		    "the outcome of step %s is unknown: look before anything "
		    "else is done",
		    label(run, n->step));
	incident_finish(i, INCIDENT_INTERRUPTED);
}

void
incident_settle(struct incident *i)
{
	const struct incident_run *run = incident_run_now(i);
	struct next n;

	if (i->stage != STAGE_STEPS)
		return;
	n = run_next(run->run);
	if (n.kind != NEXT_FINISHED)
		return;
	switch (n.outcome) {
	case RUN_DONE:
		i->stage = STAGE_VERIFY;
		if (BUG(RECOVERED_WITHOUT_VERIFY))
			incident_finish(i, INCIDENT_RECOVERED);
		return;
	case RUN_FAILED:
		run_has_failed(i, run, &n);
		return;
	case RUN_INTERRUPTED:
		run_is_unknown(i, run, &n);
		return;
	case RUN_ABORTED:
		if (!i->is_aborted)
			incident_say(i, "%s", n.reason);
		add_undone(i, run);
		incident_finish(i, INCIDENT_ABORTED);
		return;
	}
}

void
incident_stop_late(struct incident *i, int64_t now_ms)
{
	const struct incident_run *run = incident_run_now(i);

	/* A check only looks, and what it sees decides whether the step
	   before is done; what is undone must be: time is up for steps. */
	if (i->stage != STAGE_STEPS || now_ms <= i->deadline_ms ||
	    run_next(run->run).kind != NEXT_STEP)
		return;
	if (!i->has_begun) {
		incident_drop(i, "its time was over before its first step");
		return;
	}
	i->is_late =
	    run_stop(run->run, "the time budget of the run is used up");
	incident_settle(i);
}
