/*
 * Where the socket is made, and who may come in: files, modes, groups.  What
 * needs other users is tested as root only.
 */
#include "tests/unit/test.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/daemon/control_client.h"

#define GROUP_CONNECT 64001
#define GROUP_ROLE 64002
#define USER 64003

struct fixture {
	char folder[48];
	char path[104];
	struct loop *loop;
	struct caller last; /* of the last call */
	size_t calls;
};

static void
on_call(void *arg, struct control_call *call)
{
	struct fixture *f = arg;

	f->calls++;
	f->last = *control_caller(call);
	control_reply(call, json_object_new_object());
}

static struct control *
try_open(struct fixture *f, gid_t group, struct error *err)
{
	const struct control_place place = { .socket = f->path,
		.group = group };

	return control_open(f->loop, &place, on_call, f, err);
}

static struct control *
must_open(struct fixture *f, gid_t group)
{
	struct error err;
	struct control *c = try_open(f, group, &err);

	if (c == NULL)
		fail_msg("%s", err.text);
	return c;
}

static void
must_refuse(struct fixture *f, const char *why)
{
	struct error err = { "" };
	struct control *c = try_open(f, CONTROL_NO_GROUP, &err);

	control_close(c);
	assert_null(c);
	if (strstr(err.text, why) == NULL)
		fail_msg("%s: has no %s", err.text, why);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/controlXXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(f->path, sizeof(f->path), "%s/socket", f->folder);
	f->loop = loop_new();
	assert_non_null(f->loop);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	loop_free(f->loop);
	(void)unlink(f->path);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
make_file(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fclose(file);
}

static void
test_socket_and_folder_are_for_the_group_alone(void **state)
{
	struct fixture *f = *state;
	char run[64];
	struct control *c;

	(void)snprintf(run, sizeof(run), "%s/run", f->folder);
	(void)snprintf(f->path, sizeof(f->path), "%s/socket", run);
	(void)umask(0);
	c = must_open(f, CONTROL_NO_GROUP);
	assert_int_equal(mode_of(f->path), 0660);
	assert_int_equal(mode_of(run), 0750);
	control_close(c);
	(void)umask(022);
	assert_int_equal(access(f->path, F_OK), -1);
	assert_int_equal(rmdir(run), 0);
}

static void
test_a_socket_that_was_left_behind_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", f->path);
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	(void)close(fd);
	control_close(must_open(f, CONTROL_NO_GROUP));
}

static void
test_a_daemon_that_answers_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct control *c = must_open(f, CONTROL_NO_GROUP);
	struct client client;

	must_refuse(f, "another daemon answers");
	client = client_connect(f->loop, f->path);
	client_send(&client, "{\"v\":1,\"id\":\"a\",\"verb\":\"version\"}\n");
	client_expect(&client, "\"ok\":true");
	client_close(&client);
	control_close(c);
}

static void
test_what_is_no_socket_is_left_alone(void **state)
{
	struct fixture *f = *state;

	make_file(f->path);
	must_refuse(f, "no socket");
	assert_int_equal(access(f->path, F_OK), 0);
}

static void
test_a_link_is_not_followed(void **state)
{
	struct fixture *f = *state;
	char target[96];

	(void)snprintf(target, sizeof(target), "%s/target", f->folder);
	assert_int_equal(symlink(target, f->path), 0);
	must_refuse(f, "no socket");
	assert_int_equal(access(target, F_OK), -1);
}

static void
test_a_folder_where_others_write_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chmod(f->folder, 0770), 0);
	must_refuse(f, "others may write");
	assert_int_equal(chmod(f->folder, 01777), 0);
	must_refuse(f, "others may write");
}

static void
test_a_path_must_fit_a_socket_address(void **state)
{
	struct fixture *f = *state;
	char saved[sizeof(f->path)];

	memcpy(saved, f->path, sizeof(saved));
	memset(f->path, 'x', sizeof(f->path) - 1);
	must_refuse(f, "begins with /");
	memcpy(f->path, saved, sizeof(saved));
}

static void
test_a_socket_that_is_not_ours_any_more_stays(void **state)
{
	struct fixture *f = *state;
	struct control *c = must_open(f, CONTROL_NO_GROUP);

	assert_int_equal(unlink(f->path), 0);
	make_file(f->path);
	control_close(c);
	assert_int_equal(access(f->path, F_OK), 0);
}

