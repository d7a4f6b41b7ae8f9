#include "base/utf8.h"

#include <stdint.h>

static bool
continues(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

static size_t
expected_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

size_t
utf8_length(const char *bytes, size_t length)
{
	const unsigned char *b = (const unsigned char *)bytes;
	size_t want;

	if (length == 0)
		return 0;
	want = expected_length(b[0]);
	if (want == 0 || want > length)
		return 0;
	for (size_t i = 1; i < want; i++)
		if (!continues(b[i]))
			return 0;
	if (b[0] == 0xe0 && b[1] < 0xa0) /* overlong */
		return 0;
	if (b[0] == 0xed && b[1] > 0x9f) /* surrogate */
		return 0;
	if (b[0] == 0xf0 && b[1] < 0x90) /* overlong */
		return 0;
	if (b[0] == 0xf4 && b[1] > 0x8f) /* beyond U+10FFFF */
		return 0;
	return want;
}

bool
utf8_is_valid(const char *bytes, size_t length)
{
	while (length > 0) {
		size_t n = utf8_length(bytes, length);

		if (n == 0)
			return false;
		bytes += n;
		length -= n;
	}
	return true;
}
