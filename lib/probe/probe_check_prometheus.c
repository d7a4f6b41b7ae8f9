#include "probe/probe_check_impl.h"

#include "base/error.h"
#include "base/units.h"
#include "probe/metric_expression.h"
#include "probe/prometheus_settings.h"

static void
check_freshness(const struct probe_settings *p,
    const struct prometheus_freshness *f, const struct objector *o)
{
	struct metric_expression e;
	struct error err = { "" };
	char age[DURATION_TEXT_MAX], interval[DURATION_TEXT_MAX];

	if (!f->given || f->metric == NULL)
		return;
	if (metric_expression_parse(
		&e, (struct metric_name){ f->metric, false }, &err))
		metric_expression_clear(&e);
	else
		probe_say(o, PROBE_WRONG, "freshness: \"%s\": %s", f->metric,
		    err.text);
	if (f->max_age_ms <= p->interval_ms)
		probe_say(o, PROBE_WRONG,
		    "freshness: max_age %s is not longer than interval %s, so "
		    "what does not change at each page is LOST",
		    duration_text(f->max_age_ms, age),
		    duration_text(p->interval_ms, interval));
}

void
probe_check_prometheus(const struct probe_settings *p, const struct objector *o)
{
	const struct prometheus_settings *settings = p->settings;

	probe_check_asking(&settings->http, "url", o);
	check_freshness(p, &settings->freshness, o);
}
