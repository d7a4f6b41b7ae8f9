#include "service/groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decision/decision.h"
#include "service/service.h"

#define NO_GROUP SIZE_MAX

/* Those that were deployed, from the newest to the oldest, are a list. */
struct group {
	size_t failing; /* services */
	int64_t deployed_ms;
	size_t newer, older; /* NO_GROUP: none */
};

struct groups {
	size_t count;
	size_t bad;
	size_t newest; /* deployed */
	struct group *items;
	size_t service_count;
	size_t *group_of; /* by service; NO_GROUP: has no rules */
	bool *is_failing; /* by service */
	/* What explains_half() found last: so from and until these times, as
	   long as nothing changes. */
	struct {
		bool is_known, explains;
		int64_t window_ms, from_ms, until_ms;
	} found;
};

/* One service that has rules, to be sorted by its group. */
struct member {
	const char *group;
	size_t service;
};

static int
by_group(const void *a, const void *b)
{
	const struct member *one = a, *other = b;

	return strcmp(one->group, other->group);
}

/* Without rules it is only looked at. */
static bool
is_judged(const struct service_settings *s)
{
	return s->rule_count > 0;
}

static void
assign(struct groups *g, struct member *members, size_t count)
{
	if (count > 0)
		qsort(members, count, sizeof(*members), by_group);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 ||
		    strcmp(members[i - 1].group, members[i].group) != 0)
			g->count++;
		g->group_of[members[i].service] = g->count - 1;
	}
	for (size_t i = 0; i < g->count; i++)
		g->items[i] = (struct group){ .deployed_ms = NEVER_MS,
			.newer = NO_GROUP,
			.older = NO_GROUP };
}

struct groups *
groups_new(const struct service_settings *services, size_t count)
{
	struct groups *g = calloc(1, sizeof(*g));
	struct member *members = calloc(count + 1, sizeof(*members));
	size_t found = 0;

	if (g != NULL) {
		g->service_count = count;
		g->newest = NO_GROUP;
		g->items = calloc(count + 1, sizeof(*g->items));
		g->group_of = calloc(count + 1, sizeof(*g->group_of));
		g->is_failing = calloc(count + 1, sizeof(*g->is_failing));
	}
	if (g == NULL || members == NULL || g->items == NULL ||
	    g->group_of == NULL || g->is_failing == NULL) {
		free(members);
		groups_free(g);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		g->group_of[i] = NO_GROUP;
		if (is_judged(&services[i]))
			members[found++] =
			    (struct member){ services[i].group, i };
	}
	assign(g, members, found);
	free(members);
	return g;
}

void
groups_free(struct groups *g)
{
	if (g == NULL)
		return;
	free(g->items);
	free(g->group_of);
	free(g->is_failing);
	free(g);
}

void
groups_failing(struct groups *g, unsigned service, bool is_failing)
{
	size_t index = g->group_of[service];

	if (index == NO_GROUP || g->is_failing[service] == is_failing)
		return;
	g->is_failing[service] = is_failing;
	g->found.is_known = false;
	if (is_failing) {
		if (g->items[index].failing++ == 0)
			g->bad++;
	} else if (--g->items[index].failing == 0) {
		g->bad--;
	}
}

bool
groups_has_failing(const struct groups *g, unsigned service)
{
	return g->is_failing[service];
}

static void
take_out(struct groups *g, size_t index)
{
	const struct group *item = &g->items[index];

	if (item->newer != NO_GROUP)
		g->items[item->newer].older = item->older;
	else
		g->newest = item->older;
	if (item->older != NO_GROUP)
		g->items[item->older].newer = item->newer;
}

/* Mostly it is the newest; from a log it may be older than some. */
static void
put_in(struct groups *g, size_t index)
{
	struct group *item = &g->items[index];
	size_t newer = NO_GROUP, older = g->newest;

	while (older != NO_GROUP &&
	    g->items[older].deployed_ms > item->deployed_ms) {
		newer = older;
		older = g->items[older].older;
	}
	item->newer = newer;
	item->older = older;
	if (newer == NO_GROUP)
		g->newest = index;
	else
		g->items[newer].older = index;
	if (older != NO_GROUP)
		g->items[older].newer = index;
}

