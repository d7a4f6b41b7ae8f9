#include "daemon/step/output.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/host/files.h"
#include "executor/result.h"

/* One byte more than may be kept shows that it is too long; newlines at the
 * end do not count. */
#define CAPTURE_ROOM (RESULT_CAPTURE_MAX + 64)

struct output {
	int file;
	int64_t total_bytes;
	int64_t first_bytes; /* that went to the file at once */
	char capture[CAPTURE_ROOM + 1];
	size_t capture_length;
	bool capture_cut;
	char last[OUTPUT_LAST_MAX]; /* a ring: total_bytes says where */
};

struct output *
output_new(int file)
{
	struct output *o = calloc(1, sizeof(*o));

	if (o != NULL)
		o->file = file;
	return o;
}

void
output_free(struct output *o)
{
	free(o);
}

static void
add_to_file(struct output *o, const char *bytes, size_t length)
{
	size_t room = (size_t)(OUTPUT_FIRST_MAX - o->first_bytes);

	if (o->file < 0 || o->total_bytes != o->first_bytes)
		return;
	if (length > room)
		length = room;
	if (length > 0 && write_all(o->file, bytes, length))
		o->first_bytes += (int64_t)length;
	else if (length > 0)
		o->file = -1;
}

static void
add_to_ring(struct output *o, const char *bytes, size_t length)
{
	while (length > 0) {
		size_t at = (size_t)(o->total_bytes % OUTPUT_LAST_MAX);
		size_t n = OUTPUT_LAST_MAX - at;

		if (n > length)
			n = length;
		memcpy(o->last + at, bytes, n);
		o->total_bytes += (int64_t)n;
		bytes += n;
		length -= n;
	}
}

void
output_add(struct output *o, const char *bytes, size_t length, bool is_stdout)
{
	size_t room = CAPTURE_ROOM - o->capture_length;

	if (is_stdout) {
		size_t n = length < room ? length : room;

		memcpy(o->capture + o->capture_length, bytes, n);
		o->capture_length += n;
		o->capture_cut = o->capture_cut || length > room;
	}
	add_to_file(o, bytes, length);
	add_to_ring(o, bytes, length);
}

int64_t
output_total_bytes(const struct output *o)
{
	return o->total_bytes;
}

/* The last so many bytes as up to two pieces. */
static void
last_bytes(const struct output *o, size_t want, const char *pieces[2],
    size_t lengths[2])
{
	size_t end = (size_t)(o->total_bytes % OUTPUT_LAST_MAX);

	lengths[0] = want > end ? want - end : 0;
	pieces[0] = o->last + OUTPUT_LAST_MAX - lengths[0];
	lengths[1] = want - lengths[0];
	pieces[1] = o->last + end - lengths[1];
}

void
output_finish(struct output *o)
{
	int64_t rest = o->total_bytes - o->first_bytes;
	const char *pieces[2];
	size_t lengths[2];
	struct text gap = text_new(128);

	if (o->file < 0 || rest == 0)
		return;
	if (rest > OUTPUT_LAST_MAX) {
		text_addf(&gap, "\n[%lld bytes left out]\n",
		    (long long)(rest - OUTPUT_LAST_MAX));
		rest = OUTPUT_LAST_MAX;
	}
	last_bytes(o, (size_t)rest, pieces, lengths);
	/* For people who look closer: nothing depends on it. */
	(void)(write_all(o->file, text_str(&gap), gap.length) &&
	    write_all(o->file, pieces[0], lengths[0]) &&
	    write_all(o->file, pieces[1], lengths[1]));
	text_free(&gap);
	o->file = -1;
}

static void
add_lines(struct text *t, const char *bytes, size_t length)
{
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t n = end == NULL ? length : (size_t)(end - bytes);

		text_add_escaped(t, bytes, n);
		if (end == NULL)
			return;
		text_add_char(t, '\n');
		bytes += n + 1;
		length -= n + 1;
	}
}

size_t
output_start(const struct output *o, const char **bytes)
{
	*bytes = o->capture;
	return o->capture_length;
}

void
output_tail(const struct output *o, struct text *tail)
{
	size_t want = RESULT_TAIL_MAX;
	const char *pieces[2];
	size_t lengths[2];
	char bytes[RESULT_TAIL_MAX];

	if (o->total_bytes < RESULT_TAIL_MAX)
		want = (size_t)o->total_bytes;
	last_bytes(o, want, pieces, lengths);
	memcpy(bytes, pieces[0], lengths[0]);
	memcpy(bytes + lengths[0], pieces[1], lengths[1]);
	add_lines(tail, bytes, want);
}

const char *
output_capture(struct output *o, struct error *err)
{
	size_t length = o->capture_length;

	while (length > 0 && o->capture[length - 1] == '\n')
		length--;
	if (o->capture_cut || length > RESULT_CAPTURE_MAX) {
		(void)error_set(err,
		    "its output is longer than the %d bytes that can be "
		    "captured",
		    RESULT_CAPTURE_MAX);
		return NULL;
	}
	if (!capture_is_valid(o->capture, length)) {
		(void)error_set(err,
		    "its output cannot be captured: it is not one line of "
		    "UTF-8 without control characters");
		return NULL;
	}
	o->capture[length] = '\0';
	return o->capture;
}
