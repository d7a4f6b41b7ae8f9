#include "report/message.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "report/message_impl.h"
#include "report/template.h"

#define SECOND_MS INT64_C(1000)
/* However long a receiver wants to hear nothing: it may be a page. */
#define WAIT_MAX_MS (300 * SECOND_MS)
#define WORD_MAX_BYTES 64

static bool
is_incident(struct json_object *notice)
{
	const char *incident = json_text(notice, "incident");

	return incident != NULL && *incident != '\0';
}

static bool
is_any_of(struct json_object *notice, const char *const *events)
{
	for (; *events != NULL; events++)
		if (message_is(notice, *events))
			return true;
	return false;
}

bool
message_concerns(const struct notifier_settings *n, struct json_object *notice)
{
	static const char *const open_and_shut[] = { "decision", "approved",
		"closed", "test", NULL };
	static const char *const silent[] = { "held", "hold", NULL };
	bool is_trial = message_state(notice) == MESSAGE_TRIAL;

	switch (notifier_traits(n)->form) {
	case NOTIFIER_PAGERDUTY:
		return !is_trial && !is_any_of(notice, silent);
	case NOTIFIER_STATUSPAGE:
		return !is_trial && is_any_of(notice, open_and_shut) &&
		    (is_incident(notice) || message_is(notice, "test"));
	case NOTIFIER_GRAFANA:
		return is_any_of(notice, open_and_shut) &&
		    (is_incident(notice) || message_is(notice, "test"));
	case NOTIFIER_COMMAND:
	case NOTIFIER_SLACK:
	case NOTIFIER_WEBHOOK:
	case NOTIFIER_MAIL:
	case NOTIFIER_JOURNAL:
		break;
	}
	return true;
}

static bool
is_json(const char *content_type)
{
	return strncasecmp(content_type, "application/json", 16) == 0 ||
	    strcasestr(content_type, "+json") != NULL;
}

size_t
message_webhook(const struct notifier_settings *n, const struct message *m,
    struct message_request requests[MESSAGE_REQUESTS_MAX])
{
	const struct notifier_webhook *webhook = n->settings;
	struct message_request *r = &requests[0];

	r->method = webhook->method;
	if (webhook->body == NULL)
		message_add_json(&r->body, json_object_get(m->notices[0]));
	else
		template_fill(&r->body, webhook->body,
		    is_json(webhook->content_type) ? TEMPLATE_JSON :
						     TEMPLATE_PLAIN,
		    message_field, m->notices[0]);
	return 1;
}

size_t
message_requests(const struct notifier_settings *n, const struct message *m,
    struct message_request requests[MESSAGE_REQUESTS_MAX])
{
	static message_compose *const kinds[] = {
		[NOTIFIER_SLACK] = message_slack,
		[NOTIFIER_WEBHOOK] = message_webhook,
		[NOTIFIER_PAGERDUTY] = message_pagerduty,
		[NOTIFIER_STATUSPAGE] = message_statuspage,
		[NOTIFIER_GRAFANA] = message_grafana,
		[NOTIFIER_JOURNAL] = NULL,
	};

	for (size_t i = 0; i < MESSAGE_REQUESTS_MAX; i++)
		requests[i] = (struct message_request){
			.tail = text_new(MESSAGE_BYTES_MAX),
			.body = text_new(MESSAGE_BYTES_MAX),
		};
	return kinds[notifier_traits(n)->form](n, m, requests);
}

void
message_requests_free(struct message_request requests[MESSAGE_REQUESTS_MAX])
{
	for (size_t i = 0; i < MESSAGE_REQUESTS_MAX; i++) {
		text_free(&requests[i].tail);
		text_free(&requests[i].body);
	}
}

const char *
message_token_scheme(const struct notifier_settings *n)
{
	switch (notifier_traits(n)->form) {
	case NOTIFIER_SLACK:
	case NOTIFIER_WEBHOOK:
	case NOTIFIER_GRAFANA:
		return "Bearer ";
	case NOTIFIER_STATUSPAGE:
		return "OAuth ";
	case NOTIFIER_COMMAND:
	case NOTIFIER_MAIL:
	case NOTIFIER_PAGERDUTY:
	case NOTIFIER_JOURNAL:
		break;
	}
	return NULL;
}

const char *
message_content_type(const struct notifier_settings *n)
{
	const struct notifier_webhook *webhook = n->settings;

	if (notifier_traits(n)->form == NOTIFIER_WEBHOOK)
		return webhook->content_type;
	return "application/json; charset=utf-8";
}

static bool
is_good(const struct notifier_settings *n, int status)
{
	const struct notifier_webhook *webhook = n->settings;

	if (notifier_traits(n)->form != NOTIFIER_WEBHOOK)
		return status >= 200 && status <= 299;
	for (size_t i = 0; i < webhook->expect_status.count; i++) {
		uint64_t first, last;

		if (count_range_parse(
			webhook->expect_status.items[i], &first, &last) &&
		    (uint64_t)status >= first && (uint64_t)status <= last)
			return true;
	}
	return false;
}

