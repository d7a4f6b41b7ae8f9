/* The whole of one answer. */
#include "probe/http_reply.h"

#include "probe/http_reply_impl.h"

enum http_reply_result
reply_body(struct http_reply *r, size_t at, size_t length,
    struct http_reply_take *take)
{
	size_t n = length;

	if (r->state != REPLY_UNTIL_END && (uint64_t)r->left < n)
		n = (size_t)r->left;
	if (n == 0)
		return HTTP_REPLY_AGAIN;
	r->body_bytes += (int64_t)n;
	if (r->max_bytes > 0 && r->body_bytes > r->max_bytes)
		return reply_wrong(
		    take, "body.too_large", "a longer body than allowed");
	if (r->state != REPLY_UNTIL_END)
		r->left -= (int64_t)n;
	take->body = (struct http_reply_span){ at, n };
	take->taken = at + n;
	return HTTP_REPLY_AGAIN;
}

static enum http_reply_result
take_plain_body(
    struct http_reply *r, size_t length, struct http_reply_take *take)
{
	enum http_reply_result result =
	    reply_body(r, take->taken, length - take->taken, take);

	if (result == HTTP_REPLY_WRONG)
		return result;
	return r->state == REPLY_LENGTH && r->left == 0 ? HTTP_REPLY_DONE :
							  HTTP_REPLY_MORE;
}

/* Public functions */

void
http_reply_begin(
    struct http_reply *r, enum http_method method, int64_t max_bytes)
{
	*r = (struct http_reply){
		.length = -1,
		.digits = -1,
		.max_bytes = method == HTTP_HEAD ? 0 : max_bytes,
		.is_head = method == HTTP_HEAD,
		.state = REPLY_HEAD,
	};
}

enum http_reply_result
http_reply_read(struct http_reply *r, const char *bytes, size_t length,
    struct http_reply_take *take)
{
	enum http_reply_result result = HTTP_REPLY_AGAIN;

	*take = (struct http_reply_take){ .taken = 0 };
	if (length == 0)
		return HTTP_REPLY_MORE;
	r->is_begun = true;
	if (r->state == REPLY_HEAD)
		result = reply_head(r, bytes, length, take);
	if (result == HTTP_REPLY_AGAIN)
		result = r->is_chunked ? reply_chunks(r, bytes, length, take) :
					 take_plain_body(r, length, take);
	if (result == HTTP_REPLY_AGAIN && take->taken == length)
		return HTTP_REPLY_MORE;
	/* Nobody asked for what follows. */
	if (result == HTTP_REPLY_DONE && take->taken < length)
		r->is_closing = true;
	return result;
}

enum http_reply_result
http_reply_end(
    struct http_reply *r, enum http_reply_end how, struct http_reply_take *take)
{
	bool is_reset = how == HTTP_REPLY_RESET;

	*take = (struct http_reply_take){ .taken = 0 };
	r->is_closing = true;
	if (is_reset) {
		(void)reply_wrong(take,
		    r->is_begun ? "body.reset" : "connect.reset",
		    "the connection was reset");
		return r->head_bytes == 0 ? HTTP_REPLY_NOTHING :
					    HTTP_REPLY_WRONG;
	}
	if (r->status == 101 && r->body_bytes == 0)
		return reply_wrong(
		    take, "http.no_answer", "another protocol instead");
	if (r->state == REPLY_UNTIL_END || r->state == REPLY_LAST_LF)
		return HTTP_REPLY_DONE;
	if (r->state != REPLY_HEAD)
		return reply_wrong(take, "body.truncated",
		    "the connection was closed in the body");
	if (r->lines > 0)
		return reply_wrong(take, "body.truncated",
		    "the connection was closed in the headers");
	(void)reply_wrong(take, "http.no_answer", "the connection was closed");
	return r->head_bytes == 0 ? HTTP_REPLY_NOTHING : HTTP_REPLY_WRONG;
}

bool
http_reply_may_be_kept(const struct http_reply *r)
{
	return !r->is_closing;
}
