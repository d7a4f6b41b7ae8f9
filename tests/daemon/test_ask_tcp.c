/* What a TCP target can do, and what becomes of it. */
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "tests/daemon/asker.h"

#include "probe/tcp_settings.h"

struct row {
	const char *name;
	const char *script;
	struct tcp_settings settings; /* the address is the peer's */
	int64_t timeout_ms;
	enum sample_outcome outcome;
	const char *failure;
};

#define MAX .max_bytes = 64
#define SOON 300
#define LATE 10000

/* clang-format off */
static const struct row rows[] = {
	{ "being connected is enough", "hang",
	  { .expect = { MAX } }, LATE, SAMPLE_OK, NULL },
	{ "also where it closes at once", "close",
	  { .expect = { MAX } }, LATE, SAMPLE_OK, NULL },
	{ "a greeting", "tx 220 ready\\r\\n ; hang",
	  { .expect = { .contains = "220", MAX } }, LATE, SAMPLE_OK, NULL },
	{ "a greeting without a line's end", "tx 220 ready ; hang",
	  { .expect = { .matches = "^220 ready$", MAX } },
	  LATE, SAMPLE_OK, NULL },
	{ "a greeting in single bytes", "drip 1 220 ready ; hang",
	  { .expect = { .contains = "220", .matches = "dy$", MAX } },
	  LATE, SAMPLE_OK, NULL },
	{ "a question and its answer", "line ; tx +PONG\\r\\n ; hang",
	  { .send = "PING\r\n", .expect = { .contains = "+PONG", MAX } },
	  LATE, SAMPLE_OK, NULL },
	{ "the answer, then the end", "line ; tx +PONG",
	  { .send = "PING\r\n", .expect = { .contains = "+PONG", MAX } },
	  LATE, SAMPLE_OK, NULL },
	{ "another answer, then the end", "line ; tx -LOADING\\r\\n",
	  { .send = "PING\r\n", .expect = { .contains = "+PONG", MAX } },
	  LATE, SAMPLE_FAILED, "body.mismatch" },
	{ "another answer, then nothing", "line ; tx -LOADING\\r\\n ; hang",
	  { .send = "PING\r\n", .expect = { .contains = "+PONG", MAX } },
	  SOON, SAMPLE_FAILED, "timeout.transfer" },
	{ "one of two is not enough", "tx 220 ready ; pause 20",
	  { .expect = { .contains = "220", .matches = "busy", MAX } },
	  LATE, SAMPLE_FAILED, "body.mismatch" },
	{ "it closes where an answer is expected", "close",
	  { .expect = { .contains = "220", MAX } },
	  LATE, SAMPLE_FAILED, "tcp.no_answer" },
	{ "N9 it resets instead", "pause 20 ; reset",
	  { .expect = { .contains = "220", MAX } },
	  LATE, SAMPLE_FAILED, "connect.reset" },
	{ "N9 or in the middle", "tx 2 ; pause 50 ; reset",
	  { .expect = { .contains = "220", MAX } },
	  LATE, SAMPLE_FAILED, "body.reset" },
	{ "N6 it accepts and never answers", "hang",
	  { .expect = { .contains = "220", MAX } },
	  SOON, SAMPLE_FAILED, "timeout.firstbyte" },
	{ "N7 it drips", "drip 20 ........................ ; hang",
	  { .expect = { .contains = "220", MAX } },
	  SOON, SAMPLE_FAILED, "timeout.transfer" },
	{ "N12 it never ends", "many 0 aaaaaaaaaaaaaaaa",
	  { .expect = { .contains = "220", MAX } },
	  LATE, SAMPLE_FAILED, "body.too_large" },
	{ "found in the last byte there may be",
	  "tx ...............x ; hang",
	  { .expect = { .contains = "x", .max_bytes = 16 } },
	  LATE, SAMPLE_OK, NULL },
	{ "found in the byte behind it",
	  "tx ................x ; hang",
	  { .expect = { .contains = "x", .max_bytes = 16 } },
	  LATE, SAMPLE_FAILED, "body.too_large" },
	{ "Y7 a pattern without an end is our trouble",
	  "tx aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! ; hang",
	  { .expect = { .matches = "^(a|aa)+$", MAX } },
	  LATE, SAMPLE_LOST, "body.regex_limit" },
	{ "Y5 what it says is escaped", "tx \\x1b[31m\\x00\\r\\n",
	  { .expect = { .contains = "220", MAX } },
	  LATE, SAMPLE_FAILED, "body.mismatch" },
};
/* clang-format on */

