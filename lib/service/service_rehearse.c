/* What would be done if it were bad: before it is made so on purpose. */
#include "service/service_private.h"

#include <stdlib.h>

/* What it has seen is of the version before, and nothing of it is bad yet. */
static void
imagine(struct situation *now, int64_t deployed_ms)
{
	now->stale_evaluator = NULL;
	now->is_unwitnessed = false;
	now->is_hasty = false;
	now->confirm = false;
	now->correlated = NULL;
	now->changed_ms = NEVER_MS; /* that much time there is */
	if (deployed_ms == NEVER_MS)
		return;
	now->was_ill = false;
	now->deployed_ms = deployed_ms;
}

static struct decision
rehearse_rule(const struct service *s, unsigned rule,
    const struct surroundings *around, const char *version)
{
	struct situation now = service_situation(s, rule, around);
	struct versions *then = NULL;
	struct decision d;

	service_limit(s, rule, around, &now);
	imagine(&now, version == NULL ? NEVER_MS : around->now_ms);
	if (version != NULL)
		then = malloc(sizeof(*then));
	if (then != NULL) {
		const struct versions_deployment deployment = {
			.version = version,
			.at_ms = around->now_ms,
		};

		versions_copy(then, &service_lore(s)->versions);
		versions_deployed(then, &deployment);
		now.version = then->now;
		now.target_version = then->way.target;
		now.no_target = then->way.no_target;
	}
	d = decide(&s->settings->rules[rule], VERDICT_TRIPPED, &now);
	free(then);
	return d;
}

struct service_decision
service_rehearse(const struct service *s, const struct surroundings *around,
    const char *version)
{
	struct service_decision best = { 0 };

	for (unsigned i = 0; i < s->settings->rule_count; i++) {
		struct decision d;

		if (s->settings->rules[i].when != RULE_WHEN_TRIPPED)
			continue;
		d = rehearse_rule(s, i, around, version);
		if (d.action > best.decision.action)
			best = (struct service_decision){ i, d };
	}
	return best;
}