static void
test_who_runs_the_daemon_may_do_everything(void **state)
{
	struct fixture *f = *state;
	struct control *c = must_open(f, CONTROL_NO_GROUP);
	struct client client = client_connect(f->loop, f->path);

	client_send(&client, "{\"v\":1,\"id\":\"a\",\"verb\":\"reload\"}\n");
	client_expect(&client, "\"ok\":true");
	assert_true(f->last.privileged);
	assert_int_equal(f->last.uid, geteuid());
	assert_int_equal(f->last.pid, getpid());
	client_close(&client);
	control_close(c);
}

/*
 * A process of another user in those groups connects, sends the line, and
 * what it reads comes through the pipe.
 */
static pid_t
start_user(struct fixture *f, const gid_t *groups, size_t count,
    const char *line, int *from)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char answer[2048] = "";
	int ends[2], fd;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	*from = ends[0];
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0) {
		(void)close(ends[1]);
		return pid;
	}
	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", f->path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (setgroups(count, groups) != 0 || setgid(USER) != 0 ||
	    setuid(USER) != 0)
		_exit(2);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) !=
	    0)
		(void)snprintf(answer, sizeof(answer), "%s\n", strerror(errno));
	else if (send(fd, line, strlen(line), MSG_NOSIGNAL) < 0 ||
	    recv(fd, answer, sizeof(answer) - 1, 0) < 0)
		_exit(3);
	_exit(write(ends[1], answer, strlen(answer)) < 0);
}

static void
on_pipe(void *arg, bool readable, bool writable)
{
	(void)readable;
	(void)writable;
	loop_stop(arg);
}

/* The server works until the pipe has something. */
static void
await(struct loop *loop, int fd)
{
	struct loop_timer *limit = loop_timer_new(loop, client_on_stop, loop);
	struct loop_watch *watch =
	    loop_watch_new(loop, fd, on_pipe, loop, true, false);

	loop_timer_start(limit, CLIENT_PATIENCE_MS);
	assert_true(loop_run(loop));
	loop_watch_free(watch);
	loop_timer_free(limit);
}

static void
expect_user(struct fixture *f, const gid_t *groups, size_t count,
    const char *line, const char *part)
{
	char answer[2048] = "";
	int status, from = -1;
	pid_t pid = start_user(f, groups, count, line, &from);

	await(f->loop, from);
	assert_true(read(from, answer, sizeof(answer) - 1) >= 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	(void)close(from);
	if (strstr(answer, part) == NULL)
		fail_msg("%s: has no %s", answer, part);
}

#define HOLD                                                            \
	"{\"v\":1,\"id\":\"a\",\"verb\":\"hold\",\"args\":{\"reason\":" \
	"\"x\"}}\n"
#define STATUS "{\"v\":1,\"id\":\"a\",\"verb\":\"status\"}\n"

static void
test_groups_decide_who_connects_and_who_acts(void **state)
{
	static const gid_t both[] = { GROUP_CONNECT, GROUP_ROLE };
	static const gid_t role_gid[] = { 5, GROUP_ROLE };
	struct control_roles_gids roles = { 0 };
	struct fixture *f = *state;
	struct control *c;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(f->folder, 0, GROUP_CONNECT), 0);
	assert_int_equal(chmod(f->folder, 0750), 0);
	c = must_open(f, GROUP_CONNECT);
	roles.of[ROLE_LEAD] = (struct control_gids){ role_gid, 2 };
	assert_true(control_set_roles(c, &roles));
	expect_user(f, both + 1, 1, STATUS, "Permission denied");
	expect_user(f, both, 1, STATUS, "\"ok\":true");
	assert_int_equal(f->last.uid, USER);
	assert_int_equal(f->last.roles, 0);
	assert_false(f->last.privileged);
	expect_user(f, both, 1, HOLD, "\"code\":\"denied\"");
	assert_int_equal(f->calls, 1);
	expect_user(f, both, 2, HOLD, "\"ok\":true");
	assert_int_equal(f->last.roles, ROLE_BIT(ROLE_LEAD));
	control_close(c);
}

static void
test_many_groups_are_all_looked_at(void **state)
{
	struct control_roles_gids roles = { 0 };
	struct fixture *f = *state;
	gid_t groups[300], last;
	struct control *c;

	if (geteuid() != 0)
		skip();
	groups[0] = GROUP_CONNECT;
	for (size_t i = 1; i < ARRAY_LEN(groups); i++)
		groups[i] = (gid_t)(50000 + i);
	last = groups[ARRAY_LEN(groups) - 1];
	assert_int_equal(chown(f->folder, 0, GROUP_CONNECT), 0);
	assert_int_equal(chmod(f->folder, 0750), 0);
	c = must_open(f, GROUP_CONNECT);
	roles.of[ROLE_ON_CALL] = (struct control_gids){ &last, 1 };
	assert_true(control_set_roles(c, &roles));
	expect_user(f, groups, ARRAY_LEN(groups), HOLD, "\"ok\":true");
	assert_int_equal(f->last.roles, ROLE_BIT(ROLE_ON_CALL));
	control_close(c);
}

