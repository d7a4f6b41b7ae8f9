/* Certificates and handshakes, good and bad; and files of our own. */
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/daemon/asking.h"

static char folder[] = "/tmp/fetch-tls-XXXXXX";

static const char *
in_folder(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void
write_file(const char *name, const char *words)
{
	FILE *f = fopen(in_folder(name), "w");

	assert_non_null(f);
	assert_true(fputs(words, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
make_folder(void **state)
{
	char tool[4096];
	char *argv[] = { tool, folder, NULL };
	int status;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(folder));
	peer_path("certs", tool);
	assert_int_equal(posix_spawn(&pid, tool, NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	write_file("empty.pem", "");
	write_file("nonsense.pem", "this is no certificate\n");
	return 0;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = { "ca.pem", "good.pem",
		"expired.pem", "future.pem", "wrong_host.pem",
		"self_signed.pem", "empty.pem", "nonsense.pem", "password",
		"token" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		(void)unlink(in_folder(names[i]));
	(void)rmdir(folder);
	return 0;
}

struct row {
	const char *name;
	const char *script; /* %s: the folder */
	const char *ca;     /* NULL: libcurl's own */
	enum sample_outcome outcome;
	const char *failure;
	bool ignores_trust;
};

#define ANSWER " ; rx ; ok up"

/* clang-format off */
static struct row rows[] = {
	{ "a certificate that our CA signed is OK",
	  "tls %s/good.pem" ANSWER, "ca.pem", SAMPLE_OK, NULL, false },
	{ "T1 an expired certificate",
	  "tls %s/expired.pem" ANSWER, "ca.pem",
	  SAMPLE_FAILED, "tls.expired", false },
	{ "T1 a certificate that is not valid yet",
	  "tls %s/future.pem" ANSWER, "ca.pem",
	  SAMPLE_FAILED, "tls.not_yet_valid", false },
	{ "T1 a certificate of another host",
	  "tls %s/wrong_host.pem" ANSWER, "ca.pem",
	  SAMPLE_FAILED, "tls.wrong_host", false },
	{ "T1 a certificate that signed itself",
	  "tls %s/self_signed.pem" ANSWER, "ca.pem",
	  SAMPLE_FAILED, "tls.untrusted", false },
	{ "T1 a certificate of a CA that nobody knows",
	  "tls %s/good.pem" ANSWER, NULL,
	  SAMPLE_FAILED, "tls.untrusted", false },
	{ "a bad certificate is taken only where trust is off",
	  "tls %s/expired.pem" ANSWER, "ca.pem", SAMPLE_OK, NULL, true },
	{ "T2 our CA file is missing",
	  "tls %s/good.pem" ANSWER, "missing.pem",
	  SAMPLE_LOST, "local.ca_file", false },
	{ "T2 our CA file is empty",
	  "tls %s/good.pem" ANSWER, "empty.pem",
	  SAMPLE_LOST, "local.ca_file", false },
	{ "T2 our CA file is something else",
	  "tls %s/good.pem" ANSWER, "nonsense.pem",
	  SAMPLE_LOST, "local.ca_file", false },
	{ "T3 the handshake stalls",
	  "hang", "ca.pem", SAMPLE_FAILED, "timeout.tls", false },
	{ "T3 nothing newer than TLS 1.1",
	  "tls11 %s/good.pem" ANSWER, "ca.pem",
	  SAMPLE_FAILED, "tls.handshake", false },
	{ "T3 plain HTTP where TLS is expected",
	  "ok up ; hang", "ca.pem", SAMPLE_FAILED, "tls.handshake", false },
	{ "T3 the connection ends inside of the handshake",
	  "close", "ca.pem", SAMPLE_FAILED, "tls.handshake", false },
	{ "T3 or is reset",
	  "pause 50 ; reset", "ca.pem",
	  SAMPLE_FAILED, "tls.handshake", false },
	{ "T3 a protocol that was not offered",
	  "alpn %s/good.pem" ANSWER, "ca.pem",
	  SAMPLE_FAILED, "tls.handshake", false },
};
/* clang-format on */

static struct peer
start_peer(const char *script)
{
	char words[512];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(words, sizeof(words), script, folder, folder);
#pragma GCC diagnostic pop
	return peer_start("peer", (const char *const[]){ words, NULL });
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct peer p = start_peer(row->script);
	struct world *w = world_new(NULL);
	char url[64];
	struct http_settings settings = get(url);
	struct sample s;

	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/", p.port);
	if (row->ca != NULL)
		settings.ca_file = in_folder(row->ca);
	settings.verify_tls = !row->ignores_trust;
	s = ask_once(w, &settings, 1000);
	expect_sample(&s, row->outcome, row->failure);
	if (row->outcome == SAMPLE_OK) {
		assert_true(s.phases.connect_ms >= 0.0);
		assert_true(s.phases.tls_ms > 0.0);
		assert_true(s.phases.first_byte_ms > 0.0);
	}
	peer_stop(&p);
	if (row->outcome != SAMPLE_OK)
		assert_int_equal(peer_count(&p, "request"), 0);
	peer_forget(&p);
	world_free(w);
}

static void
test_t5_a_new_connection_sees_a_new_certificate(void **state)
{
	char good[512], expired[512], url[64];
	struct http_settings settings = get(url);
	struct world *w = world_new(NULL);
	struct fetch_target *t;
	struct sample s;
	struct peer p;

	(void)state;
	(void)snprintf(good, sizeof(good),
	    "tls %s/good.pem ; rx ; ok up ; rx ; ok up ; close", folder);
	(void)snprintf(
	    expired, sizeof(expired), "tls %s/expired.pem ; hang", folder);
	p = peer_start("peer", (const char *const[]){ good, expired, NULL });
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/", p.port);
	settings.ca_file = in_folder("ca.pem");
	t = target(w, &settings);
	for (int i = 0; i < 2; i++) {
		s = ask(w, t, 2000, false);
		expect_sample(&s, SAMPLE_OK, NULL);
	}
	assert_true(s.phases.tls_ms == 0.0); /* the connection was kept */
	s = ask(w, t, 2000, true);
	expect_sample(&s, SAMPLE_FAILED, "tls.expired");
	peer_stop(&p);
	fetch_target_free(t);
	peer_forget(&p);
	world_free(w);
}

/* By FIN and by RST, behind the question. */
static void
test_a_kept_connection_that_died_is_no_failure(void **state)
{
	static const char *const ends[] = { "close", "reset" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		char first[256], second[256], url[64];
		struct http_settings settings = get(url);
		struct world *w = world_new(NULL);
		struct fetch_target *t;
		struct peer p;

		(void)snprintf(first, sizeof(first),
		    "tls %s/good.pem ; rx ; ok up ; rx ; %s", folder, ends[i]);
		(void)snprintf(second, sizeof(second),
		    "tls %s/good.pem ; rx ; ok up", folder);
		p = peer_start(
		    "peer", (const char *const[]){ first, second, NULL });
		(void)snprintf(
		    url, sizeof(url), "https://127.0.0.1:%u/", p.port);
		settings.ca_file = in_folder("ca.pem");
		t = target(w, &settings);
		for (int k = 0; k < 2; k++) {
			struct sample s = ask(w, t, 2000, false);

			expect_sample(&s, SAMPLE_OK, NULL);
		}
		peer_stop(&p);
		assert_int_equal(peer_count(&p, "connection"), 2);
		fetch_target_free(t);
		peer_forget(&p);
		world_free(w);
	}
}

/* Credentials */

static struct sample
ask_with(const char *script, struct http_settings settings, struct peer *p)
{
	struct world *w = world_new(NULL);
	char url[64];
	struct sample s;

	*p = peer_start("peer", (const char *const[]){ script, NULL });
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", p->port);
	settings.url = url;
	s = ask_once(w, &settings, 2000);
	peer_stop(p);
	world_free(w);
	return s;
}

static void
test_a_password_is_read_and_sent(void **state)
{
	struct http_settings settings = get(NULL);
	struct sample s;
	struct peer p;

	(void)state;
	write_file("password", "CANARY-1\n");
	settings.username = "probe";
	settings.password_file = in_folder("password");
	s = ask_with("rx ; ok up", settings, &p);
	expect_sample(&s, SAMPLE_OK, NULL);
	assert_non_null(strstr(
	    p.log, "header 1 Authorization: Basic cHJvYmU6Q0FOQVJZLTE=\n"));
	peer_forget(&p);
}

static void
test_a_token_is_read_and_sent(void **state)
{
	struct http_settings settings = get(NULL);
	struct sample s;
	struct peer p;

	(void)state;
	write_file("token", "CANARY-2\n");
	settings.bearer_file = in_folder("token");
	s = ask_with("rx ; tx HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
	    settings, &p);
	expect_sample(&s, SAMPLE_FAILED, "http.status");
	assert_null(strstr(s.detail, "CANARY"));
	assert_non_null(
	    strstr(p.log, "header 1 Authorization: Bearer CANARY-2\n"));
	peer_forget(&p);
}

static void
expect_unusable(const char *content, mode_t mode)
{
	struct http_settings settings = get(NULL);
	struct sample s;
	struct peer p;

	(void)unlink(in_folder("token"));
	if (content != NULL)
		write_file("token", content);
	else if (mode == S_IFIFO)
		assert_int_equal(mkfifo(in_folder("token"), 0600), 0);
	settings.bearer_file = in_folder("token");
	s = ask_with("rx ; ok up", settings, &p);
	expect_sample(&s, SAMPLE_LOST, "local.credentials");
	assert_null(strstr(s.detail, "CANARY"));
	assert_int_equal(peer_count(&p, "request"), 0);
	peer_forget(&p);
}

static void
test_credentials_that_cannot_be_used_are_our_trouble(void **state)
{
	static char large[4098];

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	expect_unusable(NULL, 0);
	expect_unusable(NULL, S_IFIFO);
	expect_unusable("", 0);
	expect_unusable("\n", 0);
	expect_unusable("CANARY\r\nX-Injected: yes\n", 0);
	expect_unusable(large, 0);
}

static void
test_a_changed_password_needs_no_restart(void **state)
{
	struct http_settings settings = get(NULL);
	struct world *w = world_new(NULL);
	struct fetch_target *t;
	char url[64];
	struct peer p = peer_start(
	    "peer", (const char *const[]){ "rx ; ok up ; loop", NULL });

	(void)state;
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", p.port);
	settings.url = url;
	settings.bearer_file = in_folder("token");
	write_file("token", "before");
	t = target(w, &settings);
	(void)ask(w, t, 2000, false);
	(void)ask(w, t, 2000, false);
	write_file("token", "afterwards");
	(void)ask(w, t, 2000, false);
	peer_stop(&p);
	assert_int_equal(
	    peer_count(&p, "header 1 Authorization: Bearer before"), 2);
	assert_int_equal(
	    peer_count(&p, "header 1 Authorization: Bearer afterwards"), 1);
	fetch_target_free(t);
	peer_forget(&p);
	world_free(w);
}

/* N15: onward on the same host, but to another server of it. */
static void
test_another_port_does_not_get_the_credentials(void **state)
{
	static const char *secret[] = { "Cookie: session=CANARY-4",
		"X-Harmless: yes" };
	struct http_settings settings = get(NULL);
	char script[256];
	struct peer first,
	    second =
		peer_start("peer", (const char *const[]){ "rx ; ok up", NULL });
	struct sample s;

	(void)state;
	write_file("token", "CANARY-3");
	(void)snprintf(script, sizeof(script),
	    "rx ; tx HTTP/1.1 302 Found\\r\\nContent-Length: 0\\r\\n"
	    "Location: http://127.0.0.1:%u/\\r\\n\\r\\n",
	    second.port);
	settings.bearer_file = in_folder("token");
	settings.headers = (struct strings){ secret, 2 };
	settings.max_redirects = 1;
	s = ask_with(script, settings, &first);
	expect_sample(&s, SAMPLE_OK, NULL);
	peer_stop(&second);
	assert_non_null(strstr(first.log, "CANARY-3"));
	assert_non_null(strstr(first.log, "CANARY-4"));
	assert_int_equal(peer_count(&second, "request"), 1);
	assert_non_null(strstr(second.log, "X-Harmless: yes"));
	assert_null(strstr(second.log, "CANARY"));
	peer_forget(&first);
	peer_forget(&second);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(
		    test_t5_a_new_connection_sees_a_new_certificate),
		cmocka_unit_test(
		    test_a_kept_connection_that_died_is_no_failure),
		cmocka_unit_test(test_a_password_is_read_and_sent),
		cmocka_unit_test(test_a_token_is_read_and_sent),
		cmocka_unit_test(
		    test_credentials_that_cannot_be_used_are_our_trouble),
		cmocka_unit_test(test_a_changed_password_needs_no_restart),
		cmocka_unit_test(
		    test_another_port_does_not_get_the_credentials),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	(void)make_folder(NULL);
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	(void)remove_folder(NULL);
	return failed;
}
