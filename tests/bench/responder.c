/*
 * The targets of the benchmarks: one process that is all of them.
 *
 *   responder PORT CONTROL_PORT TARGETS [WORKERS]
 *
 * Listens on PORT at every address of 127.0.0.0/8 (address.h says which is
 * whose) and answers each request with 200 and 15 bytes.  Counts what it is
 * asked, by target and in time, so that no prober has to be believed.  WORKERS
 * processes share the connections, where one may not have so many descriptors.
 *
 * On CONTROL_PORT it takes one line a connection, and answers one:
 *
 *   reset INTERVAL_MS      begins to count afresh; targets are asked that often
 *   forget                 the same, and knows no grid of any target any more
 *   count                  answers, connects, wrong and open, hung requests
 *   late                   p50 p99 worst in us, number: against each's own grid
 *   beyond US              how many were later than that
 *   gaps                   the same of the time between two probes of a target
 *   each                   targets asked, fewest and most times of these, due
 *   set ok|bad|hang A B    what targets A to B do from now on; says the time
 *   first A                when A first answered wrong since then, or 0
 *   close PERCENT          closes the connections of so many targets; the time
 *
 * Times are nanoseconds of CLOCK_MONOTONIC.
 */
#include "tests/bench/responder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/address.h"

#define LINE_MAX_BYTES 128
#define ANSWER_MAX_BYTES 256
#define WORKERS_MAX 8u

static int to_workers[WORKERS_MAX];
static uint32_t workers = 1;

int64_t
responder_now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* --- What was counted. --- */

static double
quantile_us(const struct histogram *h, double share)
{
	uint64_t want = (uint64_t)(share * (double)h->count), sum = 0;

	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		sum += h->bucket[i];
		if (sum > want)
			return (i + 0.5) * HISTOGRAM_STEP_NS / 1000.0;
	}
	return (double)h->worst_ns / 1000.0;
}

static void
say_histogram(char *out, const struct histogram *h)
{
	(void)snprintf(out, ANSWER_MAX_BYTES, "%.0f %.0f %.0f %llu",
	    quantile_us(h, 0.5), quantile_us(h, 0.99),
	    (double)h->worst_ns / 1000.0, (unsigned long long)h->count);
}

static uint64_t
beyond(const struct histogram *h, uint64_t us)
{
	uint64_t within = 0;

	for (uint64_t i = 0;
	     i < HISTOGRAM_BUCKETS && i < us * 1000 / HISTOGRAM_STEP_NS; i++)
		within += h->bucket[i];
	return h->count - within;
}

static void
say_each(struct shared *s, char *out)
{
	int64_t passed = responder_now_ns() - s->began_ns;
	uint32_t asked = 0, fewest = UINT32_MAX, most = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		uint32_t n = s->targets[i].asked;

		asked += n > 0;
		fewest = n > 0 && n < fewest ? n : fewest;
		most = n > most ? n : most;
	}
	(void)snprintf(out, ANSWER_MAX_BYTES, "%u %u %u %.2f", asked, fewest,
	    most, (double)passed / (double)s->interval_ns);
}

/* --- What is ordered. --- */

static void
reset(struct shared *s, int64_t interval_ms, bool forget)
{
	s->interval_ns = interval_ms * 1000000;
	s->answers = s->connects = s->wrong = s->hung = 0;
	memset(&s->late, 0, sizeof(s->late));
	memset(&s->gaps, 0, sizeof(s->gaps));
	for (uint32_t i = 0; i < s->count; i++) {
		s->targets[i].asked = 0;
		if (!forget)
			continue;
		s->targets[i].grid_ns = 0;
		s->targets[i].is_apart = false;
	}
	s->began_ns = responder_now_ns();
}

static bool
set(struct shared *s, const char *what, uint32_t first, uint32_t last)
{
	uint8_t way;

	if (strcmp(what, "ok") == 0)
		way = WAY_OK;
	else if (strcmp(what, "bad") == 0)
		way = WAY_BAD;
	else if (strcmp(what, "hang") == 0)
		way = WAY_HANG;
	else
		return false;
	for (uint32_t i = first; i <= last && i < s->count; i++) {
		s->targets[i].first_wrong_ns = 0;
		if (way != WAY_OK)
			s->targets[i].is_apart = true;
		__atomic_store_n(&s->targets[i].way, way, __ATOMIC_RELEASE);
	}
	return true;
}

