/*
 * A PID 1 for tests without one: answers on a bus as org.freedesktop.systemd1
 * and really starts the runner for the units it is asked for.
 *
 *     manager ADDRESS STEP_PROGRAM CONFIG STATE HELPER_SOCKET FAULTS
 *
 * Files in the folder FAULTS say what goes wrong:
 *     deny, masked, hang    StartUnit is refused, or never answered
 *     deny-helpers          the same of helpers alone
 *     lose-reply            StartUnit is carried out, its answer is not sent
 *     early, twice, silent  JobRemoved before the answer, two times, never
 *     forget                a unit asked for by name is not found, once
 * "started" and "reset" in it grow by a line for each unit that was.  SIGHUP:
 * it leaves the bus and comes back, as PID 1 does when it executes itself
 * again.  It comes back as well when the bus was away.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define SERVICE "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER SERVICE ".Manager"
#define UNITS_MAX 4096
#define NAME_BYTES 256

struct unit {
	char name[NAME_BYTES];
	char result[16]; /* of its last job; "" while it runs */
	unsigned job;
	pid_t pid; /* 0: inactive */
	int status;
	bool is_failed;
};

static struct settings {
	const char *address, *program, *config, *state, *socket, *faults;
} settings;
static sd_bus *bus;
static struct unit units[UNITS_MAX];
static size_t unit_count;
static unsigned jobs;

/* Once: the file is taken away. */
static bool
is_faulty(const char *fault, bool once)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", settings.faults, fault);
	return once ? unlink(path) == 0 : access(path, F_OK) == 0;
}

static struct unit *
find(const char *name)
{
	for (size_t i = 0; i < unit_count; i++)
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	return NULL;
}

static void
note(const char *file, const char *name)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", settings.faults, file);
	out = fopen(path, "ae");
	if (out == NULL || fprintf(out, "%s\n", name) < 0 || fclose(out) != 0)
		err(1, "%s", path);
}

/* As the templates do it, but in the layout of direct mode. */
static void __attribute__((noreturn)) execute(const char *instance)
{
	const char *p = settings.program, *c = settings.config;
	const char *s = settings.state;
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setpgid(0, 0);
	if (strncmp(instance, "h:", 2) == 0)
		(void)execl(p, p, "--from", settings.socket, "--helper",
		    instance + 2, (char *)NULL);
	else if (strncmp(instance, "reap-", 5) == 0)
		(void)execl(p, p, "-g", "300", "-s", s, "--reap", instance + 5,
		    (char *)NULL);
	else if (strncmp(instance, "keep-", 5) == 0)
		_exit(is_faulty("other-config", false) ? 15 : 0);
	else if (strcmp(instance, "test") == 0)
		(void)execl(p, p, "-c", c, "-s", s, "--test", (char *)NULL);
	else
		(void)execl(p, p, "-g", "300", "-c", c, "-s", s, instance,
		    (char *)NULL);
	_exit(203);
}

static bool
instance_of(const char *name, char instance[NAME_BYTES])
{
	static const char step[] = "rollbackd-step@";
	static const char helper[] = "rollbackd-helper@";
	size_t length = strlen(name);
	const char *at = name;

	if (length < 8 || strcmp(name + length - 8, ".service") != 0)
		return false;
	if (strncmp(name, step, sizeof(step) - 1) == 0)
		at += sizeof(step) - 1;
	else if (strncmp(name, helper, sizeof(helper) - 1) == 0)
		at += sizeof(helper) - 1;
	else
		return false;
	(void)snprintf(instance, NAME_BYTES, "%s%.*s",
	    name[10] == 'h' ? "h:" : "", (int)(name + length - 8 - at), at);
	return true;
}

static void
job_path(unsigned job, char path[64])
{
	(void)snprintf(path, 64, PATH "/job/%u", job);
}

static void
say_removed(const struct unit *u, unsigned times)
{
	char path[64];

	job_path(u->job, path);
	for (unsigned i = 0; bus != NULL && i < times; i++)
		(void)sd_bus_emit_signal(bus, PATH, MANAGER, "JobRemoved",
		    "uoss", u->job, path, u->name, u->result);
}

