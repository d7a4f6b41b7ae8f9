/*
 * The input: texts, each after a NUL, which become those of two notices of one
 * incident, and the whole of it an answer.  Whatever they say: what goes out
 * is well-formed and pings nobody, and what comes back names no part of a URL.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "config/config.h"
#include "report/message.h"
#include "tests/fuzz/fuzz.h"

#define TEXTS_MAX 24
#define FIRST 2 /* event and dedup_key are the daemon's own */

static const char settings[] =
    "notifiers = ("
    "{ name = \"a\"; type = \"slack\"; url_file = \"/u\"; },"
    "{ name = \"b\"; type = \"slack\"; token_file = \"/t\";"
    "  channel = \"C1\"; },"
    "{ name = \"c\"; type = \"webhook\"; url = \"http://192.0.2.1/\"; },"
    "{ name = \"d\"; type = \"webhook\"; url = \"http://192.0.2.1/\";"
    "  body = \"{\\\"a\\\": \\\"${summary}\\\", \\\"b\\\": \\\"${step}\\\"}\";"
    "},"
    "{ name = \"e\"; type = \"pagerduty\"; routing_key_file = \"/t\"; },"
    "{ name = \"f\"; type = \"statuspage\"; page_id = \"x\";"
    "  token_file = \"/t\"; title = \"${service}\"; text = \"${summary}\"; },"
    "{ name = \"g\"; type = \"grafana\"; url = \"http://192.0.2.1\";"
    "  token_file = \"/t\"; },"
    "{ name = \"h\"; type = \"mail\"; from = \"r@example.org\";"
    "  to = [ \"o@example.org\" ]; sendmail = [ \"/bin/true\" ]; } );";

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

static struct config *
configured(void)
{
	static struct config *c;
	const struct config_rules rules = { .check_programs = false };
	struct complaints *complaints;

	if (c != NULL)
		return c;
	complaints = complaints_new();
	c = config_from_bytes(
	    settings, sizeof(settings) - 1, &rules, complaints);
	expect(c != NULL);
	complaints_free(complaints);
	return c;
}

/* As the store gives it back: whatever it says, it can be read again. */
static struct json_object *
notice_of(const char *const *texts, size_t count, const char *event)
{
	struct json_object *o = json_object_new_object(), *again;
	const char *words;
	struct error err;

	json_set_text(o, "event", event);
	json_set_text(o, "dedup_key", "01KAPQ3M60AAAAAAAAAAAAAAAA");
	for (size_t i = 0; i < count && message_fields[FIRST + i] != NULL; i++)
		json_set_text(o, message_fields[FIRST + i], texts[i]);
	json_set_int(o, "at_ms", 1763829785120);
	words = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	again = json_parse(words, strlen(words), &err);
	expect(again != NULL);
	json_object_put(o);
	return again;
}

/* Nothing that Slack would take for a mention, a link or a command. */
static void
check_slack(const char *body)
{
	expect(strchr(body, '<') == NULL && strchr(body, '>') == NULL);
	expect(strstr(body, "@here") == NULL);
	expect(strstr(body, "@channel") == NULL);
	expect(strstr(body, "@everyone") == NULL);
}

static void
check_requests(const struct notifier_settings *n, const struct message *m)
{
	struct message_request r[MESSAGE_REQUESTS_MAX];
	size_t count = message_requests(n, m, r);

	expect(count <= MESSAGE_REQUESTS_MAX);
	for (size_t i = 0; i < count; i++) {
		const char *body = text_str(&r[i].body);
		struct error err;
		struct json_object *o =
		    json_parse(body, r[i].body.length, &err);

		expect(text_ok(&r[i].body) && text_ok(&r[i].tail));
		expect(o != NULL || r[i].body.length == 0);
		expect(strpbrk(text_str(&r[i].tail), " \r\n?#") == NULL);
		if (notifier_traits(n)->form == NOTIFIER_SLACK)
			check_slack(body);
		json_object_put(o);
	}
	message_requests_free(r);
}

/* No header but ours, and no line that a mailer would turn or cut. */
static void
check_mail(const struct notifier_settings *n, const struct message *m)
{
	static const char *const ours[] = { "From:", "To:", "Subject:", "Date:",
		"Message-ID:", "In-Reply-To:", "References:", "Auto-Submitted:",
		"MIME-Version:", "Content-Type:", "Content-Transfer-Encoding:",
		" " };
	struct text out = text_new(MESSAGE_BYTES_MAX);
	char handle[NAME_MAX_BYTES + 1];
	bool in_head = true;

	message_mail(&out, n, m, handle);
	expect(text_ok(&out));
	for (const char *line = text_str(&out); *line != '\0';) {
		size_t length = strcspn(line, "\n"), known = 0;

		expect(length <= 998);
		in_head = in_head && length > 0;
		for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
			known += strncmp(line, ours[i], strlen(ours[i])) == 0;
		expect(!in_head || known == 1);
		for (size_t i = 0; i < length; i++)
			expect(line[i] >= ' ' && line[i] <= '~');
		line += length + (line[length] == '\n');
	}
	text_free(&out);
}

static void
check_answer(const struct notifier_settings *n, const char *body, size_t length)
{
	static const int statuses[] = { 200, 302, 403, 404, 429, 500 };

	for (size_t i = 0; i < 2 * sizeof(statuses) / sizeof(*statuses); i++) {
		const struct message_request r = { .names_thread = i % 2 == 0,
			.may_be_gone = i % 2 == 1 };
		const struct message_answer a = { statuses[i / 2], body, length,
			body };
		struct message_verdict v = message_judge(n, &r, &a);

		expect(v.handle[0] == '\0' || name_is_valid(v.handle));
		expect(v.wait_ms >= 0 && v.wait_ms <= 300000);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const handles[] = { NULL, "C9:17.5" };
	static const char *const ends[] = { "closed", "step_failed", "alarm" };
	const struct config *c = configured();
	const char *texts[TEXTS_MAX];
	char *copy = malloc(size + 1);
	size_t count = 0;

	expect(copy != NULL);
	memcpy(copy, data, size);
	copy[size] = '\0';
	for (size_t at = 0; at <= size && count < TEXTS_MAX;
	     at += strlen(copy + at) + 1)
		texts[count++] = copy + at;
	for (size_t i = 0; i < c->notifier_count; i++) {
		const struct notifier_settings *n = &c->notifiers[i];
		struct json_object *notices[2] = {
			notice_of(texts, count, "decision"),
			notice_of(texts, count, ends[(size + i) % 3]),
		};
		struct message m = {
			.notices = notices,
			.count = notices[0] == NULL    ? 0 :
			    notifier_traits(n)->merges ? 2 :
							 1,
			.handle = handles[size % 2],
			.secret = "s",
		};

		if (notifier_traits(n)->form == NOTIFIER_MAIL)
			check_mail(n, &m);
		else
			check_requests(n, &m);
		if (notifier_traits(n)->is_http)
			check_answer(n, copy, strlen(copy));
		json_object_put(notices[0]);
		json_object_put(notices[1]);
	}
	free(copy);
	return 0;
}
