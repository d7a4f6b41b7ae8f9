#include "daemon/recorder_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/recorder_disk.h"

/* In the ring beside lines, which never begin so. */
#define ORDER_OPEN '\1'
#define ORDER_ROTATE '\2'
#define CHUNK_BYTES ((size_t)256 * 1024)

struct recorder_file {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;

	/* Under the mutex. */
	char *ring;
	size_t head, held; /* head: where the oldest byte is */
	size_t behind;     /* of those, up to the newest order */
	bool is_waiting;
	bool is_stopping;
	bool is_busy;
	char path[RECORDER_PATH_MAX]; /* of the newest order; "": nowhere */
	unsigned keep;
	size_t size;   /* of the file of the newest order */
	uint64_t lost; /* lines that could not be written */
	struct error trouble;

	/* The thread's own. */
	struct recorder_disk disk;
	char chunk[CHUNK_BYTES];
};

static void
put(struct recorder_file *f, const char *bytes, size_t length)
{
	size_t at = (f->head + f->held) % RECORDER_RING_BYTES;
	size_t first = RECORDER_RING_BYTES - at;

	if (first > length)
		first = length;
	memcpy(f->ring + at, bytes, first);
	memcpy(f->ring, bytes + first, length - first);
	f->held += length;
	if (f->is_waiting)
		(void)pthread_cond_signal(&f->wake);
}

/* At most up to the next order, and never part of a line. */
static size_t
cut(const char *chunk, size_t length)
{
	size_t at = 0;

	if (chunk[0] == ORDER_OPEN || chunk[0] == ORDER_ROTATE)
		return 1;
	while (at < length) {
		const char *newline = memchr(chunk + at, '\n', length - at);

		if (newline == NULL)
			break;
		at = (size_t)(newline - chunk) + 1;
		if (at < length &&
		    (chunk[at] == ORDER_OPEN || chunk[at] == ORDER_ROTATE))
			break;
	}
	return at;
}

/* Waits for something to do; 0: the end. */
static size_t
take(struct recorder_file *f)
{
	size_t length, first;

	(void)pthread_mutex_lock(&f->mutex);
	f->is_busy = false;
	while (f->held == 0 && !f->is_stopping) {
		f->is_waiting = true;
		(void)pthread_cond_wait(&f->wake, &f->mutex);
		f->is_waiting = false;
	}
	length = f->held < CHUNK_BYTES ? f->held : CHUNK_BYTES;
	first = RECORDER_RING_BYTES - f->head;
	if (first > length)
		first = length;
	memcpy(f->chunk, f->ring + f->head, first);
	memcpy(f->chunk + first, f->ring, length - first);
	if (length > 0)
		length = cut(f->chunk, length);
	f->head = (f->head + length) % RECORDER_RING_BYTES;
	f->held -= length;
	f->behind -= length < f->behind ? length : f->behind;
	f->is_busy = length > 0;
	(void)pthread_mutex_unlock(&f->mutex);
	return length;
}

static uint64_t
count_lines(const char *bytes, size_t length)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < length; i++)
		lines += bytes[i] == '\n';
	return lines;
}

static void
follow(struct recorder_file *f, char order)
{
	char path[RECORDER_PATH_MAX];
	unsigned keep;

	(void)pthread_mutex_lock(&f->mutex);
	memcpy(path, f->path, sizeof(path));
	keep = f->keep;
	(void)pthread_mutex_unlock(&f->mutex);
	if (order == ORDER_OPEN)
		recorder_disk_open(&f->disk, path, keep);
	else
		recorder_disk_rotate(&f->disk);
}

static void
note(struct recorder_file *f, uint64_t lost, const struct error *why)
{
	(void)pthread_mutex_lock(&f->mutex);
	if (f->behind == 0)
		f->size = recorder_disk_size(&f->disk);
	f->lost += lost;
	f->trouble = *why;
	(void)pthread_mutex_unlock(&f->mutex);
}

