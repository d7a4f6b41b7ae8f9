#include "evaluator/breaker.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/units.h"
#include "evaluator/evaluator_impl.h"
#include "sample/window.h"

/* What a sample is to the breaker when it answered, and was too slow. */
#define TOO_SLOW "breaker.slow"

struct breaker {
	struct evaluator base;
	struct breaker_settings settings;
	struct window *window; /* also while open, to show what is now */
	struct window_totals totals;
	bool is_open;       /* or half-open, as time will have it */
	int64_t changed_ms; /* opened or closed */
	int64_t wait_ms;    /* from opening to half-open */
	unsigned trials;    /* successes since half-open */
	int64_t trial_ms;   /* the first of them */
	int64_t first_ms;   /* the first answer in the window, about */
	int64_t known_ms;   /* the newest answer that counted */
	int64_t failed_ms;  /* the newest failure */
};

static bool
is_half_open(const struct breaker *b, int64_t now_ms)
{
	return b->is_open && now_ms >= b->changed_ms + b->wait_ms;
}

static void
empty(struct breaker *b)
{
	window_reset(b->window);
	b->totals = window_totals(b->window);
}

static void
open_it(struct breaker *b, int64_t at_ms, int64_t wait_ms)
{
	b->is_open = true;
	b->changed_ms = at_ms;
	b->wait_ms = wait_ms;
	b->trials = 0;
}

static void
close_it(struct breaker *b, int64_t at_ms)
{
	b->is_open = false;
	b->changed_ms = at_ms;
	empty(b);
}

static int64_t
longer_wait_ms(const struct breaker *b)
{
	const struct breaker_settings *s = &b->settings;
	double next_ms = (double)b->wait_ms * s->backoff;

	if (next_ms >= (double)s->max_reset_timeout_ms)
		return s->max_reset_timeout_ms;
	return (int64_t)next_ms;
}

static bool
is_failure(const struct breaker *b, const struct sample *s)
{
	if (s->outcome == SAMPLE_FAILED)
		return true;
	return b->settings.slow_call_ms > 0 &&
	    s->latency_ms > (double)b->settings.slow_call_ms;
}

static uint64_t
samples(const struct breaker *b)
{
	return b->totals.ok + b->totals.failed;
}

static void
count(struct breaker *b, const struct sample *s, bool failure)
{
	window_advance(b->window, s->answered_ms);
	b->totals = window_totals(b->window);
	if (samples(b) == 0)
		b->first_ms = s->answered_ms;
	window_add(b->window, s->answered_ms,
	    failure ? WINDOW_FAILED : WINDOW_OK, (double)NAN);
	b->totals = window_totals(b->window);
	b->known_ms = s->answered_ms;
	if (failure)
		b->failed_ms = s->answered_ms;
}

/* As much as opens it is in the window. */
static bool
is_bad(const struct breaker *b)
{
	return samples(b) >= b->settings.min_samples &&
	    breaker_reaches(&b->settings, b->totals.failed, samples(b));
}

/* Half-open: what was asked before that is no trial. */
static void
try_it(struct breaker *b, const struct sample *s, bool failure)
{
	if (s->asked_ms < b->changed_ms + b->wait_ms)
		return;
	if (failure) {
		open_it(b, s->answered_ms, longer_wait_ms(b));
		return;
	}
	if (b->trials++ == 0)
		b->trial_ms = s->answered_ms;
	if (b->trials >= b->settings.trials)
		close_it(b, s->answered_ms);
}

static void
keep_evidence(struct breaker *b, const struct sample *s, bool failure)
{
	struct sample *slow = failure ? evaluator_keep(&b->base, s) : NULL;

	if (slow != NULL) {
		slow->has_value = s->outcome == SAMPLE_OK;
		slow->value = s->latency_ms;
	}
	evaluator_keep_only(&b->base, b->totals.failed);
}

static void
move(struct breaker *b, const struct sample *s, bool failure)
{
	if (b->is_open) {
		try_it(b, s, failure);
		if (!b->is_open)
			evaluator_forget(&b->base);
		return;
	}
	keep_evidence(b, s, failure);
	if (is_bad(b))
		open_it(b, s->answered_ms, b->settings.reset_timeout_ms);
}

