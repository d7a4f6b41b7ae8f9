#include "base/zone.h"

#include <string.h>

#include "base/zone_rule.h"

#define HEADER_BYTES 44
#define TYPE_BYTES 6
#define CHANGES_MAX 10000
#define TYPES_MAX 256

struct zone {
	const int64_t *at_s;     /* when it changes, rising */
	const int32_t *offset_s; /* from then on */
	size_t count;
	int32_t first_offset_s; /* before */
	bool has_rule;          /* after the last one */
	struct zone_rule rule;
};

/* One block of the file: counts, and where its parts are. */
struct block {
	size_t utc_count, standard_count, leap_count;
	size_t change_count, type_count, abbreviation_bytes;
	size_t time_bytes; /* 4 or 8 */
	const unsigned char *data;
	size_t length; /* of data */
};

static uint32_t
big_32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static int64_t
big_time(const unsigned char *p, size_t bytes)
{
	if (bytes == 4)
		return (int32_t)big_32(p);
	return (int64_t)((uint64_t)big_32(p) << 32 | big_32(p + 4));
}

static bool
read_block(struct block *b, const unsigned char *bytes, size_t length,
    size_t time_bytes)
{
	if (length < HEADER_BYTES || memcmp(bytes, "TZif", 4) != 0)
		return false;
	b->utc_count = big_32(bytes + 20);
	b->standard_count = big_32(bytes + 24);
	b->leap_count = big_32(bytes + 28);
	b->change_count = big_32(bytes + 32);
	b->type_count = big_32(bytes + 36);
	b->abbreviation_bytes = big_32(bytes + 40);
	b->time_bytes = time_bytes;
	b->data = bytes + HEADER_BYTES;
	if (b->change_count > CHANGES_MAX || b->type_count > TYPES_MAX ||
	    b->leap_count > CHANGES_MAX || b->utc_count > TYPES_MAX ||
	    b->standard_count > TYPES_MAX ||
	    b->abbreviation_bytes > ZONE_FILE_MAX_BYTES)
		return false;
	b->length = b->change_count * (time_bytes + 1) +
	    b->type_count * TYPE_BYTES + b->abbreviation_bytes +
	    b->leap_count * (time_bytes + 4) + b->standard_count + b->utc_count;
	return b->length <= length - HEADER_BYTES;
}

static bool
take_changes(struct zone *z, struct arena *arena, const struct block *b)
{
	const unsigned char *times = b->data;
	const unsigned char *kinds = times + b->change_count * b->time_bytes;
	const unsigned char *types = kinds + b->change_count;
	int64_t *at_s = arena_array(arena, b->change_count, sizeof(*at_s));
	int32_t *offset_s =
	    arena_array(arena, b->change_count, sizeof(*offset_s));

	if (b->type_count == 0 ||
	    (b->change_count > 0 && (at_s == NULL || offset_s == NULL)))
		return false;
	z->first_offset_s = (int32_t)big_32(types);
	for (size_t i = 0; i < b->change_count; i++) {
		if (kinds[i] >= b->type_count)
			return false;
		at_s[i] = big_time(times + i * b->time_bytes, b->time_bytes);
		offset_s[i] = (int32_t)big_32(types + kinds[i] * TYPE_BYTES);
		if (i > 0 && at_s[i] <= at_s[i - 1])
			return false;
	}
	z->at_s = at_s;
	z->offset_s = offset_s;
	z->count = b->change_count;
	return true;
}

/* "\nCET-1CEST,M3.5.0,M10.5.0/3\n"; empty: nothing is known. */
static bool
take_footer(struct zone *z, const unsigned char *bytes, size_t length)
{
	const unsigned char *end;

	if (length < 2 || bytes[0] != '\n')
		return false;
	end = memchr(bytes + 1, '\n', length - 1);
	if (end == NULL)
		return false;
	if (end == bytes + 1)
		return true;
	z->has_rule = true;
	return zone_rule_parse(
	    &z->rule, (const char *)bytes + 1, (size_t)(end - bytes) - 1);
}

/* From the second version on the same follows in 64 bits, with a footer. */
static bool
take_file(struct zone *z, struct arena *arena, const unsigned char *bytes,
    size_t length, struct error *err)
{
	struct block b;
	size_t past;

	if (!read_block(&b, bytes, length, 4))
		return false;
	if (bytes[4] >= '2') {
		past = HEADER_BYTES + b.length;
		bytes += past;
		length -= past;
		if (!read_block(&b, bytes, length, 8))
			return false;
		past = HEADER_BYTES + b.length;
		if (!take_footer(z, bytes + past, length - past))
			return false;
	}
	if (b.leap_count > 0)
		return error_set(err,
		    "it counts leap seconds: take the zone without \"right/\"");
	return take_changes(z, arena, &b);
}

const struct zone *
zone_parse(
    struct arena *arena, const void *bytes, size_t length, struct error *err)
{
	struct zone *z = arena_alloc(arena, sizeof(*z));

	err->text[0] = '\0';
	if (z == NULL) {
		(void)error_set(err, "no memory for a time zone");
		return NULL;
	}
	if (take_file(z, arena, bytes, length, err))
		return z;
	if (err->text[0] == '\0')
		(void)error_set(err, "it is no time zone file");
	return NULL;
}

const struct zone *
zone_utc(void)
{
	static const struct zone utc = { .has_rule = false };

	return &utc;
}

/* How many changes were at that moment or before. */
static size_t
changes_until(const struct zone *z, int64_t at_s)
{
	size_t low = 0, high = z->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->at_s[middle] <= at_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int32_t
zone_offset_s(const struct zone *z, int64_t at_s)
{
	size_t past = changes_until(z, at_s);

	if (past == z->count && z->has_rule)
		return zone_rule_offset_s(&z->rule, at_s);
	return past == 0 ? z->first_offset_s : z->offset_s[past - 1];
}

int64_t
zone_change_s(const struct zone *z, int64_t at_s)
{
	size_t past = changes_until(z, at_s);

	if (past < z->count)
		return z->at_s[past];
	return z->has_rule ? zone_rule_change_s(&z->rule, at_s) : ZONE_NEVER_S;
}
