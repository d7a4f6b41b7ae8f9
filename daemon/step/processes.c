#include "daemon/step/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/units.h"
#include "daemon/host/host.h"

#define PROCESSES_MAX (1 << 20)
#define ENVIRONMENT_CHUNK 16384
#define CLEAN_SWEEPS 2 /* one alone may miss a process being born */

struct table {
	struct host_process *items; /* by rising pid, as /proc lists them */
	size_t count;
	size_t capacity;
};

static bool
table_add(struct table *t, const struct host_process *p)
{
	if (t->count == t->capacity) {
		size_t capacity = t->capacity == 0 ? 512 : 2 * t->capacity;
		struct host_process *items = NULL;

		if (capacity <= PROCESSES_MAX)
			items = realloc(t->items, capacity * sizeof(*items));
		if (items == NULL)
			return false;
		t->items = items;
		t->capacity = capacity;
	}
	t->items[t->count++] = *p;
	return true;
}

static void
table_read(struct table *t)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	if (proc == NULL)
		return;
	while ((entry = readdir(proc)) != NULL) {
		struct host_process p;
		uint64_t pid;

		if (!count_parse(entry->d_name, &pid) || pid > INT32_MAX ||
		    !host_process((pid_t)pid, &p))
			continue;
		if (!table_add(t, &p))
			break;
	}
	(void)closedir(proc); /* was only read */
}

static int
by_pid(const void *a, const void *b)
{
	const struct host_process *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static bool
descends_from(
    const struct table *t, const struct host_process *p, pid_t ancestor)
{
	/* As many generations as there are processes; no more, should a
	 * reused pid make a ring of them. */
	for (size_t i = 0; p != NULL && i < t->count; i++) {
		struct host_process parent = { .pid = p->parent };

		if (p->parent == ancestor)
			return true;
		p = bsearch(
		    &parent, t->items, t->count, sizeof(parent), by_pid);
	}
	return false;
}

/* The mark stands at the beginning of a variable and is all of it. */
static bool
holds_mark(const char *bytes, size_t length, const char *mark, bool at_start)
{
	size_t size = strlen(mark) + 1;

	for (const char *at = bytes;
	     length >= size && at <= bytes + length - size; at++) {
		if (memcmp(at, mark, size) == 0 &&
		    (at == bytes ? at_start : at[-1] == '\0'))
			return true;
		at = memchr(at, '\0', (size_t)(bytes + length - at));
		if (at == NULL)
			break;
	}
	return false;
}

static bool
carries(pid_t pid, const char *mark)
{
	static char bytes[2 * ENVIRONMENT_CHUNK];
	char path[40];
	size_t kept = 0, keep = strlen(mark) + 1;
	bool found = false, at_start = true;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while (!found) {
		ssize_t n = read(fd, bytes + kept, ENVIRONMENT_CHUNK);

		if (n <= 0)
			break;
		found = holds_mark(bytes, kept + (size_t)n, mark, at_start);
		/* The end again, for a mark that lies across. */
		kept += (size_t)n;
		if (kept > keep) {
			memmove(bytes, bytes + kept - keep, keep);
			kept = keep;
			at_start = false;
		}
	}
	(void)close(fd); /* was only read */
	return found;
}

static void
send_signal(const struct host_process *p, int signal)
{
	int fd = pidfd_open(p->pid, 0);

	if (fd < 0 && errno != ENOSYS)
		return;
	/* Held by the descriptor, the pid cannot pass to another now. */
	if (host_process_lives(p->pid, p->start_time)) {
		if (fd >= 0)
			(void)pidfd_send_signal(fd, signal, NULL, 0);
		else
			(void)kill(p->pid, signal);
	}
	if (fd >= 0)
		(void)close(fd);
}

size_t
processes_of(const struct kin *kin, int signal)
{
	struct table t = { .count = 0 };
	size_t found = 0;
	pid_t self = getpid();

	table_read(&t);
	for (size_t i = 0; i < t.count; i++) {
		const struct host_process *p = &t.items[i];

		if (p->pid == self || p->state == 'Z' || p->state == 'X')
			continue;
		if (!(kin->ancestor != 0 &&
			descends_from(&t, p, kin->ancestor)) &&
		    (kin->mark == NULL || !carries(p->pid, kin->mark)))
			continue;
		found++;
		if (signal != SIGNAL_NONE)
			send_signal(p, signal);
	}
	free(t.items);
	return found;
}

bool
processes_sleep(void *arg)
{
	(void)arg;
	(void)poll(NULL, 0, SWEEP_MS);
	return false;
}

/* Looks, and kills if so told, until none is left or the time is over. */
static bool
sweep(const struct kin *kin, int signal, int64_t for_ms, processes_pause *pause,
    void *arg)
{
	int64_t deadline_ms = host_boot_ms() + for_ms;
	int clean = 0;

	for (;;) {
		bool children = pause(arg);

		/* A look at every process is dear: children come first. */
		if (children && signal == SIGNAL_NONE)
			clean = 0;
		else if (processes_of(kin, signal) > 0 || children)
			clean = 0;
		else if (++clean == CLEAN_SWEEPS)
			return true;
		if (host_boot_ms() >= deadline_ms)
			return false;
	}
}

bool
processes_end(const struct kin *kin, int64_t kill_grace_ms,
    processes_pause *pause, void *arg)
{
	(void)processes_of(kin, SIGTERM);
	return sweep(kin, SIGNAL_NONE, kill_grace_ms, pause, arg) ||
	    sweep(kin, SIGKILL, KILL_WAIT_MAX_MS, pause, arg);
}
