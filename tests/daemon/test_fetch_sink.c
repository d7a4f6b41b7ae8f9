/*
 * Answers that are judged while they come: each is begun once, shown whole or
 * cut, and judged only where it is complete or enough.
 */
#include "tests/daemon/asking.h"

#include "base/text.h"

#define SEEN_MAX 4096
#define OK_200 "tx HTTP/1.1 200 OK\\r\\n"

/* Notes what it was told. */
struct sink {
	char seen[SEEN_MAX];
	struct text text;
	size_t bytes, enough; /* 0: never */
	double values[2];
};

static void
on_begin(void *arg, const struct fetch_answer *a)
{
	struct sink *s = arg;

	s->bytes = 0;
	text_addf(&s->text, "begin %d %s %s|", a->status,
	    a->content_type == NULL ? "-" : a->content_type,
	    a->encoding == NULL ? "-" : a->encoding);
}

static bool
on_bytes(void *arg, const char *bytes, size_t length)
{
	struct sink *s = arg;

	s->bytes += length;
	if (s->bytes <= 64)
		text_add_bytes(&s->text, bytes, length);
	return s->enough == 0 || s->bytes < s->enough;
}

static struct fetch_verdict
on_judge(void *arg)
{
	struct sink *s = arg;

	text_addf(&s->text, "|judge");
	s->values[0] = (double)s->bytes;
	s->values[1] = 7.0;
	return (struct fetch_verdict){ .verdict = { SAMPLE_OK, NULL, "" },
		.values = s->values,
		.value_count = 2 };
}

struct row {
	const char *name;
	const char *scripts[3];
	size_t enough;
	unsigned max_redirects;
	int questions;
	enum sample_outcome outcome;
	const char *failure;
	const char *seen;
	double value; /* of the last answer */
};

/* clang-format off */
static struct row rows[] = {
	{ "what comes is shown as it comes",
	  { "rx ; " OK_200 "Content-Type: text/plain\\r\\nTransfer-Encoding: "
	    "chunked\\r\\n\\r\\n2\\r\\nu"
	    "p\\r\\n ; pause 20 ; tx 1\\r\\n!\\r\\n0\\r\\n\\r\\n" },
	  0, 0, 1, SAMPLE_OK, NULL, "begin 200 text/plain -|up!|judge", 3 },
	{ "an answer without a body is one",
	  { "rx ; tx HTTP/1.1 204 No\\r\\n\\r\\n" },
	  0, 0, 1, SAMPLE_OK, NULL, "begin 204 - -||judge", 0 },
	{ "any status is shown",
	  { "rx ; tx HTTP/1.1 500 No\\r\\nContent-Length: 2\\r\\n\\r\\nno" },
	  0, 0, 1, SAMPLE_OK, NULL, "begin 500 - -|no|judge", 2 },
	{ "the coding of the content is told, and not undone",
	  { "rx ; " OK_200 "Content-Encoding: gzip\\r\\nContent-Length: 2\\r\\n"
	    "\\r\\nxy" },
	  0, 0, 1, SAMPLE_OK, NULL, "begin 200 - gzip|xy|judge", 2 },
	{ "enough is enough",
	  { "rx ; " OK_200 "\\r\\n ; many 0 0123456789abcdef" },
	  200000, 0, 1, SAMPLE_OK, NULL, NULL, 200000 },
	{ "a body that breaks off is not judged",
	  { "rx ; " OK_200 "Content-Length: 9\\r\\n\\r\\nup" },
	  0, 0, 1, SAMPLE_FAILED, "body.truncated", "begin 200 - -|up", 0 },
	{ "nor one that takes too long",
	  { "rx ; " OK_200 "Content-Length: 9\\r\\n\\r\\nup ; hang" },
	  0, 0, 1, SAMPLE_FAILED, "timeout.transfer", "begin 200 - -|up", 0 },
	{ "the next question starts over",
	  { "rx ; " OK_200 "Content-Length: 9\\r\\n\\r\\nup",
	    "rx ; ok done" },
	  0, 0, 2, SAMPLE_OK, NULL,
	  "begin 200 - -|upbegin 200 - -|done|judge", 4 },
	{ "where a redirect leads to is shown, not itself",
	  { "rx ; tx HTTP/1.1 302 Found\\r\\nLocation: /b\\r\\n"
	    "Content-Length: 4\\r\\n\\r\\nhere", "rx ; ok there" },
	  0, 1, 1, SAMPLE_OK, NULL, "begin 200 - -|there|judge", 5 },
	{ "one that may not be followed is an answer",
	  { "rx ; tx HTTP/1.1 302 Found\\r\\nLocation: /b\\r\\n"
	    "Content-Length: 4\\r\\n\\r\\nhere" },
	  0, 0, 1, SAMPLE_OK, NULL, "begin 302 - -|here|judge", 4 },
	{ "a kept connection that died is not shown twice",
	  { "rx ; ok one ; rx ; close", "rx ; ok two" },
	  0, 0, 2, SAMPLE_OK, NULL,
	  "begin 200 - -|one|judgebegin 200 - -|two|judge", 3 },
};
/* clang-format on */

static bool
is_last(const struct row *row, int question)
{
	return question + 1 == row->questions;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	const char *scripts[4] = { row->scripts[0], row->scripts[1], NULL };
	struct peer p = peer_start("peer", scripts);
	struct world *w = world_new(NULL);
	struct sink s = { .enough = row->enough };
	const struct fetch_sink sink = { on_begin, on_bytes, on_judge, &s };
	struct http_settings settings;
	struct fetch_target *t;
	struct error err = { "" };
	struct sample a = { .status = 0 };
	char url[64];

	s.text = text_over(s.seen, sizeof(s.seen));
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", p.port);
	settings = get(url);
	settings.expect.max_bytes = 0;
	settings.max_redirects = row->max_redirects;
	t = fetch_target_new(w->fetch, &settings, &sink, &err);
	assert_non_null(t);
	for (int i = 0; i < row->questions; i++) {
		a = ask(w, t, 500, false);
		assert_true(!is_last(row, i) ||
		    (a.value_count == 2) == (a.outcome == SAMPLE_OK));
	}
	expect_sample(&a, row->outcome, row->failure);
	if (row->seen != NULL)
		assert_string_equal(text_str(&s.text), row->seen);
	if (a.value_count > 0)
		assert_true(a.values[0] >= row->value &&
		    a.values[0] < row->value + 200000);
	assert_true(
	    row->enough > 0 || a.value_count == 0 || a.values[0] == row->value);
	fetch_target_free(t);
	world_free(w);
	peer_stop(&p);
	peer_forget(&p);
}

static int
run(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, test_row, NULL,
			NULL, &rows[i] };
	return _cmocka_run_group_tests(
	    "sink", tests, ARRAY_LEN(rows), NULL, NULL);
}

int
main(void)
{
	return run_by_both(run);
}
