/*
 * A story: what is in the outbox, what each try brings, and in what order
 * things are sent.  Deliveries are written "channel:key".
 */
#include "tests/daemon/storage.h"

#include <limits.h>
#include <sqlite3.h>

#include "base/text.h"
#include "daemon/outbox.h"

struct bench {
	struct storage t;
	struct outbox *outbox;
	struct text sent;   /* "mail:a " for each try */
	const char *broken; /* channel or key that fails */
	const char *hangs;  /* channel that never answers */
	const char *never;  /* channel or key that is refused for good */
	const char *slow;   /* channel that asks for a pause of two seconds */
	bool refuses;       /* cannot even be started */
	bool is_away;       /* no channel is configured */
	bool merges;        /* all that is there at once */
	struct text lost;   /* "mail: it says no " for each loss that is told */
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
	enum message_outcome outcome;
	size_t taken;
	int64_t wait_ms;
};

static void
answer(void *arg)
{
	struct attempt attempt = *(struct attempt *)arg;

	free(arg);
	if (--attempt.bench->under_way == 0 && attempt.bench->ending)
		loop_stop(attempt.bench->t.loop);
	attempt.done(attempt.arg,
	    &(struct outbox_outcome){
		.outcome = attempt.outcome,
		.taken = attempt.taken,
		.reason = attempt.outcome == MESSAGE_SENT ? NULL : "it says no",
		.wait_ms = attempt.wait_ms,
	    });
}

static bool
is_named(const char *name, const struct store_delivery *d)
{
	return name != NULL &&
	    (strcmp(name, d->channel) == 0 || strcmp(name, d->dedup_key) == 0);
}

static void
note_lost(void *arg, const char *channel, const char *reason, bool for_good)
{
	struct bench *b = arg;

	text_addf(
	    &b->lost, "%s: %s%s ", channel, for_good ? "" : "silent, ", reason);
}

static enum outbox_begun
send_one(void *arg, const struct store_delivery *d, size_t count,
    outbox_done *done, void *done_arg)
{
	struct bench *b = arg;
	struct attempt *attempt;
	size_t taken = b->merges ? count : 1;

	if (b->is_away)
		return OUTBOX_AWAY;
	for (size_t i = 0; i < taken; i++)
		text_addf(&b->sent, "%s%s:%s", i == 0 ? "" : "+", d[i].channel,
		    d[i].dedup_key);
	text_add(&b->sent, " ");
	if (++b->tries >= b->until)
		loop_stop(b->t.loop);
	if (b->refuses)
		return OUTBOX_CANNOT;
	if (is_named(b->hangs, d))
		return OUTBOX_BEGUN;
	b->under_way++;
	attempt = malloc(sizeof(*attempt));
	assert_non_null(attempt);
	*attempt = (struct attempt){ b, done, done_arg,
		is_named(b->never, d) ? MESSAGE_NEVER :
		    is_named(b->broken, d) || is_named(b->slow, d) ?
					MESSAGE_AGAIN :
					MESSAGE_SENT,
		taken, is_named(b->slow, d) ? 2000 : 0 };
	loop_soon(b->t.loop, answer, attempt);
	return OUTBOX_BEGUN;
}

static void
begin(struct bench *b)
{
	*b = (struct bench){ .sent = text_new(10000), .lost = text_new(10000) };
	storage_begin(&b->t);
	assert_true(storage_open(&b->t));
	b->outbox = outbox_new(b->t.loop, b->t.store, send_one, note_lost, b);
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
	text_free(&b->lost);
}

static void
add(struct bench *b, const char *channel, const char *key)
{
	struct store_delivery d = {
		.channel = channel, .dedup_key = key, .body = "{}"
	};

	store_append(b->t.store, NULL, 0, &d, 1, NULL, NULL);
}

/* One that belongs to an incident. */
static void
add_of(
    struct bench *b, const char *channel, const char *key, const char *incident)
{
	char body[128];
	struct store_delivery d = {
		.channel = channel, .dedup_key = key, .body = body
	};

