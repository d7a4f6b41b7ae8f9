/* What a step may write of a request, and why the rest is refused. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "executor/http_step.h"

static struct error err;

struct row {
	const char *words;
	const char *refusal; /* NULL: it may be written */
};

/* clang-format off */
#define BYTES "the URL holds a blank, a control character or one of " \
	"\"<>\\^`{|}: write it as %20 and so on"
#define DOTS "the URL holds a segment \".\" or \"..\", which others leave out"
#define SCHEME "the URL does not begin with http:// or https://"
#define USER "the URL holds a user or password: use username and password_file"

static const struct row urls[] = {
	{ "http://127.0.0.1:8080/a/b?c=d&e=%20", NULL },
	{ "HTTPS://shop.example", NULL },
	{ "http://[::1]:80/", NULL },
	{ "https://shop.example?x", NULL },
	{ "http://h/a/..b/c...", NULL },
	{ "http://h/a?x=/../y", NULL },
	{ "ftp://shop.example/", SCHEME },
	{ "file:///etc/passwd", SCHEME },
	{ "-http://h/", SCHEME },
	{ "shop.example", SCHEME },
	{ "", SCHEME },
	{ "http://", "the URL names no host" },
	{ "http:///x", "the URL names no host" },
	{ "http://:80/x", "the URL names no host" },
	{ "http://../x", "the URL names no host" },
	{ "http://me:word@shop.example/", USER },
	{ "http://shop.example%40evil/",
	    "the host in the URL holds a \"%\": a variable there is a name "
	    "without a port, or begins the URL and holds scheme, host and "
	    "port" },
	{ "http://h/@here", NULL },
	{ "http://h/a b", BYTES },
	{ "http://h/a\nb", BYTES },
	{ "http://h/\xc3\xa4", BYTES },
	{ "http://h/\x7f", BYTES },
	{ "http://h\\@evil/", BYTES },
	{ "http://h/${x}", BYTES },
	{ "http://h/a#b", "the URL holds a \"#\": what is behind that is sent "
	  "to nobody" },
	{ "http://h/..", DOTS },
	{ "http://h/a/../b", DOTS },
	{ "http://h/a/./b", DOTS },
	{ "http://h/a/%2E%2e/b", DOTS },
	{ "http://h/a/.%2e?x", DOTS },
};

static const struct row templates[] = {
	{ "${api}/deployments/${deployment}", NULL },
	{ "https://shop.example/${a}?v=${b}", NULL },
	{ "https://${host}/x", NULL },
	{ "${api}", NULL },
	{ "ftp://${host}/", SCHEME },
	{ "https://shop.example/${a", BYTES },
	{ "https://me:${word}@shop.example/", USER },
	{ "${api}/../x", DOTS },
};

static const struct row headers[] = {
	{ "X-Reason: rolled back; \"$(id)\" `x`", NULL },
	{ "X:", NULL },
	{ "X-Reason", "\"X-Reason\": write \"Name: value\"" },
	{ ": x", "\": x\": write \"Name: value\"" },
	{ "X Y: z", "\"X Y: z\": write \"Name: value\"" },
	{ "X: a\r\nY: b", "X: holds a control character" },
	{ "X: a\nb", "X: holds a control character" },
	{ "X: \x7f", "X: holds a control character" },
	{ "content-length: 5", "content-length: rollbackd writes it by itself" },
	{ "Transfer-Encoding: chunked",
	  "Transfer-Encoding: rollbackd writes it by itself" },
	{ "Idempotency-Key: 1",
	  "Idempotency-Key: write idempotency = \"key\" instead" },
	{ "authorization: Bearer x", "authorization: a secret does not stand "
	  "in the configuration: use header_files, bearer_file, or username "
	  "and password_file" },
};

