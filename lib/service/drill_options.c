#include "service/drill_settings.h"

#include <string.h>

#define SECOND_MS 1000
#define HOUR_MS 3600000
#define DAY_MS 86400000.0
#define FAULTS_MAX 16
#define WINDOW_MAX 32

/* clang-format off */
#define DRILL(member) offsetof(struct drill_settings, member)
static const struct option options[] = {
	{ .key = "procedure", .type = OPTION_NAME, .offset = DRILL(procedure),
	  .help = "deploys ${target_version}, which is the bad one then" },
	{ .key = "version", .type = OPTION_NAME, .offset = DRILL(version),
	  .help = "the version that is known to be bad" },
	{ .key = "heal", .type = OPTION_NAME, .offset = DRILL(heal),
	  .required = true,
	  .help = "brings back ${target_version}, the one in place before" },
	{ .key = "faults", .type = OPTION_PARAMS, .offset = DRILL(faults),
	  .max = FAULTS_MAX,
	  .help = "faults by name, and the procedure that makes each" },
	{ .key = "heals", .type = OPTION_PARAMS, .offset = DRILL(heals),
	  .max = FAULTS_MAX,
	  .help = "what undoes a fault, where that is not heal" },
	{ .key = "detect", .type = OPTION_DURATION, .offset = DRILL(detect_ms),
	  .fallback = "1m", .min = SECOND_MS, .max = HOUR_MS,
	  .help = "objective: from the fault to the verdict" },
	{ .key = "first_step", .type = OPTION_DURATION,
	  .offset = DRILL(first_step_ms), .fallback = "5m",
	  .min = SECOND_MS, .max = DAY_MS,
	  .help = "objective: from the verdict to the first step" },
	{ .key = "recover", .type = OPTION_DURATION,
	  .offset = DRILL(recover_ms), .fallback = "15m",
	  .min = SECOND_MS, .max = DAY_MS,
	  .help = "objective: from the fault to verified" },
	{ .key = "watching", .type = OPTION_DURATION,
	  .offset = DRILL(watching_ms), .fallback = "10s",
	  .min = SECOND_MS, .max = HOUR_MS,
	  .help = "objective: from killed to watching again" },
	{ .key = "blind", .type = OPTION_DURATION, .offset = DRILL(blind_ms),
	  .fallback = "7m", .min = SECOND_MS, .max = HOUR_MS,
	  .help = "so long every answer is lost with --fault blind" },
	{ .key = "every", .type = OPTION_DURATION, .offset = DRILL(every_ms),
	  .max = 60 * DAY_MS,
	  .help = "so often by itself; default: only when somebody says so" },
	{ .key = "window", .type = OPTION_STRINGS, .offset = DRILL(window),
	  .max = WINDOW_MAX,
	  .help = "spans of the week in which one begins by itself" },
};

const struct option_table drill_options = {
	.what = "drill", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct drill_settings),
	.source = DRILL(source), .presence = DRILL(is_given),
};
/* clang-format on */

static bool
is_among(const struct params *params, const char *procedure)
{
	for (size_t i = 0; i < params->count; i++)
		if (strings_contain(&params->items[i].values, procedure))
			return true;
	return false;
}

static const char *
first(const struct params *params, const char *name)
{
	const struct param *p = params_find(params, name);

	return p == NULL || p->values.count == 0 ? NULL : p->values.items[0];
}

bool
drill_may_run(const struct drill_settings *s, const char *procedure)
{
	if (!s->is_given)
		return false;
	return (s->procedure != NULL && strcmp(s->procedure, procedure) == 0) ||
	    (s->heal != NULL && strcmp(s->heal, procedure) == 0) ||
	    is_among(&s->faults, procedure) || is_among(&s->heals, procedure);
}

const char *
drill_fault_procedure(const struct drill_settings *s, const char *fault)
{
	return fault == NULL ? s->procedure : first(&s->faults, fault);
}

const char *
drill_heal_procedure(const struct drill_settings *s, const char *fault)
{
	const char *own = fault == NULL ? NULL : first(&s->heals, fault);

	return own != NULL ? own : s->heal;
}
