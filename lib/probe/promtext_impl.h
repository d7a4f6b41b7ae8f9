/*
 * promtext_impl.h - the parser of exposition pages, for the files that it is
 * made of: promtext.c, promtext_piece.c (pieces to lines), promtext_line.c
 * (what a line is), promtext_labels.c, promtext_family.c (comments and types),
 * promtext_keep.c (what was asked for), promtext_skip.c (what was not) and
 * promtext_strict*.c. Below them are promtext_scan.h, promtext_number.h and
 * promtext_series.h.
 */
#ifndef PROBE_PROMTEXT_IMPL_H
#define PROBE_PROMTEXT_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/promtext.h"
#include "probe/promtext_scan.h"
#include "probe/promtext_series.h"

struct label_list {
	struct metric_label *items;
	size_t count;
	struct label_mark *marks; /* of each; NULL: not wanted */
};

/* Where the line before stood behind one of its labels. */
struct label_mark {
	size_t at; /* behind its quote */
	size_t scratch_used;
	struct series_id sum; /* up to here */
};

/*
 * The line of the sample that was read last: its bytes are still there.  Most
 * lines begin as the line before does, up to the last label or so, and what
 * was read of that need not be read again.
 */
struct sample_memo {
	const char *line; /* NULL: none */
	size_t label_count;
	size_t le; /* its index; SIZE_MAX: none */
	struct series_id le_id;
};

/* A sample as its line has it. */
struct sample_line {
	struct metric_slice name;
	struct label_list labels;
	double value;
	struct metric_slice value_text;
	bool has_timestamp;
	int64_t timestamp_ms;
	struct metric_slice timestamp_text;
	bool has_exemplar;
	struct label_list exemplar;
	double exemplar_value;
	struct series_id name_id;
	struct series_id id;
	struct series_id group;
	struct metric_slice le_text; /* length 0: no such label */
	double le;
	bool is_repeated;
};

enum meta_kind { META_TYPE, META_HELP, META_UNIT };

struct meta_line {
	enum meta_kind kind;
	struct metric_slice name;
	struct metric_slice words; /* as they stand in the line */
	enum promtext_type type;   /* of META_TYPE */
};

#define SKIPPED_POINTS_MAX 8

/* The line that was skipped last; its bytes are still there. */
struct skipped {
	const char *line; /* NULL: none */
	/* behind its name, then each label's value: where one may go on */
	size_t points[SKIPPED_POINTS_MAX];
	unsigned count;
};

struct names;
struct strict;

struct promtext {
	struct promtext_limits limits;
	bool is_strict;
	struct selector *const *selectors;
	size_t selector_count;
	struct names *names; /* which of them ask for a name */
	bool may_skip;       /* what is plainly well-formed and not wanted */
	promtext_sample_fn *fn;
	void *arg;

	/* of the page */
	enum promtext_format format;
	int64_t bytes;
	int64_t steps_left; /* of regular expressions */
	uint64_t lines;
	uint64_t samples; /* handed over, without selectors */
	uint64_t error_line;
	bool has_failed;
	bool gave_up;
	bool has_ended;  /* # EOF was there */
	bool is_dirty;   /* the line may have NUL or other than ASCII */
	bool saw_sample; /* one was checked in full */
	char error[ERROR_TEXT_MAX];
	char *carry; /* a line that is not whole yet, a line feed, a block */
	size_t carried;
	const char *safe; /* struct cursor, of what is being read */
	struct skipped skipped;

	/* of the line */
	char *scratch; /* unescaped strings */
	size_t scratch_used;
	struct sample_line sample;
	struct sample_memo memo;

	/* the family that the last TYPE began */
	char *family;
	size_t family_length;
	enum promtext_type family_type;
	/* what was found for the name of the sample before */
	struct series_id typed_name;
	enum promtext_type typed;
	bool has_typed;

	struct series_set kept;
	struct strict *strict; /* NULL: lenient */
};

/* Keeps the first reason, with the line; false. */
bool promtext_fail(struct promtext *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Of a line that was read before. */
bool promtext_fail_at(struct promtext *p, uint64_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, and says what is there instead. */
bool promtext_expected(
    struct promtext *p, const struct cursor *c, const char *what);

static inline void
promtext_skip_blanks(struct cursor *c)
{
	while (promtext_is(*c->at, IS_BLANK))
		c->at++;
}

static inline bool
promtext_is_open(const struct promtext *p)
{
	return p->format == PROMTEXT_OPENMETRICS;
}

/*
 * Behind the opening quote: to behind the closing one.  What it stands for is
 * in the line or in the scratch.
 */
bool promtext_string(
    struct promtext *p, struct cursor *c, struct metric_slice *s);

/*
 * Behind the opening brace: to behind the closing one.  name is NULL where a
 * name in quotes may not stand, else it is set if it stands there.
 */
bool promtext_labels(struct promtext *p, struct cursor *c,
    struct label_list *list, struct metric_slice *name);

/* The same, behind a label that is in the list already. */
bool promtext_more_labels(struct promtext *p, struct cursor *c,
    struct label_list *list, struct metric_slice *name);

/*
 * Sorts them, drops the empty ones, refuses those that come twice.  So many
 * are known to be sorted and not empty.
 */
bool promtext_order_labels(
    struct promtext *p, struct label_list *list, size_t known);

/* A line that is not a comment, into p->sample; not le and is_repeated. */
bool promtext_scan_sample(struct promtext *p, struct cursor *c);

/* A line that begins with #, from there. */
bool promtext_comment(struct promtext *p, struct cursor *c);

/* What p->sample's family is, by the last TYPE. */
enum promtext_type promtext_type_of(struct promtext *p);

struct names *promtext_names_new(
    struct selector *const *selectors, size_t count);
void promtext_names_free(struct names *names);

/* Some selector may ask for a sample of any name. */
bool promtext_wants_all(const struct names *names);

/* Some selector may ask for a sample of that name. */
bool promtext_is_wanted(const struct promtext *p, struct metric_slice name);

/* Hands p->sample to those that asked for it. */
bool promtext_keep(struct promtext *p);

/* True: a sample nobody asks for; nothing more is to be done about it. */
bool promtext_can_skip(struct promtext *p, struct cursor c);

static inline void
promtext_skip_none(struct promtext *p)
{
	p->skipped.line = NULL;
	p->skipped.count = 0;
}

/* The lines before are not there any more. */
static inline void
promtext_forget_lines(struct promtext *p)
{
	promtext_skip_none(p);
	p->memo.line = NULL;
}

/* Bytes of the page, within the limit of a page. */
bool promtext_read_piece(struct promtext *p, const char *bytes, size_t length);

/* The line that lacks its line feed. */
bool promtext_read_cut(struct promtext *p);

struct strict *promtext_strict_new(const struct promtext_limits *limits);
void promtext_strict_begin(struct strict *s, enum promtext_format format);
bool promtext_strict_meta(struct promtext *p, const struct meta_line *m);
bool promtext_strict_sample(struct promtext *p);
bool promtext_strict_end(struct promtext *p);
bool promtext_exemplar_fits(struct promtext *p, const struct label_list *list);
void promtext_strict_free(struct strict *s);

#endif
