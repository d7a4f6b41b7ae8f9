#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/units.h"
#include "daemon/fetch/address.h"
#include "daemon/fetch/curl_impl.h"

#define CA_CACHE_S 60L

/* What is received */

static const struct failure no_memory = { SAMPLE_LOST, "local.memory" };
static const struct failure too_large = { SAMPLE_FAILED, "body.too_large" };
static const struct failure flood = { SAMPLE_FAILED, "http.header_flood" };
static const struct failure malformed = { SAMPLE_FAILED, "http.protocol" };

/* Anything but the length that came makes libcurl end the transfer. */
static size_t
cut(struct fetch_slot *slot, const struct failure *why, const char *words)
{
	slot->cut = why;
	slot->cut_words = words;
	return 0;
}

static size_t
on_body(char *bytes, size_t one, size_t length, void *arg)
{
	struct fetch_slot *slot = arg;
	const struct fetch_target *t = slot->target;
	int64_t max_bytes = t->form->settings->expect.max_bytes;

	(void)one;
	slot->body_bytes += length;
	if (max_bytes > 0 && slot->body_bytes > (size_t)max_bytes)
		return cut(slot, &too_large, "a longer body than allowed");
	if (t->sink != NULL)
		return sink_bytes(slot, bytes, length) ? length : 0;
	if ((http_judge_reads_body(t->form->judge) ||
		t->form->version_pointer != NULL) &&
	    !buffer_add(&slot->body, bytes, length))
		return cut(slot, &no_memory, NULL);
	return length;
}

static bool
starts_with(const char *line, size_t length, const char *start)
{
	size_t n = strlen(start);

	return length >= n && strncasecmp(line, start, n) == 0;
}

/* libcurl takes the last of several lengths; others would take the first. */
static bool
contradicts(struct fetch_slot *slot, const char *line, size_t length)
{
	static const char name[] = "content-length:";
	int64_t value = 0;

	if (!starts_with(line, length, name))
		return false;
	for (size_t i = sizeof(name) - 1; i < length; i++)
		if (line[i] >= '0' && line[i] <= '9' &&
		    value < INT64_MAX / 10 - 1)
			value = value * 10 + (line[i] - '0');
	if (slot->content_length >= 0 && slot->content_length != value)
		return true;
	slot->content_length = value;
	return false;
}

/* libcurl finds a status also in what is no status line. */
static bool
take_status(struct fetch_slot *slot, const char *line, size_t length)
{
	int status = http_reply_status(line, length);

	if (status == 0)
		return false;
	/* Until the next line. */
	(void)curl_easy_setopt(slot->easy, CURLOPT_VERBOSE, 1L);
	slot->status = status;
	slot->is_in_head = true;
	slot->content_length = -1;
	buffer_clear(&slot->headers);
	return true;
}

/* Of the first answer, or of one after those that are only provisional. */
static bool
is_status_line(const struct fetch_slot *slot)
{
	return !slot->is_in_head && slot->status < 200 && slot->status != 101;
}

static bool
expects_body(const struct fetch_slot *slot)
{
	return slot->is_in_head && slot->status >= 200 && slot->status != 204 &&
	    slot->status != 304 && slot->target->q->method != HTTP_HEAD;
}

/*
 * Where the first header of an answer begins with a blank, libcurl 7.88.1
 * adds it to the last one of the answer before, which is no longer there.  It
 * shows us each line before that, so this one must not begin so.
 */
static int
on_line(CURL *easy, curl_infotype type, char *line, size_t length, void *arg)
{
	struct fetch_slot *slot = arg;

	if (type == CURLINFO_TEXT)
		return 0;
	(void)curl_easy_setopt(easy, CURLOPT_VERBOSE, 0L);
	if (type != CURLINFO_HEADER_IN || length == 0 ||
	    (line[0] != ' ' && line[0] != '\t'))
		return 0;
	line[0] = 'x';
	slot->is_folded = true; /* on_header() is next */
	return 0;
}

static size_t
on_header(char *line, size_t one, size_t length, void *arg)
{
	struct fetch_slot *slot = arg;

	(void)one;
	slot->header_bytes += length;
	if (slot->header_bytes > HEADER_BYTES_MAX)
		return cut(slot, &flood, "more headers than allowed");
	if (is_status_line(slot)) {
		if (!take_status(slot, line, length))
			return cut(slot, &malformed, "no status line");
	} else if (line[0] == '\r' || line[0] == '\n')
		slot->is_in_head = false;
	if (slot->is_folded)
		return cut(slot, &malformed, "a header without name");
	if (memchr(line, '\0', length) != NULL)
		return cut(slot, &malformed, "a header with a NUL");
	if (expects_body(slot) && http_reply_encodes(line, length))
		return cut(slot, &malformed,
		    "an encoding for the transfer that was not asked for");
	if (contradicts(slot, line, length))
		return cut(slot, &malformed, "two different Content-Lengths");
	if (http_judge_reads_headers(slot->target->form->judge) &&
	    !buffer_add(&slot->headers, line, length))
		return cut(slot, &no_memory, NULL);
	return length;
}

/* Connections */

