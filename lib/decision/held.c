#include "decision/held.h"

static void
note_guard(struct held *h, enum guard guard, unsigned rule, int64_t now_ms)
{
	if (guard == h->guard && (guard == GUARD_NONE || rule == h->rule))
		return;
	h->counts[h->guard].ms += now_ms - h->since_ms;
	h->guard = guard;
	h->rule = rule;
	h->since_ms = now_ms;
	h->counts[guard].times++;
}

void
held_note(
    struct held *h, const struct decision *d, unsigned rule, int64_t now_ms)
{
	bool holds = d->action == ACTION_HOLD && d->guard != GUARD_RUNNING;

	note_guard(
	    h, d->action == ACTION_NONE ? GUARD_NONE : d->guard, rule, now_ms);
	if (holds && !h->holds) {
		h->holds_since_ms = now_ms;
		h->is_alarmed = false;
	}
	h->holds = holds;
}

int64_t
held_ms(const struct held *h, enum guard guard, int64_t now_ms)
{
	return h->counts[guard].ms +
	    (guard == h->guard ? now_ms - h->since_ms : 0);
}

bool
held_alarm(struct held *h, int64_t after_ms, int64_t now_ms)
{
	int64_t from_ms = h->is_alarmed ? h->alarmed_ms : h->holds_since_ms;

	if (!h->holds ||
	    now_ms - from_ms < (h->is_alarmed ? HELD_AGAIN_MS : after_ms))
		return false;
	h->is_alarmed = true;
	h->alarmed_ms = now_ms;
	return true;
}
