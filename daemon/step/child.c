#include "daemon/step/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/host/files.h"

#define CHILD_UMASK 022
#define CHILD_FILES_MAX 1024
#define EXIT_NOT_EXECUTED 127

enum pipe_end {
	READ_END,
	WRITE_END,
};

/* Three pipes: output, error output, and why it could not be executed. */
struct pipes {
	int out[2];
	int err[2];
	int failure[2];
};

static void
close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			(void)close(pair[i]);
		pair[i] = -1;
	}
}

static void
pipes_close(struct pipes *p)
{
	close_pair(p->out);
	close_pair(p->err);
	close_pair(p->failure);
}

static bool
pipes_open(struct pipes *p, struct error *err)
{
	*p = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
	if (pipe2(p->out, O_CLOEXEC) == 0 && pipe2(p->err, O_CLOEXEC) == 0 &&
	    pipe2(p->failure, O_CLOEXEC) == 0)
		return true;
	(void)error_set(err, "no pipe: %s", strerror(errno));
	pipes_close(p);
	return false;
}

static void
reset_signals(void)
{
	struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* Those that cannot be changed say so, and need not be. */
	for (int i = 1; i <= SIGRTMAX; i++)
		(void)sigaction(i, &by_default, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * The monitor may have raised it for its probes; programs that use select(2)
 * or close what might be open want the usual one.
 */
static void
lower_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
	    files.rlim_cur > CHILD_FILES_MAX) {
		files.rlim_cur = CHILD_FILES_MAX;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* Between fork and exec; returns only when something failed. */
static void
become(const struct pipes *p, const struct command *command, int input)
{
	(void)setpgid(0, 0);
	lower_limits();
	(void)umask(CHILD_UMASK);
	reset_signals();
	if (chdir("/") != 0 || dup2(input, STDIN_FILENO) < 0 ||
	    dup2(p->out[WRITE_END], STDOUT_FILENO) < 0 ||
	    dup2(p->err[WRITE_END], STDERR_FILENO) < 0)
		return;
	/*
	 * At exec, not now: the lock of the claim must not be given up
	 * before the mark can be seen in the environment.
	 */
	(void)close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	(void)execve(command->argv[0], command->argv, command->envp);
}

/* 0 when the program was executed, else the errno that the child met. */
static int
wait_for_exec(int fd)
{
	int code = 0;
	ssize_t n;

	do
		n = read(fd, &code, sizeof(code));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(code) ? code : 0;
}

static void
reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

bool
child_start(struct child *c, const struct command *command, int input,
    struct error *err)
{
	struct pipes p;
	int code;

	if (command->argument_count == 0 || command->argv[0][0] != '/')
		return error_set(err, "the program is no absolute path");
	if (!pipes_open(&p, err))
		return false;
	c->pid = fork();
	if (c->pid == 0) {
		become(&p, command, input);
		code = errno;
		(void)write_all(p.failure[WRITE_END], &code, sizeof(code));
		_exit(EXIT_NOT_EXECUTED);
	}
	code = c->pid < 0 ? errno : 0;
	(void)close(p.failure[WRITE_END]);
	p.failure[WRITE_END] = -1;
	if (c->pid > 0)
		code = wait_for_exec(p.failure[READ_END]);
	c->out = p.out[READ_END];
	c->err = p.err[READ_END];
	p.out[READ_END] = p.err[READ_END] = -1;
	pipes_close(&p);
	(void)fcntl(c->out, F_SETFL, O_NONBLOCK);
	(void)fcntl(c->err, F_SETFL, O_NONBLOCK);
	if (code == 0)
		return true;
	if (c->pid > 0)
		reap(c->pid);
	child_close(c);
	return error_set(
	    err, "cannot execute %s: %s", command->argv[0], strerror(code));
}

void
child_close(struct child *c)
{
	if (c->out >= 0)
		(void)close(c->out);
	if (c->err >= 0)
		(void)close(c->err);
	c->out = c->err = -1;
}
