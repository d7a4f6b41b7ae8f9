/*
 * How long it takes from store_append() to its answer on the loop, and how
 * many a second there are, one at a time and many at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/loop.h"
#include "daemon/store/store.h"

#define APPENDS 4000
#define DATA_BYTES 200

struct bench {
	struct loop *loop;
	struct store *store;
	int window; /* under way at once */
	int asked;
	int answered;
	double start[APPENDS];
	double took_us[APPENDS];
};

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void ask(struct bench *b);

static void
on_stored(void *arg, bool ok)
{
	struct bench *b = arg;

	if (!ok) {
		fprintf(stderr, "store: %s\n", store_trouble(b->store));
		exit(1);
	}
	/* Answers come in the order of the calls. */
	b->took_us[b->answered] = (seconds() - b->start[b->answered]) * 1e6;
	if (++b->answered == APPENDS)
		loop_stop(b->loop);
	else if (b->asked < APPENDS)
		ask(b);
}

static void
ask(struct bench *b)
{
	static char data[DATA_BYTES + 1];
	struct store_event e = {
		.boot_id = "00000000-0000-0000-0000-000000000000",
		.kind = "intent",
		.service = "shop",
		.incident = "01ARZ3NDEKTSV4RRFFQ69G5FAV",
		.run = "01ARZ3NDEKTSV4RRFFQ69G5FAW",
		.data = data,
	};

	memset(data, 'x', DATA_BYTES);
	b->start[b->asked++] = seconds();
	store_append(b->store, &e, 1, NULL, 0, on_stored, b);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure(struct bench *b, int window)
{
	double start = seconds(), took;

	b->asked = 0;
	b->answered = 0;
	for (int i = 0; i < window; i++)
		ask(b);
	if (!loop_run(b->loop))
		exit(1);
	took = seconds() - start;
	qsort(b->took_us, APPENDS, sizeof(b->took_us[0]), compare);
	printf("store, %3d at once: %7.0f appends/s, answer after p50 %.0f us, "
	       "p99 %.0f us, worst %.0f us\n",
	    window, APPENDS / took, b->took_us[APPENDS / 2],
	    b->took_us[APPENDS * 99 / 100], b->took_us[APPENDS - 1]);
}

int
main(void)
{
	static const int windows[] = { 1, 10, 100 };
	char folder[] = "bench-store-XXXXXX", path[64];
	struct bench *b = calloc(1, sizeof(*b));
	struct error err;

	if (b == NULL || mkdtemp(folder) == NULL)
		return 1;
	b->loop = loop_new();
	b->store = b->loop == NULL ? NULL : store_open(b->loop, folder, &err);
	if (b->store == NULL) {
		fprintf(stderr, "store: %s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
		measure(b, windows[i]);
	store_close(b->store);
	loop_free(b->loop);
	free(b);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder,
		    i == 0 ? "rollbackd.db" : "lock");
		(void)unlink(path);
	}
	(void)rmdir(folder);
	return 0;
}
