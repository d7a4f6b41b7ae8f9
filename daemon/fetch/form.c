#include <stdlib.h>
#include <string.h>

#include "daemon/fetch/fetch_impl.h"

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
check_headers(const struct strings *headers, struct error *err)
{
	for (size_t i = 0; i < headers->count; i++)
		if (!check_header(headers->items[i], i + 1, err))
			return false;
	return true;
}

static bool
check_secrets(const struct http_settings *settings, struct error *err)
{
	if (settings->password_file != NULL && settings->username == NULL)
		return error_set(err, "password_file needs a username");
	if (settings->password_file != NULL && settings->bearer_file != NULL)
		return error_set(
		    err, "password_file and bearer_file exclude each other");
	return true;
}

static bool
fill(struct fetch_form *form, struct error *err)
{
	const struct http_settings *settings = form->settings;
	const char *why;

	form->judge = http_judge_new(&settings->expect, err);
	if (form->judge == NULL ||
	    !origin_parse(settings->url, &form->origin, err) ||
	    !check_headers(&settings->headers, err) ||
	    !check_secrets(settings, err))
		return false;
	why = http_not_lean(settings);
	if (settings->engine == HTTP_ENGINE_LEAN && why != NULL)
		return error_set(err, "engine \"lean\" cannot do %s", why);
	if (settings->method == HTTP_HEAD && http_judge_reads_body(form->judge))
		return error_set(
		    err, "a HEAD answer has no body to expect anything of");
	form->method = settings->method;
	form->max_bytes = settings->expect.max_bytes;
	form->is_fresh = settings->fresh_connection;
	form->reads_headers = http_judge_reads_headers(form->judge);
	form->reads_body = http_judge_reads_body(form->judge);
	return true;
}

/* Public functions */

struct fetch_form *
form_new(const struct http_settings *settings, struct error *err)
{
	struct fetch_form *form = calloc(1, sizeof(*form));

	if (form == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	form->settings = settings;
	form->target_count = 1;
	if (fill(form, err))
		return form;
	form_free(form);
	return NULL;
}

void
form_free(struct fetch_form *form)
{
	if (form == NULL || --form->target_count > 0)
		return;
	http_judge_free(form->judge);
	origin_free(&form->origin);
	curl_form_free(form->curl);
	free(form->lean);
	free(form->version_pointer);
	free(form);
}

bool
fetch_check(const struct http_settings *settings, struct error *err)
{
	struct fetch_form *form = form_new(settings, err);
	bool ok = form != NULL;

	form_free(form);
	return ok;
}
