/*
 * A server that misbehaves and what is made of it.  The names begin with the
 * number of the fault in the catalogue of faults.
 */
#include "tests/daemon/asking.h"

#define OK_200 "tx HTTP/1.1 200 OK\\r\\n"
#define FOUND "tx HTTP/1.1 302 Found\\r\\nContent-Length: 0\\r\\nLocation: "

#define F SAMPLE_FAILED
#define G SAMPLE_OK
#define L SAMPLE_LOST

struct row {
	const char *name;
	const char *script;
	struct http_settings settings;
	int64_t timeout_ms;
	enum sample_outcome outcome;
	const char *failure;
	int requests; /* 0: any number */
};

static const char *listed_999[] = { "999" };
static const char *odd_header[] = { "X-Release: 17" };

/* clang-format off */
static struct row rows[] = {
	{ "a good answer is OK",
	  "rx ; ok up", { 0 }, 5000, G, NULL, 1 },
	{ "a chunked answer is put together",
	  "rx ; " OK_200 "Transfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nu"
	  "p\\r\\n1\\r\\n!\\r\\n0\\r\\n\\r\\n",
	  { .expect.contains = "up!" }, 5000, G, NULL, 1 },
	{ "an answer that ends with the connection is complete",
	  "rx ; " OK_200 "\\r\\nup", { .expect.contains = "up" },
	  5000, G, NULL, 1 },
	{ "HEAD gets no body, however long it is said to be",
	  "rx ; " OK_200 "Content-Length: 99999999\\r\\n\\r\\n",
	  { .method = HTTP_HEAD }, 5000, G, NULL, 1 },
	{ "POST sends its body",
	  "rx ; ok up", { .method = HTTP_POST, .body = "hello" },
	  5000, G, NULL, 1 },
	{ "a header that was expected is found",
	  "rx ; " OK_200 "X-Release: 17\\r\\nContent-Length: 0\\r\\n\\r\\n",
	  { .expect.headers = { odd_header, 1 } }, 5000, G, NULL, 1 },
	{ "or behind the body",
	  "rx ; " OK_200 "Transfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nu"
	  "p\\r\\n0\\r\\nX-A: b\\r\\nX-Release: 17\\r\\nX-C: d\\r\\n\\r\\n",
	  { .expect.headers = { odd_header, 1 } }, 5000, G, NULL, 1 },
	{ "even where all comes piece by piece",
	  "rx ; drip 1 HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n"
	  "\\r\\n2\\r\\nup\\r\\n0\\r\\nX-A: b\\r\\nX-Release: 17\\r\\n\\r\\n",
	  { .expect.headers = { odd_header, 1 } }, 5000, G, NULL, 1 },
	{ "a header of an interim answer does not count",
	  "rx ; tx HTTP/1.1 100 Continue\\r\\nX-Release: 17\\r\\n\\r\\n ; ok up",
	  { .expect.headers = { odd_header, 1 } },
	  5000, F, "header.mismatch", 1 },
	{ "500 is FAILED whatever it says",
	  "rx ; tx HTTP/1.1 500 No\\r\\nContent-Length: 2\\r\\n\\r\\nok",
	  { .expect.contains = "ok" }, 5000, F, "http.status", 1 },
	{ "too slow is FAILED though the answer is right",
	  "rx ; pause 120 ; ok up", { .expect.max_time_ms = 50 },
	  5000, F, "http.slow", 1 },
	{ "N6 a server that never answers runs into the deadline",
	  "rx ; hang", { 0 }, 200, F, "timeout.firstbyte", 1 },
	{ "N7 one byte at a time is cut at the deadline, never OK",
	  "rx ; drip 40 HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nup",
	  { 0 }, 200, F, "timeout.transfer", 1 },
	{ "N7 a good head and then nothing is not OK",
	  "rx ; " OK_200 "Content-Length: 2\\r\\n\\r\\nu ; hang",
	  { 0 }, 200, F, "timeout.transfer", 1 },
	{ "N8 a truncated body is not OK though the status is 200",
	  "rx ; " OK_200 "Content-Length: 100\\r\\n\\r\\nUP",
	  { .expect.contains = "UP" }, 5000, F, "body.truncated", 1 },
	{ "N8 a chunked body without its end is not OK",
	  "rx ; " OK_200 "Transfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nUP",
	  { .expect.contains = "UP" }, 5000, F, "body.truncated", 1 },
	{ "N9 a reset inside of the body is not OK",
	  "rx ; " OK_200 "Content-Length: 100\\r\\n\\r\\nUP ; pause 50 ; reset",
	  { 0 }, 5000, F, "body.reset", 1 },
	{ "N9 a reset instead of an answer is FAILED and not asked again",
	  "rx ; reset", { 0 }, 5000, F, "connect.reset", 1 },
	{ "an end instead of an answer is FAILED and not asked again",
	  "rx ; close", { 0 }, 5000, F, "http.no_answer", 1 },
	{ "N10 a flood of headers is cut",
	  "rx ; " OK_200 " ; many 0 X-Flood: aaaaaaaaaaaaaaaaaaaaaaaa\\r\\n",
	  { 0 }, 5000, F, "http.header_flood", 1 },
	{ "N10 a flood of 100 Continue is cut",
	  "rx ; many 0 HTTP/1.1 100 Continue\\r\\n\\r\\n",
	  { 0 }, 5000, F, "http.header_flood", 1 },
	{ "N11 a header line of 13 MB is the target's fault, not our memory",
	  "rx ; " OK_200 "X-Long:  ; many 400000 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  { 0 }, 5000, F, "http.header_flood", 1 },
	{ "N12 endless chunked body is cut at max_bytes",
	  "rx ; " OK_200 "Transfer-Encoding: chunked\\r\\n\\r\\n ; "
	  "many 0 10\\r\\n0123456789abcdef\\r\\n",
	  { .expect.max_bytes = 65536 }, 5000, F, "body.too_large", 1 },
	{ "N12 a body that is announced too long is not fetched",
	  "rx ; " OK_200 "Content-Length: 65537\\r\\n\\r\\n ; hang",
	  { .expect.max_bytes = 65536 }, 5000, F, "body.too_large", 1 },
	{ "a body of just max_bytes is fine",
	  "rx ; ok 0123456789", { .expect.max_bytes = 10 },
	  5000, G, NULL, 1 },
	{ "a body of one byte more is not",
	  "rx ; " OK_200 "\\r\\n0123456789a", { .expect.max_bytes = 10 },
	  5000, F, "body.too_large", 1 },
	{ "N13 what comes compressed is not decompressed",
	  "rx ; " OK_200 "Content-Encoding: gzip\\r\\nContent-Length: 5\\r\\n"
	  "\\r\\nbombs", { .expect.contains = "bombs" }, 5000, G, NULL, 1 },
	{ "N14 a redirect is an answer like others unless allowed",
	  "rx ; " FOUND "/next\\r\\n\\r\\n", { 0 },
	  5000, F, "http.status", 1 },
	{ "N14 a redirect to a file is not followed",
	  "rx ; " FOUND "file:///etc/passwd\\r\\n\\r\\n",
	  { .max_redirects = 3 }, 5000, F, "redirect.bad_url", 1 },
	{ "N14 nor to gopher",
	  "rx ; " FOUND "gopher://127.0.0.1:1/\\r\\n\\r\\n",
	  { .max_redirects = 3 }, 5000, F, "redirect.bad_url", 1 },
	{ "N14 nor to ftp",
	  "rx ; " FOUND "ftp://127.0.0.1:1/\\r\\n\\r\\n",
	  { .max_redirects = 3 }, 5000, F, "redirect.bad_url", 1 },
	{ "N15 nor to another host",
	  "rx ; " FOUND "http://127.0.0.2:1/\\r\\n\\r\\n",
	  { .max_redirects = 3 }, 5000, F, "redirect.other_host", 1 },
	{ "N15 nor with a user name in it",
	  "rx ; " FOUND "http://a:b@127.0.0.1:1/\\r\\n\\r\\n",
	  { .max_redirects = 3 }, 5000, F, "redirect.bad_url", 1 },
	{ "N15 a loop of redirects ends after three",
	  "rx ; " FOUND "/again\\r\\n\\r\\n ; loop",
	  { .max_redirects = 3 }, 5000, F, "redirect.too_many", 4 },
	{ "N15 of one allowed redirect one is followed",
	  "rx ; " FOUND "/again\\r\\n\\r\\n ; rx ; ok up",
	  { .max_redirects = 1, .expect.contains = "up" },
	  5000, G, NULL, 2 },
	{ "N17 an unheard-of status is FAILED",
	  "rx ; tx HTTP/1.1 999 What\\r\\nContent-Length: 0\\r\\n\\r\\n",
	  { 0 }, 5000, F, "http.status", 1 },
	{ "N17 and OK where it is listed",
	  "rx ; tx HTTP/1.1 999 What\\r\\nContent-Length: 0\\r\\n\\r\\n",
	  { .expect.status = { listed_999, 1 } }, 5000, G, NULL, 1 },
	{ "N17 status 000 is no status",
	  "rx ; tx HTTP/1.1 000 What\\r\\nContent-Length: 0\\r\\n\\r\\n",
	  { 0 }, 5000, F, "http.protocol", 1 },
	{ "N17 HTTP/0.9 is not spoken",
	  "rx ; tx all is well", { 0 }, 5000, F, "http.protocol", 1 },
	{ "N17 two different lengths are a protocol error",
	  "rx ; " OK_200 "Content-Length: 2\\r\\nContent-Length: 4\\r\\n\\r\\nokok",
	  { 0 }, 5000, F, "http.protocol", 1 },
	{ "N17 the same length twice is none",
	  "rx ; " OK_200 "Content-Length: 2\\r\\nContent-Length: 2\\r\\n\\r\\nok",
	  { 0 }, 5000, G, NULL, 1 },
	{ "N18 a maintenance page with status 200 is not the body expected",
	  "rx ; ok <html>back soon</html>", { .expect.contains = "\"up\"" },
	  5000, F, "body.mismatch", 1 },
	{ "N18 a page where JSON is expected is FAILED",
	  "rx ; ok <html>back soon</html>",
	  { .expect.json = { true, "/status", "ok" } },
	  5000, F, "body.not_json", 1 },
	{ "the JSON expected is OK",
	  "rx ; ok {\"status\":\"ok\"}",
	  { .expect.json = { true, "/status", "ok" } }, 5000, G, NULL, 1 },
	{ "a regular expression that finds no end is LOST, not OK",
	  "rx ; " OK_200 "\\r\\n ; many 8000 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  { .expect.matches = "(a*)*[bc]" }, 5000, L, "body.regex_limit", 1 },
};
/* clang-format on */

static void
test_row(void **state)
{
	struct row *row = *state;
	struct peer p =
	    peer_start("peer", (const char *const[]){ row->script, NULL });
	struct world *w = world_new(NULL);
	char url[64];
	struct sample s;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/health", p.port);
	row->settings.url = url;
	row->settings.engine = asking_engine;
	row->settings.verify_tls = true;
	if (row->settings.expect.max_bytes == 0)
		row->settings.expect.max_bytes = 1024 * 1024;
	s = ask_once(w, &row->settings, row->timeout_ms);
	expect_sample(&s, row->outcome, row->failure);
	if (s.outcome != SAMPLE_OK)
		assert_true(s.detail[0] != '\0');
	assert_true(s.answered_ms >= s.asked_ms);
	assert_true(s.answered_ms - s.asked_ms < row->timeout_ms + 1000);
	peer_stop(&p);
	if (row->requests != 0)
		assert_int_equal(peer_count(&p, "request"), row->requests);
	assert_null(strstr(p.log, "Accept-Encoding"));
	peer_forget(&p);
	world_free(w);
}

static int
run(void)
{
	struct CMUnitTest stories[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	return cmocka_run_group_tests(stories, NULL, NULL);
}

int
main(void)
{
	return run_by_both(run);
}
