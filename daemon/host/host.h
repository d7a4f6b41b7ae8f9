/*
 * host.h - what the kernel says of this boot and its processes.  For the
 * monitor and the step runner alike.
 */
#ifndef DAEMON_HOST_HOST_H
#define DAEMON_HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define BOOT_ID_BYTES 37

int64_t host_boot_ms(void); /* CLOCK_BOOTTIME */
int64_t host_wall_ms(void); /* only for what is written for people */

/*
 * The name of this boot: the credential boot-id where the service manager
 * passes one, else what the kernel tells.  False when neither does.
 */
bool host_boot_id(char id[BOOT_ID_BYTES]);

struct host_process {
	pid_t pid;
	pid_t parent;
	int64_t start_time; /* clock ticks since boot */
	char state;         /* as in ps(1): 'Z' is dead */
};

/* False when there is no such process. */
bool host_process(pid_t pid, struct host_process *p);

/* The process that started then is still there, and no zombie. */
bool host_process_lives(pid_t pid, int64_t start_time);

#endif