static struct sample
ask_tcp(struct world *w, struct tcp_settings *t, int64_t timeout_ms)
{
	const struct probe_settings p = { .name = "queue",
		.interval_ms = 1000,
		.timeout_ms = timeout_ms,
		.kind = &probe_tcp,
		.settings = t };
	struct asker *a = asker_of(w, &p);
	struct sample s = ask_asker(w, a, timeout_ms, false);

	asker_free(a);
	return s;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	const char *args[] = { row->script, NULL };
	struct peer peer = peer_start("peer", args);
	struct tcp_settings t = row->settings;
	struct world *w = world_new(NULL);
	char address[32];
	struct sample s;

	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", peer.port);
	t.address = address;
	s = ask_tcp(w, &t, row->timeout_ms);
	expect_sample(&s, row->outcome, row->failure);
	assert_int_equal(s.value_count, 0);
	assert_true(s.phases.connect_ms >= 0);
	assert_true(s.answered_ms >= s.asked_ms);
	for (const char *c = s.detail; *c != '\0'; c++)
		assert_true(*c >= ' ');
	world_free(w);
	peer_stop(&peer);
	peer_forget(&peer);
}

static struct tcp_settings
plain(const char *address)
{
	return (struct tcp_settings){ .address = address, .expect = { MAX } };
}

/* N1 */
static void
test_a_closed_port_refuses(void **state)
{
	struct tcp_settings t = plain("127.0.0.1:1");
	struct world *w = world_new(NULL);
	struct sample s = ask_tcp(w, &t, LATE);

	(void)state;
	expect_sample(&s, SAMPLE_FAILED, "connect.refused");
	t = plain("[::1]:1");
	s = ask_tcp(w, &t, LATE);
	expect_sample(&s, SAMPLE_FAILED, "connect.refused");
	world_free(w);
}

/* Both addresses of localhost are tried, and the one that answers does. */
static void
test_the_other_family_answers(void **state)
{
	const char *v4[] = { "hang", NULL }, *v6[] = { "-6", "hang", NULL };
	struct world *w = world_new(NULL);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct peer peer = peer_start("peer", i == 0 ? v4 : v6);
		char address[32];
		struct tcp_settings t = plain(address);
		struct sample s;

		(void)snprintf(
		    address, sizeof(address), "localhost:%u", peer.port);
		s = ask_tcp(w, &t, LATE);
		expect_sample(&s, SAMPLE_OK, NULL);
		assert_true(s.phases.resolve_ms >= 0);
		peer_stop(&peer);
		peer_forget(&peer);
	}
	world_free(w);
}

/* Q4 */
static void
test_a_name_that_became_local_is_refused(void **state)
{
	const char *dns[] = { "moved.test A 127.0.0.1", NULL };
	const char *script[] = { "hang", NULL };
	struct peer server = peer_start("dns", dns);
	struct peer peer = peer_start("peer", script);
	char servers[32], address[32];
	struct fetch_settings settings = { .dns_servers = servers };
	struct tcp_settings t = plain(address);
	struct world *w;
	struct sample s;

	(void)state;
	(void)snprintf(servers, sizeof(servers), "127.0.0.1:%u", server.port);
	(void)snprintf(address, sizeof(address), "moved.test:%u", peer.port);
	w = world_new(&settings);
	s = ask_tcp(w, &t, LATE);
	expect_sample(&s, SAMPLE_LOST, "local.address_refused");
	t.allow_local = true;
	s = ask_tcp(w, &t, LATE);
	expect_sample(&s, SAMPLE_OK, NULL);
	t = plain("nowhere.test:1");
	s = ask_tcp(w, &t, LATE);
	expect_sample(&s, SAMPLE_FAILED, "dns.nxdomain");
	world_free(w);
	peer_stop(&server);
	peer_stop(&peer);
	peer_forget(&server);
	peer_forget(&peer);
}

