#include "config/match.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/pin.h"
#include "config/writer.h"
#include "procedure/procedure_settings.h"

/* As long as it is written the same it is carried out the same. */
static bool
is_written_alike(
    const struct procedure_settings *a, const struct procedure_settings *b)
{
	struct text one = text_new(PIN_MAX_BYTES);
	struct text other = text_new(PIN_MAX_BYTES);
	bool same;

	writer_group(&one, "procedure", &procedure_options, a);
	writer_group(&other, "procedure", &procedure_options, b);
	same = text_ok(&one) && text_ok(&other) &&
	    strcmp(text_str(&one), text_str(&other)) == 0;
	text_free(&one);
	text_free(&other);
	return same;
}

/* For each procedure of now whether it was the same before. */
static bool *
same_procedures(const struct config *old, const struct config *now)
{
	bool *same = calloc(now->procedure_count + 1, sizeof(*same));

	for (size_t i = 0; same != NULL && i < now->procedure_count; i++) {
		const struct procedure_settings *p = &now->procedures[i];
		const struct procedure_settings *was =
		    config_procedure(old, p->name);

		same[i] = was != NULL && is_written_alike(was, p);
	}
	return same;
}

static bool
needs_plans(const struct config *now, const struct service_settings *s,
    const bool *same)
{
	for (size_t i = 0; i < s->rule_count; i++) {
		const struct procedure_settings *p =
		    config_procedure(now, s->rules[i].procedure);

		if (p == NULL || !same[p - now->procedures])
			return true;
	}
	return false;
}

static void
match(const struct config *old, const struct config *now, const bool *same,
    struct config_match *matches)
{
	size_t at = 0;

	/* Both are sorted by name. */
	for (size_t i = 0; i < now->service_count; i++) {
		const struct service_settings *s = &now->services[i];
		struct config_match *m = &matches[i];
		int order = 1;

		while (at < old->service_count &&
		    (order = strcmp(old->services[at].name, s->name)) < 0)
			at++;
		if (at == old->service_count || order != 0)
			continue;
		m->was = at;
		m->is_same = strcmp(old->services[at].digest, s->digest) == 0;
		m->needs_plans = m->is_same && needs_plans(now, s, same);
	}
}

struct config_match *
config_match(const struct config *old, const struct config *now)
{
	struct config_match *matches =
	    calloc(now->service_count + 1, sizeof(*matches));
	bool *same = NULL;

	for (size_t i = 0; matches != NULL && i < now->service_count; i++)
		matches[i].was = CONFIG_MATCH_NONE;
	if (matches == NULL || old == NULL)
		return matches;
	same = same_procedures(old, now);
	if (same == NULL) {
		free(matches);
		return NULL;
	}
	match(old, now, same, matches);
	free(same);
	return matches;
}