/* silent: nothing had counted for a whole window before. */
static enum verdict
judge(const struct breaker *b, bool silent)
{
	enum verdict before = b->base.finding.verdict;
	bool good = samples(b) == 0 ||
	    !breaker_reaches(&b->settings, b->totals.failed, samples(b));

	if (b->is_open)
		return VERDICT_TRIPPED;
	if (before == VERDICT_TRIPPED || samples(b) >= b->settings.min_samples)
		return VERDICT_HEALTHY;
	if (before == VERDICT_HEALTHY && good && !silent)
		return VERDICT_HEALTHY;
	return VERDICT_UNKNOWN;
}

static int64_t
began_ms(const struct breaker *b, const struct finding *next)
{
	enum verdict before = b->base.finding.verdict;

	if (next->verdict == before)
		return b->base.finding.began_ms;
	if (next->verdict == VERDICT_TRIPPED)
		return b->totals.first_failed_ms;
	return before == VERDICT_TRIPPED ? b->trial_ms : b->first_ms;
}

static void
look(struct breaker *b, const struct sample *s, struct finding *next)
{
	bool silent = s->answered_ms - b->known_ms >= b->settings.window_ms;
	bool failure = is_failure(b, s);

	if (failure && s->outcome == SAMPLE_OK)
		next->failure = TOO_SLOW;
	count(b, s, failure);
	move(b, s, failure);
	next->verdict = judge(b, silent);
	next->value = 0.0;
	if (samples(b) > 0)
		next->value = (double)b->totals.failed / (double)samples(b);
	next->began_ms = began_ms(b, next);
	if (next->verdict == VERDICT_HEALTHY || is_bad(b))
		evaluator_warm(&b->base);
	/* Open for the timer alone is no news of the target. */
	if (b->is_open)
		b->base.told_ms = b->failed_ms;
}

static void
observe(struct evaluator *self, const struct sample *s, struct finding *next)
{
	struct breaker *b = (struct breaker *)self;

	next->limit = b->settings.error_threshold;
	if (s->outcome == SAMPLE_LOST)
		return;
	if (!b->is_open && s->asked_ms < b->changed_ms)
		return; /* of before it closed */
	look(b, s, next);
}

static void
reset(struct evaluator *self)
{
	struct breaker *b = (struct breaker *)self;

	close_it(b, INT64_MIN);
	b->known_ms = 0;
}

static void
missing(const struct evaluator *self, int64_t now_ms, struct text *out)
{
	const struct breaker *b = (const struct breaker *)self;
	unsigned left = b->settings.trials - b->trials;
	uint64_t more = b->settings.min_samples - samples(b);
	char wait[DURATION_TEXT_MAX];

	if (self->finding.verdict == VERDICT_UNKNOWN)
		text_addf(out, "%" PRIu64 " more %s within %s", more,
		    more == 1 ? "answer" : "answers",
		    duration_text(b->settings.window_ms, wait));
	if (!b->is_open)
		return;
	if (!is_half_open(b, now_ms))
		text_addf(out, "half-open in %s, then ",
		    duration_text(b->changed_ms + b->wait_ms - now_ms, wait));
	text_addf(out, "%u %s in a row to close", left,
	    left == 1 ? "success" : "successes");
}

static const char *
state(const struct evaluator *self, int64_t now_ms)
{
	const struct breaker *b = (const struct breaker *)self;

	if (!b->is_open)
		return "closed";
	return is_half_open(b, now_ms) ? "half-open" : "open";
}

static void
release(struct evaluator *self)
{
	window_free(((struct breaker *)self)->window);
}

static const struct evaluator_ops breaker_ops = {
	.observe = observe,
	.reset = reset,
	.missing = missing,
	.state = state,
	.release = release,
};

static void
set_defaults(struct breaker_settings *s)
{
	if (s->backoff < 1.0)
		s->backoff = 1.0;
	if (s->max_reset_timeout_ms == 0)
		s->max_reset_timeout_ms =
		    BREAKER_RESETS_MAX * s->reset_timeout_ms;
}

struct evaluator *
breaker_new(const struct breaker_settings *settings, int64_t stale_ms)
{
	struct window_settings window = { .length_ms = settings->window_ms,
		.slices = BREAKER_SLICES };
	struct breaker *b;

	assert(settings->error_threshold > 0);
	assert(settings->min_samples >= 1 && settings->trials >= 1);
	assert(settings->reset_timeout_ms >= 1);

	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return NULL;
	b->window = window_new(&window);
	if (b->window == NULL) {
		free(b);
		return NULL;
	}
	evaluator_init(&b->base, &breaker_ops, stale_ms);
	b->settings = *settings;
	set_defaults(&b->settings);
	reset(&b->base);
	return &b->base;
}
