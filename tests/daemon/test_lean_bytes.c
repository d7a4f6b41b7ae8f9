/*
 * It makes no difference to a target which engine asks: their requests are
 * the same, byte for byte.
 */
#include "tests/daemon/asking.h"
#include "tests/daemon/capture.h"

static const struct request {
	const char *name, *host, *path;
	enum http_method method;
	const char *headers[6];
} requests[] = {
	{ "a plain one", "127.0.0.1", "/", HTTP_GET, { NULL } },
	{ "HEAD", "127.0.0.1", "/health", HTTP_HEAD, { NULL } },
	{ "no path", "127.0.0.1", "", HTTP_GET, { NULL } },
	{ "no path but a query", "127.0.0.1", "?a=b", HTTP_GET, { NULL } },
	{ "an empty query", "127.0.0.1", "/x?", HTTP_GET, { NULL } },
	{ "a fragment", "127.0.0.1", "/x?y=1#z", HTTP_GET, { NULL } },
	{ "dots", "127.0.0.1", "/a/../b/./c//d", HTTP_GET, { NULL } },
	{ "escapes", "127.0.0.1", "/%7euser/%2F?q=%20+%41", HTTP_GET,
	    { NULL } },
	{ "bytes that are no ASCII", "127.0.0.1", "/\xc3\xa4?\xc3\xa4",
	    HTTP_GET, { NULL } },
	{ "braces and bars", "127.0.0.1", "/{a}|b?c=[1]^`", HTTP_GET,
	    { NULL } },
	{ "an address short of numbers", "127.1", "/", HTTP_GET, { NULL } },
	{ "a number as address", "2130706433", "/", HTTP_GET, { NULL } },
	{ "IPv6", "[::1]", "/", HTTP_GET, { NULL } },
	{ "IPv6 at length", "[0:0:0:0:0:0:0:1]", "/", HTTP_GET, { NULL } },
	{ "a name", "localhost", "/", HTTP_GET, { NULL } },
	{ "a name in capitals", "LocalHost", "/", HTTP_GET, { NULL } },
	{ "headers", "127.0.0.1", "/", HTTP_GET,
	    { "X-One: 1", "X-Two:2", "x-three:   3  " } },
	{ "a header twice", "127.0.0.1", "/", HTTP_GET,
	    { "X-One: 1", "X-One: 2" } },
	{ "without a value", "127.0.0.1", "/", HTTP_GET,
	    { "X-One:", "X-Two: ", "X-Three: 3" } },
	{ "an own host", "127.0.0.1", "/", HTTP_GET,
	    { "X-One: 1", "host: shop.example" } },
	{ "two own hosts", "127.0.0.1", "/", HTTP_GET,
	    { "Host: one.example", "Host: two.example" } },
	{ "an own agent", "127.0.0.1", "/", HTTP_GET,
	    { "User-Agent: me", "X-One: 1" } },
	{ "no agent", "127.0.0.1", "/", HTTP_GET, { "user-agent:" } },
	{ "what is accepted", "127.0.0.1", "/", HTTP_GET,
	    { "Accept: text/plain", "Accept-Encoding: gzip" } },
	{ "nothing is accepted", "127.0.0.1", "/", HTTP_HEAD, { "Accept:" } },
	{ "ranges and referers", "127.0.0.1", "/", HTTP_GET,
	    { "Range: bytes=0-1", "Referer: x", "Content-Type: a/b",
		"If-None-Match: \"x\"", "Authorization: Basic eDp5" } },
};

static char *
bytes_of(const struct request *r, enum http_engine engine)
{
	struct world *w = world_new(NULL);
	struct capture *c = capture_new(w->loop);
	struct http_settings settings;
	struct sample s;
	const char *headers[ARRAY_LEN(r->headers)];
	char url[256], *bytes;
	size_t count = 0;

	(void)snprintf(
	    url, sizeof(url), "http://%s:%u%s", r->host, c->port, r->path);
	settings = get(url);
	settings.method = r->method;
	settings.engine = engine;
	while (count < ARRAY_LEN(r->headers) && r->headers[count] != NULL)
		count++;
	memcpy(headers, r->headers, sizeof(headers));
	settings.headers = (struct strings){ headers, count };
	s = ask_once(w, &settings, 5000);
	expect_sample(&s, SAMPLE_OK, NULL);
	/* The port is another one each time. */
	for (char *port = c->bytes; port != NULL;) {
		char digits[16];

		(void)snprintf(digits, sizeof(digits), ":%u", c->port);
		port = strstr(port, digits);
		if (port != NULL)
			memset(port, '#', strlen(digits));
	}
	bytes = strdup(c->bytes);
	capture_free(c);
	world_free(w);
	return bytes;
}

static void
test_its_bytes_are_those_of_libcurl(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		char *curl = bytes_of(&requests[i], HTTP_ENGINE_CURL);
		char *lean = bytes_of(&requests[i], HTTP_ENGINE_LEAN);

		/* A port may be shorter by a digit than the other one. */
		for (char *c = curl, *l = lean; *c != '\0' || *l != '\0';
		     c++, l++) {
			while (*c == '#')
				c++;
			while (*l == '#')
				l++;
			if (*c != *l)
				fail_msg("%s: libcurl <%s>, lean <%s>",
				    requests[i].name, curl, lean);
			if (*c == '\0')
				break;
		}
		free(curl);
		free(lean);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_its_bytes_are_those_of_libcurl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
