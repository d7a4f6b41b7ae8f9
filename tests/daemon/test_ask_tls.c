/* Handshakes, good and bad, and for how long they will be good. */
#include <dlfcn.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <utime.h>

#include "tests/daemon/asker.h"

#include "daemon/ask/tls_context.h"
#include "probe/tls_settings.h"

#define SOON 300
#define LATE 10000
#define NONE ((double)NAN)
#define PIECES 60

static char folder[] = "/tmp/ask-tls-XXXXXX";

/* NULL: what the library says. */
static const char *system_ca;

/* In place of libcurl's own, which says whom the system trusts. */
curl_version_info_data *
curl_version_info(CURLversion version)
{
	static curl_version_info_data info;
	curl_version_info_data *(*real)(CURLversion);

	*(void **)&real = dlsym(RTLD_NEXT, "curl_version_info");
	info = *real(version);
	if (system_ca != NULL)
		info.cainfo = (char *)(uintptr_t)system_ca;
	return &info;
}

/* Memory as OpenSSL sees it: the n-th piece from now is not to be had. */
static unsigned allocations_left; /* 0: there is enough */

static bool
runs_short(void)
{
	return allocations_left > 0 && --allocations_left == 0;
}

static void *
take(size_t bytes, const char *file, int line)
{
	(void)file;
	(void)line;
	return runs_short() ? NULL : malloc(bytes);
}

static void *
take_more(void *old, size_t bytes, const char *file, int line)
{
	(void)file;
	(void)line;
	return runs_short() ? NULL : realloc(old, bytes);
}

static void
give_back(void *old, const char *file, int line)
{
	(void)file;
	(void)line;
	free(old);
}

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

static void
copy_file(const char *from, const char *to)
{
	char bytes[16384];
	FILE *in = fopen(in_folder(from), "r");
	size_t n;

	assert_non_null(in);
	n = fread(bytes, 1, sizeof(bytes) - 1, in);
	(void)fclose(in);
	bytes[n] = '\0';
	write_file(to, bytes);
}

