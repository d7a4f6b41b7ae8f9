/*
 * Whose fault is it?  Every code libcurl has, what is known besides, and the
 * class; addresses; versions of libcurl.
 */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <openssl/x509_vfy.h>

#include "daemon/fetch/address.h"
#include "daemon/fetch/curl_failure.h"
#include "daemon/fetch/fetch.h"
#include "daemon/fetch/library.h"

#define F SAMPLE_FAILED
#define L SAMPLE_LOST

struct row {
	const char *name;
	struct transfer_ending ending;
	enum sample_outcome outcome;
	const char *class;
};

#define TRIED .attempts = { .made = 1 }, .clock_is_sane = true
#define CONNECT(error)                                                \
	{                                                             \
		CURLE_COULDNT_CONNECT, error, 0, PHASE_CONNECT, TRIED \
	}
#define VERIFY(result)                                                      \
	{                                                                   \
		CURLE_PEER_FAILED_VERIFICATION, 0, result, PHASE_TLS, TRIED \
	}
#define AT(code, phase)                  \
	{                                \
		code, 0, 0, phase, TRIED \
	}

/* clang-format off */
static struct row rows[] = {
	{ "refused", CONNECT(ECONNREFUSED), F, "connect.refused" },
	{ "reset", CONNECT(ECONNRESET), F, "connect.reset" },
	{ "the kernel gave up", CONNECT(ETIMEDOUT), F, "connect.timeout" },
	{ "N3 no route to the net", CONNECT(ENETUNREACH),
	  L, "connect.unreachable" },
	{ "N3 no route to the host", CONNECT(EHOSTUNREACH),
	  L, "connect.unreachable" },
	{ "our firewall", CONNECT(EPERM), L, "connect.unreachable" },
	{ "no port left", CONNECT(EADDRNOTAVAIL), L, "local.descriptors" },
	{ "R2 no descriptor left", CONNECT(EMFILE), L, "local.descriptors" },
	{ "something else", CONNECT(EPROTO), F, "connect.failed" },
	{ "N3 no address had a route",
	  { CURLE_COULDNT_CONNECT, 0, 0, PHASE_CONNECT,
	    { .unroutable = 2, .forbidden = 1 }, true },
	  L, "connect.unreachable" },
	{ "Q4 no address was allowed",
	  { CURLE_COULDNT_CONNECT, ECONNREFUSED, 0, PHASE_CONNECT,
	    { .forbidden = 1 }, true }, L, "local.address_refused" },
	{ "R2 no socket for any address",
	  { CURLE_COULDNT_CONNECT, 0, 0, PHASE_CONNECT,
	    { .starved = 1, .forbidden = 1 }, true },
	  L, "local.descriptors" },
	{ "one address had no route, the other refused",
	  { CURLE_COULDNT_CONNECT, ECONNREFUSED, 0, PHASE_CONNECT,
	    { .made = 1, .unroutable = 1 }, true }, F, "connect.refused" },
	{ "T1 expired", VERIFY(X509_V_ERR_CERT_HAS_EXPIRED),
	  F, "tls.expired" },
	{ "T1 not yet valid", VERIFY(X509_V_ERR_CERT_NOT_YET_VALID),
	  F, "tls.not_yet_valid" },
	{ "T1 revoked", VERIFY(X509_V_ERR_CERT_REVOKED), F, "tls.revoked" },
	{ "T1 self-signed", VERIFY(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT),
	  F, "tls.untrusted" },
	{ "T1 unknown CA", VERIFY(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY),
	  F, "tls.untrusted" },
	{ "T1 another name", VERIFY(X509_V_OK), F, "tls.wrong_host" },
	{ "T4 expired by a clock that is wrong",
	  { CURLE_PEER_FAILED_VERIFICATION, 0, X509_V_ERR_CERT_HAS_EXPIRED,
	    PHASE_TLS, { .made = 1 }, false }, L, "local.clock" },
	{ "T4 not yet valid by a clock that is wrong",
	  { CURLE_PEER_FAILED_VERIFICATION, 0, X509_V_ERR_CERT_NOT_YET_VALID,
	    PHASE_TLS, { .made = 1 }, false }, L, "local.clock" },
	{ "time out connecting",
	  AT(CURLE_OPERATION_TIMEDOUT, PHASE_CONNECT), F, "timeout.connect" },
	{ "time out in the handshake",
	  AT(CURLE_OPERATION_TIMEDOUT, PHASE_TLS), F, "timeout.tls" },
	{ "time out waiting",
	  AT(CURLE_OPERATION_TIMEDOUT, PHASE_FIRST_BYTE),
	  F, "timeout.firstbyte" },
	{ "time out reading",
	  AT(CURLE_OPERATION_TIMEDOUT, PHASE_TRANSFER),
	  F, "timeout.transfer" },
	{ "N11 \"out of memory\" while an answer comes",
	  AT(CURLE_OUT_OF_MEMORY, PHASE_TRANSFER), F, "http.header_flood" },
	{ "out of memory before", AT(CURLE_OUT_OF_MEMORY, PHASE_TLS),
	  L, "local.memory" },
	{ "reset in the handshake", AT(CURLE_RECV_ERROR, PHASE_TLS),
	  F, "tls.handshake" },
	{ "reset instead of an answer",
	  AT(CURLE_RECV_ERROR, PHASE_FIRST_BYTE), F, "connect.reset" },
	{ "reset inside of an answer", AT(CURLE_RECV_ERROR, PHASE_TRANSFER),
	  F, "body.reset" },
	{ "T2 CA file", AT(CURLE_SSL_CACERT_BADFILE, PHASE_TLS),
	  L, "local.ca_file" },
	{ "our certificate", AT(CURLE_SSL_CERTPROBLEM, PHASE_TLS),
	  L, "local.client_cert" },
	{ "a code from the future", AT((CURLcode)12345, PHASE_TRANSFER),
	  L, "local.library" },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct failure f = curl_failure(&row->ending);

