#include "daemon/executors/http_request.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/version.h"
#include "daemon/fetch/secret_file.h"
#include "executor/http_step.h"
#include "probe/version_read.h"

#define AUTHORIZATION "Authorization"
#define METHOD "POST"
#define CONTENT_TYPE "application/json"
#define USER_PASSWORD_MAX (2 * SECRET_BYTES_MAX)
#define BASE64_MAX (USER_PASSWORD_MAX / 3 * 4 + 8)
#define LINE_MAX_BYTES (HTTP_STEP_HEADER_MAX_BYTES + BASE64_MAX + 64)
#define OTHERS (S_IROTH | S_IWOTH | S_IXOTH)

/* What is being made. */
struct making {
	struct http_request *r;
	const struct order *order;
	struct error *err;
};

static bool
no_memory(struct making *m)
{
	return error_set(m->err, "out of memory");
}

static bool
append(struct making *m, const char *line)
{
	struct curl_slist *longer = curl_slist_append(m->r->headers, line);

	if (longer == NULL)
		return no_memory(m);
	m->r->headers = longer;
	return true;
}

/* "Name: value", of a value that is a secret: no copy of it stays. */
static bool
append_secret(struct making *m, const char *name, size_t name_length,
    const char *scheme, const char *value)
{
	char line[LINE_MAX_BYTES];
	struct text t = text_over(line, sizeof(line));
	bool ok;

	text_add_bytes(&t, name, name_length);
	text_add(&t, ": ");
	text_add(&t, scheme);
	text_add(&t, value);
	ok = text_ok(&t) ? append(m, line) :
			   error_set(m->err, "a credential is too long");
	explicit_bzero(line, sizeof(line));
	return ok;
}

/* Only root or we ourselves may write it, and not everybody may read it. */
static bool
is_private(const char *path, struct error *err)
{
	struct stat s;

	if (stat(path, &s) != 0)
		return error_set(err, "%.300s cannot be read", path);
	if (s.st_uid != 0 && s.st_uid != geteuid())
		return error_set(err,
		    "%.300s belongs to neither root nor the step's user", path);
	if ((s.st_mode & (OTHERS | S_IWGRP)) != 0)
		return error_set(err,
		    "%.300s may be read by everybody, or written by others "
		    "than its owner: mode %04o",
		    path, (unsigned)s.st_mode & 07777U);
	return true;
}

/* What is done with a secret while it is there. */
typedef bool use_secret(struct making *m, const char *secret, const void *arg);

static bool
with_secret(
    struct making *m, const char *path, use_secret *use, const void *arg)
{
	struct secret_file *f;
	const char *secret;
	bool ok;

	if (*path != '/')
		return error_set(m->err, "%.300s is no absolute path", path);
	if (!is_private(path, m->err))
		return false;
	f = secret_file_new(path);
	if (f == NULL)
		return no_memory(m);
	secret = secret_file_read(f);
	if (secret == NULL)
		ok = error_set(m->err,
		    "%.300s cannot be read, or holds no credential: one line "
		    "of at most %d bytes",
		    path, SECRET_BYTES_MAX);
	else
		ok = secrets_add(&m->r->secrets, secret) ? use(m, secret, arg) :
							   no_memory(m);
	secret_file_free(f);
	return ok;
}

static bool
use_as_header(struct making *m, const char *secret, const void *arg)
{
	const struct http_field *f = arg;

	return append_secret(m, f->name, f->name_length, "", secret);
}

static bool
use_as_bearer(struct making *m, const char *secret, const void *arg)
{
	(void)arg;
	return append_secret(
	    m, AUTHORIZATION, strlen(AUTHORIZATION), "Bearer ", secret);
}

static void
add_base64(struct text *t, const unsigned char *bytes, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		unsigned b1 = i + 1 < length ? bytes[i + 1] : 0;
		unsigned b2 = i + 2 < length ? bytes[i + 2] : 0;
		unsigned word = ((unsigned)bytes[i] << 16) | (b1 << 8) | b2;

		text_add_char(t, digits[word >> 18]);
		text_add_char(t, digits[(word >> 12) & 63]);
		text_add_char(
		    t, i + 1 < length ? digits[(word >> 6) & 63] : '=');
		text_add_char(t, i + 2 < length ? digits[word & 63] : '=');
	}
}

static bool
use_as_password(struct making *m, const char *secret, const void *arg)
{
	const char *username = arg;
	char pair[USER_PASSWORD_MAX], line[BASE64_MAX];
	struct text p = text_over(pair, sizeof(pair));
	struct text t = text_over(line, sizeof(line));
	bool ok;

	text_add(&p, username);
	text_add_char(&p, ':');
	text_add(&p, secret);
	add_base64(&t, (const unsigned char *)pair, p.length);
	if (!text_ok(&p) || !text_ok(&t))
		ok = error_set(m->err, "the username is too long");
	else
		ok = (secrets_add(&m->r->secrets, line) || no_memory(m)) &&
		    append_secret(m, AUTHORIZATION, strlen(AUTHORIZATION),
			"Basic ", line);
	explicit_bzero(pair, sizeof(pair));
	explicit_bzero(line, sizeof(line));
	return ok;
}

static bool
add_credentials(struct making *m)
{
	const struct order *o = m->order;
	const char *bearer = order_text(o, "bearer_file");
	const char *password = order_text(o, "password_file");
	const char *key = m->r->client_key_file;
	struct http_field f;

	if (bearer != NULL && !with_secret(m, bearer, use_as_bearer, NULL))
		return false;
	if (password != NULL &&
	    !with_secret(
		m, password, use_as_password, order_text(o, "username")))
		return false;
	for (size_t i = 0; i < order_count(o, "header_files"); i++)
		if (http_field_split(order_item(o, "header_files", i), &f) &&
		    !with_secret(m, f.value, use_as_header, &f))
			return false;
	return key == NULL || is_private(key, m->err);
}

