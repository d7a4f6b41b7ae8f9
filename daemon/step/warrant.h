/*
 * warrant.h - by whose word a run is carried out.
 *
 * Automatic procedures need nobody's, within their budget; what another run
 * goes over to has that run's; all others need a person's, left as a file in
 * a folder where the monitor can leave none but its own.  Steps that only
 * prepare may run before it is there.  In direct mode, where runner and
 * monitor are one user, the monitor's word is taken.
 *
 * The first claim of a run that has one says which it was.
 */
#ifndef DAEMON_STEP_WARRANT_H
#define DAEMON_STEP_WARRANT_H

#include "daemon/step/permit.h"

enum warrant {
	WARRANT_NONE, /* this claim says nothing of it */
	WARRANT_PREPARING,
	WARRANT_AUTOMATIC,
	WARRANT_OPERATOR, /* direct mode: so the monitor says */
	WARRANT_APPROVAL,
	WARRANT_PARENT, /* it is an escalation */
	WARRANT_DRILL,  /* no rollback: see drill_settings.h */
};

/* Of a step that was permitted; what an older version wrote counts, too. */
enum warrant warrant_of(const struct key *key, const struct claim *claim);

/* A person or a rule stands behind what is done. */
bool warrant_is_for_acting(enum warrant warrant);

/*
 * For a run of which no claim says so yet.  Fills the permit's warrant text;
 * refuses with the reason.  Is asked with the state locked.
 */
bool warrant_find(
    struct permit *p, const struct state *s, bool is_first, struct error *err);

#endif
