#include "daemon/step/effect.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bug.h"
#include "daemon/host/host.h"
#include "daemon/step/child.h"
#include "daemon/step/processes.h"

#define READ_BYTES 65536
#define DRAIN_AFTER_END_MAX (1024 * 1024)
#define WAKE_MS 1000 /* the boot clock also runs while suspended */

struct running {
	const struct effect_settings *settings;
	struct output *output;
	struct child child;
	int signals;
	bool ended; /* the child itself */
	int status;
	bool told_to_stop;
};

/* What can be read now; false at the end of the stream. */
static bool
drain(struct running *r, int *fd, bool is_stdout, size_t at_most)
{
	static char bytes[READ_BYTES];

	while (*fd >= 0 && at_most > 0) {
		ssize_t n = read(*fd, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return true;
		if (n <= 0) {
			(void)close(*fd);
			*fd = -1;
			return false;
		}
		output_add(r->output, bytes, (size_t)n, is_stdout);
		at_most -= at_most < (size_t)n ? at_most : (size_t)n;
	}
	return true;
}

static void
drain_both(struct running *r, size_t at_most)
{
	(void)drain(r, &r->child.out, true, at_most);
	(void)drain(r, &r->child.err, false, at_most);
}

/* Every process that has ended; false when no child is left. */
static bool
reap(struct running *r)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid <= 0)
			return pid == 0;
		if (pid == r->child.pid) {
			r->ended = true;
			r->status = status;
		}
	}
}

static void
read_signals(struct running *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD && info.ssi_signo != SIGHUP)
			r->told_to_stop = true;
}

/* Waits for output, a signal or the time, and takes what has come. */
static void
turn(struct running *r, int64_t wait_ms)
{
	struct pollfd fds[] = {
		{ .fd = r->child.out, .events = POLLIN },
		{ .fd = r->child.err, .events = POLLIN },
		{ .fd = r->signals, .events = POLLIN },
	};

	if (wait_ms > WAKE_MS)
		wait_ms = WAKE_MS;
	if (wait_ms < 0)
		wait_ms = 0;
	if (poll(fds, 3, (int)wait_ms) < 0)
		return;
	drain_both(r, READ_BYTES);
	read_signals(r);
}

static void
run_until(struct running *r, int64_t deadline_ms)
{
	int64_t now_ms = host_boot_ms();

	while (!r->ended && !r->told_to_stop && now_ms < deadline_ms) {
		turn(r, deadline_ms - now_ms);
		(void)reap(r);
		now_ms = host_boot_ms();
	}
}

static bool
serve(void *arg)
{
	struct running *r = arg;

	turn(r, SWEEP_MS);
	return reap(r);
}

/*
 * Where steps run as other users, anybody could put a mark into his own
 * environment: then descent alone counts, and for the rest there is the
 * unit's cgroup.
 */
static struct kin
kin_of(const struct running *r)
{
	const struct effect_settings *s = r->settings;

	return (struct kin){ s->user == NULL ? s->mark : NULL, getpid() };
}

static enum effect_end
kill_everything(struct running *r)
{
	const struct kin kin = kin_of(r);

	if (BUG(LEAVE_PROCESSES_BEHIND))
		return EFFECT_TIMED_OUT;
	if (!processes_end(&kin, r->settings->kill_grace_ms, serve, r))
		return EFFECT_UNKILLABLE;
	return r->told_to_stop ? EFFECT_STOPPED : EFFECT_TIMED_OUT;
}

static bool
take_signals(struct running *r, struct error *err)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
		return error_set(err, "no subreaper: %s", strerror(errno));
	r->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (r->signals < 0)
		return error_set(err, "no signalfd: %s", strerror(errno));
	return true;
}

static int
exit_status(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return 128 + WTERMSIG(status);
}

static void
run_started(struct running *r, struct effect *effect)
{
	const struct kin kin = kin_of(r);

	effect->started_ms = host_boot_ms();
	effect->started_wall_ms = host_wall_ms();
	run_until(r, effect->started_ms + r->settings->timeout_ms);
	effect->end = r->ended ? EFFECT_EXITED : kill_everything(r);
	effect->ended_ms = host_boot_ms();
	/* Bounded: what goes on in the background may print for ever. */
	drain_both(r, DRAIN_AFTER_END_MAX);
	effect->exit_status = exit_status(r->status);
	effect->signal = WIFSIGNALED(r->status) ? WTERMSIG(r->status) : 0;
	if (effect->end == EFFECT_UNKILLABLE ||
	    (effect->end == EFFECT_EXITED && reap(r)))
		effect->left_behind = processes_of(&kin, SIGNAL_NONE);
}

void
effect_run(const struct effect_settings *settings, struct output *output,
    struct effect *effect)
{
	struct running r = { .settings = settings,
		.output = output,
		.child = { .out = -1, .err = -1 },
		.signals = -1 };

	*effect = (struct effect){ .end = EFFECT_NOT_STARTED };
	if (take_signals(&r, &effect->reason) &&
	    child_start(&r.child, settings->command, settings->input,
		settings->user, &effect->reason)) {
		run_started(&r, effect);
		child_close(&r.child);
	}
	if (r.signals >= 0)
		(void)close(r.signals);
}
