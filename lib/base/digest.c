#include "base/digest.h"

#include <sha256.h>
#include <string.h>

void
digest_text(const void *bytes, size_t length, char digest[DIGEST_TEXT_BYTES])
{
	SHA256Data(bytes, length, digest);
}

bool
digest_text_is_valid(const char *text)
{
	return strspn(text, "0123456789abcdef") == DIGEST_TEXT_BYTES - 1 &&
	    text[DIGEST_TEXT_BYTES - 1] == '\0';
}

double
digest_fraction(const char *name)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	uint64_t bits = 0;
	SHA256_CTX context;

	SHA256Init(&context);
	SHA256Update(&context, (const uint8_t *)name, strlen(name));
	SHA256Final(hash, &context);
	for (int i = 0; i < 8; i++)
		bits = bits << 8 | hash[i];
	/* The 53 bits that a double can hold. */
	return (double)(bits >> 11) / (double)((uint64_t)1 << 53);
}
