/*
 * http_reply_impl.h - what the files of http_reply share; for nobody else.
 *
 *   http_reply.c         the answer and its end
 *   http_reply_head.c    its heads, line by line
 *   http_reply_field.c   the fields that say how long it is
 *   http_reply_status.c  the first line
 *   http_reply_chunk.c   chunks and their trailer
 */
#ifndef PROBE_HTTP_REPLY_IMPL_H
#define PROBE_HTTP_REPLY_IMPL_H

#include "probe/http_reply.h"

enum http_reply_state {
	REPLY_HEAD,
	REPLY_LENGTH,     /* left bytes of body */
	REPLY_UNTIL_END,  /* of the connection */
	REPLY_CHUNK_SIZE, /* its digits; they add up in left */
	REPLY_CHUNK_LINE, /* what stands behind them */
	REPLY_CHUNK_DATA, /* left bytes of it */
	REPLY_CHUNK_END,  /* the line end behind them */
	REPLY_TRAILER,    /* at the beginning of a line of it */
	REPLY_TRAILER_LF, /* its CR was there */
	REPLY_LAST_LF,    /* the CR of the last empty line was there */
};

struct http_reply_line {
	const char *bytes;
	size_t length; /* with its LF, in heads; without its end, in trailers */
};

static inline enum http_reply_result
reply_wrong(
    struct http_reply_take *take, const char *failure, const char *words)
{
	take->failure = failure;
	take->words = words;
	return HTTP_REPLY_WRONG;
}

/* Into *version 10, 11 or 20.  The status; 0: it is no status line. */
int reply_status(const struct http_reply_line *line, uint8_t *version);

/*
 * A header, or one of the trailer (is_trailer).  HTTP_REPLY_AGAIN: it was
 * understood, or is of no concern.
 */
enum http_reply_result reply_field(struct http_reply *r,
    const struct http_reply_line *line, bool is_trailer,
    struct http_reply_take *take);

/* A line more, its end included. */
enum http_reply_result reply_count(
    struct http_reply *r, size_t length, struct http_reply_take *take);

/* HTTP_REPLY_AGAIN: the body is next. */
enum http_reply_result reply_head(struct http_reply *r, const char *bytes,
    size_t length, struct http_reply_take *take);

/* No more of the body than there is left. */
enum http_reply_result reply_body(struct http_reply *r, size_t at,
    size_t length, struct http_reply_take *take);
enum http_reply_result reply_chunks(struct http_reply *r, const char *bytes,
    size_t length, struct http_reply_take *take);

#endif
