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
lower_limits(bool may_leave_cores)
{
	const struct rlimit none = { 0, 0 };
	struct rlimit files;

	/* A core would hold what the step was told in confidence. */
	if (!may_leave_cores)
		(void)setrlimit(RLIMIT_CORE, &none);

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
	    files.rlim_cur > CHILD_FILES_MAX) {
		files.rlim_cur = CHILD_FILES_MAX;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* Why the program was not executed. */
struct failure {
	bool as_user; /* the user could not be taken on */
	int code;     /* errno */
};

/* Between fork and exec; returns only when something failed. */
static struct failure
become(const struct pipes *p, const struct command *command, int input,
    const struct who *user)
{
	if (user == NULL)
		(void)setpgid(0, 0);
	else
		(void)setsid();
	lower_limits(user == NULL);
	(void)umask(CHILD_UMASK);
	reset_signals();
	if (chdir("/") != 0 || dup2(input, STDIN_FILENO) < 0 ||
	    dup2(p->out[WRITE_END], STDOUT_FILENO) < 0 ||
	    dup2(p->err[WRITE_END], STDERR_FILENO) < 0)
		return (struct failure){ false, errno };
	/*
	 * At exec, not now: the lock of the claim must not be given up
	 * before the mark can be seen in the environment.
	 */
	(void)close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	if (user != NULL && !who_become(user))
		return (struct failure){ true, errno };
	(void)execve(command->argv[0], command->argv, command->envp);
	return (struct failure){ false, errno };
}

/* Its code is 0 when the program was executed. */
static struct failure
wait_for_exec(int fd)
{
	struct failure f = { false, 0 };
	ssize_t n;

	do
		n = read(fd, &f, sizeof(f));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(f) ? f : (struct failure){ false, 0 };
}

static void
reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

static bool
explain(const struct failure *f, const struct command *command,
    const struct who *user, struct error *err)
{
	if (f->as_user)
		return error_set(err, "cannot become user %s: %s", user->name,
		    strerror(f->code));
	return error_set(
	    err, "cannot execute %s: %s", command->argv[0], strerror(f->code));
}

bool
child_start(struct child *c, const struct command *command, int input,
    const struct who *user, struct error *err)
{
	struct failure f = { false, 0 };
	struct pipes p;

	if (command->argument_count == 0 || command->argv[0][0] != '/')
		return error_set(err, "the program is no absolute path");
	if (!pipes_open(&p, err))
		return false;
	c->pid = fork();
	if (c->pid == 0) {
		f = become(&p, command, input, user);
		(void)write_all(p.failure[WRITE_END], &f, sizeof(f));
		_exit(EXIT_NOT_EXECUTED);
	}
	if (c->pid < 0)
		f.code = errno;
	(void)close(p.failure[WRITE_END]);
	p.failure[WRITE_END] = -1;
	if (c->pid > 0)
		f = wait_for_exec(p.failure[READ_END]);
	c->out = p.out[READ_END];
	c->err = p.err[READ_END];
	p.out[READ_END] = p.err[READ_END] = -1;
	pipes_close(&p);
	(void)fcntl(c->out, F_SETFL, O_NONBLOCK);
	(void)fcntl(c->err, F_SETFL, O_NONBLOCK);
	if (f.code == 0)
		return true;
	if (c->pid > 0)
		reap(c->pid);
	child_close(c);
	return explain(&f, command, user, err);
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
