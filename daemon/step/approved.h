/*
 * approved.h - a person's word for a run, as he left it in a file.
 */
#ifndef DAEMON_STEP_APPROVED_H
#define DAEMON_STEP_APPROVED_H

#include "daemon/step/permit.h"

/* The word in claims; then come the digest of the file and his uid. */
#define APPROVED_WORD "approval"
#define APPROVED_GATE_WORD "gate"

/* A word is good for so long at most, whatever it says. */
#define APPROVED_SPAN_MAX_MS INT64_C(604800000)

/*
 * His file is one that the monitor cannot have made, he may act on what the
 * pin says, it is about just this, it is not too old, and no other run was
 * carried out by it.  Fills the permit's warrant text.
 */
bool approved_by(struct permit *p, const struct state *s, struct error *err);

/*
 * The same of an approval step in the middle of it: his file names the step,
 * and he is of the step's role.  By it no other run of that incident and plan
 * was let pass there: hold the lock of the state.  Fills the warrant text where
 * that is empty.
 */
bool approved_gate(
    struct permit *p, const struct state *s, unsigned step, struct error *err);

#endif
