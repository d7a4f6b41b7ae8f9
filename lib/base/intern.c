#include "base/intern.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_AT_FIRST 256 /* a power of two, as all that follow */

struct piece {
	const void *bytes; /* NULL: none */
	size_t length;
	uint32_t hash;
	bool is_text;
};

struct intern {
	struct arena *arena;
	struct piece *pieces;
	size_t room;
	size_t count;
};

/* FNV-1a: who writes the configuration gains nothing by collisions. */
static uint32_t
hash_of(const void *bytes, size_t length)
{
	const unsigned char *p = bytes;
	uint32_t hash = UINT32_C(2166136261);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ p[i]) * UINT32_C(16777619);
	return hash;
}

/* Where it is, or where it is to be put: there is room. */
static struct piece *
find(const struct intern *t, const struct piece *wanted)
{
	size_t at = wanted->hash & (t->room - 1);

	for (;; at = (at + 1) & (t->room - 1)) {
		struct piece *p = &t->pieces[at];

		if (p->bytes == NULL)
			return p;
		if (p->hash == wanted->hash && p->length == wanted->length &&
		    p->is_text == wanted->is_text &&
		    memcmp(p->bytes, wanted->bytes, p->length) == 0)
			return p;
	}
}

/* Half of it is to stay free. */
static bool
make_room(struct intern *t)
{
	struct intern wider = {
		.arena = t->arena, .room = t->room * 2, .count = t->count
	};

	if (2 * (t->count + 1) <= t->room)
		return true;
	wider.pieces = calloc(wider.room, sizeof(*wider.pieces));
	if (wider.pieces == NULL)
		return false;
	for (size_t i = 0; i < t->room; i++)
		if (t->pieces[i].bytes != NULL)
			*find(&wider, &t->pieces[i]) = t->pieces[i];
	free(t->pieces);
	*t = wider;
	return true;
}

static const void *
copy_of(struct arena *arena, const struct piece *p)
{
	void *copy;

	if (p->is_text)
		return arena_strndup(arena, p->bytes, p->length);
	copy = arena_alloc(arena, p->length);
	if (copy != NULL && p->length > 0)
		memcpy(copy, p->bytes, p->length);
	return copy;
}

static const void *
keep(struct intern *t, struct piece wanted)
{
	struct piece *found;

	if (!make_room(t))
		return NULL;
	wanted.hash = hash_of(wanted.bytes, wanted.length);
	found = find(t, &wanted);
	if (found->bytes != NULL)
		return found->bytes;
	wanted.bytes = copy_of(t->arena, &wanted);
	if (wanted.bytes == NULL)
		return NULL;
	*found = wanted;
	t->count++;
	return wanted.bytes;
}

struct intern *
intern_new(struct arena *arena)
{
	struct intern *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->arena = arena;
	t->room = ROOM_AT_FIRST;
	t->pieces = calloc(t->room, sizeof(*t->pieces));
	if (t->pieces == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void
intern_free(struct intern *t)
{
	if (t == NULL)
		return;
	free(t->pieces);
	free(t);
}

const void *
intern_bytes(struct intern *t, const void *bytes, size_t length)
{
	return keep(t, (struct piece){ .bytes = bytes, .length = length });
}

const char *
intern_text(struct intern *t, const char *text)
{
	return keep(t,
	    (struct piece){
		.bytes = text, .length = strlen(text), .is_text = true });
}
