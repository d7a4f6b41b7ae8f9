#include "daemon/hold.h"

#include <stdlib.h>
#include <string.h>

bool
holds_add(struct holds *h, const struct hold *hold)
{
	struct hold *items;

	items = realloc(h->items, (h->count + 1) * sizeof(*items));
	if (items == NULL)
		return false;
	items[h->count++] = *hold;
	h->items = items;
	return true;
}

static void
remove_at(struct holds *h, size_t i)
{
	memmove(h->items + i, h->items + i + 1,
	    (h->count - i - 1) * sizeof(*h->items));
	h->count--;
}

bool
holds_remove(struct holds *h, const char *id)
{
	for (size_t i = 0; i < h->count; i++)
		if (strcmp(h->items[i].id, id) == 0) {
			remove_at(h, i);
			return true;
		}
	return false;
}

static bool
covers(const struct hold *hold, const char *service)
{
	return strcmp(hold->scope, "*") == 0 ||
	    strcmp(hold->scope, service) == 0;
}

const struct hold *
holds_find(struct holds *h, const char *service, int64_t now_ms)
{
	const struct hold *last = NULL;

	for (size_t i = 0; i < h->count; i++) {
		const struct hold *hold = &h->items[i];

		if (!covers(hold, service))
			continue;
		if (hold->until_ms <= now_ms)
			continue;
		if (last == NULL || hold->until_ms > last->until_ms)
			last = hold;
	}
	return last;
}

void
holds_outlast(
    struct holds *h, const char *service, int64_t at_ms, int64_t wall_ms)
{
	for (size_t i = 0; i < h->count; i++) {
		struct hold *hold = &h->items[i];

		if (!covers(hold, service) || hold->outlasts_ms != 0 ||
		    hold->since_wall_ms > wall_ms)
			continue;
		hold->outlasts_ms = at_ms;
		(void)memccpy(
		    hold->outlasts, service, '\0', sizeof(hold->outlasts) - 1);
	}
}

const struct hold *
holds_named(struct holds *h, const char *name)
{
	for (size_t i = 0; i < h->count; i++)
		if (strcmp(h->items[i].id, name) == 0)
			return &h->items[i];
	for (size_t i = 0; i < h->count; i++)
		if (strcmp(h->items[i].scope, name) == 0)
			return &h->items[i];
	return NULL;
}

void
holds_expire(struct holds *h, int64_t now_ms)
{
	for (size_t i = h->count; i > 0; i--)
		if (h->items[i - 1].until_ms <= now_ms)
			remove_at(h, i - 1);
}

void
holds_free(struct holds *h)
{
	free(h->items);
	*h = (struct holds){ 0 };
}