/*
 * A process of that user opens so many connections, says so through the pipe
 * and keeps them until it is killed.
 */
static pid_t
start_crowd(struct fixture *f, uid_t uid, size_t count, int *from)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const gid_t group = GROUP_CONNECT;
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	*from = ends[0];
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0) {
		(void)close(ends[1]);
		return pid;
	}
	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", f->path);
	if (setgroups(1, &group) != 0 || setgid(USER) != 0 || setuid(uid) != 0)
		_exit(2);
	for (size_t i = 0; i < count; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		if (connect(fd, (const struct sockaddr *)&address,
			sizeof(address)) != 0)
			_exit(3);
	}
	(void)alarm(60); /* should the test not live to kill us */
	if (write(ends[1], "x", 1) == 1)
		(void)pause();
	_exit(0);
}

/* One user may have half of them, all others together all but the last 8. */
static void
test_whatever_others_do_there_is_room_for_root(void **state)
{
	static const size_t counts[] = { CONTROL_CONNECTIONS_PER_UID,
		CONTROL_CONNECTIONS_MAX - CONTROL_CONNECTIONS_PER_UID -
		    CONTROL_CONNECTIONS_RESERVED,
		1 };
	const size_t others =
	    CONTROL_CONNECTIONS_MAX - CONTROL_CONNECTIONS_RESERVED;
	struct client c[CONTROL_CONNECTIONS_RESERVED + 1];
	struct fixture *f = *state;
	pid_t crowd[ARRAY_LEN(counts)];
	struct control *control;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(f->folder, 0, GROUP_CONNECT), 0);
	assert_int_equal(chmod(f->folder, 0750), 0);
	control = must_open(f, GROUP_CONNECT);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		int from;

		crowd[i] = start_crowd(f, (uid_t)(USER + i), counts[i], &from);
		await(f->loop, from);
		(void)close(from);
	}
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		c[i] = client_connect(f->loop, f->path);
	client_expect(&c[ARRAY_LEN(c) - 1], "\"code\":\"busy\"");
	assert_int_equal(control_connections(control), others + 8);
	client_send(&c[0], "{\"v\":1,\"id\":\"a\",\"verb\":\"version\"}\n");
	client_expect(&c[0], "\"ok\":true");
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		client_close(&c[i]);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		assert_int_equal(kill(crowd[i], SIGKILL), 0);
		assert_int_equal(waitpid(crowd[i], NULL, 0), crowd[i]);
	}
	control_close(control);
}

static void
test_without_descriptors_one_caller_still_gets_in(void **state)
{
	struct fixture *f = *state;
	struct control *c = must_open(f, CONTROL_NO_GROUP);
	struct client first = client_connect(f->loop, f->path);
	struct client second = client_connect(f->loop, f->path);
	struct rlimit saved, none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
	none = saved;
	none.rlim_cur = (rlim_t)second.fd + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	client_send(&first, "{\"v\":1,\"id\":\"a\",\"verb\":\"version\"}\n");
	client_expect(&first, "\"ok\":true");
	assert_int_equal(control_connections(c), 1);
	client_close(&first);
	/* Its descriptor lets the next one in. */
	client_send(&second, "{\"v\":1,\"id\":\"b\",\"verb\":\"version\"}\n");
	client_expect(&second, "\"ok\":true");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
	client_close(&second);
	control_close(c);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_socket_and_folder_are_for_the_group_alone),
		TEST(test_a_socket_that_was_left_behind_is_replaced),
		TEST(test_a_daemon_that_answers_is_left_alone),
		TEST(test_what_is_no_socket_is_left_alone),
		TEST(test_a_link_is_not_followed),
		TEST(test_a_folder_where_others_write_is_refused),
		TEST(test_a_path_must_fit_a_socket_address),
		TEST(test_a_socket_that_is_not_ours_any_more_stays),
		TEST(test_who_runs_the_daemon_may_do_everything),
		TEST(test_groups_decide_who_connects_and_who_acts),
		TEST(test_many_groups_are_all_looked_at),
		TEST(test_whatever_others_do_there_is_room_for_root),
		TEST(test_without_descriptors_one_caller_still_gets_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
