/*
 * drill_kill.h - the daemon kills itself, for a drill: nothing is put away, as
 * when it crashes.
 */
#ifndef DAEMON_DRILL_KILL_H
#define DAEMON_DRILL_KILL_H

#include <stdbool.h>

void drill_kill(void);

/* Does systemd start us again? */
bool drill_kill_is_mended(void);

#endif
