/* Chunks, as libcurl 7.88.1 reads them, and the trailer behind them. */
#include <string.h>

#include "probe/http_reply_impl.h"

static enum http_reply_result
wrong_chunk(struct http_reply_take *take)
{
	return reply_wrong(take, "body.reset", "a malformed chunk");
}

/* -1: it is none. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static enum http_reply_result
take_size(struct http_reply *r, const char *bytes, size_t length,
    struct http_reply_take *take)
{
	for (; take->taken < length; take->taken++) {
		int digit = hex_value(bytes[take->taken]);

		if (digit < 0) {
			if (r->chunk_digits == 0 || r->left < 0)
				return wrong_chunk(take);
			r->looked = 0;
			r->state = REPLY_CHUNK_LINE;
			return HTTP_REPLY_AGAIN;
		}
		if (r->chunk_digits++ == HTTP_REPLY_CHUNK_DIGITS_MAX)
			return wrong_chunk(take);
		r->left = (int64_t)((uint64_t)r->left << 4 | (uint64_t)digit);
	}
	return HTTP_REPLY_MORE;
}

static enum http_reply_result
take_size_line(struct http_reply *r, const char *bytes, size_t length,
    struct http_reply_take *take)
{
	const char *rest = bytes + take->taken;
	const char *end = memchr(rest, '\n', length - take->taken);
	size_t n =
	    end == NULL ? length - take->taken : (size_t)(end - rest) + 1;

	take->taken += n;
	r->looked += (uint32_t)n;
	if (r->looked > HTTP_REPLY_CHUNK_LINE_MAX)
		return wrong_chunk(take);
	if (end == NULL)
		return HTTP_REPLY_MORE;
	r->state = r->left == 0 ? REPLY_TRAILER : REPLY_CHUNK_DATA;
	return HTTP_REPLY_AGAIN;
}

static enum http_reply_result
take_data(struct http_reply *r, size_t length, struct http_reply_take *take)
{
	enum http_reply_result result;

	if (take->taken == length)
		return HTTP_REPLY_MORE;
	result = reply_body(r, take->taken, length - take->taken, take);
	if (r->left == 0)
		r->state = REPLY_CHUNK_END;
	return result;
}

/* Any number of CRs is allowed. */
static enum http_reply_result
take_data_end(struct http_reply *r, const char *bytes, size_t length,
    struct http_reply_take *take)
{
	while (take->taken < length && bytes[take->taken] == '\r')
		take->taken++;
	if (take->taken == length)
		return HTTP_REPLY_MORE;
	if (bytes[take->taken] != '\n')
		return wrong_chunk(take);
	take->taken++;
	r->left = 0;
	r->chunk_digits = 0;
	r->state = REPLY_CHUNK_SIZE;
	return HTTP_REPLY_AGAIN;
}

static enum http_reply_result
take_trailer_line(struct http_reply *r, const struct http_reply_line *line,
    struct http_reply_take *take)
{
	if (line->length > HTTP_REPLY_TRAILER_LINE_MAX)
		return reply_wrong(
		    take, "body.reset", "a longer trailer than allowed");
	if (memchr(line->bytes, '\0', line->length) != NULL)
		return reply_wrong(
		    take, "http.protocol", "a trailer with a NUL");
	return reply_field(r, line, true, take);
}

static enum http_reply_result
take_trailer(struct http_reply *r, const char *bytes, size_t length,
    struct http_reply_take *take)
{
	struct http_reply_line line = { .bytes = bytes + take->taken };
	size_t left = length - take->taken;
	enum http_reply_result result;
	char end;

	while (line.length < left && line.bytes[line.length] != '\r' &&
	    line.bytes[line.length] != '\n')
		line.length++;
	if (line.length == left && left <= HTTP_REPLY_TRAILER_LINE_MAX)
		return HTTP_REPLY_MORE;
	if (line.length == left || line.length > 0) {
		result = take_trailer_line(r, &line, take);
		if (result == HTTP_REPLY_WRONG)
			return result;
		take->trailer.at = take->taken;
		take->trailer.length = line.length;
	}
	end = line.bytes[line.length];
	take->taken += line.length + 1;
	if (line.length > 0) {
		r->state = end == '\r' ? REPLY_TRAILER_LF : REPLY_TRAILER;
		return HTTP_REPLY_AGAIN;
	}
	r->state = REPLY_LAST_LF;
	return end == '\n' ? HTTP_REPLY_DONE : HTTP_REPLY_AGAIN;
}

static enum http_reply_result
take_line_feed(struct http_reply *r, const char *bytes, size_t length,
    struct http_reply_take *take)
{
	if (take->taken == length)
		return HTTP_REPLY_MORE;
	if (bytes[take->taken] != '\n')
		return wrong_chunk(take);
	take->taken++;
	if (r->state == REPLY_LAST_LF)
		return HTTP_REPLY_DONE;
	r->state = REPLY_TRAILER;
	return HTTP_REPLY_AGAIN;
}

static enum http_reply_result
take_part(struct http_reply *r, const char *bytes, size_t length,
    struct http_reply_take *take)
{
	switch ((enum http_reply_state)r->state) {
	case REPLY_CHUNK_SIZE:
		return take_size(r, bytes, length, take);
	case REPLY_CHUNK_LINE:
		return take_size_line(r, bytes, length, take);
	case REPLY_CHUNK_DATA:
		return take_data(r, length, take);
	case REPLY_CHUNK_END:
		return take_data_end(r, bytes, length, take);
	case REPLY_TRAILER:
		return take_trailer(r, bytes, length, take);
	case REPLY_TRAILER_LF:
	case REPLY_LAST_LF:
		return take_line_feed(r, bytes, length, take);
	case REPLY_HEAD:
	case REPLY_LENGTH:
	case REPLY_UNTIL_END:
		break;
	}
	return HTTP_REPLY_DONE; /* never: they are not made of parts */
}

/* Public functions */

enum http_reply_result
reply_chunks(struct http_reply *r, const char *bytes, size_t length,
    struct http_reply_take *take)
{
	enum http_reply_result result = HTTP_REPLY_AGAIN;

	/* Until there is something to be handed on. */
	while (result == HTTP_REPLY_AGAIN && take->body.length == 0 &&
	    take->trailer.length == 0)
		result = take_part(r, bytes, length, take);
	return result;
}
