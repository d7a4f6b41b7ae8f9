/*
 * What metrics cost: a page of 10 MB of which eight metrics are asked for,
 * a page of nothing but counters that are asked for, and the memory of a probe
 * before and after its first page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/metric_page.h"

#define PIECE_BYTES 16384 /* what libcurl hands over at most */
#define LARGE_BYTES ((size_t)10 << 20)
#define PAGE_MAX ((size_t)16 << 20)
#define ROUND_BYTES ((size_t)64 << 20)
#define ROUNDS 5
#define SERIES 1000
#define PROBES 200

static const struct prometheus_settings settings = { .max_bytes = PAGE_MAX,
	.max_series = SERIES,
	.max_age_ms = 300000 };

static const struct metric_name eight[] = { { "m_1_total", true },
	{ "m_2_total{code=~\"5..\"}", true }, { "rate(m_3_total)", false },
	{ "rate(m_4_total[5m])", false }, { "max(m_5_total)", false },
	{ "m_6_total", false }, { "histogram_quantile(0.9, h[5m])", false },
	{ "count(m_7_total)", false } };
static const struct metric_name one[] = { { "m_1_total", true } };

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct metric_page *
page_new(const struct metric_name *names, size_t count)
{
	struct error err = { "" };
	struct metric_page *p = metric_page_new(&settings, names, count, &err);

	if (p == NULL) {
		(void)fprintf(stderr, "bench_metric: %s\n", err.text);
		exit(1);
	}
	return p;
}

static void
read_page(struct metric_page *p, const struct text *page, int64_t now_ms)
{
	const struct metric_page_answer answer = { .status = 200 };

	metric_page_begin(p, &answer, now_ms);
	for (size_t at = 0; at < page->length; at += PIECE_BYTES)
		(void)metric_page_bytes(p, page->data + at,
		    page->length - at < PIECE_BYTES ? page->length - at :
						      PIECE_BYTES);
	if (metric_page_end(p, now_ms).outcome != SAMPLE_OK) {
		(void)fprintf(stderr, "bench_metric: a page is not good\n");
		exit(1);
	}
}

static double
best_seconds_a_page(
    const struct text *page, const struct metric_name *names, size_t count)
{
	struct metric_page *p = page_new(names, count);
	size_t pages = ROUND_BYTES / page->length;
	int64_t now_ms = 0;
	double best = 0.0;

	for (int round = 0; round < ROUNDS; round++) {
		double from = seconds(), took;

		for (size_t i = 0; i < pages; i++)
			read_page(p, page, now_ms += 10000);
		took = (seconds() - from) / (double)pages;
		if (round == 0 || took < best)
			best = took;
	}
	metric_page_free(p);
	return best;
}

static long
resident_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long size = 0, resident = 0;

	if (f == NULL || fscanf(f, "%ld %ld", &size, &resident) != 2)
		exit(1);
	(void)fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void
tell_memory(const struct text *page)
{
	struct metric_page *probes[PROBES];
	long before = resident_kib(), made, used;

	for (size_t i = 0; i < PROBES; i++)
		probes[i] = page_new(eight, 8);
	made = resident_kib();
	for (size_t i = 0; i < PROBES; i++)
		read_page(probes[i], page, 1000);
	used = resident_kib();
	(void)printf("a probe of 8 metrics: %ld KiB idle, %ld KiB in use\n",
	    (made - before) / PROBES, (used - before) / PROBES);
	for (size_t i = 0; i < PROBES; i++)
		metric_page_free(probes[i]);
}

int
main(void)
{
	struct text large = text_new(PAGE_MAX), counters = text_new(PAGE_MAX);
	struct text small = text_new(PAGE_MAX);
	double took;

	for (int i = 0; i < 20; i++)
		text_addf(&small, "m_%d_total{code=\"500\"} 5\n", i);
	/* First: what others gave back would not be new. */
	tell_memory(&small);
	for (int i = 0; large.length < LARGE_BYTES; i++)
		text_addf(&large,
		    "m_%d_total{code=\"%d\",handler=\"/api/v1/things\"} %d\n",
		    i < 800 ? i % 100 : i, 200 + i % 3 * 150, i * 17);
	for (int i = 0; i < SERIES; i++)
		text_addf(
		    &counters, "m_1_total{pod=\"pod-%d\"} %d\n", i, i * 1000);
	took = best_seconds_a_page(&large, eight, 8);
	(void)printf("10 MB, 8 metrics asked for: %.1f ms, %.0f MB/s\n",
	    took * 1e3, (double)large.length / took / 1e6);
	took = best_seconds_a_page(&counters, one, 1);
	(void)printf("%d counters asked for: %.0f us a page, %.0f ns each\n",
	    SERIES, took * 1e6, took * 1e9 / SERIES);
	text_free(&large);
	text_free(&counters);
	text_free(&small);
	return 0;
}
