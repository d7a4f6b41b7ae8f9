/* Can a rule act at all, and is there time for it? */
#include "config/check_impl.h"

#include "base/units.h"
#include "config/times.h"

#define WEEK_MS (7 * INT64_C(86400000))

/* Mondays of a winter and of a summer: clocks may differ. */
static const int64_t weeks_ms[] = { INT64_C(1767571200000),
	INT64_C(1783296000000) };

/* From at_ms on; none at all is always open. */
static int64_t
opens_ms(const struct calendar *window, int64_t at_ms)
{
	return window->count == 0 ? at_ms : calendar_opens_ms(window, at_ms);
}

static int64_t
shuts_ms(const struct calendar *window, int64_t at_ms)
{
	return window->count == 0 ? CALENDAR_NEVER_MS :
				    calendar_shuts_ms(window, at_ms);
}

/* The longest time of a week in which it may act; its end may be later. */
static int64_t
longest_ms(const struct calendar *window, const struct calendar *maintenance,
    int64_t week_ms)
{
	int64_t longest = 0, at_ms = week_ms;

	while (at_ms < week_ms + WEEK_MS) {
		int64_t end_ms, work_ms;

		at_ms = opens_ms(window, at_ms);
		if (at_ms >= week_ms + WEEK_MS)
			break;
		if (calendar_is_open(maintenance, at_ms)) {
			at_ms = calendar_shuts_ms(maintenance, at_ms);
			continue;
		}
		end_ms = shuts_ms(window, at_ms);
		work_ms = calendar_opens_ms(maintenance, at_ms);
		if (work_ms < end_ms)
			end_ms = work_ms;
		if (end_ms == CALENDAR_NEVER_MS)
			return CALENDAR_NEVER_MS;
		if (end_ms - at_ms > longest)
			longest = end_ms - at_ms;
		at_ms = end_ms;
	}
	return longest;
}

/* All that the procedure and its verification may take. */
static int64_t
worst_ms(const struct service_settings *s, const struct procedure_settings *p)
{
	struct error err;
	struct plan *plan = plan_new(p, &s->params, &err);
	int64_t ms = 0;

	if (plan != NULL)
		ms = times_steps_ms(plan) + s->verify.within_ms;
	plan_free(plan);
	return ms;
}

void
check_window(struct check *c, const struct service_settings *s,
    const struct rule_settings *r, const struct procedure_settings *p)
{
	char there[DURATION_TEXT_MAX], needed[DURATION_TEXT_MAX];
	int64_t ms = 0, needed_ms = worst_ms(s, p);
	bool has_window = r->when_open.count > 0;

	if (!has_window && s->when_maintained.count == 0)
		return;
	for (size_t i = 0; i < sizeof(weeks_ms) / sizeof(weeks_ms[0]); i++) {
		int64_t week =
		    longest_ms(&r->when_open, &s->when_maintained, weeks_ms[i]);

		if (i == 0 || week < ms)
			ms = week;
	}
	if (ms == 0)
		check_doubt(c, r->source,
		    "rule \"%s\" can never act: %s of service \"%s\" %s",
		    r->name, "maintenance", s->name,
		    has_window ? "is on whenever its window is open" :
				 "is always on");
	else if (ms < needed_ms)
		check_doubt(c, r->source,
		    "rule \"%s\" may not be done in time: %s at a time at the "
		    "longest, procedure \"%s\" and its verification may take "
		    "%s",
		    r->name, duration_text(ms, there), p->name,
		    duration_text(needed_ms, needed));
}
