#include "daemon/ctl/backtest_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES ((size_t)1024 * 1024)
#define BUFFER_BYTES (READ_BYTES + RECORDING_LINE_MAX_BYTES + 1)

struct reading {
	const char *file;
	size_t line;
	char *buffer;
	size_t held;
	lines_take *take;
	void *arg;
	struct error *cut;
	struct error *err;
};

static bool
is_blank(const char *bytes, size_t length)
{
	while (length > 0 && (*bytes == ' ' || *bytes == '\r')) {
		bytes++;
		length--;
	}
	return length == 0;
}

static enum lines_end
wrong(struct reading *r, const char *why)
{
	(void)error_set(r->err, "%s:%zu: %s", r->file, r->line, why);
	return LINES_WRONG;
}

static enum lines_end
give(struct reading *r, const char *bytes, size_t length)
{
	struct error why = { "" };

	r->line++;
	if (length > RECORDING_LINE_MAX_BYTES)
		return wrong(r, "longer than 65536 bytes: is it a recording?");
	if (is_blank(bytes, length) || r->take(r->arg, bytes, length, &why))
		return LINES_DONE;
	return wrong(r, why.text);
}

/* All whole lines that are in the buffer. */
static enum lines_end
give_lines(struct reading *r)
{
	char *at = r->buffer, *end = r->buffer + r->held, *newline;
	enum lines_end outcome = LINES_DONE;

	while (outcome == LINES_DONE &&
	    (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		outcome = give(r, at, (size_t)(newline - at));
		at = newline + 1;
	}
	r->held = (size_t)(end - at);
	memmove(r->buffer, at, r->held);
	if (outcome == LINES_DONE && r->held > RECORDING_LINE_MAX_BYTES)
		return give(r, r->buffer, r->held);
	return outcome;
}

/* What ends without a newline may be whole: only then does it count. */
static void
give_rest(struct reading *r)
{
	struct error why;

	r->line++;
	if (is_blank(r->buffer, r->held) ||
	    r->take(r->arg, r->buffer, r->held, &why))
		return;
	(void)error_set(r->cut,
	    "%s:%zu: the last line is cut off, and left out", r->file, r->line);
}

static enum lines_end
read_file(struct reading *r, int fd)
{
	enum lines_end outcome = LINES_DONE;

	r->held = 0;
	r->line = 0;
	while (outcome == LINES_DONE) {
		ssize_t n = read(fd, r->buffer + r->held, READ_BYTES);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			(void)error_set(
			    r->err, "%s: %s", r->file, strerror(errno));
			return LINES_UNREADABLE;
		}
		if (n == 0)
			break;
		r->held += (size_t)n;
		outcome = give_lines(r);
	}
	if (outcome == LINES_DONE && r->held > 0)
		give_rest(r);
	return outcome;
}

static enum lines_end
open_and_read(struct reading *r)
{
	bool is_stdin = strcmp(r->file, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(r->file, O_RDONLY | O_CLOEXEC);
	enum lines_end outcome;

	if (fd < 0) {
		(void)error_set(r->err, "%s: %s", r->file, strerror(errno));
		return LINES_UNREADABLE;
	}
	outcome = read_file(r, fd);
	if (!is_stdin)
		(void)close(fd); /* read-only */
	return outcome;
}

enum lines_end
lines_read(const char *const *files, size_t count, lines_take *take, void *arg,
    struct error *cut, struct error *err)
{
	struct reading r = { .take = take, .arg = arg, .cut = cut, .err = err };
	enum lines_end outcome = LINES_DONE;

	cut->text[0] = '\0';
	r.buffer = malloc(BUFFER_BYTES);
	if (r.buffer == NULL) {
		(void)error_set(err, "memory is short");
		return LINES_UNREADABLE;
	}
	for (size_t i = 0; i < count && outcome == LINES_DONE; i++) {
		r.file = files[i];
		outcome = open_and_read(&r);
	}
	free(r.buffer);
	return outcome;
}

/* One line, of all that are to be sorted. */
struct kept {
	int64_t at_ms;
	size_t start;
	size_t length;
	size_t number;
};

struct sorting {
	char *bytes;
	size_t used, size;
	struct kept *lines;
	size_t count, room;
	struct recording_line line;
};

static bool
make_room(struct sorting *s, size_t length, struct error *err)
{
	if (s->used + length > BACKTEST_SORT_MAX_BYTES)
		return error_set(
		    err, "more than 2 GiB cannot be sorted: sort it before");
	if (s->used + length > s->size) {
		size_t size = 2 * (s->used + length);
		char *bytes = realloc(s->bytes, size);

		if (bytes == NULL)
			return error_set(err, "memory is short");
		s->bytes = bytes;
		s->size = size;
	}
	if (s->count == s->room) {
		size_t room = 2 * s->room + 1024;
		struct kept *lines =
		    reallocarray(s->lines, room, sizeof(*lines));

		if (lines == NULL)
			return error_set(err, "memory is short");
		s->lines = lines;
		s->room = room;
	}
	return true;
}

static bool
keep(void *arg, const char *bytes, size_t length, struct error *err)
{
	struct sorting *s = arg;

	if (!recording_read(bytes, length, &s->line, err) ||
	    !make_room(s, length, err))
		return false;
	s->lines[s->count] = (struct kept){ .at_ms = s->line.sample.now_ms,
		.start = s->used,
		.length = length,
		.number = s->count };
	recording_end(&s->line);
	memcpy(s->bytes + s->used, bytes, length);
	s->used += length;
	s->count++;
	return true;
}

static int
compare_kept(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

enum lines_end
lines_sorted(const char *const *files, size_t count, lines_take *take,
    void *arg, struct error *cut, struct error *err)
{
	struct sorting *s = calloc(1, sizeof(*s));
	enum lines_end outcome;
	struct error why = { "" };

	if (s == NULL) {
		(void)error_set(err, "memory is short");
		return LINES_UNREADABLE;
	}
	outcome = lines_read(files, count, keep, s, cut, err);
	if (outcome == LINES_DONE && s->count > 0)
		qsort(s->lines, s->count, sizeof(*s->lines), compare_kept);
	for (size_t i = 0; outcome == LINES_DONE && i < s->count; i++) {
		const struct kept *k = &s->lines[i];

		if (take(arg, s->bytes + k->start, k->length, &why))
			continue;
		(void)error_set(err, "line %zu: %s", k->number + 1, why.text);
		outcome = LINES_WRONG;
	}
	free(s->bytes);
	free(s->lines);
	free(s);
	return outcome;
}
