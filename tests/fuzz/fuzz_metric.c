/*
 * A metric on the first line, then pages, each behind a line "@".  Whatever
 * they are: it does not matter in which pieces a page comes, a page that is
 * refused leaves nothing behind, and what is known is finite and, where it is
 * counted, neither negative nor falling.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probe/metric_expression.h"
#include "probe/metric_page.h"
#include "tests/fuzz/fuzz.h"

#define EXPRESSION_MAX 512
#define PAGE_APART_MS 10000

static const struct prometheus_settings settings = { .max_bytes = 1 << 20,
	.max_series = 8,
	.max_age_ms = 300000 };

/* One gets pages whole, one in bytes, one only those that are good. */
struct trio {
	struct metric_page *whole, *bytes, *good;
	enum metric_function function;
	double counted;
};

static struct metric_page *
page_new(const char *expression)
{
	struct metric_name name = { expression, false };
	struct error err = { "" };

	return metric_page_new(&settings, &name, 1, &err);
}

static struct http_verdict
read_page(struct metric_page *p, const char *page, size_t length, size_t piece,
    int64_t now_ms)
{
	const struct metric_page_answer answer = { .status = 200 };

	metric_page_begin(p, &answer, now_ms);
	for (size_t at = 0; at < length; at += piece)
		if (!metric_page_bytes(p, page + at,
			length - at < piece ? length - at : piece))
			break;
	return metric_page_end(p, now_ms);
}

static bool
same(double a, double b)
{
	return isnan(a) ? isnan(b) : a == b;
}

static void
check_value(struct trio *t, double value)
{
	if (isnan(value))
		return;
	if (!isfinite(value))
		abort();
	switch (t->function) {
	case METRIC_SUM:
	case METRIC_AVG:
	case METRIC_MIN:
	case METRIC_MAX:
	case METRIC_QUANTILE:
		break;
	case METRIC_COUNT:
		if (value < 1.0 || value > settings.max_series)
			abort();
		break;
	case METRIC_COUNTER:
		if (value < t->counted)
			abort();
		t->counted = value;
		break;
	case METRIC_RATE:
	case METRIC_INCREASE:
		if (value < 0.0)
			abort();
		break;
	}
}

static void
try_page(struct trio *t, const char *page, size_t length, int64_t now_ms)
{
	struct http_verdict a =
	    read_page(t->whole, page, length, SIZE_MAX / 2, now_ms);
	struct http_verdict b = read_page(t->bytes, page, length, 1, now_ms);

	if (a.outcome != b.outcome || strcmp(a.detail, b.detail) != 0)
		abort();
	if ((a.outcome == SAMPLE_OK) != (a.failure == NULL))
		abort();
	if (a.outcome != SAMPLE_OK)
		return;
	(void)read_page(t->good, page, length, SIZE_MAX / 2, now_ms);
	if (!same(metric_page_values(t->whole)[0],
		metric_page_values(t->bytes)[0]) ||
	    !same(metric_page_values(t->whole)[0],
		metric_page_values(t->good)[0]))
		abort();
	check_value(t, metric_page_values(t->whole)[0]);
}

static void
try_pages(struct trio *t, const char *text, size_t length)
{
	int64_t now_ms = 0;

	while (length > 0) {
		const char *end = memmem(text, length, "@\n", 2);
		size_t page = end == NULL ? length : (size_t)(end - text);

		try_page(t, text, page, now_ms);
		now_ms += PAGE_APART_MS;
		if (end == NULL)
			break;
		text += page + 2;
		length -= page + 2;
	}
}

static enum metric_function
function_of(const char *expression)
{
	struct metric_expression e;
	struct error err = { "" };

	if (!metric_expression_parse(
		&e, (struct metric_name){ expression, false }, &err))
		abort();
	metric_expression_clear(&e);
	return e.function;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size == 0 ? NULL : memchr(data, '\n', size);
	char expression[EXPRESSION_MAX] = "";
	struct trio t = { .counted = 0.0 };
	size_t length = end == NULL ? 0 : (size_t)(end - data);

	if (end == NULL || length >= sizeof(expression) ||
	    memchr(data, '\0', length) != NULL)
		return 0;
	memcpy(expression, data, length);
	t.whole = page_new(expression);
	if (t.whole == NULL)
		return 0;
	t.bytes = page_new(expression);
	t.good = page_new(expression);
	if (t.bytes == NULL || t.good == NULL)
		abort();
	t.function = function_of(expression);
	try_pages(&t, (const char *)end + 1, size - length - 1);
	metric_page_free(t.whole);
	metric_page_free(t.bytes);
	metric_page_free(t.good);
	return 0;
}
