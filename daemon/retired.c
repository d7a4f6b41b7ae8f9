#include "daemon/retired.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/rollback.h"
#include "daemon/watched.h"

void
retired_keep(struct monitor *m, struct watched *w)
{
	struct watched **list;

	if (watched_rollback(w) == NULL) {
		watched_free(w);
		return;
	}
	list = realloc(m->retired, (m->retired_count + 1) * sizeof(*list));
	if (list == NULL)
		abort(); /* start again, from the store */
	m->retired = list;
	m->retired[m->retired_count++] = w;
}

void
retired_sweep(struct monitor *m)
{
	for (size_t i = m->retired_count; i > 0; i--) {
		struct watched *w = m->retired[i - 1];

		if (watched_rollback(w) != NULL)
			continue;
		m->retired[i - 1] = m->retired[--m->retired_count];
		watched_free(w);
	}
}

struct watched *
retired_find(struct monitor *m, const char *name)
{
	for (size_t i = 0; i < m->retired_count; i++)
		if (watched_is_retired(m->retired[i]) &&
		    watched_rollback(m->retired[i]) != NULL &&
		    strcmp(watched_name(m->retired[i]), name) == 0)
			return m->retired[i];
	return NULL;
}
