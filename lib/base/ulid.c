#include "base/ulid.h"

#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* 128 bits from the highest down, five a character, the first holds three. */
static unsigned
five_bits(const uint8_t bytes[16], unsigned character)
{
	unsigned value = 0;

	for (unsigned i = 0; i < 5; i++) {
		int bit = (int)(character * 5 + i) - 2;

		value <<= 1;
		if (bit >= 0)
			value |= (unsigned)bytes[bit / 8] >> (7 - bit % 8) & 1u;
	}
	return value;
}

void
ulid_make(uint64_t wall_ms, const uint8_t random[10], char id[ULID_BYTES])
{
	uint8_t bytes[16];

	for (int i = 0; i < 6; i++)
		bytes[i] = (uint8_t)(wall_ms >> (40 - 8 * i));
	memcpy(bytes + 6, random, 10);
	for (unsigned i = 0; i < ULID_BYTES - 1; i++)
		id[i] = alphabet[five_bits(bytes, i)];
	id[ULID_BYTES - 1] = '\0';
}

bool
ulid_is_valid(const char *id)
{
	if (strnlen(id, ULID_BYTES) != ULID_BYTES - 1)
		return false;
	if (id[0] > '7')
		return false;
	return strspn(id, alphabet) == ULID_BYTES - 1;
}
