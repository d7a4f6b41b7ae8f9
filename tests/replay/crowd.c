#include "tests/replay/crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/groups.h"
#include "tests/replay/world_private.h"

bool
crowd_gather(struct world *w, unsigned count)
{
	static struct rule_settings rule;
	struct service_settings all[CROWD_MAX + 1] = { { .name = NULL } };
	char names[CROWD_MAX + 1][8];

	if (w->crowd != NULL || count > CROWD_MAX)
		return false;
	for (unsigned i = 0; i <= count; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "g%u", i);
		all[i].group = names[i];
		all[i].rules = &rule;
		all[i].rule_count = 1;
	}
	w->crowd = groups_new(all, count + 1);
	w->crowd_count = count;
	if (w->crowd == NULL)
		abort();
	return true;
}

bool
crowd_is(struct world *w, unsigned first, unsigned last, const char *how)
{
	if (w->crowd == NULL || first < 1 || last > w->crowd_count)
		return false;
	for (unsigned i = first; i <= last; i++) {
		if (strcmp(how, "deployed") == 0)
			groups_deployed(w->crowd, i, w->now_ms);
		else if (strcmp(how, "fails") == 0)
			groups_failing(w->crowd, i, true);
		else if (strcmp(how, "well") == 0)
			groups_failing(w->crowd, i, false);
		else
			return false;
	}
	return true;
}

static const char *
correlated(void *arg, unsigned rule)
{
	struct world *w = arg;
	struct groups_case of = { .service = 0,
		.now_ms = w->now_ms,
		.arm_window_ms = w->settings->rules[rule].arm_window_ms,
		.is_witnessed = w->witness_ms > 0 &&
		    w->around.blind_witness == NULL &&
		    w->witness_ms >= service_first_bad_ms(w->service, rule) };

	return groups_hold(w->crowd, &of, w->crowd_words) ? w->crowd_words :
							    NULL;
}

void
crowd_sampled(struct world *w)
{
	if (w->crowd != NULL)
		groups_sampled(w->crowd, 0, w->service, w->now_ms);
}

void
crowd_look(struct world *w, struct surroundings *around)
{
	if (w->crowd == NULL)
		return;
	groups_settle(w->crowd, 0, w->service, w->now_ms);
	groups_deployed(w->crowd, 0, service_deployed_ms(w->service));
	around->correlated = correlated;
	around->correlated_arg = w;
}
