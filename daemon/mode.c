#include "daemon/mode.h"

#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "daemon/log.h"

static bool
is_a_service(void)
{
	return sd_booted() > 0 && getppid() == 1 &&
	    secure_getenv("NOTIFY_SOCKET") != NULL;
}

enum steps_mode
mode_of(const struct runner_settings *runner)
{
	switch ((enum runner_mode)runner->mode) {
	case RUNNER_SYSTEMD:
		log_notice("systemd starts the steps: runner.mode says so");
		return STEPS_UNITS;
	case RUNNER_DIRECT:
		log_notice("starts the steps itself: runner.mode says so");
		return STEPS_DIRECT;
	case RUNNER_AUTO:
		break;
	}
	if (is_a_service()) {
		log_notice("systemd starts the steps, as it started us");
		return STEPS_UNITS;
	}
	log_notice("starts the steps itself, as systemd did not start us");
	return STEPS_DIRECT;
}

const char *
mode_bus_address(void)
{
	return secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");
}
