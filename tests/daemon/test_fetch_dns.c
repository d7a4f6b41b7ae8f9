/*
 * Names: what a name server says, fails to say and should not have said.
 * In servers and scripts alike %u is the port of the scripted peer.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "daemon/fetch/resolver.h"
#include "tests/daemon/asking.h"

#define RULES_MAX 8
#define MS_A_SECOND 1000

struct scene {
	struct peer dns, p;
	struct world *w;
	struct http_settings settings;
	struct fetch_settings fetch;
	char servers[32], url[512], conf[32];
};

static struct scene *
scene_new(const char *host, const char *const rules[])
{
	struct scene *s = calloc(1, sizeof(*s));

	s->dns = peer_start("dns", rules);
	s->p = peer_start(
	    "peer", (const char *const[]){ "rx ; ok up ; loop", NULL });
	(void)snprintf(
	    s->servers, sizeof(s->servers), "127.0.0.1:%u", s->dns.port);
	(void)snprintf(
	    s->url, sizeof(s->url), "http://%s:%u/", host, s->p.port);
	s->fetch.dns_servers = s->servers;
	s->fetch.resolv_conf = "/nonexistent/resolv.conf";
	s->w = world_new(&s->fetch);
	s->settings = get(s->url);
	s->settings.allow_local = true;
	return s;
}

static void
scene_stop(struct scene *s)
{
	peer_stop(&s->dns);
	peer_stop(&s->p);
}

static void
scene_free(struct scene *s)
{
	peer_forget(&s->dns);
	peer_forget(&s->p);
	world_free(s->w);
	free(s);
}

struct row {
	const char *name;
	const char *host;
	const char *rules[RULES_MAX];
	int64_t timeout_ms;
	enum sample_outcome outcome;
	const char *failure;
	bool forbid_local;
};

#define LABEL_63 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TEN(a) a "1 " a "2 " a "3 " a "4 " a "5 " a "6 " a "7 " a "8 " a "9 "

#define F SAMPLE_FAILED
#define G SAMPLE_OK
#define L SAMPLE_LOST

/* clang-format off */
static struct row rows[] = {
	{ "a name with an address is asked there",
	  "up.test", { "up.test A 127.0.0.1" }, 3000, G, NULL, false },
	{ "Q1 a name that does not exist is FAILED",
	  "gone.test", { "up.test A 127.0.0.1" },
	  3000, F, "dns.nxdomain", false },
	{ "Q1 a name without addresses is FAILED",
	  "empty.test", { "empty.test NODATA" },
	  3000, F, "dns.no_address", false },
	{ "Q2 SERVFAIL is LOST",
	  "x.test", { "x.test SERVFAIL" }, 8000, L, "dns.servfail", false },
	{ "Q2 REFUSED is LOST",
	  "x.test", { "x.test REFUSED" }, 8000, L, "dns.servfail", false },
	{ "Q2 nonsense is LOST",
	  "x.test", { "x.test GARBAGE" }, 8000, L, "dns.servfail", false },
	{ "Q2 no answer within the question's time is LOST",
	  "x.test", { "x.test DROP" }, 300, L, "dns.timeout", false },
	{ "Q2 no answer at all is LOST",
	  "x.test", { "x.test DROP" }, 9000, L, "dns.timeout", false },
	{ "Q2 trouble with one half and nothing in the other is LOST",
	  "x.test", { "x.test AAAA", "x.test SERVFAIL" },
	  8000, L, "dns.servfail", false },
	{ "Q2 trouble with one half and an address in the other is no trouble",
	  "x.test", { "x.test A 127.0.0.1", "x.test SERVFAIL" },
	  8000, G, NULL, false },
	{ "Q4 a name may not lead to ourselves",
	  "evil.test", { "evil.test A 127.0.0.1" },
	  3000, L, "local.address_refused", true },
	{ "Q4 nor to the metadata of a cloud",
	  "evil.test", { "evil.test A 169.254.169.254" },
	  3000, L, "local.address_refused", true },
	{ "Q4 nor in IPv6 clothes",
	  "evil.test", { "evil.test AAAA ::ffff:127.0.0.1 ::1 fe80::1" },
	  3000, L, "local.address_refused", true },
	{ "Q4 but localhost is local by its name",
	  "localhost", { "up.test A 127.0.0.1" }, 3000, G, NULL, true },
	{ "Q5 many addresses: the first ones will do",
	  "many.test", { "many.test A 127.0.0.1 " TEN("127.0.1.") TEN("127.0.2.") TEN("127.0.3.") },
	  3000, G, NULL, false },
	{ "Q5 a label of 63 letters",
	  LABEL_63 ".test", { LABEL_63 ".test A 127.0.0.1" },
	  3000, G, NULL, false },
	{ "Q5 a label of 64 letters is no name; our trouble",
	  LABEL_63 "a.test", { "x.test A 127.0.0.1" },
	  3000, L, "local.resolver", false },
	{ "Q5 a name that leads to itself",
	  "loop.test", { "loop.test CNAME loop.test" },
	  9000, F, "dns.no_address", false },
	{ "Q6 an address nobody answers at, and a good one",
	  "two.test", { "two.test A 127.0.0.1", "two.test AAAA ::1" },
	  3000, G, NULL, false },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct scene *s = scene_new(row->host, row->rules);
	struct sample a;

