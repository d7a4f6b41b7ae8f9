#include <string.h>
#include <strings.h>

#include "probe/http_settings.h"

const struct option_word http_engines[] = {
	{ "auto", HTTP_ENGINE_AUTO },
	{ "curl", HTTP_ENGINE_CURL },
	{ "lean", HTTP_ENGINE_LEAN },
	{ NULL, 0 },
};

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
	return NULL;
}
