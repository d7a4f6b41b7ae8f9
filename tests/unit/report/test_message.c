/*
 * Each tests/golden/message/NAME.json names a notifier as the configuration
 * has it and what it is told; NAME.expected is every byte of what it is sent.
 * With GOLDEN=write in the environment they are written instead: read what
 * changed before you commit it.
 */
#include "tests/unit/whole_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "config/config.h"
#include "report/message.h"
#include "report/notice.h"

#define FOLDER "tests/golden/message/"
#define NAMES_MAX 128

static char names[NAMES_MAX][64];
static size_t name_count;

static struct text
read_file(const char *name, const char *suffix)
{
	struct text t, path = text_new(256);

	text_addf(&path, FOLDER "%s%s", name, suffix);
	t = whole_file(text_str(&path), MESSAGE_BYTES_MAX);
	text_free(&path);
	return t;
}

static void
compare(const char *name, const char *made)
{
	const char *golden = getenv("GOLDEN");
	struct text expected, path = text_new(256);

	if (golden != NULL && strcmp(golden, "write") == 0) {
		FILE *f;

		text_addf(&path, FOLDER "%s.expected", name);
		f = fopen(text_str(&path), "wb");
		assert_non_null(f);
		assert_true(fputs(made, f) >= 0);
		assert_int_equal(fclose(f), 0);
	}
	expected = read_file(name, ".expected");
	assert_string_equal(made, text_str(&expected));
	text_free(&expected);
	text_free(&path);
}

static struct config *
configure(const char *notifier)
{
	const struct config_rules rules = { .check_programs = false };
	struct complaints *complaints = complaints_new();
	struct text all = text_new(MESSAGE_BYTES_MAX);
	struct config *c;

	text_addf(&all, "notifiers = ( %s );", notifier);
	c = config_from_bytes(text_str(&all), all.length, &rules, complaints);
	if (c == NULL)
		fail_msg("%s", complaints_line(complaints, 0));
	complaints_free(complaints);
	text_free(&all);
	return c;
}

static const char *
method_word(int method)
{
	return method == HTTP_POST ? "POST" :
	    method == HTTP_PUT     ? "PUT" :
	    method == HTTP_GET     ? "GET" :
				     "PATCH";
}

static void
add_requests(struct text *out, const struct notifier_settings *n,
    const struct message *m)
{
	struct message_request requests[MESSAGE_REQUESTS_MAX];
	size_t count = message_requests(n, m, requests);

	assert_true(count <= MESSAGE_REQUESTS_MAX);
	for (size_t i = 0; i < count; i++) {
		assert_true(text_ok(&requests[i].body));
		assert_true(utf8_is_valid(
		    text_str(&requests[i].body), requests[i].body.length));
		text_addf(out, "%s %s%s%s\nContent-Type: %s\n\n%s\n\n",
		    method_word(requests[i].method),
		    text_str(&requests[i].tail),
		    requests[i].names_thread ? " (names the thread)" : "",
		    requests[i].may_be_gone ? " (may be gone)" : "",
		    message_content_type(n), text_str(&requests[i].body));
	}
	if (count == 0)
		text_add(out, "nothing is sent\n");
	message_requests_free(requests);
}

static void
test_golden(void **state)
{
	const char *name = *state;
	struct text in = read_file(name, ".json"), out = text_new(1 << 20);
	struct error err;
	struct json_object *all = json_parse(text_str(&in), in.length, &err);
	struct json_object *notices[MESSAGE_NOTICES_MAX], *list;
	struct message m = { .notices = notices };
	char handle[NAME_MAX_BYTES + 1];
	struct config *c;

	if (all == NULL)
		fail_msg("%s: %s", name, err.text);
	list = json_array(all, "notices");
	m.count = json_object_array_length(list);
	assert_in_range(m.count, 1, MESSAGE_NOTICES_MAX);
	for (size_t i = 0; i < m.count; i++)
		notices[i] = json_object_array_get_idx(list, i);
	m.handle = json_text(all, "handle");
	m.secret = json_text(all, "secret");
	c = configure(json_text(all, "notifier"));
	if (notifier_traits(c->notifiers)->form == NOTIFIER_MAIL) {
		message_mail(&out, c->notifiers, &m, handle);
		text_addf(&out, "\n(handle %s)\n", handle);
	} else
		add_requests(&out, c->notifiers, &m);
	assert_true(text_ok(&out));
	compare(name, text_str(&out));
	config_free(c);
	json_object_put(all);
	text_free(&in);
	text_free(&out);
}

/* --- What comes back. --- */

#define BOT                                                      \
	"{ name = \"s\"; type = \"slack\"; token_file = \"/t\";" \
	" channel = \"C1\"; }"
#define HOOK "{ name = \"s\"; type = \"slack\"; url_file = \"/u\"; }"
#define WEB                                                                \
	"{ name = \"w\"; type = \"webhook\"; url = \"http://192.0.2.1/\";" \
	" expect_status = [ \"200\", \"300-302\" ]; }"
