/*
 * http_reply.h - reads one HTTP/1.1 answer as it comes off a connection.
 *
 * No memory of its own, no copies: it says where in the caller's bytes the
 * headers and the body are.  It judges as libcurl 7.88.1 does with the options
 * of daemon/fetch, in the same words for what is wrong, so that it does not
 * matter which of the two has read an answer; where libcurl takes something
 * for an answer that is none, slot.c is told so and the two agree again.
 *
 *	http_reply_begin(&r, HTTP_GET, max_bytes);
 *	... for each recv():
 *	do {
 *		result = http_reply_read(&r, bytes, length, &take);
 *		... take.headers, take.trailer, take.body ...
 *		bytes += take.taken;
 *		length -= take.taken;
 *	} while (result == HTTP_REPLY_AGAIN);
 *
 * After HTTP_REPLY_MORE the bytes that were not taken (an unfinished head, an
 * unfinished line of the trailer; never any of the body) are to be given
 * again, at any address, with more behind them: at most HTTP_REPLY_KEEP_MAX
 * are ever left.  How an answer is cut into pieces makes no difference.
 */
#ifndef PROBE_HTTP_REPLY_H
#define PROBE_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/http_settings.h"

/* Of all heads together, those of 1xx answers and the trailer included. */
#define HTTP_REPLY_HEADERS_MAX (64 * 1024)
#define HTTP_REPLY_KEEP_MAX HTTP_REPLY_HEADERS_MAX
/* A line of the trailer without its end, as in libcurl. */
#define HTTP_REPLY_TRAILER_LINE_MAX 4093
/* Of a chunk's size; more would not fit into 63 bits. */
#define HTTP_REPLY_CHUNK_DIGITS_MAX 16
/* What stands behind the size of a chunk; libcurl has no limit. */
#define HTTP_REPLY_CHUNK_LINE_MAX (64 * 1024)
/* "Transfer-Encoding: a, b, ...", "chunked" not counted. */
#define HTTP_REPLY_ENCODINGS_MAX 5

enum http_reply_result {
	HTTP_REPLY_AGAIN, /* give the rest now: nothing need be received */
	HTTP_REPLY_MORE,  /* when more has been received */
	HTTP_REPLY_DONE,  /* the answer is complete */
	/*
	 * take.failure says how, and the target is to blame.  The
	 * connection is of no more use.
	 */
	HTTP_REPLY_WRONG,
	/*
	 * Of http_reply_end() alone: not one line came.  Where the connection
	 * had been used before, it may have been closed before the question
	 * arrived: it may be put again on a new one, once.  Otherwise it is
	 * wrong as take.failure says.
	 */
	HTTP_REPLY_NOTHING,
};

/* Read-only for the caller; plain bytes, may be moved. */
struct http_reply {
	int64_t left;         /* of the body, of the chunk or of its size */
	int64_t length;       /* Content-Length; -1: not said */
	int64_t digits;       /* the same as slot.c reads it; -1: not said */
	int64_t max_bytes;    /* of the body; 0: no limit */
	int64_t body_bytes;   /* so far, without the chunks' lines */
	uint32_t head_bytes;  /* of the lines read so far */
	uint32_t looked;      /* at bytes that are not taken yet */
	uint16_t status;      /* of the last status line; 0: none yet */
	uint8_t state;        /* enum http_reply_state, in the .c */
	uint8_t lines;        /* of this head, up to 3 */
	uint8_t chunk_digits; /* of its size */
	uint8_t encodings;    /* of the transfer */
	uint8_t version;      /* of the last status line: 10, 11 or 20 */
	bool is_head : 1;     /* the answer to HEAD has no body */
	bool is_begun : 1;    /* something came */
	bool is_closing : 1;  /* the connection ends with the answer */
	bool is_chunked : 1;
	bool has_encoding : 1; /* that is not "chunked": no length counts */
};

struct http_reply_span {
	size_t at, length; /* in the bytes given; length 0: none */
};

/* What one call found. */
struct http_reply_take {
	size_t taken;
	/* The whole head of the final answer, status line and end included. */
	struct http_reply_span headers;
	struct http_reply_span trailer; /* one line, without its end */
	struct http_reply_span body;
	/* HTTP_REPLY_WRONG, HTTP_REPLY_NOTHING: "http.protocol"; static */
	const char *failure;
	const char *words; /* what is wrong with it, for people; static */
};

/* max_bytes: of the body; 0: no limit. */
void http_reply_begin(
    struct http_reply *r, enum http_method method, int64_t max_bytes);

/*
 * Not to be called again once it said DONE or WRONG.  Bytes after
 * the end are not taken, and the connection is not to be kept then.
 */
enum http_reply_result http_reply_read(struct http_reply *r, const char *bytes,
    size_t length, struct http_reply_take *take);

enum http_reply_end {
	HTTP_REPLY_CLOSED, /* in order */
	HTTP_REPLY_RESET,  /* recv() failed */
};

/* The connection has ended while MORE was asked for: DONE, WRONG, NOTHING. */
enum http_reply_result http_reply_end(struct http_reply *r,
    enum http_reply_end how, struct http_reply_take *take);

/* After DONE: may the connection be used again? */
bool http_reply_may_be_kept(const struct http_reply *r);

/*
 * What the line says, with or without its end; 0: it is no status line.
 * libcurl finds a status also where there is none: "HTTP/x 500" is 200.
 */
int http_reply_status(const char *line, size_t length);

/*
 * Is it a Transfer-Encoding that says more than "chunked"?  Nobody asked for
 * one, and what is compressed is not to grow here; libcurl would let it.
 */
bool http_reply_encodes(const char *line, size_t length);

#endif
