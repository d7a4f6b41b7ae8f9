/*
 * text.h - a text under construction that cannot outgrow its maximum.
 *
 * Append as you like and ask once at the end: what did not fit, or found no
 * memory, makes text_ok() false and leaves what fitted in place.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data;      /* NUL-terminated; NULL while empty */
	size_t length;   /* without the NUL */
	size_t capacity; /* private */
	size_t max_bytes;
	bool cut; /* something did not fit */
};

/* An empty text of at most max_bytes; takes no memory yet. */
struct text text_new(size_t max_bytes);

/*
 * An empty text in a buffer of the caller's, NUL included: takes no memory,
 * and is not to be freed or taken.
 */
struct text text_over(char *buffer, size_t bytes);

/* Takes memory for so many more bytes at once, where that is not too much. */
void text_reserve(struct text *t, size_t more);

void text_add(struct text *t, const char *words);
void text_add_bytes(struct text *t, const void *bytes, size_t length);
void text_add_char(struct text *t, char c);
void text_addf(struct text *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void text_addv(struct text *t, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/*
 * Bytes that came from outside, made safe to show on a terminal or in a log:
 * printable UTF-8 stays, everything else, controls of direction included,
 * becomes \n, \t or \xHH, and a backslash two.
 */
void text_add_escaped(struct text *t, const char *bytes, size_t length);

/* All that was added is there. */
bool text_ok(const struct text *t);

/* Never NULL: "" while empty. */
const char *text_str(const struct text *t);

/* Forget the content, keep the memory. */
void text_clear(struct text *t);

/* Hands the content over to the caller, who frees it; NULL when not ok. */
char *text_take(struct text *t);

void text_free(struct text *t);

#endif
