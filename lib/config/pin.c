#include "config/pin.h"

#include <stdlib.h>
#include <string.h>

#include "config/pin_impl.h"
#include "config/writer.h"
#include "service/authority.h"

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t
sort(const char **names, size_t count)
{
	size_t kept = 0;

	if (count > 0)
		qsort(names, count, sizeof(*names), by_text);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0)
			names[kept++] = names[i];
	return kept;
}

/* Sorted, each once: what its rules name and what it lists itself. */
static size_t
allowed_procedures(const struct service_settings *s, const char **names)
{
	size_t count = 0;

	for (size_t i = 0; i < s->procedures.count; i++)
		names[count++] = s->procedures.items[i];
	for (size_t i = 0; i < s->rule_count; i++)
		names[count++] = s->rules[i].procedure;
	return sort(names, count);
}

static bool
is_for_tripped(const struct service_settings *s, const char *procedure)
{
	for (size_t i = 0; i < s->rule_count; i++)
		if (s->rules[i].when == RULE_WHEN_TRIPPED &&
		    strcmp(s->rules[i].procedure, procedure) == 0)
			return true;
	return false;
}

static size_t
cleared_procedures(const struct service_settings *s, const char **names)
{
	size_t count = 0;

	for (size_t i = 0; i < s->rule_count; i++)
		if (s->rules[i].when == RULE_WHEN_CLEARED &&
		    !is_for_tripped(s, s->rules[i].procedure))
			names[count++] = s->rules[i].procedure;
	return sort(names, count);
}

/* The role of the severity or a higher one, as control/rights.h has it. */
static size_t
roles_of(const struct control_roles *r, enum severity severity,
    const struct strings *roles[3])
{
	switch (severity) {
	case SEVERITY_P0:
		roles[0] = &r->on_call;
		roles[1] = &r->lead;
		roles[2] = &r->manager;
		return 3;
	case SEVERITY_P1:
		roles[0] = &r->lead;
		roles[1] = &r->manager;
		return 2;
	case SEVERITY_P2:
		roles[0] = &r->manager;
		return 1;
	case SEVERITY_P3:
		roles[0] = &r->product;
		roles[1] = &r->manager;
		return 2;
	}
	return 0;
}

static size_t
groups_of(const struct config *c, enum severity severity, const char **names)
{
	const struct strings *roles[3];
	size_t count = 0, n;

	if (c == NULL)
		return 0;
	n = roles_of(&c->control.roles, severity, roles);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < roles[i]->count; k++)
			names[count++] = roles[i]->items[k];
	return sort(names, count);
}

static size_t
groups_at_most(const struct config *c)
{
	const struct control_roles *r;

	if (c == NULL)
		return 0;
	r = &c->control.roles;
	return r->on_call.count + r->lead.count + r->manager.count +
	    r->product.count;
}

/* Of the roles that its approval steps name, and of no others. */
static void
set_gates(struct pin *p, const struct config *c, const char **names)
{
	for (size_t i = 0; i < p->procedure.step_count; i++) {
		const char *role = p->procedure.steps[i].role;
		enum severity severity;
		struct strings *groups;

		if (role == NULL || !authority_of_role(role, &severity))
			continue;
		groups = &p->authority.gates[severity];
		if (groups->count > 0)
			continue;
		groups->items = names;
		groups->count = groups_of(c, severity, names);
		names += groups->count;
	}
}

/* Root has said of the environment that this may be done there. */
static bool
is_drill(const struct config *c, const struct service_settings *service,
    const struct procedure_settings *procedure)
{
	return c != NULL && config_allows_drills(c, service->environment) &&
	    drill_may_run(&service->drill, procedure->name);
}

void
pin_write(struct text *out, const struct pin *p)
{
	writer_group(out, "service", &pin_service_table, &p->service);
	writer_group(out, "procedure", &procedure_options, &p->procedure);
	if (p->cleared.count > 0)
		writer_group(out, "rules", &pin_rules_table, &p->cleared);
	writer_group(out, "authority", &pin_authority_table, &p->authority);
	writer_group(out, "limits", &pin_limits_table, &p->limits);
}

void
pin_text(struct text *out, const struct config *c,
    const struct service_settings *service,
    const struct procedure_settings *procedure)
{
	size_t most = service->procedures.count + service->rule_count;
	size_t groups = groups_at_most(c);
	const char **names = calloc(
	    2 * most + (1 + SEVERITY_COUNT) * groups + 1, sizeof(*names));
	struct pin p = { .service = *service, .procedure = *procedure };
	struct authority a;

	if (names == NULL) {
		out->cut = true;
		return;
	}
	(void)authority_of(service, procedure->name, &a);
	p.authority.is_automatic =
	    procedure->destructive ? a.may_destroy : a.is_automatic;
	p.authority.is_drill = is_drill(c, service, procedure);
	p.authority.severity = a.severity;
	p.service.procedures.items = names;
	p.service.procedures.count = allowed_procedures(service, names);
	p.cleared.items = names + most;
	p.cleared.count = cleared_procedures(service, names + most);
	p.authority.groups.items = names + 2 * most;
	p.authority.groups.count = groups_of(c, a.severity, names + 2 * most);
	set_gates(&p, c, names + 2 * most + groups);
	if (c != NULL)
		p.limits = c->limits;
	pin_write(out, &p);
	free(names);
}

static bool
add_file(const struct config *c, const struct source *source,
    const char **files, size_t max, size_t *count)
{
	const char *path = NULL;

	for (size_t i = 0; i < c->file_count; i++)
		if (source->file == c->files[i].shown)
			path = c->files[i].path;
	if (path == NULL)
		return false;
	for (size_t i = 0; i < *count; i++)
		if (files[i] == path)
			return true;
	if (*count == max)
		return false;
	files[(*count)++] = path;
	return true;
}

static const struct config_template *
find_template(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->template_count; i++)
		if (strcmp(c->templates[i].name, name) == 0)
			return &c->templates[i];
	return NULL;
}

bool
pin_files(const struct config *c, const struct service_settings *service,
    const struct procedure_settings *procedure, const char **files, size_t max,
    size_t *count)
{
	const char *like = service->like;

	/* What it says of roles and limits is in every pin. */
	*count = 0;
	if (max == 0 || c->file_count == 0)
		return false;
	files[(*count)++] = c->files[0].path;
	if (!add_file(c, &service->source, files, max, count) ||
	    !add_file(c, &procedure->source, files, max, count))
		return false;
	for (size_t i = 0; i < procedure->part_count; i++)
		if (!add_file(
			c, &procedure->parts[i]->source, files, max, count))
			return false;
	while (like != NULL) {
		const struct config_template *t = find_template(c, like);

		if (t == NULL || !add_file(c, &t->source, files, max, count))
			return false;
		like = t->like;
	}
	return true;
}
