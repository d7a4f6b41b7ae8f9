#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define FIRST_BYTES 256

struct text
text_new(size_t max_bytes)
{
	return (struct text){ .max_bytes = max_bytes };
}

struct text
text_over(char *buffer, size_t bytes)
{
	buffer[0] = '\0';
	return (struct text){
		.data = buffer, .capacity = bytes, .max_bytes = bytes - 1
	};
}

/* Room for so many more bytes and the NUL. */
static bool
reserve(struct text *t, size_t more)
{
	size_t want, capacity;
	char *data;

	if (more > t->max_bytes - t->length) {
		t->cut = true;
		return false;
	}
	want = t->length + more + 1;
	if (want <= t->capacity)
		return true;
	capacity = t->capacity == 0 ? FIRST_BYTES : t->capacity * 2;
	if (capacity < want)
		capacity = want;
	data = realloc(t->data, capacity);
	if (data == NULL) {
		t->cut = true;
		return false;
	}
	t->data = data;
	t->capacity = capacity;
	return true;
}

void
text_reserve(struct text *t, size_t more)
{
	bool was_cut = t->cut;

	if (more <= t->max_bytes - t->length && reserve(t, more))
		t->data[t->length] = '\0';
	t->cut = was_cut; /* whoever adds too much finds out then */
}

void
text_add_bytes(struct text *t, const void *bytes, size_t length)
{
	if (length == 0 || !reserve(t, length))
		return;
	memcpy(t->data + t->length, bytes, length);
	t->length += length;
	t->data[t->length] = '\0';
}

void
text_add(struct text *t, const char *words)
{
	text_add_bytes(t, words, strlen(words));
}

void
text_add_char(struct text *t, char c)
{
	text_add_bytes(t, &c, 1);
}

void
text_addv(struct text *t, const char *fmt, va_list ap)
{
	va_list again;
	int length;

	va_copy(again, ap);
	length = vsnprintf(NULL, 0, fmt, ap);
	if (length < 0)
		t->cut = true;
	else if (reserve(t, (size_t)length)) {
		(void)vsnprintf(
		    t->data + t->length, (size_t)length + 1, fmt, again);
		t->length += (size_t)length;
	}
	va_end(again);
}

void
text_addf(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_addv(t, fmt, ap);
	va_end(ap);
}

/* They turn the direction of what follows, or begin a new line. */
static bool
is_layout(const char *bytes)
{
	unsigned char second = (unsigned char)bytes[1];
	unsigned char third = (unsigned char)bytes[2];

	if (second == 0x80) /* U+200E, U+200F, U+2028 to U+202E */
		return third == 0x8e || third == 0x8f ||
		    (third >= 0xa8 && third <= 0xae);
	/* U+2066 to U+2069 */
	return second == 0x81 && third >= 0xa6 && third <= 0xa9;
}

/* C1 controls (U+0080 to U+009F) drive terminals as C0 ones do. */
static bool
is_printable(const char *bytes, size_t length)
{
	unsigned char first = (unsigned char)bytes[0];

	if (length == 1)
		return first >= 0x20 && first != 0x7f;
	if (first == 0xe2)
		return !is_layout(bytes);
	return !(first == 0xc2 && (unsigned char)bytes[1] < 0xa0);
}

void
text_add_escaped(struct text *t, const char *bytes, size_t length)
{
	while (length > 0 && !t->cut) {
		size_t n = utf8_length(bytes, length);

		if (n > 0 && is_printable(bytes, n) && *bytes != '\\')
			text_add_bytes(t, bytes, n);
		else {
			n = 1;
			if (*bytes == '\n')
				text_add(t, "\\n");
			else if (*bytes == '\t')
				text_add(t, "\\t");
			else if (*bytes == '\\')
				text_add(t, "\\\\");
			else
				text_addf(t, "\\x%02x", (unsigned char)*bytes);
		}
		bytes += n;
		length -= n;
	}
}

bool
text_ok(const struct text *t)
{
	return !t->cut;
}

const char *
text_str(const struct text *t)
{
	return t->data == NULL ? "" : t->data;
}

void
text_clear(struct text *t)
{
	t->length = 0;
	t->cut = false;
	if (t->data != NULL)
		t->data[0] = '\0';
}

char *
text_take(struct text *t)
{
	char *data = t->data;

	if (t->cut) {
		text_free(t);
		return NULL;
	}
	/* It grew by doubling, and may be kept for long. */
	if (data == NULL)
		data = calloc(1, 1);
	else if (t->length + 1 < t->capacity)
		data = realloc(data, t->length + 1);
	*t = text_new(t->max_bytes);
	return data;
}

void
text_free(struct text *t)
{
	free(t->data);
	*t = text_new(t->max_bytes);
}
