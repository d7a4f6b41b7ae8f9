/* Answers, however they are cut into pieces. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probe/http_reply.h"
#include "tests/unit/probe/http_answers.h"

#define BODY_MAX 256
#define HEADERS_MAX 1024

/* Someone who receives an answer. */
struct reader {
	struct http_reply reply;
	enum http_reply_result result;
	struct http_reply_take take;
	char *kept; /* what was not taken */
	size_t kept_length;
	char body_buffer[BODY_MAX], headers_buffer[HEADERS_MAX];
	struct text body, headers;
};

static void
open_reader(struct reader *p, bool is_head, int64_t max_bytes)
{
	*p = (struct reader){ .result = HTTP_REPLY_MORE };
	p->body = text_over(p->body_buffer, sizeof(p->body_buffer));
	p->headers = text_over(p->headers_buffer, sizeof(p->headers_buffer));
	http_reply_begin(&p->reply, is_head ? HTTP_HEAD : HTTP_GET, max_bytes);
}

static void
add_span(struct text *t, const char *bytes, const struct http_reply_span *s)
{
	if (t->length + s->length < BODY_MAX)
		text_add_bytes(t, bytes + s->at, s->length);
}

/* In memory that ends where the bytes end. */
static void
give(struct reader *p, const char *bytes, size_t length)
{
	size_t all = p->kept_length + length, at = 0;
	char *own;

	if (p->result != HTTP_REPLY_MORE)
		return;
	assert_true(p->kept_length <= HTTP_REPLY_KEEP_MAX);
	own = malloc(all > 0 ? all : 1);
	assert_non_null(own);
	if (p->kept_length > 0)
		memcpy(own, p->kept, p->kept_length);
	if (length > 0)
		memcpy(own + p->kept_length, bytes, length);
	do {
		p->result =
		    http_reply_read(&p->reply, own + at, all - at, &p->take);
		assert_true(p->take.taken <= all - at);
		add_span(&p->headers, own + at, &p->take.headers);
		add_span(&p->headers, own + at, &p->take.trailer);
		add_span(&p->body, own + at, &p->take.body);
		at += p->take.taken;
	} while (p->result == HTTP_REPLY_AGAIN);
	free(p->kept);
	p->kept_length = all - at;
	p->kept = malloc(p->kept_length + 1);
	assert_non_null(p->kept);
	memcpy(p->kept, own + at, p->kept_length);
	free(own);
}

static void
close_reader(struct reader *p, enum answer_end end)
{
	if (p->result == HTTP_REPLY_MORE && end != END_OPEN)
		p->result = http_reply_end(&p->reply,
		    end == END_CLOSED ? HTTP_REPLY_CLOSED : HTTP_REPLY_RESET,
		    &p->take);
	free(p->kept);
}

static const char *
failure_of(const struct reader *p)
{
	switch (p->result) {
	case HTTP_REPLY_AGAIN:
	case HTTP_REPLY_MORE:
		return UNFINISHED;
	case HTTP_REPLY_DONE:
		return "";
	case HTTP_REPLY_WRONG:
	case HTTP_REPLY_NOTHING:
		return p->take.failure;
	}
	return "?";
}

static void
check(const struct answer_row *row, const struct reader *p, size_t cut)
{
	const char *want = row->failure == NULL ? "" : row->failure;
	const char *body = row->body == NULL ? "" : row->body;
	bool is_kept =
	    p->result == HTTP_REPLY_DONE && http_reply_may_be_kept(&p->reply);

	/* What follows the end was not there yet, perhaps. */
	if (cut < row->length && !row->is_kept)
		is_kept = false;
	if (strcmp(failure_of(p), want) == 0 &&
	    p->reply.status == row->status && is_kept == row->is_kept &&
	    (strlen(body) == 0 || strcmp(p->body_buffer, body) == 0))
		return;
	print_error("row %td cut at %zu: %.*s\n", row - answers, cut,
	    (int)row->length, row->bytes);
	print_error("is \"%s\" %u \"%s\" %d\n", failure_of(p), p->reply.status,
	    p->body_buffer, is_kept);
	fail();
}

