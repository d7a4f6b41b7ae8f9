/*
 * The first byte picks an expectation, the second the status; then come the
 * headers, up to a NUL, and the body.  Whatever they are: OK only where what
 * was expected is there, and a detail that is safe to show.
 */
#include <stdlib.h>
#include <string.h>

#include "probe/http_judge.h"
#include "tests/fuzz/fuzz.h"

static const char *names[] = { "X-Release: 17", "Date" };

static const struct http_expect expects[] = {
	{ .contains = "up" },
	{ .matches = "^(a|aa)+[0-9]{2}$" },
	{ .json = { true, "/status", "ok" } },
	{ .json = { true, "/a/0/b~1c", "[1, 2.5, null]" } },
	{ .headers = { names, 2 } },
	{ .max_bytes = 16 },
	{ .matches = "\"status\"\\s*:\\s*\"(up|ok)\"", .max_bytes = 65536 },
};

static void
check(const struct http_verdict *v, const struct http_answer *a,
    const struct http_expect *e)
{
	if ((v->outcome == SAMPLE_OK) != (v->failure == NULL))
		abort();
	for (size_t i = 0; i < sizeof(v->detail); i++) {
		if (v->detail[i] == '\0')
			break;
		if ((unsigned char)v->detail[i] < 0x20 ||
		    i + 1 == sizeof(v->detail))
			abort();
	}
	if (v->outcome != SAMPLE_OK)
		return;
	if (a->status < 200 || a->status > 299)
		abort();
	if (e->contains != NULL &&
	    memmem(a->body, a->body_bytes, e->contains, 2) == NULL)
		abort();
	if (e->max_bytes > 0 && a->body_bytes > (size_t)e->max_bytes)
		abort();
	if (e->json.given && a->body_bytes < 10)
		abort();
	if (e->headers.count > 0 && a->header_bytes < 18)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_judge *judges[sizeof(expects) / sizeof(expects[0])];
	struct http_answer a = { .status = 0 };
	struct http_verdict v;
	struct error err;
	const uint8_t *end;
	size_t kind;

	if (size < 2)
		return 0;
	kind = data[0] % (sizeof(expects) / sizeof(expects[0]));
	if (judges[kind] == NULL)
		judges[kind] = http_judge_new(&expects[kind], &err);
	if (judges[kind] == NULL)
		abort();
	a.status = data[1] * 4;
	data += 2;
	size -= 2;
	end = memchr(data, '\0', size);
	a.headers = (const char *)data;
	a.header_bytes = end == NULL ? size : (size_t)(end - data);
	a.body = end == NULL ? "" : (const char *)end + 1;
	a.body_bytes = end == NULL ? 0 : size - a.header_bytes - 1;
	v = http_judge_answer(judges[kind], &a);
	check(&v, &a, &expects[kind]);
	return 0;
}
