#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
add_headers(struct curl_form *form, const struct strings *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		const char *header = headers->items[i];

		if (!append(&form->headers, header) ||
		    (!is_secret(header) &&
			!append(&form->onward_headers, header)))
			return false;
	}
	/* No waiting for 100 Continue. */
	return append(&form->headers, "Expect:") &&
	    append(&form->onward_headers, "Expect:");
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
	curl_slist_free_all(form->headers);
	curl_slist_free_all(form->onward_headers);
	secret_file_free(form->password);
	secret_file_free(form->bearer);
	free(form->body);
	free(form);
}