static void
end(struct unit *u, int status)
{
	u->pid = 0;
	u->status =
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	u->is_failed = u->status != 0;
	(void)snprintf(u->result, sizeof(u->result), "%s",
	    u->is_failed ? "failed" : "done");
	if (!is_faulty("silent", false))
		say_removed(u, is_faulty("twice", false) ? 2 : 1);
}

static void
reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < unit_count; i++)
			if (units[i].pid == pid) {
				/* What is left of it is ended as well. */
				(void)kill(-pid, SIGKILL);
				end(&units[i], status);
			}
}

static struct unit *
start(const char *name)
{
	struct unit *u = find(name);
	char instance[NAME_BYTES];
	int status;

	if (!instance_of(name, instance))
		return NULL;
	if (u == NULL && unit_count < UNITS_MAX) {
		u = &units[unit_count++];
		(void)snprintf(u->name, sizeof(u->name), "%s", name);
	}
	if (u == NULL || u->pid != 0)
		return u;
	u->job = ++jobs;
	u->result[0] = '\0';
	u->is_failed = false;
	note("started", name);
	u->pid = fork();
	if (u->pid == 0)
		execute(instance);
	if (is_faulty("early", false) && waitpid(u->pid, &status, 0) == u->pid)
		end(u, status);
	return u;
}

static int
on_start(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	const char *name, *mode;
	struct unit *u;
	char path[64];

	(void)arg;
	if (sd_bus_message_read(m, "ss", &name, &mode) < 0 ||
	    strcmp(mode, "fail") != 0)
		return -EINVAL;
	if (is_faulty("deny-helpers", false) && name[10] == 'h')
		return sd_bus_error_set(
		    e, SD_BUS_ERROR_ACCESS_DENIED, "No helpers today");
	if (is_faulty("deny", false))
		return sd_bus_error_set(
		    e, SD_BUS_ERROR_ACCESS_DENIED, "Access denied");
	if (is_faulty("masked", false))
		return sd_bus_error_setf(
		    e, SERVICE ".UnitMasked", "Unit %s is masked.", name);
	if (is_faulty("hang", false))
		return 1;
	u = start(name);
	if (u == NULL)
		return sd_bus_error_setf(
		    e, SERVICE ".NoSuchUnit", "Unit %s not found.", name);
	if (is_faulty("lose-reply", true))
		return 1;
	job_path(u->job, path);
	return sd_bus_reply_method_return(m, "o", path);
}

static int
on_stop(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	const char *name, *mode;
	struct unit *u;

	(void)arg;
	(void)e;
	if (sd_bus_message_read(m, "ss", &name, &mode) < 0)
		return -EINVAL;
	u = find(name);
	if (u != NULL && u->pid != 0)
		(void)kill(-u->pid, SIGTERM);
	return sd_bus_reply_method_return(m, "o", PATH "/job/0");
}

static int
on_reset(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	const char *name;
	struct unit *u;

	(void)arg;
	(void)e;
	if (sd_bus_message_read(m, "s", &name) < 0)
		return -EINVAL;
	u = find(name);
	if (u != NULL && u->is_failed) {
		u->is_failed = false;
		note("reset", name);
	}
	return sd_bus_reply_method_return(m, NULL);
}

static int
on_list(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	const char *name, *active = "inactive";
	sd_bus_message *reply = NULL;
	const struct unit *u;
	bool runs;

	(void)arg;
	(void)e;
	if (sd_bus_message_enter_container(m, 'a', "s") < 0 ||
	    sd_bus_message_read(m, "s", &name) < 0)
		return -EINVAL;
	u = is_faulty("forget", true) ? NULL : find(name);
	runs = u != NULL && u->pid != 0;
	if (runs)
		active = "activating";
	else if (u != NULL && u->is_failed)
		active = "failed";
	if (sd_bus_message_new_method_return(m, &reply) < 0 ||
	    sd_bus_message_append(reply, "a(ssssssouso)", 1, name, "", "loaded",
		active, runs ? "start" : "dead", "", PATH "/unit/x",
		runs ? u->job : 0, runs ? "start" : "", "/") < 0)
		return -ENOMEM;
	(void)sd_bus_send(NULL, reply, NULL);
	(void)sd_bus_message_unref(reply);
	return 1;
}

