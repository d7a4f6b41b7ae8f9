#include "daemon/events.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/bug.h"
#include "base/ulid.h"
#include "config/config.h"
#include "daemon/drill.h"
#include "daemon/rollback.h"
#include "report/message.h"

#define NOTIFIERS_MAX 64

int64_t
events_wall_ms(struct monitor *m, int64_t boot_ms)
{
	return loop_wall_ms() - (loop_now_ms(m->loop) - boot_ms);
}

void
events_new_id(struct monitor *m, char id[ULID_BYTES])
{
	uint8_t random[10];

	(void)m;
	/* Ten bytes never come short; without them names could collide. */
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		abort();
	ulid_make((uint64_t)loop_wall_ms(), random, id);
}

static bool
is_proposal(const struct notice *notice)
{
	return strcmp(notice->event, "decision") == 0 &&
	    notice->action != NULL &&
	    (strcmp(notice->action, "propose") == 0 ||
		strcmp(notice->action, "await_approval") == 0);
}

/* A proposal is a decision, and waits for somebody's approval. */
static bool
is_wanted(const struct notifier_settings *n, const struct notice *notice)
{
	bool of_drill = !notice->drill || notice->drill_failed || n->drills;
	bool of_event = n->events.count == 0 ||
	    strings_contain(&n->events, notice->event) ||
	    (is_proposal(notice) && strings_contain(&n->events, "approval"));
	bool of_severity = n->severities.count == 0 ||
	    notice->severity == NULL ||
	    strings_contain(&n->severities, notice->severity);

	return of_drill && of_event && of_severity &&
	    (notice->except == NULL || strcmp(notice->except, n->name) != 0);
}

static struct notice
complete(struct monitor *m, const struct notice *notice, const char *key)
{
	struct notice whole = *notice;

	whole.host = m->host;
	whole.wall_ms = loop_wall_ms();
	whole.dedup_key = key;
	whole.drill = notice->drill || notice->drill_failed ||
	    (notice->incident == NULL ? drills_on(m, notice->service) != NULL :
					rollback_is_drill(m, notice->incident));
	return whole;
}

static const char *
words(struct json_object *o)
{
	return json_object_to_json_string_ext(
	    o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static size_t
deliveries(struct monitor *m, const struct notice *notice, const char *key,
    struct json_object *o, struct store_delivery rows[NOTIFIERS_MAX])
{
	const char *body = words(o);
	const struct config *c = m->generation->config;
	size_t count = 0;

	if (BUG(TELL_NOBODY))
		return 0;
	for (size_t i = 0; i < c->notifier_count && count < NOTIFIERS_MAX; i++)
		if (is_wanted(&c->notifiers[i], notice) &&
		    message_concerns(&c->notifiers[i], o))
			rows[count++] = (struct store_delivery){
				.channel = c->notifiers[i].name,
				.dedup_key = key,
				.body = body,
			};
	return count;
}

static struct store_event
row(struct monitor *m, const struct event_draft *draft)
{
	return (struct store_event){
		.wall_ms = loop_wall_ms(),
		.boot_ms = loop_now_ms(m->loop),
		.boot_id = m->boot_id,
		.kind = draft->kind,
		.service = draft->service,
		.incident = draft->incident,
		.run = draft->run,
		.data = words(draft->data),
	};
}

void
events_append(struct monitor *m, const struct event_draft *drafts, size_t count,
    const struct notice *notice, const char *key, store_done *done, void *arg)
{
	/* What a drill makes of one of them is stored with it, or not at all.
	 */
	struct store_event rows[EVENTS_AT_ONCE_MAX + 1];
	struct store_delivery outgoing[NOTIFIERS_MAX];
	struct event_draft more = { 0 };
	struct json_object *body = NULL;
	size_t outgoing_count = 0, row_count = 0;

	assert(count <= EVENTS_AT_ONCE_MAX);
	for (size_t i = 0; i < count && more.data == NULL; i++)
		(void)drills_heard(m, &drafts[i], &more);
	for (size_t i = 0; i < count; i++)
		rows[row_count++] = row(m, &drafts[i]);
	if (more.data != NULL)
		rows[row_count++] = row(m, &more);
	if (notice != NULL) {
		struct notice whole = complete(m, notice, key);

		body = notice_json(&whole);
		outgoing_count = deliveries(m, &whole, key, body, outgoing);
	}
	store_append(
	    m->store, rows, row_count, outgoing, outgoing_count, done, arg);
	if (outgoing_count > 0)
		outbox_kick(m->outbox);
	json_object_put(body);
	json_object_put(more.data);
	for (size_t i = 0; i < count; i++)
		json_object_put(drafts[i].data);
}

void
events_page(struct monitor *m, const struct notice *notice, const char *key)
{
	struct store_delivery rows[NOTIFIERS_MAX];
	struct notice whole = complete(m, notice, key);
	struct json_object *body = notice_json(&whole);
	size_t count = deliveries(m, &whole, key, body, rows);

	for (size_t i = 0; i < count; i++)
		outbox_send_now(m->outbox, rows[i].channel, key, words(body));
	json_object_put(body);
}
