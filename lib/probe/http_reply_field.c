/* The fields of a head that say how long the answer is and what follows. */
#include <string.h>
#include <strings.h>

#include "probe/http_reply_impl.h"

struct name {
	const char *bytes; /* in small letters, with its colon */
	size_t length;
};

#define NAME(text)                     \
	{                              \
		text ":", sizeof(text) \
	}

static const struct name content_length = NAME("content-length");
static const struct name transfer_encoding = NAME("transfer-encoding");
static const struct name connection = NAME("connection");

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_space(char c)
{
	return is_blank(c) || (c >= '\n' && c <= '\r');
}

static bool
is_named(const struct http_reply_line *line, const struct name *name)
{
	return line->length >= name->length &&
	    strncasecmp(line->bytes, name->bytes, name->length) == 0;
}

/* Content-Length */

/* As slot.c does: two that differ are worth nothing, however they look. */
static bool
contradicts(struct http_reply *r, const struct http_reply_line *line)
{
	int64_t value = 0;

	if (!is_named(line, &content_length))
		return false;
	for (size_t i = content_length.length; i < line->length; i++)
		if (line->bytes[i] >= '0' && line->bytes[i] <= '9' &&
		    value < INT64_MAX / 10 - 1)
			value = value * 10 + (line->bytes[i] - '0');
	if (r->digits >= 0 && r->digits != value)
		return true;
	r->digits = value;
	return false;
}

/* -1: there is no number, -2: it is out of range. */
static int64_t
read_length(const char *at, const char *end)
{
	const char *first;
	int64_t value = 0;

	while (at < end && is_blank(*at))
		at++;
	if (at < end && *at == '+')
		at++;
	for (first = at; at < end && *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *at - '0', &value))
			return -2;
	return at == first ? -1 : value;
}

static enum http_reply_result
take_length(struct http_reply *r, const struct http_reply_line *line,
    struct http_reply_take *take)
{
	int64_t length = read_length(
	    line->bytes + content_length.length, line->bytes + line->length);

	if (length == -1)
		return reply_wrong(
		    take, "http.protocol", "a Content-Length without number");
	if (length == -2 && r->max_bytes > 0)
		return reply_wrong(
		    take, "body.too_large", "a Content-Length out of range");
	if (length == -2)
		r->is_closing = true;
	else
		r->length = length;
	return HTTP_REPLY_AGAIN;
}

/* Connection */

/* Anywhere in the value, up to the first line end of any kind. */
static bool
has_word(const struct http_reply_line *line, size_t at, const struct name *word)
{
	const char *start = line->bytes + at;
	const char *end = line->bytes + line->length, *stop;

	while (start < end && is_space(*start))
		start++;
	stop = memchr(start, '\r', (size_t)(end - start));
	if (stop == NULL)
		stop = memchr(start, '\n', (size_t)(end - start));
	if (stop == NULL)
		stop = end;
	for (; (size_t)(stop - start) >= word->length; start++)
		if ((*start | 0x20) == word->bytes[0] &&
		    strncasecmp(start, word->bytes, word->length) == 0)
			return true;
	return false;
}

static void
take_connection(struct http_reply *r, const struct http_reply_line *line)
{
	static const struct name keep_alive = { "keep-alive", 10 };
	static const struct name close = { "close", 5 };

	if (r->version == 10 && has_word(line, connection.length, &keep_alive))
		r->is_closing = false;
	else if (has_word(line, connection.length, &close))
		r->is_closing = true;
}

/* Transfer-Encoding */

static bool
is_any_of(const char *word, size_t length, const char *const *known)
{
	for (; *known != NULL; known++)
		if (strlen(*known) == length &&
		    strncasecmp(word, *known, length) == 0)
			return true;
	return false;
}

struct encodings {
	unsigned count; /* "chunked" is none of them */
	bool is_chunked;
	bool has_other; /* than those that change nothing */
};

static void
add_encoding(struct encodings *e, const char *word, size_t length)
{
	static const char *const chunked[] = { "chunked", NULL };
	static const char *const plain[] = { "identity", "none", NULL };

	if (length == 0)
		return;
	if (is_any_of(word, length, chunked)) {
		e->is_chunked = true;
		return;
	}
	e->count++;
	if (!is_any_of(word, length, plain))
		e->has_other = true;
}

