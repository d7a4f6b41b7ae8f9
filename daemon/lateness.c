#include "daemon/lateness.h"

#include <inttypes.h>

static const int64_t bounds_us[LATENESS_BUCKETS] = { 500, 1000, 2000, 5000,
	10000, 20000, 50000, 100000, 200000, 500000, 1000000, 5000000 };

void
lateness_note(struct lateness *l, int64_t us)
{
	unsigned i = 0;

	if (us < 0)
		us = 0;
	while (i < LATENESS_BUCKETS && us > bounds_us[i])
		i++;
	l->counts[i]++;
	l->count++;
	l->sum_us += us;
	if (us > l->max_us)
		l->max_us = us;
}

int64_t
lateness_quantile_us(const struct lateness *l, double share)
{
	uint64_t within = 0;

	for (unsigned i = 0; i < LATENESS_BUCKETS; i++) {
		within += l->counts[i];
		if ((double)within >= share * (double)l->count)
			return bounds_us[i];
	}
	return l->max_us;
}

void
lateness_write(const struct lateness *l, struct text *out, const char *stem,
    const char *help)
{
	uint64_t within = 0;

	text_addf(out, "# HELP %s_seconds %s\n# TYPE %s_seconds histogram\n",
	    stem, help, stem);
	for (unsigned i = 0; i < LATENESS_BUCKETS; i++) {
		within += l->counts[i];
		text_addf(out, "%s_seconds_bucket{le=\"%.15g\"} %" PRIu64 "\n",
		    stem, (double)bounds_us[i] / 1e6, within);
	}
	text_addf(out, "%s_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", stem,
	    l->count);
	text_addf(out, "%s_seconds_sum %.15g\n", stem, (double)l->sum_us / 1e6);
	text_addf(out, "%s_seconds_count %" PRIu64 "\n", stem, l->count);
	text_addf(out,
	    "# HELP %s_max_seconds The most of it since the start.\n"
	    "# TYPE %s_max_seconds gauge\n%s_max_seconds %.15g\n",
	    stem, stem, stem, (double)l->max_us / 1e6);
}
