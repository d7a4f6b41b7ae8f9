/* What a URL names: by libcurl's reading of it, whoever asks in the end. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/units.h"
#include "daemon/fetch/address.h"
#include "daemon/fetch/fetch_impl.h"

#define HOST_BYTES_MAX 253
#define URL_BYTES_MAX 4096

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