static void
test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const struct answer_row *row = &answers[i];
		struct reader p;

		open_reader(&p, row->is_head, row->max_bytes);
		give(&p, row->bytes, row->length);
		close_reader(&p, row->end);
		check(row, &p, row->length);
	}
}

static void
test_cut_in_two(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const struct answer_row *row = &answers[i];

		for (size_t at = 1; at < row->length; at++) {
			struct reader p;

			open_reader(&p, row->is_head, row->max_bytes);
			give(&p, row->bytes, at);
			give(&p, row->bytes + at, row->length - at);
			close_reader(&p, row->end);
			check(row, &p, at);
		}
	}
}

static void
test_byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const struct answer_row *row = &answers[i];
		struct reader p;

		open_reader(&p, row->is_head, row->max_bytes);
		for (size_t at = 0; at < row->length; at++)
			give(&p, row->bytes + at, 1);
		close_reader(&p, row->end);
		check(row, &p, 1);
	}
}

/* Headers as they are shown to whoever judges them. */
static void
test_headers(void **state)
{
	static const char bytes[] =
	    "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n"
	    "2\r\nup\r\n0\r\nX-C: d\r\nX-E: f\r\n\r\n";
	static const char headers[] =
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n"
	    "X-C: dX-E: f";

	(void)state;
	for (size_t piece = 1; piece < sizeof(bytes); piece++) {
		struct reader p;

		open_reader(&p, false, 0);
		for (size_t at = 0; at < sizeof(bytes) - 1; at += piece)
			give(&p, bytes + at,
			    sizeof(bytes) - 1 - at < piece ?
				sizeof(bytes) - 1 - at :
				piece);
		close_reader(&p, END_OPEN);
		assert_int_equal(p.result, HTTP_REPLY_DONE);
		assert_string_equal(p.headers_buffer, headers);
		assert_string_equal(p.body_buffer, "up");
	}
}

/* Limits */

static void
give_many(struct reader *p, char byte, size_t count)
{
	char *bytes = malloc(count + 1);

	assert_non_null(bytes);
	memset(bytes, byte, count);
	give(p, bytes, count);
	free(bytes);
}

static void
give_text(struct reader *p, const char *text)
{
	give(p, text, strlen(text));
}

#define HEAD_START "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: "
#define HEAD_END "\r\n\r\n"

static void
test_header_flood(void **state)
{
	size_t room = HTTP_REPLY_HEADERS_MAX - (sizeof(HEAD_START) - 1) -
	    (sizeof(HEAD_END) - 1);

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct reader p;

		open_reader(&p, false, 0);
		give_text(&p, HEAD_START);
		give_many(&p, 'x', room + more);
		give_text(&p, HEAD_END);
		close_reader(&p, END_OPEN);
		assert_string_equal(
		    failure_of(&p), more == 0 ? "" : "http.header_flood");
	}
}

/* A line that never ends is not waited for. */
static void
test_endless_header(void **state)
{
	struct reader p;

	(void)state;
	open_reader(&p, false, 0);
	give_text(&p, HEAD_START);
	for (size_t i = 0; p.result == HTTP_REPLY_MORE; i++) {
		give_many(&p, 'x', 1024);
		assert_true(i < 64);
	}
	close_reader(&p, END_OPEN);
	assert_string_equal(failure_of(&p), "http.header_flood");
}

/* Those that are only provisional count as well. */
static void
test_endless_provisional_answers(void **state)
{
	struct reader p;

	(void)state;
	open_reader(&p, false, 0);
	for (size_t i = 0; p.result == HTTP_REPLY_MORE; i++) {
		give_text(&p, "HTTP/1.1 100 Continue\r\n\r\n");
		assert_true(i <= HTTP_REPLY_HEADERS_MAX / 25);
	}
	close_reader(&p, END_OPEN);
	assert_string_equal(failure_of(&p), "http.header_flood");
}