void
groups_deployed(struct groups *g, unsigned service, int64_t at_ms)
{
	size_t index = g->group_of[service];

	if (index == NO_GROUP || at_ms <= g->items[index].deployed_ms)
		return;
	g->found.is_known = false;
	if (g->items[index].deployed_ms != NEVER_MS)
		take_out(g, index);
	g->items[index].deployed_ms = at_ms;
	put_in(g, index);
}

bool
groups_fail_together(const struct groups *g)
{
	return g->count >= GROUPS_MIN && g->bad > g->count / 2;
}

size_t
groups_bad(const struct groups *g)
{
	return g->bad;
}

size_t
groups_count(const struct groups *g)
{
	return g->count;
}

static int64_t
window_of(int64_t arm_window_ms)
{
	return arm_window_ms == ARM_WINDOW_NONE ? GROUPS_WINDOW_MS :
						  arm_window_ms;
}

static bool
is_lately(const struct group *item, int64_t now_ms, int64_t window_ms)
{
	return item->deployed_ms != NEVER_MS &&
	    now_ms - item->deployed_ms <= window_ms;
}

/* At least half of the bad ones; once true, until the oldest is too old. */
static void
find(struct groups *g, int64_t now_ms, int64_t window_ms)
{
	size_t explained = 0;

	g->found.is_known = true;
	g->found.explains = false;
	g->found.window_ms = window_ms;
	g->found.from_ms = now_ms;
	g->found.until_ms = INT64_MAX;
	for (size_t i = g->newest;
	     i != NO_GROUP && is_lately(&g->items[i], now_ms, window_ms);
	     i = g->items[i].older) {
		explained += g->items[i].failing > 0;
		if (explained * 2 < g->bad)
			continue;
		g->found.explains = true;
		g->found.until_ms = g->items[i].deployed_ms + window_ms;
		return;
	}
}

static bool
explains_half(struct groups *g, int64_t now_ms, int64_t window_ms)
{
	if (!g->found.is_known || g->found.window_ms != window_ms ||
	    now_ms < g->found.from_ms || now_ms > g->found.until_ms)
		find(g, now_ms, window_ms);
	return g->found.explains;
}

/* Of its rules, the one that looks back furthest. */
static int64_t
longest_window_ms(const struct service_settings *s)
{
	int64_t longest_ms = 0;

	for (size_t i = 0; i < s->rule_count; i++) {
		int64_t window_ms = window_of(s->rules[i].arm_window_ms);

		if (window_ms > longest_ms)
			longest_ms = window_ms;
	}
	return longest_ms;
}

/* They fail together, and no roll-out explains that this one does. */
static bool
proves_nothing(
    struct groups *g, unsigned service, const struct service *core, int64_t ms)
{
	size_t index = g->group_of[service];
	int64_t window_ms;

	if (index == NO_GROUP || !groups_fail_together(g))
		return false;
	window_ms = longest_window_ms(service_settings(core));
	return !is_lately(&g->items[index], ms, window_ms) ||
	    !explains_half(g, ms, window_ms);
}

void
groups_sampled(
    struct groups *g, unsigned service, struct service *core, int64_t now_ms)
{
	groups_failing(g, service, service_is_failing(core));
	if (proves_nothing(g, service, core, now_ms))
		service_failed_together(core);
}

void
groups_settle(
    struct groups *g, unsigned service, struct service *core, int64_t now_ms)
{
	if (!proves_nothing(g, service, core, now_ms))
		service_fails_alone(core, now_ms);
	groups_failing(g, service, service_is_failing(core));
}

bool
groups_hold(struct groups *g, const struct groups_case *of,
    char words[GROUPS_WORDS_MAX])
{
	size_t index = g->group_of[of->service];
	int64_t window_ms = window_of(of->arm_window_ms);

	if (index == NO_GROUP || !groups_fail_together(g))
		return false;
	if (is_lately(&g->items[index], of->now_ms, window_ms) &&
	    (of->is_witnessed || explains_half(g, of->now_ms, window_ms)))
		return false;
	(void)snprintf(words, GROUPS_WORDS_MAX, "%zu of %zu groups are bad",
	    g->bad, g->count);
	return true;
}
