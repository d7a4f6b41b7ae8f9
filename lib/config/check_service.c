#include "config/check_impl.h"

#include <string.h>

#include "base/units.h"
#include "config/suggest.h"
#include "config/times.h"
#include "probe/metric_expression.h"
#include "probe/command_settings.h"
#include "probe/probe_check.h"
#include "probe/promql_range.h"
#include "probe/promql_settings.h"
#include "service/inputs.h"

#define HINT_BYTES 128

struct place {
	struct check *check;
	struct source where;
	const char *what;
	const char *name;
};

static void
probe_objects(enum probe_objection objection, const char *text, void *arg)
{
	const struct place *p = arg;

	if (objection == PROBE_WRONG)
		check_wrong(p->check, p->where, "%s \"%s\": %s", p->what,
		    p->name, text);
	else
		check_doubt(p->check, p->where, "%s \"%s\": %s", p->what,
		    p->name, text);
}

static void
evaluator_objects(enum objection objection, const char *text, void *arg)
{
	probe_objects(objection == OBJECTION_WRONG ? PROBE_WRONG : PROBE_DOUBT,
	    text, arg);
}

void
check_probe(struct check *c, const struct probe_settings *p)
{
	struct place place = { c, p->source, "probe", p->name };

	if (p->name != NULL && p->kind != NULL)
		probe_check(p, probe_objects, &place);
	if (p->kind != NULL && p->settings != NULL)
		check_files(c, p->source, p->kind->table, p->settings);
	if (p->name != NULL && p->kind == &probe_command && p->settings != NULL)
		check_program(c, p->source, "command",
		    &((const struct command_settings *)p->settings)->command);
}

void
check_no_such_probe(struct check *c, const struct service_settings *s,
    struct source where, const char *key, const char *name)
{
	struct suggestion near = suggest_new(name);
	char buffer[HINT_BYTES];

	for (size_t i = 0; i < s->probe_count; i++)
		if (s->probes[i].name != NULL)
			suggest_consider(&near, s->probes[i].name);
	check_wrong(c, where, "%s = \"%s\": service \"%s\" has no such probe%s",
	    key, name, s->name, suggest_text(&near, buffer));
}

static void
say_no_metric(struct check *c, const struct service_settings *s,
    const struct evaluator_settings *e, const struct evaluator_input *culprit)
{
	const struct probe_settings *p = times_probe(s, culprit->probe);

	if (p != NULL && probe_traits(p)->has_metrics)
		check_wrong(c, e->source,
		    "evaluator \"%s\": which metric of probe \"%s\"? write "
		    "metric = \"...\"",
		    e->name, culprit->probe);
	else
		check_wrong(c, e->source,
		    "evaluator \"%s\": probe \"%s\" measures no value; name "
		    "one of type prometheus, promql, tls, command or push",
		    e->name, culprit->probe);
}

static void
say_trouble(struct check *c, const struct service_settings *s,
    const struct evaluator_settings *e, enum inputs_trouble trouble,
    const struct evaluator_input *culprit)
{
	switch (trouble) {
	case INPUTS_FINE:
		break;
	case INPUTS_NO_PROBE:
		check_wrong(c, e->source,
		    "evaluator \"%s\": it names no probe; write probe = "
		    "\"NAME\"",
		    e->name);
		break;
	case INPUTS_UNKNOWN:
		check_no_such_probe(c, s, e->source, "probe", culprit->probe);
		break;
	case INPUTS_NO_METRICS:
		check_wrong(c, e->source,
		    "evaluator \"%s\": probe \"%s\" has no metrics; name a "
		    "probe of type prometheus, or leave the metric out",
		    e->name, culprit->probe);
		break;
	case INPUTS_NAME_METRIC:
		say_no_metric(c, s, e, culprit);
		break;
	case INPUTS_TOO_MANY:
		check_wrong(c, e->source,
		    "evaluator \"%s\": more than %d metrics are asked of "
		    "probe \"%s\"; ask the same target by a second probe",
		    e->name, METRIC_NAMES_MAX, culprit->probe);
		break;
	}
}

