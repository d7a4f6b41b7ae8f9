#include "probe/promtext.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/pages.h"
#include "base/text.h"
#include "probe/promtext_impl.h"

#define SHOWN_BYTES 24 /* of what is there instead */

static bool
fail_because(struct promtext *p, uint64_t line, const char *reason)
{
	if (p->has_failed)
		return false;
	p->has_failed = true;
	p->error_line = line;
	(void)snprintf(p->error, sizeof(p->error), "line %llu: %s",
	    (unsigned long long)line, reason);
	return false;
}

static bool __attribute__((format(printf, 3, 0)))
fail_with(struct promtext *p, uint64_t line, const char *fmt, va_list ap)
{
	char raw[ERROR_TEXT_MAX], shown[ERROR_TEXT_MAX - 32];
	struct text t = text_over(shown, sizeof(shown));

	(void)vsnprintf(raw, sizeof(raw), fmt, ap);
	text_add_escaped(&t, raw, strlen(raw));
	return fail_because(p, line, shown);
}

bool
promtext_fail(struct promtext *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fail_with(p, p->lines, fmt, ap);
	va_end(ap);
	return false;
}

bool
promtext_fail_at(struct promtext *p, uint64_t line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fail_with(p, line, fmt, ap);
	va_end(ap);
	return false;
}

bool
promtext_expected(struct promtext *p, const struct cursor *c, const char *what)
{
	char reason[ERROR_TEXT_MAX - 32];
	struct text t = text_over(reason, sizeof(reason));
	size_t left = (size_t)(c->end - c->at);

	text_addf(&t, "%s is expected, not ", what);
	if (left == 0)
		text_add(&t, "the end of the line");
	else {
		text_add_char(&t, '"');
		text_add_escaped(
		    &t, c->at, left < SHOWN_BYTES ? left : SHOWN_BYTES);
		text_add(&t, left > SHOWN_BYTES ? "..." : "\"");
	}
	return fail_because(p, p->lines, reason);
}

bool
promtext_feed(struct promtext *p, const char *bytes, size_t length)
{
	size_t left;

	if (p->has_failed)
		return false;
	left = (size_t)(p->limits.bytes - p->bytes);
	if (length <= left) {
		p->bytes += (int64_t)length;
		return promtext_read_piece(p, bytes, length);
	}
	/* However it is cut, what comes before the limit is read first. */
	p->bytes += (int64_t)left;
	if (!promtext_read_piece(p, bytes, left))
		return false;
	p->lines += p->carried > 0 || p->lines == 0;
	return promtext_fail(p, "the page is longer than %lld bytes",
	    (long long)p->limits.bytes);
}

bool
promtext_finish(struct promtext *p)
{
	bool is_cut = p->carried > 0;

	if (p->has_failed)
		return false;
	if (is_cut && !promtext_read_cut(p))
		return false;
	if (promtext_is_open(p) && !p->has_ended) {
		p->lines += !is_cut;
		return promtext_fail(p, "the page does not end with # EOF");
	}
	if (is_cut && p->strict != NULL && !promtext_is_open(p))
		return promtext_fail(p, "the last line lacks its line feed");
	return p->strict == NULL || promtext_strict_end(p);
}

void
promtext_begin(struct promtext *p, enum promtext_format format)
{
	p->format = format;
	p->bytes = 0;
	p->steps_left = p->limits.steps;
	p->lines = 0;
	p->samples = 0;
	p->error_line = 0;
	p->has_failed = false;
	p->gave_up = false;
	p->has_ended = false;
	p->is_dirty = false;
	p->saw_sample = false;
	p->error[0] = '\0';
	p->carried = 0;
	promtext_forget_lines(p);
	p->family_length = 0;
	p->has_typed = false;
	series_set_clear(&p->kept);
	if (p->strict != NULL)
		promtext_strict_begin(p->strict, format);
}

static bool
set_limits(struct promtext_limits *l, struct error *err)
{
	if (l->bytes == 0)
		l->bytes = PROMTEXT_BYTES_DEFAULT;
	if (l->line_bytes == 0)
		l->line_bytes = PROMTEXT_LINE_BYTES_DEFAULT;
	if (l->labels == 0)
		l->labels = PROMTEXT_LABELS_DEFAULT;
	if (l->series == 0)
		l->series = PROMTEXT_SERIES_DEFAULT;
	if (l->steps == 0)
		l->steps = PROMTEXT_STEPS_DEFAULT;
	if (l->bytes < 0 || l->steps < 0 ||
	    l->line_bytes > PROMTEXT_LINE_BYTES_MAX ||
	    l->labels > PROMTEXT_LABELS_MAX || l->series > PROMTEXT_SERIES_MAX)
		return error_set(err, "a limit is beyond what is possible");
	return true;
}

static bool
take_memory(struct promtext *p)
{
	size_t line = p->limits.line_bytes + 1, labels = p->limits.labels + 1;

	/* Lines are mostly far from as long as they may be. */
	p->carry = pages_new(1, line + SCAN_BLOCK);
	p->scratch = pages_new(1, line + SCAN_SLACK);
	p->family = pages_new(1, line);
	p->sample.labels.items =
	    calloc(labels, sizeof(p->sample.labels.items[0]));
	p->sample.labels.marks =
	    calloc(labels, sizeof(p->sample.labels.marks[0]));
	p->sample.exemplar.items =
	    calloc(labels, sizeof(p->sample.exemplar.items[0]));
	p->names = promtext_names_new(p->selectors, p->selector_count);
	if (p->is_strict)
		p->strict = promtext_strict_new(&p->limits);
	return p->carry != NULL && p->scratch != NULL && p->family != NULL &&
	    p->sample.labels.items != NULL && p->sample.labels.marks != NULL &&
	    p->sample.exemplar.items != NULL && p->names != NULL &&
	    (!p->is_strict || p->strict != NULL) &&
	    series_set_init(&p->kept, p->limits.series);
}

struct promtext *
promtext_new(const struct promtext_settings *settings,
    struct selector *const *selectors, size_t count, promtext_sample_fn *fn,
    void *arg, struct error *err)
{
	struct promtext *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	p->limits = settings->limits;
	p->is_strict = settings->is_strict;
	p->selectors = selectors;
	p->selector_count = count;
	p->fn = fn;
	p->arg = arg;
	if (!set_limits(&p->limits, err))
		goto failed;
	if (!take_memory(p)) {
		(void)error_set(err, "out of memory");
		goto failed;
	}
	p->may_skip = !p->is_strict && !promtext_wants_all(p->names);
	promtext_begin(p, PROMTEXT_TEXT);
	return p;
failed:
	promtext_free(p);
	return NULL;
}

const char *
promtext_error(const struct promtext *p)
{
	return p->error;
}

bool
promtext_gave_up(const struct promtext *p)
{
	return p->gave_up;
}

uint64_t
promtext_error_line(const struct promtext *p)
{
	return p->error_line;
}

uint64_t
promtext_lines(const struct promtext *p)
{
	return p->lines;
}

void
promtext_free(struct promtext *p)
{
	size_t line;

	if (p == NULL)
		return;
	line = p->limits.line_bytes + 1;
	pages_free(p->carry, 1, line + SCAN_BLOCK);
	pages_free(p->scratch, 1, line + SCAN_SLACK);
	pages_free(p->family, 1, line);
	free(p->sample.labels.items);
	free(p->sample.labels.marks);
	free(p->sample.exemplar.items);
	promtext_names_free(p->names);
	promtext_strict_free(p->strict);
	series_set_free(&p->kept);
	free(p);
}