	(void)snprintf(body, sizeof(body), "{\"incident\":\"%s\"}", incident);
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
	b.outbox = outbox_new(b.t.loop, b.t.store, send_one, note_lost, &b);
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

/* --- What belongs together. --- */

static void
test_an_incident_keeps_its_order(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.broken = "open";
	add_of(&b, "mail", "open", "I1");
	add_of(&b, "mail", "shut", "I1");
	add_of(&b, "mail", "other", "I2");
	outbox_kick(b.outbox);
	wait_tries(&b, 3); /* "open" fails twice, "other" goes between */
	b.broken = NULL;
	wait_tries(&b, 4);
	wait_empty(&b);
	assert_null(strstr(text_str(&b.sent), "mail:shut mail:open"));
	assert_non_null(strstr(text_str(&b.sent), "mail:other "));
	assert_int_equal(outbox_counts(b.outbox).sent, 3);
	end(&b);
}

static void
test_what_waited_together_is_sent_at_once(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.merges = true;
	b.broken = "mail";
	add_of(&b, "mail", "open", "I1");
	outbox_kick(b.outbox);
	wait_tries(&b, 1);
	add_of(&b, "mail", "failed", "I1");
	add_of(&b, "mail", "shut", "I1");
	add_of(&b, "chat", "open", "I1");
	b.broken = NULL;
	outbox_kick(b.outbox);
	wait_tries(&b, 3);
	wait_empty(&b);
	assert_string_equal(text_str(&b.sent),
	    "mail:open chat:open mail:open+mail:failed+mail:shut ");
	assert_int_equal(outbox_counts(b.outbox).sent, 4);
	end(&b);
}

static void
test_what_is_of_no_incident_stays_alone(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.merges = true;
	add(&b, "mail", "a");
	add_of(&b, "mail", "b", "");
	add(&b, "mail", "c");
	outbox_kick(b.outbox);
	wait_tries(&b, 3);
	wait_empty(&b);
	assert_string_equal(text_str(&b.sent), "mail:a mail:b mail:c ");
	end(&b);
}

static void
test_no_more_at_once_than_fit(void **state)
{
	struct bench b;
	size_t plus = 0;

	(void)state;
	begin(&b);
	b.merges = true;
	for (int i = 0; i <= STORE_THREAD_MAX; i++) {
		char key[16];

		(void)snprintf(key, sizeof(key), "%d", i);
		add_of(&b, "mail", key, "I1");
	}
	outbox_kick(b.outbox);
	wait_tries(&b, 2);
	wait_empty(&b);
	for (const char *c = text_str(&b.sent); *c != '\0'; c++)
		plus += *c == '+';
	assert_int_equal(plus, STORE_THREAD_MAX - 1);
	assert_non_null(strstr(text_str(&b.sent), " mail:32 "));
	end(&b);
}

/* --- What is given up. --- */

static int64_t seen_id; /* of the last dead letter that was read */

static void
dead_letter(void *arg, bool ok, const struct store_delivery *rows, size_t count)
{
	struct storage *t = arg;

	assert_true(ok);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(rows[i].reason, "it says no");
		assert_true(rows[i].died_wall_ms > 0);
		seen_id = rows[i].id;
	}
	storage_answered(t, count > 0);
}

static int64_t
wait_dead(struct bench *b)
{
	store_read_dead(b->t.store, dead_letter, &b->t);
	storage_wait(&b->t, 1);
	return b->t.ok ? seen_id : 0;
}

static void
test_what_is_refused_for_good_is_a_dead_letter(void **state)
{
	struct bench b;
	int64_t id;

	(void)state;
	begin(&b);
	b.never = "mail";
	add(&b, "mail", "a");
	add(&b, "mail", "b");
	outbox_kick(b.outbox);
	wait_tries(&b, 2);
	wait_empty(&b);
	id = wait_dead(&b);
	assert_true(id > 0);
	/* Told once, not with each letter. */
	assert_string_equal(text_str(&b.lost), "mail: it says no ");
	assert_int_equal(outbox_counts(b.outbox).given_up, 2);
	assert_int_equal(outbox_counts(b.outbox).dead, 2);
	/* Once more. */
	b.never = NULL;
	store_revive(b.t.store, id);
	outbox_changed(b.outbox);
	wait_tries(&b, 3);
	wait_empty(&b);
	assert_string_equal(text_str(&b.sent), "mail:a mail:b mail:b ");
	outbox_changed(b.outbox);
	id = wait_dead(&b);
	assert_int_equal(outbox_counts(b.outbox).dead, 1);
	store_drop(b.t.store, id);
	assert_int_equal(wait_dead(&b), 0);
	end(&b);
}

