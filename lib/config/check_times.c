/* The arithmetic of the worst case. */
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "config/check_impl.h"
#include "config/times.h"

#define FOLLOWERS_MAX 2
#define WORDS_MAX_BYTES 1024

/* One procedure for one service, at worst. */
struct spans {
	const char *procedure;
	int64_t prepare_ms;
	int64_t steps_ms;
	int64_t undo_ms;
};

/* Those that come when one does not help, until the last step is over. */
struct sequel {
	int64_t sum_ms;
	const char *procedures[FOLLOWERS_MAX];
	int64_t each_ms[FOLLOWERS_MAX];
	size_t count;
};

/* False when it cannot be planned, which has been said. */
static bool
measure(const struct service_settings *s, const struct procedure_settings *p,
    struct spans *spans)
{
	struct error err;
	struct plan *plan = plan_new(p, &s->params, &err);

	if (plan == NULL)
		return false;
	*spans = (struct spans){
		.procedure = p->name,
		.prepare_ms = times_prepare_ms(plan),
		.steps_ms = times_steps_ms(plan),
		.undo_ms = times_undo_ms(plan),
	};
	plan_free(plan);
	return true;
}

static int64_t
longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static struct sequel worst_sequel(const struct check *c,
    const struct service_settings *s, const struct procedure_settings *p,
    const struct procedure_settings *inherited, size_t depth);

/* A procedure that follows, and what follows that. */
static struct sequel
begin_with(const struct check *c, const struct service_settings *s,
    const struct procedure_settings *p,
    const struct procedure_settings *inherited, size_t depth)
{
	struct sequel rest = { .count = 0 };
	struct spans spans;
	int64_t ms;

	if (check_is_bad(c, p) || !measure(s, p, &spans))
		return rest;
	rest = worst_sequel(c, s, p, inherited, depth + 1);
	ms = spans.prepare_ms + spans.steps_ms +
	    longer(spans.undo_ms, rest.count > 0 ? s->verify.within_ms : 0);
	memmove(rest.procedures + 1, rest.procedures,
	    rest.count * sizeof(rest.procedures[0]));
	memmove(rest.each_ms + 1, rest.each_ms,
	    rest.count * sizeof(rest.each_ms[0]));
	rest.procedures[0] = p->name;
	rest.each_ms[0] = ms;
	rest.sum_ms += ms;
	rest.count++;
	return rest;
}

/* lint: a procedure follows another, which follows another */
static struct sequel
worst_sequel(const struct check *c, const struct service_settings *s,
    const struct procedure_settings *p,
    const struct procedure_settings *inherited, size_t depth)
{
	const struct procedure_settings *escalate = check_follower(c, p, 0);
	struct sequel worst = { .count = 0 };

	if (depth == FOLLOWERS_MAX)
		return worst;
	if (escalate == NULL)
		escalate = inherited;
	for (size_t i = 0; i <= p->step_count; i++) {
		const struct procedure_settings *next =
		    i == 0 ? escalate : check_follower(c, p, i);
		struct sequel other;

		if (next == NULL)
			continue;
		other = begin_with(c, s, next, i == 0 ? NULL : escalate, depth);
		if (other.sum_ms > worst.sum_ms)
			worst = other;
	}
	return worst;
}

/* What comes behind the steps: it is verified, or else undone. */
static int64_t
ending_ms(const struct service_settings *s, const struct spans *spans)
{
	return longer(s->verify.within_ms, spans->undo_ms);
}

static void
add_ending(struct text *out, const struct service_settings *s,
    const struct spans *spans)
{
	char span[DURATION_TEXT_MAX];

	text_addf(out, "%s %s",
	    spans->undo_ms > s->verify.within_ms ? "undo" : "verification",
	    duration_text(ending_ms(s, spans), span));
}

static bool
check_budget(struct check *c, const struct service_settings *s,
    const struct procedure_settings *p, const struct spans *spans,
    struct source where)
{
	int64_t all_ms = spans->steps_ms + ending_ms(s, spans);
	char one[DURATION_TEXT_MAX], all[DURATION_TEXT_MAX];
	char budget[DURATION_TEXT_MAX];
	struct text ending = text_new(WORDS_MAX_BYTES);