/* Q6: those that do not answer, or are not to be had, are no hindrance. */
static void
test_one_good_address_of_many(void **state)
{
	const char *dns[] = { "many.test AAAA 2001:db8::1 2001:db8::2",
		"many.test A 192.0.2.1 127.0.0.1", NULL };
	const char *script[] = { "hang", NULL };
	struct peer server = peer_start("dns", dns);
	struct peer peer = peer_start("peer", script);
	char servers[32], address[32];
	struct fetch_settings settings = { .dns_servers = servers };
	struct tcp_settings t = plain(address);
	struct world *w;
	struct sample s;

	(void)state;
	(void)snprintf(servers, sizeof(servers), "127.0.0.1:%u", server.port);
	(void)snprintf(address, sizeof(address), "many.test:%u", peer.port);
	t.allow_local = true;
	w = world_new(&settings);
	s = ask_tcp(w, &t, LATE);
	expect_sample(&s, SAMPLE_OK, NULL);
	assert_true(s.phases.resolve_ms >= 0);
	world_free(w);
	peer_stop(&server);
	peer_stop(&peer);
	peer_forget(&server);
	peer_forget(&peer);
}

/* Q2: a resolver that is not there says nothing about the target. */
static void
test_no_resolver(void **state)
{
	struct fetch_settings settings = { .dns_servers = "127.0.0.1:1" };
	struct tcp_settings t = plain("any.test:1");
	struct world *w = world_new(&settings);
	struct sample s = ask_tcp(w, &t, LATE);

	(void)state;
	assert_int_equal(s.outcome, SAMPLE_LOST);
	world_free(w);
}

/* N3: an address that this host has no way to. */
static void
test_no_route(void **state)
{
	struct tcp_settings t = plain("[2001:db8::1]:1");
	struct world *w = world_new(NULL);
	struct sample s = ask_tcp(w, &t, SOON);

	(void)state;
	if (s.outcome == SAMPLE_FAILED)
		/* There is a way out of here: then nobody answers. */
		expect_sample(&s, SAMPLE_FAILED, "timeout.connect");
	else
		expect_sample(&s, SAMPLE_LOST, "connect.unreachable");
	world_free(w);
}

/* R2 */
static void
test_no_descriptors(void **state)
{
	struct tcp_settings t = plain("127.0.0.1:1");
	struct world *w = world_new(NULL);
	struct rlimit before, none;
	struct sample s;
	int spare = dup(0);

	(void)state;
	assert_true(spare >= 0);
	(void)close(spare);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)spare;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	s = ask_tcp(w, &t, LATE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	expect_sample(&s, SAMPLE_LOST, "local.descriptors");
	world_free(w);
}

/* Takes connections until it is full, and answers none. */
static int
full_listener(struct sockaddr_in *at, int fillers[4])
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(*at);

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(fd, (struct sockaddr *)at, length), 0);
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)at, &length), 0);
	for (int i = 0; i < 4; i++) {
		fillers[i] = socket(
		    AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(fillers[i], (struct sockaddr *)at, length);
	}
	return fd;
}

static int
second_listener(struct sockaddr_in at)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 16), 0);
	return fd;
}

/* R2: an address that we could not try might have answered. */
static void
test_descriptors_for_one_address_of_two(void **state)
{
	const char *dns[] = { "two.test A 127.0.0.1 127.0.0.2", NULL };
	struct peer server = peer_start("dns", dns);
	struct sockaddr_in at;
	int fillers[4], full = full_listener(&at, fillers);
	int good = second_listener(at), spare;
	char servers[32], address[32];
	struct fetch_settings settings = { .dns_servers = servers };
	struct tcp_settings t = plain(address);
	struct rlimit before, few;
	struct world *w;
	struct sample s;

	(void)state;
	(void)snprintf(servers, sizeof(servers), "127.0.0.1:%u", server.port);
	(void)snprintf(
	    address, sizeof(address), "two.test:%u", ntohs(at.sin_port));
	t.allow_local = true;
	w = world_new(&settings);
	s = ask_tcp(w, &t, LATE);
	expect_sample(&s, SAMPLE_OK, NULL);
	spare = dup(0);
	assert_true(spare >= 0);
	(void)close(spare);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = (rlim_t)spare + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	s = ask_tcp(w, &t, 2 * SOON);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	expect_sample(&s, SAMPLE_LOST, "local.descriptors");
	world_free(w);
	for (int i = 0; i < 4; i++)
		(void)close(fillers[i]);
	(void)close(full);
	(void)close(good);
	peer_stop(&server);
	peer_forget(&server);
}

