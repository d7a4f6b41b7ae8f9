/*
 * bench_reload [SERVICES [FILES [INTERVAL_MS]]] - how long a daemon takes to be
 * ready, to say how one service is, also to a hundred who ask at once, and how
 * long a reload of one change keeps its loop from everything else: somebody
 * asks again and again meanwhile, and the longest that he waits is told.
 */
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rig.h"

#define SERVICES 2000
#define INTERVAL_MS 1000
#define STARTS 3
#define CALLS 500
#define AT_ONCE 100
#define RELOADS 3
#define ASKED_MAX 100000
#define WARM_UP_MS 3000

static void
bench_start(struct rig *r)
{
	int64_t took_us[STARTS];

	for (int i = 0; i < STARTS; i++) {
		rig_stop(r);
		took_us[i] = rig_start_us(r);
		rig_print_one(
		    "cpu until ready", (double)rig_cpu_us(r) / 1000, "ms");
	}
	rig_print("start to ready", took_us, STARTS);
}

static const char *
status_call(const struct rig *r, int i)
{
	static char line[128];

	(void)snprintf(line, sizeof(line),
	    "{\"v\":1,\"id\":\"%d\",\"verb\":\"status\","
	    "\"args\":{\"service\":\"s%d\"}}\n",
	    i, i % r->settings.services);
	return line;
}

static void
bench_status(const struct rig *r)
{
	static int64_t took_us[CALLS];

	/* As rollbackctl does it: a connection a call. */
	for (int i = 0; i < CALLS; i++) {
		int64_t began_us = rig_now_us();
		int fd = rig_connect(r);

		(void)rig_call_us(fd, status_call(r, i));
		took_us[i] = rig_now_us() - began_us;
		(void)close(fd);
	}
	rig_print("status of one service", took_us, CALLS);
}

/* All are asked before the first is answered. */
static void
bench_many(const struct rig *r)
{
	static int64_t took_us[AT_ONCE];
	struct pollfd fds[AT_ONCE];
	int64_t began_us;
	int left = AT_ONCE;

	for (int i = 0; i < AT_ONCE; i++)
		fds[i] = (struct pollfd){ rig_connect(r), POLLIN, 0 };
	began_us = rig_now_us();
	for (int i = 0; i < AT_ONCE; i++) {
		const char *line = status_call(r, i);

		if (send(fds[i].fd, line, strlen(line), MSG_NOSIGNAL) < 0)
			err(1, "control socket");
	}
	while (left > 0 && poll(fds, AT_ONCE, -1) > 0)
		for (int i = 0; i < AT_ONCE; i++) {
			if (fds[i].revents == 0)
				continue;
			took_us[AT_ONCE - left--] = rig_now_us() - began_us;
			(void)close(fds[i].fd);
			fds[i].fd = -1;
		}
	rig_print("status, of 100 at once", took_us, AT_ONCE);
}

static void
reload_once(struct rig *r, int64_t *asked_us, size_t *asked, int64_t *took_us)
{
	static char answer[1 << 20];
	static unsigned number;
	char reload[128];
	int other = rig_connect(r), fd = rig_connect(r);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t began_us = rig_now_us();

	/* The answer to an id that was used before comes from memory. */
	(void)snprintf(reload, sizeof(reload),
	    "{\"v\":1,\"id\":\"r%u\",\"verb\":\"reload\",\"args\":{}}\n",
	    ++number);
	if (send(fd, reload, strlen(reload), MSG_NOSIGNAL) < 0)
		err(1, "control socket");
	do {
		int64_t us = rig_call_us(other, status_call(r, 0));

		if (*asked < ASKED_MAX)
			asked_us[(*asked)++] = us;
	} while (poll(&p, 1, 1) == 0);
	*took_us = rig_now_us() - began_us;
	if (recv(fd, answer, sizeof(answer) - 1, 0) <= 0 ||
	    strstr(answer, "\"error\"") != NULL)
		errx(1, "reload: %s", answer);
	/* What is cleared away after the answer counts, too. */
	for (int i = 0; i < 200 && *asked < ASKED_MAX; i++) {
		asked_us[(*asked)++] = rig_call_us(other, status_call(r, 0));
		rig_pause_ms(1);
	}
	(void)close(fd);
	(void)close(other);
}

static void
bench_reload(struct rig *r)
{
	static int64_t asked_us[ASKED_MAX];
	int64_t took_us[RELOADS];
	size_t asked = 0;

	for (int i = 0; i < RELOADS; i++) {
		rig_change(r, 10 + i);
		reload_once(r, asked_us, &asked, &took_us[i]);
	}
	rig_print("reload of one change", took_us, RELOADS);
	rig_print("asked during a reload", asked_us, asked);
	asked = 0;
	for (int i = 0; i < RELOADS; i++) {
		rig_change_all(r, 10 + i);
		reload_once(r, asked_us, &asked, &took_us[i]);
	}
	rig_print("reload of all but one", took_us, RELOADS);
	rig_print("asked during a reload of all", asked_us, asked);
}

int
main(int argc, char *argv[])
{
	struct rig_settings settings = {
		.services =
		    argc > 1 ? (int)strtol(argv[1], NULL, 10) : SERVICES,
		.interval_ms =
		    argc > 3 ? (int)strtol(argv[3], NULL, 10) : INTERVAL_MS,
		.files = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1,
		.step = "/bin/true",
	};
	struct rig r;

	rig_open(&r, &settings);
	bench_start(&r);
	rig_pause_ms(WARM_UP_MS);
	bench_status(&r);
	bench_many(&r);
	bench_reload(&r);
	rig_close(&r);
	return 0;
}
