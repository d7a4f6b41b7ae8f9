/*
 * trip.h - how long an evaluator really takes to trip, asked as the poller
 * does: at each multiple of the interval, unless the last question is still
 * open.
 */
#ifndef TESTS_UNIT_EVALUATOR_TRIP_H
#define TESTS_UNIT_EVALUATOR_TRIP_H

#include <stdio.h>
#include <string.h>

#include "evaluator/evaluator.h"

#define TRIP_GIVE_UP_MS 10000000

struct trip {
	struct evaluator_settings settings;
	struct evaluator_source sources[2];
	size_t source_count;
	int64_t good_ms;   /* so long before it goes bad it is asked already */
	int64_t answer_ms; /* what an answer takes when it is bad */
	/* The answer of a good or a bad target that was asked then. */
	void (*fill)(struct sample *s, bool bad, int64_t bad_for_ms);
};

/* Bad from so long after a question on; -1: it never tripped. */
static inline int64_t
trip_ms(const struct trip *t, int64_t after_ms)
{
	const struct probe_settings *probe = t->sources[0].probe;
	struct evaluator *e =
	    evaluator_new(&t->settings, t->sources, t->source_count);
	int64_t bad_ms =
	    t->good_ms / probe->interval_ms * probe->interval_ms + after_ms;
	struct sample s = { .outcome = SAMPLE_OK };
	int64_t at_ms = -1;

	if (t->good_ms < 0)
		bad_ms = 0;
	assert_non_null(e);
	for (int64_t ms = 0; ms < TRIP_GIVE_UP_MS; ms += probe->interval_ms) {
		bool bad = ms >= bad_ms;

		if (ms > 0 && ms <= s.answered_ms)
			continue;
		s = (struct sample){ .asked_ms = ms,
			.answered_ms = ms + (bad ? t->answer_ms : 0) };
		t->fill(&s, bad, ms - bad_ms);
		if (evaluator_observe(e, &s).verdict != VERDICT_TRIPPED)
			continue;
		at_ms = s.answered_ms - bad_ms;
		break;
	}
	evaluator_free(e);
	return at_ms;
}

/* The longest and the shortest over every moment of going bad. */
struct trip_span {
	int64_t best_ms, worst_ms;
};

static inline struct trip_span
trip_span(const struct trip *t)
{
	int64_t interval_ms = t->sources[0].probe->interval_ms;
	int64_t step_ms = interval_ms / 8 > 0 ? interval_ms / 8 : 1;
	struct trip_span span = { INT64_MAX, -1 };

	for (int64_t i = 0; i < 8; i++) {
		int64_t after_ms = i == 0 ? 1 : i * step_ms;
		int64_t ms = trip_ms(t, i == 7 ? interval_ms : after_ms);

		if (ms < 0)
			return (struct trip_span){ -1, -1 };
		span.best_ms = ms < span.best_ms ? ms : span.best_ms;
		span.worst_ms = ms > span.worst_ms ? ms : span.worst_ms;
	}
	return span;
}

static inline void
trip_note(enum objection objection, const char *text, void *arg)
{
	char *all = arg;
	size_t end = strlen(all);

	(void)snprintf(all + end, 1024 - end, "%s: %s\n",
	    objection == OBJECTION_WRONG ? "wrong" : "doubt", text);
}

/* All objections, into 1024 bytes. */
static inline void
trip_check(const struct trip *t, char *all)
{
	all[0] = '\0';
	evaluator_check(
	    &t->settings, t->sources, t->source_count, trip_note, all);
}

#endif
