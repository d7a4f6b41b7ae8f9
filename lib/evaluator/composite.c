#include "evaluator/composite.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "evaluator/evaluator_impl.h"
#include "evaluator/latch.h"

#define OBJECTION_TEXT_MAX 256
#define WEIGHT_MIN 0.001
#define WEIGHT_MAX 1000
#define ABOVE_MAX 0.999
#define HOLD_MAX_MS (24.0 * 3600 * 1000)

/* Weights as people write them, added up, are not quite what they mean. */
#define NEARLY 1e-9

struct composite {
	struct evaluator base;
	struct latch_settings limits;
	struct latch latch;
	double above;     /* as it was written */
	unsigned unknown; /* parts without a verdict, last time */
	size_t count;
	double weights[]; /* as shares: together 1 */
};

/* What the parts found, weighed. */
struct score {
	double least;                   /* if the unknown ones are healthy */
	double most;                    /* if they have tripped */
	const struct finding *earliest; /* of those that have; NULL: none */
	uint64_t samples;
	unsigned unknown;
};

static double
weight_of(const struct composite_part *part)
{
	return part->weight > 0 ? part->weight : 1.0;
}

static struct score
weigh(const struct composite *c, const struct finding *parts, bool mute_too)
{
	struct score s = { .least = 0 };

	for (size_t i = 0; i < c->count; i++) {
		const struct finding *f = &parts[i];
		bool is_known =
		    f->verdict != VERDICT_UNKNOWN && (mute_too || !f->is_mute);

		s.samples += f->samples;
		if (is_known && f->verdict == VERDICT_HEALTHY)
			continue;
		s.most += c->weights[i];
		if (!is_known) {
			s.unknown++;
			continue;
		}
		s.least += c->weights[i];
		if (s.earliest == NULL || f->began_ms < s.earliest->began_ms)
			s.earliest = f;
	}
	return s;
}

/* What is known whichever way the unknown ones are; NAN: nothing. */
static double
measured(const struct composite *c, const struct score *s)
{
	if (latch_is_beyond(&c->limits, s->least))
		return s->least;
	if (!latch_is_beyond(&c->limits, s->most))
		return s->most;
	return (double)NAN;
}

static enum verdict
judge(struct composite *c, const struct score *s, bool is_heard, int64_t at_ms)
{
	double value = measured(c, s);
	enum verdict v;

	/* No time counts on either side of it. */
	if (!is_heard)
		latch_lost(&c->latch);
	v = latch_measure(&c->latch, &c->limits, value, s->samples, at_ms);
	if (!is_heard)
		latch_lost(&c->latch);
	/* What it was before a part lost its verdict is no guide. */
	if (isnan(value) && v == VERDICT_HEALTHY) {
		c->latch.verdict = VERDICT_UNKNOWN;
		c->latch.began_ms = at_ms;
	}
	return (enum verdict)c->latch.verdict;
}

static int64_t
began_ms(const struct composite *c, const struct score *s, enum verdict v)
{
	if (v == c->base.finding.verdict)
		return c->base.finding.began_ms;
	if (v == VERDICT_TRIPPED && s->earliest != NULL)
		return s->earliest->began_ms;
	return c->latch.began_ms;
}

static struct finding
combine(struct evaluator *self, const struct finding *parts, int64_t at_ms)
{
	struct composite *c = (struct composite *)self;
	struct score s = weigh(c, parts, true);
	struct score heard = weigh(c, parts, false);
	struct finding next = {
		.verdict = judge(c, &s, !isnan(measured(c, &heard)), at_ms),
		.samples = s.samples,
		.failure = self->finding.failure,
		.value = s.least,
		.limit = c->above,
	};

	c->unknown = s.unknown;
	if (s.earliest != NULL)
		next.failure = s.earliest->failure;
	next.began_ms = began_ms(c, &s, next.verdict);
	return next;
}

static bool
upholds(const struct evaluator *self, const struct finding *parts)
{
	const struct composite *c = (const struct composite *)self;
	struct score s = weigh(c, parts, true);

	if (self->finding.verdict == VERDICT_TRIPPED)
		return s.least > c->limits.clear;
	return !latch_is_beyond(&c->limits, s.most);
}

static void
reset(struct evaluator *self)
{
	struct composite *c = (struct composite *)self;

	c->latch = (struct latch){ .verdict = VERDICT_UNKNOWN };
	c->unknown = (unsigned)c->count;
}

static void
missing(const struct evaluator *self, int64_t now_ms, struct text *out)
{
	const struct composite *c = (const struct composite *)self;

	(void)now_ms;
	if (self->finding.verdict == VERDICT_UNKNOWN && c->unknown > 0)
		text_addf(out, "a verdict of %u of its %zu parts", c->unknown,
		    c->count);
}

static const struct evaluator_ops composite_ops = {
	.combine = combine,
	.upholds = upholds,
	.reset = reset,
	.missing = missing,
};

static const struct composite_part *
part_at(const struct composite_settings *s, size_t i)
{
	return (const struct composite_part *)s->parts.items + i;
}

static double
total(const struct composite_settings *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->parts.count; i++)
		sum += weight_of(part_at(s, i));
	return sum;
}

static size_t
parts(const void *settings, const char **names)
{
	const struct composite_settings *s = settings;

	for (size_t i = 0; i < s->parts.count; i++)
		names[i] = part_at(s, i)->evaluator;
	return s->parts.count;
}

