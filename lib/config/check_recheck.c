#include <string.h>

#include "base/units.h"
#include "config/check_impl.h"

static bool
is_counted(const struct service_settings *s, const struct probe_settings *p)
{
	for (size_t i = 0; i < s->evaluator_count; i++) {
		const struct evaluator_settings *e = &s->evaluators[i];

		if (e->kind != NULL && evaluator_takes_rechecks(e) &&
		    e->probe != NULL && strcmp(e->probe, p->name) == 0)
			return true;
	}
	return false;
}

void
check_recheck(struct check *c, const struct service_settings *s,
    const struct probe_settings *p)
{
	char recheck[DURATION_TEXT_MAX], interval[DURATION_TEXT_MAX];

	if (p->recheck_ms == 0 || p->name == NULL)
		return;
	if (p->kind == &probe_push)
		check_wrong(c, p->source,
		    "probe \"%s\": recheck_interval: a heartbeat cannot be "
		    "asked for",
		    p->name);
	else if (p->recheck_ms >= p->interval_ms)
		check_wrong(c, p->source,
		    "probe \"%s\": recheck_interval %s is not shorter than "
		    "its interval, %s",
		    p->name, duration_text(p->recheck_ms, recheck),
		    duration_text(p->interval_ms, interval));
	else if (!is_counted(s, p))
		check_doubt(c, p->source,
		    "probe \"%s\": recheck_interval changes nothing, as no "
		    "evaluator of type consecutive looks at it",
		    p->name);
}
