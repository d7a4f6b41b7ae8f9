/*
 * witness.h - targets that ought to answer whatever our releases do.
 *
 * When none of them answers, it is we who are cut off: samples are LOST and
 * nothing is rolled back.  One that answers is enough to trust our own eyes,
 * so that a single broken witness cannot keep a rollback from happening.
 */
#ifndef DAEMON_WITNESS_H
#define DAEMON_WITNESS_H

#include "base/error.h"
#include "config/config.h"
#include "daemon/fetch/fetch.h"
#include "daemon/loop.h"

struct witnesses;

/* Starts to ask at once.  NULL with the reason. */
struct witnesses *witnesses_new(struct loop *loop, struct fetch *fetch,
    const struct config *config, struct error *err);
void witnesses_free(struct witnesses *w);

/* The name of one that does not answer, while none does; NULL: not blind. */
const char *witnesses_blind(const struct witnesses *w);

#endif
