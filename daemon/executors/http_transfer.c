#include "daemon/executors/http_transfer.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MS 1000
#define STATUS_LEAST 200 /* below, the answer is yet to come */

/* What is called while it goes on. */
struct exchange {
	struct http_transfer *t;
	CURL *easy;
	CURLM *multi;
	size_t head_bytes;
	bool head_is_whole; /* the line that ends it has come */
	bool is_stopped;
	char curl_words[CURL_ERROR_SIZE];
};

/* Memory that libcurl gives back may have held a credential. */
static void
wipe_and_free(void *memory)
{
	if (memory != NULL)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

static void *
wipe_and_resize(void *memory, size_t size)
{
	size_t old = memory == NULL ? 0 : malloc_usable_size(memory);
	void *other = malloc(size);

	if (other == NULL)
		return NULL;
	if (old > 0)
		memcpy(other, memory, old < size ? old : size);
	wipe_and_free(memory);
	return other;
}

static void
reach(struct exchange *x, enum http_reached reached)
{
	if (x->t->ending.reached < reached)
		x->t->ending.reached = reached;
}

static int
on_resolve(void *state, void *reserved, void *arg)
{
	(void)state;
	(void)reserved;
	reach(arg, HTTP_RESOLVING);
	return 0;
}

/* A socket is made, but not connected. */
static int
on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	(void)fd;
	(void)purpose;
	reach(arg, HTTP_CONNECTING);
	return CURL_SOCKOPT_OK;
}

static CURLcode
on_tls(CURL *easy, void *context, void *arg)
{
	(void)easy;
	(void)context;
	reach(arg, HTTP_SHAKING_HANDS);
	return CURLE_OK;
}

/* The connection stands, its TLS included; the next byte is of the request. */
static int
on_connected(
    void *arg, char *remote, char *local, int remote_port, int local_port)
{
	(void)remote;
	(void)local;
	(void)remote_port;
	(void)local_port;
	reach(arg, HTTP_SENT);
	return CURL_PREREQFUNC_OK;
}

static size_t
on_head(char *bytes, size_t size, size_t count, void *arg)
{
	struct exchange *x = arg;
	long status = 0;

	x->head_bytes += size * count;
	/* What comes behind the body is in no header. */
	if (size * count > 0 && (*bytes == '\r' || *bytes == '\n'))
		x->head_is_whole = true;
	else if (size * count >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
		x->head_is_whole = false;
	if (x->head_bytes > HTTP_ANSWER_HEAD_MAX_BYTES)
		return 0;
	if (curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status) ==
		CURLE_OK &&
	    status >= STATUS_LEAST) {
		x->t->ending.status = (int)status;
		reach(x, HTTP_ANSWERED);
	}
	return size * count;
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct exchange *x = arg;

	text_add_bytes(&x->t->body, bytes, size * count);
	if (text_ok(&x->t->body))
		return size * count;
	x->t->ending.is_too_large = true;
	return 0;
}

/* Options whose type the compiler checks; a library that does not know one
 * is not the one this was written for. */
#define SET(option, value)                                                \
	do {                                                              \
		if (curl_easy_setopt(x->easy, option, value) != CURLE_OK) \
			return error_set(                                 \
			    &x->t->why, "libcurl refuses " #option);      \
	} while (false)

static bool
set_what(struct exchange *x, const struct http_request *r)
{
	bool has_body = strcmp(r->method, "POST") == 0 ||
	    strcmp(r->method, "PUT") == 0 || strcmp(r->method, "PATCH") == 0 ||
	    r->body != NULL;

	SET(CURLOPT_URL, r->url);
	SET(CURLOPT_PATH_AS_IS, 1L);
	if (has_body) {
		SET(CURLOPT_POSTFIELDS, r->body == NULL ? "" : r->body);
		SET(CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)(r->body == NULL ? 0 : strlen(r->body)));
	} else
		SET(CURLOPT_HTTPGET, 1L);
	if (strcmp(r->method, "HEAD") == 0)
		SET(CURLOPT_NOBODY, 1L);
	SET(CURLOPT_CUSTOMREQUEST, r->method);
	SET(CURLOPT_HTTPHEADER, r->headers);
	return true;
}

/* To the place that the URL says, and to no other. */
static bool
set_where(struct exchange *x)
{
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	/* A resolver that hangs must not keep us from saying so. */
	SET(CURLOPT_QUICK_EXIT, 1L);
	return true;
}

static bool
set_tls(struct exchange *x, const struct http_request *r)
{
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (r->ca_file != NULL) {
		SET(CURLOPT_CAINFO, r->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}
	if (r->client_cert_file != NULL) {
		SET(CURLOPT_SSLCERT, r->client_cert_file);
		SET(CURLOPT_SSLKEY, r->client_key_file);
	}
	return true;
}

static bool
set_calls(struct exchange *x, int64_t time_ms)
{
	SET(CURLOPT_ERRORBUFFER, x->curl_words);
	SET(CURLOPT_TIMEOUT_MS, (long)time_ms);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)time_ms);
	SET(CURLOPT_RESOLVER_START_FUNCTION, on_resolve);
	SET(CURLOPT_RESOLVER_START_DATA, x);
	SET(CURLOPT_SOCKOPTFUNCTION, on_socket);
	SET(CURLOPT_SOCKOPTDATA, x);
	SET(CURLOPT_SSL_CTX_FUNCTION, on_tls);
	SET(CURLOPT_SSL_CTX_DATA, x);
	SET(CURLOPT_PREREQFUNCTION, on_connected);
	SET(CURLOPT_PREREQDATA, x);
	SET(CURLOPT_HEADERFUNCTION, on_head);
	SET(CURLOPT_HEADERDATA, x);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, x);
	return true;
}

