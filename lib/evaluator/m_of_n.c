#include "evaluator/m_of_n.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "evaluator/evaluator_impl.h"
#include "evaluator/gap.h"

#define OBJECTION_TEXT_MAX 256

struct answer {
	int64_t at_ms;
	bool has_failed;
};

struct m_of_n {
	struct evaluator base;
	struct m_of_n_settings settings;
	uint64_t seen;        /* since the beginning, or the last silence */
	unsigned failures;    /* among the last of */
	uint64_t successes;   /* in a row */
	int64_t good_ms;      /* the first of them */
	int64_t counted_ms;   /* the newest answer */
	struct answer last[]; /* seen % of is the oldest, or not used yet */
};

static struct answer *
place(struct m_of_n *m, uint64_t i)
{
	return &m->last[i % m->settings.of];
}

static void
begin_anew(struct m_of_n *m)
{
	m->seen = m->successes = 0;
	m->failures = 0;
}

static bool
has_gone_cold(const struct m_of_n *m, int64_t at_ms)
{
	return m->settings.max_gap_ms > 0 && m->seen > 0 &&
	    at_ms - m->counted_ms > m->settings.max_gap_ms;
}

static void
count(struct m_of_n *m, const struct sample *s)
{
	bool has_failed = s->outcome == SAMPLE_FAILED;

	if (has_gone_cold(m, s->answered_ms))
		begin_anew(m);
	if (m->seen >= m->settings.of)
		m->failures -= place(m, m->seen)->has_failed;
	*place(m, m->seen) = (struct answer){ s->answered_ms, has_failed };
	m->seen++;
	m->failures += has_failed;
	if (!has_failed && m->successes == 0)
		m->good_ms = s->answered_ms;
	m->successes = has_failed ? 0 : m->successes + 1;
	m->counted_ms = s->answered_ms;
}

static uint64_t
held(const struct m_of_n *m)
{
	return m->seen < m->settings.of ? m->seen : m->settings.of;
}

/* So many successes that the others would be too few to trip it. */
static bool
is_surely_good(const struct m_of_n *m)
{
	return held(m) - m->failures + m->settings.failures > m->settings.of;
}

static bool
is_clear(const struct m_of_n *m)
{
	return m->successes >= m->settings.recover &&
	    m->failures < m->settings.clear_below;
}

static enum verdict
judge(const struct m_of_n *m)
{
	enum verdict before = (enum verdict)m->base.before;

	if (m->failures >= m->settings.failures)
		return VERDICT_TRIPPED;
	if (before == VERDICT_TRIPPED)
		return is_clear(m) ? VERDICT_HEALTHY : VERDICT_TRIPPED;
	return is_surely_good(m) ? VERDICT_HEALTHY : before;
}

static int64_t
first_failure_ms(struct m_of_n *m)
{
	uint64_t i = m->seen - held(m);

	while (!place(m, i)->has_failed)
		i++;
	return place(m, i)->at_ms;
}

/* What tripped it stays in evidence until it is healthy again. */
static void
keep_evidence(struct m_of_n *m, enum verdict verdict, const struct sample *s)
{
	if (m->base.before == VERDICT_TRIPPED) {
		if (verdict == VERDICT_HEALTHY)
			evaluator_forget(&m->base);
		return;
	}
	if (s->outcome == SAMPLE_FAILED)
		(void)evaluator_keep(&m->base, s);
	evaluator_keep_only(&m->base, m->failures);
}

static void
observe(struct evaluator *self, const struct sample *s)
{
	struct m_of_n *m = (struct m_of_n *)self;
	struct finding *next = &self->finding;

	next->limit = m->settings.failures;
	if (s->outcome == SAMPLE_LOST)
		return;
	count(m, s);
	next->value = m->failures;
	next->verdict = judge(m);
	keep_evidence(m, next->verdict, s);
	if (m->failures >= m->settings.failures ||
	    (next->verdict == VERDICT_HEALTHY && is_surely_good(m)))
		evaluator_warm(self);
	if (next->verdict == self->before)
		return;
	next->began_ms =
	    next->verdict == VERDICT_TRIPPED ? first_failure_ms(m) : m->good_ms;
}

static void
reset(struct evaluator *self)
{
	begin_anew((struct m_of_n *)self);
}

static const char *
successes(uint64_t count)
{
	return count == 1 ? "success" : "successes";
}

static void
missing(const struct evaluator *self, int64_t now_ms, struct text *out)
{
	const struct m_of_n *m = (const struct m_of_n *)self;
	const struct m_of_n_settings *set = &m->settings;
	uint64_t good = held(m) - m->failures;
	uint64_t more = set->of + 1 - set->failures - good;
	bool in_a_row = m->successes < set->recover;

	(void)now_ms;
	if (self->finding.verdict == VERDICT_UNKNOWN)
		text_addf(out, "%" PRIu64 " more %s", more, successes(more));
	if (self->finding.verdict != VERDICT_TRIPPED)
		return;
	more = set->recover - m->successes;
	if (in_a_row)
		text_addf(
		    out, "%" PRIu64 " more %s in a row", more, successes(more));
	if (m->failures >= set->clear_below)
		text_addf(out, "%sfewer than %u failures of the last %u",
		    in_a_row ? " and " : "", set->clear_below, set->of);
}