static bool
check_credentials(struct making *m)
{
	const struct order *o = m->order;
	const char *username = order_text(o, "username");
	bool has_bearer = order_text(o, "bearer_file") != NULL;
	bool has_password = order_text(o, "password_file") != NULL;

	if ((username != NULL) != has_password)
		return error_set(
		    m->err, "username and password_file go together");
	if (username != NULL && strchr(username, ':') != NULL)
		return error_set(m->err, "the username holds a \":\"");
	if (has_bearer && has_password)
		return error_set(m->err,
		    "bearer_file and password_file: only one can be sent");
	if ((m->r->client_cert_file != NULL) != (m->r->client_key_file != NULL))
		return error_set(
		    m->err, "client_cert_file and client_key_file go together");
	for (size_t i = 0; i < order_count(o, "header_files"); i++)
		if (!http_header_file_check(
			order_item(o, "header_files", i), m->err))
			return false;
	return true;
}

static bool
has_header(const struct order *o, const char *name)
{
	size_t length = strlen(name);
	struct http_field f;

	for (size_t i = 0; i < order_count(o, "headers"); i++)
		if (http_field_split(order_item(o, "headers", i), &f) &&
		    f.name_length == length &&
		    strncasecmp(f.name, name, length) == 0)
			return true;
	return false;
}

static bool
add_content_type(struct making *m)
{
	const char *type = order_text(m->order, "content_type");
	char line[HTTP_STEP_HEADER_MAX_BYTES];
	struct text t = text_over(line, sizeof(line));

	/* Without a colon behind it libcurl would say what a form is. */
	if (m->r->body == NULL)
		return append(m, "Content-Type:");
	if (has_header(m->order, "content-type"))
		return true;
	text_addf(&t, "Content-Type: %s", type == NULL ? CONTENT_TYPE : type);
	return text_ok(&t) && http_header_check(line, m->err) &&
	    append(m, line);
}

static bool
add_key(struct making *m)
{
	const char *idempotency = order_text(m->order, "idempotency");
	char line[HTTP_STEP_HEADER_MAX_BYTES];
	struct text t = text_over(line, sizeof(line));

	if (idempotency == NULL || strcmp(idempotency, "none") == 0)
		return true;
	if (strcmp(idempotency, "key") != 0)
		return error_set(
		    m->err, "idempotency is neither \"key\" nor \"none\"");
	m->r->has_key = true;
	text_addf(&t, "Idempotency-Key: %s", m->order->idempotency_key);
	return append(m, line);
}

static bool
add_headers(struct making *m)
{
	const struct order *o = m->order;

	if (!has_header(o, "user-agent") &&
	    !append(m, "User-Agent: rollbackd/" ROLLBACKD_VERSION))
		return false;
	if (!has_header(o, "accept") && !append(m, "Accept: */*"))
		return false;
	for (size_t i = 0; i < order_count(o, "headers"); i++) {
		const char *line = order_item(o, "headers", i);

		if (!http_header_check(line, m->err) || !append(m, line))
			return false;
	}
	/* No waiting for 100 Continue. */
	return add_content_type(m) && add_key(m) && append(m, "Expect:");
}

static bool
expect_status(struct making *m)
{
	struct strings *status = &m->r->expect.status;
	size_t count = order_count(m->order, "expect_status");

	status->items = calloc(count + 1, sizeof(*status->items));
	if (status->items == NULL)
		return no_memory(m);
	while (status->count < count) {
		status->items[status->count] =
		    order_item(m->order, "expect_status", status->count);
		status->count++;
	}
	m->r->judge = http_judge_new(&m->r->expect, m->err);
	return m->r->judge != NULL;
}

static const char *
or_else(const char *text, const char *fallback)
{
	return text == NULL ? fallback : text;
}

static bool
make(struct making *m)
{
	struct http_request *r = m->r;
	const struct order *o = m->order;

	r->method = or_else(order_text(o, "method"), METHOD);
	r->url = or_else(order_text(o, "url"), "");
	r->body = order_text(o, "body");
	r->ca_file = order_text(o, "ca_file");
	r->client_cert_file = order_text(o, "client_cert_file");
	r->client_key_file = order_text(o, "client_key_file");
	r->extract = order_text(o, "extract");
	if (!http_method_check(r->method, m->err) ||
	    !http_url_check(r->url, false, m->err) || !expect_status(m))
		return false;
	r->is_safe = http_method_is_safe(r->method);
	if (r->extract != NULL && !version_pointer_check(r->extract, m->err))
		return false;
	return add_headers(m) && check_credentials(m);
}

/* Public functions */

enum http_request_made
http_request_make(
    struct http_request *r, const struct order *o, struct error *err)
{
	struct making m = { r, o, err };
	bool is_well_formed;

	*r = (struct http_request){ .method = NULL };
	is_well_formed = make(&m);
	if (is_well_formed && add_credentials(&m))
		return HTTP_REQUEST_MADE;
	http_request_clear(r);
	return is_well_formed ? HTTP_REQUEST_NOT_NOW : HTTP_REQUEST_MALFORMED;
}

void
http_request_clear(struct http_request *r)
{
	for (struct curl_slist *s = r->headers; s != NULL; s = s->next)
		explicit_bzero(s->data, strlen(s->data));
	curl_slist_free_all(r->headers);
	secrets_clear(&r->secrets);
	http_judge_free(r->judge);
	free(r->expect.status.items);
	*r = (struct http_request){ .method = NULL };
}
