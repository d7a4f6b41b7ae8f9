#include "daemon/steps_link_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/step/spawner.h"

#define RESTART_MS 1000
#define END_WAIT_MS 500
#define ANSWERS_A_TURN 64
#define SPAWNER_SOCKET 3
#define CLAIM_WAIT_MS 5000

struct direct {
	struct link base;
	const char *program;
	int socket; /* -1: down */
	pid_t pid;
	struct loop_watch *watch;
	struct loop_timer *restart;
	struct error trouble; /* why it is down */
};

/* Its environment: nothing; what tests of failpoints need, in their build. */
static char **
environment(void)
{
	static char *list[] = { NULL, NULL, NULL };
#ifdef ROLLBACKD_FAILPOINTS
	size_t n = 0;

	for (char **e = environ; *e != NULL; e++)
		if (strncmp(*e, "ROLLBACKD_FAILPOINT", 19) == 0 && n < 2)
			list[n++] = *e;
#endif
	return list;
}

/* No fork: that costs the more, the larger the monitor is. */
static int
spawn(struct direct *l, int socket)
{
	char *program = strdup(l->program);
	char option[] = "--spawner", number[] = "3";
	char *argv[] = { program, option, number, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	int code;

	if (program == NULL || posix_spawn_file_actions_init(&files) != 0) {
		free(program);
		return ENOMEM;
	}
	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	(void)posix_spawnattr_init(&attributes); /* cannot fail on Linux */
	(void)posix_spawnattr_setsigdefault(&attributes, &all);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	code = posix_spawn_file_actions_adddup2(&files, socket, SPAWNER_SOCKET);
	if (code == 0)
		code = posix_spawn_file_actions_addopen(
		    &files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (code == 0)
		code = posix_spawn_file_actions_addopen(
		    &files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (code == 0)
		code = posix_spawn_file_actions_addclosefrom_np(
		    &files, SPAWNER_SOCKET + 1);
	if (code == 0)
		code = posix_spawn(
		    &l->pid, program, &files, &attributes, argv, environment());
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&files);
	free(program);
	return code;
}

static void
tell(struct direct *l, char *text)
{
	static const struct {
		const char *word;
		enum link_event event;
	} words[] = {
		{ "started", LINK_STARTED },
		{ "ended", LINK_ENDED },
		{ "failed", LINK_FAILED },
	};
	char *rest = text;
	const char *word = strsep(&rest, " "), *tag = strsep(&rest, " ");
	struct link_news news = { .detail = rest };

	if (tag == NULL || rest == NULL)
		return;
	news.kind = (enum link_kind)tag[0];
	news.id = (unsigned)strtoul(tag + 1, NULL, 10);
	news.number = strtol(rest, NULL, 10);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i].word) == 0) {
			news.event = words[i].event;
			l->base.callback(l->base.arg, &news);
		}
}

static bool
ends_soon(pid_t pid)
{
	struct pollfd end = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	bool ended = end.fd >= 0 && poll(&end, 1, END_WAIT_MS) == 1;

	if (end.fd >= 0)
		(void)close(end.fd);
	return ended;
}

