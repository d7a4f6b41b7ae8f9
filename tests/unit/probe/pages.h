/*
 * pages.h - feeds pages to a parser and shows what comes out of it.
 */
#ifndef TESTS_UNIT_PROBE_PAGES_H
#define TESTS_UNIT_PROBE_PAGES_H

#include "tests/unit/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probe/promtext.h"

#define DUMP_MAX 65536
#define REFUSED NULL

struct row {
	const char *page;
	const char *samples; /* "a{l="v"} 1 @5;", or REFUSED */
	const char *why;     /* of what is refused: a part of it */
};

static inline void
dump(void *arg, const struct promtext_sample *s)
{
	struct text *t = arg;
	const char *between = "{";

	text_add_bytes(t, s->name.bytes, s->name.length);
	for (size_t i = 0; i < s->label_count; i++, between = ",") {
		const struct metric_label *l = &s->labels[i];

		text_add(t, between);
		text_add_bytes(t, l->name.bytes, l->name.length);
		text_add(t, "=\"");
		text_add_bytes(t, l->value.bytes, l->value.length);
		text_add(t, "\"");
	}
	text_addf(t, "%s %.17g", s->label_count > 0 ? "}" : "", s->value);
	if (s->has_timestamp)
		text_addf(t, " @%lld", (long long)s->timestamp_ms);
	if (s->type != PROMTEXT_UNKNOWN)
		text_addf(t, " %s", promtext_type_word(s->type));
	if (!isnan(s->le))
		text_addf(t, " le=%g", s->le);
	text_add(t, s->is_repeated ? " again;" : ";");
}

static inline bool
feed(struct promtext *p, const char *page, size_t length, size_t piece)
{
	for (size_t at = 0; at < length; at += piece) {
		size_t n = length - at < piece ? length - at : piece;
		char *copy = malloc(n);
		bool ok;

		assert_non_null(copy);
		memcpy(copy, page + at, n);
		ok = promtext_feed(p, copy, n);
		free(copy);
		if (!ok)
			return false;
	}
	return promtext_finish(p);
}

static inline void
check(struct promtext *p, struct text *t, enum promtext_format format,
    const struct row *row, size_t piece)
{
	bool ok;

	text_clear(t);
	promtext_begin(p, format);
	ok = feed(p, row->page, strlen(row->page), piece);
	assert_int_equal(ok, promtext_error(p)[0] == '\0');
	assert_int_equal(ok, promtext_error_line(p) == 0);
	if (row->samples == REFUSED) {
		if (ok || strstr(promtext_error(p), row->why) == NULL)
			fail_msg("%s: \"%s\" instead of \"%s\"", row->page,
			    promtext_error(p), row->why);
		return;
	}
	if (!ok || strcmp(text_str(t), row->samples) != 0)
		fail_msg("%s: %s: \"%s\" instead of \"%s\"", row->page,
		    promtext_error(p), text_str(t), row->samples);
}

static inline struct promtext *
parser(const struct promtext_settings *settings, struct text *t)
{
	struct error err;
	struct promtext *p = promtext_new(settings, NULL, 0, dump, t, &err);

	assert_non_null(p);
	return p;
}

#endif
