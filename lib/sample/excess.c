#include "sample/excess.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_AT_FIRST 4

static bool
make_room(struct excess_list *list, unsigned slices)
{
	unsigned room = ROOM_AT_FIRST;
	struct excess *more;

	if (list->room >= ROOM_AT_FIRST)
		room = list->room * 2U;
	if (room > slices)
		room = slices;
	more = calloc(room, sizeof(*more));
	if (more == NULL)
		return false;
	memcpy(more, list->all, list->count * sizeof(*more));
	if (list->all != &list->own)
		free(list->all);
	list->all = more;
	list->room = (uint16_t)room;
	return true;
}

void
excess_clear(struct excess_list *list)
{
	if (list->all != &list->own)
		free(list->all);
	list->all = &list->own;
	list->room = 1;
	list->count = 0;
}

struct excess *
excess_of(struct excess_list *list, unsigned slice, unsigned slices)
{
	struct excess *last = NULL;

	if (list->count > 0)
		last = &list->all[list->count - 1];
	if (last != NULL && last->slice == slice)
		return last;
	if (last != NULL && list->count == list->room &&
	    !make_room(list, slices)) {
		last->slice = slice;
		return last;
	}
	last = &list->all[list->count++];
	*last = (struct excess){ .slice = slice };
	return last;
}

struct excess
excess_drop(struct excess_list *list, unsigned slice)
{
	struct excess gone = { .slice = slice };

	if (list->count == 0 || list->all[0].slice != slice)
		return gone;
	gone = list->all[0];
	list->count--;
	if (list->count == 0)
		excess_clear(list);
	else
		memmove(list->all, list->all + 1,
		    list->count * sizeof(list->all[0]));
	return gone;
}

int64_t
excess_first_failed_ms(const struct excess_list *list)
{
	for (unsigned i = 0; i < list->count; i++)
		if (list->all[i].failed > 0)
			return list->all[i].first_failed_ms;
	return INT64_MAX;
}
