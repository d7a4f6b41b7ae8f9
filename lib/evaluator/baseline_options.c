#include <stddef.h>
#include <stdio.h>

#include "base/units.h"
#include "evaluator/baseline.h"

#define SECOND 1000.0
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define SAMPLES_MAX 1000000
#define AT_LEAST_MAX 1e15
#define OBJECTION_TEXT_MAX 256

/* clang-format off */
#define BASELINE(member) offsetof(struct baseline_settings, member)
static const struct option options[] = {
	{ .key = "min_age", .type = OPTION_DURATION,
	  .offset = BASELINE(min_age_ms), .fallback = "1d",
	  .min = SECOND, .max = 90 * DAY,
	  .help = "So much time of learning must count before it judges: a "
		  "day, that it has seen noon and midnight." },
	{ .key = "min_samples", .type = OPTION_COUNT,
	  .offset = BASELINE(min_samples), .fallback = "60",
	  .min = 1, .max = SAMPLES_MAX,
	  .help = "And so many values." },
	{ .key = "half_life", .type = OPTION_DURATION,
	  .offset = BASELINE(half_life_ms), .fallback = "3d",
	  .min = SECOND, .max = 90 * DAY,
	  .help = "After so much more learning a value weighs half." },
	{ .key = "quarantine", .type = OPTION_DURATION,
	  .offset = BASELINE(quarantine_ms), .fallback = "2h",
	  .min = 0, .max = 90 * DAY,
	  .help = "So long values are held back before they count; what is "
		  "held back when something trips is thrown away." },
	{ .key = "at_least", .type = OPTION_NUMBER,
	  .offset = BASELINE(at_least), .fallback = "0",
	  .min = 0, .max = AT_LEAST_MAX,
	  .help = "No limit above the baseline is less than this; needed "
		  "where the normal value is zero, which has no multiple." },
};

const struct option_table baseline_options = {
	.what = "baseline", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct baseline_settings),
	.source = -1, .presence = BASELINE(is_given),
};
/* clang-format on */

static void
check_quarantine(
    const struct baseline_settings *s, evaluator_object *object, void *arg)
{
	char a[DURATION_TEXT_MAX], b[DURATION_TEXT_MAX];
	char text[OBJECTION_TEXT_MAX];

	if (s->quarantine_ms == 0)
		object(OBJECTION_DOUBT,
		    "without a quarantine the beginning of trouble is learned "
		    "as normal; leave quarantine out, or set it to 1h or more",
		    arg);
	if (s->quarantine_ms <= s->half_life_ms)
		return;
	(void)snprintf(text, sizeof(text),
	    "quarantine %s is longer than half_life %s: make it shorter, or "
	    "half_life longer",
	    duration_text(s->quarantine_ms, a),
	    duration_text(s->half_life_ms, b));
	object(OBJECTION_WRONG, text, arg);
}

void
baseline_check(
    const struct baseline_settings *s, evaluator_object *object, void *arg)
{
	char a[DURATION_TEXT_MAX], b[DURATION_TEXT_MAX];
	char text[OBJECTION_TEXT_MAX];

	check_quarantine(s, object, arg);
	if (s->min_age_ms / 3 < s->half_life_ms)
		return;
	(void)snprintf(text, sizeof(text),
	    "min_age %s asks for more than is remembered with half_life %s; "
	    "make half_life at least a third of it",
	    duration_text(s->min_age_ms, a), duration_text(s->half_life_ms, b));
	object(OBJECTION_DOUBT, text, arg);
}