static void
down(struct direct *l)
{
	loop_watch_free(l->watch);
	l->watch = NULL;
	if (l->socket >= 0)
		(void)close(l->socket);
	l->socket = -1;
	if (l->pid <= 0)
		return;
	/* Without its socket it ends; and it leaves no zombie. */
	if (!ends_soon(l->pid))
		(void)kill(l->pid, SIGKILL);
	while (waitpid(l->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	l->pid = 0;
}

static void
on_socket(void *arg, bool readable, bool writable)
{
	struct direct *l = arg;
	char text[512];

	(void)readable;
	(void)writable;
	for (int i = 0; i < ANSWERS_A_TURN && l->socket >= 0; i++) {
		ssize_t n =
		    recv(l->socket, text, sizeof(text) - 1, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			struct link_news news = { .event = LINK_LOST };

			down(l);
			(void)error_set(&l->trouble, "the spawner died");
			loop_timer_start(l->restart, RESTART_MS);
			l->base.callback(l->base.arg, &news);
			return;
		}
		text[n] = '\0';
		tell(l, text);
	}
}

static void
up(void *arg)
{
	struct direct *l = arg;
	int pair[2];
	int code;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		(void)error_set(&l->trouble, "no socket for the spawner: %s",
		    strerror(errno));
		loop_timer_start(l->restart, RESTART_MS);
		return;
	}
	code = spawn(l, pair[1]);
	(void)close(pair[1]);
	l->socket = pair[0];
	if (code == 0)
		l->watch = loop_watch_new(
		    l->base.loop, l->socket, on_socket, l, true, false);
	if (l->watch != NULL)
		return;
	if (code != 0)
		l->pid = 0;
	down(l);
	(void)error_set(&l->trouble, "cannot start %s: %s", l->program,
	    strerror(code == 0 ? ENOMEM : code));
	loop_timer_start(l->restart, RESTART_MS);
}

static void
direct_free(struct link *base)
{
	struct direct *l = (struct direct *)base;

	down(l);
	loop_timer_free(l->restart);
	free(l);
}

static bool
direct_is_up(const struct link *base, struct error *err)
{
	const struct direct *l = (const struct direct *)base;

	return l->socket >= 0 || error_set(err, "%s", l->trouble.text);
}

#define ARGUMENTS_MAX 10

/* The runner's command line, without its name. */
static void
spell_out(const struct link_order *o, char grace[24],
    const char *arguments[ARGUMENTS_MAX])
{
	size_t n = 0;

	(void)snprintf(grace, 24, "%lld", (long long)o->kill_grace_ms);
	arguments[n++] = "-g";
	arguments[n++] = grace;
	if (o->kind == LINK_HELPER)
		arguments[n++] = "--helper";
	else {
		arguments[n++] = "-s";
		arguments[n++] = o->state_folder;
	}
	if (o->kind == LINK_RUNNER || o->kind == LINK_TEST) {
		arguments[n++] = "-c";
		arguments[n++] = o->config_folder;
	}
	if (o->kind == LINK_REAPER)
		arguments[n++] = "--reap";
	arguments[n++] = o->kind == LINK_TEST ? "--test" : o->name;
	arguments[n] = NULL;
}

static size_t
pack(char bytes[SPAWNER_MESSAGE_MAX], const struct link_order *o)
{
	char grace[24];
	const char *arguments[ARGUMENTS_MAX];
	size_t length = (size_t)snprintf(bytes, SPAWNER_MESSAGE_MAX, "%c%u",
			    (char)o->kind, o->id) +
	    1;

	spell_out(o, grace, arguments);
	for (size_t i = 0; arguments[i] != NULL; i++) {
		size_t n = strlen(arguments[i]) + 1;

		if (n > SPAWNER_MESSAGE_MAX - length)
			return 0;
		memcpy(bytes + length, arguments[i], n);
		length += n;
	}
	return length;
}

static bool
direct_send(struct link *base, const struct link_order *order)
{
	struct direct *l = (struct direct *)base;
	char bytes[SPAWNER_MESSAGE_MAX];
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec data = { bytes, pack(bytes, order) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

	if (l->socket < 0 || data.iov_len == 0)
		return false;
	if (order->kind == LINK_HELPER) {
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &order->record,
		    sizeof(order->record));
		message.msg_control = control.room;
		message.msg_controllen = sizeof(control.room);
	}
	return sendmsg(l->socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    (ssize_t)data.iov_len;
}

/*
 * A spawner that dies is there again within a second: two of the three starts
 * of a runner fall into that time.
 */
static const struct link_ops ops = {
	.down_wait_ms = 0,
	.claim_wait_ms = CLAIM_WAIT_MS,
	.free = direct_free,
	.is_up = direct_is_up,
	.send = direct_send,
};

struct link *
link_new_direct(
    struct loop *loop, const char *program, link_callback *callback, void *arg)
{
	struct direct *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->base = (struct link){ &ops, loop, callback, arg };
	l->program = program;
	l->socket = -1;
	l->restart = loop_timer_new(loop, up, l);
	if (l->restart == NULL) {
		free(l);
		return NULL;
	}
	up(l);
	return &l->base;
}
