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

/* Behind it, in the same memory, is its window: also while it is open. */
struct breaker {
	struct evaluator base;
	double error_threshold; /* these as in the settings */
	double backoff;
	uint32_t window_ms;
	uint32_t min_samples;
	uint32_t reset_timeout_ms;
	uint32_t max_reset_timeout_ms;
	uint32_t slow_call_ms;
	uint16_t trials_wanted;
	uint16_t trials;    /* successes since half-open */
	uint32_t wait_ms;   /* from opening to half-open */
	bool is_open;       /* or half-open, as time will have it */
	int64_t changed_ms; /* opened or closed */
	int64_t trial_ms;   /* the first of the trials */
	int64_t first_ms;   /* the first answer in the window, about */
	int64_t known_ms;   /* the newest answer that counted */
	int64_t failed_ms;  /* the newest failure */
};

_Static_assert(BREAKER_TRIALS_MAX <= UINT16_MAX, "they are counted by so much");

static struct window *
window_of(const struct breaker *b)
{
	return (struct window *)(uintptr_t)(b + 1);
}

static bool
is_half_open(const struct breaker *b, int64_t now_ms)
{
	return b->is_open && now_ms >= b->changed_ms + b->wait_ms;
}

static void
open_it(struct breaker *b, int64_t at_ms, uint32_t wait_ms)
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
	window_reset(window_of(b));
}

static uint32_t
longer_wait_ms(const struct breaker *b)
{
	double next_ms = b->wait_ms * b->backoff;

	if (next_ms >= b->max_reset_timeout_ms)
		return b->max_reset_timeout_ms;
	return (uint32_t)next_ms;
}

static bool
is_failure(const struct breaker *b, const struct sample *s)
{
	if (s->outcome == SAMPLE_FAILED)
		return true;
	return b->slow_call_ms > 0 && s->latency_ms > b->slow_call_ms;
}

static uint64_t
samples(const struct breaker *b)
{
	return window_samples(window_of(b));
}

static void
count(struct breaker *b, const struct sample *s, bool failure)
{
	window_add(window_of(b), s->answered_ms,
	    failure ? WINDOW_FAILED : WINDOW_OK, (double)NAN);
	if (samples(b) == 1)
		b->first_ms = s->answered_ms;
	b->known_ms = s->answered_ms;
	if (failure)
		b->failed_ms = s->answered_ms;
}

/* No share of nothing is one. */
static bool
reaches(const struct breaker *b)
{
	uint64_t failed = window_failed(window_of(b));

	return failed > 0 &&
	    breaker_share_reaches(b->error_threshold, failed, samples(b));
}

/* As much as opens it is in the window. */
static bool
is_bad(const struct breaker *b)
{
	return samples(b) >= b->min_samples && reaches(b);
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
	if (b->trials >= b->trials_wanted)
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
	if (b->base.evidence != NULL)
		evaluator_keep_only(&b->base, window_failed(window_of(b)));
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
		open_it(b, s->answered_ms, b->reset_timeout_ms);
}

/* silent: nothing had counted for a whole window before. */
static enum verdict
judge(const struct breaker *b, bool silent)
{
	enum verdict before = (enum verdict)b->base.before;

	if (b->is_open)
		return VERDICT_TRIPPED;
	if (before == VERDICT_TRIPPED || samples(b) >= b->min_samples)
		return VERDICT_HEALTHY;
	if (before == VERDICT_HEALTHY && !silent && !reaches(b))
		return VERDICT_HEALTHY;
	return VERDICT_UNKNOWN;
}

static int64_t
began_ms(const struct breaker *b, const struct finding *next)
{
	enum verdict before = (enum verdict)b->base.before;

	if (next->verdict == before)
		return b->base.finding.began_ms;
	if (next->verdict == VERDICT_TRIPPED)
		return window_totals(window_of(b)).first_failed_ms;
	return before == VERDICT_TRIPPED ? b->trial_ms : b->first_ms;
}

static double
share(const struct breaker *b)
{
	uint64_t failed = window_failed(window_of(b));

	return failed == 0 ? 0 : (double)failed / (double)samples(b);
}

static void
look(struct breaker *b, const struct sample *s)
{
	struct finding *next = &b->base.finding;
	bool silent = s->answered_ms - b->known_ms >= b->window_ms;
	bool failure = is_failure(b, s);

	if (failure && s->outcome == SAMPLE_OK)
		next->failure = TOO_SLOW;
	count(b, s, failure);
	move(b, s, failure);
	next->verdict = judge(b, silent);
	next->value = share(b);
	next->began_ms = began_ms(b, next);
	if (next->verdict == VERDICT_HEALTHY || is_bad(b))
		evaluator_warm(&b->base);
	/* Open for the timer alone is no news of the target. */
	if (b->is_open)
		b->base.told_ms = b->failed_ms;
}

static void
observe(struct evaluator *self, const struct sample *s)
{
	struct breaker *b = (struct breaker *)self;

	self->finding.limit = b->error_threshold;
	if (s->outcome == SAMPLE_LOST)
		return;
	if (!b->is_open && s->asked_ms < b->changed_ms)
		return; /* of before it closed */
	look(b, s);
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
	unsigned left = b->trials_wanted - b->trials;
	uint64_t more = b->min_samples - samples(b);
	char wait[DURATION_TEXT_MAX];

	if (self->finding.verdict == VERDICT_UNKNOWN)
		text_addf(out, "%" PRIu64 " more %s within %s", more,
		    more == 1 ? "answer" : "answers",
		    duration_text(b->window_ms, wait));
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
	window_release(window_of((struct breaker *)self));
}

static const struct evaluator_ops breaker_ops = {
	.observe = observe,
	.reset = reset,
	.missing = missing,
	.state = state,
	.release = release,
};

static void
take_settings(struct breaker *b, const struct breaker_settings *s)
{
	int64_t max_ms = s->max_reset_timeout_ms;

	if (max_ms == 0)
		max_ms = BREAKER_RESETS_MAX * s->reset_timeout_ms;
	assert(s->window_ms <= UINT32_MAX && s->slow_call_ms <= UINT32_MAX);
	assert(s->reset_timeout_ms <= UINT32_MAX && max_ms <= UINT32_MAX);
	assert(s->trials <= BREAKER_TRIALS_MAX);
	b->error_threshold = s->error_threshold;
	b->backoff = s->backoff < 1.0 ? 1.0 : s->backoff;
	b->window_ms = (uint32_t)s->window_ms;
	b->min_samples = s->min_samples;
	b->reset_timeout_ms = (uint32_t)s->reset_timeout_ms;
	b->max_reset_timeout_ms = (uint32_t)max_ms;
	b->slow_call_ms = (uint32_t)s->slow_call_ms;
	b->trials_wanted = (uint16_t)s->trials;
}

struct evaluator *
breaker_new(const struct breaker_settings *settings, int64_t stale_ms)
{
	struct window_settings window = { .length_ms = settings->window_ms,
		.slices = BREAKER_SLICES,
		.no_sum = true };
	struct breaker *b;

	assert(settings->error_threshold > 0);
	assert(settings->min_samples >= 1 && settings->trials >= 1);
	assert(settings->reset_timeout_ms >= 1);

	b = calloc(1, sizeof(*b) + window_bytes(&window));
	if (b == NULL)
		return NULL;
	(void)window_init(window_of(b), &window);
	evaluator_init(&b->base, &breaker_ops, stale_ms);
	take_settings(b, settings);
	reset(&b->base);
	return &b->base;
}
