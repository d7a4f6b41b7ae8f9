/*
 * units_fixture.h - steps that a PID 1 starts: a bus of its own, and a
 * stand-in for PID 1 on it (tests/peer/manager.c).
 */
#ifndef TESTS_DAEMON_UNITS_FIXTURE_H
#define TESTS_DAEMON_UNITS_FIXTURE_H

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/daemon/steps_fixture.h"

static const char bus_config[] =
    "<busconfig><type>session</type><listen>unix:path=%s/bus</listen>"
    "<policy context=\"default\"><allow send_destination=\"*\"/>"
    "<allow receive_sender=\"*\"/><allow own=\"*\"/><allow user=\"*\"/>"
    "</policy></busconfig>";

static struct units_fixture {
	char address[160];
	char helpers[128];
	char faults[128];
	char runner_folder[160];
	pid_t bus;
	pid_t manager;
} world;

static inline pid_t
spawn(const char *const argv[])
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* As root the bus says that it cannot have more descriptors. */
	(void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	(void)execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static inline void
end_process(pid_t *pid)
{
	if (*pid > 0) {
		assert_int_equal(kill(*pid, SIGTERM), 0);
		assert_int_equal(waitpid(*pid, NULL, 0), *pid);
	}
	*pid = 0;
}

static inline void
start_bus(const struct fixture *f)
{
	char file[160], option[200], path[100];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	FILE *out;

	(void)snprintf(file, sizeof(file), "%s/bus.conf", f->folder);
	(void)snprintf(option, sizeof(option), "--config-file=%s", file);
	(void)snprintf(path, sizeof(path), "%s/bus", f->folder);
	(void)unlink(path);
	out = fopen(file, "w");
	assert_non_null(out);
	assert_true(fprintf(out, bus_config, f->folder) > 0);
	assert_int_equal(fclose(out), 0);
	world.bus = spawn((const char *const[]){
	    "dbus-daemon", option, "--nofork", "--nopidfile", NULL });
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	for (int tries = 0; tries < 2000; tries++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		int code = connect(
		    fd, (const struct sockaddr *)&address, sizeof(address));

		(void)close(fd);
		if (code == 0)
			return;
		(void)usleep(5000);
	}
	fail_msg("no bus");
}

static inline void
start_manager(const struct fixture *f)
{
	char program[600], socket_path[200];

	(void)snprintf(program, sizeof(program), "%.*s/tests/peer/manager",
	    (int)(strrchr(f->program, '/') - f->program), f->program);
	(void)snprintf(
	    socket_path, sizeof(socket_path), "%s/socket", world.helpers);
	world.manager = spawn((const char *const[]){ program, world.address,
	    f->program, f->conf, f->state, socket_path, world.faults, NULL });
}

static inline void
set_fault(const char *name, bool is_on)
{
	char path[300];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", world.faults, name);
	if (!is_on) {
		assert_int_equal(unlink(path), 0);
		return;
	}
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fclose(out), 0);
}

/* How often units whose name begins so were started. */
static inline unsigned
starts_of(const char *prefix)
{
	char path[300], line[300];
	unsigned n = 0;
	FILE *in;

	(void)snprintf(path, sizeof(path), "%s/started", world.faults);
	in = fopen(path, "r");
	if (in == NULL)
		return 0;
	while (fgets(line, sizeof(line), in) != NULL)
		n += strncmp(line, prefix, strlen(prefix)) == 0;
	(void)fclose(in);
	return n;
}

static inline bool
can_start(struct fixture *f)
{
	struct error ignored;

	return steps_can_act(f->steps, &ignored);
}

static inline bool
cannot_start(struct fixture *f)
{
	return !can_start(f);
}

static inline int
set_up_units(void **state)
{
	struct fixture *f;

	assert_int_equal(set_up(state), 0);
	f = *state;
	steps_free(f->steps);
	(void)snprintf(world.address, sizeof(world.address), "unix:path=%s/bus",
	    f->folder);
	(void)snprintf(
	    world.helpers, sizeof(world.helpers), "%s/helpers", f->folder);
	(void)snprintf(
	    world.faults, sizeof(world.faults), "%s/faults", f->folder);
	(void)snprintf(world.runner_folder, sizeof(world.runner_folder),
	    "%s/step", f->state);
	assert_int_equal(mkdir(world.helpers, 0700), 0);
	assert_int_equal(mkdir(world.faults, 0700), 0);
	start_bus(f);
	start_manager(f);
	f->settings = (struct steps_settings){ .mode = STEPS_UNITS,
		.runner_folder = world.runner_folder,
		.helper_folder = world.helpers,
		.bus_address = world.address };
	open_steps(f);
	wait_until(f, can_start);
	return 0;
}

static inline int
tear_down_units(void **state)
{
	end_process(&world.manager);
	end_process(&world.bus);
	return tear_down(state);
}

#endif
