#include "decision/cooldown.h"

#include <string.h>

int64_t
cooldown_grown_ms(int64_t base_ms, int64_t max_ms, unsigned count)
{
	int64_t grown_ms = base_ms;

	for (unsigned i = 1; i < count && grown_ms < max_ms; i++) {
		if (grown_ms == 0)
			return 0;
		/* Twice that would be beyond it, or beyond any number. */
		grown_ms = grown_ms > max_ms - grown_ms ? max_ms : 2 * grown_ms;
	}
	return grown_ms;
}

/* Kept in order: the oldest first. */
void
act_times_add(struct act_times *t, int64_t at_ms)
{
	unsigned at = t->count;

	while (at > 0 && t->at_ms[at - 1] > at_ms)
		at--;
	if (t->count == t->max) {
		if (at == 0)
			return; /* older than all that there is room for */
		memmove(t->at_ms, t->at_ms + 1, (at - 1) * sizeof(t->at_ms[0]));
		t->at_ms[at - 1] = at_ms;
		return;
	}
	memmove(t->at_ms + at + 1, t->at_ms + at,
	    (t->count - at) * sizeof(t->at_ms[0]));
	t->at_ms[at] = at_ms;
	t->count++;
}

unsigned
act_times_within(const struct act_times *t, int64_t now_ms, int64_t span_ms)
{
	unsigned within = 0;

	while (within < t->count &&
	    now_ms - t->at_ms[t->count - 1 - within] < span_ms)
		within++;
	return within;
}

int64_t
act_times_free_ms(const struct act_times *t, int64_t now_ms, int64_t span_ms,
    unsigned allowed)
{
	unsigned within = act_times_within(t, now_ms, span_ms);

	if (within < allowed)
		return now_ms;
	if (allowed == 0)
		return INT64_MAX;
	return t->at_ms[t->count - allowed] + span_ms;
}
