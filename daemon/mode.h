/*
 * mode.h - who starts steps: PID 1, or the daemon itself.
 */
#ifndef DAEMON_MODE_H
#define DAEMON_MODE_H

#include "config/config.h"
#include "daemon/steps.h"

/*
 * With "auto", PID 1 where it is systemd and has started us as a service that
 * tells it when it is ready.  Logs what it is and why.
 */
enum steps_mode mode_of(const struct runner_settings *runner);

/* Of the system bus, where the environment names another; else NULL. */
const char *mode_bus_address(void);

#endif
