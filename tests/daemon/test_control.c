/*
 * The control socket from the outside: a server in this loop, and clients
 * that are sockets in the same loop.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "control/request.h"
#include "daemon/control.h"
#include "tests/daemon/control_client.h"

/* Twice the deadlines below and some: a test that waits longer has failed. */
static const struct control_deadlines short_deadlines = {
	.request_ms = 150,
	.idle_ms = 300,
	.take_ms = 300,
	.answer_ms = 200,
	.remember_ms = 200,
};

/* Answers at once, or keeps the calls for the test to answer. */
struct handler {
	bool keeps;
	size_t calls;
	struct control_call *kept[64];
	size_t kept_count;
	size_t answer_bytes; /* of the text in the result */
	int64_t work_ms;     /* keeps the loop so long */
};

struct fixture {
	char folder[64];
	char path[96];
	struct loop *loop;
	struct control *control;
	struct handler handler;
};

static void
answer(struct handler *h, struct control_call *call)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "verb", verb_info(control_verb(call))->word);
	json_set_int(o, "number", (int64_t)h->calls);
	if (h->answer_bytes > 0) {
		char *words = malloc(h->answer_bytes + 1);

		memset(words, 'x', h->answer_bytes);
		words[h->answer_bytes] = '\0';
		json_set_text(o, "words", words);
		free(words);
	}
	control_reply(call, o);
}

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
work(int64_t ms)
{
	int64_t until_ms = monotonic_ms() + ms;

	while (monotonic_ms() < until_ms)
		;
}

static void
on_call(void *arg, struct control_call *call)
{
	struct handler *h = arg;

	h->calls++;
	work(h->work_ms);
	if (h->keeps)
		h->kept[h->kept_count++] = call;
	else
		answer(h, call);
}

static void
open_control(struct fixture *f, const struct control_deadlines *deadlines)
{
	const struct control_place place = { .socket = f->path,
		.group = CONTROL_NO_GROUP,
		.deadlines = deadlines };
	struct error err;

	f->control = control_open(f->loop, &place, on_call, &f->handler, &err);
	if (f->control == NULL)
		fail_msg("%s", err.text);
	assert_string_equal(err.text, "");
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/controlXXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(
	    f->path, sizeof(f->path), "%s/run/control.sock", f->folder);
	f->loop = loop_new();
	assert_non_null(f->loop);
	open_control(f, NULL);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char run[96];

	control_close(f->control);
	loop_free(f->loop);
	(void)unlink(f->path);
	(void)snprintf(run, sizeof(run), "%s/run", f->folder);
	(void)rmdir(run);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static void
reopen(struct fixture *f, const struct control_deadlines *deadlines)
{
	control_close(f->control);
	open_control(f, deadlines);
}

static void
await_calls(struct fixture *f, struct client *c, size_t count)
{
	int64_t until_ms = loop_now_ms(f->loop) + CLIENT_PATIENCE_MS;

	while (f->handler.calls < count && loop_now_ms(f->loop) < until_ms)
		client_turn(c);
	assert_int_equal(f->handler.calls, count);
}

#define REQUEST(id, verb, args) \
	"{\"v\":1,\"id\":\"" id "\",\"verb\":\"" verb "\",\"args\":" args "}\n"
#define DEPLOY(id, version)   \
	REQUEST(id, "deploy", \
	    "{\"service\":\"shop\",\"version\":\"" version "\"}")

static void
test_a_request_is_answered(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);

	client_send(&c, REQUEST("a-1", "version", "{}"));
	assert_string_equal(client_line(&c),
	    "{\"v\":1,\"id\":\"a-1\",\"ok\":true,\"result\":{"
	    "\"verb\":\"version\",\"number\":1}}");
	client_close(&c);
}

static void
test_several_in_one_write_are_answered_in_order(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);

	client_send(&c,
	    REQUEST("1", "version", "{}") "nonsense\n" REQUEST(
		"2", "status", "{}"));
	client_expect(&c, "\"id\":\"1\",\"ok\":true");
	client_expect(&c, "\"id\":null,\"ok\":false");
	client_expect(&c, "\"id\":\"2\",\"ok\":true");
	client_close(&c);
}

static void
test_a_request_may_come_in_pieces(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);
	const char *line = REQUEST("a", "version", "{}");

	for (size_t i = 0; line[i] != '\0'; i++) {
		char piece[2] = { line[i], '\0' };

		assert_int_equal(f->handler.calls, 0);
		client_send(&c, piece);
		client_turn(&c);
	}
	client_expect(&c, "\"ok\":true");
	client_close(&c);
}

