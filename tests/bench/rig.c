#include "rig.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES RIG_PATH_BYTES
#define EVENTS 256
#define READY_MAX_MS 120000
#define ANSWER_MAX_BYTES ((size_t)1 << 20)
#define PATH_START "/health/"

int64_t
rig_now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
rig_pause_ms(int ms)
{
	(void)poll(NULL, 0, ms);
}

static void
answer(struct rig_board *b, int fd, const char *request)
{
	static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n"
				   "\r\n{\"status\":\"ok\"}";
	static const char bad[] = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n"
				  "\r\n";
	const char *at = strstr(request, PATH_START);
	long i = at == NULL ? 0 : strtol(at + strlen(PATH_START), NULL, 10);

	if (i < 0 || i >= RIG_SERVICES_MAX || !b->is_bad[i]) {
		(void)send(fd, good, sizeof(good) - 1, MSG_NOSIGNAL);
		return;
	}
	if (++b->wrong[i] == RIG_FAILURES)
		b->decided_us[i] = rig_now_us();
	(void)send(fd, bad, sizeof(bad) - 1, MSG_NOSIGNAL);
}

static void __attribute__((noreturn)) serve(struct rig_board *b, int listener)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = listener };
	struct epoll_event found[EVENTS];
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
	for (;;) {
		int n = epoll_wait(epoll, found, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			char request[4096];
			ssize_t length;
			int fd = found[i].data.fd;

			if (fd == listener) {
				e.data.fd =
				    accept4(fd, NULL, NULL, SOCK_NONBLOCK);
				(void)epoll_ctl(
				    epoll, EPOLL_CTL_ADD, e.data.fd, &e);
				continue;
			}
			length = recv(fd, request, sizeof(request) - 1, 0);
			if (length <= 0) {
				(void)close(fd);
				continue;
			}
			request[length] = '\0';
			answer(b, fd, request);
		}
	}
}

static void
start_server(struct rig *r)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) != 0 ||
	    listen(fd, 8192) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) != 0)
		err(1, "cannot listen");
	r->port = ntohs(at.sin_port);
	r->server = fork();
	if (r->server < 0)
		err(1, "fork");
	if (r->server == 0)
		serve(r->board, fd);
	(void)close(fd);
}

void
rig_program(char path[PATH_BYTES], const char *name)
{
	const char *build = getenv("BUILD");
	char *folder = realpath(build == NULL ? "build" : build, NULL);

	if (folder == NULL)
		err(1, "%s", build == NULL ? "build" : build);
	(void)snprintf(path, PATH_BYTES, "%.400s/%s", folder, name);
	free(folder);
}

static void
write_service(const struct rig *r, FILE *f, int i, int failures)
{
	(void)fprintf(f,
	    "{ name = \"s%d\"; environment = \"e%d\"; settle = \"100ms\";\n"
	    "  params = { out = \"%s/ran/s%d\"; };\n"
	    "  probes = ( { name = \"p\"; type = \"http\";\n"
	    "    url = \"http://127.0.0.1:%d" PATH_START "%d\";\n"
	    "    interval = \"%dms\"; timeout = \"900ms\"; } );\n"
	    "  evaluators = ( { name = \"c\"; type = \"consecutive\";\n"
	    "      probe = \"p\"; failures = %d; },\n"
	    "    { name = \"b\"; type = \"breaker\"; probe = \"p\"; },\n"
	    "    { name = \"l\"; type = \"latency\"; probe = \"p\";\n"
	    "      window = \"5m\"; above = \"500ms\"; } );\n"
	    "  rules = ( { name = \"r\"; any = [ \"c\", \"b\", \"l\" ];\n"
	    "    severity = \"P0\"; mode = \"enforce\";\n"
	    "    arm_window = \"none\"; procedure = \"back\"; } );\n"
	    "  verify = { probes = [ \"p\" ]; successes = 2;\n"
	    "    within = \"30s\"; interval = \"1s\"; }; }\n",
	    i, i, r->dir, i, r->port, i, r->settings.interval_ms, failures);
}

static FILE *
create(const char *path)
{
	FILE *f = fopen(path, "we");

	if (f == NULL || fchmod(fileno(f), 0600) != 0)
		err(1, "%s", path);
	return f;
}

static void
finish(FILE *f)
{
	if (fclose(f) != 0)
		err(1, "cannot write");
}

