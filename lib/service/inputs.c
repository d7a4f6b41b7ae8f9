#include "service/inputs.h"

#include <stdint.h>
#include <string.h>

/* The index of a probe; probe_count: there is none. */
static unsigned
find_probe(const struct service_settings *s, const char *name)
{
	unsigned i = 0;

	while (i < s->probe_count &&
	    (s->probes[i].name == NULL || strcmp(s->probes[i].name, name) != 0))
		i++;
	return i;
}

static size_t
find_name(
    const struct metric_name *names, size_t count, struct metric_name wanted)
{
	size_t i = 0;

	while (i < count && !metric_name_equals(names[i], wanted))
		i++;
	return i;
}

static bool
is_of_probe(
    const struct evaluator_input *input, const struct probe_settings *probe)
{
	return input->wants_value && input->probe != NULL &&
	    input->metric.text != NULL &&
	    strcmp(input->probe, probe->name) == 0;
}

/* Returns the count that there would be without a limit. */
static size_t
add_metrics(const struct evaluator_settings *e,
    const struct probe_settings *probe, struct metric_name *names, size_t count)
{
	struct evaluator_input inputs[EVALUATOR_INPUTS_MAX];
	size_t input_count = e->kind == NULL ? 0 : evaluator_inputs(e, inputs);

	for (size_t i = 0; i < input_count; i++) {
		if (count >= METRIC_NAMES_MAX ||
		    !is_of_probe(&inputs[i], probe) ||
		    find_name(names, count, inputs[i].metric) < count)
			continue;
		names[count++] = inputs[i].metric;
	}
	return count;
}

size_t
service_metrics(
    const struct service_settings *s, unsigned probe, struct metric_name *names)
{
	const struct probe_settings *p = &s->probes[probe];
	size_t count = 0;

	if (p->name == NULL || p->kind == NULL || !probe_traits(p)->has_metrics)
		return 0;
	for (size_t i = 0; i < s->evaluator_count; i++)
		count = add_metrics(&s->evaluators[i], p, names, count);
	return count;
}

static enum inputs_trouble
find_slot(const struct service_settings *s, unsigned probe,
    const struct evaluator_input *input, int *slot)
{
	const struct probe_traits *traits = probe_traits(&s->probes[probe]);
	struct metric_name names[METRIC_NAMES_MAX];
	size_t count, found;

	*slot = 0;
	if (input->metric.text == NULL)
		return traits->has_value ? INPUTS_FINE : INPUTS_NAME_METRIC;
	if (!traits->has_metrics)
		return INPUTS_NO_METRICS;
	count = service_metrics(s, probe, names);
	found = find_name(names, count, input->metric);
	*slot = (int)found;
	return found < count ? INPUTS_FINE : INPUTS_TOO_MANY;
}

static enum inputs_trouble
find_source(const struct service_settings *s,
    const struct evaluator_input *input, struct evaluator_source *source)
{
	unsigned probe;

	if (input->probe == NULL)
		return INPUTS_NO_PROBE;
	probe = find_probe(s, input->probe);
	if (probe == s->probe_count)
		return INPUTS_UNKNOWN;
	*source = (struct evaluator_source){
		.probe = &s->probes[probe], .probe_index = probe, .slot = -1
	};
	if (!input->wants_value || s->probes[probe].kind == NULL)
		return INPUTS_FINE;
	return find_slot(s, probe, input, &source->slot);
}

enum inputs_trouble
service_sources(const struct service_settings *s,
    const struct evaluator_settings *e, struct evaluator_source *sources,
    size_t *count, struct evaluator_input *culprit)
{
	struct evaluator_input inputs[EVALUATOR_INPUTS_MAX];

	*count = evaluator_inputs(e, inputs);
	for (size_t i = 0; i < *count; i++) {
		enum inputs_trouble trouble =
		    find_source(s, &inputs[i], &sources[i]);

		if (trouble != INPUTS_FINE) {
			*culprit = inputs[i];
			return trouble;
		}
	}
	return INPUTS_FINE;
}
