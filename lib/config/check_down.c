#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "config/check_impl.h"
#include "evaluator/gap.h"

#define OBJECTION_TEXT_MAX 512

struct objections {
	unsigned count;
	char last[OBJECTION_TEXT_MAX];
};

static void
note(enum objection objection, const char *text, void *arg)
{
	struct objections *o = arg;

	(void)objection;
	o->count++;
	(void)snprintf(o->last, sizeof(o->last), "%s", text);
}

static struct objections
objections_to(const struct evaluator_settings *e,
    const struct probe_settings *p, int64_t interval_ms)
{
	struct probe_settings paced = *p;
	struct evaluator_source source = { .probe = &paced };
	struct objections o = { .count = 0 };

	paced.interval_ms = interval_ms;
	evaluator_check(e, &source, 1, note, &o);
	return o;
}

static bool
is_simple(const struct probe_settings *p)
{
	return p->kind == &probe_http || p->kind == &probe_tcp ||
	    p->kind == &probe_tls || p->kind == &probe_command;
}

/*
 * Those that look at this probe and at nothing else: whatever they would have
 * against it if it were as slow as that for ever, and have not as it is.
 */
static void
check_evaluator_of(struct check *c, const struct evaluator_settings *e,
    const struct probe_settings *p)
{
	struct evaluator_input inputs[EVALUATOR_INPUTS_MAX];
	struct objections slow;
	char down[DURATION_TEXT_MAX];

	if (e->kind == NULL || e->name == NULL ||
	    evaluator_inputs(e, inputs) != 1 || inputs[0].probe == NULL ||
	    strcmp(inputs[0].probe, p->name) != 0)
		return;
	slow = objections_to(e, p, p->down_ms);
	if (slow.count <= objections_to(e, p, p->interval_ms).count)
		return;
	check_wrong(c, p->source,
	    "probe \"%s\": down_interval %s is too long for evaluator "
	    "\"%s\", which would forget what it has seen: %s",
	    p->name, duration_text(p->down_ms, down), e->name, slow.last);
}

void
check_down(struct check *c, const struct service_settings *s,
    const struct probe_settings *p)
{
	char down[DURATION_TEXT_MAX], limit[DURATION_TEXT_MAX];
	int64_t most_ms = PROBE_DOWN_PACES * gap_pace_ms(p);

	if (p->down_ms == 0 || p->name == NULL || p->kind == NULL)
		return;
	if (!is_simple(p))
		check_wrong(c, p->source,
		    "probe \"%s\": down_interval is for probes of type http, "
		    "tcp, tls and command",
		    p->name);
	else if (p->down_ms <= p->interval_ms)
		check_wrong(c, p->source,
		    "probe \"%s\": down_interval %s is not longer than its "
		    "interval, %s",
		    p->name, duration_text(p->down_ms, down),
		    duration_text(p->interval_ms, limit));
	else if (p->down_ms > most_ms)
		check_wrong(c, p->source,
		    "probe \"%s\": down_interval %s is too long: at most %d "
		    "times its interval or timeout, %s, else what was counted "
		    "is forgotten",
		    p->name, duration_text(p->down_ms, down), PROBE_DOWN_PACES,
		    duration_text(most_ms, limit));
	else
		for (size_t i = 0; i < s->evaluator_count; i++)
			check_evaluator_of(c, &s->evaluators[i], p);
}
