/* Pieces to lines, and what each line is. */
#include <string.h>

#include "base/utf8.h"
#include "probe/promtext_impl.h"

static bool
check_bytes(struct promtext *p, const char *line, size_t length)
{
	/* Strings of OpenMetrics may have one, says its specification. */
	if (!(p->is_strict && promtext_is_open(p)) &&
	    memchr(line, '\0', length) != NULL)
		return promtext_fail(p, "there is a NUL byte");
	if (p->lines == 1 && length >= 3 &&
	    memcmp(line, "\xef\xbb\xbf", 3) == 0)
		return promtext_fail(
		    p, "the page begins with a byte order mark");
	if (!utf8_is_valid(line, length))
		return promtext_fail(p, "there are bytes that are not UTF-8");
	return true;
}

static bool
read_sample(struct promtext *p, struct cursor *c)
{
	if (!promtext_scan_sample(p, c))
		return false;
	p->saw_sample = true;
	if (p->strict != NULL && !promtext_strict_sample(p))
		return false;
	return promtext_keep(p);
}

static __attribute__((noinline)) bool
refuse_line(struct promtext *p)
{
	return p->has_ended ?
	    promtext_fail(p, "something follows # EOF") :
	    promtext_fail(
		p, "the line is longer than %zu bytes", p->limits.line_bytes);
}

/* *end is a line feed; is_cut: the page does not have it. */
static inline __attribute__((always_inline)) bool
read_line(struct promtext *p, const char *line, const char *end, bool is_cut)
{
	struct cursor c = { line, end, p->safe };
	size_t length = (size_t)(end - line);

	p->lines++;
	if (p->has_ended || length > p->limits.line_bytes)
		return refuse_line(p);
	if (p->is_dirty && !check_bytes(p, line, length))
		return false;
	if (*c.at == '#')
		return promtext_comment(p, &c);
	if (!promtext_is_open(p)) {
		promtext_skip_blanks(&c);
		if (c.at == end)
			return true;
		if (*c.at == '#')
			return promtext_comment(p, &c);
	}
	if (p->may_skip && p->saw_sample && !is_cut && promtext_can_skip(p, c))
		return true;
	return read_sample(p, &c);
}

/* The beginning of a line, or more of it. */
static bool
carry(struct promtext *p, const char *bytes, size_t length)
{
	if (length == 0)
		return true;
	if (p->has_ended) {
		p->lines++;
		return promtext_fail(p, "something follows # EOF");
	}
	if (length > p->limits.line_bytes - p->carried) {
		p->lines++;
		return promtext_fail(p, "the line is longer than %zu bytes",
		    p->limits.line_bytes);
	}
	memcpy(p->carry + p->carried, bytes, length);
	p->carried += length;
	return true;
}

static bool
read_carried(struct promtext *p, bool is_cut)
{
	const char *end = p->carry + p->carried;

	p->carry[p->carried] = '\n';
	p->carried = 0;
	p->safe = end; /* there is a block behind each end */
	promtext_forget_lines(p);
	if (!read_line(p, p->carry, end, is_cut))
		return false;
	promtext_forget_lines(p); /* it will be overwritten */
	return true;
}

static bool
is_dirty(const char *bytes, const char *end)
{
	bool dirty = false;

	for (; bytes < end; bytes++)
		dirty |= *bytes == '\0' || ((unsigned char)*bytes & 0x80) != 0;
	return dirty;
}

/* Whole lines and the beginning of another; the end of it is to be carried. */
static bool
read_lines(struct promtext *p, const char *line, const char *end)
{
	const char *at = line, *feed;
	bool dirty;

	p->safe = end - line < SCAN_BLOCK ? NULL : end - SCAN_BLOCK;
	p->is_dirty = false;
	for (; end - at >= SCAN_WIDE; at += SCAN_WIDE) {
		uint64_t feeds = scan_feeds(at, &dirty);

		/* Whose bytes those are is not worth knowing. */
		p->is_dirty |= dirty;
		for (; feeds != 0; feeds &= feeds - 1) {
			feed = at + __builtin_ctzll(feeds);
			if (!read_line(p, line, feed, false))
				return false;
			line = feed + 1;
			p->is_dirty = dirty;
		}
	}
	p->is_dirty |= is_dirty(at, end);
	while (line < end) {
		feed = memchr(line, '\n', (size_t)(end - line));
		if (feed == NULL)
			return carry(p, line, (size_t)(end - line));
		if (!read_line(p, line, feed, false))
			return false;
		line = feed + 1;
	}
	return true;
}

bool
promtext_read_piece(struct promtext *p, const char *bytes, size_t length)
{
	const char *end = bytes + length, *feed;

	promtext_forget_lines(p);
	if (p->carried > 0 && length > 0) {
		feed = memchr(bytes, '\n', length);
		p->is_dirty |= is_dirty(bytes, feed == NULL ? end : feed);
		if (feed == NULL)
			return carry(p, bytes, length);
		if (!carry(p, bytes, (size_t)(feed - bytes)) ||
		    !read_carried(p, false))
			return false;
		bytes = feed + 1;
	}
	return bytes == end || read_lines(p, bytes, end);
}

bool
promtext_read_cut(struct promtext *p)
{
	return read_carried(p, true);
}
