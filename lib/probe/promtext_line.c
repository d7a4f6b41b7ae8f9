#include "probe/promtext_impl.h"
#include "probe/promtext_number.h"

#define D (IN_NAME | IN_LABEL)
#define L (IN_NAME | BEGINS_NAME | IN_LABEL | BEGINS_LABEL)

/* clang-format off */
const unsigned char promtext_class[256] = {
	['\t'] = IS_BLANK, [' '] = IS_BLANK, [':'] = IN_NAME | BEGINS_NAME,
	['0'] = D, D, D, D, D, D, D, D, D, D,
	['A'] = L, L, L, L, L, L, L, L, L, L, L, L, L,
	['N'] = L, L, L, L, L, L, L, L, L, L, L, L, L,
	['_'] = L,
	['a'] = L, L, L, L, L, L, L, L, L, L, L, L, L,
	['n'] = L, L, L, L, L, L, L, L, L, L, L, L, L,
};
/* clang-format on */

/* One blank in OpenMetrics, as many as there are in text; false: none. */
static inline bool
step_over_blanks(const struct promtext *p, struct cursor *c)
{
	if (*c->at == ' ' && promtext_is_open(p)) {
		c->at++;
		return true;
	}
	if (promtext_is_open(p) || !promtext_is(*c->at, IS_BLANK))
		return false;
	promtext_skip_blanks(c);
	return true;
}

/* Numbers end at the end of the line or at a blank. */
static inline bool
is_delimiter(const struct promtext *p, char c)
{
	return c == '\n' || c == ' ' || (c == '\t' && !promtext_is_open(p));
}

static inline bool
read_number(
    struct promtext *p, struct cursor *c, const char *what, double *value)
{
	const char *after = promtext_number(c->at, c->end, value);

	if (after == NULL || !is_delimiter(p, *after))
		return promtext_expected(p, c, what);
	c->at = after;
	return true;
}

static bool
read_timestamp(struct promtext *p, struct cursor *c, int64_t *ms)
{
	const char *after = promtext_is_open(p) ?
	    promtext_seconds(c->at, c->end, ms) :
	    promtext_whole(c->at, c->end, ms);

	if (after == NULL || !is_delimiter(p, *after))
		return promtext_expected(p, c, "a timestamp");
	c->at = after;
	return true;
}

/* At the # of " # {a="b"} 1 2". */
static bool
read_exemplar(struct promtext *p, struct cursor *c)
{
	struct sample_line *s = &p->sample;
	int64_t ignored;

	s->has_exemplar = true;
	if (c->at[1] != ' ' || c->at[2] != '{')
		return promtext_expected(p, c, "an exemplar, # {...}");
	c->at += 3;
	if (!promtext_labels(p, c, &s->exemplar, NULL))
		return false;
	if (p->is_strict && !promtext_exemplar_fits(p, &s->exemplar))
		return false;
	if (!step_over_blanks(p, c) ||
	    !read_number(p, c, "an exemplar's value", &s->exemplar_value))
		return promtext_expected(p, c, "an exemplar's value");
	if (*c->at == '\n')
		return true;
	c->at++;
	return read_timestamp(p, c, &ignored);
}

/* Behind the value: what an OpenMetrics line may go on with. */
static bool
read_open_rest(struct promtext *p, struct cursor *c)
{
	struct sample_line *s = &p->sample;

	if (*c->at == ' ' && c->at[1] != '#') {
		const char *start = ++c->at;

		if (!read_timestamp(p, c, &s->timestamp_ms))
			return false;
		s->has_timestamp = true;
		s->timestamp_text =
		    (struct metric_slice){ start, (size_t)(c->at - start) };
	}
	if (*c->at == ' ') {
		c->at++;
		if (*c->at != '#')
			return promtext_expected(p, c, "an exemplar");
		return read_exemplar(p, c);
	}
	return true;
}

static bool
read_text_rest(struct promtext *p, struct cursor *c)
{
	struct sample_line *s = &p->sample;
	const char *start;

	promtext_skip_blanks(c);
	if (*c->at == '\n')
		return true;
	start = c->at;
	if (!read_timestamp(p, c, &s->timestamp_ms))
		return false;
	s->has_timestamp = true;
	s->timestamp_text =
	    (struct metric_slice){ start, (size_t)(c->at - start) };
	promtext_skip_blanks(c);
	return true;
}

