/*
 * A message that is one or more HTTP requests: each is put when the one before
 * it was taken.  Secrets are read from their files for each message and wiped
 * after it; what is said of a failure never holds them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/fetch/secret_file.h"
#include "daemon/loop.h"
#include "daemon/monitor.h"
#include "daemon/notify/notify_impl.h"

#define HEADER_BYTES_MAX (8 * 1024)
#define URL_BYTES_MAX (8 * 1024)
#define REASON_MAX 320
#define DEFAULT_SLACK "https://slack.com"

static char *
read_secret(const char *path)
{
	struct secret_file *f = secret_file_new(path);
	const char *secret = f == NULL ? NULL : secret_file_read(f);
	char *copy = secret == NULL ? NULL : strdup(secret);

	secret_file_free(f);
	return copy;
}

static void
wipe(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

/* An answer that is not good of a file: it may be mended. */
static void
end_unreadable(struct sending *s, const char *path)
{
	char reason[REASON_MAX];

	(void)snprintf(reason, sizeof(reason),
	    "%.200s cannot be read, or holds no secret in one line", path);
	sending_end(s, MESSAGE_AGAIN, reason, 0);
}

static bool
add_header(
    struct sending *s, const char *name, const char *before, const char *value)
{
	struct text line = text_new(HEADER_BYTES_MAX);

	if (s->own_header_count == NOTIFY_HEADERS_MAX)
		return false;
	text_addf(&line, "%s: %s%s", name, before, value);
	s->own_headers[s->own_header_count] = text_take(&line);
	return s->own_headers[s->own_header_count] != NULL &&
	    ++s->own_header_count > 0;
}

/* "Name: /path".  False: the sending has ended. */
static bool
add_header_file(struct sending *s, const char *entry)
{
	const char *colon = strchr(entry, ':');
	const char *path = colon + 1 + strspn(colon + 1, " ");
	char *secret = read_secret(path), name[NAME_MAX_BYTES + 1];
	bool ok;

	if (secret == NULL) {
		end_unreadable(s, path);
		return false;
	}
	(void)snprintf(name, sizeof(name), "%.*s", (int)(colon - entry), entry);
	ok = add_header(s, name, "", secret);
	wipe(secret);
	if (!ok)
		sending_end(s, MESSAGE_AGAIN, "no room for its headers", 0);
	return ok;
}

static bool
add_own_headers(struct sending *s)
{
	const struct notifier_settings *n = s->settings;
	const struct notifier_webhook *webhook = n->settings;
	const char *key = json_text(s->notices[0], "dedup_key");
	const char *scheme = message_token_scheme(n);

	if (!add_header(s, "Content-Type", "", message_content_type(n)) ||
	    (scheme != NULL && s->token != NULL &&
		!add_header(s, "Authorization", scheme, s->token)) ||
	    (key != NULL && name_is_valid(key) &&
		!add_header(s, "Idempotency-Key", "", key))) {
		sending_end(s, MESSAGE_AGAIN, "no room for its headers", 0);
		return false;
	}
	if (notifier_traits(n)->form != NOTIFIER_WEBHOOK)
		return true;
	for (size_t i = 0; i < webhook->header_files.count; i++)
		if (!add_header_file(s, webhook->header_files.items[i]))
			return false;
	return true;
}

static void
list_headers(struct sending *s)
{
	const struct notifier_webhook *webhook = s->settings->settings;
	size_t count = 0;

	if (notifier_traits(s->settings)->form == NOTIFIER_WEBHOOK)
		for (size_t i = 0; i < webhook->headers.count &&
		     count + s->own_header_count < NOTIFY_HEADERS_MAX;
		     i++)
			s->headers[count++] = webhook->headers.items[i];
	for (size_t i = 0; i < s->own_header_count; i++)
		s->headers[count++] = s->own_headers[i];
	s->http.headers = (struct strings){ s->headers, count };
}

/* --- The answer. --- */

static void
on_begin(void *arg, const struct fetch_answer *a)
{
	struct sending *s = arg;

	s->status = a->status;
	text_clear(&s->answer);
	(void)snprintf(s->retry_after, sizeof(s->retry_after), "%s",
	    a->retry_after == NULL ? "" : a->retry_after);
}

static bool
on_bytes(void *arg, const char *bytes, size_t length)
{
	struct sending *s = arg;
	size_t room = ANSWER_BYTES_MAX - s->answer.length;

	text_add_bytes(&s->answer, bytes, length < room ? length : room);
	return length < room;
}

static struct fetch_verdict
on_judge(void *arg)
{
	(void)arg;
	return (struct fetch_verdict){ .verdict = { .outcome = SAMPLE_OK } };
}

