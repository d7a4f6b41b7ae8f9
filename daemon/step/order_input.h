/*
 * order_input.h - what a helper finds on its standard input.
 */
#ifndef DAEMON_STEP_ORDER_INPUT_H
#define DAEMON_STEP_ORDER_INPUT_H

#include "base/error.h"
#include "base/text.h"

/*
 * A descriptor from which the text is read, and which nobody can change any
 * more; with an empty text that of /dev/null.  -1 with the reason.
 */
int order_input(const struct text *order, struct error *err);

#endif
