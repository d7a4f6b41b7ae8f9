/*
 * Exposition pages: MB/s of all samples with all labels, and of twenty names
 * picked from them, on a page like node_exporter's and on 10 MB of histograms
 * with escapes; beside them memchr() over the same lines, which is the limit.
 *
 *   bench_promtext                     all of that
 *   bench_promtext page                the 10 MB
 *   bench_promtext rate FILE [NAME...] MB/s, once; the names picked, if any
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "probe/promtext.h"

#define PIECE_BYTES 16384 /* what libcurl hands over at most */
#define ROUNDS 5
#define ROUND_BYTES ((size_t)96 << 20)
#define PAGE_MAX ((size_t)16 << 20)
#define SYNTHETIC_BYTES ((size_t)10 << 20)
#define SELECTORS 20
#define SERIES_MAX 120000

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
add_disks(struct text *t)
{
	static const char *const names[] = { "read_bytes", "reads_completed",
		"written_bytes", "writes_completed", "io_time_seconds",
		"flush_requests", "discards_completed", "io_time_weighted" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		text_addf(t,
		    "# HELP node_disk_%s_total The total of %s.\n"
		    "# TYPE node_disk_%s_total counter\n",
		    names[i], names[i], names[i]);
		for (int disk = 0; disk < 4; disk++)
			text_addf(t,
			    "node_disk_%s_total{device=\"sd%c\"} %.10g\n",
			    names[i], 'a' + disk,
			    (double)(disk + 1) * 123456.789);
	}
}

static void
add_processors(struct text *t)
{
	static const char *const modes[] = { "idle", "iowait", "irq", "nice",
		"softirq", "steal", "system", "user" };

	text_add(t,
	    "# HELP node_cpu_seconds_total Seconds the CPUs spent in each "
	    "mode.\n# TYPE node_cpu_seconds_total counter\n");
	for (int cpu = 0; cpu < 8; cpu++)
		for (int mode = 0; mode < 8; mode++)
			text_addf(t,
			    "node_cpu_seconds_total{cpu=\"%d\",mode=\"%s\"} "
			    "%.2f\n",
			    cpu, modes[mode],
			    (double)(cpu * 8 + mode) * 1234.57);
}

/* Most families have one sample and two lines about it. */
static void
add_node_page(struct text *t)
{
	add_processors(t);
	add_disks(t);
	for (int i = 0; i < 240; i++)
		text_addf(t,
		    "# HELP node_memory_Field%d_bytes Memory information "
		    "field Field%d_bytes.\n"
		    "# TYPE node_memory_Field%d_bytes gauge\n"
		    "node_memory_Field%d_bytes %.8e\n",
		    i, i, i, i, (double)i * 7.5e6);
}

static void
add_histogram(struct text *t, int handler)
{
	static const char *const bounds[] = { "0.005", "0.01", "0.025", "0.05",
		"0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf" };
	char labels[128];

	(void)snprintf(labels, sizeof(labels),
	    "code=\"200\",handler=\"/api/v1/\\\"h%d\\\"\",host=\"a\\\\b%d\"",
	    handler, handler % 17);
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		text_addf(t,
		    "http_request_duration_seconds_bucket{%s,le=\"%s\"} %zu\n",
		    labels, bounds[i], (i + 1) * (size_t)(handler + 7));
	text_addf(t, "http_request_duration_seconds_sum{%s} %.17g\n", labels,
	    (double)handler * 0.1234567);
	text_addf(t, "http_request_duration_seconds_count{%s} %d\n", labels,
	    handler * 12);
}

static void
add_synthetic_page(struct text *t)
{
	text_add(t,
	    "# HELP http_request_duration_seconds How long it took.\n"
	    "# TYPE http_request_duration_seconds histogram\n");
	for (int i = 0; t->length < SYNTHETIC_BYTES; i++)
		add_histogram(t, i);
	for (int i = 0; i < SELECTORS; i++)
		text_addf(t, "wanted_%d{a=\"b\"} %d\n", i, i);
}

static size_t samples;

static void
count_sample(void *arg, const struct promtext_sample *s)
{
	(void)arg;
	(void)s;
	samples++;
}

static size_t
count_lines(const struct text *page)
{
	const char *at = page->data, *end = page->data + page->length;
	size_t lines = 0;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		lines++;
		at++;
	}
	return lines;
}

static void
parse(struct promtext *p, const struct text *page)
{
	promtext_begin(p, PROMTEXT_TEXT);
	for (size_t at = 0; at < page->length; at += PIECE_BYTES) {
		size_t left = page->length - at;

		if (!promtext_feed(p, page->data + at,
			left < PIECE_BYTES ? left : PIECE_BYTES))
			break;
	}
	if (promtext_finish(p))
		return;
	fprintf(stderr, "%s\n", promtext_error(p));
	exit(1);
}