/* A request padded with spaces to so many bytes before its newline. */
static char *
padded(size_t length)
{
	const char request[] = "{\"v\":1,\"id\":\"p\",\"verb\":\"version\"}";
	char *line = malloc(length + 2);

	memset(line, ' ', length);
	memcpy(line, request, sizeof(request) - 1);
	line[length] = '\n';
	line[length + 1] = '\0';
	return line;
}

static void
test_a_line_of_64_kib_is_taken_and_one_byte_more_is_not(void **state)
{
	struct fixture *f = *state;
	char *fits = padded(CONTROL_REQUEST_MAX_BYTES);
	char *too_long = padded(CONTROL_REQUEST_MAX_BYTES + 1);
	struct client c = client_connect(f->loop, f->path);

	client_send(&c, fits);
	client_expect(&c, "\"ok\":true");
	client_send(&c, too_long);
	client_expect(&c, "\"code\":\"too-large\"");
	assert_true(client_is_closed(&c));
	client_close(&c);
	free(fits);
	free(too_long);
}

static void
test_a_line_without_end_is_not_collected(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);
	char *line = padded(2 * CONTROL_REQUEST_MAX_BYTES);

	*strchr(line, '\n') = ' ';
	client_send(&c, line);
	client_expect(&c, "\"code\":\"too-large\"");
	assert_true(client_is_closed(&c));
	client_close(&c);
	free(line);
}

static void
test_a_last_line_without_newline_is_refused_with_a_hint(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);

	client_send(&c, REQUEST("a", "version", "{}") "{\"v\":1");
	assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
	client_expect(&c, "\"ok\":true");
	client_expect(&c, "a request ends with a newline");
	assert_true(client_is_closed(&c));
	client_close(&c);
}

static void
test_who_shuts_down_his_side_still_gets_his_answer(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);

	f->handler.keeps = true;
	client_send(&c, REQUEST("a", "version", "{}"));
	assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
	await_calls(f, &c, 1);
	assert_int_equal(f->handler.kept_count, 1);
	answer(&f->handler, f->handler.kept[0]);
	client_expect(&c, "\"ok\":true");
	assert_true(client_is_closed(&c));
	client_close(&c);
}

static void
test_half_a_request_is_given_up_after_its_deadline(void **state)
{
	struct fixture *f = *state;
	struct client c;

	reopen(f, &short_deadlines);
	c = client_connect(f->loop, f->path);
	client_send(&c, "{\"v\":1,");
	client_expect(&c, "\"code\":\"timeout\"");
	assert_true(client_is_closed(&c));
	client_close(&c);
	assert_int_equal(control_connections(f->control), 0);
}

static void
test_more_bytes_do_not_move_the_deadline(void **state)
{
	struct fixture *f = *state;
	int64_t begin_ms;
	struct client c;

	reopen(f, &short_deadlines);
	c = client_connect(f->loop, f->path);
	begin_ms = loop_now_ms(f->loop);
	while (!c.closed && c.in.length == 0 &&
	    loop_now_ms(f->loop) - begin_ms < 3000) {
		(void)send(c.fd, " ", 1, MSG_NOSIGNAL);
		client_turn(&c);
	}
	client_expect(&c, "\"code\":\"timeout\"");
	client_close(&c);
}

static void
test_an_idle_connection_is_closed(void **state)
{
	struct fixture *f = *state;
	struct client c;

	reopen(f, &short_deadlines);
	c = client_connect(f->loop, f->path);
	client_send(&c, REQUEST("a", "version", "{}"));
	client_expect(&c, "\"ok\":true");
	assert_true(client_is_closed(&c));
	client_close(&c);
	assert_int_equal(control_connections(f->control), 0);
}

static void
test_one_user_may_have_128_connections(void **state)
{
	struct fixture *f = *state;
	struct client c[CONTROL_CONNECTIONS_PER_UID], more;

	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		c[i] = client_connect(f->loop, f->path);
		client_send(&c[i], REQUEST("a", "version", "{}"));
		client_expect(&c[i], "\"ok\":true");
	}
	more = client_connect(f->loop, f->path);
	client_expect(&more, "\"code\":\"busy\"");
	assert_true(client_is_closed(&more));
	client_close(&more);
	client_close(&c[0]);
	client_await_connections(
	    &c[1], f->control, CONTROL_CONNECTIONS_PER_UID - 1);
	more = client_connect(f->loop, f->path);
	client_send(&more, REQUEST("a", "version", "{}"));
	client_expect(&more, "\"ok\":true");
	client_close(&more);
	for (size_t i = 1; i < ARRAY_LEN(c); i++)
		client_close(&c[i]);
}

