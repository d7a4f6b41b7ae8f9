#include "evaluator/gap.h"

#include <stdio.h>

#include "base/units.h"
#include "evaluator/evaluator_impl.h"

#define OBJECTION_TEXT_MAX 256

int64_t
gap_pace_ms(const struct probe_settings *probe)
{
	if (probe->timeout_ms > probe->interval_ms)
		return probe->timeout_ms;
	return probe->interval_ms;
}

int64_t
gap_or_default_ms(int64_t gap_ms, const struct probe_settings *probe)
{
	return gap_ms == 0 ? GAP_PACES * gap_pace_ms(probe) : gap_ms;
}

static const char *
what_the_gap_does(int64_t gap_ms, const struct probe_settings *probe)
{
	if (gap_ms <= probe->interval_ms)
		return "ends every run";
	if (gap_ms <= probe_pace_ms(probe))
		return "ends a run of time-outs";
	return "may end a run that should go on";
}

void
gap_check(int64_t gap_ms, const struct probe_settings *probe,
    evaluator_object *object, void *arg)
{
	bool never = gap_ms <= probe->interval_ms;
	char gap[DURATION_TEXT_MAX], apart[DURATION_TEXT_MAX];
	char text[OBJECTION_TEXT_MAX];

	if (gap_ms == 0 || gap_ms > probe_spread_ms(probe))
		return;
	(void)snprintf(text, sizeof(text),
	    "gap %s %s, as answers of \"%s\" may be %s apart; leave gap out, "
	    "or make it longer than that",
	    duration_text(gap_ms, gap), what_the_gap_does(gap_ms, probe),
	    probe->name, duration_text(probe_spread_ms(probe), apart));
	object(never ? OBJECTION_WRONG : OBJECTION_DOUBT, text, arg);
}