static bool
obey_change(struct shared *s, const char *line, char *out)
{
	char what[8];
	uint32_t a, b;
	int64_t now = responder_now_ns();

	if (sscanf(line, "reset %u", &a) == 1 && a > 0) {
		reset(s, a, s->interval_ns != (int64_t)a * 1000000);
	} else if (strcmp(line, "forget") == 0) {
		reset(s, s->interval_ns / 1000000, true);
	} else if (sscanf(line, "set %7s %u %u", what, &a, &b) == 3) {
		if (!set(s, what, a, b))
			return false;
	} else if (sscanf(line, "close %u", &a) == 1 && a <= 100) {
		uint8_t percent = (uint8_t)a;

		for (uint32_t i = 0; i < workers; i++)
			if (write(to_workers[i], &percent, 1) != 1)
				return false;
	} else {
		return false;
	}
	(void)snprintf(out, ANSWER_MAX_BYTES, "%lld", (long long)now);
	return true;
}

static void
obey(struct shared *s, const char *line, char *out)
{
	uint32_t a;

	if (strcmp(line, "late") == 0)
		say_histogram(out, &s->late);
	else if (strcmp(line, "gaps") == 0)
		say_histogram(out, &s->gaps);
	else if (strcmp(line, "each") == 0)
		say_each(s, out);
	else if (strcmp(line, "count") == 0)
		(void)snprintf(out, ANSWER_MAX_BYTES,
		    "%llu %llu %llu %lld %llu", (unsigned long long)s->answers,
		    (unsigned long long)s->connects,
		    (unsigned long long)s->wrong, (long long)s->open,
		    (unsigned long long)s->hung);
	else if (sscanf(line, "beyond %u", &a) == 1)
		(void)snprintf(out, ANSWER_MAX_BYTES, "%llu",
		    (unsigned long long)beyond(&s->late, a));
	else if (sscanf(line, "first %u", &a) == 1 && a < s->count)
		(void)snprintf(out, ANSWER_MAX_BYTES, "%lld",
		    (long long)s->targets[a].first_wrong_ns);
	else if (!obey_change(s, line, out))
		(void)snprintf(out, ANSWER_MAX_BYTES, "?");
}

static void
serve_control(struct shared *s, int listener)
{
	char line[LINE_MAX_BYTES], out[ANSWER_MAX_BYTES];

	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		ssize_t n;

		if (fd < 0)
			continue;
		n = recv(fd, line, sizeof(line) - 1, 0);
		if (n > 0) {
			line[n] = '\0';
			line[strcspn(line, "\r\n")] = '\0';
			obey(s, line, out);
			(void)dprintf(fd, "%s\n", out);
		}
		(void)close(fd);
	}
}

/* --- Beginning. --- */

int
responder_listen(uint32_t address, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(address) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 &&
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    listen(fd, 16384) == 0)
		return fd;
	(void)fprintf(stderr, "responder: port %u: %s\n", (unsigned)port,
	    strerror(errno));
	exit(1);
}

static struct shared *
share(uint32_t count)
{
	size_t bytes =
	    sizeof(struct shared) + count * sizeof(struct bench_target);
	struct shared *s = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (s == MAP_FAILED) {
		(void)fprintf(stderr, "responder: no memory\n");
		exit(1);
	}
	s->count = count;
	reset(s, 1000, true);
	return s;
}

static void
start_workers(struct shared *s, uint16_t port)
{
	for (uint32_t i = 0; i < workers; i++) {
		int ends[2];
		pid_t pid;

		if (pipe(ends) != 0 || (pid = fork()) < 0) {
			perror("responder");
			exit(1);
		}
		if (pid == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			(void)close(ends[1]);
			responder_work(s, port, ends[0]);
		}
		(void)close(ends[0]);
		to_workers[i] = ends[1];
	}
}

int
main(int argc, char **argv)
{
	struct rlimit files;
	uint16_t port;
	int control;
	struct shared *s;

	if (argc < 4) {
		(void)fprintf(stderr,
		    "usage: responder PORT CONTROL_PORT TARGETS [WORKERS]\n");
		return 1;
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	if (argc > 4)
		workers = (uint32_t)strtoul(argv[4], NULL, 10);
	if (workers < 1 || workers > WORKERS_MAX)
		workers = 1;
	port = (uint16_t)strtoul(argv[1], NULL, 10);
	s = share((uint32_t)strtoul(argv[3], NULL, 10));
	control = responder_listen(
	    INADDR_LOOPBACK, (uint16_t)strtoul(argv[2], NULL, 10));
	start_workers(s, port);
	serve_control(s, control);
	return 0;
}
