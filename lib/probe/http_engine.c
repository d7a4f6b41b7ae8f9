#include <string.h>
#include <strings.h>

#include "probe/http_settings.h"

const struct option_word http_engines[] = {
	{ "auto", HTTP_ENGINE_AUTO },
	{ "curl", HTTP_ENGINE_CURL },
	{ "lean", HTTP_ENGINE_LEAN },
	{ NULL, 0 },
};

/* They change how a connection is used, or what libcurl does. */
static bool
is_special(const char *header)
{
	static const char *const names[] = { "Connection", "Content-Length",
		"Cookie", "Expect", "HTTP2-Settings", "Keep-Alive",
		"Proxy-Connection", "TE", "Transfer-Encoding", "Upgrade" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t length = strlen(names[i]);

		if (strncasecmp(header, names[i], length) == 0 &&
		    header[length] == ':')
			return true;
	}
	return false;
}

/* Public functions */

const char *
http_not_lean(const struct http_settings *settings)
{
	if (settings->url == NULL ||
	    strncasecmp(settings->url, "http://", 7) != 0)
		return "a URL that is not http://";
	if (settings->method != HTTP_GET && settings->method != HTTP_HEAD)
		return "a method other than GET and HEAD";
	if (settings->password_file != NULL || settings->bearer_file != NULL)
		return "credentials";
	if (settings->max_redirects > 0)
		return "max_redirects";
	for (size_t i = 0; i < settings->headers.count; i++)
		if (is_special(settings->headers.items[i]))
			return "headers that are about the connection";
	return NULL;
}
