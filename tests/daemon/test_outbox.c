/*
 * A story: what is in the outbox, what each try brings, and in what order
 * things are sent.  Deliveries are written "channel:key".
 */
#include "tests/daemon/storage.h"

#include "base/text.h"
#include "daemon/outbox.h"

struct bench {
	struct storage t;
	struct outbox *outbox;
	struct text sent;   /* "mail:a " for each try */
	const char *broken; /* channel or key that fails */
	const char *hangs;  /* channel that never answers */
	bool refuses;       /* cannot even be started */
	bool ending;
	int under_way;
	int tries;
	int until;
};

/* One under way. */
struct attempt {
	struct bench *bench;
	outbox_done *done;
	void *arg;
	bool ok;
};

static void
answer(void *arg)
{
	struct attempt attempt = *(struct attempt *)arg;

	free(arg);
	if (--attempt.bench->under_way == 0 && attempt.bench->ending)
		loop_stop(attempt.bench->t.loop);
	attempt.done(attempt.arg, attempt.ok, attempt.ok ? NULL : "it says no");
}

static bool
is_named(const char *name, const struct store_delivery *d)
{
	return name != NULL &&
	    (strcmp(name, d->channel) == 0 || strcmp(name, d->dedup_key) == 0);
}

static bool
send_one(void *arg, const struct store_delivery *d, outbox_done *done,
    void *done_arg)
{
	struct bench *b = arg;
	struct attempt *attempt;

	text_addf(&b->sent, "%s:%s ", d->channel, d->dedup_key);
	if (++b->tries >= b->until)
		loop_stop(b->t.loop);
	if (b->refuses)
		return false;
	if (is_named(b->hangs, d))
		return true;
	b->under_way++;
	attempt = malloc(sizeof(*attempt));
	assert_non_null(attempt);
	*attempt =
	    (struct attempt){ b, done, done_arg, !is_named(b->broken, d) };
	loop_soon(b->t.loop, answer, attempt);
	return true;
}

static void
begin(struct bench *b)
{
	*b = (struct bench){ .sent = text_new(10000) };
	storage_begin(&b->t);
	assert_true(storage_open(&b->t));
	b->outbox = outbox_new(b->t.loop, b->t.store, send_one, b);
	assert_non_null(b->outbox);
}

static void
end(struct bench *b)
{
	b->refuses = true;
	b->ending = true;
	if (b->under_way > 0)
		assert_true(loop_run(b->t.loop));
	outbox_free(b->outbox);
	storage_end(&b->t);
	text_free(&b->sent);
}

static void
add(struct bench *b, const char *channel, const char *key)
{
	struct store_delivery d = {
		.channel = channel, .dedup_key = key, .body = "{}"
	};

	store_append(b->t.store, NULL, 0, &d, 1, NULL, NULL);
}

/* Until so many tries were begun in all. */
static void
wait_tries(struct bench *b, int tries)
{
	b->until = tries;
	if (b->tries >= tries)
		return;
	b->t.late = false;
	loop_timer_start(b->t.deadline, STORAGE_WAIT_MS);
	assert_true(loop_run(b->t.loop));
	loop_timer_stop(b->t.deadline);
	assert_false(b->t.late);
}

static void
counted(void *arg, bool ok, const struct store_delivery *rows, size_t count)
{
	struct storage *t = arg;

	(void)rows;
	assert_true(ok);
	storage_answered(t, count == 0);
}

/* Until the store has nothing left to send. */
static void
wait_empty(struct bench *b)
{
	int64_t end_ms = loop_wall_ms() + STORAGE_WAIT_MS;

	while (loop_wall_ms() < end_ms) {
		store_read_outbox(b->t.store, counted, &b->t);
		storage_wait(&b->t, 1);
		if (b->t.ok)
			return;
	}
	fail_msg("the outbox is not emptied");
}

static void
test_all_are_sent_in_order_and_forgotten(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	add(&b, "mail", "a");
	add(&b, "mail", "b");
	add(&b, "mail", "c");
	outbox_kick(b.outbox);
	wait_tries(&b, 3);
	wait_empty(&b);
	assert_string_equal(text_str(&b.sent), "mail:a mail:b mail:c ");
	assert_int_equal(outbox_counts(b.outbox).sent, 3);
	assert_int_equal(outbox_counts(b.outbox).failed, 0);
	end(&b);
}

static void
test_what_a_crash_left_is_sent_at_start(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.hangs = "mail";
	add(&b, "mail", "a");
	outbox_kick(b.outbox);
	wait_tries(&b, 1);
	outbox_free(b.outbox);
	storage_close(&b.t);
	assert_true(storage_open(&b.t));
	b.hangs = NULL;
	b.outbox = outbox_new(b.t.loop, b.t.store, send_one, &b);
	wait_tries(&b, 2);
	wait_empty(&b);
	assert_string_equal(text_str(&b.sent), "mail:a mail:a ");
	end(&b);
}

