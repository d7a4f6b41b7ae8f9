/* Versions and times, as the log tells them. */
#include <stdio.h>
#include <string.h>

#include "report/event.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/oracle_private.h"

static bool
is_among(char (*list)[WORDS], unsigned count, const char *version)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(list[i], version) == 0)
			return true;
	return false;
}

static void
add(char (*list)[WORDS], unsigned *count, const char *version)
{
	if (version[0] == '\0' || is_among(list, *count, version))
		return;
	if (*count == FAILED_MAX) {
		memmove(list[0], list[1], (FAILED_MAX - 1) * WORDS);
		(*count)--;
	}
	copy_words(list[(*count)++], WORDS, version);
}

static void
forgive(struct belief *b, const char *version)
{
	for (unsigned i = 0; i < b->failed_count; i++)
		if (strcmp(b->failed[i], version) == 0)
			b->failed[i][0] = '\0';
}

bool
belief_has_failed(const struct belief *b, const char *version)
{
	for (unsigned i = 0; i < b->failed_count; i++)
		if (strcmp(b->failed[i], version) == 0)
			return version[0] != '\0';
	return false;
}

/* It was said to be good, or to be what was there before. */
bool
belief_is_known(const struct belief *b, const char *version)
{
	for (unsigned i = 0; i < b->good_count; i++)
		if (strcmp(b->good[i], version) == 0)
			return true;
	return version[0] != '\0' && strcmp(b->named, version) == 0;
}

static void
take_deploy(struct belief *b, struct json_object *data, int64_t at_ms)
{
	const char *version = json_text(data, "version");
	const char *previous = json_text(data, "previous");
	bool verified = json_flag(data, "verified", false);

	if (json_flag(data, "was_good", false))
		forgive(b, b->version);
	if (verified)
		forgive(b, version);
	copy_words(b->named, WORDS, previous);
	copy_words(b->target, WORDS, b->verified);
	if (strcmp(b->target, version) == 0 ||
	    belief_has_failed(b, b->target) ||
	    (b->named[0] != '\0' && strcmp(b->named, b->target) != 0))
		b->target[0] = '\0';
	copy_words(b->version, WORDS, version);
	if (verified) {
		copy_words(b->verified, WORDS, version);
		add(b->good, &b->good_count, version);
	}
	b->deployed_ms = b->changed_ms = at_ms;
	b->is_unsure = false;
}

static bool
has_acted(const char *outcome)
{
	static const char *const acted[] = { "recovered", "not_recovered",
		"failed", "interrupted", "aborted" };

	for (size_t i = 0; i < sizeof(acted) / sizeof(acted[0]); i++)
		if (strcmp(outcome, acted[i]) == 0)
			return true;
	return false;
}

static void
take_closed(struct belief *b, struct json_object *data, int64_t at_ms)
{
	const char *outcome = json_text(data, "outcome");
	const char *now_at = json_text(data, "now_at");
	const char *rule = json_text(data, "rule");

	if (!has_acted(outcome))
		return;
	b->acted_ms = b->changed_ms = at_ms;
	if (rule != NULL && rule[0] != '\0' && b->act_count < ACTS_MAX)
		b->acts_ms[b->act_count++] = at_ms;
	if (now_at != NULL && strcmp(now_at, b->version) == 0)
		return;
	if (strcmp(b->verified, b->version) == 0)
		b->verified[0] = '\0';
	b->target[0] = '\0';
	if (now_at == NULL || now_at[0] == '\0')
		return;
	add(b->failed, &b->failed_count, b->version);
	copy_words(b->version, WORDS, now_at);
}

void
belief_row(const struct store_event *e, int64_t at_ms, bool was_good)
{
	unsigned service = estate_find(e->service);
	struct error err;
	struct json_object *data;

	(void)was_good;
	if (service == ESTATE_SERVICES)
		return;
	data = json_parse(e->data, strlen(e->data), &err);
	if (strcmp(e->kind, EVENT_DEPLOY) == 0)
		take_deploy(&oracle.watches[service].belief, data, at_ms);
	else if (strcmp(e->kind, EVENT_CLOSED) == 0)
		take_closed(&oracle.watches[service].belief, data, at_ms);
	json_object_put(data);
}

void
belief_forget(void)
{
	for (unsigned i = 0; i < ESTATE_SERVICES; i++)
		oracle.watches[i].belief =
		    (struct belief){ .deployed_ms = SIM_NEVER,
			    .changed_ms = SIM_NEVER,
			    .acted_ms = SIM_NEVER };
}

/* Of another boot: by the wall clock, which is all that is left of it. */
static int64_t
moment_of(const struct store_event *e)
{
	int64_t at_ms = e->boot_ms;

	if (strcmp(e->boot_id, sim_boot_id()) != 0)
		at_ms = sim.now_ms - (loop_wall_ms() - e->wall_ms);
	return at_ms < sim.now_ms ? at_ms : sim.now_ms;
}

static void
drop_hold(const char *id)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < oracle.hold_count; i++)
		if (strcmp(oracle.holds[i].id, id) != 0)
			oracle.holds[kept++] = oracle.holds[i];
	oracle.hold_count = kept;
}

static void
recall_hold(const struct store_event *e)
{
	struct error err;
	struct json_object *data = json_parse(e->data, strlen(e->data), &err);
	const char *id = json_text(data, "id");
	struct held h = { .until_ms = INT64_MAX };
	int64_t until_ms = 0;

	(void)json_int(data, "until_ms", &until_ms);
	if (until_ms > 0)
		h.until_ms = moment_of(e) + (until_ms - e->wall_ms);
	copy_words(h.id, sizeof(h.id), id);
	copy_words(h.scope, WORDS, json_text(data, "scope"));
	drop_hold(h.id);
	if (strcmp(e->kind, EVENT_HOLD) == 0 && h.until_ms > sim.now_ms &&
	    oracle.hold_count < HOLDS_KEPT)
		oracle.holds[oracle.hold_count++] = h;
	json_object_put(data);
}

static void
recall_holds(void)
{
	struct store_query holds = { .kind = EVENT_HOLD,
		.or_kind = EVENT_RELEASE };
	size_t count;
	const struct store_event *rows = disk_find(&holds, &count);

	oracle.hold_count = 0;
	for (size_t i = 0; i < count; i++)
		recall_hold(&rows[i]);
}

void
belief_recall(void)
{
	struct store_query all = { .kind = EVENT_DEPLOY,
		.or_kind = EVENT_CLOSED };
	size_t count;
	const struct store_event *rows = disk_find(&all, &count);

	belief_forget();
	for (size_t i = 0; i < count; i++)
		belief_row(&rows[i], moment_of(&rows[i]), false);
	recall_holds();
}