static void *
run(void *arg)
{
	struct recorder_file *f = arg;
	size_t length;

	while ((length = take(f)) > 0) {
		struct error why = { "" };
		uint64_t lost = 0;

		if (f->chunk[0] == ORDER_OPEN || f->chunk[0] == ORDER_ROTATE)
			follow(f, f->chunk[0]);
		else if (!recorder_disk_write(&f->disk, f->chunk, length, &why))
			lost = count_lines(f->chunk, length);
		note(f, lost, &why);
	}
	recorder_disk_close(&f->disk);
	return NULL;
}

static bool
start(struct recorder_file *f)
{
	sigset_t all, before;
	int result;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	result = pthread_create(&f->thread, NULL, run, f);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result == 0;
}

struct recorder_file *
recorder_file_new(struct error *err)
{
	struct recorder_file *f = calloc(1, sizeof(*f));

	if (f != NULL)
		f->ring = malloc(RECORDER_RING_BYTES);
	if (f == NULL || f->ring == NULL) {
		free(f);
		(void)error_set(err, "no memory for a recording");
		return NULL;
	}
	f->disk.fd = -1;
	(void)pthread_mutex_init(&f->mutex, NULL);
	(void)pthread_cond_init(&f->wake, NULL);
	if (start(f))
		return f;
	(void)pthread_cond_destroy(&f->wake);
	(void)pthread_mutex_destroy(&f->mutex);
	free(f->ring);
	free(f);
	(void)error_set(err, "no thread for a recording");
	return NULL;
}

void
recorder_file_free(struct recorder_file *f)
{
	if (f == NULL)
		return;
	(void)pthread_mutex_lock(&f->mutex);
	f->is_stopping = true;
	(void)pthread_cond_signal(&f->wake);
	(void)pthread_mutex_unlock(&f->mutex);
	(void)pthread_join(f->thread, NULL);
	(void)pthread_cond_destroy(&f->wake);
	(void)pthread_mutex_destroy(&f->mutex);
	free(f->ring);
	free(f);
}

/* Room is always left for these. */
static void
order(struct recorder_file *f, char what)
{
	put(f, &what, 1);
	f->behind = f->held;
	f->size = 0;
}

void
recorder_file_open(struct recorder_file *f, const char *path, unsigned keep)
{
	(void)pthread_mutex_lock(&f->mutex);
	(void)snprintf(
	    f->path, sizeof(f->path), "%s", path == NULL ? "" : path);
	f->keep = keep;
	f->trouble.text[0] = '\0';
	if (f->held < RECORDER_RING_BYTES)
		order(f, ORDER_OPEN);
	(void)pthread_mutex_unlock(&f->mutex);
}

bool
recorder_file_rotate(struct recorder_file *f)
{
	bool ok;

	(void)pthread_mutex_lock(&f->mutex);
	ok = f->held < RECORDER_RING_BYTES - 1;
	if (ok)
		order(f, ORDER_ROTATE);
	(void)pthread_mutex_unlock(&f->mutex);
	return ok;
}

bool
recorder_file_give(struct recorder_file *f, const char *lines, size_t length)
{
	bool ok;

	(void)pthread_mutex_lock(&f->mutex);
	ok = length < RECORDER_RING_BYTES - 2 - f->held;
	if (ok)
		put(f, lines, length);
	(void)pthread_mutex_unlock(&f->mutex);
	return ok;
}

size_t
recorder_file_size(struct recorder_file *f)
{
	size_t size;

	(void)pthread_mutex_lock(&f->mutex);
	size = f->size + f->held - f->behind;
	(void)pthread_mutex_unlock(&f->mutex);
	return size;
}

uint64_t
recorder_file_lost(struct recorder_file *f, struct error *trouble)
{
	uint64_t lost;

	(void)pthread_mutex_lock(&f->mutex);
	lost = f->lost;
	*trouble = f->trouble;
	(void)pthread_mutex_unlock(&f->mutex);
	return lost;
}

bool
recorder_file_is_idle(struct recorder_file *f)
{
	bool idle;

	(void)pthread_mutex_lock(&f->mutex);
	idle = f->held == 0 && !f->is_busy;
	(void)pthread_mutex_unlock(&f->mutex);
	return idle;
}
