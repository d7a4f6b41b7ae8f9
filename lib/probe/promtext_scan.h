/*
 * promtext_scan.h - steps over names and strings of a line, several bytes at
 * a time.
 *
 * Nothing steps over the line feed that ends the line; but what comes behind
 * it is read and thrown away, as far as it is known to be there.
 */
#ifndef PROBE_PROMTEXT_SCAN_H
#define PROBE_PROMTEXT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "probe/promtext.h"

/* Bytes that are looked at in one step. */
#define SCAN_BLOCK 16
#define SCAN_WIDE 64

/* What bytes may be part of. */
enum promtext_class {
	IN_NAME = 1,
	BEGINS_NAME = 2,
	IN_LABEL = 4,
	BEGINS_LABEL = 8,
	IS_BLANK = 16,
};

extern const unsigned char promtext_class[256];

static inline bool
promtext_is(char c, enum promtext_class class)
{
	return (promtext_class[(unsigned char)c] & (unsigned)class) != 0;
}

/*
 * Where in a line we are; *end can be read and is a line feed.  At safe and
 * before it, SCAN_BLOCK bytes can be read.
 */
struct cursor {
	const char *at;
	const char *end;
	const char *safe;
};

#ifdef __SSE2__
static inline __m128i
scan_load(const char *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

/* All ones where first <= byte <= last. */
static inline __m128i
scan_range(__m128i v, char first, char last)
{
	__m128i above = _mm_sub_epi8(v, _mm_set1_epi8(first));
	__m128i most = _mm_set1_epi8((char)(last - first));

	return _mm_cmpeq_epi8(_mm_min_epu8(above, most), above);
}

/* A bit for each quote, backslash and line feed. */
static inline unsigned
scan_specials(__m128i v)
{
	__m128i special =
	    _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
			     _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))),
		_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')));

	return (unsigned)_mm_movemask_epi8(special);
}
#endif

/* The first byte that belongs to no name. */
static inline const char *
scan_name(const char *at, const char *safe)
{
#ifdef __SSE2__
	while (at <= safe) {
		__m128i v = scan_load(at);
		__m128i lower = _mm_or_si128(v, _mm_set1_epi8(0x20));
		__m128i belongs =
		    _mm_or_si128(_mm_or_si128(scan_range(lower, 'a', 'z'),
				     scan_range(v, '0', ':')),
			_mm_cmpeq_epi8(v, _mm_set1_epi8('_')));
		unsigned others = ~(unsigned)_mm_movemask_epi8(belongs);

		if ((others & 0xffff) != 0)
			return at + __builtin_ctz(others);
		at += SCAN_BLOCK;
	}
#else
	(void)safe;
#endif
	while (promtext_is(*at, IN_NAME))
		at++;
	return at;
}

/*
 * From at to end there is nothing but digits, of which there is one, and one
 * point perhaps; false: not so, or more than can be seen at once.
 */
static inline bool
scan_is_plain_number(const char *at, const char *end, const char *safe)
{
#ifdef __SSE2__
	ptrdiff_t length = end - at;
	unsigned digits, points, all;
	__m128i v;

	if (length <= 0 || length > SCAN_BLOCK || at > safe)
		return false;
	v = scan_load(at);
	all = (1U << length) - 1;
	digits = (unsigned)_mm_movemask_epi8(scan_range(v, '0', '9')) & all;
	points =
	    (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('.'))) &
	    all;
	return (digits | points) == all && digits != 0 &&
	    (points & (points - 1)) == 0;
#else
	(void)at;
	(void)end;
	(void)safe;
	return false;
#endif
}

/* The next quote, backslash or line feed. */
static inline const char *
scan_string(const char *at, const char *safe)
{
#ifdef __SSE2__
	while (at <= safe) {
		__m128i v = scan_load(at);
		unsigned found = scan_specials(v);

		if (found != 0)
			return at + __builtin_ctz(found);
		at += SCAN_BLOCK;
	}
#else
	(void)safe;
#endif
	while (*at != '"' && *at != '\\' && *at != '\n')
		at++;
	return at;
}

/*
 * How many bytes a, which ends at end, and b, which is before it, have in
 * common; what is behind the end may be counted too.
 */
static inline size_t
scan_common(const char *a, const char *b, const char *end, const char *safe)
{
	const char *start = a;

#ifdef __SSE2__
	while (a <= safe && a < end) {
		unsigned others = ~(unsigned)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(scan_load(a), scan_load(b)));

		if ((others & 0xffff) != 0)
			return (size_t)(a - start) +
			    (size_t)__builtin_ctz(others);
		a += SCAN_BLOCK;
		b += SCAN_BLOCK;
	}
#else
	(void)safe;
#endif
	while (a < end && *a == *b) {
		a++;
		b++;
	}
	return (size_t)(a - start);
}

/*
 * Of SCAN_WIDE bytes: a bit for each line feed; dirty is set to whether some
 * byte is NUL or not ASCII.
 */
static inline uint64_t
scan_feeds(const char *at, bool *dirty)
{
	uint64_t feeds = 0;
#ifdef __SSE2__
	__m128i odd = _mm_setzero_si128();

	for (int i = 0; i < SCAN_WIDE; i += SCAN_BLOCK) {
		__m128i v = scan_load(at + i);
		__m128i feed = _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'));

		odd = _mm_or_si128(_mm_or_si128(odd, v),
		    _mm_cmpeq_epi8(v, _mm_setzero_si128()));
		feeds |= (uint64_t)(unsigned)_mm_movemask_epi8(feed) << i;
	}
	*dirty = _mm_movemask_epi8(odd) != 0;
#else
	*dirty = false;
	for (int i = 0; i < SCAN_WIDE; i++) {
		feeds |= (uint64_t)(at[i] == '\n') << i;
		*dirty |= at[i] == '\0' || ((unsigned char)at[i] & 0x80) != 0;
	}
#endif
	return feeds;
}

/*
 * The same, and copies what is before it; returns where the copy ends.  May
 * write SCAN_SLACK bytes more.
 */
#define SCAN_SLACK SCAN_BLOCK

static inline char *
scan_copy(char *to, const char **from, const char *safe)
{
	const char *at = *from;

#ifdef __SSE2__
	while (at <= safe) {
		__m128i v = scan_load(at);
		unsigned found = scan_specials(v);

		_mm_storeu_si128((__m128i *)(void *)to, v);
		if (found != 0) {
			*from = at + __builtin_ctz(found);
			return to + __builtin_ctz(found);
		}
		at += SCAN_BLOCK;
		to += SCAN_BLOCK;
	}
#else
	(void)safe;
#endif
	while (*at != '"' && *at != '\\' && *at != '\n')
		*to++ = *at++;
	*from = at;
	return to;
}

/* Steps over a well-formed name; its length is 0 when there is none. */
static inline struct metric_slice
promtext_name(struct cursor *c)
{
	const char *start = c->at;

	if (promtext_is(*c->at, BEGINS_NAME))
		c->at = scan_name(c->at + 1, c->safe);
	return (struct metric_slice){ start, (size_t)(c->at - start) };
}

/* The same of a label's; most are short. */
static inline struct metric_slice
promtext_label_name(struct cursor *c)
{
	const char *start = c->at;

	if (promtext_is(*c->at, BEGINS_LABEL))
		do
			c->at++;
		while (promtext_is(*c->at, IN_LABEL));
	return (struct metric_slice){ start, (size_t)(c->at - start) };
}

#endif
