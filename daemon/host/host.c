#include "daemon/host/host.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES 256
#define STAT_MAX_BYTES 1024
#define STAT_START_TIME 22 /* field numbers as in proc(5) */
#define STAT_STATE 3

static int64_t
clock_ms(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t); /* cannot fail for these clocks */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A small file of the kernel's as a text; false when there is none. */
static bool
read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, size - 1);
	(void)close(fd); /* was only read */
	if (n <= 0)
		return false;
	text[n] = '\0';
	return true;
}

int64_t
host_boot_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

int64_t
host_wall_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

/*
 * A container may have a boot of its own, mounted over the kernel's file, and
 * a service in it a /proc of its own that shows the host's again.  So that all
 * speak of the same, PID 1 passes on what it sees.
 */
static bool
passed_boot_id(char id[BOOT_ID_BYTES])
{
	const char *folder = secure_getenv("CREDENTIALS_DIRECTORY");
	char path[PATH_BYTES];
	int n = -1;

	if (folder != NULL)
		n = snprintf(path, sizeof(path), "%s/boot-id", folder);
	return n > 0 && (size_t)n < sizeof(path) &&
	    read_text(path, id, BOOT_ID_BYTES);
}

bool
host_boot_id(char id[BOOT_ID_BYTES])
{
	return (passed_boot_id(id) ||
		   read_text(
		       "/proc/sys/kernel/random/boot_id", id, BOOT_ID_BYTES)) &&
	    strlen(id) == BOOT_ID_BYTES - 1;
}

/* The rest of the line from a field on, counted after the program's name. */
static const char *
field(const char *after_name, int number)
{
	const char *at = after_name;

	for (int i = STAT_STATE; at != NULL && i <= number; i++) {
		at = strchr(at, ' ');
		if (at != NULL)
			at++;
	}
	return at;
}

bool
host_process(pid_t pid, struct host_process *p)
{
	char path[32], line[STAT_MAX_BYTES];
	const char *state, *start, *name_end;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (pid <= 0 || !read_text(path, line, sizeof(line)))
		return false;
	/* A name may hold spaces and brackets: its end is the last one. */
	name_end = strrchr(line, ')');
	if (name_end == NULL)
		return false;
	state = field(name_end, STAT_STATE);
	start = field(name_end, STAT_START_TIME);
	if (state == NULL || start == NULL)
		return false;
	p->pid = pid;
	p->state = state[0];
	p->parent = (pid_t)strtol(state + 1, NULL, 10);
	p->start_time = strtoll(start, NULL, 10);
	return true;
}

bool
host_process_lives(pid_t pid, int64_t start_time)
{
	struct host_process p;

	return host_process(pid, &p) && p.start_time == start_time &&
	    p.state != 'Z' && p.state != 'X';
}
