#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/version.h"
#include "daemon/fetch/curl_impl.h"

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
has(const struct strings *headers, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < headers->count; i++)
		if (strncasecmp(headers->items[i], name, length) == 0)
			return true;
	return false;
}

static bool
append_to_both(struct curl_form *form, const char *line)
{
	return append(&form->headers, line) &&
	    append(&form->onward_headers, line);
}

/* libcurl's own ones would be written twice, each byte by a call. */
static bool
add_usual(struct curl_form *form, const struct strings *headers)
{
	return (has(headers, "user-agent:") || has(headers, "user-agent;") ||
		   append_to_both(
		       form, "User-Agent: rollbackd/" ROLLBACKD_VERSION)) &&
	    (has(headers, "accept:") || has(headers, "accept;") ||
		append_to_both(form, "Accept: */*"));
}

static bool
add_headers(struct curl_form *form, const struct strings *headers)
{
	if (!add_usual(form, headers))
		return false;
	for (size_t i = 0; i < headers->count; i++) {
		const char *header = headers->items[i];

		if (!append(&form->headers, header) ||
		    (!is_secret(header) &&
			!append(&form->onward_headers, header)))
			return false;
	}
	/* No waiting for 100 Continue. */
	return append_to_both(form, "Expect:");
}

/* Read once, as libcurl would read it each time; NULL: it cannot be. */
static CURLU *
read_url(const char *url)
{
	CURLU *parsed = curl_url();

	if (parsed != NULL &&
	    curl_url_set(parsed, CURLUPART_URL, url,
		CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
		return parsed;
	curl_url_cleanup(parsed);
	return NULL;
}

static bool
add_secrets(struct curl_form *form, const struct http_settings *settings)
{
	if (settings->password_file != NULL)
		form->password = secret_file_new(settings->password_file);
	if (settings->bearer_file != NULL)
		form->bearer = secret_file_new(settings->bearer_file);
	return (settings->password_file == NULL || form->password != NULL) &&
	    (settings->bearer_file == NULL || form->bearer != NULL);
}

/* Public functions */

struct curl_form *
curl_form_new(const struct http_settings *settings)
{
	struct curl_form *form = calloc(1, sizeof(*form));

	if (form == NULL)
		return NULL;
	form->url = read_url(settings->url);
	form->body = strdup(settings->body == NULL ? "" : settings->body);
	if (form->body != NULL && add_headers(form, &settings->headers) &&
	    add_secrets(form, settings))
		return form;
	curl_form_free(form);
	return NULL;
}

void
curl_form_free(struct curl_form *form)
{
	if (form == NULL)
		return;
	curl_url_cleanup(form->url);
	curl_slist_free_all(form->headers);
	curl_slist_free_all(form->onward_headers);
	secret_file_free(form->password);
	secret_file_free(form->bearer);
	free(form->body);
	free(form);
}
