#include "executor/http_step.h"

#include <string.h>
#include <strings.h>

#define SHOWN_BYTES 200

static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH",
	"DELETE" };
#define SAFE_METHODS 2 /* the first ones */
#define METHODS (sizeof(methods) / sizeof(methods[0]))

/* What says how the request is to be read, or is written by us. */
static const char *const framing[] = { "Content-Length", "Transfer-Encoding",
	"Connection", "Keep-Alive", "Expect", "TE", "Trailer", "Upgrade",
	"Proxy-Connection" };
static const char *const secret[] = { "Authorization", "Proxy-Authorization",
	"Cookie" };

static bool
is_one_of(
    const struct http_field *f, const char *const *names, size_t name_count)
{
	for (size_t i = 0; i < name_count; i++)
		if (strlen(names[i]) == f->name_length &&
		    strncasecmp(f->name, names[i], f->name_length) == 0)
			return true;
	return false;
}

static bool
is_token(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] > '~' ||
		    strchr("\"(),/:;<=>?@[\\]{}", text[i]) != NULL)
			return false;
	return length > 0;
}

static bool
has_controls(const char *text)
{
	for (; *text != '\0'; text++)
		if ((*(const unsigned char *)text < ' ' && *text != '\t') ||
		    *text == 0x7f)
			return true;
	return false;
}

/* The name, and that the line is a line. */
static bool
check_field(const char *line, struct http_field *f, struct error *err)
{
	if (!http_field_split(line, f) || !is_token(f->name, f->name_length))
		return error_set(
		    err, "\"%.*s\": write \"Name: value\"", SHOWN_BYTES, line);
	if (strlen(line) > HTTP_STEP_HEADER_MAX_BYTES)
		return error_set(err, "%.*s: longer than %d bytes",
		    (int)f->name_length, f->name, HTTP_STEP_HEADER_MAX_BYTES);
	if (has_controls(line))
		return error_set(err, "%.*s: holds a control character",
		    (int)f->name_length, f->name);
	if (is_one_of(f, framing, sizeof(framing) / sizeof(framing[0])))
		return error_set(err, "%.*s: rollbackd writes it by itself",
		    (int)f->name_length, f->name);
	if (f->name_length == strlen("Idempotency-Key") &&
	    strncasecmp(f->name, "Idempotency-Key", f->name_length) == 0)
		return error_set(err,
		    "Idempotency-Key: write idempotency = \"key\" instead");
	return true;
}

/* Behind "http://" or "https://"; NULL: it begins in another way. */
static const char *
behind_scheme(const char *url)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
			return url + strlen(schemes[i]);
	return NULL;
}

/* One or two dots, the dot also as %2e. */
static bool
is_dots(const char *segment, size_t length)
{
	size_t dots = 0, at = 0;

	while (at < length) {
		if (segment[at] == '.')
			at++;
		else if (length - at >= 3 &&
		    strncasecmp(segment + at, "%2e", 3) == 0)
			at += 3;
		else
			return false;
		dots++;
	}
	return dots == 1 || dots == 2;
}

static bool
has_dot_segment(const char *path)
{
	const char *end = path + strcspn(path, "?");

	while (path < end) {
		size_t length = strcspn(path + 1, "/?");

		if (is_dots(path + 1, length))
			return true;
		path += 1 + length;
	}
	return false;
}

static bool
check_bytes(const char *url, struct error *err)
{
	for (const char *c = url; *c != '\0'; c++)
		if (*c <= ' ' || *c >= 0x7f ||
		    strchr("\"<>\\^`{|}", *c) != NULL)
			return error_set(err,
			    "the URL holds a blank, a control character or "
			    "one of \"<>\\^`{|}: write it as %%20 and so on");
	if (strchr(url, '#') != NULL)
		return error_set(err,
		    "the URL holds a \"#\": what is behind "
		    "that is sent to nobody");
	if (strlen(url) > HTTP_STEP_URL_MAX)
		return error_set(
		    err, "the URL is longer than %d bytes", HTTP_STEP_URL_MAX);
	return true;
}

static bool
check_url(const char *url, struct error *err)
{
	const char *host = behind_scheme(url);
	size_t length;

	if (host == NULL)
		return error_set(
		    err, "the URL does not begin with http:// or https://");
	if (!check_bytes(url, err))
		return false;
	length = strcspn(host, "/?");
	if (length == 0 || *host == ':' || is_dots(host, length))
		return error_set(err, "the URL names no host");
	if (memchr(host, '@', length) != NULL)
		return error_set(err,
		    "the URL holds a user or password: use username and "
		    "password_file");
	if (memchr(host, '%', length) != NULL)
		return error_set(err,
		    "the host in the URL holds a \"%%\": a variable there is "
		    "a name without a port, or begins the URL and holds scheme, "
		    "host and port");
	if (has_dot_segment(host + length))
		return error_set(err,
		    "the URL holds a segment \".\" or "
		    "\"..\", which others leave out");
	return true;
}

/* Public functions */

bool
http_field_split(const char *line, struct http_field *f)
{
	const char *colon = strchr(line, ':');

	if (colon == NULL)
		return false;
	*f = (struct http_field){ line, (size_t)(colon - line),
		colon + 1 + strspn(colon + 1, " \t") };
	return true;
}

bool
http_method_check(const char *method, struct error *err)
{
	for (size_t i = 0; i < METHODS; i++)
		if (strcmp(method, methods[i]) == 0)
			return true;
	return error_set(err,
	    "\"%.*s\" is none of GET, HEAD, POST, PUT, PATCH, DELETE",
	    SHOWN_BYTES, method);
}

bool
http_method_is_safe(const char *method)
{
	for (size_t i = 0; i < SAFE_METHODS; i++)
		if (strcmp(method, methods[i]) == 0)
			return true;
	return false;
}

bool
http_url_check(const char *url, bool is_template, struct error *err)
{
	char plain[HTTP_STEP_URL_MAX + sizeof("http://x")];
	size_t length = 0;

	if (!is_template)
		return check_url(url, err);
	if (strlen(url) > HTTP_STEP_URL_MAX)
		return check_bytes(url, err);
	/* As if a harmless value stood for each. */
	for (const char *c = url; *c != '\0'; c++) {
		const char *end =
		    strncmp(c, "${", 2) == 0 ? strchr(c, '}') : NULL;

		if (end == NULL) {
			plain[length++] = *c;
			continue;
		}
		if (c == url) {
			memcpy(plain, "http://", 7);
			length = 7;
		}
		plain[length++] = 'x';
		c = end;
	}
	plain[length] = '\0';
	return check_url(plain, err);
}

bool
http_header_check(const char *line, struct error *err)
{
	struct http_field f;

	if (!check_field(line, &f, err))
		return false;
	if (is_one_of(&f, secret, sizeof(secret) / sizeof(secret[0])))
		return error_set(err,
		    "%.*s: a secret does not stand in the configuration: use "
		    "header_files, bearer_file, or username and password_file",
		    (int)f.name_length, f.name);
	return true;
}

bool
http_header_file_check(const char *line, struct error *err)
{
	struct http_field f;

	if (!check_field(line, &f, err))
		return false;
	if (*f.value != '/' && strncmp(f.value, "${", 2) != 0)
		return error_set(err,
		    "%.*s: write \"Name: /path\", with the absolute path of "
		    "a file that holds the value",
		    (int)f.name_length, f.name);
	return true;
}