static void
check_parts(struct check *c, const struct service_settings *s,
    const struct evaluator_settings *e)
{
	const char *parts[EVALUATOR_PARTS_MAX];
	size_t count = evaluator_parts(e, parts);

	if (e->probe != NULL)
		check_doubt(c, e->source,
		    "evaluator \"%s\" combines others and looks at no probe: "
		    "leave probe out",
		    e->name);
	for (size_t i = 0; i < count; i++) {
		const struct evaluator_settings *part = NULL;

		if (parts[i] == NULL)
			continue; /* which was said */
		part = times_evaluator(s, parts[i]);
		if (part == NULL)
			check_no_such_evaluator(
			    c, s, e->source, "evaluator", e->name, parts[i]);
		else if (part == e)
			check_wrong(c, e->source,
			    "evaluator \"%s\" combines itself", e->name);
		else if (part->kind != NULL && evaluator_combines(part))
			check_wrong(c, e->source,
			    "evaluator \"%s\" combines \"%s\", which "
			    "combines others itself: name those",
			    e->name, parts[i]);
	}
}

/* It would be unknown for ever. */
static void
check_own_value(struct check *c, const struct evaluator_settings *e,
    const struct evaluator_input *input, const struct evaluator_source *source)
{
	const struct probe_settings *p = source->probe;
	const struct command_settings *command;

	if (!input->wants_value || p->kind != &probe_command)
		return;
	command = p->settings;
	if (command->value == COMMAND_VALUE_NONE)
		check_wrong(c, e->source,
		    "evaluator \"%s\": probe \"%s\" has no value; write "
		    "value = \"stdout\" there if it prints a number",
		    e->name, p->name);
}

/* A metric may be wrong, or hardly ever known. */
static void
check_metric(struct check *c, const struct evaluator_settings *e,
    const struct evaluator_input *input, const struct evaluator_source *source)
{
	struct metric_expression parsed;
	struct error err = { "" };
	char range[DURATION_TEXT_MAX], interval[DURATION_TEXT_MAX];

	if (!input->wants_value || input->metric.text == NULL)
		return;
	if (!metric_expression_parse(&parsed, input->metric, &err)) {
		check_wrong(c, e->source, "evaluator \"%s\": \"%s\": %s",
		    e->name, input->metric.text, err.text);
		return;
	}
	if (parsed.range_ms > 0 &&
	    parsed.range_ms < 2 * source->probe->interval_ms)
		check_doubt(c, e->source,
		    "evaluator \"%s\": \"%s\": in %s there are hardly two "
		    "pages, with interval %s of probe \"%s\"",
		    e->name, input->metric.text,
		    duration_text(parsed.range_ms, range),
		    duration_text(source->probe->interval_ms, interval),
		    source->probe->name);
	metric_expression_clear(&parsed);
}

static void
check_evaluator(struct check *c, const struct service_settings *s,
    const struct evaluator_settings *e)
{
	struct place place = { c, e->source, "evaluator", e->name };
	struct evaluator_source sources[EVALUATOR_INPUTS_MAX];
	struct evaluator_input inputs[EVALUATOR_INPUTS_MAX];
	struct evaluator_input culprit = { .probe = NULL };
	enum inputs_trouble trouble = INPUTS_FINE;
	size_t count = 0;

	if (e->kind == NULL || e->name == NULL)
		return;
	if (evaluator_combines(e))
		check_parts(c, s, e);
	else
		trouble = service_sources(s, e, sources, &count, &culprit);
	if (trouble == INPUTS_FINE) {
		evaluator_check(e, sources, count, evaluator_objects, &place);
		(void)evaluator_inputs(e, inputs);
		for (size_t i = 0; i < count; i++) {
			check_own_value(c, e, &inputs[i], &sources[i]);
			check_metric(c, e, &inputs[i], &sources[i]);
		}
	} else
		say_trouble(c, s, e, trouble, &culprit);
}