static void
run_certs(const char *what)
{
	char tool[4096], *argv[] = { tool, folder, NULL, NULL };
	int status;
	pid_t pid;

	argv[2] = what == NULL ? NULL : strdup(what);
	peer_path("certs", tool);
	assert_int_equal(posix_spawn(&pid, tool, NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	free(argv[2]);
}

static int
make_folder(void **state)
{
	(void)state;
	(void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	assert_non_null(mkdtemp(folder));
	run_certs(NULL);
	run_certs("chains");
	write_file("empty.pem", "");
	write_file("nonsense.pem", "this is no certificate\n");
	return 0;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = { "ca.pem", "good.pem",
		"expired.pem", "future.pem", "wrong_host.pem",
		"self_signed.pem", "empty.pem", "nonsense.pem", "root.pem",
		"long.pem", "soon.pem", "inter.pem", "chained.pem",
		"old_inter.pem", "old_chained.pem", "padded.pem", "now.pem" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		(void)unlink(in_folder(names[i]));
	return rmdir(folder);
}

struct row {
	const char *name;
	const char *script; /* %s: the folder */
	const char *ca;     /* NULL: the system's */
	struct tls_settings settings;
	int64_t timeout_ms;
	enum sample_outcome outcome;
	const char *failure;
	double days; /* about */
};

static const char *h2[] = { "h2", "http/1.1" };

#define EXPECT(days)                           \
	{                                      \
		.expect = {.days_left = days } \
	}

/* clang-format off */
static const struct row rows[] = {
	{ "a certificate that is good for long", "tls %s/long.pem ; hang",
	  "root.pem", EXPECT(14), LATE, SAMPLE_OK, NULL, 400 },
	{ "one that is not good for long enough", "tls %s/soon.pem ; hang",
	  "root.pem", EXPECT(14), LATE, SAMPLE_FAILED, "tls.expires", 3 },
	{ "but good today", "tls %s/soon.pem ; hang",
	  "root.pem", EXPECT(0), LATE, SAMPLE_OK, NULL, 3 },
	{ "just short of the days", "tls %s/soon.pem ; hang",
	  "root.pem", EXPECT(3), LATE, SAMPLE_FAILED, "tls.expires", 3 },
	{ "just beyond them", "tls %s/soon.pem ; hang",
	  "root.pem", EXPECT(2), LATE, SAMPLE_OK, NULL, 3 },
	{ "an intermediate one that expires first",
	  "tls %s/chained.pem ; hang",
	  "root.pem", EXPECT(14), LATE, SAMPLE_FAILED, "tls.expires", 2 },
	{ "an intermediate one that has",
	  "tls %s/old_chained.pem ; hang",
	  "root.pem", EXPECT(0), LATE, SAMPLE_FAILED, "tls.expired", NONE },
	{ "what is sent and not needed does not count",
	  "tls %s/padded.pem ; hang",
	  "root.pem", EXPECT(14), LATE, SAMPLE_OK, NULL, 400 },
	{ "the anchor counts as well", "tls %s/good.pem ; hang",
	  "ca.pem", EXPECT(0), LATE, SAMPLE_OK, NULL, 1 },
	{ "T1 an expired certificate", "tls %s/expired.pem ; hang",
	  "ca.pem", EXPECT(0), LATE, SAMPLE_FAILED, "tls.expired", NONE },
	{ "T1 a certificate that is not valid yet",
	  "tls %s/future.pem ; hang",
	  "ca.pem", EXPECT(0), LATE, SAMPLE_FAILED, "tls.not_yet_valid", NONE },
	{ "T1 a certificate of another host",
	  "tls %s/wrong_host.pem ; hang",
	  "ca.pem", EXPECT(0), LATE, SAMPLE_FAILED, "tls.wrong_host", NONE },
	{ "which is the right one if that is meant",
	  "tls %s/wrong_host.pem ; hang", "ca.pem",
	  { .server_name = "elsewhere.test" }, LATE, SAMPLE_OK, NULL, 1 },
	{ "and not another one", "tls %s/long.pem ; hang", "root.pem",
	  { .server_name = "elsewhere.test" }, LATE,
	  SAMPLE_FAILED, "tls.wrong_host", NONE },
	{ "T1 a certificate that signed itself",
	  "tls %s/self_signed.pem ; hang",
	  "ca.pem", EXPECT(0), LATE, SAMPLE_FAILED, "tls.untrusted", NONE },
	{ "T1 a certificate of a CA that nobody knows",
	  "tls %s/good.pem ; hang",
	  NULL, EXPECT(0), LATE, SAMPLE_FAILED, "tls.untrusted", NONE },
	{ "T1 or that of somebody else", "tls %s/long.pem ; hang",
	  "ca.pem", EXPECT(0), LATE, SAMPLE_FAILED, "tls.untrusted", NONE },
	{ "T2 our CA file is missing", "tls %s/good.pem ; hang",
	  "missing.pem", EXPECT(0), LATE, SAMPLE_LOST, "local.ca_file", NONE },
	{ "T2 our CA file is empty", "tls %s/good.pem ; hang",
	  "empty.pem", EXPECT(0), LATE, SAMPLE_LOST, "local.ca_file", NONE },
	{ "T2 our CA file is something else", "tls %s/good.pem ; hang",
	  "nonsense.pem", EXPECT(0), LATE, SAMPLE_LOST, "local.ca_file",
	  NONE },
	{ "T3 the handshake stalls", "hang",
	  "ca.pem", EXPECT(0), SOON, SAMPLE_FAILED, "timeout.tls", NONE },
	{ "T3 it drips", "drip 20 \\x16\\x03\\x03\\x40\\x00aaaaaaaaaaaaaaaaaaa",
	  "ca.pem", EXPECT(0), SOON, SAMPLE_FAILED, "timeout.tls", NONE },
	{ "T3 nothing newer than TLS 1.1", "tls11 %s/good.pem ; hang",
	  "ca.pem", EXPECT(0), LATE, SAMPLE_FAILED, "tls.handshake", NONE },
	{ "T3 plain HTTP where TLS is expected", "ok up ; hang",
	  "ca.pem", EXPECT(0), LATE, SAMPLE_FAILED, "tls.handshake", NONE },
	{ "T3 the connection ends inside of the handshake", "close",
	  "ca.pem", EXPECT(0), LATE, SAMPLE_FAILED, "tls.handshake", NONE },
	{ "T3 or is reset", "pause 50 ; reset",
	  "ca.pem", EXPECT(0), LATE, SAMPLE_FAILED, "tls.handshake", NONE },
	{ "T3 a protocol that was not offered", "alpn %s/good.pem ; hang",
	  "ca.pem", { .alpn = { h2, 2 } }, LATE,
	  SAMPLE_FAILED, "tls.handshake", NONE },
	{ "none of those that were", "tls %s/good.pem ; hang",
	  "ca.pem", { .alpn = { h2, 2 } }, LATE,
	  SAMPLE_FAILED, "tls.alpn", 1 },
};
/* clang-format on */

static struct sample
ask_tls(struct world *w, struct tls_contexts *all, struct tls_settings *t,
    int64_t timeout_ms, double *days)
{
	const struct probe_settings p = {
		.name = "cert", .kind = &probe_tls, .settings = t
	};
	const struct ask_tools tools = {
		.loop = w->loop, .fetch = w->fetch, .tls = all
	};
	struct error err = { "" };
	struct asker *a = asker_new(&tools, "shop", &p, NULL, 0, &err);
	struct sample s;

	assert_string_equal(err.text, "");
	assert_non_null(a);
	s = ask_asker(w, a, timeout_ms, false);
	*days = w->has_value ? w->value : NONE;
	asker_free(a);
	return s;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct tls_contexts *all = tls_contexts_new();
	struct world *w = world_new(NULL);
	struct tls_settings t = row->settings;
	char script[256], address[32], ca[128];
	const char *args[] = { script, NULL };
	const char *hole = strstr(row->script, "%s");
	struct peer peer;
	struct sample s;
	double days;

	(void)snprintf(script, sizeof(script), "%s", row->script);
	if (hole != NULL)
		(void)snprintf(script, sizeof(script), "%.*s%s%s",
		    (int)(hole - row->script), row->script, folder, hole + 2);
	peer = peer_start("peer", args);
	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", peer.port);
	t.address = address;
	if (row->ca != NULL) {
		(void)snprintf(ca, sizeof(ca), "%s/%s", folder, row->ca);
		t.ca_file = ca;
	}
	s = ask_tls(w, all, &t, row->timeout_ms, &days);
	expect_sample(&s, row->outcome, row->failure);
	assert_int_equal(isnan(days), isnan(row->days));
	if (!isnan(days) && fabs(days - row->days) > 0.01)
		fail_msg("%f days, not %f", days, row->days);
	assert_true(isnan(row->days) || s.phases.tls_ms > 0);
	for (const char *c = s.detail; *c != '\0'; c++)
		assert_true(*c >= ' ');
	world_free(w);
	tls_contexts_free(all);
	peer_stop(&peer);
	peer_forget(&peer);
}

/* N16: nobody but the configuration says whom to trust. */
static void
test_environment_is_ignored(void **state)
{
	struct tls_contexts *all = tls_contexts_new();
	struct world *w = world_new(NULL);
	char script[256], address[32];
	const char *args[] = { script, NULL };
	struct tls_settings t = { .address = address };
	struct peer peer;
	struct sample s;
	double days;

	(void)state;
	(void)snprintf(
	    script, sizeof(script), "tls %s/good.pem ; hang", folder);
	peer = peer_start("peer", args);
	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", peer.port);
	assert_int_equal(setenv("SSL_CERT_FILE", in_folder("ca.pem"), 1), 0);
	s = ask_tls(w, all, &t, LATE, &days);
	assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
	expect_sample(&s, SAMPLE_FAILED, "tls.untrusted");
	world_free(w);
	tls_contexts_free(all);
	peer_stop(&peer);
	peer_forget(&peer);
}

/* Somebody may hold on to it: it is read anew when it was replaced. */
static void
test_files_are_read_again_when_they_change(void **state)
{
	struct tls_contexts *all = tls_contexts_new();
	struct tls_settings t = { .ca_file = in_folder("now.pem") };
	struct tls_context *c, *same;
	const struct failure *why;
	const char *file;
	SSL_CTX *first, *again;

	(void)state;
	(void)unlink(in_folder("now.pem"));
	c = tls_context_join(all, &t);
	same = tls_context_join(all, &t);
	assert_ptr_equal(c, same);
	assert_null(tls_context_get(c, &why, &file));
	assert_string_equal(why->class, "local.ca_file");
	assert_string_equal(file, in_folder("now.pem"));
	copy_file("ca.pem", "now.pem");
	first = tls_context_get(c, &why, &file);
	assert_non_null(first);
	assert_ptr_equal(tls_context_get(c, &why, &file), first);
	assert_int_equal(SSL_CTX_up_ref(first), 1);
	assert_int_equal(unlink(in_folder("now.pem")), 0);
	copy_file("root.pem", "now.pem");
	again = tls_context_get(c, &why, &file);
	assert_non_null(again);
	assert_ptr_not_equal(first, again);
	SSL_CTX_free(first);
	assert_int_equal(unlink(in_folder("now.pem")), 0);
	assert_null(tls_context_get(c, &why, &file));
	tls_context_leave(c);
	tls_context_leave(same);
	tls_contexts_free(all);
}

static void
test_own_certificate_is_our_trouble(void **state)
{
	struct tls_contexts *all = tls_contexts_new();
	struct tls_settings t = { .ca_file = in_folder("ca.pem"),
		.client_cert_file = in_folder("good.pem"),
		.client_key_file = in_folder("good.pem") };
	struct tls_context *c = tls_context_join(all, &t);
	const struct failure *why;
	const char *file;

	(void)state;
	assert_non_null(tls_context_get(c, &why, &file));
	tls_context_leave(c);
	t.client_key_file = in_folder("long.pem"); /* of another one */
	c = tls_context_join(all, &t);
	assert_null(tls_context_get(c, &why, &file));
	assert_int_equal(why->outcome, SAMPLE_LOST);
	assert_string_equal(why->class, "local.client_cert");
	tls_context_leave(c);
	tls_contexts_free(all);
}

static void
test_freed_while_asking(void **state)
{
	struct tls_contexts *all = tls_contexts_new();
	struct world *w = world_new(NULL);
	const struct ask_tools tools = {
		.loop = w->loop, .fetch = w->fetch, .tls = all
	};
	char script[256], address[32];
	const char *args[] = { script, NULL };
	struct tls_settings t = { .address = address,
		.ca_file = in_folder("ca.pem") };
	const struct probe_settings p = {
		.name = "cert", .kind = &probe_tls, .settings = &t
	};
	struct error err = { "" };
	struct peer peer;

	(void)state;
	(void)snprintf(
	    script, sizeof(script), "pause 5 ; tls %s/good.pem", folder);
	peer = peer_start("peer", args);
	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", peer.port);
	for (int64_t ms = 0; ms < 12; ms++) {
		struct asker *a = asker_new(&tools, "shop", &p, NULL, 0, &err);

		assert_true(asker_ask(a, LATE, false, on_answer, w));
		let_pass(w, ms);
		w->answers = 0;
		asker_free(a);
	}
	let_pass(w, 50);
	assert_int_equal(w->answers, 0);
	world_free(w);
	tls_contexts_free(all);
	peer_stop(&peer);
	peer_forget(&peer);
}

struct server {
	struct world *w;
	struct tls_contexts *all;
	struct tls_settings settings;
	struct peer peer;
	char script[256], address[32], ca[128];
};

static struct server *
server_new(void)
{
	struct server *s = calloc(1, sizeof(*s));
	const char *args[] = { s->script, NULL };

	assert_non_null(s);
	(void)snprintf(s->script, sizeof(s->script), "tls %s/good.pem", folder);
	(void)snprintf(s->ca, sizeof(s->ca), "%s/ca.pem", folder);
	s->peer = peer_start("peer", args);
	(void)snprintf(
	    s->address, sizeof(s->address), "127.0.0.1:%u", s->peer.port);
	s->settings.address = s->address;
	s->w = world_new(NULL);
	s->all = tls_contexts_new();
	return s;
}

static void
server_free(struct server *s)
{
	world_free(s->w);
	tls_contexts_free(s->all);
	peer_stop(&s->peer);
	peer_forget(&s->peer);
	free(s);
}

/* T2: that we know of nobody to trust is our trouble. */
static void
test_system_trusts_nobody(void **state)
{
	struct server *s = server_new();
	struct sample answer;
	double days;

	(void)state;
	system_ca = in_folder("missing.pem");
	answer = ask_tls(s->w, s->all, &s->settings, LATE, &days);
	expect_sample(&answer, SAMPLE_LOST, "local.ca_file");
	system_ca = s->ca;
	answer = ask_tls(s->w, s->all, &s->settings, LATE, &days);
	expect_sample(&answer, SAMPLE_OK, NULL);
	system_ca = NULL;
	server_free(s);
}

/* R2: with the last descriptor it is still known whom to trust. */
static void
test_last_descriptor(void **state)
{
	struct server *s = server_new();
	struct tls_context *kept;
	struct rlimit before, few;
	struct sample answer;
	double days;
	int spare;

	(void)state;
	system_ca = s->ca;
	kept = tls_context_join(s->all, &s->settings);
	answer = ask_tls(s->w, s->all, &s->settings, LATE, &days);
	expect_sample(&answer, SAMPLE_OK, NULL);
	spare = dup(0);
	assert_true(spare >= 0);
	(void)close(spare);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = (rlim_t)spare + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	answer = ask_tls(s->w, s->all, &s->settings, LATE, &days);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	expect_sample(&answer, SAMPLE_OK, NULL);
	system_ca = NULL;
	tls_context_leave(kept);
	server_free(s);
}

/*
 * R1: the target is not to blame for memory that is missing.  Only the first
 * pieces: further on OpenSSL 3.0 may call a certificate bad, without a word
 * of memory.
 */
static void
test_no_memory_in_a_handshake(void **state)
{
	struct server *s = server_new();
	struct tls_context *kept;
	struct sample answer;
	unsigned lost = 0;
	double days;

	(void)state;
	s->settings.ca_file = s->ca;
	kept = tls_context_join(s->all, &s->settings);
	answer = ask_tls(s->w, s->all, &s->settings, LATE, &days);
	expect_sample(&answer, SAMPLE_OK, NULL);
	for (unsigned n = 1; n <= PIECES; n++) {
		allocations_left = n;
		answer = ask_tls(s->w, s->all, &s->settings, LATE, &days);
		assert_int_equal(allocations_left, 0);
		if (answer.outcome == SAMPLE_FAILED)
			fail_msg("piece %u: %s: %s", n, answer.failure,
			    answer.detail);
		lost += answer.outcome == SAMPLE_LOST;
	}
	assert_true(lost > PIECES / 2);
	tls_context_leave(kept);
	server_free(s);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_system_trusts_nobody),
		cmocka_unit_test(test_last_descriptor),
		cmocka_unit_test(test_no_memory_in_a_handshake),
		cmocka_unit_test(test_environment_is_ignored),
		cmocka_unit_test(test_files_are_read_again_when_they_change),
		cmocka_unit_test(test_own_certificate_is_our_trouble),
		cmocka_unit_test(test_freed_while_asking),
	};
	struct CMUnitTest table[ARRAY_LEN(rows)];
	int failed;

	if (CRYPTO_set_mem_functions(take, take_more, give_back) != 1)
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		table[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	(void)make_folder(NULL);
	failed = cmocka_run_group_tests_name("tls", table, NULL, NULL) +
	    cmocka_run_group_tests_name("tls, more", others, NULL, NULL);
	return failed + remove_folder(NULL);
}
