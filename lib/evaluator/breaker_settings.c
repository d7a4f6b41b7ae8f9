/* What can be told of a breaker from its settings. */
#include "evaluator/breaker.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/units.h"
#include "evaluator/evaluator_impl.h"
#include "evaluator/gap.h"
#include "sample/window.h"

#define OR_FEWER_MAX 64
#define OBJECTION_TEXT_MAX 384
#define SECOND_MS 1000
#define WAIT_MIN_MS 1000.0
#define WAIT_MAX_MS (24.0 * 3600 * 1000)
#define THRESHOLD_MIN 0.001

/* Ratios as people write them have fewer digits than that. */
#define NEARLY 1e-9

/* What is younger than that is surely in the window: see window.h. */
static int64_t
sure_ms(const struct breaker_settings *s)
{
	return s->window_ms -
	    (s->window_ms + BREAKER_SLICES - 1) / BREAKER_SLICES;
}

bool
breaker_share_reaches(double threshold, uint64_t failures, uint64_t samples)
{
	return (double)failures / (double)samples + NEARLY >= threshold;
}

bool
breaker_reaches(
    const struct breaker_settings *s, uint64_t failures, uint64_t samples)
{
	return breaker_share_reaches(s->error_threshold, failures, samples);
}

unsigned
breaker_fewest_failures(const struct breaker_settings *s)
{
	unsigned failures = 1;

	while (failures < s->min_samples &&
	    !breaker_reaches(s, failures, s->min_samples))
		failures++;
	return failures;
}

uint64_t
breaker_room(const struct breaker_settings *s, int64_t apart_ms)
{
	return (uint64_t)(sure_ms(s) / apart_ms) + 1;
}

/* Good answers of before that are still in the window, at most. */
static uint64_t
left_over(const struct breaker_settings *s, const struct probe_settings *probe,
    int64_t bad_for_ms)
{
	int64_t left_ms = s->window_ms - bad_for_ms;

	if (left_ms <= 0)
		return 0;
	return (
	    uint64_t)((left_ms + probe->interval_ms - 1) / probe->interval_ms);
}

int64_t
breaker_slowest_ms(const struct breaker_settings *s,
    const struct probe_settings *probe, int64_t answer_ms, int64_t apart_ms)
{
	uint64_t room = breaker_room(s, apart_ms);
	uint64_t good;
	int64_t at_ms = probe->interval_ms + answer_ms;

	if (room < s->min_samples)
		return -1;
	for (uint64_t failures = 1;; failures++, at_ms += apart_ms) {
		uint64_t held = failures < room ? failures : room;

		/* The window may have been full, or empty. */
		good = left_over(s, probe, at_ms);
		if (held >= s->min_samples &&
		    breaker_reaches(s, held, held + good))
			return at_ms;
	}
}

static struct evaluator *
create(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct breaker_settings *s = settings;
	int64_t stale_ms = GAP_PACES * gap_pace_ms(sources->probe);

	(void)source_count;
	return breaker_new(
	    s, s->window_ms > stale_ms ? s->window_ms : stale_ms);
}

static int64_t
fastest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	(void)source_count;
	return (breaker_fewest_failures(settings) - 1) *
	    sources->probe->interval_ms;
}

/* Where it cannot open on a hang, which is said: on a target that fails. */
static int64_t
slowest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct breaker_settings *s = settings;
	const struct probe_settings *probe = sources->probe;
	int64_t hang_ms = breaker_slowest_ms(
	    s, probe, probe->timeout_ms, probe_pace_ms(probe));
	int64_t fail_ms = breaker_slowest_ms(s, probe, 0, probe->interval_ms);

	(void)source_count;
	if (hang_ms >= 0)
		return hang_ms;
	return fail_ms >= 0 ? fail_ms : s->window_ms;
}

/* So long a window, in whole seconds, that they fit so far apart. */
static int64_t
enough_ms(const struct breaker_settings *s, int64_t apart_ms)
{
	int64_t sure = (s->min_samples - 1) * apart_ms;

	int64_t least_ms = sure + sure / (BREAKER_SLICES - 1) + 2;

	return (least_ms + SECOND_MS - 1) / SECOND_MS * SECOND_MS;
}

