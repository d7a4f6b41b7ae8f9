#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "daemon/fetch/curl_impl.h"

#define RESOLVE_ENTRY_MAX 2048
#define LARGE_BYTES CURL_MAX_WRITE_SIZE

static const struct failure no_memory = { SAMPLE_LOST, "local.memory" };
static const struct failure no_credentials = { SAMPLE_LOST,
	"local.credentials" };
static const struct failure no_option = { SAMPLE_LOST, "local.request" };

/*
 * The easy handle comes from a pool: whatever differs between targets is set
 * each time, also to nothing, so that nothing of another target is left.
 */

static bool
set_text(CURL *easy, CURLoption option, const char *value)
{
	return (curl_easy_setopt)(easy, option, value) == CURLE_OK;
}

static bool
set_number(CURL *easy, CURLoption option, long value)
{
	return (curl_easy_setopt)(easy, option, value) == CURLE_OK;
}

static bool
set_post(CURL *easy, const struct fetch_target *t, const char *method)
{
	return set_number(easy, CURLOPT_POST, 1) &&
	    set_text(easy, CURLOPT_POSTFIELDS, t->form->curl->body) &&
	    set_number(easy, CURLOPT_POSTFIELDSIZE,
		(long)strlen(t->form->curl->body)) &&
	    set_text(easy, CURLOPT_CUSTOMREQUEST, method);
}

static bool
set_method(CURL *easy, const struct fetch_target *t)
{
	bool ok = set_number(easy, CURLOPT_NOBODY, t->q->method == HTTP_HEAD) &&
	    set_text(easy, CURLOPT_CUSTOMREQUEST, NULL);

	switch (t->q->method) {
	case HTTP_GET:
		return ok && set_number(easy, CURLOPT_HTTPGET, 1);
	case HTTP_HEAD:
		return ok;
	case HTTP_POST:
		return ok && set_post(easy, t, NULL);
	case HTTP_PUT:
		return ok && set_post(easy, t, "PUT");
	case HTTP_PATCH:
		return ok && set_post(easy, t, "PATCH");
	}
	return false;
}

/*
 * The URL as it was read beforehand, or that of a redirect.  libcurl looks at
 * the text only where there is no other.
 */
static bool
set_url(CURL *easy, const struct fetch_target *t)
{
	CURLU *read = t->q->next_url == NULL ? t->form->curl->url : NULL;

	if (curl_easy_setopt(easy, CURLOPT_CURLU, read) != CURLE_OK)
		return false;
	if (read != NULL)
		return true;
	return set_text(easy, CURLOPT_URL,
	    t->q->next_url == NULL ? t->form->settings->url : t->q->next_url);
}

/*
 * Most answers are small; what takes them in is then taken from where it was
 * given back, and not cut off the heap.
 */
static bool
set_buffer(CURL *easy, const struct fetch_target *t)
{
	bool is_large = t->sink != NULL || t->curl->is_large;

	return set_number(
	    easy, CURLOPT_BUFFERSIZE, is_large ? LARGE_BYTES : SMALL_BYTES);
}

/* The length that is announced; what comes is counted in slot.c. */
static bool
set_size(CURL *easy, const struct fetch_target *t)
{
	/* The length of a HEAD is that of what is not sent. */
	int64_t max_bytes =
	    t->q->method == HTTP_HEAD ? 0 : t->form->settings->expect.max_bytes;

	return curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
		   (curl_off_t)max_bytes) == CURLE_OK;
}

static bool
is_same_origin(const struct fetch_origin *a, const struct fetch_origin *b)
{
	return a->port == b->port && a->is_https == b->is_https &&
	    strcasecmp(a->host, b->host) == 0;
}

/* NULL: fine. */
static const struct failure *
set_credentials(CURL *easy, const struct fetch_target *t, bool is_onward)
{
	const char *password = NULL, *token = NULL;
	long kind = CURLAUTH_BASIC;

	if (!is_onward && t->form->curl->password != NULL) {
		password = secret_file_read(t->form->curl->password);
		if (password == NULL)
			return &no_credentials;
	}
	if (!is_onward && t->form->curl->bearer != NULL) {
		token = secret_file_read(t->form->curl->bearer);
		if (token == NULL)
			return &no_credentials;
		kind = (long)CURLAUTH_BEARER;
	}
	if (!set_number(easy, CURLOPT_HTTPAUTH, kind) ||
	    !set_text(easy, CURLOPT_USERNAME,
		password == NULL ? NULL : t->form->settings->username) ||
	    !set_text(easy, CURLOPT_PASSWORD, password) ||
	    !set_text(easy, CURLOPT_XOAUTH2_BEARER, token))
		return &no_memory;
	return NULL;
}

