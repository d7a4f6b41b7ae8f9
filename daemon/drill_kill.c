#include "daemon/drill_kill.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PID_TEXT_MAX 24

void
drill_kill(void)
{
	(void)kill(getpid(), SIGKILL); /* cannot fail, and does not return */
}

bool
drill_kill_is_mended(void)
{
	const char *started = getenv("SYSTEMD_EXEC_PID");
	char ours[PID_TEXT_MAX];

	(void)snprintf(ours, sizeof(ours), "%ld", (long)getpid());
	return started != NULL && strcmp(started, ours) == 0;
}
