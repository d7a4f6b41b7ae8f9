/* Procedures within procedures. */
#include <stdlib.h>
#include <string.h>

#include "config/derive.h"
#include "procedure/flatten.h"

struct finding {
	const struct config *c;
	bool is_missing; /* there was none of that name */
};

static int
by_name(const void *name, const void *procedure)
{
	const struct procedure_settings *p = procedure;

	return strcmp(name, p->name == NULL ? "" : p->name);
}

static const struct procedure_settings *
find(const char *name, void *arg)
{
	struct finding *f = arg;
	const struct procedure_settings *p = bsearch(name, f->c->written,
	    f->c->procedure_count, sizeof(*f->c->written), by_name);

	f->is_missing = p == NULL;
	return p;
}

static void
flatten(struct reader *r, struct config *c, size_t index)
{
	const struct procedure_settings *written = &c->written[index];
	struct finding finding = { .c = c };
	struct procedure_settings flat = { .name = NULL };
	struct source where = { .file = NULL };
	struct error err = { "" };

	if (procedure_flatten(
		written, find, &finding, c->arena, &flat, &where, &err))
		c->procedures[index] = flat;
	else if (!finding.is_missing)
		complain(r->complaints, COMPLAINT_ERROR, where,
		    "procedure \"%s\": %s", written->name, err.text);
}

void
derive_procedures(struct reader *r, struct config *c)
{
	size_t count = c->procedure_count;

	if (count == 0)
		return;
	c->written = arena_array(c->arena, count, sizeof(*c->written));
	if (c->written == NULL) {
		r->short_of_memory = true;
		return;
	}
	memcpy(c->written, c->procedures, count * sizeof(*c->written));
	/* What lacks a name, or a step that does, has its complaint. */
	if (complaints_are_fatal(r->complaints))
		return;
	for (size_t i = 0; i < count; i++)
		if (procedure_is_nested(&c->written[i]))
			flatten(r, c, i);
}
