/*
 * witness.h - targets that ought to answer whatever our releases do.
 *
 * When none of them answers, it is we who are cut off: samples are LOST and
 * nothing is rolled back.  One that answers is enough to trust our own eyes,
 * so that a single broken witness cannot keep a rollback from happening.
 */
#ifndef DAEMON_WITNESS_H
#define DAEMON_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "config/config.h"
#include "daemon/ask/ask.h"
#include "daemon/loop.h"

struct witnesses;

/* Starts to ask at once.  NULL with the reason. */
struct witnesses *witnesses_new(const struct ask_tools *tools,
    const struct config *config, struct error *err);
void witnesses_free(struct witnesses *w);

/* After a pause: polls on. */
void witnesses_wake(struct witnesses *w);

/* Out of turn; the answers count like any other. */
void witnesses_ask(struct witnesses *w);

bool witnesses_are_there(const struct witnesses *w);

/*
 * When the newest that has answered was asked, of those that were asked at
 * asked_ms or before; NEVER_MS: none, or it is forgotten.
 */
int64_t witnesses_seen_ms(const struct witnesses *w, int64_t asked_ms);

/*
 * All were asked then or later, and have answered; NEVER_MS: not so, or there
 * are none.
 */
int64_t witnesses_all_seen_ms(const struct witnesses *w);

/* The name of one that does not answer, while none does; NULL: not blind. */
const char *witnesses_blind(const struct witnesses *w);

#endif