/* Each success is a beat, and they come when they come. */
static void
check_beats(struct check *c, const struct service_settings *s)
{
	const struct verify_settings *v = &s->verify;
	char needed[DURATION_TEXT_MAX], within[DURATION_TEXT_MAX];

	for (size_t i = 0; i < v->probes.count; i++) {
		const struct probe_settings *p =
		    times_probe(s, v->probes.items[i]);

		if (p == NULL || p->kind != &probe_push ||
		    v->successes * p->interval_ms <= v->within_ms)
			continue;
		check_doubt(c, v->source,
		    "verify: %u beats of probe \"%s\" may take %s, within is "
		    "%s",
		    v->successes, p->name,
		    duration_text(v->successes * p->interval_ms, needed),
		    duration_text(v->within_ms, within));
	}
}

static void
check_verify(struct check *c, const struct service_settings *s)
{
	const struct verify_settings *v = &s->verify;
	char interval[DURATION_TEXT_MAX], needed[DURATION_TEXT_MAX];
	char within[DURATION_TEXT_MAX];
	int64_t least_ms = ((int64_t)v->successes - 1) * v->interval_ms;

	for (size_t i = 0; i < v->probes.count; i++) {
		if (times_probe(s, v->probes.items[i]) == NULL)
			check_no_such_probe(c, s, v->source, "verify: probes",
			    v->probes.items[i]);
		for (size_t k = 0; k < i; k++)
			if (strcmp(v->probes.items[k], v->probes.items[i]) == 0)
				check_wrong(c, v->source,
				    "verify names probe \"%s\" twice",
				    v->probes.items[i]);
	}
	check_beats(c, s);
	if (v->successes > 0 && least_ms >= v->within_ms)
		check_wrong(c, v->source,
		    "verify can never succeed: %u successes %s apart take at "
		    "least %s, within is %s",
		    v->successes, duration_text(v->interval_ms, interval),
		    duration_text(least_ms, needed),
		    duration_text(v->within_ms, within));
}

/* What it measures after a deployment is also of the version before. */
static void
check_looks_back(struct check *c, const struct service_settings *s,
    const struct probe_settings *p)
{
	const struct promql_settings *promql = p->settings;
	char range[DURATION_TEXT_MAX], settle[DURATION_TEXT_MAX];
	int64_t range_ms;

	if (p->kind != &probe_promql || p->name == NULL || promql == NULL ||
	    promql->query == NULL)
		return;
	range_ms = promql_range_ms(promql->query);
	if (range_ms <= s->settle_ms)
		return;
	check_doubt(c, p->source,
	    "probe \"%s\": its query looks back %s, so that for so long after "
	    "a deployment or a rollback it still sees the version before, and "
	    "settle is %s; make settle as long, or the range shorter",
	    p->name, duration_text(range_ms, range),
	    duration_text(s->settle_ms, settle));
}

void
check_service(struct check *c, const struct service_settings *s)
{
	check_duplicates(
	    c, s->probes, s->probe_count, sizeof(*s->probes), "probe");
	check_duplicates(c, s->evaluators, s->evaluator_count,
	    sizeof(*s->evaluators), "evaluator");
	check_duplicates(c, s->rules, s->rule_count, sizeof(*s->rules), "rule");
	for (size_t i = 0; i < s->probe_count; i++)
		check_probe(c, &s->probes[i]);
	for (size_t i = 0; i < s->probe_count; i++) {
		check_looks_back(c, s, &s->probes[i]);
		check_recheck(c, s, &s->probes[i]);
		check_down(c, s, &s->probes[i]);
	}
	if (s->name == NULL)
		return;
	for (size_t i = 0; i < s->evaluator_count; i++)
		check_evaluator(c, s, &s->evaluators[i]);
	for (size_t i = 0; i < s->rule_count; i++)
		check_rule(c, s, &s->rules[i]);
	for (size_t i = 0; i < s->procedures.count; i++) {
		const struct procedure_settings *p = check_find_procedure(
		    c, s->source, "procedures", s->procedures.items[i]);

		if (p != NULL)
			check_run(c, s, NULL, p, s->source);
	}
	check_verify(c, s);
	check_discover(c, s);
	check_drill(c, s);
}
