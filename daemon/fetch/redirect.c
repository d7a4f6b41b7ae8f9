#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/fetch/curl_impl.h"

/*
 * Followed by hand, because what libcurl would follow is more than we want:
 * the same host only, never from https to http, few times, and to another
 * port or scheme without credentials (request.c).
 */

static const struct failure too_many = { SAMPLE_FAILED, "redirect.too_many" };
static const struct failure bad_url = { SAMPLE_FAILED, "redirect.bad_url" };
static const struct failure downgrade = { SAMPLE_FAILED, "redirect.downgrade" };
static const struct failure other_host = { SAMPLE_FAILED,
	"redirect.other_host" };
static const struct failure no_memory = { SAMPLE_LOST, "local.memory" };

static bool
is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 ||
	    status == 307 || status == 308;
}

/* As browsers do: only 307 and 308 keep a POST a POST. */
static enum http_method
next_method(enum http_method method, int status)
{
	if (method == HTTP_POST && status < 307)
		return HTTP_GET;
	return method;
}

static const struct failure *
check_next(const struct fetch_target *t, const struct fetch_origin *next)
{
	if (strcasecmp(next->host, t->form->origin.host) != 0)
		return &other_host;
	if (t->form->origin.is_https && !next->is_https)
		return &downgrade;
	return NULL;
}

bool
redirect_is_possible(const struct fetch_target *t)
{
	int status = transfer_status(t);

	return t->form->settings->max_redirects > 0 && is_redirect(status) &&
	    !http_judge_status_is_fine(t->form->judge, status);
}

const char *
redirect_location(const struct fetch_target *t)
{
	char *location = NULL;

	(void)curl_easy_getinfo(
	    t->q->slot->easy, CURLINFO_REDIRECT_URL, &location);
	return location;
}

enum redirect
redirect_follow(struct fetch_target *t, const struct failure **trouble)
{
	struct fetch_origin next;
	struct error ignored;
	const char *location = redirect_location(t);
	char *url;
	int status = transfer_status(t);

	if (!redirect_is_possible(t))
		return REDIRECT_NONE;
	if (location == NULL)
		return REDIRECT_NONE;
	*trouble = &too_many;
	if (t->q->redirects >= t->form->settings->max_redirects ||
	    t->q->redirects >= REDIRECTS_MAX)
		return REDIRECT_REFUSED;
	*trouble = &bad_url;
	if (!origin_parse(location, &next, &ignored))
		return REDIRECT_REFUSED;
	*trouble = check_next(t, &next);
	url = *trouble == NULL ? strdup(location) : NULL;
	if (url == NULL) {
		if (*trouble == NULL)
			*trouble = &no_memory;
		origin_free(&next);
		return REDIRECT_REFUSED;
	}
	free(t->q->next_url);
	origin_free(&t->q->next_origin);
	t->q->next_url = url;
	t->q->next_origin = next;
	t->q->method = next_method(t->q->method, status);
	t->q->redirects++;
	return REDIRECT_FOLLOW;
}
