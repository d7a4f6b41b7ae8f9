/* The same as a file, every few seconds, written by the store's thread. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/survey.h"

#define EVERY_MS 15000
#define FILE_MODE 0644

struct metrics_file {
	struct monitor *m;
	struct loop_timer *timer;
	struct text page;
	char path[PATH_MAX];
	bool is_busy;    /* a survey is on, or the thread has page and path */
	bool is_failing; /* and that was said */
	int trouble;     /* errno */
};

static bool
write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

/* Whoever reads it sees one page or the next: it need not outlive a crash. */
static bool
write_page(struct metrics_file *f, const char *temporary)
{
	int fd = open(temporary,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	bool ok;

	if (fd < 0)
		return false;
	/* Whatever our umask: somebody else is to read it. */
	ok = fchmod(fd, FILE_MODE) == 0 &&
	    write_all(fd, text_str(&f->page), f->page.length);
	ok = close(fd) == 0 && ok;
	return ok && rename(temporary, f->path) == 0;
}

/* On the store's thread. */
static bool
work(void *arg)
{
	struct metrics_file *f = arg;
	char temporary[PATH_MAX + 8];

	(void)snprintf(temporary, sizeof(temporary), "%s.tmp", f->path);
	if (write_page(f, temporary))
		return true;
	f->trouble = errno;
	(void)unlink(temporary); /* may not be there */
	return false;
}

static void
on_written(void *arg, bool ok)
{
	struct metrics_file *f = arg;

	f->is_busy = false;
	if (!ok && !f->is_failing)
		log_warning("metrics_file %s cannot be written: %s", f->path,
		    strerror(f->trouble));
	if (ok && f->is_failing)
		log_notice("metrics_file %s is written again", f->path);
	f->is_failing = !ok;
}

static bool
on_survey(void *arg, const struct text *survey)
{
	struct metrics_file *f = arg;

	f->is_busy = false;
	if (survey == NULL)
		return true; /* memory is short: the next one, perhaps */
	text_clear(&f->page);
	text_add_bytes(&f->page, text_str(survey), survey->length);
	if (!text_ok(&f->page))
		return true;
	/* Its thread does no work then, and that is just what is to be told. */
	if (store_state(f->m->store) == STORE_FAILED) {
		on_written(f, work(f));
		return true;
	}
	f->is_busy = true;
	store_run(f->m->store, work, on_written, f);
	return true;
}

static void
on_time(void *arg)
{
	struct metrics_file *f = arg;
	const struct generation *g = f->m->generation;
	const char *path = g == NULL ? NULL : g->config->metrics_file;

	loop_timer_start(f->timer, EVERY_MS);
	if (path == NULL || f->is_busy || strlen(path) >= sizeof(f->path))
		return;
	(void)snprintf(f->path, sizeof(f->path), "%s", path);
	f->is_busy = true;
	surveys_order(f->m->surveys, SURVEY_METRICS, on_survey, f);
}

struct metrics_file *
metrics_file_new(struct monitor *m)
{
	struct metrics_file *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->m = m;
	f->page = text_new(METRICS_MAX_BYTES);
	f->timer = loop_timer_new(m->loop, on_time, f);
	if (f->timer == NULL) {
		metrics_file_free(f);
		return NULL;
	}
	loop_timer_start(f->timer, 0);
	return f;
}

void
metrics_file_free(struct metrics_file *f)
{
	if (f == NULL)
		return;
	text_free(&f->page);
	loop_timer_free(f->timer);
	free(f);
}
