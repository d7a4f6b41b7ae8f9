/*
 * promtext.h - reads the page of an exporter: Prometheus text 0.0.4 and
 * OpenMetrics 1.0, in whatever pieces it arrives.
 *
 * All memory is taken by promtext_new(); one parser reads page after page:
 *
 *   promtext_begin(p, format);
 *   while (bytes arrive)
 *           if (!promtext_feed(p, bytes, length)) stop: promtext_error(p)
 *   if (!promtext_finish(p)) stop: promtext_error(p)
 *
 * Samples are handed over while the page is read, so that a page may turn out
 * to be wrong after many of them: what was received counts only once
 * promtext_finish() has said true.  How the bytes are cut into pieces changes
 * nothing.
 *
 * Lenient (the default) takes what the Prometheus server takes: a missing
 * final line feed, any blanks, names in quotes, numbers as Go reads them but
 * for hexadecimal and underscores, and refuses what it refuses.  Where it
 * differs: refused are a NUL byte anywhere, a line feed inside of a label's
 * value, and what is not UTF-8 in comments; accepted is a negative timestamp
 * of text 0.0.4, as the format's documentation has one.
 * OpenMetrics must end in "# EOF" in either mode.
 *
 * With selectors and not strict, a sample that no selector asks for is checked
 * less: not whether it has a label twice or too many labels.  Everything else
 * is checked as without selectors - every line's name, labels, quotes, number,
 * timestamp, exemplar, comment, UTF-8 and length - so that HTML, prose, and a
 * page that ends before a line's number are refused.  (Of text 0.0.4, that a
 * number was cut short or that lines lack at the end cannot be seen by
 * anybody: the length of the answer has to tell.)
 *
 * Strict takes what the format's own specification allows and no more; it
 * keeps a record of all series and families, bounded by the limits.  It is
 * not always the narrower one: OpenMetrics has NUL bytes in strings, and text
 * 0.0.4 has blanks around the words of TYPE.
 */
#ifndef PROBE_PROMTEXT_H
#define PROBE_PROMTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "probe/pattern.h"
#include "probe/selector.h"

/* What to ask a target for: Accept. */
#define PROMTEXT_ACCEPT                                     \
	"application/openmetrics-text;version=1.0.0;q=0.9," \
	"text/plain;version=0.0.4;q=0.8,*/*;q=0.1"

enum promtext_format {
	PROMTEXT_TEXT,        /* 0.0.4: timestamps in milliseconds */
	PROMTEXT_OPENMETRICS, /* 1.0: timestamps in seconds */
};

enum promtext_type {
	PROMTEXT_UNKNOWN, /* also: "untyped", or no TYPE came before it */
	PROMTEXT_COUNTER,
	PROMTEXT_GAUGE,
	PROMTEXT_HISTOGRAM,
	PROMTEXT_GAUGEHISTOGRAM,
	PROMTEXT_SUMMARY,
	PROMTEXT_INFO,
	PROMTEXT_STATESET,
};

#define PROMTEXT_BYTES_DEFAULT (INT64_C(64) * 1024 * 1024)
#define PROMTEXT_LINE_BYTES_DEFAULT ((size_t)64 * 1024)
#define PROMTEXT_LABELS_DEFAULT 64U
#define PROMTEXT_SERIES_DEFAULT 2000U
/* Some hundred milliseconds, should a page be made to take them. */
#define PROMTEXT_STEPS_DEFAULT (INT64_C(10) * PATTERN_STEPS_MAX)

#define PROMTEXT_LINE_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define PROMTEXT_LABELS_MAX 4096U
#define PROMTEXT_SERIES_MAX 10000000U

/*
 * What a page may have, each at most; 0: the default.  Memory is taken for a
 * line, for the labels and for the series (about 40 bytes each; strict: about
 * 100).
 */
struct promtext_limits {
	int64_t bytes;     /* a page */
	size_t line_bytes; /* a line, without its line feed */
	unsigned labels;   /* of one sample */
	/* that are asked for, samples without selectors; strict: in all */
	unsigned series;
	int64_t steps; /* of regular expressions, on a page (pattern.h) */
};

struct promtext_settings {
	bool is_strict;
	struct promtext_limits limits;
};

/*
 * Which series: made of the name and the sorted labels, 128 bits, the same in
 * every process and on every page.
 */
struct series_id {
	uint64_t high;
	uint64_t low;
};

/* Valid for the call only. */
struct promtext_sample {
	unsigned selector; /* which asked for it; 0 when there are none */
	struct metric_slice name;
	const struct metric_label *labels; /* sorted by name, unescaped */
	size_t label_count;
	struct series_id id;
	struct series_id group; /* id, had it no label "le" */
	double value;           /* may be NaN or infinite */
	bool has_timestamp;
	int64_t timestamp_ms;
	enum promtext_type type; /* of the family */
	double le;               /* the label's value; NaN: none or no number */
	/*
	 * A sample of the same id came before on this page.  The server keeps
	 * the first of those without timestamps; the same one that several
	 * selectors ask for is not a repetition.  Never without selectors.
	 */
	bool is_repeated;
};

/* Called once for each selector that a sample satisfies. */
typedef void promtext_sample_fn(void *arg, const struct promtext_sample *s);

struct promtext;

/*
 * The selectors are borrowed for the parser's life; none: all samples.  arg is
 * borrowed likewise.  NULL with the reason: a limit beyond its maximum, or no
 * memory.  The parser is ready to read a page of text 0.0.4.
 */
struct promtext *promtext_new(const struct promtext_settings *settings,
    struct selector *const *selectors, size_t count, promtext_sample_fn *fn,
    void *arg, struct error *err);

/* Forgets the page that was read, and expects one of that format. */
void promtext_begin(struct promtext *p, enum promtext_format format);

/* False: the page is refused; so it stays until promtext_begin(). */
bool promtext_feed(struct promtext *p, const char *bytes, size_t length);

/* The page ends here; true: all of it was good. */
bool promtext_finish(struct promtext *p);

/*
 * Of a page that was refused: "line 12: ...", safe to show as it is.  ""
 * otherwise.
 */
const char *promtext_error(const struct promtext *p);

/*
 * It was refused because a selector's regular expression took too many steps:
 * that is no fault of the page.
 */
bool promtext_gave_up(const struct promtext *p);

/* The line of the error, counted from 1; 0: none. */
uint64_t promtext_error_line(const struct promtext *p);

/* Lines and samples so far, asked for or not. */
uint64_t promtext_lines(const struct promtext *p);

/* NULL is allowed. */
void promtext_free(struct promtext *p);

/*
 * The format that an answer's Content-Type stands for, as the Prometheus
 * server takes it: OpenMetrics where it says so, otherwise text; false for
 * what is neither (protobuf, HTML, JSON).  NULL or "" is text.
 */
bool promtext_format_of(const char *content_type, enum promtext_format *format);

/* "counter", as a TYPE line has it; "unknown" for what is not known. */
const char *promtext_type_word(enum promtext_type type);

#endif
