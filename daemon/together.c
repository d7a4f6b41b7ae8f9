#include "daemon/together.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/events.h"
#include "daemon/log.h"
#include "daemon/watched.h"
#include "daemon/witness.h"
#include "decision/cooldown.h"

struct together {
	struct monitor *m;
	struct groups *groups; /* NULL: none yet */
	bool is_paged;         /* of the failure that lasts */
	char words[GROUPS_WORDS_MAX];
	struct act_times acts;
	int64_t act_ms[ROLLBACKS_PER_HOUR_MAX];
};

struct together *
together_new(struct monitor *m)
{
	struct together *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->m = m;
	t->acts = (struct act_times){ .at_ms = t->act_ms,
		.max = ROLLBACKS_PER_HOUR_MAX };
	return t;
}

void
together_free(struct together *t)
{
	if (t == NULL)
		return;
	groups_free(t->groups);
	free(t);
}

void
together_regroup(struct together *t, struct groups *groups)
{
	struct monitor *m = t->m;

	groups_free(t->groups);
	t->groups = groups;
	for (unsigned i = 0; i < m->watched_count; i++) {
		struct watched *w = m->watched[i];

		watched_set_place(w, i);
		groups_deployed(
		    groups, i, service_deployed_ms(watched_core(w)));
		groups_failing(groups, i, service_is_failing(watched_core(w)));
	}
}

void
together_sampled(struct together *t, struct watched *w)
{
	unsigned place;

	if (t->groups != NULL && watched_place(w, &place))
		groups_sampled(
		    t->groups, place, watched_core(w), loop_now_ms(t->m->loop));
}

bool
together_is_quiet(const struct together *t, struct watched *w)
{
	unsigned place;

	if (!service_is_quiet(watched_core(w)))
		return false;
	return t->groups == NULL || !watched_place(w, &place) ||
	    !groups_has_failing(t->groups, place);
}

void
together_settle(struct together *t, struct watched *w)
{
	unsigned place;

	if (t->groups == NULL || !watched_place(w, &place))
		return;
	groups_settle(
	    t->groups, place, watched_core(w), loop_now_ms(t->m->loop));
	if (!groups_fail_together(t->groups))
		t->is_paged = false;
}

void
together_deployed(struct together *t, struct watched *w, int64_t at_ms)
{
	unsigned place;

	if (t->groups != NULL && watched_place(w, &place))
		groups_deployed(t->groups, place, at_ms);
}

/* All answer, and were asked since it went bad. */
static bool
is_witnessed(struct monitor *m, struct watched *w, unsigned rule)
{
	int64_t seen_ms = witnesses_all_seen_ms(m->witnesses);

	return seen_ms != NEVER_MS &&
	    seen_ms >= service_first_bad_ms(watched_core(w), rule);
}

const char *
together_correlated(void *arg, unsigned rule)
{
	struct watched *w = arg;
	struct monitor *m = watched_monitor(w);
	struct together *t = m->together;
	struct groups_case of = {
		.now_ms = loop_now_ms(m->loop),
		.arm_window_ms = watched_settings(w)->rules[rule].arm_window_ms,
	};

	if (t->groups == NULL || !watched_place(w, &of.service) ||
	    !groups_fail_together(t->groups))
		return NULL;
	of.is_witnessed = is_witnessed(m, w, rule);
	return groups_hold(t->groups, &of, t->words) ? t->words : NULL;
}

void
together_held(struct together *t, const struct watched *w, const char *reason)
{
	const struct service_settings *s = watched_settings(w);
	struct notice notice = { .event = "alarm",
		.service = s->name,
		.environment = s->environment,
		.summary = reason };
	char key[ULID_BYTES];

	if (t->is_paged)
		return;
	t->is_paged = true;
	log_service(LOG_LEVEL_CRITICAL, LOG_ID_ALARM, NULL,
	    "%zu of %zu groups are bad at once: nothing is rolled back that no "
	    "deployment explains, beginning with service %s",
	    groups_bad(t->groups), groups_count(t->groups), s->name);
	events_new_id(t->m, key);
	events_append(t->m, NULL, 0, &notice, key, NULL, NULL);
}

void
together_acted(struct together *t, int64_t at_ms)
{
	act_times_add(&t->acts, at_ms);
}

int64_t
together_limit_until_ms(const struct together *t, int64_t now_ms)
{
	unsigned allowed = t->m->generation->config->limits.rollbacks_per_hour;
	int64_t free_ms =
	    act_times_free_ms(&t->acts, now_ms, BUDGET_COUNTS_MS, allowed);

	return free_ms > now_ms ? free_ms : 0;
}

bool
together_fails(const struct together *t, char words[TOGETHER_WORDS_MAX])
{
	if (t->groups == NULL || !groups_fail_together(t->groups))
		return false;
	(void)snprintf(words, TOGETHER_WORDS_MAX,
	    "%zu of %zu groups are bad at once: what no deployment explains is "
	    "not rolled back",
	    groups_bad(t->groups), groups_count(t->groups));
	return true;
}

size_t
together_bad_groups(const struct together *t)
{
	return t->groups == NULL ? 0 : groups_bad(t->groups);
}

size_t
together_groups(const struct together *t)
{
	return t->groups == NULL ? 0 : groups_count(t->groups);
}
