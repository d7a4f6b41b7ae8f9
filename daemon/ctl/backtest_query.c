#include "daemon/ctl/backtest_query.h"

#include <inttypes.h>
#include <string.h>

#include "probe/metric_expression.h"
#include "service/recording.h"

/* The selector in it, as it was written: PromQL writes them so too. */
struct piece {
	const char *bytes;
	int length;
};

static struct piece
selector_of(const struct metric_expression *e, const struct metric_name *name)
{
	const char *from = name->text, *to = from + strlen(from);

	if (e->function == METRIC_COUNTER && name->is_counter)
		return (struct piece){ from, (int)(to - from) };
	/* "sum(", but not a selector alone, whose first bracket is "{". */
	if (from[strcspn(from, "({")] == '(') {
		from = strchr(from, '(') + 1;
		to = strrchr(from, ')');
	}
	if (e->function == METRIC_QUANTILE)
		from = strchr(from, ',') + 1;
	if (e->range_ms > 0)
		to = strrchr(from, '[');
	return (struct piece){ from, (int)(to - from) };
}

static void
add_rate(struct text *query, struct piece s, int64_t range_ms)
{
	text_addf(
	    query, "rate(%.*s[%" PRId64 "ms])", s.length, s.bytes, range_ms);
}

static void
add_call(struct text *query, enum metric_function function, struct piece s)
{
	static const char *const words[] = {
		[METRIC_SUM] = "sum",
		[METRIC_AVG] = "avg",
		[METRIC_MIN] = "min",
		[METRIC_MAX] = "max",
		[METRIC_COUNT] = "count",
	};

	text_addf(query, "%s(%.*s)", words[function], s.length, s.bytes);
}

static int64_t
range_of(const struct metric_expression *e, int64_t step_ms)
{
	int64_t range_ms = QUERY_RANGE_STEPS * step_ms;

	if (e->range_ms > 0)
		return e->range_ms;
	return range_ms < QUERY_RANGE_MIN_MS ? QUERY_RANGE_MIN_MS : range_ms;
}

static void
add_query(struct text *query, const struct metric_expression *e, struct piece s,
    int64_t step_ms)
{
	int64_t range_ms = range_of(e, step_ms);

	switch (e->function) {
	case METRIC_SUM:
	case METRIC_AVG:
	case METRIC_MIN:
	case METRIC_MAX:
	case METRIC_COUNT:
		add_call(query, e->function, s);
		return;
	case METRIC_COUNTER:
		text_addf(query, "%.*s", s.length, s.bytes);
		return;
	case METRIC_RATE:
		text_add(query, "sum(");
		add_rate(query, s, range_ms);
		text_add(query, ")");
		return;
	case METRIC_INCREASE:
		/* Without a range of its own: of one step. */
		text_add(query, "sum(");
		add_rate(query, s, range_ms);
		text_add(query, ") * ");
		recording_write_number(query,
		    (double)(e->range_ms > 0 ? e->range_ms : step_ms) / 1000);
		return;
	case METRIC_QUANTILE:
		text_add(query, "histogram_quantile(");
		recording_write_number(query, e->quantile);
		text_add(query, ", sum by (le) (");
		add_rate(query, s, range_ms);
		text_add(query, "))");
		return;
	}
}

bool
backtest_query(const struct metric_name *name, int64_t step_ms,
    struct text *query, bool *is_counter)
{
	struct metric_expression e;
	struct error err = { "" };

	if (!metric_expression_parse(&e, *name, &err))
		return false;
	*is_counter = e.function == METRIC_COUNTER;
	add_query(query, &e, selector_of(&e, name), step_ms);
	metric_expression_clear(&e);
	return text_ok(query);
}