static int
on_pid(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	uint32_t pid;
	char *path = NULL;
	int code;

	(void)arg;
	if (sd_bus_message_read(m, "u", &pid) < 0)
		return -EINVAL;
	for (size_t i = 0; i < unit_count; i++)
		if (units[i].pid == (pid_t)pid) {
			if (sd_bus_path_encode(
				PATH "/unit", units[i].name, &path) < 0)
				return -ENOMEM;
			code = sd_bus_reply_method_return(m, "o", path);
			free(path);
			return code;
		}
	return sd_bus_error_setf(
	    e, SERVICE ".NoUnitForPID", "PID %u is in no unit", pid);
}

static int
on_subscribe(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	(void)arg;
	(void)e;
	return sd_bus_reply_method_return(m, NULL);
}

static int
get_status(sd_bus *b, const char *path, const char *interface,
    const char *property, sd_bus_message *reply, void *arg, sd_bus_error *e)
{
	char *name = NULL;
	const struct unit *u = NULL;

	(void)b;
	(void)interface;
	(void)property;
	(void)arg;
	(void)e;
	if (sd_bus_path_decode(path, PATH "/unit", &name) > 0)
		u = find(name);
	free(name);
	return sd_bus_message_append(reply, "i", u == NULL ? 0 : u->status);
}

static const sd_bus_vtable manager_table[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD(
	    "StartUnit", "ss", "o", on_start, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD(
	    "StopUnit", "ss", "o", on_stop, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD(
	    "ResetFailedUnit", "s", "", on_reset, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("ListUnitsByNames", "as", "a(ssssssouso)", on_list,
	    SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD(
	    "GetUnitByPID", "u", "o", on_pid, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD(
	    "Subscribe", "", "", on_subscribe, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable service_table[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("ExecMainStatus", "i", get_status, 0, 0),
	SD_BUS_VTABLE_END,
};

static int
find_unit_object(sd_bus *b, const char *path, const char *interface, void *arg,
    void **found, sd_bus_error *e)
{
	(void)b;
	(void)path;
	(void)interface;
	(void)arg;
	(void)e;
	*found = units;
	return 1;
}

static bool
join(void)
{
	if (sd_bus_new(&bus) >= 0 &&
	    sd_bus_set_address(bus, settings.address) >= 0 &&
	    sd_bus_set_bus_client(bus, true) >= 0 && sd_bus_start(bus) >= 0 &&
	    sd_bus_add_object_vtable(
		bus, NULL, PATH, MANAGER, manager_table, NULL) >= 0 &&
	    sd_bus_add_fallback_vtable(bus, NULL, PATH "/unit",
		SERVICE ".Service", service_table, find_unit_object,
		NULL) >= 0 &&
	    sd_bus_request_name(bus, SERVICE, 0) >= 0)
		return true;
	bus = sd_bus_close_unref(bus);
	return false;
}

static void
leave(void)
{
	bus = sd_bus_flush_close_unref(bus);
}

static void
serve(int signals)
{
	struct pollfd fds[2] = { { .fd = signals, .events = POLLIN } };
	struct signalfd_siginfo info;
	int n = 1;

	while (bus != NULL && (n = sd_bus_process(bus, NULL)) > 0)
		continue;
	if (bus != NULL && n < 0)
		leave();
	if (bus != NULL) {
		fds[1].fd = sd_bus_get_fd(bus);
		fds[1].events = (short)sd_bus_get_events(bus);
	}
	(void)poll(fds, bus == NULL ? 1 : 2, bus == NULL ? 50 : 1000);
	while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			leave();
		if (info.ssi_signo == SIGTERM)
			exit(0);
	}
	reap();
	if (bus == NULL)
		(void)join();
}

int
main(int argc, char *argv[])
{
	sigset_t set;
	int signals;

	if (argc != 7)
		errx(2, "see the top of tests/peer/manager.c");
	settings = (struct settings){ argv[1], argv[2], argv[3], argv[4],
		argv[5], argv[6] };
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals < 0)
		err(1, "signalfd");
	if (!join())
		errx(1, "%s: cannot be the manager there", settings.address);
	for (;;)
		serve(signals);
}
