/*
 * plugin_child.h - the process that a plug-in is loaded into.
 */
#ifndef DAEMON_EXECUTORS_PLUGIN_CHILD_H
#define DAEMON_EXECUTORS_PLUGIN_CHILD_H

#include "daemon/executors/rollbackd/executor.h"

#define PLUGIN_MEMORY_MAX ((size_t)1 << 30) /* address space, bytes */

/*
 * Loads it, has it do the step, and ends the process with what it says on the
 * descriptor for answers.  Told something on that for orders, or at its end,
 * it cancels.  What the plug-in prints goes to standard error.
 */
void plugin_child(const char *path, const struct rollbackd_step *step,
    int answers, int orders) __attribute__((noreturn));

#endif