static void
write_main(const struct rig *r)
{
	FILE *f = create(r->conf);
	char runner[PATH_BYTES];

	rig_program(runner, "rollbackd-step");
	(void)fprintf(f,
	    "state_directory = \"%s/state\";\n"
	    "control = { socket = \"%s\"; };\n"
	    "runner = { program = \"%s\"; mode = \"direct\"; };\n"
	    "limits = { rollbacks_per_hour = 1000; };\n"
	    "include = [ \"services.d\" ];\n"
	    "procedures = ( { name = \"back\"; budget = \"10m\";\n"
	    "  params = { out = { required = true; }; };\n"
	    "  steps = ( { name = \"s\"; timeout = \"10s\";\n"
	    "    command = [ \"%s\", \"${out}\" ]; } ); } );\n",
	    r->dir, r->socket, runner, r->settings.step);
	finish(f);
}

static void
write_file(const struct rig *r, int number, int first, int end, int failures)
{
	char path[PATH_BYTES], next[PATH_BYTES];
	FILE *f;

	(void)snprintf(
	    path, sizeof(path), "%s/services.d/%05d.conf", r->dir, number);
	(void)snprintf(next, sizeof(next), "%s/next", r->dir);
	f = create(next);
	(void)fprintf(f, "services = (\n");
	for (int i = first; i < end; i++) {
		if (i > first)
			(void)fprintf(f, ",\n");
		write_service(r, f, i, failures);
	}
	(void)fprintf(f, ");\n");
	finish(f);
	if (rename(next, path) != 0)
		err(1, "%s", path);
}

void
rig_change_all(struct rig *r, int failures)
{
	int last = r->settings.services - 1, files = r->settings.files;

	for (int i = 0; i < files; i++)
		write_file(
		    r, i, last * i / files, last * (i + 1) / files, failures);
}

/* The last one has a file of its own. */
void
rig_change(struct rig *r, int failures)
{
	int last = r->settings.services - 1;

	write_file(r, r->settings.files, last, last + 1, failures);
}

static void
write_services(struct rig *r)
{
	rig_change_all(r, RIG_FAILURES);
	rig_change(r, RIG_FAILURES);
}

static void
make_folders(struct rig *r)
{
	static const char *const names[] = { "state", "services.d", "ran" };
	char path[PATH_BYTES];

	(void)snprintf(r->dir, sizeof(r->dir), "/tmp/rollbackd-rig.XXXXXX");
	if (mkdtemp(r->dir) == NULL)
		err(1, "%s", r->dir);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", r->dir, names[i]);
		if (mkdir(path, 0700) != 0)
			err(1, "%s", path);
	}
	(void)snprintf(r->socket, sizeof(r->socket), "%s/sock", r->dir);
	(void)snprintf(r->conf, sizeof(r->conf), "%s/conf", r->dir);
}

static void
open_notify(struct rig *r)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", r->dir);
	(void)unlink(at.sun_path);
	r->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (r->notify < 0 ||
	    bind(r->notify, (struct sockaddr *)&at, sizeof(at)) != 0)
		err(1, "%s", at.sun_path);
	(void)setenv("NOTIFY_SOCKET", at.sun_path, 1);
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("JOURNAL_STREAM");
}

void
rig_open(struct rig *r, const struct rig_settings *settings)
{
	struct rlimit files;

	*r = (struct rig){ .settings = *settings, .notify = -1 };
	if (r->settings.services < 2 || r->settings.services > RIG_SERVICES_MAX)
		errx(1, "2 to %d services", RIG_SERVICES_MAX);
	(void)getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	r->board = mmap(NULL, sizeof(*r->board), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r->board == MAP_FAILED)
		err(1, "mmap");
	make_folders(r);
	start_server(r);
	write_main(r);
	write_services(r);
}

/* Its log goes to a file beside it.  It ends when the bench does, however. */
static void
spawn_daemon(struct rig *r)
{
	char path[PATH_BYTES], log[PATH_BYTES];
	int fd;

	rig_program(path, "rollbackd");
	(void)snprintf(log, sizeof(log), "%s/log", r->dir);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		err(1, "%s", log);
	r->daemon = fork();
	if (r->daemon < 0)
		err(1, "fork");
	if (r->daemon == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)dup2(fd, STDERR_FILENO);
		(void)execl(path, path, "-f", "-c", r->conf, (char *)NULL);
		_exit(127);
	}
	(void)close(fd);
}

