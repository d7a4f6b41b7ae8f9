/*
 * message_impl.h - what the kinds of messages share.
 */
#ifndef REPORT_MESSAGE_IMPL_H
#define REPORT_MESSAGE_IMPL_H

#include "report/message.h"

/* How it stands, as a notice tells. */
enum message_state {
	MESSAGE_INFORMS, /* of nothing that is open */
	MESSAGE_TRIAL,   /* a rule that only says what it would do */
	MESSAGE_WAITS,   /* for a person */
	MESSAGE_ACTS,
	MESSAGE_TROUBLE,
	MESSAGE_WELL,
	MESSAGE_ENDED, /* and not well */
};
enum message_state message_state(struct json_object *notice);

/* Is it that event? */
bool message_is(struct json_object *notice, const char *event);

struct json_object *message_last(const struct message *m);

/* The last of them that is in that state; NULL: none is. */
struct json_object *message_find(
    const struct message *m, enum message_state state);

enum message_escape {
	MESSAGE_LINE,  /* one line of plain text */
	MESSAGE_SLACK, /* mrkdwn */
	MESSAGE_HTML,
};

/*
 * At most so many characters, escaped; what is longer is cut between words
 * where it can be, and ends in "...".
 */
void message_words(struct text *out, const char *words, size_t max_chars,
    enum message_escape escape);

/* "P0 backend (production): the summary"; NULL parts are left out. */
void message_headline(struct text *out, struct json_object *notice);

/* What a notice says besides, for people: label and value. */
struct message_fact {
	const char *key;
	const char *label;
};
extern const struct message_fact message_facts[]; /* ends with NULL */

/* Of message_fields. */
const char *message_field(void *notice, const char *name);

/* Adds the object and puts it. */
void message_add_json(struct text *out, struct json_object *o);

/* A new one, of a notice's summary and so on. */
typedef size_t message_compose(const struct notifier_settings *n,
    const struct message *m,
    struct message_request requests[MESSAGE_REQUESTS_MAX]);
message_compose message_slack;
message_compose message_webhook;
message_compose message_pagerduty;
message_compose message_statuspage;
message_compose message_grafana;

#endif
