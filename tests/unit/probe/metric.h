/*
 * metric.h - pages of metrics, read one after the other, and what they say.
 */
#ifndef TESTS_UNIT_PROBE_METRIC_H
#define TESTS_UNIT_PROBE_METRIC_H

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "probe/metric_page.h"
#include "tests/unit/test.h"

#define WALL_MS INT64_C(1700000000000)

static inline void
add_value(struct text *t, double value)
{
	if (isnan(value))
		text_add(t, "?");
	else
		text_addf(t, "%.12g", value);
}

/* One page, and what it says. */
static inline void
read_page(
    struct metric_page *p, const char *page, int64_t now_ms, struct text *t)
{
	const struct metric_page_answer answer = { .status = 200 };
	struct http_verdict v;

	metric_page_begin(p, &answer, WALL_MS + now_ms);
	assert_true(metric_page_bytes(p, page, strlen(page)));
	v = metric_page_end(p, now_ms);
	assert_int_equal(v.outcome == SAMPLE_OK, v.failure == NULL);
	if (v.outcome == SAMPLE_OK)
		add_value(t, metric_page_values(p)[0]);
	else
		text_add(t, v.failure);
}

static inline struct metric_page *
page_of(const struct prometheus_settings *settings, const char *metric)
{
	const struct metric_name name = { metric, false };
	struct error err = { "" };
	struct metric_page *p = metric_page_new(settings, &name, 1, &err);

	if (p == NULL)
		fail_msg("%s", err.text);
	return p;
}

static const struct prometheus_settings defaults = {
	.max_bytes = 1024 * 1024,
	.max_series = 4,
	.max_age_ms = 300000,
};

#endif
