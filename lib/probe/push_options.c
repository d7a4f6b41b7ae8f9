#include "probe/push_settings.h"

#define GRACE_MIN_MS 100
#define GRACE_MAX_MS (INT64_C(7) * 24 * 3600 * 1000)

/* clang-format off */
#define PUSH(member) offsetof(struct push_settings, member)
static const struct option options[] = {
	{ .key = "grace", .type = OPTION_DURATION, .offset = PUSH(grace_ms),
	  .min = GRACE_MIN_MS, .max = GRACE_MAX_MS,
	  .help = "how much later than the interval a beat may come" },
};

const struct option_table push_options = {
	.what = "probe", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct push_settings), .source = -1, .presence = -1,
};
/* clang-format on */

static const struct probe_traits traits = { .has_value = true };

const struct option_kind probe_push = {
	.name = "push",
	.table = &push_options,
	.ops = &traits,
};

int64_t
push_allowed_ms(const struct probe_settings *p)
{
	const struct push_settings *push = p->settings;

	return p->interval_ms +
	    (push->grace_ms > 0 ? push->grace_ms : p->timeout_ms);
}
