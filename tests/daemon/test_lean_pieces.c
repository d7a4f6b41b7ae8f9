/*
 * The lean engine: requests that go out and answers that come in by pieces.
 */
#include <errno.h>

#include "tests/daemon/capture.h"
#include "tests/daemon/lean_scene.h"

static size_t send_max; /* 0: as much as there is */

/* In place of the system's: the kernel takes more than anybody asks. */
ssize_t
send(int fd, const void *bytes, size_t length, int flags)
{
	static unsigned calls;

	if (send_max > 0 && ++calls % 2 == 0) {
		errno = EAGAIN;
		return -1;
	}
	if (send_max > 0 && length > send_max)
		length = send_max;
	return sendto(fd, bytes, length, flags, NULL, 0);
}

static struct fetch_target *
slow_target(struct world *w, unsigned port)
{
	static char url[64];
	static struct http_settings settings;
	struct fetch_target *t;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
	settings = get(url);
	send_max = 7;
	t = target(w, &settings);
	assert_int_equal(fetch_target_engine(t), FETCH_LEAN);
	return t;
}

static void
test_a_request_that_does_not_go_out_at_once(void **state)
{
	struct world *w = world_new(NULL);
	struct capture *c = capture_new(w->loop);
	struct fetch_target *t = slow_target(w, c->port);

	(void)state;
	c->is_patient = true;
	for (int i = 0; i < 2; i++) {
		struct sample s = ask(w, t, 10000, false);

		expect_sample(&s, SAMPLE_OK, NULL);
	}
	assert_int_equal(c->connections, 1);
	assert_int_equal(c->requests, 2);
	send_max = 0;
	fetch_target_free(t);
	capture_free(c);
	world_free(w);
}

/* The rest of the request would be taken for another one. */
static void
test_an_answer_before_all_was_asked(void **state)
{
	struct world *w = world_new(NULL);
	struct capture *c = capture_new(w->loop);
	struct fetch_target *t = slow_target(w, c->port);

	(void)state;
	c->is_early = true;
	for (int i = 0; i < 2; i++) {
		struct sample s = ask(w, t, 10000, false);

		expect_sample(&s, SAMPLE_OK, NULL);
	}
	assert_int_equal(c->connections, 2);
	assert_int_equal(fetch_counts(w->fetch)->retried, 0);
	send_max = 0;
	fetch_target_free(t);
	capture_free(c);
	world_free(w);
}

static const struct answer {
	const char *name, *script;
	bool is_kept;
} answers[] = {
	{ "byte for byte", "rx ; drip 1 " HEAD "up ; loop", true },
	{ "a head and then the body",
	    "rx ; tx " HEAD " ; pause 20 ; tx up ; loop", true },
	{ "chunks byte for byte",
	    "rx ; drip 1 HTTP/1.1 200 OK\\r\\nTransfer-Encoding: "
	    "chunked\\r\\n\\r\\n1\\r\\nu\\r\\n1\\r\\np\\r\\n0\\r\\n\\r\\n ; "
	    "loop",
	    true },
	{ "chunks at once",
	    "rx ; tx HTTP/1.1 200 OK\\r\\nTransfer-Encoding: "
	    "chunked\\r\\n\\r\\n1\\r\\nu\\r\\n1\\r\\np\\r\\n0\\r\\n\\r\\n ; "
	    "loop",
	    true },
	{ "100 Continue, unasked",
	    "rx ; tx HTTP/1.1 100 Continue\\r\\n\\r\\n" HEAD "up ; loop",
	    true },
	{ "100 Continue in pieces",
	    "rx ; drip 1 HTTP/1.1 100 Continue\\r\\n\\r\\n" HEAD "up ; loop",
	    true },
	{ "until the end",
	    "rx ; tx HTTP/1.1 200 OK\\r\\n\\r\\nu ; pause 20 ; tx p ; close",
	    false },
	{ "the last answer",
	    "rx ; tx HTTP/1.1 200 OK\\r\\nConnection: "
	    "close\\r\\nContent-Length: 2\\r\\n\\r\\nup ; "
	    "hang",
	    false },
	{ "HTTP/1.0",
	    "rx ; tx HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nup ; "
	    "hang",
	    false },
};

static void
test_answers_come_in_any_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct scene *s = SCENE(answers[i].script);
		struct fetch_target *t;
		struct sample a;

		s->settings.expect.matches = "^up$";
		t = target(s->w, &s->settings);
		for (int k = 0; k < 2; k++) {
			a = ask(s->w, t, 5000, false);
			if (a.outcome != SAMPLE_OK || a.status != 200)
				fail_msg("%s: %s %s", answers[i].name,
				    a.failure, a.detail);
		}
		if ((counts(s).connects == 1) != answers[i].is_kept)
			fail_msg("%s: %d connections", answers[i].name,
			    (int)counts(s).connects);
		fetch_target_free(t);
		peer_stop(&s->p);
		scene_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_that_does_not_go_out_at_once),
		cmocka_unit_test(test_an_answer_before_all_was_asked),
		cmocka_unit_test(test_answers_come_in_any_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