static struct encodings
read_encodings(const char *at, const char *end)
{
	struct encodings e = { .count = 0 };

	while (at < end) {
		const char *word;
		size_t length = 0;

		while (at < end && (is_blank(*at) || *at == ','))
			at++;
		for (word = at; at < end && *at != ','; at++)
			if (!is_space(*at))
				length = (size_t)(at - word) + 1;
		add_encoding(&e, word, length);
	}
	return e;
}

static enum http_reply_result
take_encodings(struct http_reply *r, const struct http_reply_line *line,
    struct http_reply_take *take)
{
	struct encodings e = read_encodings(
	    line->bytes + transfer_encoding.length, line->bytes + line->length);
	unsigned left = HTTP_REPLY_ENCODINGS_MAX - r->encodings;

	if (e.has_other && !r->is_head)
		return reply_wrong(take, "http.protocol",
		    "an encoding for the transfer that was not asked for");
	if (e.count > left)
		return reply_wrong(take, "http.protocol",
		    "more transfer encodings than allowed");
	r->encodings = (uint8_t)(r->encodings + e.count);
	r->is_chunked |= e.is_chunked;
	/* Then no length counts, and nothing but the end ends the body. */
	if (!r->is_chunked)
		r->has_encoding = r->is_closing = true;
	return HTTP_REPLY_AGAIN;
}

static bool
is_bodyless(const struct http_reply *r)
{
	return r->status < 200 || r->status == 204 || r->status == 304;
}

static enum http_reply_result
take_field(struct http_reply *r, const struct http_reply_line *line,
    struct http_reply_take *take)
{
	switch (line->bytes[0] | 0x20) {
	case 'c':
		if (is_named(line, &content_length) && !is_bodyless(r))
			return take_length(r, line, take);
		if (is_named(line, &connection))
			take_connection(r, line);
		return HTTP_REPLY_AGAIN;
	case 't':
		if (is_named(line, &transfer_encoding) && !is_bodyless(r))
			return take_encodings(r, line, take);
		return HTTP_REPLY_AGAIN;
	default:
		return HTTP_REPLY_AGAIN;
	}
}

/*
 * A line that begins with a blank continues the one before it.  Any other has
 * a name that ends before the line does.
 */
static bool
is_well_formed(const struct http_reply *r, const struct http_reply_line *line,
    bool is_trailer)
{
	if (is_blank(line->bytes[0]))
		return is_trailer || r->lines > 1;
	for (size_t i = 0; i < line->length && line->bytes[i] != '\r'; i++)
		if (line->bytes[i] == ':')
			return true;
	return false;
}

/* Public functions */

bool
http_reply_encodes(const char *line, size_t length)
{
	struct http_reply_line l = { line, length };

	return is_named(&l, &transfer_encoding) &&
	    read_encodings(line + transfer_encoding.length, line + length)
		.has_other;
}

enum http_reply_result
reply_count(struct http_reply *r, size_t length, struct http_reply_take *take)
{
	r->head_bytes += (uint32_t)length;
	if (r->head_bytes > HTTP_REPLY_HEADERS_MAX)
		return reply_wrong(
		    take, "http.header_flood", "more headers than allowed");
	return HTTP_REPLY_AGAIN;
}

enum http_reply_result
reply_field(struct http_reply *r, const struct http_reply_line *line,
    bool is_trailer, struct http_reply_take *take)
{
	enum http_reply_result result = HTTP_REPLY_AGAIN;

	if (!is_well_formed(r, line, is_trailer))
		return reply_wrong(
		    take, "http.protocol", "a header without name");
	if (!is_trailer)
		result = take_field(r, line, take);
	if (result == HTTP_REPLY_AGAIN)
		result =
		    reply_count(r, line->length + (is_trailer ? 2 : 0), take);
	if (result == HTTP_REPLY_AGAIN && contradicts(r, line))
		result = reply_wrong(
		    take, "http.protocol", "two different Content-Lengths");
	return result;
}