#define PAGE                                                      \
	"{ name = \"p\"; type = \"statuspage\"; page_id = \"x\";" \
	" token_file = \"/t\"; }"

static const struct {
	const char *notifier;
	bool names_thread, may_be_gone;
	int status;
	const char *body, *retry_after;
	enum message_outcome outcome;
	int64_t wait_ms;
	const char *reason, *handle;
} answers[] = {
	{ HOOK, false, false, 200, "ok", NULL, MESSAGE_SENT, 0, "", "" },
	{ HOOK, false, false, 429, "", "30", MESSAGE_AGAIN, 30000,
	    "HTTP status 429", "" },
	{ HOOK, false, false, 429, "", "300", MESSAGE_AGAIN, 300000,
	    "HTTP status 429", "" },
	{ HOOK, false, false, 429, "", "301", MESSAGE_AGAIN, 300000,
	    "HTTP status 429", "" },
	{ HOOK, false, false, 429, "", "99999999", MESSAGE_AGAIN, 300000,
	    "HTTP status 429", "" },
	{ HOOK, false, false, 429, "", "Fri, 31 Dec 1999 23:59:59 GMT",
	    MESSAGE_AGAIN, 0, "HTTP status 429", "" },
	{ HOOK, false, false, 503, "", "5", MESSAGE_AGAIN, 5000,
	    "HTTP status 503", "" },
	{ HOOK, false, false, 403, "invalid_token", NULL, MESSAGE_NEVER, 0,
	    "HTTP status 403: invalid_token", "" },
	{ HOOK, false, false, 404, "xoxb-SECRET", NULL, MESSAGE_NEVER, 0,
	    "HTTP status 404", "" },
	{ HOOK, false, false, 408, "", NULL, MESSAGE_AGAIN, 0,
	    "HTTP status 408", "" },
	{ HOOK, false, false, 302, "", NULL, MESSAGE_AGAIN, 0,
	    "HTTP status 302", "" },
	{ WEB, false, false, 200, "", NULL, MESSAGE_SENT, 0, "", "" },
	{ WEB, false, false, 302, "", NULL, MESSAGE_SENT, 0, "", "" },
	{ WEB, false, false, 303, "", NULL, MESSAGE_AGAIN, 0, "HTTP status 303",
	    "" },
	{ WEB, false, false, 201, "", NULL, MESSAGE_AGAIN, 0, "HTTP status 201",
	    "" },
	{ BOT, true, false, 200,
	    "{\"ok\":true,\"channel\":\"C9\",\"ts\":\"12.5\"}", NULL,
	    MESSAGE_SENT, 0, "", "C9:12.5" },
	{ BOT, false, false, 200,
	    "{\"ok\":true,\"channel\":\"C9\",\"ts\":\"12.5\"}", NULL,
	    MESSAGE_SENT, 0, "", "" },
	/* No part of a URL or request is made of what a server says. */
	{ BOT, true, false, 200,
	    "{\"ok\":true,\"channel\":\"C9\",\"ts\":\"../1\\n\"}", NULL,
	    MESSAGE_SENT, 0, "", "" },
	{ BOT, true, false, 200,
	    "{\"ok\":false,\"error\":\"channel_not_found\"}", NULL,
	    MESSAGE_NEVER, 0, "it was refused: channel_not_found", "" },
	{ BOT, true, false, 200, "{\"ok\":false,\"error\":\"ratelimited\"}",
	    "7", MESSAGE_AGAIN, 7000, "it was refused: ratelimited", "" },
	{ BOT, false, true, 200,
	    "{\"ok\":false,\"error\":\"message_not_found\"}", NULL,
	    MESSAGE_SENT, 0, "", "" },
	{ BOT, false, false, 200,
	    "{\"ok\":false,\"error\":\"message_not_found\"}", NULL,
	    MESSAGE_NEVER, 0, "it was refused: message_not_found", "" },
	{ BOT, true, false, 200, "<html>Log in</html>", NULL, MESSAGE_AGAIN, 0,
	    "the answer is no JSON: is that the right server?", "" },
	{ PAGE, true, false, 201, "{\"id\":\"p31zjtct2jer\"}", NULL,
	    MESSAGE_SENT, 0, "", "p31zjtct2jer" },
	{ PAGE, true, false, 201, "{\"id\":17}", NULL, MESSAGE_SENT, 0, "",
	    "17" },
	{ PAGE, true, false, 201, "{\"id\":\"a/../b\"}", NULL, MESSAGE_SENT, 0,
	    "", "" },
	{ PAGE, false, true, 404, "", NULL, MESSAGE_SENT, 0, "", "" },
	{ PAGE, false, false, 404, "", NULL, MESSAGE_NEVER, 0,
	    "HTTP status 404", "" },
	{ PAGE, false, false, 420, "", "60", MESSAGE_AGAIN, 60000,
	    "HTTP status 420", "" },
};

