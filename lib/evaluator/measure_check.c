/* What may be wrong about settings that kinds which measure share. */
#include <inttypes.h>
#include <stdio.h>

#include "base/units.h"
#include "evaluator/measure_impl.h"

#define OBJECTION_TEXT_MAX 256

static void
object_to_learned(const struct measure_learned_doubts *d, const char *words,
    evaluator_object *object, void *arg)
{
	char text[OBJECTION_TEXT_MAX];

	(void)snprintf(
	    text, sizeof(text), "%s %s %s", d->clear, words, d->limit);
	object(OBJECTION_WRONG, text, arg);
}

static void
check_without_baseline(
    const struct measure_learned_doubts *d, evaluator_object *object, void *arg)
{
	char text[OBJECTION_TEXT_MAX];

	if (d->clear_times > 0)
		object_to_learned(d, "means nothing without", object, arg);
	if (!d->settings->is_given)
		return;
	(void)snprintf(text, sizeof(text),
	    "baseline = { } means nothing without %s", d->limit);
	object(OBJECTION_DOUBT, text, arg);
}

/* Can it never be judged, or not always? */
static void
check_room(const struct measure_doubts *d, const char *key, unsigned wanted,
    evaluator_object *object, void *arg)
{
	int64_t quick_ms = d->probe->interval_ms;
	int64_t slow_ms = probe_pace_ms(d->probe);
	/* The oldest slice may have left already. */
	int64_t sure_ms = d->window_ms - d->window_ms / d->slices;
	bool never = measure_room(d->window_ms, quick_ms) < wanted;
	char window[DURATION_TEXT_MAX], apart[DURATION_TEXT_MAX];
	char text[OBJECTION_TEXT_MAX];

	if (!never && measure_room(sure_ms, slow_ms) >= wanted)
		return;
	(void)snprintf(text, sizeof(text),
	    "%s: a window of %s %s hold %s = %u %s of \"%s\", %s apart; make "
	    "the window longer or %s smaller",
	    never ? "it can never trip" : "a target that hangs may not trip it",
	    duration_text(d->window_ms, window), never ? "cannot" : "may not",
	    key, wanted, d->what, d->probe->name,
	    duration_text(never ? quick_ms : slow_ms, apart), key);
	object(never ? OBJECTION_WRONG : OBJECTION_DOUBT, text, arg);
}

void
measure_check(
    const struct measure_doubts *d, evaluator_object *object, void *arg)
{
	if (d->min_samples == 1)
		object(OBJECTION_DOUBT,
		    "min_samples = 1: one sample is enough to call it "
		    "healthy; set it to at least 2",
		    arg);
	if (d->window_ms == 0)
		return;
	check_room(d, "min_samples", d->min_samples, object, arg);
	if (d->min_errors > d->min_samples)
		check_room(d, d->errors_key, d->min_errors, object, arg);
}

void
measure_check_learned(
    const struct measure_learned_doubts *d, evaluator_object *object, void *arg)
{
	bool worse =
	    d->below ? d->clear_times < d->times : d->clear_times > d->times;
	char text[OBJECTION_TEXT_MAX];

	if (d->times == 0) {
		check_without_baseline(d, object, arg);
		return;
	}
	if (d->clear_times > 0 && worse)
		object_to_learned(d, "lies beyond the limit,", object, arg);
	if (d->has_fixed_clear) {
		(void)snprintf(text, sizeof(text),
		    "%s is for a fixed limit; with %s write %s", d->fixed_clear,
		    d->limit, d->clear);
		object(OBJECTION_WRONG, text, arg);
	}
	baseline_check(d->settings, object, arg);
}