static void
test_a_channel_that_hangs_keeps_no_other(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.hangs = "mail";
	add(&b, "mail", "a");
	add(&b, "mail", "b");
	add(&b, "chat", "a");
	add(&b, "chat", "b");
	outbox_kick(b.outbox);
	wait_tries(&b, 3);
	assert_string_equal(text_str(&b.sent), "mail:a chat:a chat:b ");
	end(&b);
}

static void
test_one_that_fails_is_tried_again_behind_the_others(void **state)
{
	struct bench b;
	int64_t start_ms;

	(void)state;
	begin(&b);
	b.broken = "a";
	add(&b, "mail", "a");
	add(&b, "mail", "b");
	start_ms = loop_wall_ms();
	outbox_kick(b.outbox);
	wait_tries(&b, 1);
	assert_int_equal(b.tries, 1);
	wait_tries(&b, 2); /* after a second */
	assert_true(loop_wall_ms() - start_ms >= OUTBOX_FIRST_WAIT_MS - 50);
	b.broken = NULL;
	wait_tries(&b, 3);
	wait_empty(&b);
	/* Both were due by then, so it went by age again. */
	assert_non_null(strstr(text_str(&b.sent), "mail:a mail:"));
	assert_int_equal(outbox_counts(b.outbox).sent, 2);
	assert_true(outbox_counts(b.outbox).failed >= 1);
	assert_int_equal(outbox_counts(b.outbox).failing, 0);
	end(&b);
}

static void
test_a_notifier_that_cannot_start_is_tried_again(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.refuses = true;
	add(&b, "mail", "a");
	outbox_kick(b.outbox);
	wait_tries(&b, 1);
	assert_int_equal(outbox_counts(b.outbox).failing, 1);
	b.refuses = false;
	wait_tries(&b, 2);
	wait_empty(&b);
	assert_string_equal(text_str(&b.sent), "mail:a mail:a ");
	end(&b);
}

static void
test_kicks_send_nothing_twice(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	for (int i = 0; i < 10; i++) {
		char key[16];

		(void)snprintf(key, sizeof(key), "%d", i);
		add(&b, "mail", key);
		outbox_kick(b.outbox);
	}
	while (b.tries < 10) {
		outbox_kick(b.outbox);
		wait_tries(&b, b.tries + 1);
		outbox_kick(b.outbox);
	}
	wait_empty(&b);
	assert_string_equal(text_str(&b.sent),
	    "mail:0 mail:1 mail:2 mail:3 mail:4 mail:5 mail:6 mail:7 mail:8 "
	    "mail:9 ");
	end(&b);
}

static void
test_an_urgent_one_needs_no_store(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.broken = "mail";
	assert_true(outbox_send_now(b.outbox, "mail", "disk", "{}"));
	assert_true(outbox_send_now(b.outbox, "mail", "disk", "{}"));
	assert_true(outbox_send_now(b.outbox, "chat", "disk", "{}"));
	assert_string_equal(text_str(&b.sent), "mail:disk chat:disk ");
	b.until = 3;
	wait_tries(&b, 3); /* after a second */
	assert_string_equal(
	    text_str(&b.sent), "mail:disk chat:disk mail:disk ");
	wait_empty(&b);
	assert_int_equal(outbox_counts(b.outbox).sent, 1);
	end(&b);
}

static void
test_there_is_room_for_so_many_urgent_ones(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.hangs = "mail";
	for (int i = 0; i <= OUTBOX_URGENT_MAX; i++) {
		char key[16];

		(void)snprintf(key, sizeof(key), "%d", i);
		assert_int_equal(outbox_send_now(b.outbox, "mail", key, "{}"),
		    i < OUTBOX_URGENT_MAX);
	}
	end(&b);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_all_are_sent_in_order_and_forgotten),
		cmocka_unit_test(test_what_a_crash_left_is_sent_at_start),
		cmocka_unit_test(test_a_channel_that_hangs_keeps_no_other),
		cmocka_unit_test(
		    test_one_that_fails_is_tried_again_behind_the_others),
		cmocka_unit_test(
		    test_a_notifier_that_cannot_start_is_tried_again),
		cmocka_unit_test(test_kicks_send_nothing_twice),
		cmocka_unit_test(test_an_urgent_one_needs_no_store),
		cmocka_unit_test(test_there_is_room_for_so_many_urgent_ones),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
