#include "probe/probe_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/units.h"
#include "probe/http_judge.h"
#include "probe/http_settings.h"
#include "probe/probe_check_impl.h"

void
probe_say(const struct objector *o, enum probe_objection objection,
    const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	o->object(objection, text, o->arg);
}

static const char *
after_prefix(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncasecmp(text, prefix, length) == 0 ? text + length : NULL;
}

static void
check_url(
    const struct http_settings *h, const char *key, const struct objector *o)
{
	const char *host = after_prefix(h->url, "https://");
	size_t length;

	if (host == NULL)
		host = after_prefix(h->url, "http://");
	if (host == NULL) {
		probe_say(o, PROBE_WRONG,
		    "%s = \"%s\": write http://HOST/PATH or "
		    "https://HOST/PATH",
		    key, h->url);
		return;
	}
	length = strcspn(host, "/?#");
	if (length == 0 || *host == ':')
		probe_say(
		    o, PROBE_WRONG, "%s = \"%s\": names no host", key, h->url);
	if (memchr(host, '@', length) != NULL)
		probe_say(o, PROBE_WRONG,
		    "%s: holds a user or password; write username = and "
		    "password_file = instead",
		    key);
	if (strpbrk(h->url, " \t\r\n\"<>\\") != NULL)
		probe_say(o, PROBE_WRONG,
		    "%s: holds a space, quote or backslash; write it as "
		    "%%20 and so on",
		    key);
}

static bool
is_token(const char *text, size_t length)
{
	if (length == 0)
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] > '~' ||
		    strchr("\"(),/:;<=>?@[\\]{}", text[i]) != NULL)
			return false;
	return true;
}

static void
check_headers(const struct http_settings *h, const struct objector *o)
{
	for (size_t i = 0; i < h->headers.count; i++) {
		const char *header = h->headers.items[i];
		const char *colon = strchr(header, ':');

		if (colon == NULL ||
		    !is_token(header, (size_t)(colon - header)) ||
		    strpbrk(header, "\r\n") != NULL)
			probe_say(o, PROBE_WRONG,
			    "headers: \"%s\": write \"Name: value\"", header);
		else if (after_prefix(header, "authorization:") != NULL)
			probe_say(o, PROBE_WRONG,
			    "headers: a secret does not stand in the "
			    "configuration; use bearer_file or username and "
			    "password_file");
	}
}

void
probe_check_pair(const struct objector *o, const char *one,
    const char *one_name, const char *other, const char *other_name)
{
	if ((one == NULL) != (other == NULL))
		probe_say(o, PROBE_WRONG, "%s and %s go together: add %s",
		    one_name, other_name, one == NULL ? one_name : other_name);
}

static void
check_credentials(const struct http_settings *h, const struct objector *o)
{
	bool secret = h->password_file != NULL || h->bearer_file != NULL;

	probe_check_pair(
	    o, h->username, "username", h->password_file, "password_file");
	probe_check_pair(o, h->client_cert_file, "client_cert_file",
	    h->client_key_file, "client_key_file");
	if (h->password_file != NULL && h->bearer_file != NULL)
		probe_say(o, PROBE_WRONG,
		    "password_file and bearer_file: only one of them can be "
		    "sent");
	if (!h->verify_tls)
		probe_say(o, PROBE_DOUBT,
		    "verify_tls = false: any server may give the answer; "
		    "name its certificate with ca_file instead");
	if (after_prefix(h->url, "http://") == NULL)
		return;
	if (secret)
		probe_say(o, PROBE_DOUBT,
		    "a secret is sent over http://, which everybody on the "
		    "way can read; use https://");
	if (h->ca_file != NULL || h->client_cert_file != NULL)
		probe_say(o, PROBE_DOUBT,
		    "ca_file and client_cert_file mean nothing with http://");
}

static void
check_expect(const struct probe_settings *p, const struct http_settings *h,
    const struct objector *o)
{
	struct error err = { "" };
	struct http_judge *judge = http_judge_new(&h->expect, &err);
	char limit[DURATION_TEXT_MAX], timeout[DURATION_TEXT_MAX];

	if (judge == NULL)
		probe_say(o, PROBE_WRONG, "expect: %s", err.text);
	http_judge_free(judge);
	if (h->expect.max_time_ms > p->timeout_ms)
		probe_say(o, PROBE_WRONG,
		    "expect: max_time %s is longer than timeout %s, so it "
		    "can never be reached",
		    duration_text(h->expect.max_time_ms, limit),
		    duration_text(p->timeout_ms, timeout));
	if (h->method == HTTP_HEAD &&
	    (h->expect.contains != NULL || h->expect.matches != NULL ||
		h->expect.json.given))
		probe_say(o, PROBE_WRONG,
		    "expect: an answer to HEAD has no body; use method = "
		    "\"GET\"");
	if (h->body != NULL && h->method != HTTP_POST)
		probe_say(o, PROBE_WRONG,
		    "body: is only sent with method = \"POST\"");
}

static void
check_engine(const struct http_settings *h, const struct objector *o)
{
	const char *why = http_not_lean(h);

	if (h->engine == HTTP_ENGINE_LEAN && why != NULL)
		probe_say(o, PROBE_WRONG,
		    "engine = \"lean\": cannot do %s; leave engine out", why);
}

void
probe_check_asking(
    const struct http_settings *h, const char *key, const struct objector *o)
{
	if (h->url != NULL) {
		check_url(h, key, o);
		check_credentials(h, o);
		check_engine(h, o);
	}
	check_headers(h, o);
}

void
probe_check_http(const struct http_settings *h, const char *key,
    probe_object *object, void *arg)
{
	const struct objector o = { object, arg };

	probe_check_asking(h, key, &o);
}

static void
check_http(const struct probe_settings *p, const struct objector *o)
{
	const struct http_settings *h = p->settings;

	probe_check_asking(h, "url", o);
	check_expect(p, h, o);
}

static const struct {
	const struct option_kind *kind;
	probe_check_kind *check;
} kinds[] = {
	{ &probe_http, check_http },
	{ &probe_tcp, probe_check_tcp },
	{ &probe_tls, probe_check_tls },
	{ &probe_command, probe_check_command },
	{ &probe_prometheus, probe_check_prometheus },
	{ &probe_promql, probe_check_promql },
};

void
probe_check(const struct probe_settings *p, probe_object *object, void *arg)
{
	const struct objector o = { object, arg };
	char timeout[DURATION_TEXT_MAX], interval[DURATION_TEXT_MAX];
	char apart[DURATION_TEXT_MAX];
	/* What comes due while an answer is awaited is left out. */
	int64_t apart_ms = p->interval_ms > 0 ?
	    (p->timeout_ms / p->interval_ms + 1) * p->interval_ms :
	    0;

	/* Of a heartbeat it is the grace. */
	if (p->timeout_ms > p->interval_ms && p->kind != &probe_push)
		probe_say(&o, PROBE_DOUBT,
		    "timeout %s is longer than interval %s: a target that "
		    "hangs is asked only every %s",
		    duration_text(p->timeout_ms, timeout),
		    duration_text(p->interval_ms, interval),
		    duration_text(apart_ms, apart));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == p->kind)
			kinds[i].check(p, &o);
}
