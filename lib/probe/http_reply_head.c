/* Heads: of answers that are only provisional, and of the one that counts. */
#include <string.h>
#include <strings.h>

#include "probe/http_reply_impl.h"

#define PREFIX "HTTP/"

/*
 * An answer without head, as of HTTP/0.9, is known by its first bytes: nobody
 * waits for a line that may not come.
 */
static bool
may_be_status(const char *bytes, size_t length)
{
	size_t n = length < sizeof(PREFIX) - 1 ? length : sizeof(PREFIX) - 1;

	return strncasecmp(bytes, PREFIX, n) == 0;
}

static enum http_reply_result
take_status(struct http_reply *r, const struct http_reply_line *line,
    struct http_reply_take *take)
{
	int status = reply_status(line, &r->version);

	if (status == 0)
		return reply_wrong(take, "http.protocol", "no status line");
	r->status = (uint16_t)status;
	r->digits = -1;
	if (r->version != 11)
		r->is_closing = true;
	return reply_count(r, line->length, take);
}

static bool
is_provisional(const struct http_reply *r)
{
	return r->status < 200 && r->status != 101;
}

/* What the body will be. */
static enum http_reply_result
begin_body(struct http_reply *r, struct http_reply_take *take)
{
	bool has_length = r->length >= 0 && !r->is_chunked && !r->has_encoding;

	if (r->is_head && r->status == 101)
		return reply_wrong(
		    take, "http.no_answer", "another protocol instead");
	if (r->is_head || r->status == 204 || r->status == 304)
		return HTTP_REPLY_DONE;
	if (has_length && r->max_bytes > 0 && r->length > r->max_bytes)
		return reply_wrong(take, "body.too_large",
		    "announces a longer body than allowed");
	if (r->is_chunked) {
		r->state = REPLY_CHUNK_SIZE;
		r->left = 0;
		return HTTP_REPLY_AGAIN;
	}
	if (!has_length) {
		r->state = REPLY_UNTIL_END;
		r->is_closing = true;
		return HTTP_REPLY_AGAIN;
	}
	r->state = REPLY_LENGTH;
	r->left = r->length;
	return r->left == 0 ? HTTP_REPLY_DONE : HTTP_REPLY_AGAIN;
}

/* The empty line; AGAIN: another head is next, or the body. */
static enum http_reply_result
end_head(struct http_reply *r, const struct http_reply_line *line,
    struct http_reply_take *take)
{
	enum http_reply_result result = HTTP_REPLY_AGAIN;

	r->lines = 0;
	if (!is_provisional(r))
		result = begin_body(r, take);
	if (result != HTTP_REPLY_WRONG &&
	    reply_count(r, line->length, take) == HTTP_REPLY_WRONG)
		return HTTP_REPLY_WRONG;
	return result;
}

/* A line that is not complete yet. */
static enum http_reply_result
await_line(const struct http_reply *r, const char *line, size_t length,
    struct http_reply_take *take)
{
	if (r->lines == 0 && !may_be_status(line, length))
		return reply_wrong(take, "http.protocol", "no status line");
	if (r->head_bytes + length > HTTP_REPLY_HEADERS_MAX)
		return reply_wrong(
		    take, "http.header_flood", "more headers than allowed");
	return HTTP_REPLY_MORE;
}

/* Not the empty one. */
static enum http_reply_result
take_line(struct http_reply *r, const struct http_reply_line *line,
    struct http_reply_take *take)
{
	enum http_reply_result result = r->lines == 0 ?
	    take_status(r, line, take) :
	    reply_field(r, line, false, take);

	if (r->lines < 2)
		r->lines++;
	return result;
}

/* Lines up to the end of a head, or of what there is: *looked. */
static enum http_reply_result
take_lines(struct http_reply *r, const char *bytes, size_t length,
    struct http_reply_take *take, size_t *looked)
{
	enum http_reply_result result = HTTP_REPLY_AGAIN;

	while (result == HTTP_REPLY_AGAIN) {
		struct http_reply_line line = { .bytes = bytes + *looked };
		const char *end = memchr(line.bytes, '\n', length - *looked);

		if (end == NULL)
			return await_line(
			    r, line.bytes, length - *looked, take);
		line.length = (size_t)(end - line.bytes) + 1;
		*looked += line.length;
		if (r->lines > 0 &&
		    (*line.bytes == '\r' || *line.bytes == '\n'))
			return end_head(r, &line, take);
		result = take_line(r, &line, take);
	}
	return result;
}

static enum http_reply_result
take_head(struct http_reply *r, const char *bytes, size_t length,
    struct http_reply_take *take, size_t *looked)
{
	size_t begin = *looked;
	enum http_reply_result result =
	    take_lines(r, bytes, length, take, looked);

	/* Wherever it is, it came before what else was found. */
	if (memchr(bytes + begin, '\0', *looked - begin) != NULL)
		return reply_wrong(
		    take, "http.protocol", "a header with a NUL");
	return result;
}

/* Public functions */

enum http_reply_result
reply_head(struct http_reply *r, const char *bytes, size_t length,
    struct http_reply_take *take)
{
	size_t looked = r->looked;
	enum http_reply_result result;

	for (;;) {
		result = take_head(r, bytes, length, take, &looked);
		if (result == HTTP_REPLY_MORE || result == HTTP_REPLY_WRONG)
			break;
		take->headers.at = take->taken;
		take->headers.length = looked - take->taken;
		take->taken = looked;
		if (!is_provisional(r))
			return result;
	}
	take->headers.length = 0;
	r->looked = (uint32_t)(looked - take->taken);
	return result;
}
