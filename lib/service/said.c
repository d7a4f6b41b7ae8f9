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
said_changed(struct said *s, int64_t at_ms)
{
	const struct said before = *s;

	*s = (struct said){ .report_count = 0 };
	for (size_t i = 0; i < before.report_count; i++)
		if (before.reports[i].at_ms > at_ms)
			s->reports[s->report_count++] = before.reports[i];
}