static const struct row header_files[] = {
	{ "Authorization: /etc/token", NULL },
	{ "X-Api-Key:/etc/key", NULL },
	{ "X-Api-Key: ${secrets}/key", NULL },
	{ "X-Api-Key: etc/key", "X-Api-Key: write \"Name: /path\", with the "
	  "absolute path of a file that holds the value" },
	{ "Connection: /etc/key", "Connection: rollbackd writes it by itself" },
};

static const struct row methods[] = {
	{ "GET", NULL }, { "HEAD", NULL },
	{ "POST", NULL }, { "PUT", NULL }, { "PATCH", NULL },
	{ "DELETE", NULL },
	{ "get", "\"get\" is none of GET, HEAD, POST, PUT, PATCH, DELETE" },
	{ "CONNECT", "\"CONNECT\" is none of GET, HEAD, POST, PUT, "
	  "PATCH, DELETE" },
	{ "GET /x HTTP/1.1\r\n", "\"GET /x HTTP/1.1\r\n\" is none of GET, "
	  "HEAD, POST, PUT, PATCH, DELETE" },
};
/* clang-format on */

static bool
url_is_fine(const char *words, struct error *e)
{
	return http_url_check(words, false, e);
}

static bool
template_is_fine(const char *words, struct error *e)
{
	return http_url_check(words, true, e);
}

static void
check(const struct row *rows, size_t count,
    bool (*is_fine)(const char *words, struct error *e))
{
	for (size_t i = 0; i < count; i++) {
		bool fine = is_fine(rows[i].words, &err);

		if (fine != (rows[i].refusal == NULL))
			fail_msg("\"%s\": %s", rows[i].words,
			    fine ? "was let through" : err.text);
		if (!fine)
			assert_string_equal(err.text, rows[i].refusal);
	}
}

static void
test_rules(void **state)
{
	(void)state;
	check(urls, ARRAY_LEN(urls), url_is_fine);
	check(templates, ARRAY_LEN(templates), template_is_fine);
	check(headers, ARRAY_LEN(headers), http_header_check);
	check(header_files, ARRAY_LEN(header_files), http_header_file_check);
	check(methods, ARRAY_LEN(methods), http_method_check);
}

/* A text of so many bytes with this beginning. */
static char *
long_one(const char *beginning, size_t bytes)
{
	char *text = malloc(bytes + 1);

	assert_non_null(text);
	memset(text, 'x', bytes);
	memcpy(text, beginning, strlen(beginning));
	text[bytes] = '\0';
	return text;
}

static void
test_limits(void **state)
{
	char *url = long_one("http://h/", HTTP_STEP_URL_MAX);
	char *longer = long_one("http://h/", HTTP_STEP_URL_MAX + 1);
	char *header = long_one("X: ", HTTP_STEP_HEADER_MAX_BYTES);
	char *wider = long_one("X: ", HTTP_STEP_HEADER_MAX_BYTES + 1);

	(void)state;
	assert_true(http_url_check(url, false, &err));
	assert_true(http_url_check(url, true, &err));
	assert_false(http_url_check(longer, false, &err));
	assert_string_equal(err.text, "the URL is longer than 8192 bytes");
	assert_false(http_url_check(longer, true, &err));
	assert_true(http_header_check(header, &err));
	assert_false(http_header_check(wider, &err));
	assert_string_equal(err.text, "X: longer than 8192 bytes");
	free(url);
	free(longer);
	free(header);
	free(wider);
}

static void
test_safe_methods(void **state)
{
	(void)state;
	assert_true(http_method_is_safe("GET"));
	assert_true(http_method_is_safe("HEAD"));
	assert_false(http_method_is_safe("POST"));
	assert_false(http_method_is_safe("PUT"));
	assert_false(http_method_is_safe("DELETE"));
}

static void
test_field(void **state)
{
	struct http_field f;

	(void)state;
	assert_true(http_field_split("X-A: \t b: c", &f));
	assert_int_equal(f.name_length, 3);
	assert_string_equal(f.value, "b: c");
	assert_false(http_field_split("X-A", &f));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_safe_methods),
		cmocka_unit_test(test_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