static void
test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct config *c = configure(answers[i].notifier);
		const struct message_request request = {
			.names_thread = answers[i].names_thread,
			.may_be_gone = answers[i].may_be_gone,
		};
		const struct message_answer answer = {
			.status = answers[i].status,
			.body = answers[i].body,
			.length = strlen(answers[i].body),
			.retry_after = answers[i].retry_after,
		};
		struct message_verdict v =
		    message_judge(c->notifiers, &request, &answer);

		if (v.outcome != answers[i].outcome ||
		    v.wait_ms != answers[i].wait_ms ||
		    strcmp(v.reason, answers[i].reason) != 0 ||
		    strcmp(v.handle, answers[i].handle) != 0)
			fail_msg("%zu: %d, %lld ms, \"%s\", \"%s\"", i,
			    (int)v.outcome, (long long)v.wait_ms, v.reason,
			    v.handle);
		config_free(c);
	}
}

/* --- Who has anything to do with what. --- */

static const struct {
	const char *event, *action, *incident;
	const char *kinds; /* s(lack) p(agerduty) g(rafana) page: t */
} concerns[] = {
	{ "decision", "roll_back", "I", "spgt" },
	{ "decision", "shadow", "I", "sg" },
	{ "closed", "shadow", "I", "sg" },
	{ "closed", "roll_back", "I", "spgt" },
	{ "approval", "propose", "I", "sp" },
	{ "approved", "await_approval", "I", "spgt" },
	{ "step_failed", "roll_back", "I", "sp" },
	{ "alarm", NULL, NULL, "sp" },
	{ "held", NULL, NULL, "s" },
	{ "hold", NULL, NULL, "s" },
	{ "test", NULL, NULL, "spgt" },
};

static void
test_who_is_concerned(void **state)
{
	static const char *const kinds[] = { "s" HOOK,
		"p{ name = \"d\"; type = \"pagerduty\";"
		" routing_key_file = \"/k\"; }",
		"g{ name = \"g\"; type = \"grafana\";"
		" url = \"https://g.example\"; token_file = \"/t\"; }",
		"t" PAGE };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct config *c = configure(kinds[k] + 1);

		for (size_t i = 0; i < ARRAY_LEN(concerns); i++) {
			struct notice n = { .event = concerns[i].event,
				.action = concerns[i].action,
				.incident = concerns[i].incident,
				.summary = "x" };
			struct json_object *o = notice_json(&n);
			bool is_one =
			    strchr(concerns[i].kinds, kinds[k][0]) != NULL;

			if (message_concerns(c->notifiers, o) != is_one)
				fail_msg("%s of %zu", kinds[k], i);
			json_object_put(o);
		}
		config_free(c);
	}
}

/* Bytes that are no text at all: what goes out still is. */
static void
test_what_is_no_utf8(void **state)
{
	static const char *const kinds[] = { HOOK, BOT, WEB,
		"{ name = \"d\"; type = \"pagerduty\";"
		" routing_key_file = \"/k\"; }",
		"{ name = \"g\"; type = \"grafana\";"
		" url = \"https://g.example\"; token_file = \"/t\"; }" };
	struct notice n = { .event = "closed",
		.dedup_key = "k",
		.incident = "I",
		.outcome = "recovered",
		.service = "\xff\xfe",
		.summary = "half a character: \xc3(, and \xe2\x82" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct config *c = configure(kinds[i]);
		struct json_object *o = notice_json(&n), *body;
		struct message m = { &o, 1, NULL, "key" };
		struct message_request requests[MESSAGE_REQUESTS_MAX];
		struct error err;

		assert_true(message_requests(c->notifiers, &m, requests) > 0);
		body = json_parse(
		    text_str(&requests[0].body), requests[0].body.length, &err);
		assert_non_null(body);
		json_object_put(body);
		message_requests_free(requests);
		json_object_put(o);
		config_free(c);
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
find_names(void)
{
	DIR *d = opendir(FOLDER);
	struct dirent *e;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL && name_count < NAMES_MAX) {
		const char *dot = strrchr(e->d_name, '.');

		if (dot != NULL && strcmp(dot, ".json") == 0)
			(void)snprintf(names[name_count++], sizeof(names[0]),
			    "%.*s", (int)(dot - e->d_name), e->d_name);
	}
	(void)closedir(d);
	qsort(names, name_count, sizeof(names[0]), by_name);
}

static void
test_there_are_goldens(void **state)
{
	(void)state;
	assert_in_range(name_count, 20, NAMES_MAX - 1);
}

int
main(void)
{
	static struct CMUnitTest tests[NAMES_MAX + 4];
	size_t count = 0;

	find_names();
	for (size_t i = 0; i < name_count; i++)
		tests[count++] = (struct CMUnitTest){ names[i], test_golden,
			NULL, NULL, names[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_answers);
	tests[count++] =
	    (struct CMUnitTest)cmocka_unit_test(test_who_is_concerned);
	tests[count++] =
	    (struct CMUnitTest)cmocka_unit_test(test_what_is_no_utf8);
	tests[count++] =
	    (struct CMUnitTest)cmocka_unit_test(test_there_are_goldens);
	return _cmocka_run_group_tests("messages", tests, count, NULL, NULL);
}