	if (all_ms > p->budget_ms) {
		add_ending(&ending, s, spans);
		check_doubt(c, where,
		    "procedure \"%s\" can outrun its budget for service "
		    "\"%s\": steps %s and %s are %s, budget is %s",
		    p->name, s->name, duration_text(spans->steps_ms, one),
		    text_str(&ending), duration_text(all_ms, all),
		    duration_text(p->budget_ms, budget));
	}
	text_free(&ending);
	return all_ms <= p->budget_ms;
}

/* Where a person is asked first, nobody knows how long that takes. */
static bool
acts_by_itself(const struct rule_settings *r)
{
	return r->when == RULE_WHEN_TRIPPED && r->severity == SEVERITY_P0 &&
	    r->mode == MODE_ENFORCE;
}

/* Everything that may come, until the last step is over. */
static void
check_whole(struct check *c, const struct service_settings *s,
    const struct rule_settings *r, const struct procedure_settings *p,
    const struct spans *spans)
{
	struct detection d = times_detection(s, r);
	struct sequel sequel = worst_sequel(c, s, p, NULL, 0);
	int64_t all_ms =
	    d.worst_ms + spans->steps_ms + ending_ms(s, spans) + sequel.sum_ms;
	char one[DURATION_TEXT_MAX], two[DURATION_TEXT_MAX];
	struct text sum = text_new(WORDS_MAX_BYTES);

	if (all_ms > p->budget_ms) {
		text_addf(&sum, "detection %s, steps %s, ",
		    duration_text(d.worst_ms, one),
		    duration_text(spans->steps_ms, two));
		add_ending(&sum, s, spans);
		for (size_t i = 0; i < sequel.count; i++)
			text_addf(&sum, ", then %s %s", sequel.procedures[i],
			    duration_text(sequel.each_ms[i], one));
		check_doubt(c, r->source,
		    "rule \"%s\" may take %s until everything has been "
		    "tried, and procedure \"%s\" has a budget of %s: %s",
		    r->name, duration_text(all_ms, one), p->name,
		    duration_text(p->budget_ms, two), text_str(&sum));
	}
	text_free(&sum);
}

static void
check_cooldown(struct check *c, const struct service_settings *s,
    const struct rule_settings *r, const struct procedure_settings *p)
{
	char one[DURATION_TEXT_MAX], other[DURATION_TEXT_MAX];

	if (s->cooldown_ms < p->budget_ms)
		check_wrong(c, r->source,
		    "cooldown %s of service \"%s\" is shorter than the budget "
		    "%s of procedure \"%s\": the next rollback could begin "
		    "before it is known whether the last one helped",
		    duration_text(s->cooldown_ms, one), s->name,
		    duration_text(p->budget_ms, other), p->name);
}

static void
check_response(struct check *c, const struct service_settings *s,
    const struct rule_settings *r, const struct spans *spans)
{
	int64_t respond_ms = c->config->severities.of[r->severity].respond_ms;
	struct detection d = times_detection(s, r);
	char one[DURATION_TEXT_MAX], two[DURATION_TEXT_MAX];
	char limit[DURATION_TEXT_MAX], all[DURATION_TEXT_MAX];

	if (r->when != RULE_WHEN_TRIPPED || respond_ms <= 0 ||
	    d.worst_ms + spans->prepare_ms <= respond_ms)
		return;
	(void)duration_text(d.worst_ms, one);
	(void)duration_text(respond_ms, limit);
	if (spans->prepare_ms == 0)
		check_doubt(c, r->source,
		    "rule \"%s\" may take %s to detect; %s asks for a first "
		    "step within %s",
		    r->name, one, severity_word(r->severity), limit);
	else
		check_doubt(c, r->source,
		    "rule \"%s\" may take %s until its first step: detection "
		    "%s, what prepares %s; %s asks for one within %s",
		    r->name, duration_text(d.worst_ms + spans->prepare_ms, all),
		    one, duration_text(spans->prepare_ms, two),
		    severity_word(r->severity), limit);
}

void
check_times(struct check *c, const struct service_settings *s,
    const struct rule_settings *rule, const struct procedure_settings *p,
    struct source where)
{
	struct spans spans;
	bool good;

	if (!measure(s, p, &spans))
		return;
	good = check_budget(c, s, p, &spans, where);
	if (rule == NULL)
		return;
	check_cooldown(c, s, rule, p);
	check_response(c, s, rule, &spans);
	if (good && acts_by_itself(rule))
		check_whole(c, s, rule, p, &spans);
}
