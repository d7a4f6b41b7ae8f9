#include "service/inputs.h"
#include "service/service_private.h"

static bool
is_absent(const struct service *s, const struct evaluator_source *source)
{
	const struct probe_state *p = &s->probes[source->probe_index];

	return source->slot >= 0 && (p->absent >> source->slot & 1) != 0;
}

static void
add_absent(const struct evaluator_input *input, struct text *out)
{
	text_add(out, out->length > 0 ? "; " : "");
	if (input->metric.text == NULL)
		text_addf(out, "probe %s gives no value", input->probe);
	else
		text_addf(out, "probe %s has no value for %s", input->probe,
		    input->metric.text);
}

void
service_missing(const struct service *s, unsigned evaluator, int64_t now_ms,
    struct text *out)
{
	const struct evaluator_settings *e =
	    &s->settings->evaluators[evaluator];
	struct evaluator_source sources[EVALUATOR_INPUTS_MAX];
	struct evaluator_input inputs[EVALUATOR_INPUTS_MAX], culprit;
	char missing[EVALUATOR_TEXT_MAX] = "";
	size_t count = 0;

	evaluator_missing(s->evaluators[evaluator], now_ms, missing);
	text_add(out, missing);
	if (evaluator_combines(e) ||
	    service_sources(s->settings, e, sources, &count, &culprit) !=
		INPUTS_FINE)
		return;
	(void)evaluator_inputs(e, inputs);
	for (size_t i = 0; i < count; i++)
		if (is_absent(s, &sources[i]))
			add_absent(&inputs[i], out);
}
