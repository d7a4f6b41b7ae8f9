#include "evaluator/statistic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DECIMALS_MAX 3

/* Answers come a little closer together now and then. */
#define SPARE 32
#define SPARE_MIN 4

/* Digits, and perhaps a point and up to three more. */
static bool
parse_percent(const char *text, double *percent)
{
	double unit = 1;
	unsigned decimals = 0;

	*percent = 0;
	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++)
		*percent = *percent * 10 + (*text - '0');
	if (*text == '.' && text[1] != '\0')
		for (text++; *text >= '0' && *text <= '9'; text++) {
			unit *= 10;
			*percent = *percent * 10 + (*text - '0');
			decimals++;
		}
	*percent /= unit;
	return *text == '\0' && decimals <= DECIMALS_MAX;
}

bool
statistic_parse(const char *text, struct statistic *st)
{
	static const char *const words[] = {
		[STATISTIC_MEAN] = "mean",
		[STATISTIC_MIN] = "min",
		[STATISTIC_MAX] = "max",
	};
	double percent;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i]) == 0) {
			*st = (struct statistic){ .kind =
						      (enum statistic_kind)i };
			return true;
		}
	if (text[0] != 'p' || strlen(text) >= STATISTIC_TEXT_MAX ||
	    !parse_percent(text + 1, &percent))
		return false;
	*st = (struct statistic){ .kind = STATISTIC_QUANTILE,
		.quantile = percent / 100 };
	return percent > 0 && percent < 100;
}

void
statistic_prepare(const struct statistic *st, struct window_settings *window,
    const struct sketch_range *range, int64_t apart_ms)
{
	int64_t expected = window->length_ms / apart_ms;

	window->no_sum = st->kind != STATISTIC_MEAN;
	window->expected = (unsigned)(expected + expected / SPARE + SPARE_MIN);
	window->extremes =
	    st->kind == STATISTIC_MIN || st->kind == STATISTIC_MAX;
	window->quantiles = st->kind == STATISTIC_QUANTILE ? range : NULL;
}

double
statistic_of(const struct statistic *st, const struct window *w)
{
	switch (st->kind) {
	case STATISTIC_MEAN:
		return window_mean(w);
	case STATISTIC_MIN:
		return window_least(w);
	case STATISTIC_MAX:
		return window_most(w);
	case STATISTIC_QUANTILE:
		return window_quantile(w, st->quantile);
	}
	return (double)NAN;
}

bool
statistic_is_beyond(const struct statistic *st, double limit, double value,
    uint64_t bad, uint64_t good)
{
	switch (st->kind) {
	case STATISTIC_MEAN:
		return (double)bad * value > limit * (double)(bad + good);
	case STATISTIC_MIN:
		return bad > 0 && good == 0;
	case STATISTIC_MAX:
		return bad > 0;
	case STATISTIC_QUANTILE:
		return bad > 0 && sketch_rank(st->quantile, bad + good) > good;
	}
	return false;
}