/* Seconds; a date would need a clock, and nobody sends one. */
static int64_t
wait_of(const struct message_answer *answer)
{
	uint64_t seconds;

	if (answer->retry_after == NULL ||
	    !count_parse(answer->retry_after, &seconds))
		return 0;
	return seconds > (uint64_t)(WAIT_MAX_MS / SECOND_MS) ?
	    WAIT_MAX_MS :
	    (int64_t)seconds * SECOND_MS;
}

static bool
is_gone(int status)
{
	return status == 404 || status == 410;
}

/* 420 is what some say for 429. */
static bool
is_for_good(int status)
{
	return status >= 400 && status <= 499 && status != 408 &&
	    status != 420 && status != 425 && status != 429;
}

/* A word such as "invalid_token"; what is none might be a secret of ours. */
static void
add_word(struct message_verdict *v, const char *word, size_t length)
{
	size_t used = strlen(v->reason);

	if (length == 0 || length > WORD_MAX_BYTES)
		return;
	for (size_t i = 0; i < length; i++)
		if ((word[i] < 'a' || word[i] > 'z') && word[i] != '_')
			return;
	(void)snprintf(v->reason + used, sizeof(v->reason) - used, ": %.*s",
	    (int)length, word);
}

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

/* Slack says what is wrong with status 200. */
static void
judge_slack(struct message_verdict *v, const struct message_request *request,
    struct json_object *body)
{
	static const char *const passing[] = { "ratelimited", "rate_limited",
		"fatal_error", "internal_error", "service_unavailable",
		"request_timeout", NULL };
	static const char *const gone[] = { "message_not_found",
		"cant_update_message", "edit_window_closed", NULL };
	const char *error = json_text(body, "error");
	const char *channel = json_text(body, "channel");
	const char *moment = json_text(body, "ts");

	if (json_flag(body, "ok", false)) {
		if (channel != NULL && moment != NULL &&
		    snprintf(v->handle, sizeof(v->handle), "%s:%s", channel,
			moment) >= (int)sizeof(v->handle))
			v->handle[0] = '\0';
		return;
	}
	if (error == NULL)
		error = "";
	if (request->may_be_gone && is_one_of(error, gone))
		return;
	v->outcome = is_one_of(error, passing) || *error == '\0' ?
	    MESSAGE_AGAIN :
	    MESSAGE_NEVER;
	(void)snprintf(v->reason, sizeof(v->reason), "it was refused");
	add_word(v, error, strlen(error));
}

static void
take_id(struct message_verdict *v, struct json_object *body)
{
	const char *id = json_text(body, "id");
	int64_t number;

	if (id != NULL)
		(void)snprintf(v->handle, sizeof(v->handle), "%s", id);
	else if (json_int(body, "id", &number))
		(void)snprintf(
		    v->handle, sizeof(v->handle), "%lld", (long long)number);
}

static void
judge_body(struct message_verdict *v, const struct notifier_settings *n,
    const struct message_request *request, const struct message_answer *answer)
{
	enum notifier_form form = notifier_traits(n)->form;
	const struct notifier_slack *slack = n->settings;
	bool is_bot = form == NOTIFIER_SLACK && slack->channel != NULL;
	struct error err;
	struct json_object *body;

	if (!is_bot && !request->names_thread)
		return;
	body = json_parse(answer->body, answer->length, &err);
	if (body == NULL && is_bot) {
		v->outcome = MESSAGE_AGAIN;
		(void)snprintf(v->reason, sizeof(v->reason),
		    "the answer is no JSON: is that the right server?");
	}
	if (body != NULL && is_bot)
		judge_slack(v, request, body);
	else if (body != NULL)
		take_id(v, body);
	/* It becomes part of a URL. */
	if (!request->names_thread || !name_is_valid(v->handle))
		v->handle[0] = '\0';
	json_object_put(body);
}

struct message_verdict
message_judge(const struct notifier_settings *n,
    const struct message_request *request, const struct message_answer *answer)
{
	struct message_verdict v = { .outcome = MESSAGE_SENT };

	if (is_good(n, answer->status)) {
		judge_body(&v, n, request, answer);
		if (v.outcome == MESSAGE_AGAIN)
			v.wait_ms = wait_of(answer);
		return v;
	}
	if (request->may_be_gone && is_gone(answer->status))
		return v;
	v.outcome = is_for_good(answer->status) ? MESSAGE_NEVER : MESSAGE_AGAIN;
	v.wait_ms = wait_of(answer);
	(void)snprintf(
	    v.reason, sizeof(v.reason), "HTTP status %d", answer->status);
	add_word(&v, answer->body, strcspn(answer->body, "\r\n"));
	return v;
}
