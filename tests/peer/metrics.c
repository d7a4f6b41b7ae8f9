/*
 * metrics EXPRESSION... - what is measured on the pages of its standard input.
 *
 * A line "@ MS" begins a page of that moment.  Prints a line for each page:
 * the moment and a value for each expression, "NaN" where it is unknown, or
 * the failure of a page that is not OK.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/metric_page.h"

#define SERIES_MAX 10000

static const struct prometheus_settings settings = {
	.max_bytes = INT64_C(64) * 1024 * 1024,
	.max_series = SERIES_MAX,
	.max_age_ms = 300000,
};

static void
end_page(struct metric_page *p, size_t count, long long at_ms)
{
	struct http_verdict v = metric_page_end(p, at_ms);

	(void)printf("%lld", at_ms);
	if (v.outcome != SAMPLE_OK)
		(void)printf(" %s (%s)", v.failure, v.detail);
	for (size_t i = 0; v.outcome == SAMPLE_OK && i < count; i++) {
		double value = metric_page_values(p)[i];

		if (isnan(value))
			(void)printf(" NaN");
		else
			(void)printf(" %.17g", value);
	}
	(void)printf("\n");
}

static void
read_pages(struct metric_page *p, size_t count)
{
	const struct metric_page_answer answer = { .status = 200 };
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	long long at_ms = -1;

	while ((length = getline(&line, &size, stdin)) > 0) {
		if (line[0] != '@') {
			(void)metric_page_bytes(p, line, (size_t)length);
			continue;
		}
		if (at_ms >= 0)
			end_page(p, count, at_ms);
		at_ms = strtoll(line + 1, NULL, 10);
		metric_page_begin(p, &answer, at_ms);
	}
	if (at_ms >= 0)
		end_page(p, count, at_ms);
	free(line);
}

int
main(int argc, char *argv[])
{
	struct metric_name names[METRIC_NAMES_MAX];
	struct metric_page *p;
	struct error err = { "" };
	size_t count = 0;

	for (int i = 1; i < argc && count < METRIC_NAMES_MAX; i++)
		names[count++] = (struct metric_name){ argv[i], false };
	p = metric_page_new(&settings, names, count, &err);
	if (p == NULL) {
		(void)fprintf(stderr, "metrics: %s\n", err.text);
		return 1;
	}
	read_pages(p, count);
	metric_page_free(p);
	return 0;
}
