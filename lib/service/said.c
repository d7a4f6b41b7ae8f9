#include "service/said.h"

#include <string.h>

static size_t
find(const struct said *s, const char *id)
{
	size_t i = 0;

	while (i < s->report_count && strcmp(s->reports[i].id, id) != 0)
		i++;
	return i;
}

bool
said_report(struct said *s, const struct said_report *report)
{
	if (s->report_count == SAID_REPORTS_MAX ||
	    find(s, report->id) < s->report_count)
		return false;
	s->reports[s->report_count++] = *report;
	return true;
}

bool
said_withdraw(struct said *s, const char *id)
{
	size_t at = find(s, id);

	if (at == s->report_count)
		return false;
	s->report_count--;
	memmove(&s->reports[at], &s->reports[at + 1],
	    (s->report_count - at) * sizeof(s->reports[0]));
	return true;
}

static bool
is_better(const struct said_report *r, const struct said_report *than)
{
	if (than == NULL || r->severity != than->severity)
		return than == NULL || r->severity < than->severity;
	return r->has_authority && !than->has_authority;
}

const struct said_report *
said_match(const struct said *s, const struct rule_settings *rule)
{
	const struct said_report *best = NULL;

	for (size_t i = 0; i < s->report_count; i++) {
		const struct said_report *r = &s->reports[i];

		if (r->severity <= rule->severity &&
		    (rule->class == REPORT_ANY || rule->class == r->class) &&
		    is_better(r, best))
			best = r;
	}
	return best;
}

void
said_inherit(struct said *to, const struct said *from)
{
	if (from->report_count == 0)
		return;
	to->report_count = from->report_count;
	for (size_t i = 0; i < from->report_count; i++)
		to->reports[i] = from->reports[i];
}

/* Then nothing is written: see struct lore. */
static bool
is_empty(const struct said *s)
{
	for (size_t i = 0; i < SERVICE_RULES_MAX; i++)
		if (s->dismissals[i].is_on)
			return false;
	return s->report_count == 0;
}

void
said_changed(struct said *s, int64_t at_ms)
{
	size_t kept = 0;

	if (is_empty(s))
		return;
	for (size_t i = 0; i < s->report_count; i++)
		if (s->reports[i].at_ms > at_ms)
			s->reports[kept++] = s->reports[i];
	s->report_count = kept;
	for (size_t i = 0; i < SERVICE_RULES_MAX; i++)
		s->dismissals[i] = (struct dismissal){ 0 };
}