static void
test_who_sends_descriptors_is_dropped(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);
	int before = client_open_descriptors();

	client_send_descriptors(&c, REQUEST("a", "version", "{}"), 253);
	assert_true(client_is_closed(&c));
	assert_int_equal(f->handler.calls, 0);
	assert_int_equal(client_open_descriptors(), before);
	client_close(&c);
}

static void
test_an_answer_to_nobody_hurts_nobody(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);
	struct client other = client_connect(f->loop, f->path);

	f->handler.keeps = true;
	client_send(&c, REQUEST("a", "version", "{}"));
	await_calls(f, &c, 1);
	assert_int_equal(f->handler.kept_count, 1);
	client_close(&c);
	answer(&f->handler, f->handler.kept[0]);
	f->handler.keeps = false;
	client_send(&other, REQUEST("b", "version", "{}"));
	client_expect(&other, "\"ok\":true");
	client_close(&other);
	assert_int_equal(f->handler.calls, 2);
}

static void
test_an_act_asked_again_is_done_once(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path), again;
	char *first;

	client_send(&c, DEPLOY("d-1", "2"));
	first = strdup(client_line(&c));
	client_close(&c);
	again = client_connect(f->loop, f->path);
	client_send(&again, DEPLOY("d-1", "2"));
	assert_string_equal(client_line(&again), first);
	assert_int_equal(f->handler.calls, 1);
	client_send(&again, DEPLOY("d-2", "2"));
	client_expect(&again, "\"number\":2");
	client_close(&again);
	free(first);
}

static void
test_the_same_id_for_something_else_is_a_conflict(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);

	client_send(&c, DEPLOY("d-1", "2"));
	client_expect(&c, "\"ok\":true");
	client_send(&c, DEPLOY("d-1", "3"));
	client_expect(&c, "\"code\":\"conflict\"");
	client_send(&c, REQUEST("d-1", "reload", "{}"));
	client_expect(&c, "\"code\":\"conflict\"");
	assert_int_equal(f->handler.calls, 1);
	client_close(&c);
}

static void
test_questions_are_asked_anew_whatever_their_id(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);

	client_send(&c, REQUEST("q", "status", "{}"));
	client_expect(&c, "\"number\":1");
	client_send(&c, REQUEST("q", "status", "{}"));
	client_expect(&c, "\"number\":2");
	client_close(&c);
}

static void
test_who_asks_again_while_it_is_done_gets_the_same_answer(void **state)
{
	struct fixture *f = *state;
	struct client a = client_connect(f->loop, f->path);
	struct client b = client_connect(f->loop, f->path);

	f->handler.keeps = true;
	client_send(&a, DEPLOY("d", "2"));
	await_calls(f, &a, 1);
	client_send(&b, DEPLOY("d", "2"));
	client_turn(&b);
	assert_int_equal(f->handler.kept_count, 1);
	answer(&f->handler, f->handler.kept[0]);
	client_expect(&a, "\"number\":1");
	client_expect(&b, "\"number\":1");
	client_close(&a);
	client_close(&b);
}

static void
test_an_answer_is_forgotten_after_its_time(void **state)
{
	struct fixture *f = *state;
	struct client c;
	int64_t begin_ms;

	reopen(f, &short_deadlines);
	c = client_connect(f->loop, f->path);
	begin_ms = loop_now_ms(f->loop);
	while (f->handler.calls < 2 &&
	    loop_now_ms(f->loop) - begin_ms < CLIENT_PATIENCE_MS) {
		client_send(&c, DEPLOY("d", "2"));
		client_expect(&c, "\"ok\":true");
	}
	assert_int_equal(f->handler.calls, 2);
	assert_true(loop_now_ms(f->loop) - begin_ms >= 200);
	client_close(&c);
}

static void
deploy_number(struct client *c, unsigned number)
{
	char line[128];

	(void)snprintf(line, sizeof(line),
	    "{\"v\":1,\"id\":\"d-%u\",\"verb\":\"deploy\",\"args\":"
	    "{\"service\":\"shop\",\"version\":\"2\"}}\n",
	    number);
	client_send(c, line);
	client_expect(c, "\"ok\":true");
}

