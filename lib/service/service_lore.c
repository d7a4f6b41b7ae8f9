/* What few services have anything of, so that it costs nothing until then. */
#include "base/pages.h"
#include "service/service_private.h"

/* As versions_choose() and discovery_new() make it. */
static const struct lore none = {
	.discovery = { .first_ms = NEVER_MS,
	    .before_ms = NEVER_MS,
	    .in_place_ms = NEVER_MS },
	.versions = { .way = { .no_target = VERSIONS_NONE_KNOWN },
	    .way_of_ill = { .no_target = VERSIONS_NONE_KNOWN } },
};

bool
service_lore_begin(struct service *s)
{
	s->lore = pages_new(1, sizeof(*s->lore));
	if (s->lore == NULL)
		return false;
	s->acts =
	    (struct act_times){ .at_ms = s->lore->act_ms, .max = BUDGET_MAX };
	s->repeats = (struct act_times){ .at_ms = s->lore->repeat_ms,
		.max = BUDGET_MAX };
	return true;
}

void
service_lore_end(struct service *s)
{
	pages_free(s->lore, 1, sizeof(*s->lore));
}

const struct lore *
service_lore(const struct service *s)
{
	return s->has_lore ? s->lore : &none;
}

struct lore *
service_lore_own(struct service *s)
{
	if (!s->has_lore) {
		s->lore->discovery = discovery_new();
		versions_choose(&s->lore->versions);
		s->has_lore = true;
	}
	return s->lore;
}
