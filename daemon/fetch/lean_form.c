/*
 * The bytes of the request: the same that libcurl 7.88 would send, so that it
 * makes no difference to the target which of the two asks.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <arpa/inet.h>
#include <curl/curl.h>

#include "base/text.h"
#include "base/version.h"
#include "daemon/fetch/lean_impl.h"

#define HTTP_PORT 80
/* Headers and URL have limits of their own. */
#define REQUEST_BYTES_MAX ((size_t)1024 * 1024)

static bool
is_named(const char *header, const char *name)
{
	size_t length = strlen(name);

	return strncasecmp(header, name, length) == 0 && header[length] == ':';
}

static const char *
find(const struct strings *headers, const char *name)
{
	for (size_t i = 0; i < headers->count; i++)
		if (is_named(headers->items[i], name))
			return headers->items[i];
	return NULL;
}

static bool
add_path(struct text *out, const char *url)
{
	CURLU *parsed = curl_url();
	char *path = NULL, *query = NULL;
	bool ok = parsed != NULL &&
	    curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parsed, CURLUPART_PATH, &path, CURLU_URLENCODE) ==
		CURLUE_OK;

	if (ok) {
		text_add(out, path);
		if (curl_url_get(parsed, CURLUPART_QUERY, &query, 0) ==
		    CURLUE_OK)
			text_addf(out, "?%s", query);
	}
	curl_free(path);
	curl_free(query);
	curl_url_cleanup(parsed);
	return ok;
}

static void
add_host(struct text *out, const struct fetch_form *form)
{
	const struct fetch_origin *o = &form->origin;
	const char *own = find(&form->settings->headers, "Host");

	if (own != NULL && own[sizeof("Host:") - 1] == '\0')
		return; /* it is to be left out */
	if (own != NULL)
		text_addf(out, "Host:%s\r\n", own + sizeof("Host:") - 1);
	else if (o->port == HTTP_PORT)
		text_addf(out, "Host: %s\r\n", o->host);
	else
		text_addf(out, "Host: %s:%u\r\n", o->host, (unsigned)o->port);
}

/* One without a value only takes the place of ours. */
static void
add_headers(struct text *out, const struct strings *headers)
{
	if (find(headers, "User-Agent") == NULL)
		text_add(
		    out, "User-Agent: rollbackd/" ROLLBACKD_VERSION "\r\n");
	if (find(headers, "Accept") == NULL)
		text_add(out, "Accept: */*\r\n");
	for (size_t i = 0; i < headers->count; i++) {
		const char *header = headers->items[i];
		const char *value = strchr(header, ':') + 1;

		if (value[strspn(value, " \t\n\v\f\r")] == '\0' ||
		    is_named(header, "Host"))
			continue;
		text_add(out, header);
		text_add(out, "\r\n");
	}
	text_add(out, "\r\n");
}

/* What is not in the host as it is read: the zone of an address. */
static bool
has_escape(const char *url)
{
	const char *host = strstr(url, "//");

	host = host == NULL ? url : host + 2;
	return memchr(host, '%', strcspn(host, "/?#")) != NULL;
}

static bool
is_readable(const struct fetch_origin *o)
{
	struct in6_addr address;
	char host[INET6_ADDRSTRLEN + 2];
	size_t length = strlen(o->host);

	if (!o->is_literal)
		return true;
	if (o->host[0] != '[')
		return inet_pton(AF_INET, o->host, &address) == 1;
	if (length < 2 || length - 2 >= sizeof(host))
		return false;
	memcpy(host, o->host + 1, length - 2);
	host[length - 2] = '\0';
	return inet_pton(AF_INET6, host, &address) == 1;
}

/* Public functions */

struct lean_form *
lean_form_new(const struct fetch_form *form)
{
	const struct http_settings *settings = form->settings;
	struct text out = text_new(REQUEST_BYTES_MAX);
	struct lean_form *lean = NULL;

	if (has_escape(settings->url) || !is_readable(&form->origin))
		return NULL;
	text_add(&out, settings->method == HTTP_HEAD ? "HEAD " : "GET ");
	if (add_path(&out, settings->url)) {
		text_add(&out, " HTTP/1.1\r\n");
		add_host(&out, form);
		add_headers(&out, &settings->headers);
		if (text_ok(&out))
			lean = malloc(sizeof(*lean) + out.length);
	}
	if (lean != NULL) {
		lean->length = out.length;
		memcpy(lean->request, text_str(&out), out.length);
	}
	text_free(&out);
	return lean;
}
