/*
 * Status lines, as libcurl 7.88.1 reads them: it is scanf() that does, so that
 * blanks are allowed in odd places.
 */
#include <string.h>

#include "probe/http_reply_impl.h"

#define STATUS_MIN 100
#define STATUS_DIGITS 3

struct scan {
	const char *at, *end;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
skip_blanks(struct scan *s)
{
	while (s->at < s->end &&
	    (*s->at == ' ' || (*s->at >= '\t' && *s->at <= '\r')))
		s->at++;
}

/* One digit; -1: there is none. */
static int
scan_digit(struct scan *s)
{
	skip_blanks(s);
	if (s->at == s->end || !is_digit(*s->at))
		return -1;
	return *s->at++ - '0';
}

/* Three digits and not a fourth. */
static int
scan_status(struct scan *s)
{
	int status = 0;

	skip_blanks(s);
	for (unsigned i = 0; i < STATUS_DIGITS; i++) {
		if (s->at == s->end || !is_digit(*s->at))
			return 0;
		status = status * 10 + (*s->at++ - '0');
	}
	if (status < STATUS_MIN || (s->at < s->end && is_digit(*s->at)))
		return 0;
	return status;
}

static bool
skip(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

/* "1.1 200"; HTTP/2 has a word of its own: "2 200". */
static int
scan_version(struct scan *s, uint8_t *version)
{
	const char *first = s->at;
	int major = scan_digit(s), minor;

	if (major < 0)
		return 0;
	if (!skip(s, '.')) {
		*version = 20;
		return *first == '2' ? scan_status(s) : 0;
	}
	minor = scan_digit(s);
	if (minor < 0 || !skip(s, ' '))
		return 0;
	*version = (uint8_t)(10 * major + minor);
	if (*version != 10 && *version != 11 && *version != 20)
		return 0;
	return scan_status(s);
}

/* Public functions */

int
reply_status(const struct http_reply_line *line, uint8_t *version)
{
	struct scan s = { line->bytes, line->bytes + line->length };

	if (line->length < 5 || memcmp(line->bytes, "HTTP/", 5) != 0)
		return 0;
	s.at += 5;
	return scan_version(&s, version);
}

int
http_reply_status(const char *line, size_t length)
{
	struct http_reply_line l = { line, length };
	uint8_t version;

	return reply_status(&l, &version);
}
