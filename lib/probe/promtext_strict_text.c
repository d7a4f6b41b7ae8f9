#include "probe/promtext_strict_impl.h"

static bool
check_unique(struct promtext *p)
{
	struct strict *s = p->strict;
	bool is_new;

	if (series_set_put(&s->series, p->sample.id, &is_new) == NULL)
		return promtext_fail(p, "more than %zu series", s->series.max);
	if (!is_new)
		return promtext_fail(p, "the series is there twice");
	return true;
}

bool
strict_text_sample(struct promtext *p, enum part part)
{
	struct strict *s = p->strict;
	struct metric *m;
	bool is_new;

	if (!check_unique(p))
		return false;
	if (s->type != PROMTEXT_HISTOGRAM && s->type != PROMTEXT_SUMMARY)
		return true;
	m = strict_metric(p, part, &is_new);
	if (m == NULL)
		return false;
	if (part == PART_BUCKET)
		return strict_bucket(p, m);
	if (part == PART_VALUE)
		return strict_quantile(p, m);
	if (part == PART_COUNT) {
		m->has_count = true;
		m->count = p->sample.value;
	}
	return true;
}