	s->settings.allow_local = !row->forbid_local;
	a = ask_once(s->w, &s->settings, row->timeout_ms);
	expect_sample(&a, row->outcome, row->failure);
	assert_true(a.phases.resolve_ms >= 0.0 ||
	    strcmp(row->failure, "dns.timeout") == 0);
	scene_stop(s);
	if (row->outcome == SAMPLE_LOST)
		assert_int_equal(peer_count(&s->p, "connection"), 0);
	scene_free(s);
}

static void
test_an_answer_is_kept_for_a_while(void **state)
{
	struct scene *s = scene_new("up.test",
	    (const char *const[]){ "up.test A 127.0.0.1 ttl=1", NULL });
	struct fetch_target *t = target(s->w, &s->settings);

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct sample a = ask(s->w, t, 2000, true);

		expect_sample(&a, SAMPLE_OK, NULL);
	}
	fetch_target_free(t);
	scene_stop(s);
	assert_int_equal(peer_count(&s->dns, "question up.test A\n"), 1);
	assert_int_equal(peer_count(&s->dns, "question up.test AAAA\n"), 1);
	scene_free(s);
}

static void
test_many_ask_for_a_name_only_once(void **state)
{
	struct scene *s = scene_new(
	    "up.test", (const char *const[]){ "up.test A 127.0.0.1", NULL });
	struct fetch_target *t[50];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		t[i] = target(s->w, &s->settings);
		assert_true(fetch_ask(t[i], 5000, false, on_answer, s->w));
	}
	fetch_target_free(t[0]); /* while the name is being asked for */
	wait_for(s->w, (int)ARRAY_LEN(t) - 1);
	expect_sample(&s->w->last, SAMPLE_OK, NULL);
	for (size_t i = 1; i < ARRAY_LEN(t); i++)
		fetch_target_free(t[i]);
	scene_stop(s);
	assert_int_equal(peer_count(&s->dns, "question up.test A\n"), 1);
	scene_free(s);
}

/* After RESOLVER_TTL_MIN_MS; connections go where the name leads then. */
static void
test_q4_a_record_that_flips_is_noticed(void **state)
{
	struct scene *s = scene_new("flip.test",
	    (const char *const[]){ "flip.test A 127.0.0.1 ttl=1",
		"flip.test A 127.0.0.9 ttl=1", NULL });
	struct fetch_target *t = target(s->w, &s->settings);
	struct sample a;

	(void)state;
	a = ask(s->w, t, 2000, true);
	expect_sample(&a, SAMPLE_OK, NULL);
	let_pass(s->w, RESOLVER_TTL_MIN_MS + 100);
	a = ask(s->w, t, 2000, true);
	/* Nobody listens on that one. */
	expect_sample(&a, SAMPLE_FAILED, "connect.refused");
	fetch_target_free(t);
	scene_stop(s);
	scene_free(s);
}

