/* Hands an answer on to whoever judges it while it comes. */
#include <string.h>
#include <strings.h>

#include "daemon/fetch/curl_impl.h"

static const char *
encoding_of(CURL *easy)
{
	struct curl_header *h;

	if (curl_easy_header(
		easy, "Content-Encoding", 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return NULL;
	return strcasecmp(h->value, "identity") == 0 ? NULL : h->value;
}

static const char *
retry_after_of(CURL *easy)
{
	struct curl_header *h;

	return curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &h) ==
		CURLHE_OK ?
	    h->value :
	    NULL;
}

void
sink_begin(struct fetch_slot *slot)
{
	const struct fetch_target *t = slot->target;
	struct fetch_answer a = { .status = transfer_status(t) };
	char *type = NULL;

	if (slot->is_begun)
		return;
	slot->is_begun = true;
	(void)curl_easy_getinfo(slot->easy, CURLINFO_CONTENT_TYPE, &type);
	a.content_type = type;
	a.encoding = encoding_of(slot->easy);
	a.retry_after = retry_after_of(slot->easy);
	t->sink->begin(t->sink->arg, &a);
}

bool
sink_bytes(struct fetch_slot *slot, const char *bytes, size_t length)
{
	const struct fetch_target *t = slot->target;

	/* Where it leads to is what counts. */
	if (redirect_is_possible(t))
		return true;
	sink_begin(slot);
	slot->is_enough = !t->sink->bytes(t->sink->arg, bytes, length);
	return !slot->is_enough;
}