/* Behind the name. */
static bool
read_labels(struct promtext *p, struct cursor *c)
{
	struct sample_line *s = &p->sample;
	struct cursor brace = *c;

	s->labels.count = 0;
	if (!promtext_is_open(p))
		promtext_skip_blanks(&brace);
	if (*brace.at != '{')
		return true;
	c->at = brace.at + 1;
	if (!promtext_labels(p, c, &s->labels, &s->name))
		return false;
	if (s->name.length == 0)
		return promtext_fail(p, "the sample has no name");
	return true;
}

/*
 * What the line has in common with the one before: steps over it, and says
 * how many labels stay.
 */
static size_t
take_over(struct promtext *p, struct cursor *c)
{
	struct sample_line *s = &p->sample;
	const struct sample_memo *m = &p->memo;
	const struct label_mark *marks = s->labels.marks;
	size_t same = scan_common(c->at, m->line, c->end, c->safe);
	size_t count = m->label_count;

	while (count > 0 && same < marks[count - 1].at)
		count--;
	if (count > 0) {
		c->at += marks[count - 1].at;
		p->scratch_used = marks[count - 1].scratch_used;
	}
	s->labels.count = count;
	return count;
}

/* The name, and what stands in braces. */
static bool
read_series(struct promtext *p, struct cursor *c, size_t *known)
{
	struct sample_line *s = &p->sample;
	const char *line = c->at;

	*known = p->memo.line == NULL ? 0 : take_over(p, c);
	p->memo.line = line;
	if (*known > 0) {
		s->name.bytes = line;
		return promtext_more_labels(p, c, &s->labels, &s->name);
	}
	s->name = promtext_name(c);
	if (s->name.length == 0 && *c->at != '{')
		return promtext_expected(p, c, "a name");
	if (s->name.length > 0)
		return read_labels(p, c);
	if (!read_labels(p, c))
		return false;
	p->memo.line = NULL; /* it began with no name */
	return true;
}

static inline bool
is_le(const struct metric_label *l)
{
	return l->name.length == 2 && l->name.bytes[0] == 'l' &&
	    l->name.bytes[1] == 'e';
}

/* The labels may be in any order; an empty one is none. */
static void
identify(struct promtext *p, size_t known)
{
	struct sample_line *s = &p->sample;
	struct sample_memo *m = &p->memo;
	struct series_id sum;

	if (known == 0)
		s->name_id = series_name_id(s->name);
	sum = known == 0 ? s->name_id : s->labels.marks[known - 1].sum;
	if (known <= m->le)
		m->le = SIZE_MAX;
	for (size_t i = known; i < s->labels.count; i++) {
		const struct metric_label *l = &s->labels.items[i];
		struct series_id id;

		if (l->value.length > 0) {
			id = series_label_id(l);
			series_id_add(&sum, id);
			if (is_le(l)) {
				m->le = i;
				m->le_id = id;
			}
		}
		s->labels.marks[i].sum = sum;
	}
	m->label_count = s->labels.count;
	s->id = series_id_finish(sum);
	s->group = s->id;
	s->le_text.length = 0;
	if (m->le == SIZE_MAX)
		return;
	s->le_text = s->labels.items[m->le].value;
	sum.high -= m->le_id.high;
	sum.low -= m->le_id.low;
	s->group = series_id_finish(sum);
}

bool
promtext_scan_sample(struct promtext *p, struct cursor *c)
{
	struct sample_line *s = &p->sample;
	const char *start;
	size_t known;

	p->scratch_used = 0;
	s->has_timestamp = false;
	s->has_exemplar = false;
	s->exemplar.count = 0;
	if (!read_series(p, c, &known))
		return false;
	identify(p, known);
	if (p->selector_count > 0)
		series_set_expect(&p->kept, s->id);
	/* In text 0.0.4, {}1 and name+1 go without a blank. */
	if (!step_over_blanks(p, c) && (promtext_is_open(p) || p->is_strict))
		return promtext_expected(p, c, "a blank and a value");
	start = c->at;
	if (!read_number(p, c, "a value", &s->value))
		return false;
	s->value_text = (struct metric_slice){ start, (size_t)(c->at - start) };
	if (*c->at != '\n' &&
	    !(promtext_is_open(p) ? read_open_rest(p, c) :
				    read_text_rest(p, c)))
		return false;
	if (*c->at != '\n')
		return promtext_expected(p, c, "the end of the line");
	return promtext_order_labels(p, &s->labels, known) &&
	    (!s->has_exemplar || promtext_order_labels(p, &s->exemplar, 0));
}