/*
 * N20: when all of them hang, there must be descriptors left to act with; as
 * many as a quarter of the questions over HTTP may be under way.
 */
static void
test_no_more_at_once_than_there_is_room_for(void **state)
{
	const char *script[] = { "hang", NULL };
	struct peer peer = peer_start("peer", script);
	struct fetch_settings settings = { .in_flight_max = 4 };
	struct world *w = world_new(&settings);
	struct tcp_settings t = { .expect = { .contains = "x", MAX } };
	const struct probe_settings p = {
		.name = "queue", .kind = &probe_tcp, .settings = &t
	};
	struct asker *first, *second;
	char address[32];
	struct sample s;

	(void)state;
	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", peer.port);
	t.address = address;
	first = asker_of(w, &p);
	second = asker_of(w, &p);
	assert_true(asker_ask(first, LATE, false, on_answer, w));
	s = ask_asker(w, second, SOON, false);
	expect_sample(&s, SAMPLE_LOST, "local.connections");
	asker_free(first);
	s = ask_asker(w, second, SOON, false);
	expect_sample(&s, SAMPLE_FAILED, "timeout.firstbyte");
	s = ask_asker(w, second, SOON, false);
	expect_sample(&s, SAMPLE_FAILED, "timeout.firstbyte");
	asker_free(second);
	world_free(w);
	peer_stop(&peer);
	peer_forget(&peer);
}

/* C2: a loop that did not run cannot say that the target was late. */
static void
test_our_own_lag(void **state)
{
	const char *script[] = { "hang", NULL };
	struct peer peer = peer_start("peer", script);
	struct world *w = world_new(NULL);
	struct tcp_settings t = { .expect = { .contains = "x", MAX } };
	const struct probe_settings p = {
		.name = "queue", .kind = &probe_tcp, .settings = &t
	};
	char address[32];
	struct asker *a;

	(void)state;
	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", peer.port);
	t.address = address;
	a = asker_of(w, &p);
	assert_true(asker_ask(a, SOON, false, on_answer, w));
	assert_int_equal(usleep(700000), 0);
	/* The time that was taken is given back; again it passes unused. */
	let_pass(w, 50);
	assert_int_equal(w->answers, 0);
	assert_int_equal(usleep(900000), 0);
	wait_for(w, 1);
	expect_sample(&w->last, SAMPLE_LOST, "local.lag");
	asker_free(a);
	world_free(w);
	peer_stop(&peer);
	peer_forget(&peer);
}

/* Freed at any point of a question: nothing comes, nothing is left. */
static void
test_freed_while_asking(void **state)
{
	const char *script[] = { "drip 5 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		NULL };
	struct peer peer = peer_start("peer", script);
	struct world *w = world_new(NULL);
	char address[32];
	struct tcp_settings t = { .address = address,
		.expect = { .contains = "x", MAX } };
	const struct probe_settings p = {
		.name = "queue", .kind = &probe_tcp, .settings = &t
	};

	(void)state;
	(void)snprintf(address, sizeof(address), "localhost:%u", peer.port);
	for (int64_t ms = 0; ms < 20; ms++) {
		struct asker *a = asker_of(w, &p);

		assert_true(asker_ask(a, LATE, false, on_answer, w));
		let_pass(w, ms);
		asker_free(a);
	}
	let_pass(w, 50);
	assert_int_equal(w->answers, 0);
	world_free(w);
	peer_stop(&peer);
	peer_forget(&peer);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_a_closed_port_refuses),
		cmocka_unit_test(test_the_other_family_answers),
		cmocka_unit_test(test_a_name_that_became_local_is_refused),
		cmocka_unit_test(test_one_good_address_of_many),
		cmocka_unit_test(test_no_resolver),
		cmocka_unit_test(test_no_route),
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_descriptors_for_one_address_of_two),
		cmocka_unit_test(test_no_more_at_once_than_there_is_room_for),
		cmocka_unit_test(test_our_own_lag),
		cmocka_unit_test(test_freed_while_asking),
	};
	struct CMUnitTest table[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		table[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("tcp", table, NULL, NULL) +
	    cmocka_run_group_tests_name("tcp, more", others, NULL, NULL);
}
