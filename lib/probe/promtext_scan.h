/*
 * promtext_scan.h - steps over names and strings of a line, several bytes at
 * a time.
 *
 * Each reads up to end, where a line feed stands that nothing steps over.
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

/* Where in a line we are; *end can be read and is a line feed. */
struct cursor {
	const char *at;
	const char *end;
};

#ifdef __SSE2__
#define SCAN_BLOCK ((ptrdiff_t)sizeof(__m128i))

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
scan_name(const char *at, const char *end)
{
#ifdef __SSE2__
	while (end - at >= SCAN_BLOCK) {
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
#endif
	while (promtext_is(*at, IN_NAME))
		at++;
	return at;
}

/* The next quote, backslash or line feed. */
static inline const char *
scan_string(const char *at, const char *end)
{
#ifdef __SSE2__
	while (end - at >= SCAN_BLOCK) {
		__m128i v = scan_load(at);
		unsigned found = scan_specials(v);

		if (found != 0)
			return at + __builtin_ctz(found);
		at += SCAN_BLOCK;
	}
#endif
	while (*at != '"' && *at != '\\' && *at != '\n')
		at++;
	return at;
}

/*
 * The same, and copies what is before it; returns where the copy ends.  May
 * write SCAN_SLACK bytes more.
 */
#define SCAN_SLACK 16

static inline char *
scan_copy(char *to, const char **from, const char *end)
{
	const char *at = *from;

#ifdef __SSE2__
	while (end - at >= SCAN_BLOCK) {
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
		c->at = scan_name(c->at + 1, c->end);
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
