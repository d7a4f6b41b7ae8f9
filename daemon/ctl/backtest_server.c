#include "daemon/ctl/backtest_server.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>

#define CONNECT_MS 10000L
#define ANSWER_MS 180000L
#define URL_MAX_BYTES 2048
#define FORM_MAX_BYTES ((size_t)256 * 1024)
#define HEADER_BYTES (RANGE_SECRET_MAX_BYTES + 64)

struct range_server {
	CURL *curl;
	struct curl_slist *headers;
	char url[URL_MAX_BYTES];
	char trouble[CURL_ERROR_SIZE];
};

static bool
read_secret(const char *path, char secret[RANGE_SECRET_MAX_BYTES + 1],
    struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return error_set(err, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, secret, RANGE_SECRET_MAX_BYTES + 1);
	(void)close(fd); /* read-only */
	if (n < 0 || n > RANGE_SECRET_MAX_BYTES)
		return error_set(
		    err, "%s: not a file of up to 4096 bytes", path);
	secret[n] = '\0';
	secret[strcspn(secret, "\r\n")] = '\0';
	for (const char *c = secret; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return error_set(
			    err, "%s: holds control characters", path);
	return secret[0] != '\0' || error_set(err, "%s: is empty", path);
}

static bool
add_token(struct range_server *s, const char *path, struct error *err)
{
	char header[HEADER_BYTES], secret[RANGE_SECRET_MAX_BYTES + 1];
	struct curl_slist *list;
	bool ok = read_secret(path, secret, err);

	if (!ok)
		return false;
	(void)snprintf(
	    header, sizeof(header), "Authorization: Bearer %s", secret);
	list = curl_slist_append(s->headers, header);
	if (list != NULL)
		s->headers = list;
	explicit_bzero(header, sizeof(header));
	explicit_bzero(secret, sizeof(secret));
	return list != NULL || error_set(err, "memory is short");
}

static bool
add_password(struct range_server *s, const struct range_access *access,
    struct error *err)
{
	char secret[RANGE_SECRET_MAX_BYTES + 1];
	bool ok;

	if (access->user == NULL || access->password_file == NULL)
		return error_set(err, "--user and --password-file go together");
	ok = read_secret(access->password_file, secret, err);
	if (ok)
		ok = curl_easy_setopt(
			 s->curl, CURLOPT_USERNAME, access->user) == CURLE_OK &&
		    curl_easy_setopt(s->curl, CURLOPT_PASSWORD, secret) ==
			CURLE_OK &&
		    curl_easy_setopt(
			s->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC) == CURLE_OK;
	explicit_bzero(secret, sizeof(secret));
	return ok;
}

static size_t
on_bytes(char *bytes, size_t size, size_t count, void *arg)
{
	struct text *body = arg;

	text_add_bytes(body, bytes, size * count);
	return text_ok(body) ? size * count : 0;
}

#define SET(option, value)                                        \
	if (curl_easy_setopt(s->curl, option, value) != CURLE_OK) \
	return false

/* Nowhere else than asked, and no longer than that. */
static bool
configure(struct range_server *s, const char *ca_file)
{
	SET(CURLOPT_URL, s->url);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, ANSWER_MS);
	SET(CURLOPT_ACCEPT_ENCODING, "");
	SET(CURLOPT_WRITEFUNCTION, on_bytes);
	SET(CURLOPT_ERRORBUFFER, s->trouble);
	if (ca_file != NULL)
		SET(CURLOPT_CAINFO, ca_file);
	if (s->headers != NULL)
		SET(CURLOPT_HTTPHEADER, s->headers);
	return true;
}

static bool
take_access(struct range_server *s, const struct range_access *access,
    struct error *err)
{
	size_t length = strlen(access->url);

	while (length > 0 && access->url[length - 1] == '/')
		length--;
	if (strncmp(access->url, "http://", 7) != 0 &&
	    strncmp(access->url, "https://", 8) != 0)
		return error_set(err, "--prometheus is http:// or https://");
	if (snprintf(s->url, sizeof(s->url), "%.*s/api/v1/query_range",
		(int)length, access->url) >= (int)sizeof(s->url))
		return error_set(err, "--prometheus is too long");
	if (access->token_file != NULL &&
	    !add_token(s, access->token_file, err))
		return false;
	if ((access->user != NULL || access->password_file != NULL) &&
	    !add_password(s, access, err))
		return false;
	return configure(s, access->ca_file) ||
	    error_set(err, "this libcurl lacks what it takes");
}

struct range_server *
range_server_new(const struct range_access *access, struct error *err)
{
	struct range_server *s = calloc(1, sizeof(*s));

	if (s == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(s);
		(void)error_set(err, "memory is short");
		return NULL;
	}
	s->curl = curl_easy_init();
	if (s->curl != NULL && take_access(s, access, err))
		return s;
	if (s->curl == NULL)
		(void)error_set(err, "memory is short");
	range_server_free(s);
	return NULL;
}

void
range_server_free(struct range_server *s)
{
	if (s == NULL)
		return;
	curl_easy_cleanup(s->curl);
	curl_slist_free_all(s->headers);
	curl_global_cleanup();
	free(s);
}

static void
add_seconds(struct text *form, const char *key, int64_t ms)
{
	text_addf(
	    form, "&%s=%" PRId64 ".%03d", key, ms / 1000, (int)(ms % 1000));
}

static bool
make_form(
    struct range_server *s, const struct range_request *q, struct text *form)
{
	char *escaped =
	    curl_easy_escape(s->curl, q->query, (int)strlen(q->query));

	if (escaped == NULL)
		return false;
	text_addf(form, "query=%s", escaped);
	curl_free(escaped);
	add_seconds(form, "start", q->start_ms);
	add_seconds(form, "end", q->end_ms);
	add_seconds(form, "step", q->step_ms);
	return text_ok(form);
}

bool
range_server_ask(struct range_server *s, const struct range_request *q,
    struct text *body, long *status, struct error *err)
{
	struct text form = text_new(FORM_MAX_BYTES);
	bool ok = make_form(s, q, &form) &&
	    curl_easy_setopt(s->curl, CURLOPT_POSTFIELDS, text_str(&form)) ==
		CURLE_OK &&
	    curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, body) == CURLE_OK;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	s->trouble[0] = '\0';
	if (ok)
		code = curl_easy_perform(s->curl);
	text_free(&form);
	if (!text_ok(body))
		return error_set(err,
		    "the answer is longer than 32 MiB: take a larger --step "
		    "or a narrower selector");
	if (code != CURLE_OK)
		return error_set(err, "%s: %s", s->url,
		    s->trouble[0] != '\0' ? s->trouble :
					    curl_easy_strerror(code));
	return curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, status) ==
	    CURLE_OK;
}