static void
test_4096_answers_are_remembered_and_then_the_oldest_goes(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);

	for (unsigned i = 0; i < CONTROL_REMEMBERED_MAX; i++)
		deploy_number(&c, i);
	assert_int_equal(f->handler.calls, CONTROL_REMEMBERED_MAX);
	deploy_number(&c, 0);
	assert_int_equal(f->handler.calls, CONTROL_REMEMBERED_MAX);
	deploy_number(&c, CONTROL_REMEMBERED_MAX);
	deploy_number(&c, CONTROL_REMEMBERED_MAX - 1);
	assert_int_equal(f->handler.calls, CONTROL_REMEMBERED_MAX + 1);
	deploy_number(&c, 0);
	assert_int_equal(f->handler.calls, CONTROL_REMEMBERED_MAX + 2);
	client_close(&c);
}

static void
test_busy_is_no_answer_to_remember(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);

	f->handler.keeps = true;
	client_send(&c, DEPLOY("d", "2"));
	await_calls(f, &c, 1);
	control_refuse(f->handler.kept[0], CONTROL_BUSY, "later");
	client_expect(&c, "\"message\":\"later\"");
	f->handler.keeps = false;
	client_send(&c, DEPLOY("d", "2"));
	client_expect(&c, "\"ok\":true");
	client_close(&c);
}

static void
test_a_refused_act_is_remembered_too(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);

	f->handler.keeps = true;
	client_send(&c, DEPLOY("d", "2"));
	await_calls(f, &c, 1);
	control_refuse(
	    f->handler.kept[0], CONTROL_NOT_FOUND, "no \"%s\"", "shop");
	client_expect(&c, "no \\\"shop\\\"");
	client_send(&c, DEPLOY("d", "2"));
	client_expect(&c, "no \\\"shop\\\"");
	assert_int_equal(f->handler.calls, 1);
	client_close(&c);
}

static void
test_an_answer_that_comes_too_late_is_there_for_who_asks_again(void **state)
{
	struct fixture *f = *state;
	struct client c;

	reopen(f, &short_deadlines);
	c = client_connect(f->loop, f->path);
	f->handler.keeps = true;
	client_send(&c, DEPLOY("d", "2"));
	client_expect(&c, "\"code\":\"timeout\"");
	answer(&f->handler, f->handler.kept[0]);
	client_send(&c, DEPLOY("d", "2"));
	client_expect(&c, "\"number\":1");
	assert_int_equal(f->handler.calls, 1);
	client_close(&c);
}

/* X2: most of these are turned away; none of them leaves anything behind. */
static void
test_thousands_of_connections_leave_nothing_behind(void **state)
{
	struct fixture *f = *state;
	struct client c[CONTROL_CONNECTIONS_PER_UID + 8];
	int before = client_open_descriptors();

	for (size_t round = 0; round < 2000 / ARRAY_LEN(c); round++) {
		for (size_t i = 0; i < ARRAY_LEN(c); i++)
			c[i] = client_connect(f->loop, f->path);
		client_expect(&c[ARRAY_LEN(c) - 1], "\"code\":\"busy\"");
		for (size_t i = 0; i < ARRAY_LEN(c); i++)
			client_close(&c[i]);
		c[0] = client_connect(f->loop, f->path);
		client_await_connections(&c[0], f->control, 1);
		client_close(&c[0]);
		c[0] = (struct client){ .loop = f->loop, .stopped = true };
		client_await_connections(&c[0], f->control, 0);
	}
	assert_int_equal(client_open_descriptors(), before);
}

static void
test_complaints_of_a_reload_come_as_a_list(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);
	struct json_object *complaints = json_object_new_array();

	f->handler.keeps = true;
	client_send(&c, REQUEST("r", "reload", "{}"));
	await_calls(f, &c, 1);
	(void)json_object_array_add(
	    complaints, json_object_new_string("a.conf:3: error: no"));
	control_refuse_config(f->handler.kept[0], complaints, "%d wrong", 1);
	client_expect(&c,
	    "\"error\":{\"code\":\"failed\",\"message\":\"1 wrong\","
	    "\"complaints\":[\"a.conf:3: error: no\"]}");
	client_close(&c);
}

static void
test_an_answer_may_be_long_but_not_too_long(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);

	f->handler.answer_bytes = 15 * 1024 * 1024;
	client_send(&c, REQUEST("a", "status", "{}"));
	assert_true(strlen(client_line(&c)) > 15 * 1024 * 1024);
	f->handler.answer_bytes = CONTROL_REPLY_MAX_BYTES;
	client_send(&c, REQUEST("b", "status", "{}"));
	client_expect(&c, "\"code\":\"too-large\"");
	client_close(&c);
}