static bool
recovered(const struct evaluator *self)
{
	const struct m_of_n *m = (const struct m_of_n *)self;

	return is_surely_good(m) && is_clear(m);
}

static const struct evaluator_ops m_of_n_ops = {
	.observe = observe,
	.reset = reset,
	.missing = missing,
	.recovered = recovered,
};

static struct evaluator *
create(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	struct m_of_n_settings s = *(const struct m_of_n_settings *)settings;

	(void)source_count;
	s.max_gap_ms = gap_or_default_ms(s.max_gap_ms, sources->probe);
	return m_of_n_new(&s);
}

static int64_t
fastest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct m_of_n_settings *s = settings;

	(void)source_count;
	return (s->failures - 1) * sources->probe->interval_ms;
}

static int64_t
slowest_trip_ms(const void *settings, const struct evaluator_source *sources,
    size_t source_count)
{
	const struct m_of_n_settings *s = settings;
	const struct probe_settings *probe = sources->probe;

	(void)source_count;
	return probe->interval_ms + (s->failures - 1) * probe_pace_ms(probe) +
	    probe_wait_ms(probe);
}

static void
check_numbers(
    const struct m_of_n_settings *s, evaluator_object *object, void *arg)
{
	char text[OBJECTION_TEXT_MAX];

	(void)snprintf(text, sizeof(text),
	    "it can never trip: %u failures do not fit into the last %u "
	    "answers; set failures to at most %u",
	    s->failures, s->of, s->of);
	if (s->failures > s->of)
		object(OBJECTION_WRONG, text, arg);
	(void)snprintf(text, sizeof(text),
	    "clear_below %u would clear it while %u failures trip it; set "
	    "clear_below to at most %u",
	    s->clear_below, s->failures, s->failures);
	if (s->clear_below > s->failures)
		object(OBJECTION_WRONG, text, arg);
	if (s->failures == 1)
		object(OBJECTION_DOUBT,
		    "one failed probe is enough to trip it; set failures to "
		    "at least 2",
		    arg);
}

static void
check(const void *settings, const struct evaluator_source *sources,
    size_t source_count, evaluator_object *object, void *arg)
{
	const struct m_of_n_settings *s = settings;

	(void)source_count;
	check_numbers(s, object, arg);
	if (s->of > 1)
		gap_check(s->max_gap_ms, sources->probe, object, arg);
}

static const struct evaluator_kind_ops kind_ops = {
	.unit = "failures",
	.create = create,
	.fastest_trip_ms = fastest_trip_ms,
	.slowest_trip_ms = slowest_trip_ms,
	.check = check,
};

/* clang-format off */
#define M_OF_N(member) offsetof(struct m_of_n_settings, member)
static const struct option options[] = {
	{ .key = "failures", .type = OPTION_COUNT, .offset = M_OF_N(failures),
	  .fallback = "3", .min = 1, .max = M_OF_N_MAX,
	  .help = "So many failed probes among the last trip it." },
	{ .key = "of", .type = OPTION_COUNT, .offset = M_OF_N(of),
	  .fallback = "5", .min = 1, .max = M_OF_N_MAX,
	  .help = "Among so many last answers." },
	{ .key = "recover", .type = OPTION_COUNT, .offset = M_OF_N(recover),
	  .fallback = "2", .min = 1, .max = M_OF_N_MAX,
	  .help = "So many successes in a row make it healthy again, where "
		  "few enough failures are left among the last answers." },
	{ .key = "clear_below", .type = OPTION_COUNT,
	  .offset = M_OF_N(clear_below), .min = 1, .max = M_OF_N_MAX,
	  .help = "Fewer failures than that; by default than trip it." },
	{ .key = "gap", .type = OPTION_DURATION, .offset = M_OF_N(max_gap_ms),
	  .min = GAP_MIN_MS, .max = GAP_MAX_MS,
	  .help = "Longer without an answer, and it counts anew, and a "
		  "verdict is too old to act on; by default five times the "
		  "probe's interval, or its timeout where that is longer." },
};
/* clang-format on */

const struct option_table m_of_n_options = {
	.what = "m_of_n evaluator",
	.options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct m_of_n_settings),
	.source = -1,
	.presence = -1,
};

const struct option_kind evaluator_m_of_n = {
	.name = "m_of_n",
	.table = &m_of_n_options,
	.ops = &kind_ops,
};

struct evaluator *
m_of_n_new(const struct m_of_n_settings *settings)
{
	struct m_of_n *m;

	assert(settings->failures >= 1 && settings->failures <= settings->of);
	assert(settings->recover >= 1);
	assert(settings->clear_below <= settings->failures);
	assert(settings->max_gap_ms >= 0);

	m = calloc(1, sizeof(*m) + settings->of * sizeof(m->last[0]));
	if (m == NULL)
		return NULL;
	evaluator_init(&m->base, &m_of_n_ops, settings->max_gap_ms);
	m->settings = *settings;
	if (m->settings.clear_below == 0)
		m->settings.clear_below = settings->failures;
	return &m->base;
}
