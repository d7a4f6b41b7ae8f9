/* Versions and times, as the log tells them. */
#include <stdio.h>
#include <string.h>

#include "report/event.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/oracle_private.h"

static struct known_version *
find(struct belief *b, const char *version)
{
	for (unsigned i = 0; i < b->known_count; i++)
		if (strcmp(b->known[i].name, version) == 0)
			return &b->known[i];
	return NULL;
}

/* Makes it the newest, known or not. */
static struct known_version *
place(struct belief *b, const char *version)
{
	struct known_version *v = find(b, version), moved;

	if (v == NULL && b->known_count == KNOWN_MAX) {
		breach("too many versions");
		return &b->known[0];
	}
	if (v == NULL) {
		v = &b->known[b->known_count++];
		*v = (struct known_version){ .repute = REPUTE_NAMED };
		copy_words(v->name, WORDS, version);
		return v;
	}
	moved = *v;
	memmove(v, v + 1,
	    (size_t)(&b->known[b->known_count] - (v + 1)) * sizeof(*v));
	b->known[b->known_count - 1] = moved;
	return &b->known[b->known_count - 1];
}

const char *
belief_objects(const struct belief *b, const char *version)
{
	if (version[0] == '\0' || strcmp(version, b->version) == 0)
		return "there is nowhere to go back to";
	if (b->is_back)
		return "it was rolled back already, and nothing deployed since";
	for (unsigned i = 0; i < b->known_count; i++) {
		const struct known_version *v = &b->known[i];

		if (strcmp(v->name, version) != 0)
			continue;
		if (v->repute == REPUTE_BAD)
			return "where it goes back to has failed itself";
		if (v->repute == REPUTE_UNKNOWN)
			return "where it goes back to was never verified";
		return NULL;
	}
	return "where it goes back to was never heard of";
}

/* The one before, if that is good; else the newest good one; else the newest
   of which nothing is known but that it was before another. */
const char *
belief_target(const struct belief *b)
{
	for (unsigned pass = 0; pass < 3; pass++)
		for (unsigned i = b->known_count; i > 0; i--) {
			const struct known_version *v = &b->known[i - 1];

			if (belief_objects(b, v->name) != NULL ||
			    (pass < 2 && v->repute != REPUTE_GOOD) ||
			    (pass == 0 && strcmp(v->name, b->named) != 0))
				continue;
			return v->is_doubted ? "" : v->name;
		}
	return "";
}

static void
take_deploy(struct belief *b, struct json_object *data, int64_t at_ms)
{
	const char *version = json_text(data, "version");
	const char *previous = json_text(data, "previous");
	bool verified = json_flag(data, "verified", false);
	struct known_version *v;

	if (previous != NULL && strcmp(previous, version) != 0 &&
	    find(b, previous) == NULL)
		(void)place(b, previous);
	v = place(b, version);
	v->repute = verified ? REPUTE_GOOD : REPUTE_UNKNOWN;
	v->is_doubted = false;
	copy_words(b->named, WORDS, previous);
	copy_words(b->version, WORDS, version);
	b->deployed_ms = b->changed_ms = at_ms;
	b->is_unsure = b->is_back = false;
}

static void
take_good(struct belief *b, struct json_object *data)
{
	struct known_version *v = find(b, json_text(data, "version"));

	if (v != NULL && v->repute <= REPUTE_UNKNOWN)
		v->repute = REPUTE_GOOD;
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
	const char *from = json_text(data, "from");
	struct known_version *v;

	if (!has_acted(outcome))
		return;
	b->acted_ms = b->changed_ms = at_ms;
	if (rule != NULL && rule[0] != '\0' && b->act_count < ACTS_MAX)
		b->acts_ms[b->act_count++] = at_ms;
	if (now_at != NULL &&
	    strcmp(now_at, from == NULL ? b->version : from) == 0)
		return;
	v = find(b, from == NULL ? b->version : from);
	if (v != NULL)
		v->repute = REPUTE_BAD;
	b->is_back = true;
	b->named[0] = '\0';
	if (now_at == NULL || now_at[0] == '\0')
		return;
	v = place(b, now_at);
	v->is_doubted = true;
	if (strcmp(outcome, "not_recovered") == 0)
		v->repute = REPUTE_BAD;
	copy_words(b->version, WORDS, now_at);
}

void
belief_row(const struct store_event *e, int64_t at_ms)
{
	unsigned service = estate_find(e->service);
	struct error err;
	struct json_object *data;

	if (service == ESTATE_SERVICES)
		return;
	data = json_parse(e->data, strlen(e->data), &err);
	if (strcmp(e->kind, EVENT_DEPLOY) == 0)
		take_deploy(&oracle.watches[service].belief, data, at_ms);
	else if (strcmp(e->kind, EVENT_GOOD) == 0)
		take_good(&oracle.watches[service].belief, data);
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
	static const char *const kinds[] = { EVENT_DEPLOY, EVENT_CLOSED,
		EVENT_GOOD, NULL };
	struct store_query all = { .kinds = kinds };
	size_t count;
	const struct store_event *rows = disk_find(&all, &count);

	belief_forget();
	for (size_t i = 0; i < count; i++)
		belief_row(&rows[i], moment_of(&rows[i]));
	recall_holds();
}