static void put_request(struct sending *s);

/* All but the last are done; or this one failed. */
static void
judge(struct sending *s)
{
	const struct message_request *r = &s->requests[s->at];
	const struct message_answer answer = {
		.status = s->status,
		.body = text_str(&s->answer),
		.length = s->answer.length,
		.retry_after =
		    s->retry_after[0] == '\0' ? NULL : s->retry_after,
	};
	struct message_verdict v = message_judge(s->settings, r, &answer);

	if (v.handle[0] != '\0')
		(void)snprintf(
		    s->new_handle, sizeof(s->new_handle), "%s", v.handle);
	if (v.outcome != MESSAGE_SENT || ++s->at == s->request_count)
		sending_end(s, v.outcome, v.reason, v.wait_ms);
	else
		put_request(s);
}

static void
on_answer(void *arg, const struct sample *sample)
{
	struct sending *s = arg;
	char reason[REASON_MAX];

	fetch_target_free(s->target);
	s->target = NULL;
	if (sample->outcome == SAMPLE_OK && s->status != 0) {
		judge(s);
		return;
	}
	/* The class alone: words of others might hold the URL. */
	(void)snprintf(reason, sizeof(reason), "no answer: %s",
	    sample->failure == NULL ? "unknown" : sample->failure);
	sending_end(s, MESSAGE_AGAIN, reason, 0);
}

/* lint: the one place where two functions need each other */
static void
put_request(struct sending *s)
{
	const struct fetch_sink sink = {
		.begin = on_begin,
		.bytes = on_bytes,
		.judge = on_judge,
		.arg = s,
	};
	struct message_request *r = &s->requests[s->at];
	struct text url = text_new(URL_BYTES_MAX);
	struct error err = { "" };

	text_add(&url, s->url);
	/* "https://host/" and "/api" make one slash. */
	if (r->tail.length > 0 && url.length > 0 &&
	    url.data[url.length - 1] == '/')
		url.data[--url.length] = '\0';
	text_add(&url, text_str(&r->tail));
	free((char *)(uintptr_t)s->http.url);
	s->http.url = text_take(&url);
	s->http.method = (enum http_method)r->method;
	s->http.body = text_str(&r->body);
	s->status = 0;
	s->retry_after[0] = '\0';
	if (s->http.url != NULL && text_ok(&r->body))
		s->target =
		    fetch_target_new(s->m->fetch, &s->http, &sink, &err);
	if (s->target == NULL ||
	    !fetch_ask(s->target, s->settings->timeout_ms, false, on_answer, s))
		sending_end(s, MESSAGE_AGAIN,
		    err.text[0] == '\0' ? "memory is short" :
					  "its URL or headers are wrong",
		    0);
}

/* False: the sending has ended. */
static bool
read_secrets(struct sending *s)
{
	const struct notifier_http *http = notifier_http(s->settings);

	if (http->token_file != NULL) {
		s->token = read_secret(http->token_file);
		if (s->token == NULL) {
			end_unreadable(s, http->token_file);
			return false;
		}
	}
	if (http->url_file == NULL) {
		s->url = strdup(http->url == NULL ? DEFAULT_SLACK : http->url);
		if (s->url == NULL)
			sending_end(s, MESSAGE_AGAIN, "memory is short", 0);
		return s->url != NULL;
	}
	s->url = read_secret(http->url_file);
	if (s->url == NULL)
		end_unreadable(s, http->url_file);
	return s->url != NULL;
}

void
sending_over_http(struct sending *s)
{
	const struct notifier_http *http = notifier_http(s->settings);
	struct message m;

	s->answer = text_new(ANSWER_BYTES_MAX + 1);
	s->http = (struct http_settings){
		.ca_file = http->ca_file,
		.allow_local = http->allow_local,
		.verify_tls = true,
		.fresh_connection = true,
		.expect = { .max_bytes = 0 },
	};
	if (!read_secrets(s))
		return;
	m = sending_message(s);
	s->request_count = message_requests(s->settings, &m, s->requests);
	if (s->request_count == 0) {
		sending_end(s, MESSAGE_SENT, NULL, 0);
		return;
	}
	if (!add_own_headers(s))
		return;
	list_headers(s);
	put_request(s);
}

void
sending_free_http(struct sending *s)
{
	fetch_target_free(s->target);
	message_requests_free(s->requests);
	for (size_t i = 0; i < s->own_header_count; i++)
		wipe(s->own_headers[i]);
	wipe(s->token);
	wipe(s->url);
	wipe((char *)(uintptr_t)s->http.url);
	text_free(&s->answer);
}
