/*
 * http_answers.h - answers of every kind, and what they are.
 *
 * Whoever reads HTTP here must come to the same.
 */
#ifndef TESTS_UNIT_PROBE_HTTP_ANSWERS_H
#define TESTS_UNIT_PROBE_HTTP_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

/* What the server does once it has sent everything. */
enum answer_end {
	END_OPEN, /* nothing */
	END_CLOSED,
	END_RESET,
};

#define UNFINISHED "unfinished" /* more is needed */

struct answer_row {
	const char *bytes;
	size_t length;
	enum answer_end end;
	const char *failure; /* NULL: none */
	int status;
	const char *body; /* NULL: "" */
	bool is_kept;
	bool is_head;  /* asked with HEAD */
	int max_bytes; /* 0: no limit */
};

#define BYTES(text) text, sizeof(text) - 1
#define KEPT .is_kept = true
#define OK11 "HTTP/1.1 200 OK\r\n"
#define LEN(n) "Content-Length: " #n "\r\n"
#define CHUNKED OK11 "Transfer-Encoding: chunked\r\n\r\n"
#define GOOD NULL

/* clang-format off */
static const struct answer_row answers[] = {
	/* Whole answers. */
	{ BYTES(OK11 LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 LEN(0) "\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES("HTTP/1.1 404 Not Found\r\n" LEN(4) "\r\ngone"), END_OPEN, GOOD, .status = 404, "gone", KEPT },
	{ BYTES("HTTP/1.1 503\r\n" LEN(0) "\r\n"), END_OPEN, GOOD, .status = 503, NULL, KEPT },
	{ BYTES(OK11 "\r\nup"), END_CLOSED, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "\r\n"), END_CLOSED, GOOD, .status = 200 },
	{ BYTES(OK11 "\r\nup"), END_OPEN, UNFINISHED, .status = 200, "up" },
	{ BYTES(OK11 LEN(2) "Server: x\r\nDate: y\r\nX-A: b\r\n\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 LEN(3) "\r\n\0\n\0"), END_OPEN, GOOD, .status = 200, NULL, KEPT },

	/* Nothing, or next to nothing. */
	{ BYTES(""), END_OPEN, UNFINISHED, .status = 0 },
	{ BYTES(""), END_CLOSED, "http.no_answer", .status = 0 },
	{ BYTES(""), END_RESET, "connect.reset", .status = 0 },
	{ BYTES("H"), END_OPEN, UNFINISHED, .status = 0 },
	{ BYTES("H"), END_CLOSED, "http.no_answer", .status = 0 },
	{ BYTES("H"), END_RESET, "body.reset", .status = 0 },
	{ BYTES("HTTP/1.1 200 O"), END_OPEN, UNFINISHED, .status = 0 },
	{ BYTES("HTTP/1.1 200 OK\r"), END_CLOSED, "http.no_answer", .status = 0 },
	{ BYTES(OK11), END_OPEN, UNFINISHED, .status = 200 },
	{ BYTES(OK11), END_CLOSED, "body.truncated", .status = 200 },
	{ BYTES(OK11), END_RESET, "body.reset", .status = 200 },
	{ BYTES(OK11 LEN(0)), END_CLOSED, "body.truncated", .status = 200 },
	{ BYTES(OK11 LEN(0) "\r"), END_CLOSED, "body.truncated", .status = 200 },
	{ BYTES(OK11 LEN(0) "X-A"), END_CLOSED, "body.truncated", .status = 200 },
	{ BYTES(OK11 LEN(0) "X-A: b\r\n"), END_RESET, "body.reset", .status = 200 },

	/* The body is shorter or longer than was said. */
	{ BYTES(OK11 LEN(100) "\r\nup"), END_OPEN, UNFINISHED, .status = 200, "up" },
	{ BYTES(OK11 LEN(100) "\r\nup"), END_CLOSED, "body.truncated", .status = 200, "up" },
	{ BYTES(OK11 LEN(100) "\r\nup"), END_RESET, "body.reset", .status = 200, "up" },
	{ BYTES(OK11 LEN(100) "\r\n"), END_CLOSED, "body.truncated", .status = 200 },
	{ BYTES(OK11 LEN(2) "\r\nupper"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES(OK11 LEN(0) "\r\nupper"), END_OPEN, GOOD, .status = 200 },
	{ BYTES(OK11 LEN(2) "\r\nupHTTP/1.1 500 No\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "\r\nup"), END_RESET, "body.reset", .status = 200, "up" },

	/* No status line. */
	{ BYTES("up\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("u"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTQ"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTT\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("\r\n" OK11 LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES(" " OK11 LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("\0"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/\0.1 200 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("SSH-2.0-OpenSSH_9.2\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("\x15\x03\x01"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("GET / HTTP/1.1\r\n\r\n"), END_OPEN, "http.protocol", .status = 0 },
	/* libcurl alone would call these 200. */
	{ BYTES("http/1.1 500 No\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("Http/1.1 200 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/x 500 No\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/-1.1 500\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/ \r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/ok\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },

	/* Versions. */
	{ BYTES("HTTP/1.0 200 OK\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES("HTTP/1.0 200 OK\r\nConnection: Keep-Alive, close\r\n" LEN(0) "\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES("HTTP/1.0 200 OK\r\n\r\nup"), END_CLOSED, GOOD, .status = 200, "up" },
	{ BYTES("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nup"), END_CLOSED, GOOD, .status = 200, "up" },
	{ BYTES("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES("HTTP/0.9 200 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.2 200 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1 200 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.10 200 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/11.1 200 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/2.1 200 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/3 200\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/3.0 200\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/4 200\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/2.0 200 OK\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES("HTTP/2 200\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES("HTTP/2 500\r\n" LEN(2) "\r\nno"), END_OPEN, GOOD, .status = 500, "no" },
	{ BYTES("HTTP/2 200\r\n\r\nup"), END_CLOSED, GOOD, .status = 200, "up" },
	{ BYTES("HTTP/2 x\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/22 200\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/ 2 200\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },

	/* Statuses. */
	{ BYTES("HTTP/1.1 999 Odd\r\n" LEN(0) "\r\n"), END_OPEN, GOOD, .status = 999, NULL, KEPT },
	{ BYTES("HTTP/1.1 099 Odd\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1 000 Odd\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1 99 Odd\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1 2000 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/2 2000 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/2 99 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1 -20 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1 +20 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1 2 00 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1 \r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1\t200 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1200 OK\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 0 },
	{ BYTES("HTTP/1.1  200 OK\r\n" LEN(0) "\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES("HTTP/1.1 \t200\tOK\r\n" LEN(0) "\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES("HTTP/ 1. 1 200 OK\r\n" LEN(0) "\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES("HTTP/1.1 200OK\r\n" LEN(0) "\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES("HTTP/1.1 200\r\n" LEN(0) "\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES("HTTP/1.1 200\xff\r\n" LEN(0) "\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES("HTTP/1.1 200 O\0K\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 200 },

	/* Line ends. */
	{ BYTES("HTTP/1.1 200 OK\nContent-Length: 2\n\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES("HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 LEN(2) "\rX-A: b\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 LEN(2) "\r\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES("HTTP/1.1 200\r" LEN(2) "\r\nup"), END_CLOSED, GOOD, .status = 200, "up" },

	/* Headers. */
	{ BYTES(OK11 "X-A\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 LEN(0) "X-A\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 LEN(0) "X-A\r:b\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 LEN(0) "X-A:\rb\r\n\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES(OK11 LEN(0) ":\r\n\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES(OK11 LEN(0) ":b\r\n\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES(OK11 LEN(0) "X-A: b\r\n folded\r\n\tagain\r\n\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES(OK11 " folded: x\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 " folded\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES("HTTP/1.1 100 Go\r\nX-A: b\r\n\r\n" OK11 " folded: x\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "\tfolded: x\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES("HTTP/1.1 100 Go\r\nX-A: b\r\n\r\n" OK11 " folded\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 LEN(0) "X-A: \0\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "X\0A: b\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 LEN(0) "HTTP/1.1 500: x\r\n\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES(OK11 LEN(0) "\xff\xfe: \x80\x01\r\n\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },

	/* Lengths. */
	{ BYTES(OK11 "content-LENGTH:2\r\n\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Content-Length: \t 2\r\n\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Content-Length: +2\r\n\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Content-Length: 002\r\n\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Content-Length: 2x\r\n\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Content-Length: 2, 2\r\n\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 LEN(2) LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Content-Length: 2\r\n 3\r\n\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Content-Length : 3\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 LEN(2) LEN(3) "\r\nup"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 LEN(3) "X-A: b\r\n" LEN(2) "\r\nup"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Content-Length: -1\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Content-Length: -0\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Content-Length:\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Content-Length: x\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Content-Length: +\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Content-Length: +-2\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Content-Length: 9223372036854775807\r\n\r\nup"), END_CLOSED, "body.truncated", .status = 200, "up" },
	{ BYTES(OK11 "Content-Length: 9223372036854775808\r\n\r\nup"), END_CLOSED, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "Content-Length: 99999999999999999999\r\n\r\nup"), END_CLOSED, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "Content-Length: 99999999999999999999\r\n\r\nup"), END_CLOSED, "body.too_large", .status = 200, .max_bytes = 100 },
	{ BYTES(OK11 LEN(100) "\r\nup"), END_OPEN, UNFINISHED, .status = 200, "up", .max_bytes = 100 },
	{ BYTES(OK11 LEN(101) "\r\nup"), END_OPEN, "body.too_large", .status = 200, .max_bytes = 100 },
	{ BYTES(OK11 "\r\nup"), END_CLOSED, GOOD, .status = 200, "up", .max_bytes = 2 },
	{ BYTES(OK11 "\r\nupp"), END_CLOSED, "body.too_large", .status = 200, .max_bytes = 2 },
	{ BYTES(CHUNKED "1\r\nu\r\n1\r\np\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT, .max_bytes = 2 },
	{ BYTES(CHUNKED "1\r\nu\r\n2\r\npp\r\n0\r\n\r\n"), END_OPEN, "body.too_large", .status = 200, .max_bytes = 2 },

	/* Connection. */
	{ BYTES(OK11 "Connection: close\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "CONNECTION:CLOSE\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "Connection: upgrade, close\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "Connection: closed\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "Connection: clos\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Connection:\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Connection: keep-alive\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Connection: a\rclose\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Connection: keep-alive\r\nConnection: close\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "Keep-Alive: timeout=5\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES("HTTP/1.1 100 Go\r\nConnection: close\r\n\r\n" OK11 LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES("HTTP/1.0 100 Go\r\n\r\n" OK11 LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up" },

	/* No body. */
	{ BYTES("HTTP/1.1 204 No\r\n\r\n"), END_OPEN, GOOD, .status = 204, NULL, KEPT },
	{ BYTES("HTTP/1.1 204 No\r\n" LEN(5) "\r\n"), END_OPEN, GOOD, .status = 204, NULL, KEPT },
	{ BYTES("HTTP/1.1 204 No\r\nContent-Length: -5\r\n\r\n"), END_OPEN, GOOD, .status = 204, NULL, KEPT },
	{ BYTES("HTTP/1.1 204 No\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"), END_OPEN, "http.protocol", .status = 204 },
	{ BYTES("HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n"), END_OPEN, GOOD, .status = 204, NULL, KEPT },
	{ BYTES("HTTP/1.1 204 No\r\nTransfer-Encoding: gzip\r\n\r\n"), END_OPEN, GOOD, .status = 204, NULL, KEPT },
	{ BYTES("HTTP/1.1 204 No\r\n\r\nup"), END_OPEN, GOOD, .status = 204 },
	{ BYTES("HTTP/1.1 304 No\r\n" LEN(5) "\r\n"), END_OPEN, GOOD, .status = 304, NULL, KEPT },
	{ BYTES("HTTP/1.1 205 No\r\n\r\n"), END_OPEN, UNFINISHED, .status = 205 },
	{ BYTES("HTTP/1.1 205 No\r\n\r\n"), END_CLOSED, GOOD, .status = 205 },
	{ BYTES(OK11 LEN(5) "\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT, .is_head = true },
	{ BYTES(OK11 "\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT, .is_head = true },
	{ BYTES(CHUNKED), END_OPEN, GOOD, .status = 200, NULL, KEPT, .is_head = true },
	{ BYTES(OK11 LEN(500) "\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT, .is_head = true, .max_bytes = 100 },
	{ BYTES(OK11 "Transfer-Encoding: gzip\r\n\r\n"), END_OPEN, GOOD, .status = 200, .is_head = true },
	{ BYTES(OK11 LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, .is_head = true },
	{ BYTES(OK11 "Content-Length: 99999999999999999999\r\n\r\n"), END_OPEN, GOOD, .status = 200, .is_head = true, .max_bytes = 100 },
	{ BYTES(OK11 "Content-Length: -1\r\n\r\n"), END_OPEN, "http.protocol", .status = 200, .is_head = true },
	{ BYTES(OK11 LEN(5)), END_CLOSED, "body.truncated", .status = 200, .is_head = true },
	{ BYTES("HTTP/1.1 101 Sw\r\n\r\n"), END_OPEN, "http.no_answer", .status = 101, .is_head = true },

	/* Provisional answers. */
	{ BYTES("HTTP/1.1 100 Continue\r\n\r\n" OK11 LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES("HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 102 P\r\n\r\n" OK11 LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES("HTTP/1.1 199 Odd\r\n" LEN(7) "Transfer-Encoding: chunked\r\n\r\n" OK11 LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES("HTTP/1.1 100 Continue\r\n\r\n"), END_OPEN, UNFINISHED, .status = 100 },
	{ BYTES("HTTP/1.1 100 Continue\r\n\r\n"), END_CLOSED, "http.no_answer", .status = 100 },
	{ BYTES("HTTP/1.1 100 Continue\r\n\r\n"), END_RESET, "body.reset", .status = 100 },
	{ BYTES("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2"), END_CLOSED, "http.no_answer", .status = 100 },
	{ BYTES("HTTP/1.1 100 Continue\r\n\r\nup"), END_OPEN, "http.protocol", .status = 100 },
	{ BYTES("HTTP/1.1 100 Continue\r\n\r\n" OK11), END_CLOSED, "body.truncated", .status = 200 },
	{ BYTES("HTTP/1.1 101 Switch\r\nUpgrade: x\r\n\r\nup"), END_OPEN, UNFINISHED, .status = 101, "up" },
	{ BYTES("HTTP/1.1 101 Switch\r\nUpgrade: x\r\n\r\nup"), END_CLOSED, GOOD, .status = 101, "up" },
	{ BYTES("HTTP/1.1 101 Switch\r\n\r\n"), END_CLOSED, "http.no_answer", .status = 101 },
	{ BYTES("HTTP/1.1 101 Switch\r\n" LEN(1) "\r\nup"), END_CLOSED, GOOD, .status = 101, "up" },

	/* Chunks. */
	{ BYTES(CHUNKED "2\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(CHUNKED "0\r\n\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES(CHUNKED "1\r\nu\r\n0A\r\n0123456789\r\n000\r\n\r\n"), END_OPEN, GOOD, .status = 200, "u0123456789", KEPT },
	{ BYTES(CHUNKED "2;a=b;c=\"d\"\r\nup\r\n0;e\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(CHUNKED "2 \r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(CHUNKED "2xyz\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(CHUNKED "2\nup\n0\n\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(CHUNKED "2\rup\nup\r\r\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(CHUNKED "0000000000000002\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(CHUNKED "00000000000000002\r\nup\r\n0\r\n\r\n"), END_OPEN, "body.reset", .status = 200 },
	{ BYTES(CHUNKED "7fffffffffffffff\r\nup"), END_OPEN, UNFINISHED, .status = 200, "up" },
	{ BYTES(CHUNKED "8000000000000000\r\nup"), END_OPEN, "body.reset", .status = 200 },
	{ BYTES(CHUNKED "\r\nup\r\n0\r\n\r\n"), END_OPEN, "body.reset", .status = 200 },
	{ BYTES(CHUNKED "x\r\nup\r\n0\r\n\r\n"), END_OPEN, "body.reset", .status = 200 },
	{ BYTES(CHUNKED " 2\r\nup\r\n0\r\n\r\n"), END_OPEN, "body.reset", .status = 200 },
	{ BYTES(CHUNKED "-2\r\nup\r\n0\r\n\r\n"), END_OPEN, "body.reset", .status = 200 },
	{ BYTES(CHUNKED "2\r\nupper\r\n0\r\n\r\n"), END_OPEN, "body.reset", .status = 200, "up" },
	{ BYTES(CHUNKED "3\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up\r", KEPT },
	{ BYTES(CHUNKED "4\r\nup\r\n0\r\n\r\n"), END_OPEN, "body.reset", .status = 200, "up\r\n" },
	{ BYTES(CHUNKED "2\r\nup\r\n\r\n"), END_OPEN, "body.reset", .status = 200, "up" },
	{ BYTES(CHUNKED), END_CLOSED, "body.truncated", .status = 200 },
	{ BYTES(CHUNKED "5\r\nup"), END_CLOSED, "body.truncated", .status = 200, "up" },
	{ BYTES(CHUNKED "2\r\nup"), END_CLOSED, "body.truncated", .status = 200, "up" },
	{ BYTES(CHUNKED "2\r\nup\r\n"), END_CLOSED, "body.truncated", .status = 200, "up" },
	{ BYTES(CHUNKED "2\r\nup\r\n"), END_RESET, "body.reset", .status = 200, "up" },
	{ BYTES(CHUNKED "2\r\nup\r\n0"), END_CLOSED, "body.truncated", .status = 200, "up" },
	{ BYTES(CHUNKED "2\r\nup\r\n0\r\n"), END_CLOSED, "body.truncated", .status = 200, "up" },
	{ BYTES(CHUNKED "2\r\nup\r\n0\r\n"), END_OPEN, UNFINISHED, .status = 200, "up" },
	{ BYTES(CHUNKED "2\r\nup\r\n0\r\n\r"), END_OPEN, UNFINISHED, .status = 200, "up" },
	{ BYTES(CHUNKED "2\r\nup\r\n0\r\n\r"), END_CLOSED, GOOD, .status = 200, "up" },
	{ BYTES(CHUNKED "2\r\nup\r\n0\r\n\rx"), END_OPEN, "body.reset", .status = 200, "up" },
	{ BYTES(CHUNKED "2\r\nup\r\n0\r\n\r\nmore"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES(OK11 LEN(7) "Transfer-Encoding: chunked\r\n\r\n2\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Transfer-Encoding: chunked\r\n" LEN(1) "\r\n2\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "transfer-encoding:CHUNKED\r\n\r\n2\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 LEN(101) "Transfer-Encoding: chunked\r\n\r\n2\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT, .max_bytes = 100 },

	/* Trailers. */
	{ BYTES(CHUNKED "2\r\nup\r\n0\r\nX-A: b\r\nX-C: d\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(CHUNKED "0\r\nX-A: b\n\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES(CHUNKED "0\r\nX-A: b\r\n folded\r\n\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES(CHUNKED "0\r\n folded\r\n\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES(CHUNKED "0\r\nX-A\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(CHUNKED "0\r\nX-A\r"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(CHUNKED "0\r\nX-A: \0\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(CHUNKED "0\r\nX-A: b\rc\r\n\r\n"), END_OPEN, "body.reset", .status = 200 },
	{ BYTES(CHUNKED "0\r\nX-A: b\r\n"), END_CLOSED, "body.truncated", .status = 200 },
	{ BYTES(CHUNKED "0\r\nX-A: b\r\n"), END_OPEN, UNFINISHED, .status = 200 },
	{ BYTES(CHUNKED "0\r\nX-A: b\r\n\r"), END_CLOSED, GOOD, .status = 200 },
	{ BYTES(CHUNKED "0\r\n" LEN(1) LEN(2) "\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(CHUNKED "0\r\nHTTP/1.1 500: x\r\n\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },
	{ BYTES(CHUNKED "0\r\nConnection: close\r\n\r\n"), END_OPEN, GOOD, .status = 200, NULL, KEPT },

	/* Other encodings for the transfer. */
	{ BYTES(OK11 "Transfer-Encoding: identity\r\n\r\nup"), END_CLOSED, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "Transfer-Encoding: identity\r\n" LEN(1) "\r\nup"), END_CLOSED, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "Transfer-Encoding:\r\n" LEN(1) "\r\nup"), END_CLOSED, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "Transfer-Encoding: , chunked ,\r\n\r\n2\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Transfer-Encoding: none\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up" },
	{ BYTES(OK11 "Transfer-Encoding: foo\r\n\r\nup"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Transfer-Encoding: foo\r\n\r\n"), END_CLOSED, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Transfer-Encoding: foo\r\n" LEN(0) "\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Transfer-Encoding: foo, chunked\r\n\r\n2\r\nup\r\n0\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Transfer-Encoding: chunked foo\r\n\r\nup"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Transfer-Encoding: xchunked\r\n\r\nup"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Transfer-Encoding: gzip\r\n\r\nup"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Transfer-Encoding: foo, gzip\r\n\r\nup"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Transfer-Encoding: none,none,none,none,none,chunked\r\n\r\n2\r\nup\r\n0\r\n\r\n"), END_OPEN, GOOD, .status = 200, "up", KEPT },
	{ BYTES(OK11 "Transfer-Encoding: none,none,none,none,none,none\r\n\r\n"), END_OPEN, "http.protocol", .status = 200 },
	{ BYTES(OK11 "Content-Encoding: gzip\r\n" LEN(2) "\r\nup"), END_OPEN, GOOD, .status = 200, "up", KEPT },
};
/* clang-format on */

#endif