static void
test_who_does_not_take_his_answer_is_dropped(void **state)
{
	struct fixture *f = *state;
	struct client c;

	reopen(f, &short_deadlines);
	c = client_connect(f->loop, f->path);
	f->handler.answer_bytes = 4 * 1024 * 1024;
	client_send(&c, REQUEST("a", "status", "{}"));
	client_stop_reading(&c);
	client_await_connections(&c, f->control, 0);
	client_close(&c);
}

static void
test_answers_on_their_way_have_a_limit_together(void **state)
{
	struct fixture *f = *state;
	struct client c[5];

	f->handler.answer_bytes = 15 * 1024 * 1024;
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		c[i] = client_connect(f->loop, f->path);
		client_stop_reading(&c[i]);
		client_send(&c[i], REQUEST("a", "status", "{}"));
		await_calls(f, &c[i], i + 1);
	}
	client_start_reading(&c[4]);
	client_expect(&c[4], "\"code\":\"busy\"");
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		client_close(&c[i]);
	client_await_connections(&c[0], f->control, 0);
	c[0] = client_connect(f->loop, f->path);
	client_send(&c[0], REQUEST("a", "status", "{}"));
	client_expect(&c[0], "\"ok\":true");
	client_close(&c[0]);
}

static void
test_long_answers_leave_the_loop_time_for_its_work(void **state)
{
	struct fixture *f = *state;
	struct client c[4];
	int64_t begin_ms = monotonic_ms();

	f->handler.work_ms = 20;
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		c[i] = client_connect(f->loop, f->path);
		client_send(&c[i], REQUEST("a", "status", "{}"));
	}
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		client_expect(&c[i], "\"ok\":true");
	/* Four answers, three rests of twice as long, and rounding. */
	assert_true(monotonic_ms() - begin_ms >= 4 * 20 + 3 * 40 - 20);
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		client_close(&c[i]);
}

static void
test_who_waits_when_the_daemon_stops_is_told(void **state)
{
	struct fixture *f = *state;
	struct client c = client_connect(f->loop, f->path);

	f->handler.keeps = true;
	client_send(&c, DEPLOY("d", "2"));
	await_calls(f, &c, 1);
	control_close(f->control);
	f->control = NULL;
	client_expect(&c, "the daemon stops");
	assert_true(client_is_closed(&c));
	/* Answered all the same, to nobody. */
	answer(&f->handler, f->handler.kept[0]);
	client_close(&c);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_a_request_is_answered),
		TEST(test_several_in_one_write_are_answered_in_order),
		TEST(test_a_request_may_come_in_pieces),
		TEST(test_a_line_of_64_kib_is_taken_and_one_byte_more_is_not),
		TEST(test_a_line_without_end_is_not_collected),
		TEST(test_a_last_line_without_newline_is_refused_with_a_hint),
		TEST(test_who_shuts_down_his_side_still_gets_his_answer),
		TEST(test_half_a_request_is_given_up_after_its_deadline),
		TEST(test_more_bytes_do_not_move_the_deadline),
		TEST(test_an_idle_connection_is_closed),
		TEST(test_one_user_may_have_128_connections),
		TEST(test_who_sends_descriptors_is_dropped),
		TEST(test_an_answer_to_nobody_hurts_nobody),
		TEST(test_an_act_asked_again_is_done_once),
		TEST(test_the_same_id_for_something_else_is_a_conflict),
		TEST(test_questions_are_asked_anew_whatever_their_id),
		TEST(test_who_asks_again_while_it_is_done_gets_the_same_answer),
		TEST(test_an_answer_is_forgotten_after_its_time),
		TEST(test_4096_answers_are_remembered_and_then_the_oldest_goes),
		TEST(test_busy_is_no_answer_to_remember),
		TEST(test_a_refused_act_is_remembered_too),
		TEST(
		    test_an_answer_that_comes_too_late_is_there_for_who_asks_again),
		TEST(test_thousands_of_connections_leave_nothing_behind),
		TEST(test_complaints_of_a_reload_come_as_a_list),
		TEST(test_an_answer_may_be_long_but_not_too_long),
		TEST(test_who_does_not_take_his_answer_is_dropped),
		TEST(test_answers_on_their_way_have_a_limit_together),
		TEST(test_long_answers_leave_the_loop_time_for_its_work),
		TEST(test_who_waits_when_the_daemon_stops_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
