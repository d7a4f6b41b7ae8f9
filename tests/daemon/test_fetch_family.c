/*
 * A host without IPv6, and a name that has addresses of both families: what is
 * not there on our side says nothing of the target, and takes nothing from
 * what the rest of its addresses say.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/daemon/asking.h"

/* Why there is none: in socket(), in connect(); 0: there is. */
static int socket_error, connect_error;

/* In place of the system's */

int
socket(int family, int type, int protocol)
{
	if (family == AF_INET6 && socket_error != 0) {
		errno = socket_error;
		return -1;
	}
	return (int)syscall(SYS_socket, family, type, protocol);
}

int
connect(int fd, __CONST_SOCKADDR_ARG any, socklen_t length)
{
	const struct sockaddr *to = any.__sockaddr__;

	if (to->sa_family == AF_INET6 && connect_error != 0) {
		errno = connect_error;
		return -1;
	}
	return (int)syscall(SYS_connect, fd, to, length);
}

static const struct row {
	const char *name;
	int socket_error, connect_error;
} rows[] = {
	{ "not in the kernel", EAFNOSUPPORT, 0 },
	{ "turned off", 0, EADDRNOTAVAIL },
	{ "without a way out", 0, ENETUNREACH },
};

/* The last of the addresses that are tried is one of IPv6. */
static struct sample
ask_by_name(unsigned port)
{
	struct peer dns = peer_start("dns",
	    (const char *const[]){
		"two.test A 127.0.0.1", "two.test AAAA ::1 ::1", NULL });
	char servers[32], url[64];
	struct fetch_settings fetch = { .dns_servers = servers,
		.resolv_conf = "/nonexistent/resolv.conf" };
	struct http_settings settings;
	struct world *w;
	struct sample s;

	(void)snprintf(servers, sizeof(servers), "127.0.0.1:%u", dns.port);
	(void)snprintf(url, sizeof(url), "http://two.test:%u/", port);
	settings = get(url);
	settings.allow_local = true;
	w = world_new(&fetch);
	s = ask_once(w, &settings, 3000);
	world_free(w);
	peer_stop(&dns);
	peer_forget(&dns);
	return s;
}

static void
test_what_the_other_family_says_counts(void **state)
{
	const char *script[] = { "rx ; ok up", NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct peer peer = peer_start("peer", script);
		struct sample s;

		print_message("%s\n", rows[i].name);
		socket_error = rows[i].socket_error;
		connect_error = rows[i].connect_error;
		s = ask_by_name(peer.port);
		expect_sample(&s, SAMPLE_OK, NULL);
		peer_stop(&peer); /* nobody listens there any more */
		s = ask_by_name(peer.port);
		expect_sample(&s, SAMPLE_FAILED, "connect.refused");
		peer_forget(&peer);
	}
	socket_error = connect_error = 0;
}

/* That is no fault of the target's. */
static void
test_without_the_other_family_nothing_is_learnt(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *w = world_new(NULL);
		struct http_settings settings = get("http://[::1]:1/");
		struct sample s;

		socket_error = rows[i].socket_error;
		connect_error = rows[i].connect_error;
		s = ask_once(w, &settings, 3000);
		expect_sample(&s, SAMPLE_LOST, "connect.unreachable");
		world_free(w);
	}
	socket_error = connect_error = 0;
}

static int
run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_other_family_says_counts),
		cmocka_unit_test(
		    test_without_the_other_family_nothing_is_learnt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int
main(void)
{
	return run_by_both(run);
}
