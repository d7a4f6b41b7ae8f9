/* What a probe may connect to, and what is neither name nor address. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "probe/host_port.h"

struct row {
	const char *text;
	const char *host; /* NULL: refused */
	unsigned port;
	bool is_literal;
};

#define LABEL63 \
	"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

/* clang-format off */
static const struct row rows[] = {
	{ "shop.example:80", "shop.example", 80, false },
	{ "localhost:1", "localhost", 1, false },
	{ "a:65535", "a", 65535, false },
	{ "my_queue-1.shop.example:6379", "my_queue-1.shop.example", 6379, false },
	{ "192.0.2.7:443", "192.0.2.7", 443, true },
	{ "[::1]:443", "::1", 443, true },
	{ "[2001:db8::7]:443", "2001:db8::7", 443, true },
	{ "1a.example:1", "1a.example", 1, false },
	{ LABEL63 ".example:1", LABEL63 ".example", 1, false },
	{ LABEL63 "x.example:1", NULL, 0, false },
	{ "", NULL, 0, false },
	{ ":", NULL, 0, false },
	{ ":80", NULL, 0, false },
	{ "shop.example", NULL, 0, false },
	{ "shop.example:", NULL, 0, false },
	{ "shop.example:0", NULL, 0, false },
	{ "shop.example:65536", NULL, 0, false },
	{ "shop.example:080", NULL, 0, false },
	{ "shop.example:8O", NULL, 0, false },
	{ "shop.example: 80", NULL, 0, false },
	{ "shop.example:-1", NULL, 0, false },
	{ "shop.example.:80", NULL, 0, false },
	{ "shop..example:80", NULL, 0, false },
	{ "-shop.example:80", NULL, 0, false },
	{ "shop-.example:80", NULL, 0, false },
	{ "http://shop.example:80", NULL, 0, false },
	{ "user@shop.example:80", NULL, 0, false },
	{ "shop.example/x:80", NULL, 0, false },
	{ "sch\xc3\xb6n.example:80", NULL, 0, false },
	{ "::1:80", NULL, 0, false },
	{ "[::1]", NULL, 0, false },
	{ "[::1:80", NULL, 0, false },
	{ "[]:80", NULL, 0, false },
	{ "[:80", NULL, 0, false },
	{ "[fe80::1%eth0]:80", NULL, 0, false },
	{ "[192.0.2.7]:80", NULL, 0, false },
	{ "[shop.example]:80", NULL, 0, false },
	/* Y2: what some libraries take for an address. */
	{ "0177.0.0.1:80", NULL, 0, false },
	{ "127.1:80", NULL, 0, false },
	{ "2130706433:80", NULL, 0, false },
	{ "0x7f000001:80", NULL, 0, false },
	{ "256.0.0.1:80", NULL, 0, false },
};
/* clang-format on */

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct host_port h;
		struct error err = { "" };
		bool ok = host_port_parse(row->text, &h, &err);

		if (ok != (row->host != NULL))
			fail_msg(
			    "\"%s\" is %s", row->text, ok ? "taken" : err.text);
		if (!ok) {
			assert_true(err.text[0] != '\0');
			continue;
		}
		assert_string_equal(h.host, row->host);
		assert_int_equal(h.port, row->port);
		assert_int_equal(h.is_literal, row->is_literal);
	}
}

/* At the limit, and one byte past it. */
static void
test_length(void **state)
{
	char text[400];
	struct host_port h;
	struct error err;

	(void)state;
	(void)snprintf(text, sizeof(text), "%s.%s.%s.%.61s:1", LABEL63, LABEL63,
	    LABEL63, LABEL63);
	assert_int_equal(strlen(text), HOST_MAX_BYTES + 2);
	assert_true(host_port_parse(text, &h, &err));
	(void)snprintf(text, sizeof(text), "%s.%s.%s.%.62s:1", LABEL63, LABEL63,
	    LABEL63, LABEL63);
	assert_false(host_port_parse(text, &h, &err));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