static void
test_trailer_line_limit(void **state)
{
	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct reader p;

		open_reader(&p, false, 0);
		give_text(&p, CHUNKED "0\r\nX:");
		give_many(&p, 'x', HTTP_REPLY_TRAILER_LINE_MAX - 2 + more);
		give_text(&p, HEAD_END);
		close_reader(&p, END_OPEN);
		assert_string_equal(
		    failure_of(&p), more == 0 ? "" : "body.reset");
	}
}

static void
test_trailer_counts_as_header(void **state)
{
	struct reader p;

	(void)state;
	open_reader(&p, false, 0);
	give_text(&p, CHUNKED "0\r\n");
	for (size_t i = 0; p.result == HTTP_REPLY_MORE; i++) {
		give_text(&p, "X-A: 0123456789abcdef\r\n");
		assert_true(i <= HTTP_REPLY_HEADERS_MAX / 23);
	}
	close_reader(&p, END_OPEN);
	assert_string_equal(failure_of(&p), "http.header_flood");
}

static void
test_chunk_line_limit(void **state)
{
	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct reader p;

		open_reader(&p, false, 0);
		give_text(&p, CHUNKED "2");
		give_many(&p, ';', HTTP_REPLY_CHUNK_LINE_MAX - 2 + more);
		give_text(&p, "\r\nup\r\n0\r\n\r\n");
		close_reader(&p, END_OPEN);
		assert_string_equal(
		    failure_of(&p), more == 0 ? "" : "body.reset");
	}
}

/* Only where nothing came may the question be put again. */
static void
test_what_may_be_asked_again(void **state)
{
	static const struct {
		const char *bytes;
		bool is_again;
	} rows[] = {
		{ "", true },
		{ "HTTP/1.1 200 O", true }, /* as libcurl does */
		{ "HTTP/1.1 100 Go\r\n\r\n", false },
		{ "HTTP/1.1 200 OK\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int end = END_CLOSED; end <= END_RESET; end++) {
			struct reader p;

			open_reader(&p, false, 0);
			give_text(&p, rows[i].bytes);
			close_reader(&p, (enum answer_end)end);
			assert_int_equal(p.result,
			    rows[i].is_again ? HTTP_REPLY_NOTHING :
					       HTTP_REPLY_WRONG);
			assert_non_null(p.take.words);
		}
}

static void
test_status_of_a_line(void **state)
{
	(void)state;
	assert_int_equal(http_reply_status("HTTP/1.1 200 OK\r\n", 17), 200);
	assert_int_equal(http_reply_status("HTTP/1.1 200", 12), 200);
	assert_int_equal(http_reply_status("HTTP/1.1 200", 11), 0);
	assert_int_equal(http_reply_status("HTTP/", 5), 0);
	assert_int_equal(http_reply_status("HTTP", 4), 0);
	assert_int_equal(http_reply_status("http/1.1 500", 12), 0);
}

static void
test_encoding_of_a_line(void **state)
{
	(void)state;
	assert_true(http_reply_encodes("Transfer-Encoding: gzip\r\n", 25));
	assert_true(http_reply_encodes("transfer-encoding:chunked, br", 29));
	assert_false(http_reply_encodes("Transfer-Encoding: Chunked\r\n", 28));
	assert_false(http_reply_encodes("Transfer-Encoding: identity", 27));
	assert_false(http_reply_encodes("Content-Encoding: gzip\r\n", 24));
	assert_false(http_reply_encodes("\r\n", 2));
}

static void
test_it_is_small(void **state)
{
	(void)state;
	assert_true(sizeof(struct http_reply) <= 64);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut_in_two),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_header_flood),
		cmocka_unit_test(test_endless_header),
		cmocka_unit_test(test_endless_provisional_answers),
		cmocka_unit_test(test_trailer_line_limit),
		cmocka_unit_test(test_trailer_counts_as_header),
		cmocka_unit_test(test_chunk_line_limit),
		cmocka_unit_test(test_what_may_be_asked_again),
		cmocka_unit_test(test_status_of_a_line),
		cmocka_unit_test(test_encoding_of_a_line),
		cmocka_unit_test(test_it_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
