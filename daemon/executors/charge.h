/*
 * charge.h - a child with a pipe to it and a pipe from it.
 */
#ifndef DAEMON_EXECUTORS_CHARGE_H
#define DAEMON_EXECUTORS_CHARGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "daemon/executors/supervise.h"

/* In the child: never returns. */
typedef void charge_body(void *arg, int answers, int orders);

#define CHARGE_WORDS_MAX ((size_t)1 << 20)

/*
 * Starts it in a process group of its own; it dies with its parent.  The words
 * stand in the pipe to it before it begins: NULL for none, else at most
 * CHARGE_WORDS_MAX bytes.  False with the reason: it does not run.
 */
bool charge_start(struct charge *c, const struct text *words, charge_body *body,
    void *arg, struct error *err);

#endif