/* The first address swallows what comes; the second is the peer. */
static void
test_q6_an_address_that_swallows_everything(void **state)
{
	struct scene *s = scene_new("two.test",
	    (const char *const[]){ "two.test A 127.0.0.3 127.0.0.1", NULL });
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)s->p.port) };
	int hole = socket(AF_INET, SOCK_STREAM, 0), fill[4];
	struct sample answer;

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "127.0.0.3", &a.sin_addr), 1);
	assert_int_equal(bind(hole, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(hole, 0), 0);
	for (size_t i = 0; i < ARRAY_LEN(fill); i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fill[i], (struct sockaddr *)&a, sizeof(a));
	}
	answer = ask_once(s->w, &s->settings, 2000);
	expect_sample(&answer, SAMPLE_OK, NULL);
	for (size_t i = 0; i < ARRAY_LEN(fill); i++)
		(void)close(fill[i]);
	(void)close(hole);
	scene_stop(s);
	scene_free(s);
}

/* Q3 */

static void
write_conf(const char *path, const char *words)
{
	char temporary[64];
	FILE *f;

	(void)snprintf(temporary, sizeof(temporary), "%s.new", path);
	f = fopen(temporary, "w");
	assert_non_null(f);
	assert_true(fputs(words, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(temporary, path), 0);
}

static void
on_resolved(void *arg, const struct resolver_answer *answer)
{
	struct world *w = arg;

	w->last.status = (int)answer->status;
	loop_stop(w->loop);
}

static enum resolver_status
resolve(struct world *w, struct resolver *r, const char *name)
{
	assert_null(resolver_known(r, name));
	assert_non_null(resolver_ask(r, name, on_resolved, w));
	loop_timer_start(w->guard, GUARD_MS);
	assert_true(loop_run(w->loop));
	loop_timer_stop(w->guard);
	return (enum resolver_status)w->last.status;
}

static void
test_q3_resolv_conf_may_come_go_and_change(void **state)
{
	char folder[] = "/tmp/fetch-dns-XXXXXX", path[48];
	struct resolver_settings settings = { .resolv_conf = path };
	struct peer dns = peer_start("dns",
	    (const char *const[]){ "-a", "127.0.0.2", "a.test A 127.0.0.1",
		"b.test A 127.0.0.1", "c.test A 127.0.0.1", NULL });
	const char *here = "nameserver 127.0.0.2\n";
	struct world *w = world_new(NULL);
	struct resolver *r;
	struct error err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/resolv.conf", folder);
	settings.port = (uint16_t)dns.port;
	r = resolver_new(w->loop, &settings, &err);
	assert_non_null(r);
	/* Without it nobody is there to ask. */
	assert_int_equal(resolve(w, r, "a.test"), RESOLVER_SERVFAIL);
	write_conf(path, here);
	let_pass(w, MS_A_SECOND + 100);
	assert_int_equal(resolve(w, r, "b.test"), RESOLVER_OK);
	write_conf(path, "nameserver 127.0.0.9\n");
	let_pass(w, MS_A_SECOND + 100);
	assert_int_equal(resolve(w, r, "c.test"), RESOLVER_SERVFAIL);
	assert_int_equal(resolve(w, r, "localhost"), RESOLVER_OK);
	resolver_free(r);
	peer_stop(&dns);
	peer_forget(&dns);
	(void)unlink(path);
	(void)rmdir(folder);
	world_free(w);
}

static int
run(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_an_answer_is_kept_for_a_while),
		cmocka_unit_test(test_many_ask_for_a_name_only_once),
		cmocka_unit_test(test_q4_a_record_that_flips_is_noticed),
		cmocka_unit_test(test_q6_an_address_that_swallows_everything),
		cmocka_unit_test(test_q3_resolv_conf_may_come_go_and_change),
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

int
main(void)
{
	return run_by_both(run);
}