	assert_int_equal(f.outcome, row->outcome);
	assert_string_equal(f.class, row->class);
}

/* Ours are named so, with one exception. */
static bool
is_called_ours(const char *class)
{
	return strncmp(class, "local.", 6) == 0 ||
	    strcmp(class, "connect.unreachable") == 0;
}

static void
test_all_codes_are_mapped_and_only_ok_is_good(void **state)
{
	int codes = 0;

	(void)state;
	for (int code = 0; code < CURL_LAST; code++)
		for (int phase = PHASE_CONNECT; phase <= PHASE_TRANSFER;
		     phase++) {
			struct transfer_ending e = { .code = (CURLcode)code,
				.phase = (enum transfer_phase)phase,
				.clock_is_sane = true };
			struct failure f = curl_failure(&e);

			codes += phase == PHASE_CONNECT;
			if (code == CURLE_OK) {
				assert_int_equal(f.outcome, SAMPLE_OK);
				assert_null(f.class);
				continue;
			}
			assert_int_not_equal(f.outcome, SAMPLE_OK);
			assert_non_null(f.class);
			assert_int_equal(
			    f.outcome == SAMPLE_LOST, is_called_ours(f.class));
		}
	assert_int_equal(codes, 100);
}

/* Y2, Q4 */

static bool
is_local(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return address_is_local((struct sockaddr *)&v4);
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
		fail_msg("%s is no address", text);
	return address_is_local((struct sockaddr *)&v6);
}

