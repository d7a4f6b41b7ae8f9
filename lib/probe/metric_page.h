/*
 * metric_page.h - judges a page of metrics while it comes, and measures what
 * was asked of it.
 *
 *   metric_page_begin(p, answer, wall_ms);
 *   while (bytes come && metric_page_bytes(p, bytes, length));
 *   verdict = metric_page_end(p, now_ms);
 *
 * A page that breaks off is not ended, and leaves nothing behind.  All memory
 * is taken by metric_page_new().
 *
 * OK: all of it was read; a metric that is not there is NAN in its slot.
 * FAILED: not status 200; not metrics, or not as their format has it.
 * LOST: more than we were told to take, or an exporter that is frozen.
 */
#ifndef PROBE_METRIC_PAGE_H
#define PROBE_METRIC_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "probe/http_judge.h"
#include "probe/metric_name.h"
#include "probe/prometheus_settings.h"
#include "probe/version_source.h"

/* A timestamp further ahead than that is wrong. */
#define METRIC_AHEAD_MAX_MS 60000

struct metric_page;

struct metric_page_answer {
	int status;
	const char *content_type; /* NULL: none */
	const char *encoding;     /* NULL: none */
};

/*
 * Borrows the settings; the names are only read here.  NULL with the reason,
 * which names the metric.
 */
struct metric_page *metric_page_new(const struct prometheus_settings *settings,
    const struct metric_name *names, size_t count, struct error *err);

/* The same, and it looks for a version: version is only read here. */
struct metric_page *metric_page_new_with(
    const struct prometheus_settings *settings, const struct metric_name *names,
    size_t count, const struct version_source *version, struct error *err);

/*
 * Of the last page that was ended and is OK: what the label said.  NULL: there
 * is no such series, or there are some that say different things.
 */
const char *metric_page_version(const struct metric_page *p);

/* Equal settings in other memory; the old are no longer looked at. */
void metric_page_resettle(
    struct metric_page *p, const struct prometheus_settings *settings);

/* wall_ms: since 1970, to compare timestamps with. */
void metric_page_begin(struct metric_page *p,
    const struct metric_page_answer *answer, int64_t wall_ms);

/* False: it has seen enough to judge. */
bool metric_page_bytes(struct metric_page *p, const char *bytes, size_t length);

/* now_ms: the moment of the page, on a clock that only goes forward. */
struct http_verdict metric_page_end(struct metric_page *p, int64_t now_ms);

/*
 * The next page is the first that counts, as no rate may hold what was before
 * a deployment.
 */
void metric_page_forget(struct metric_page *p);

/* One for each name, of the last page that was ended and is OK. */
const double *metric_page_values(const struct metric_page *p);

/* NULL is allowed. */
void metric_page_free(struct metric_page *p);

#endif
