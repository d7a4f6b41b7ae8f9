#include "probe/probe_settings.h"

#include "probe/push_settings.h"

#define INTERVAL_MIN_MS 100
#define INTERVAL_MAX_MS 86400000
#define RECHECK_MIN_MS 20
#define TIMEOUT_MIN_MS 10
#define TIMEOUT_MAX_MS 600000

static const struct option_kind *const kinds[] = {
	&probe_http,
	&probe_tcp,
	&probe_tls,
	&probe_prometheus,
	&probe_push,
	&probe_command,
	&probe_promql,
	NULL,
};

/* clang-format off */
#define PROBE(member) offsetof(struct probe_settings, member)
static const struct option options[] = {
	{ .key = "name", .type = OPTION_NAME, .offset = PROBE(name),
	  .required = true,
	  .help = "what evaluators and operators call it" },
	{ .key = "interval", .type = OPTION_DURATION,
	  .offset = PROBE(interval_ms), .fallback = "10s",
	  .min = INTERVAL_MIN_MS, .max = INTERVAL_MAX_MS,
	  .help = "from one question to the next" },
	{ .key = "timeout", .type = OPTION_DURATION,
	  .offset = PROBE(timeout_ms), .fallback = "5s",
	  .min = TIMEOUT_MIN_MS, .max = TIMEOUT_MAX_MS,
	  .help = "an answer that takes longer is a failure" },
	{ .key = "recheck_interval", .type = OPTION_DURATION,
	  .offset = PROBE(recheck_ms),
	  .min = RECHECK_MIN_MS, .max = INTERVAL_MAX_MS,
	  .help = "from a failure to the next question, until it is well or "
		  "failed often enough; by default it waits for its turn" },
	{ .key = "down_interval", .type = OPTION_DURATION,
	  .offset = PROBE(down_ms),
	  .min = INTERVAL_MIN_MS, .max = INTERVAL_MAX_MS,
	  .help = "from one question to the next while the service is bad "
		  "and nothing is done about it; by default as ever" },
};

const struct option_table probe_options = {
	.what = "probe", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct probe_settings),
	.source = PROBE(source), .presence = -1, .kinds = kinds,
	.kind_offset = PROBE(kind), .settings_offset = PROBE(settings),
};
/* clang-format on */

const struct probe_traits *
probe_traits(const struct probe_settings *p)
{
	return p->kind->ops;
}

int64_t
probe_wait_ms(const struct probe_settings *p)
{
	return p->kind == &probe_push ? push_allowed_ms(p) - p->interval_ms :
					p->timeout_ms;
}