static void
test_local_addresses_are_known_in_all_clothes(void **state)
{
	static const char *const locals[] = { "127.0.0.1", "127.255.255.255",
		"127.0.0.0", "0.0.0.0", "0.1.2.3", "169.254.0.0",
		"169.254.169.254", "169.254.255.255", "224.0.0.1",
		"239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
		"::2", "::127.0.0.1", "::169.254.169.254", "::ffff:127.0.0.1",
		"::ffff:7f00:1", "::ffff:0.0.0.0", "::ffff:169.254.169.254",
		"::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1",
		"64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1",
		"fe80::1", "febf:ffff::1", "fec0::1", "ff02::1", "ff0e::1" };
	static const char *const others[] = { "1.0.0.0", "8.8.8.8", "10.0.0.1",
		"100.64.0.1", "126.255.255.255", "128.0.0.0", "169.253.255.255",
		"169.255.0.0", "172.16.0.1", "192.168.1.1", "192.0.2.1",
		"198.51.100.1", "223.255.255.255", "::ffff:10.0.0.1",
		"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
		"2001:db8::1", "2a00::1", "fc00::1", "fd12:3456::1",
		"2000::7f00:1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(locals); i++)
		if (!is_local(locals[i]))
			fail_msg("%s is not taken for local", locals[i]);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (is_local(others[i]))
			fail_msg("%s is taken for local", others[i]);
}

static void
test_names_and_numbers_are_told_apart(void **state)
{
	(void)state;
	assert_true(address_is_literal("127.0.0.1"));
	assert_true(address_is_literal("[::1]"));
	assert_true(address_is_literal("2001:db8::1"));
	assert_false(address_is_literal("127.0.0.1.example"));
	assert_false(address_is_literal("localhost"));
	assert_true(address_is_localhost("localhost"));
	assert_true(address_is_localhost("LOCALHOST."));
	assert_true(address_is_localhost("a.b.localhost"));
	assert_false(address_is_localhost("notlocalhost"));
	assert_false(address_is_localhost("localhost.example"));
	assert_false(address_is_localhost(""));
	assert_false(address_is_localhost("."));
}

static void
test_bad_versions_of_libcurl_are_known(void **state)
{
	(void)state;
	assert_non_null(library_trouble_of(0x080900));
	assert_non_null(library_trouble_of(0x081400));
	assert_non_null(library_trouble_of(0x081500));
	assert_non_null(library_trouble_of(0x074a00));
	assert_null(library_trouble_of(0x075801));
	assert_null(library_trouble_of(0x080901));
	assert_null(library_trouble_of(0x081600));
}

/* What fetch_check() says of settings that cannot be. */

struct wrong {
	struct http_settings settings;
	const char *words;
};

static void
test_wrong_settings_are_refused_with_a_reason(void **state)
{
	static const char *injected[] = { "X-Fine: yes",
		"X-Bad: a\r\nX-Injected: yes" };
	static const char *nameless[] = { "no colon" };
	struct wrong wrongs[] = {
		{ { .url = "ftp://example/" }, "neither http" },
		{ { .url = "file:///etc/passwd" }, "neither http" },
		{ { .url = "example" }, "wrong" },
		{ { .url = "http://" }, "wrong" },
		{ { .url = "http://user:pw@example/" }, "password_file" },
		{ { .url = "http://example:0/" }, "port" },
		{ { .url = "http://example:65536/" }, "wrong" },
		{ { .url = "http://b\xc3\xbc\x63her.example/" }, "xn--" },
		{ { .url = "http://exa mple/" }, "wrong" },
		{ { .url = "http://example/", .headers = { injected, 2 } },
		    "header 2" },
		{ { .url = "http://example/", .headers = { nameless, 1 } },
		    "header 1" },
		{ { .url = "http://example/", .password_file = "/x" },
		    "username" },
		{ { .url = "http://example/",
		      .username = "u",
		      .password_file = "/x",
		      .bearer_file = "/y" },
		    "exclude" },
		{ { .url = "http://example/",
		      .method = HTTP_HEAD,
		      .expect.contains = "x" },
		    "HEAD" },
		{ { .url = "http://example/", .expect.matches = "(" },
		    "regular expression" },
	};
	struct http_settings right = { .url = "https://example/health" };
	struct error err;

	(void)state;
	assert_true(fetch_check(&right, &err));
	for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
		err.text[0] = '\0';
		if (fetch_check(&wrongs[i].settings, &err))
			fail_msg("row %zu was taken", i);
		if (strstr(err.text, wrongs[i].words) == NULL)
			fail_msg("row %zu: %s", i, err.text);
	}
	assert_null(fetch_library_trouble());
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_all_codes_are_mapped_and_only_ok_is_good),
		cmocka_unit_test(test_local_addresses_are_known_in_all_clothes),
		cmocka_unit_test(test_names_and_numbers_are_told_apart),
		cmocka_unit_test(test_bad_versions_of_libcurl_are_known),
		cmocka_unit_test(test_wrong_settings_are_refused_with_a_reason),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