static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct fetch_slot *slot = arg;
	struct fetch_target *t = slot->target;
	int fd;

	(void)purpose;
	if (address_is_local(&a->addr) &&
	    !origin_may_be_local(&t->form->origin, t->form->settings)) {
		slot->attempts.forbidden++;
		return CURL_SOCKET_BAD;
	}
	if (!fetch_may_open(t->fetch)) {
		slot->attempts.starved++;
		return CURL_SOCKET_BAD;
	}
	if (!address_has_route(&a->addr, a->addrlen)) {
		slot->attempts.unroutable++;
		return CURL_SOCKET_BAD;
	}
	fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	if (fd >= 0 && !shard_adopt_socket(t->curl, fd)) {
		(void)close(fd); /* not used yet */
		fd = -1;
	}
	if (fd < 0) {
		slot->attempts.starved++;
		return CURL_SOCKET_BAD;
	}
	slot->attempts.made++;
	t->fetch->counts.connects++;
	return fd;
}

/* Options */

struct number_option {
	CURLoption option;
	long value;
};

static const struct number_option numbers[] = {
	{ CURLOPT_NOSIGNAL, 1 },
	{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
	{ CURLOPT_FOLLOWLOCATION, 0 }, /* redirect.c does, with care */
	{ CURLOPT_MAXREDIRS, 0 },
	{ CURLOPT_UNRESTRICTED_AUTH, 0 },
	{ CURLOPT_HTTP09_ALLOWED, 0 },
	/* Reuse of HTTP/2 connections is broken in libcurl 7.88.1. */
	{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
	{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	/* A resumed session would not show its certificate again. */
	{ CURLOPT_SSL_SESSIONID_CACHE, 0 },
	{ CURLOPT_CA_CACHE_TIMEOUT, CA_CACHE_S },
	/* Its cache holds what we put there and is not to be swept. */
	{ CURLOPT_DNS_CACHE_TIMEOUT, -1 },
};

struct text_option {
	CURLoption option;
	const char *value;
};

static const struct text_option texts[] = {
	{ CURLOPT_PROXY, "" },
	{ CURLOPT_NOPROXY, "*" },
	{ CURLOPT_PROTOCOLS_STR, "http,https" },
	{ CURLOPT_REDIR_PROTOCOLS_STR, "http,https" },
	/* With a folder as well libcurl would not keep what it read. */
	{ CURLOPT_CAPATH, NULL },
};

static bool
set_constant_options(struct fetch_slot *slot, struct fetch_shard *s)
{
	CURL *e = slot->easy;
	bool ok = true;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		ok &= (curl_easy_setopt)(e, numbers[i].option,
			  numbers[i].value) == CURLE_OK;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ok &= (curl_easy_setopt)(e, texts[i].option, texts[i].value) ==
		    CURLE_OK;
	ok &= curl_easy_setopt(e, CURLOPT_MAXLIFETIME_CONN,
		  s->fetch->connection_life_s) == CURLE_OK;
	ok &= curl_easy_setopt(e, CURLOPT_PRIVATE, slot) == CURLE_OK;
	ok &= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, slot->words) == CURLE_OK;
	return ok;
}

static bool
set_callbacks(struct fetch_slot *slot, struct fetch_shard *s)
{
	CURL *e = slot->easy;

	return curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body) ==
	    CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_WRITEDATA, slot) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header) ==
	    CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_HEADERDATA, slot) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, on_line) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_DEBUGDATA, slot) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open) ==
	    CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, slot) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION,
		shard_close_socket) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, s) == CURLE_OK;
}

void
slot_clear(struct fetch_slot *slot)
{
	buffer_clear(&slot->headers);
	buffer_clear(&slot->body);
	slot->header_bytes = 0;
	slot->body_bytes = 0;
	slot->content_length = -1;
	slot->status = 0;
	slot->is_in_head = false;
	slot->is_folded = false;
	slot->is_unanswered = false;
	slot->is_begun = false;
	slot->is_enough = false;
	slot->cut = NULL;
	slot->cut_words = NULL;
	slot->attempts = (struct connect_attempts){ .made = 0 };
	slot->words[0] = '\0';
}

struct fetch_slot *
slot_take(struct fetch_shard *s)
{
	struct fetch_slot *slot = s->pool;

	if (slot != NULL) {
		s->pool = slot->next;
		return slot;
	}
	slot = calloc(1, sizeof(*slot));
	if (slot == NULL)
		return NULL;
	slot->easy = curl_easy_init();
	if (slot->easy == NULL || !set_constant_options(slot, s) ||
	    !set_callbacks(slot, s)) {
		slot_free(slot);
		return NULL;
	}
	return slot;
}

/* The one used last is the one still in the processor's cache. */
void
slot_return(struct fetch_shard *s, struct fetch_slot *slot)
{
	slot->target = NULL;
	slot_clear(slot);
	slot->next = s->pool;
	s->pool = slot;
}

void
slot_free(struct fetch_slot *slot)
{
	if (slot == NULL)
		return;
	curl_easy_cleanup(slot->easy);
	curl_slist_free_all(slot->resolve);
	buffer_free(&slot->headers);
	buffer_free(&slot->body);
	free(slot);
}