/* Not where one failed probe would be enough then. */
static const char *
or_fewer(
    const struct breaker_settings *s, uint64_t room, char words[OR_FEWER_MAX])
{
	words[0] = '\0';
	if (1.0 / (double)room < s->error_threshold)
		(void)snprintf(words, OR_FEWER_MAX,
		    ", or min_samples to at most %" PRIu64, room);
	return words;
}

static void
check_room(const struct breaker_settings *s, const struct probe_settings *probe,
    evaluator_object *object, void *arg)
{
	int64_t apart_ms = probe->interval_ms;
	char apart[DURATION_TEXT_MAX], window[DURATION_TEXT_MAX];
	char enough[DURATION_TEXT_MAX], text[OBJECTION_TEXT_MAX];
	char fewer[OR_FEWER_MAX];
	uint64_t room = breaker_room(s, apart_ms);

	if (room >= s->min_samples)
		return;
	(void)snprintf(text, sizeof(text),
	    "this breaker can never open: an answer every %s makes %" PRIu64
	    " in a window of %s, and min_samples is %u; set window to at "
	    "least %s%s",
	    duration_text(apart_ms, apart), room,
	    duration_text(s->window_ms, window), s->min_samples,
	    duration_text(enough_ms(s, apart_ms), enough),
	    or_fewer(s, room, fewer));
	object(OBJECTION_WRONG, text, arg);
}

static void
check_hang(const struct breaker_settings *s, const struct probe_settings *probe,
    evaluator_object *object, void *arg)
{
	int64_t apart_ms = probe_pace_ms(probe);
	char apart[DURATION_TEXT_MAX], window[DURATION_TEXT_MAX];
	char enough[DURATION_TEXT_MAX], text[OBJECTION_TEXT_MAX];
	char fewer[OR_FEWER_MAX];
	char timeout[DURATION_TEXT_MAX];
	uint64_t room = breaker_room(s, apart_ms);

	if (room >= s->min_samples ||
	    breaker_room(s, probe->interval_ms) < s->min_samples)
		return;
	(void)snprintf(text, sizeof(text),
	    "this breaker cannot open on a hang: with timeout %s time-outs of "
	    "\"%s\" come %s apart, which makes %" PRIu64
	    " in a window of %s, and min_samples is %u; set window to at least "
	    "%s%s, or a shorter timeout",
	    duration_text(probe->timeout_ms, timeout), probe->name,
	    duration_text(apart_ms, apart), room,
	    duration_text(s->window_ms, window), s->min_samples,
	    duration_text(enough_ms(s, apart_ms), enough),
	    or_fewer(s, room, fewer));
	object(OBJECTION_DOUBT, text, arg);
}

static void
check_fewest(
    const struct breaker_settings *s, evaluator_object *object, void *arg)
{
	char text[OBJECTION_TEXT_MAX];

	if (s->min_samples > 1 && breaker_fewest_failures(s) > 1)
		return;
	(void)snprintf(text, sizeof(text),
	    "one failed probe is enough to open it: 1 of min_samples %u is "
	    "%.4g%%, and error_threshold is %.4g%%; set min_samples to at "
	    "least %u",
	    s->min_samples, 100.0 / s->min_samples, 100.0 * s->error_threshold,
	    (unsigned)(1.0 / s->error_threshold) + 1);
	object(OBJECTION_DOUBT, text, arg);
}

