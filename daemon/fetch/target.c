#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/units.h"
#include "daemon/fetch/address.h"
#include "daemon/fetch/fetch_impl.h"

#define HOST_BYTES_MAX 253
#define URL_BYTES_MAX 4096

/* Origin */

static char *
url_part(CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL, *copy;

	if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
		return NULL;
	copy = strdup(text);
	curl_free(text);
	return copy;
}

static bool
check_host(const char *host, struct error *err)
{
	if (host == NULL || *host == '\0')
		return error_set(err, "the URL names no host");
	if (strlen(host) > HOST_BYTES_MAX + 2)
		return error_set(err, "the host in the URL is too long");
	for (const char *c = host; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			return error_set(err,
			    "the host in the URL is not "
			    "ASCII: write it in its \"xn--\" form");
	return true;
}

static bool
read_origin(CURLU *url, struct fetch_origin *o, struct error *err)
{
	char *scheme = url_part(url, CURLUPART_SCHEME, 0);
	char *port = url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	char *user = url_part(url, CURLUPART_USER, 0);
	uint64_t number = 0;
	bool ok = false;

	if (scheme == NULL ||
	    (strcasecmp(scheme, "http") != 0 &&
		strcasecmp(scheme, "https") != 0))
		(void)error_set(err, "the URL is neither http: nor https:");
	else if (user != NULL)
		(void)error_set(err,
		    "the URL holds a user name: use username "
		    "and password_file");
	else if (port == NULL || !count_parse(port, &number) || number == 0 ||
	    number > UINT16_MAX)
		(void)error_set(err, "the port in the URL is out of range");
	else
		ok = check_host(o->host, err);
	o->port = (uint16_t)number;
	o->is_https = scheme != NULL && strcasecmp(scheme, "https") == 0;
	o->is_literal = o->host != NULL && address_is_literal(o->host);
	free(scheme);
	free(port);
	free(user);
	return ok;
}

bool
origin_parse(const char *url, struct fetch_origin *o, struct error *err)
{
	CURLU *parsed = curl_url();
	CURLUcode code;
	bool ok = false;

	*o = (struct fetch_origin){ .host = NULL };
	if (parsed == NULL)
		return error_set(err, "out of memory");
	code = curl_url_set(parsed, CURLUPART_URL, url, 0);
	if (strlen(url) > URL_BYTES_MAX)
		(void)error_set(
		    err, "the URL is longer than %d bytes", URL_BYTES_MAX);
	else if (code != CURLUE_OK)
		(void)error_set(
		    err, "the URL is wrong: %s", curl_url_strerror(code));
	else {
		o->host = url_part(parsed, CURLUPART_HOST, 0);
		ok = read_origin(parsed, o, err);
	}
	curl_url_cleanup(parsed);
	if (!ok)
		origin_free(o);
	return ok;
}

void
origin_free(struct fetch_origin *o)
{
	free(o->host);
	o->host = NULL;
}

bool
origin_may_be_local(
    const struct fetch_origin *o, const struct http_settings *settings)
{
	return settings->allow_local || o->is_literal ||
	    address_is_localhost(o->host);
}

/* Headers */

static bool
append(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer == NULL)
		return false;
	*list = longer;
	return true;
}

static bool
is_secret(const char *header)
{
	return strncasecmp(header, "authorization:", 14) == 0 ||
	    strncasecmp(header, "cookie:", 7) == 0 ||
	    strncasecmp(header, "proxy-authorization:", 20) == 0;
}

static bool
check_header(const char *header, size_t number, struct error *err)
{
	size_t name = strcspn(header, ": \t");

	if (name == 0 || header[name] != ':')
		return error_set(
		    err, "header %zu is not \"Name: value\"", number);
	for (const char *c = header; *c != '\0'; c++)
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
			return error_set(err,
			    "header %zu holds a control character", number);
	return true;
}