static CURLcode
result_of(struct exchange *x)
{
	int left;
	CURLMsg *m = curl_multi_info_read(x->multi, &left);

	return m == NULL || m->msg != CURLMSG_DONE ? CURLE_RECV_ERROR :
						     m->data.result;
}

/* CURLE_ABORTED_BY_CALLBACK: we were told to stop. */
static CURLcode
go_on(struct exchange *x, int stop)
{
	struct curl_waitfd fd = { .fd = stop, .events = CURL_WAIT_POLLIN };
	int running = 1;

	while (
	    curl_multi_perform(x->multi, &running) == CURLM_OK && running > 0) {
		fd.revents = 0;
		if (curl_multi_poll(x->multi, &fd, 1, POLL_MS, NULL) !=
		    CURLM_OK)
			break;
		if (fd.revents != 0) {
			x->is_stopped = true;
			return CURLE_ABORTED_BY_CALLBACK;
		}
	}
	return result_of(x);
}

static void
note_headers(struct exchange *x)
{
	struct curl_header *h;

	x->t->ending.has_retry_after =
	    curl_easy_header(x->easy, "Retry-After", 0, CURLH_HEADER, -1, &h) ==
	    CURLHE_OK;
	if (curl_easy_header(x->easy, "Location", 0, CURLH_HEADER, -1, &h) ==
	    CURLHE_OK)
		(void)snprintf(
		    x->t->location, sizeof(x->t->location), "%s", h->value);
}

static void
explain_code(struct exchange *x, CURLcode code)
{
	const char *words =
	    x->curl_words[0] != '\0' ? x->curl_words : curl_easy_strerror(code);
	long number = 0;

	(void)curl_easy_getinfo(x->easy, CURLINFO_OS_ERRNO, &number);
	if (code == CURLE_COULDNT_CONNECT && number != 0)
		(void)error_set(
		    &x->t->why, "%s: %s", words, strerror((int)number));
	else
		(void)error_set(&x->t->why, "%s", words);
}

static void
explain(struct exchange *x, CURLcode code)
{
	if (x->is_stopped)
		(void)error_set(&x->t->why, "it was told to stop");
	else if (x->t->ending.is_too_large)
		(void)error_set(&x->t->why,
		    "the answer is larger than %d bytes",
		    HTTP_ANSWER_MAX_BYTES);
	else if (x->head_bytes > HTTP_ANSWER_HEAD_MAX_BYTES)
		(void)error_set(&x->t->why,
		    "the answer's header is larger than %d bytes",
		    HTTP_ANSWER_HEAD_MAX_BYTES);
	else
		explain_code(x, code);
}

static void
exchange(
    struct exchange *x, const struct http_request *r, int64_t time_ms, int stop)
{
	struct http_ending *e = &x->t->ending;
	CURLcode code;

	if (!set_what(x, r) || !set_where(x) || !set_tls(x, r) ||
	    !set_calls(x, time_ms))
		return;
	if (curl_multi_add_handle(x->multi, x->easy) != CURLM_OK) {
		(void)error_set(&x->t->why, "out of memory");
		return;
	}
	code = go_on(x, stop);
	if (e->reached == HTTP_ANSWERED) {
		e->is_expected = http_judge_status_is_fine(r->judge, e->status);
		note_headers(x);
	}
	/* libcurl is content with a header that is cut. */
	if (code == CURLE_OK && !x->head_is_whole)
		code = CURLE_PARTIAL_FILE;
	if (code == CURLE_OK && e->reached == HTTP_ANSWERED)
		e->reached = HTTP_COMPLETE;
	else
		explain(x, code);
	(void)curl_multi_remove_handle(x->multi, x->easy);
}

/* Public functions */

void
http_transfer_run(struct http_transfer *t, const struct http_request *r,
    int64_t time_ms, int stop)
{
	struct exchange x = { .t = t };

	*t = (struct http_transfer){ .body = text_new(HTTP_ANSWER_MAX_BYTES),
		.ending = { .is_safe = r->is_safe, .has_key = r->has_key } };
	x.easy = curl_easy_init();
	x.multi = curl_multi_init();
	if (x.easy == NULL || x.multi == NULL)
		(void)error_set(&t->why, "out of memory");
	else
		exchange(&x, r, time_ms, stop);
	curl_easy_cleanup(x.easy);
	(void)curl_multi_cleanup(x.multi);
}

void
http_transfer_clear(struct http_transfer *t)
{
	if (t->body.data != NULL)
		explicit_bzero(t->body.data, t->body.capacity);
	text_free(&t->body);
}

bool
http_transfer_start(void)
{
	return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free,
		   wipe_and_resize, strdup, calloc) == CURLE_OK;
}
