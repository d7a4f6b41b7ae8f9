#include "daemon/executors/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/executors/rollbackd/executor.h"
#include "daemon/host/host.h"
#include "executor/answer.h"

#define READ_BYTES 65536
#define WAKE_MS 1000 /* the boot clock also runs while suspended */

struct watch {
	int answers;
	int orders;
	int signals;
	pid_t pid;
	int64_t end_ms; /* of what it is allowed now */
	bool is_cancelled;
	bool is_killed;
	bool has_ended;
	int status;
	struct answer answer;
};

static void
fill(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGCHLD);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGINT);
}

void
supervise_signals(void)
{
	sigset_t set;

	fill(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

void
supervise_signals_undo(void)
{
	sigset_t set;

	fill(&set);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
}

static void
show_progress(void *arg, const char *words)
{
	(void)arg;
	(void)fprintf(stderr, "%s\n", words);
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* a pipe: there is nothing to lose */
	*fd = -1;
}

/* One that does not read what it is told is not waited for. */
static void
cancel(struct watch *w, const char *why)
{
	(void)fprintf(stderr, "%s: it is told to leave off\n", why);
	w->is_cancelled = true;
	w->end_ms = host_boot_ms() + CANCEL_GRACE_MS;
	(void)!write(w->orders, CANCEL_WORDS, strlen(CANCEL_WORDS));
	close_fd(&w->orders);
}

static void
kill_all(struct watch *w)
{
	w->is_killed = true;
	(void)kill(-w->pid, SIGKILL);
	(void)kill(w->pid, SIGKILL); /* not reaped yet: still its own */
}

static void
read_answers(struct watch *w)
{
	static char bytes[READ_BYTES];
	ssize_t n = read(w->answers, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		close_fd(&w->answers);
		return;
	}
	/* What is wrong once stays so: nothing it says can be believed. */
	if (!w->answer.is_wrong && !answer_add(&w->answer, bytes, (size_t)n))
		cancel(w, w->answer.wrong.text);
}

/* Leaves it a zombie, so that nobody else is called so yet. */
static void
look_for_end(struct watch *w)
{
	siginfo_t info = { .si_pid = 0 };

	w->has_ended = waitid(P_PID, (id_t)w->pid, &info,
			   WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == w->pid;
}

static void
read_signals(struct watch *w)
{
	struct signalfd_siginfo info;

	while (read(w->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD && !w->is_cancelled)
			cancel(w, "its runner was told to stop");
	look_for_end(w);
}

static void
look_at_time(struct watch *w)
{
	if (host_boot_ms() < w->end_ms || w->is_killed)
		return;
	if (w->is_cancelled)
		kill_all(w);
	else
		cancel(w, "its time is up");
}

static int
wait_ms(const struct watch *w)
{
	int64_t left_ms = w->end_ms - host_boot_ms();

	if (left_ms > WAKE_MS)
		return WAKE_MS;
	return left_ms < 0 ? 0 : (int)left_ms;
}

/*
 * Its last words may still be in the pipe when it is dead; but what it left
 * behind may hold that open, and is not waited for.
 */
static void
follow(struct watch *w)
{
	while (!w->has_ended) {
		struct pollfd fds[] = {
			{ .fd = w->answers, .events = POLLIN },
			{ .fd = w->signals, .events = POLLIN },
		};

		if (poll(fds, 2, w->is_killed ? WAKE_MS : wait_ms(w)) > 0) {
			if (fds[0].revents != 0)
				read_answers(w);
			read_signals(w);
		}
		look_at_time(w);
	}
	kill_all(w);
	while (waitpid(w->pid, &w->status, 0) < 0 && errno == EINTR)
		continue;
	while (w->answers >= 0) {
		struct pollfd rest = { .fd = w->answers, .events = POLLIN };

		if (poll(&rest, 1, 0) <= 0)
			return;
		read_answers(w);
	}
}

static int
say_unknown(const struct watch *w)
{
	if (WIFSIGNALED(w->status))
		(void)fprintf(stderr, "it was killed by signal %d (%s)%s\n",
		    WTERMSIG(w->status), strsignal(WTERMSIG(w->status)),
		    w->is_cancelled ? ", after it had not left off" : "");
	else if (WEXITSTATUS(w->status) != 0)
		(void)fprintf(stderr, "it ended with status %d\n",
		    WEXITSTATUS(w->status));
	if (w->answer.is_wrong)
		(void)fprintf(stderr, "its answer: %s\n", w->answer.wrong.text);
	(void)fprintf(stderr, "nobody knows what it has done\n");
	return ROLLBACKD_UNKNOWN;
}

static int
judge(struct watch *w)
{
	static const int statuses[] = {
		[ANSWER_DONE] = ROLLBACKD_DONE,
		[ANSWER_FAILED] = ROLLBACKD_FAILED,
		[ANSWER_NOTHING_DONE] = ROLLBACKD_NOTHING_DONE,
		[ANSWER_UNKNOWN] = ROLLBACKD_UNKNOWN,
	};
	bool has_said = answer_end(&w->answer);

	if (w->answer.message != NULL)
		(void)fprintf(stderr, "%s\n", w->answer.message);
	if (!has_said || !WIFEXITED(w->status) || WEXITSTATUS(w->status) != 0)
		return say_unknown(w);
	if (w->answer.output != NULL &&
	    (fputs(w->answer.output, stdout) < 0 || fflush(stdout) != 0))
		(void)fprintf(stderr, "its output is lost\n");
	return statuses[w->answer.result];
}

int
supervise(const struct charge *charge)
{
	struct watch w = {
		.answers = charge->answers,
		.orders = charge->orders,
		.pid = charge->pid,
		.end_ms = charge->deadline_ms,
	};
	sigset_t set;
	int status;

	fill(&set);
	answer_init(&w.answer, show_progress, NULL);
	w.signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	(void)fcntl(w.answers, F_SETFL, O_NONBLOCK);
	(void)fcntl(w.orders, F_SETFL, O_NONBLOCK);
	follow(&w);
	status = judge(&w);
	answer_free(&w.answer);
	close_fd(&w.answers);
	close_fd(&w.orders);
	close_fd(&w.signals);
	return status;
}