static bool
make_headers(struct fetch_target *t, struct error *err)
{
	const struct strings *headers = &t->settings->headers;

	for (size_t i = 0; i < headers->count; i++) {
		const char *header = headers->items[i];

		if (!check_header(header, i + 1, err))
			return false;
		if (!append(&t->headers, header) ||
		    (!is_secret(header) && !append(&t->onward_headers, header)))
			return error_set(err, "out of memory");
	}
	/* No waiting for 100 Continue. */
	if (!append(&t->headers, "Expect:") ||
	    !append(&t->onward_headers, "Expect:"))
		return error_set(err, "out of memory");
	return true;
}

static bool
make_secrets(struct fetch_target *t, struct error *err)
{
	const struct http_settings *settings = t->settings;

	if (settings->password_file != NULL && settings->username == NULL)
		return error_set(err, "password_file needs a username");
	if (settings->password_file != NULL && settings->bearer_file != NULL)
		return error_set(
		    err, "password_file and bearer_file exclude each other");
	if (settings->password_file != NULL)
		t->password = secret_file_new(settings->password_file);
	if (settings->bearer_file != NULL)
		t->bearer = secret_file_new(settings->bearer_file);
	if ((settings->password_file != NULL && t->password == NULL) ||
	    (settings->bearer_file != NULL && t->bearer == NULL))
		return error_set(err, "out of memory");
	return true;
}

static bool
make_request(struct fetch_target *t, struct error *err)
{
	const struct http_settings *settings = t->settings;

	t->judge = http_judge_new(&settings->expect, err);
	if (t->judge == NULL || !origin_parse(settings->url, &t->origin, err) ||
	    !make_headers(t, err) || !make_secrets(t, err))
		return false;
	if (settings->method == HTTP_HEAD && http_judge_reads_body(t->judge))
		return error_set(
		    err, "a HEAD answer has no body to expect anything of");
	t->url = strdup(settings->url);
	t->body = strdup(settings->body == NULL ? "" : settings->body);
	if (t->url == NULL || t->body == NULL)
		return error_set(err, "out of memory");
	return true;
}

static void
free_target(struct fetch_target *t)
{
	loop_timer_free(t->deadline);
	http_judge_free(t->judge);
	origin_free(&t->origin);
	origin_free(&t->next_origin);
	curl_slist_free_all(t->headers);
	curl_slist_free_all(t->onward_headers);
	secret_file_free(t->password);
	secret_file_free(t->bearer);
	free(t->version_pointer);
	free(t->version);
	free(t->url);
	free(t->next_url);
	free(t->body);
	free(t);
}

bool
fetch_check(const struct http_settings *settings, struct error *err)
{
	struct fetch_target *t = calloc(1, sizeof(*t));
	bool ok;

	if (t == NULL)
		return error_set(err, "out of memory");
	t->settings = settings;
	ok = make_request(t, err);
	free_target(t);
	return ok;
}

struct fetch_target *
fetch_target_new(struct fetch *f, const struct http_settings *settings,
    const struct fetch_sink *sink, struct error *err)
{
	struct fetch_target *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	t->fetch = f;
	t->settings = settings;
	t->has_sink = sink != NULL;
	if (sink != NULL)
		t->sink = *sink;
	if (!make_request(t, err))
		goto failed;
	t->deadline = loop_timer_new(f->loop, question_on_deadline, t);
	if (t->deadline != NULL)
		t->shard = shard_join(f);
	if (t->shard == NULL) {
		(void)error_set(err, "out of memory or descriptors");
		goto failed;
	}
	return t;
failed:
	free_target(t);
	return NULL;
}

void
fetch_target_resettle(
    struct fetch_target *t, const struct http_settings *settings)
{
	t->settings = settings;
	http_judge_resettle(t->judge, &settings->expect);
}

bool
fetch_target_find_version(struct fetch_target *t, const char *pointer)
{
	t->version_pointer = strdup(pointer);
	t->version = calloc(1, SAMPLE_VERSION_MAX);
	return t->version_pointer != NULL && t->version != NULL;
}

void
fetch_target_free(struct fetch_target *t)
{
	if (t == NULL)
		return;
	question_drop(t);
	shard_disown_socket(t->socket);
	shard_leave(t->shard);
	free_target(t);
}
