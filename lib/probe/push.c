#include "probe/push.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"

/* Silence is told to the second: milliseconds are noise here. */
#define SECOND_MS 1000

void
push_begin(struct push *p, int64_t now_ms)
{
	*p = (struct push){ .since_ms = now_ms, .told_ms = now_ms };
}

void
push_beat(struct push *p, const struct beat *beat)
{
	bool keep = p->is_pending && p->beat.failed && !beat->failed;
	int64_t at_ms = beat->at_ms;

	if (!keep)
		p->beat = *beat;
	p->is_pending = true;
	p->was_heard = true;
	/* Whatever it said, it was heard from. */
	if (at_ms > p->since_ms)
		p->since_ms = at_ms;
}

int64_t
push_missing_ms(const struct push *p, int64_t allowed_ms)
{
	return p->since_ms + allowed_ms;
}

static void
make_sample(const struct beat *b, struct sample *s)
{
	*s = (struct sample){
		.asked_ms = b->at_ms,
		.answered_ms = b->at_ms,
		.outcome = b->failed ? SAMPLE_FAILED : SAMPLE_OK,
		.failure = b->failed ? "push.failed" : NULL,
		.phases = { -1.0, -1.0, -1.0, -1.0, -1.0 },
		.values = b->has_value ? &b->value : NULL,
		.value_count = b->has_value,
	};
	memcpy(s->detail, b->detail, sizeof(s->detail));
}

bool
push_take(struct push *p, struct sample *s)
{
	if (!p->is_pending)
		return false;
	p->is_pending = false;
	make_sample(&p->beat, s);
	if (p->beat.at_ms > p->told_ms)
		p->told_ms = p->beat.at_ms;
	return true;
}

bool
push_last(const struct push *p, struct sample *s)
{
	if (p->was_heard)
		make_sample(&p->beat, s);
	return p->was_heard;
}

static void
set_times(struct sample *s, int64_t asked_ms, int64_t now_ms)
{
	*s = (struct sample){
		.asked_ms = asked_ms,
		.answered_ms = now_ms,
		.latency_ms = (double)(now_ms - asked_ms),
		.phases = { -1.0, -1.0, -1.0, -1.0, -1.0 },
	};
}

static void
say(struct sample *s, const struct push *p, int64_t now_ms)
{
	char span[DURATION_TEXT_MAX];
	int64_t silent_ms = now_ms - p->since_ms;

	if (silent_ms > SECOND_MS)
		silent_ms -= silent_ms % SECOND_MS;
	(void)snprintf(s->detail, sizeof(s->detail), "%s %s",
	    p->was_heard ? "no beat for" : "no beat since listening began, for",
	    duration_text(silent_ms, span));
}

void
push_silence(struct push *p, int64_t now_ms, struct sample *s)
{
	set_times(s, p->told_ms, now_ms);
	s->outcome = SAMPLE_FAILED;
	s->failure = "push.missing";
	say(s, p, now_ms);
	p->told_ms = now_ms;
}

void
push_unknown(const struct push *p, int64_t now_ms, struct sample *s)
{
	set_times(s, now_ms, now_ms);
	s->outcome = SAMPLE_LOST;
	s->failure = "push.not_yet";
	say(s, p, now_ms);
}