static void
check_waits(const struct breaker_settings *s,
    const struct probe_settings *probe, evaluator_object *object, void *arg)
{
	char one[DURATION_TEXT_MAX], other[DURATION_TEXT_MAX];
	char text[OBJECTION_TEXT_MAX];

	(void)snprintf(text, sizeof(text),
	    "max_reset_timeout %s is shorter than reset_timeout %s",
	    duration_text(s->max_reset_timeout_ms, one),
	    duration_text(s->reset_timeout_ms, other));
	if (s->max_reset_timeout_ms > 0 &&
	    s->max_reset_timeout_ms < s->reset_timeout_ms)
		object(OBJECTION_WRONG, text, arg);
	else if (s->max_reset_timeout_ms > 0 && s->backoff <= 1.0)
		object(OBJECTION_DOUBT,
		    "max_reset_timeout does nothing without a backoff above 1",
		    arg);
	(void)snprintf(text, sizeof(text),
	    "slow_call %s does nothing, as after the timeout of %s an answer "
	    "is a failure anyway",
	    duration_text(s->slow_call_ms, one),
	    duration_text(probe->timeout_ms, other));
	if (s->slow_call_ms >= probe->timeout_ms)
		object(OBJECTION_DOUBT, text, arg);
}

static void
check(const void *settings, const struct evaluator_source *sources,
    size_t source_count, evaluator_object *object, void *arg)
{
	const struct breaker_settings *s = settings;
	const struct probe_settings *probe = sources->probe;

	(void)source_count;
	check_room(s, probe, object, arg);
	check_hang(s, probe, object, arg);
	check_fewest(s, object, arg);
	check_waits(s, probe, object, arg);
}

static const struct evaluator_kind_ops kind_ops = {
	.unit = "ratio",
	.create = create,
	.fastest_trip_ms = fastest_trip_ms,
	.slowest_trip_ms = slowest_trip_ms,
	.check = check,
};

/* clang-format off */
#define BREAKER(member) offsetof(struct breaker_settings, member)
static const struct option options[] = {
	{ .key = "error_threshold", .type = OPTION_RATIO,
	  .offset = BREAKER(error_threshold), .fallback = "50%",
	  .min = THRESHOLD_MIN, .max = 1,
	  .help = "This share of failures among the answers opens it." },
	{ .key = "window", .type = OPTION_DURATION,
	  .offset = BREAKER(window_ms), .fallback = "60s",
	  .min = WINDOW_MIN_MS, .max = WINDOW_MAX_MS,
	  .help = "Among the answers of so long." },
	{ .key = "min_samples", .type = OPTION_COUNT,
	  .offset = BREAKER(min_samples), .fallback = "5",
	  .min = 1, .max = BREAKER_SAMPLES_MAX,
	  .help = "With fewer answers in the window it does not open." },
	{ .key = "reset_timeout", .type = OPTION_DURATION,
	  .offset = BREAKER(reset_timeout_ms), .fallback = "30s",
	  .min = WAIT_MIN_MS, .max = WAIT_MAX_MS,
	  .help = "So long after opening it is half-open." },
	{ .key = "trials", .type = OPTION_COUNT, .offset = BREAKER(trials),
	  .fallback = "3", .min = 1, .max = BREAKER_TRIALS_MAX,
	  .help = "So many successes in a row, half-open, close it." },
	{ .key = "backoff", .type = OPTION_NUMBER, .offset = BREAKER(backoff),
	  .min = 1, .max = BREAKER_BACKOFF_MAX,
	  .help = "A failure, half-open, makes the reset timeout so many "
		  "times as long, until it closes; by default 1." },
	{ .key = "max_reset_timeout", .type = OPTION_DURATION,
	  .offset = BREAKER(max_reset_timeout_ms),
	  .min = WAIT_MIN_MS, .max = WAIT_MAX_MS,
	  .help = "But no longer than that; by default ten times the reset "
		  "timeout." },
	{ .key = "slow_call", .type = OPTION_DURATION,
	  .offset = BREAKER(slow_call_ms), .min = 1, .max = WAIT_MAX_MS,
	  .help = "A good answer that takes longer is a failure, too." },
};
/* clang-format on */

const struct option_table breaker_options = {
	.what = "breaker evaluator",
	.options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct breaker_settings),
	.source = -1,
	.presence = -1,
};

const struct option_kind evaluator_breaker = {
	.name = "breaker",
	.table = &breaker_options,
	.ops = &kind_ops,
};