/* As if it had been made so much earlier. */
static void
make_older(struct bench *b, int64_t by_ms)
{
	char path[PATH_MAX], sql[128];
	sqlite3 *db;

	(void)snprintf(path, sizeof(path), "%s/rollbackd.db", b->t.folder);
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE outbox SET made_wall_ms = made_wall_ms - %lld",
	    (long long)by_ms);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_changes(db), 1);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static const struct {
	int64_t age_ms;
	const char *lost;
} silences[] = {
	{ OUTBOX_SILENT_MS - STORAGE_WAIT_MS, "" },
	{ OUTBOX_SILENT_MS, "mail: silent, it says no " },
};

static void
test_a_channel_that_fails_for_long_is_told_of_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(silences); i++) {
		struct bench b;

		begin(&b);
		b.hangs = "mail";
		add(&b, "mail", "a");
		outbox_kick(b.outbox);
		wait_tries(&b, 1);
		outbox_free(b.outbox);
		storage_close(&b.t);
		make_older(&b, silences[i].age_ms);
		assert_true(storage_open(&b.t));
		b.hangs = NULL;
		b.broken = "mail";
		b.outbox =
		    outbox_new(b.t.loop, b.t.store, send_one, note_lost, &b);
		wait_tries(&b, 2);
		assert_string_equal(text_str(&b.lost), "");
		wait_tries(&b, 4);
		assert_string_equal(text_str(&b.lost), silences[i].lost);
		assert_int_equal(outbox_counts(b.outbox).given_up, 0);
		end(&b);
	}
}

static void
test_a_dead_letter_outlives_a_restart(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.never = "mail";
	add(&b, "mail", "a");
	outbox_kick(b.outbox);
	wait_tries(&b, 1);
	wait_empty(&b);
	outbox_free(b.outbox);
	storage_close(&b.t);
	assert_true(storage_open(&b.t));
	b.outbox = outbox_new(b.t.loop, b.t.store, send_one, note_lost, &b);
	assert_true(wait_dead(&b) > 0);
	assert_int_equal(outbox_counts(b.outbox).dead, 1);
	assert_string_equal(text_str(&b.sent), "mail:a ");
	end(&b);
}

static void
test_who_asks_for_a_pause_gets_it(void **state)
{
	struct bench b;
	int64_t start_ms;

	(void)state;
	begin(&b);
	b.slow = "mail";
	add(&b, "mail", "a");
	add(&b, "mail", "b");
	start_ms = loop_wall_ms();
	outbox_kick(b.outbox);
	wait_tries(&b, 1);
	b.slow = NULL;
	wait_tries(&b, 2);
	assert_true(loop_wall_ms() - start_ms >= 2000 - 50);
	wait_tries(&b, 3);
	wait_empty(&b);
	end(&b);
}

static void
test_a_channel_that_is_away_keeps_its_letters(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.is_away = true;
	add(&b, "mail", "a");
	outbox_kick(b.outbox);
	store_read_outbox(b.t.store, counted, &b.t);
	storage_wait(&b.t, 1);
	assert_false(b.t.ok); /* it is there */
	b.is_away = false;
	outbox_changed(b.outbox);
	wait_tries(&b, 1);
	wait_empty(&b);
	assert_string_equal(text_str(&b.sent), "mail:a ");
	assert_int_equal(outbox_counts(b.outbox).failed, 0);
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
		cmocka_unit_test(test_an_incident_keeps_its_order),
		cmocka_unit_test(test_what_waited_together_is_sent_at_once),
		cmocka_unit_test(test_what_is_of_no_incident_stays_alone),
		cmocka_unit_test(test_no_more_at_once_than_fit),
		cmocka_unit_test(
		    test_what_is_refused_for_good_is_a_dead_letter),
		cmocka_unit_test(
		    test_a_channel_that_fails_for_long_is_told_of_once),
		cmocka_unit_test(test_a_dead_letter_outlives_a_restart),
		cmocka_unit_test(test_who_asks_for_a_pause_gets_it),
		cmocka_unit_test(test_a_channel_that_is_away_keeps_its_letters),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
