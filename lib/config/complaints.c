#include "config/complaints.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KINDS 3
#define TEXT_MAX 640

struct complaint {
	struct source where;
	char *file; /* where.file: the configuration may be gone by then */
	enum complaint_kind kind;
	unsigned order;
	char text[TEXT_MAX];
};

struct complaints {
	struct complaint *items;
	size_t count;
	size_t capacity;
	size_t total[KINDS]; /* with those that found no room */
	bool sorted;
	char line[TEXT_MAX + 512];
};

struct complaints *
complaints_new(void)
{
	return calloc(1, sizeof(struct complaints));
}

void
complaints_free(struct complaints *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++)
		free(c->items[i].file);
	free(c->items);
	free(c);
}

static bool
same_place(struct source a, struct source b)
{
	if (a.line != b.line)
		return false;
	if (a.file == NULL || b.file == NULL)
		return a.file == b.file;
	return strcmp(a.file, b.file) == 0;
}

/* A template is read once for each service that is like it. */
static bool
is_known(const struct complaints *c, const struct complaint *new)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].kind == new->kind &&
		    same_place(c->items[i].where, new->where) &&
		    strcmp(c->items[i].text, new->text) == 0)
			return true;
	return false;
}

static bool
has_room(struct complaints *c, enum complaint_kind kind)
{
	struct complaint *items;
	size_t capacity = c->capacity == 0 ? 16 : c->capacity * 2;

	if (c->total[kind] >= COMPLAINTS_MAX)
		return false;
	if (c->count < c->capacity)
		return true;
	items = realloc(c->items, capacity * sizeof(*items));
	if (items == NULL)
		return false;
	c->items = items;
	c->capacity = capacity;
	return true;
}

void
complain(struct complaints *c, enum complaint_kind kind, struct source where,
    const char *fmt, ...)
{
	struct complaint new = { .where = where, .kind = kind };
	va_list ap;

	va_start(ap, fmt);
	/* Cut rather than lost: the start of the sentence says what. */
	(void)vsnprintf(new.text, sizeof(new.text), fmt, ap);
	va_end(ap);
	if (is_known(c, &new))
		return;
	if (where.file != NULL)
		new.where.file = new.file = strdup(where.file);
	if (has_room(c, kind)) {
		new.order = (unsigned)c->count;
		c->items[c->count++] = new;
		c->sorted = false;
	} else
		free(new.file);
	c->total[kind]++;
}

size_t
complaints_count(const struct complaints *c, enum complaint_kind kind)
{
	return c->total[kind];
}

bool
complaints_are_fatal(const struct complaints *c)
{
	return c->total[COMPLAINT_ERROR] > 0 ||
	    c->total[COMPLAINT_UNREADABLE] > 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct complaint *x = a, *y = b;
	int files;

	if (x->where.file == NULL || y->where.file == NULL)
		files = (x->where.file != NULL) - (y->where.file != NULL);
	else
		files = strcmp(x->where.file, y->where.file);
	if (files != 0)
		return files;
	if (x->where.line != y->where.line)
		return x->where.line < y->where.line ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static const char *
rest_line(struct complaints *c)
{
	size_t all = 0;

	for (size_t i = 0; i < KINDS; i++)
		all += c->total[i];
	if (all <= c->count)
		return NULL;
	(void)snprintf(c->line, sizeof(c->line),
	    "and %zu more: mend these first", all - c->count);
	return c->line;
}

const char *
complaints_line(struct complaints *c, size_t index)
{
	const struct complaint *item;
	const char *word;

	if (!c->sorted && c->count > 0)
		qsort(c->items, c->count, sizeof(*c->items), by_place);
	c->sorted = true;
	if (index >= c->count)
		return index == c->count ? rest_line(c) : NULL;
	item = &c->items[index];
	word = item->kind == COMPLAINT_WARNING ? "warning" : "error";
	if (item->where.file == NULL)
		(void)snprintf(
		    c->line, sizeof(c->line), "%s: %s", word, item->text);
	else if (item->where.line == 0)
		(void)snprintf(c->line, sizeof(c->line), "%s: %s: %s",
		    item->where.file, word, item->text);
	else
		(void)snprintf(c->line, sizeof(c->line), "%s:%u: %s: %s",
		    item->where.file, item->where.line, word, item->text);
	return c->line;
}