/* When enough of them have tripped, each at its time. */
static int64_t
together_ms(const void *settings, const int64_t *parts_ms)
{
	const struct composite_settings *s = settings;
	double enough = s->above * total(s) + NEARLY;
	int64_t first_ms = INT64_MAX;

	if (s->parts.count == 0)
		return 0; /* which has its complaint */
	for (size_t i = 0; i < s->parts.count; i++) {
		double weight = 0;

		for (size_t k = 0; k < s->parts.count; k++)
			if (parts_ms[k] <= parts_ms[i])
				weight += weight_of(part_at(s, k));
		if (weight > enough && parts_ms[i] < first_ms)
			first_ms = parts_ms[i];
	}
	return first_ms + s->for_ms;
}

static struct evaluator *
create(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	(void)sources;
	(void)source_count;
	return composite_new(settings);
}

static void
check_twice(
    const struct composite_settings *s, evaluator_object *object, void *arg)
{
	char text[OBJECTION_TEXT_MAX];

	for (size_t i = 0; i < s->parts.count; i++)
		for (size_t k = 0; k < i; k++) {
			const char *name = part_at(s, i)->evaluator;
			const char *other = part_at(s, k)->evaluator;

			if (name == NULL || other == NULL ||
			    strcmp(name, other) != 0)
				continue;
			(void)snprintf(text, sizeof(text),
			    "it names \"%s\" twice: give that one more weight",
			    name);
			object(OBJECTION_WRONG, text, arg);
		}
}

static void
check(const void *settings, const struct evaluator_source *sources,
    size_t source_count, evaluator_object *object, void *arg)
{
	const struct composite_settings *s = settings;
	char text[OBJECTION_TEXT_MAX];

	(void)sources;
	(void)source_count;
	check_twice(s, object, arg);
	if (s->parts.count == 1)
		object(OBJECTION_DOUBT,
		    "it has one part alone: name that in the rule instead",
		    arg);
	(void)snprintf(text, sizeof(text),
	    "clear_below %.4g%% is above the limit of %.4g%%, so that it would "
	    "clear while it trips",
	    100 * s->clear_below, 100 * s->above);
	if (s->clear_below > s->above)
		object(OBJECTION_WRONG, text, arg);
}

static const struct evaluator_kind_ops kind_ops = {
	.unit = "ratio",
	.parts = parts,
	.together_ms = together_ms,
	.create = create,
	.check = check,
};

/* clang-format off */
#define PART(member) offsetof(struct composite_part, member)
static const struct option part_options[] = {
	{ .key = "evaluator", .type = OPTION_NAME, .offset = PART(evaluator),
	  .required = true,
	  .help = "an evaluator of this service" },
	{ .key = "weight", .type = OPTION_NUMBER, .offset = PART(weight),
	  .min = WEIGHT_MIN, .max = WEIGHT_MAX,
	  .help = "what it is worth among the others; by default 1" },
};

static const struct option_table part_table = {
	.what = "part", .options = part_options,
	.count = OPTION_COUNT_OF(part_options),
	.size = sizeof(struct composite_part),
	.source = PART(source), .presence = -1,
};

#define COMPOSITE(member) offsetof(struct composite_settings, member)
static const struct option options[] = {
	{ .key = "parts", .type = OPTION_LIST, .offset = COMPOSITE(parts),
	  .required = true, .min = 1, .max = EVALUATOR_PARTS_MAX,
	  .detail = &part_table,
	  .help = "what it combines: ( { evaluator = \"slow\"; "
		  "weight = 2.0; }, ... )" },
	{ .key = "above", .type = OPTION_RATIO, .offset = COMPOSITE(above),
	  .required = true, .max = ABOVE_MAX,
	  .help = "It trips when the parts that have tripped weigh more than "
		  "this share of all." },
	{ .key = "clear_below", .type = OPTION_RATIO,
	  .offset = COMPOSITE(clear_below), .max = ABOVE_MAX,
	  .help = "It clears at this share or below; by default at the same." },
	{ .key = "for", .type = OPTION_DURATION, .offset = COMPOSITE(for_ms),
	  .max = HOLD_MAX_MS,
	  .help = "It must be above for so long." },
	{ .key = "clear_for", .type = OPTION_DURATION,
	  .offset = COMPOSITE(clear_for_ms), .max = HOLD_MAX_MS,
	  .help = "It must be clear for so long." },
};
/* clang-format on */

const struct option_table composite_options = {
	.what = "composite evaluator",
	.options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct composite_settings),
	.source = -1,
	.presence = -1,
};

const struct option_kind evaluator_composite = {
	.name = "composite",
	.table = &composite_options,
	.ops = &kind_ops,
};

struct evaluator *
composite_new(const struct composite_settings *settings)
{
	size_t count = settings->parts.count;
	struct composite *c;
	double clear =
	    settings->clear_below > 0 ? settings->clear_below : settings->above;

	assert(count >= 1 && count <= EVALUATOR_PARTS_MAX);
	assert(settings->clear_below <= settings->above);

	c = calloc(1, sizeof(*c) + count * sizeof(c->weights[0]));
	if (c == NULL)
		return NULL;
	evaluator_init(&c->base, &composite_ops, 0);
	c->limits = (struct latch_settings){
		.limit = settings->above + NEARLY,
		.clear = clear + NEARLY,
		.for_ms = latch_ms(settings->for_ms),
		.clear_for_ms = latch_ms(settings->clear_for_ms),
	};
	c->above = settings->above;
	c->count = count;
	for (size_t i = 0; i < count; i++)
		c->weights[i] =
		    weight_of(part_at(settings, i)) / total(settings);
	reset(&c->base);
	return &c->base;
}
