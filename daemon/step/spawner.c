#include "daemon/step/spawner.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "procedure/step_command.h"

#define CHILDREN_MAX 4096
#define ANSWER_MAX 256

struct spawned {
	pid_t pid; /* 0: free */
	char tag[SPAWNER_TAG_MAX + 1];
};

struct spawner {
	int socket;
	char *program;
	int signals;
	struct spawned children[CHILDREN_MAX];
};

/* The monitor looks for itself, too: an answer that is lost delays it. */
static void
answer(struct spawner *s, const char *word, const char *tag, const char *detail)
{
	char text[ANSWER_MAX];

	(void)snprintf(text, sizeof(text), "%s %s %s", word, tag, detail);
	(void)send(s->socket, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
remember(struct spawner *s, pid_t pid, const char *tag)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (s->children[i].pid == 0) {
			s->children[i].pid = pid;
			(void)snprintf(s->children[i].tag,
			    sizeof(s->children[i].tag), "%s", tag);
			return;
		}
}

static void
forget(struct spawner *s, pid_t pid, int status)
{
	char number[16];
	int code =
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);

	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (s->children[i].pid == pid) {
			(void)snprintf(number, sizeof(number), "%d", code);
			answer(s, "ended", s->children[i].tag, number);
			s->children[i].pid = 0;
			return;
		}
}

/* Runners, and what steps left behind and came to us as a subreaper. */
static void
reap(struct spawner *s)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info))
		continue;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		forget(s, pid, status);
}

/* Splits at the NULs; the list ends with NULL.  Less than two: malformed. */
static size_t
split(char *bytes, size_t length, char *list[SPAWNER_ARGUMENTS_MAX + 1])
{
	size_t count = 0;

	if (length == 0 || bytes[length - 1] != '\0')
		return 0;
	for (size_t at = 0; at < length; at += strlen(bytes + at) + 1) {
		if (count == SPAWNER_ARGUMENTS_MAX)
			return 0;
		list[count++] = bytes + at;
	}
	list[count] = NULL;
	return count;
}

/* The environment of a runner; failpoints are for tests alone. */
static char **
environment(void)
{
	static char path[] = "PATH=" STEP_PATH;
	static char locale[] = "LANG=" STEP_LOCALE;
	static char *list[] = { path, locale, NULL, NULL, NULL };
#ifdef ROLLBACKD_FAILPOINTS
	size_t n = 2;

	for (char **e = environ; *e != NULL; e++)
		if (strncmp(*e, "ROLLBACKD_FAILPOINT", 19) == 0 && n < 4)
			list[n++] = *e;
#endif
	return list;
}

/* What a message brought along becomes descriptor 3, else there is none. */
static int
add_files(posix_spawn_file_actions_t *files, int passed)
{
	int code = 0;

	if (passed >= 0)
		code = posix_spawn_file_actions_adddup2(
		    files, passed, STEP_PASSED_FD);
	if (code != 0)
		return code;
	return posix_spawn_file_actions_addclosefrom_np(
	    files, passed >= 0 ? STEP_PASSED_FD + 1 : STEP_PASSED_FD);
}

static int
spawn(const char *program, char *argv[], int passed, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	int code;

	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	code = posix_spawn_file_actions_init(&files);
	if (code != 0)
		return code;
	code = posix_spawnattr_init(&attributes);
	if (code == 0) {
		(void)posix_spawnattr_setsigdefault(&attributes, &all);
		(void)posix_spawnattr_setsigmask(&attributes, &none);
		(void)posix_spawnattr_setflags(&attributes,
		    POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
			POSIX_SPAWN_SETSIGMASK);
		code = add_files(&files, passed);
	}
	if (code == 0)
		code = posix_spawn(
		    pid, program, &files, &attributes, argv, environment());
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&files);
	return code;
}

static void
start(struct spawner *s, char *bytes, size_t length, int passed)
{
	char *list[SPAWNER_ARGUMENTS_MAX + 1];
	char number[16];
	const char *tag;
	pid_t pid;
	int code;

	if (split(bytes, length, list) < 2)
		return;
	tag = list[0];
	/* The tag stands where the program's name belongs. */
	list[0] = s->program;
	code = spawn(s->program, list, passed, &pid);
	if (code != 0) {
		answer(s, "failed", tag, strerror(code));
		return;
	}
	remember(s, pid, tag);
	(void)snprintf(number, sizeof(number), "%d", (int)pid);
	answer(s, "started", tag, number);
}

/* The descriptor that came with a message; -1: none. */
static int
passed_descriptor(struct msghdr *message)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (c != NULL && c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* False when the monitor is gone. */
static bool
serve(struct spawner *s)
{
	static char bytes[SPAWNER_MESSAGE_MAX];
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec data = { bytes, sizeof(bytes) };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room) };
	ssize_t n = recvmsg(s->socket, &message, MSG_CMSG_CLOEXEC);
	int passed;

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	if (n == 0)
		return false;
	passed = passed_descriptor(&message);
	start(s, bytes, (size_t)n, passed);
	if (passed >= 0)
		(void)close(passed);
	return true;
}

static bool
take_signals(struct spawner *s)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	s->signals = -1;
	if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
		s->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	/* The monitor is told to stop, not this: it ends with the socket. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	return s->signals >= 0 &&
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

enum step_exit
spawner_run(int socket, char *program)
{
	static struct spawner s;

	s.socket = socket;
	s.program = program;
	if (!take_signals(&s))
		err(STEP_EXIT_STORAGE, "spawner");
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = s.socket, .events = POLLIN },
			{ .fd = s.signals, .events = POLLIN },
		};

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			err(STEP_EXIT_STORAGE, "poll");
		if (fds[1].revents != 0)
			reap(&s);
		if (fds[0].revents != 0 && !serve(&s))
			return STEP_EXIT_OK;
	}
}
