/* The last line of a backtest. */
#include <inttypes.h>
#include <stdlib.h>

#include "service/backtest_impl.h"

static uint64_t
sum_of(const struct backtest_counts *c, enum action action)
{
	uint64_t sum = 0;

	for (enum guard g = GUARD_NONE; g <= GUARD_CONFIRM; g++)
		sum += c->decided[action][g];
	return sum;
}

/* "held":{"settling":2}: how often, by the guard that spoke against it. */
static void
add_by_guard(struct text *out, const char *key, const struct backtest_counts *c,
    enum action action)
{
	const char *before = "";

	text_addf(out, ",\"%s\":{", key);
	for (enum guard g = GUARD_NONE; g <= GUARD_CONFIRM; g++) {
		if (c->decided[action][g] == 0)
			continue;
		text_addf(out, "%s\"%s\":%" PRIu64, before, guard_word(g),
		    c->decided[action][g]);
		before = ",";
	}
	text_add_char(out, '}');
}

static void
add_counts(struct text *out, const struct backtest_counts *c)
{
	recording_add_int(
	    out, "rolled_back", (int64_t)sum_of(c, ACTION_ROLL_BACK));
	add_by_guard(out, "proposed", c, ACTION_PROPOSE);
	add_by_guard(out, "shadowed", c, ACTION_SHADOW);
	add_by_guard(out, "held", c, ACTION_HOLD);
}

static void
add_up(struct backtest_counts *all, const struct backtest_counts *c)
{
	all->samples += c->samples;
	for (enum action a = ACTION_NONE; a <= ACTION_ROLL_BACK; a++)
		for (enum guard g = GUARD_NONE; g <= GUARD_CONFIRM; g++)
			all->decided[a][g] += c->decided[a][g];
}

static void
add_services(struct backtest *b)
{
	const char *before = "";

	text_add(b->out, ",\"services\":[");
	for (size_t i = 0; i < b->settings.service_count; i++) {
		const struct backtest_service *t = &b->services[i];

		if (t->counts.samples == 0 && t->core == NULL)
			continue;
		text_addf(b->out, "%s{\"service\":", before);
		recording_write_words(b->out, t->settings->name);
		recording_add_int(
		    b->out, "samples", (int64_t)t->counts.samples);
		add_counts(b->out, &t->counts);
		text_add_char(b->out, '}');
		before = ",";
	}
	text_add_char(b->out, ']');
}

static int
compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
add_reactions(struct backtest *b)
{
	size_t n = b->reaction_count;
	const int64_t *ms = b->reactions_ms;

	if (n == 0)
		return;
	qsort(b->reactions_ms, n, sizeof(*ms), compare_times);
	text_add(b->out, ",\"first_bad_to_decision_ms\":{\"min\":");
	recording_write_number(b->out, (double)ms[0]);
	recording_add_number(b->out, "median",
	    ((double)ms[(n - 1) / 2] + (double)ms[n / 2]) / 2);
	recording_add_int(b->out, "max", ms[n - 1]);
	text_add_char(b->out, '}');
}

static void
add_unknown(struct backtest *b)
{
	recording_add_int(b->out, "skipped", (int64_t)b->skipped);
	if (b->unknown_count == 0)
		return;
	text_add(b->out, ",\"unknown\":[");
	for (size_t i = 0; i < b->unknown_count; i++) {
		text_add(b->out, i == 0 ? "" : ",");
		recording_write_words(b->out, b->unknown[i]);
	}
	text_add_char(b->out, ']');
}

static void
add_unheard(struct backtest *b)
{
	struct text name = text_new(BACKTEST_WORDS_MAX + 1);
	const char *words;

	text_add(b->out, ",\"unheard\":[");
	for (size_t i = 0; i < BACKTEST_UNKNOWN_MAX &&
	     (words = backtest_unheard(b, i, &name)) != NULL;
	     i++) {
		text_add(b->out, i == 0 ? "" : ",");
		recording_write_words(b->out, words);
	}
	text_add_char(b->out, ']');
	text_free(&name);
}

void
backtest_tell_summary(struct backtest *b)
{
	struct backtest_counts all = { 0 };

	for (size_t i = 0; i < b->settings.service_count; i++)
		add_up(&all, &b->services[i].counts);
	text_addf(b->out, "{\"summary\":{\"lines\":%" PRIu64, b->lines);
	recording_add_int(b->out, "samples", (int64_t)b->samples);
	recording_add_int(b->out, "events", (int64_t)b->events);
	if (b->first_ms != NEVER_MS) {
		recording_add_int(b->out, "from_ms", b->first_ms);
		recording_add_int(b->out, "to_ms", b->now_ms);
	}
	add_unknown(b);
	add_unheard(b);
	if (b->gaps > 0) {
		recording_add_int(b->out, "gaps", (int64_t)b->gaps);
		recording_add_int(b->out, "lost", (int64_t)b->lost);
	}
	add_counts(b->out, &all);
	add_reactions(b);
	if (b->settings.verify) {
		recording_add_int(b->out, "compared", (int64_t)b->compared);
		recording_add_int(
		    b->out, "differences", (int64_t)b->differences);
	}
	add_services(b);
	text_add(b->out, "}}\n");
}
