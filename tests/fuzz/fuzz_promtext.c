/*
 * The first byte chooses format, strictness, selectors and where the page is
 * cut.  How it
 * is cut changes nothing; and with selectors there comes out just what comes
 * out without them and satisfies them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probe/promtext.h"
#include "tests/fuzz/fuzz.h"

#define OUTPUT_MAX ((size_t)64 << 20)
#define SELECTORS 4

struct run {
	struct text out;
	struct selector *const *filter; /* NULL: all */
};

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

static void
write_sample(struct text *t, const struct promtext_sample *s, unsigned selector)
{
	text_addf(t, "%u:", selector);
	text_add_bytes(t, s->name.bytes, s->name.length);
	for (size_t i = 0; i < s->label_count; i++) {
		text_add(t, "|");
		text_add_bytes(
		    t, s->labels[i].name.bytes, s->labels[i].name.length);
		text_add(t, "=");
		text_add_bytes(
		    t, s->labels[i].value.bytes, s->labels[i].value.length);
	}
	text_addf(t, " %a %d %lld %s %llx%llx %llx %a\n", s->value,
	    s->has_timestamp, (long long)s->timestamp_ms,
	    promtext_type_word(s->type), (unsigned long long)s->id.high,
	    (unsigned long long)s->id.low, (unsigned long long)s->group.low,
	    s->le);
}

static void
on_sample(void *arg, const struct promtext_sample *s)
{
	struct run *r = arg;

	if (r->filter == NULL) {
		write_sample(&r->out, s, s->selector);
		return;
	}
	for (unsigned i = 0; i < SELECTORS; i++)
		if (selector_match(r->filter[i], s->name, s->labels,
			s->label_count) == SELECTOR_YES)
			write_sample(&r->out, s, i);
}

/* Each piece on its own, so that reading beyond it is noticed. */
static bool
parse(struct promtext *p, const uint8_t *data, size_t size, size_t piece)
{
	while (size > 0) {
		size_t n = size < piece ? size : piece;
		char *copy = malloc(n);
		bool ok;

		expect(copy != NULL);
		memcpy(copy, data, n);
		ok = promtext_feed(p, copy, n);
		free(copy);
		if (!ok)
			return false;
		data += n;
		size -= n;
	}
	return promtext_finish(p);
}

struct outcome {
	bool is_good;
	struct text samples;
	char error[ERROR_TEXT_MAX];
};

static struct outcome
outcome_of(const struct promtext_settings *settings,
    enum promtext_format format, struct selector *const *selectors,
    struct selector *const *filter, const uint8_t *data, size_t size,
    size_t piece)
{
	struct run r = { .out = text_new(OUTPUT_MAX), .filter = filter };
	struct outcome o = { 0 };
	struct error err;
	struct promtext *p = promtext_new(settings, selectors,
	    selectors == NULL ? 0 : SELECTORS, on_sample, &r, &err);

	expect(p != NULL);
	promtext_begin(p, format);
	o.is_good = parse(p, data, size, piece);
	expect(o.is_good == (promtext_error(p)[0] == '\0'));
	expect(o.is_good == (promtext_error_line(p) == 0));
	(void)snprintf(o.error, sizeof(o.error), "%s", promtext_error(p));
	o.samples = r.out;
	promtext_free(p);
	return o;
}

static void
must_be_same(struct outcome *a, struct outcome *b)
{
	expect(a->is_good == b->is_good);
	expect(strcmp(a->error, b->error) == 0);
	expect(strcmp(text_str(&a->samples), text_str(&b->samples)) == 0);
	text_free(&b->samples);
}

static void
check(const struct promtext_settings *settings, enum promtext_format format,
    struct selector *const *selectors, size_t piece, const uint8_t *data,
    size_t size)
{
	struct outcome whole, cut, picked, filtered;

	whole = outcome_of(settings, format, NULL, NULL, data, size, size + 1);
	cut = outcome_of(settings, format, NULL, NULL, data, size, piece);
	must_be_same(&whole, &cut);
	picked =
	    outcome_of(settings, format, selectors, NULL, data, size, size + 1);
	cut = outcome_of(settings, format, selectors, NULL, data, size, piece);
	must_be_same(&picked, &cut);
	if (whole.is_good) {
		filtered = outcome_of(
		    settings, format, NULL, selectors, data, size, size + 1);
		must_be_same(&picked, &filtered);
	}
	text_free(&whole.samples);
	text_free(&picked.samples);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Those of one name each let the others be skipped. */
	static const char *const texts[2][SELECTORS] = {
		{ "a", "a_total{b=~\"c.*\"}", "{__name__=~\"a_.*\",le!=\"\"}",
		    "b{c!=\"d\"}" },
		{ "a", "a_total{b=~\"c.*\"}", "a_bucket{le!=\"\"}",
		    "b{c!=\"d\"}" },
	};
	static struct selector *selectors[2][SELECTORS];
	struct promtext_settings settings = {
		.limits = { .bytes = 1 << 16,
		    .line_bytes = 256,
		    .labels = 8,
		    .series = 1000 },
	};
	struct error err;

	if (size == 0)
		return 0;
	for (int i = 0; i < SELECTORS && selectors[1][i] == NULL; i++)
		for (int set = 0; set < 2; set++)
			selectors[set][i] = selector_new(texts[set][i], &err);
	settings.is_strict = (data[0] & 1) != 0;
	check(&settings,
	    (data[0] & 2) != 0 ? PROMTEXT_OPENMETRICS : PROMTEXT_TEXT,
	    selectors[(data[0] & 4) >> 2], 1 + (data[0] >> 3), data + 1,
	    size - 1);
	return 0;
}