/* p NULL: only the lines. */
static double
megabytes_a_second(struct promtext *p, const struct text *page)
{
	size_t times = ROUND_BYTES / page->length + 1, lines = 0;
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = seconds(), rate;

		for (size_t i = 0; i < times; i++)
			if (p != NULL)
				parse(p, page);
			else
				lines += count_lines(page);
		rate =
		    (double)(times * page->length) / 1e6 / (seconds() - start);
		best = rate > best ? rate : best;
	}
	if (p == NULL && lines == 0)
		exit(1);
	return best;
}

static struct promtext *
parser(struct selector *const *selectors, size_t count)
{
	struct promtext_settings settings = { .limits = {
						  .series = SERIES_MAX } };
	struct error err;
	struct promtext *p =
	    promtext_new(&settings, selectors, count, count_sample, NULL, &err);

	if (p == NULL)
		exit(1);
	return p;
}

static void
measure(const char *what, const struct text *page, const char *const *names)
{
	struct selector *selectors[SELECTORS];
	struct promtext *full = parser(NULL, 0), *some;
	size_t all, picked;
	double limit, full_rate, some_rate;
	struct error err;

	for (int i = 0; i < SELECTORS; i++)
		selectors[i] = selector_new(names[i], &err);
	some = parser(selectors, SELECTORS);
	samples = 0;
	parse(full, page);
	all = samples;
	parse(some, page);
	picked = samples - all;
	limit = megabytes_a_second(NULL, page);
	full_rate = megabytes_a_second(full, page);
	some_rate = megabytes_a_second(some, page);
	printf("promtext %s, %zu bytes, %zu samples: memchr %.0f MB/s, "
	       "full %.0f MB/s (%.2f of it, %.1f M samples/s), "
	       "select %zu of 20 names %.0f MB/s (%.2f)\n",
	    what, page->length, all, limit, full_rate, full_rate / limit,
	    full_rate / (double)page->length * (double)all, picked, some_rate,
	    some_rate / limit);
	for (int i = 0; i < SELECTORS; i++)
		selector_free(selectors[i]);
	promtext_free(full);
	promtext_free(some);
}

static bool
read_file(struct text *t, const char *path)
{
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;

	if (f == NULL)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		text_add_bytes(t, piece, n);
	(void)fclose(f);
	return t->length > 0 && text_ok(t);
}

static int
rate(const char *path, char *const *names, int count)
{
	struct text page = text_new(PAGE_MAX);
	struct selector *selectors[SELECTORS];
	struct promtext *p;
	struct error err;
	size_t times;
	double start;

	if (count > SELECTORS || !read_file(&page, path))
		return 1;
	for (int i = 0; i < count; i++)
		selectors[i] = selector_new(names[i], &err);
	p = parser(selectors, (size_t)count);
	times = ROUND_BYTES * ROUNDS / page.length + 1;
	parse(p, &page);
	start = seconds();
	for (size_t i = 0; i < times; i++)
		parse(p, &page);
	printf("%.1f\n",
	    (double)(times * page.length) / 1e6 / (seconds() - start));
	promtext_free(p);
	for (int i = 0; i < count; i++)
		selector_free(selectors[i]);
	text_free(&page);
	return 0;
}

static void
measure_all(const struct text *synthetic)
{
	static const char *const node_names[SELECTORS] = { "up", "node_load1",
		"node_memory_MemFree_bytes", "node_memory_Field77_bytes",
		"node_disk_read_bytes_total", "process_cpu_seconds_total",
		"go_goroutines", "node_filesystem_avail_bytes",
		"node_memory_Field1_bytes", "node_memory_Field20_bytes",
		"node_memory_Field30_bytes", "node_memory_Field40_bytes",
		"node_memory_Field50_bytes", "node_memory_Field60_bytes",
		"node_memory_Field70_bytes", "node_memory_Field80_bytes",
		"node_memory_Field90_bytes", "node_memory_Field100_bytes",
		"node_memory_Field110_bytes", "node_memory_Field120_bytes" };
	char words[SELECTORS][16];
	const char *wanted[SELECTORS];
	struct text node = text_new(PAGE_MAX);

	for (int i = 0; i < SELECTORS; i++) {
		(void)snprintf(words[i], sizeof(words[i]), "wanted_%d", i);
		wanted[i] = words[i];
	}
	add_node_page(&node);
	measure("node", &node, node_names);
	measure("histograms", synthetic, wanted);
	text_free(&node);
}

int
main(int argc, char *argv[])
{
	struct text synthetic = text_new(PAGE_MAX);
	bool ok = true;

	if (argc > 2 && strcmp(argv[1], "rate") == 0)
		return rate(argv[2], argv + 3, argc - 3);
	add_synthetic_page(&synthetic);
	if (argc > 1)
		ok = fwrite(synthetic.data, 1, synthetic.length, stdout) ==
		    synthetic.length;
	else
		measure_all(&synthetic);
	text_free(&synthetic);
	return ok ? 0 : 1;
}