static bool
set_tls(CURL *easy, const struct http_settings *settings)
{
	static char *own_ca; /* libcurl's own, found out once */

	if (own_ca == NULL)
		(void)curl_easy_getinfo(easy, CURLINFO_CAINFO, &own_ca);
	return set_number(easy, CURLOPT_SSL_VERIFYPEER, settings->verify_tls) &&
	    set_number(
		easy, CURLOPT_SSL_VERIFYHOST, settings->verify_tls ? 2 : 0) &&
	    set_text(easy, CURLOPT_CAINFO,
		settings->ca_file != NULL ? settings->ca_file : own_ca) &&
	    set_text(easy, CURLOPT_SSLCERT, settings->client_cert_file) &&
	    set_text(easy, CURLOPT_SSLKEY, settings->client_key_file);
}

static void
add_addresses(
    struct text *entry, const struct resolver_answer *answer, int family)
{
	char digits[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < answer->count; i++) {
		const struct resolver_address *a = &answer->addresses[i];

		if (a->family != family ||
		    inet_ntop(family, &a->bytes, digits, sizeof(digits)) ==
			NULL)
			continue;
		text_add(
		    entry, entry->data[entry->length - 1] == ':' ? "" : ",");
		text_addf(entry, family == AF_INET6 ? "[%s]" : "%s", digits);
	}
}

/* All addresses, so that libcurl can try one after the other. */
static bool
set_addresses(struct fetch_slot *slot, const struct fetch_origin *origin,
    const struct resolver_answer *answer)
{
	char buffer[RESOLVE_ENTRY_MAX];
	struct text entry = text_over(buffer, sizeof(buffer));
	struct curl_slist *resolve = NULL;

	if (answer != NULL) {
		text_addf(
		    &entry, "%s:%u:", origin->host, (unsigned)origin->port);
		/* In a fixed order, IPv6 first, as other programs do. */
		add_addresses(&entry, answer, AF_INET6);
		add_addresses(&entry, answer, AF_INET);
		resolve = curl_slist_append(NULL, buffer);
		if (resolve == NULL || !text_ok(&entry)) {
			curl_slist_free_all(resolve);
			return false;
		}
	}
	curl_slist_free_all(slot->resolve);
	slot->resolve = resolve;
	return curl_easy_setopt(slot->easy, CURLOPT_RESOLVE, resolve) ==
	    CURLE_OK;
}

static bool
set_connection(CURL *easy, const struct fetch_target *t)
{
	long fresh =
	    t->q->fresh || t->q->retried || t->form->settings->fresh_connection;
	/* One that is there is of more use to its target than to others. */
	long once = t->q->fresh || t->form->settings->fresh_connection ||
	    (t->curl->socket == NULL && !fetch_may_keep(t->fetch));
	int64_t left_ms = question_left_ms(t->q);

	return set_number(easy, CURLOPT_FRESH_CONNECT, fresh) &&
	    set_number(easy, CURLOPT_FORBID_REUSE, once) &&
	    /* Also what several addresses share; 0 would be libcurl's own. */
	    set_number(easy, CURLOPT_CONNECTTIMEOUT_MS,
		left_ms > 0 ? (long)left_ms : 1);
}

const struct failure *
request_prepare(struct fetch_slot *slot, const struct fetch_target *t,
    const struct resolver_answer *answer)
{
	CURL *easy = slot->easy;
	const struct fetch_origin *origin =
	    t->q->next_url == NULL ? &t->form->origin : &t->q->next_origin;
	bool is_onward = !is_same_origin(origin, &t->form->origin);
	const struct failure *trouble;

	trouble = set_credentials(easy, t, is_onward);
	if (trouble != NULL)
		return trouble;
	if (!set_url(easy, t) ||
	    curl_easy_setopt(easy, CURLOPT_HTTPHEADER,
		is_onward ? t->form->curl->onward_headers :
			    t->form->curl->headers) != CURLE_OK ||
	    (origin->is_https && !set_tls(easy, t->form->settings)) ||
	    !set_addresses(slot, origin, answer))
		return &no_memory;
	if (!set_method(easy, t) || !set_size(easy, t) ||
	    !set_buffer(easy, t) || !set_connection(easy, t))
		return &no_option;
	return NULL;
}