int64_t
rig_start_us(struct rig *r)
{
	int64_t began_us = rig_now_us();
	struct pollfd p = { .events = POLLIN };
	char words[4096];

	open_notify(r);
	p.fd = r->notify;
	spawn_daemon(r);
	while (poll(&p, 1, READY_MAX_MS) == 1) {
		ssize_t n = recv(r->notify, words, sizeof(words) - 1, 0);

		words[n < 0 ? 0 : n] = '\0';
		if (strstr(words, "READY=1") == NULL)
			continue;
		/* Nobody reads what else it tells. */
		(void)close(r->notify);
		return rig_now_us() - began_us;
	}
	errx(1, "the daemon is not ready: see %s/log", r->dir);
}

void
rig_stop(struct rig *r)
{
	if (r->daemon <= 0)
		return;
	(void)kill(r->daemon, SIGTERM);
	(void)waitpid(r->daemon, NULL, 0);
	r->daemon = 0;
}

int
rig_connect(const struct rig *r)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", r->socket);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		err(1, "%s", r->socket);
	return fd;
}

int64_t
rig_call_us(int fd, const char *line)
{
	static char bytes[ANSWER_MAX_BYTES];
	int64_t began_us = rig_now_us();
	ssize_t n;

	if (send(fd, line, strlen(line), MSG_NOSIGNAL) < 0)
		err(1, "control socket");
	do {
		n = recv(fd, bytes, sizeof(bytes), 0);
		if (n <= 0)
			errx(1, "the control socket was closed");
	} while (memchr(bytes, '\n', (size_t)n) == NULL);
	if (memmem(bytes, (size_t)n, "\"error\"", 7) != NULL)
		errx(1, "%.*s", (int)n, bytes);
	return rig_now_us() - began_us;
}

double
rig_metric(const struct rig *r, const char *name)
{
	char command[2 * PATH_BYTES], path[PATH_BYTES], line[1024];
	double value = -1;
	FILE *f;

	rig_program(path, "rollbackctl");
	(void)snprintf(
	    command, sizeof(command), "%s -s %s metrics", path, r->socket);
	f = popen(command, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		size_t length = strlen(name);

		if (strncmp(line, name, length) == 0 && line[length] == ' ')
			value = strtod(line + length, NULL);
	}
	if (f != NULL)
		(void)pclose(f);
	return value;
}

int64_t
rig_cpu_us(const struct rig *r)
{
	char path[64], line[1024] = "";
	unsigned long user = 0, system_time = 0;
	const char *at;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)r->daemon);
	f = fopen(path, "re");
	if (f == NULL || fgets(line, sizeof(line), f) == NULL)
		err(1, "%s", path);
	(void)fclose(f);
	at = strrchr(line, ')');
	if (at != NULL)
		(void)sscanf(at + 1,
		    " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		    &user, &system_time);
	return (int64_t)(user + system_time) * 1000000 / sysconf(_SC_CLK_TCK);
}

void
rig_close(struct rig *r)
{
	char path[] = "/bin/rm", option[] = "-rf";
	char *argv[] = { path, option, r->dir, NULL };
	pid_t pid;

	rig_stop(r);
	(void)kill(r->server, SIGKILL);
	(void)waitpid(r->server, NULL, 0);
	(void)munmap(r->board, sizeof(*r->board));
	if (getenv("KEEP") == NULL &&
	    posix_spawn(&pid, path, NULL, NULL, argv, environ) == 0)
		(void)waitpid(pid, NULL, 0);
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void
rig_print_one(const char *measure, double value, const char *unit)
{
	(void)printf("%s\t%.3f\t%s\n", measure, value, unit);
	(void)fflush(stdout);
}

void
rig_print(const char *measure, int64_t *us, size_t count)
{
	char name[128];

	if (count == 0)
		return;
	qsort(us, count, sizeof(*us), by_size);
	(void)snprintf(name, sizeof(name), "%s, p50", measure);
	rig_print_one(name, (double)us[count / 2] / 1000, "ms");
	(void)snprintf(name, sizeof(name), "%s, p99", measure);
	rig_print_one(name, (double)us[(count - 1) * 99 / 100] / 1000, "ms");
	(void)snprintf(name, sizeof(name), "%s, worst", measure);
	rig_print_one(name, (double)us[count - 1] / 1000, "ms");
}
