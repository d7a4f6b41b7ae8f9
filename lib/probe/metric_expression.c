#include "probe/metric_expression.h"

#include <string.h>

#include "base/units.h"
#include "probe/promtext_number.h"

#define DURATION_BYTES_MAX 32
#define BLANKS " \t\r\n"
#define LETTERS                      \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define NUMBERS "+-.0123456789eEinfINFaA"

static const struct function {
	const char *word;
	enum metric_function function;
} functions[] = {
	{ "sum", METRIC_SUM },
	{ "avg", METRIC_AVG },
	{ "min", METRIC_MIN },
	{ "max", METRIC_MAX },
	{ "count", METRIC_COUNT },
	{ "counter", METRIC_COUNTER },
	{ "rate", METRIC_RATE },
	{ "increase", METRIC_INCREASE },
	{ "histogram_quantile", METRIC_QUANTILE },
};

/* Where we are in the text. */
struct reader {
	const char *text;
	size_t at;
	struct error *err;
};

static bool
wrong(const struct reader *r, size_t at, const char *words)
{
	return error_set(r->err, "at character %zu: %s", at + 1, words);
}

static void
skip_blanks(struct reader *r)
{
	r->at += strspn(r->text + r->at, BLANKS);
}

static bool
take(struct reader *r, char c)
{
	if (r->text[r->at] != c)
		return false;
	r->at++;
	skip_blanks(r);
	return true;
}

/* A function's name is a word before "(": a metric may be called sum. */
static bool
read_function(struct reader *r, bool *is_call, enum metric_function *function)
{
	size_t from = r->at;
	size_t length = strspn(r->text + from, LETTERS);
	size_t paren = from + length + strspn(r->text + from + length, BLANKS);

	*is_call = length > 0 && r->text[paren] == '(';
	if (!*is_call)
		return true;
	r->at = paren;
	(void)take(r, '(');
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strlen(functions[i].word) == length &&
		    memcmp(functions[i].word, r->text + from, length) == 0) {
			*function = functions[i].function;
			return true;
		}
	return wrong(r, from,
	    "there is no such function; there are sum, avg, min, max, count, "
	    "counter, rate, increase and histogram_quantile");
}

static bool
read_quantile(struct reader *r, double *quantile)
{
	char digits[DURATION_BYTES_MAX] = "";
	size_t from = r->at;
	size_t length = strspn(r->text + from, NUMBERS);
	const char *end;

	if (length + 1 < sizeof(digits))
		memcpy(digits, r->text + from, length);
	digits[strlen(digits)] = '\n';
	end = promtext_number(digits, strchr(digits, '\n'), quantile);
	if (end == NULL || *end != '\n' || length == 0 ||
	    !(*quantile >= 0.0 && *quantile <= 1.0))
		return wrong(r, from,
		    "the quantile is a number from 0 to 1, as in "
		    "histogram_quantile(0.99, S[5m])");
	r->at += length;
	skip_blanks(r);
	if (!take(r, ','))
		return wrong(r, r->at, "a comma belongs behind the quantile");
	return true;
}

static bool
may_have_range(enum metric_function function)
{
	return function == METRIC_RATE || function == METRIC_INCREASE ||
	    function == METRIC_QUANTILE;
}

/* Stands behind "[". */
static bool
read_range(struct reader *r, struct metric_expression *e)
{
	char duration[DURATION_BYTES_MAX] = "";
	size_t from = r->at;
	size_t length = strcspn(r->text + from, "]" BLANKS);

	if (!may_have_range(e->function))
		return wrong(r, from - 1,
		    "a range belongs to rate, increase or "
		    "histogram_quantile, as in rate(S[5m])");
	if (length < sizeof(duration))
		memcpy(duration, r->text + from, length);
	if (!duration_parse(duration, &e->range_ms) ||
	    e->range_ms < METRIC_RANGE_MIN_MS ||
	    e->range_ms > METRIC_RANGE_MAX_MS)
		return wrong(r, from,
		    "the range is a duration from 1s to 1d, as in [5m]");
	r->at += length;
	skip_blanks(r);
	if (!take(r, ']'))
		return wrong(r, r->at, "\"]\" is missing");
	return true;
}

/* What people paste from PromQL. */
static bool
refuse_nested(const struct reader *r)
{
	size_t length = strspn(r->text + r->at, LETTERS);
	const char *behind = r->text + r->at + length;

	behind += strspn(behind, BLANKS);
	if (length == 0 || *behind != '(')
		return true;
	return wrong(r, r->at,
	    "functions do not nest: rate() sums over the series by itself, "
	    "and histogram_quantile() takes rates");
}

static bool
read_expression(struct reader *r, struct metric_expression *e, bool is_counter)
{
	bool is_call;

	skip_blanks(r);
	if (!read_function(r, &is_call, &e->function))
		return false;
	if (is_counter && is_call)
		return wrong(
		    r, 0, "a selector alone belongs here, without a function");
	if (e->function == METRIC_QUANTILE && !read_quantile(r, &e->quantile))
		return false;
	if (is_call && !refuse_nested(r))
		return false;
	e->selector = selector_new_at(r->text, &r->at, r->err);
	if (e->selector == NULL)
		return false;
	if (take(r, '[') && !read_range(r, e))
		return false;
	if (is_call && !take(r, ')'))
		return wrong(r, r->at, "\")\" is missing");
	if (r->text[r->at] != '\0')
		return wrong(r, r->at, "nothing may follow here");
	return true;
}

bool
metric_expression_parse(
    struct metric_expression *e, struct metric_name name, struct error *err)
{
	struct reader r = { name.text, 0, err };

	*e = (struct metric_expression){
		.function = name.is_counter ? METRIC_COUNTER : METRIC_SUM,
	};
	if (strlen(name.text) > SELECTOR_TEXT_MAX)
		return error_set(
		    err, "longer than %d bytes", SELECTOR_TEXT_MAX);
	if (read_expression(&r, e, name.is_counter))
		return true;
	metric_expression_clear(e);
	return false;
}

void
metric_expression_clear(struct metric_expression *e)
{
	selector_free(e->selector);
	e->selector = NULL;
}

bool
metric_expression_counts(const struct metric_expression *e)
{
	return e->function >= METRIC_COUNTER;
}
