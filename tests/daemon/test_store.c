#include "tests/daemon/storage.h"

#include "base/text.h"

/* Notes the order in which answers come. */
struct note {
	struct storage *t;
	char *order;
	char letter;
};

static void
note(struct note *n, bool ok)
{
	size_t length = strlen(n->order);

	n->order[length] = ok ? n->letter : '!';
	n->order[length + 1] = '\0';
	storage_answered(n->t, ok);
}

static void
noted(void *arg, bool ok)
{
	note(arg, ok);
}

static void
noted_rows(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	(void)rows;
	(void)count;
	note(arg, ok);
}

static bool
work(void *arg)
{
	struct note *n = arg;

	return n->letter != 'x';
}

static void
test_answers_come_in_the_order_of_the_calls(void **state)
{
	struct storage t;
	char order[16] = "";
	struct note n[8];
	struct store_event e = storage_event("deploy", "shop");
	struct store_query all = { .kind = NULL };

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	for (int i = 0; i < 8; i++)
		n[i] = (struct note){ &t, order, (char)('a' + i) };
	n[4].letter = 'x';
	store_append(t.store, &e, 1, NULL, 0, noted, &n[0]);
	store_run(t.store, work, noted, &n[1]);
	store_append(t.store, &e, 1, NULL, 0, noted, &n[2]);
	store_read(t.store, &all, noted_rows, &n[3]);
	store_run(t.store, work, noted, &n[4]);
	store_append(t.store, &e, 1, NULL, 0, noted, &n[5]);
	store_append(t.store, &e, 1, NULL, 0, noted, &n[6]);
	store_run(t.store, work, noted, &n[7]);
	assert_string_equal(order, "");
	storage_wait(&t, 8);
	assert_string_equal(order, "abcd!fgh");
	storage_end(&t);
}

struct seen {
	struct storage *t;
	struct text words;
	size_t count;
};

static void
see(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct seen *s = arg;

	for (size_t i = 0; i < count; i++)
		text_addf(
		    &s->words, "%s%d", i > 0 ? " " : "", (int)rows[i].seq);
	s->count = count;
	storage_answered(s->t, ok);
}

/* What the query rows below look into, numbered from 1. */
static const struct store_event history[] = {
	{ 0, 10, 1, "b", "deploy", "shop", "", "", "{\"version\":\"1\"}" },
	{ 0, 20, 2, "b", "deploy", "cart", "", "", "{}" },
	{ 0, 30, 3, "b", "opened", "shop", "I1", "", "{}" },
	{ 0, 40, 4, "b", "planned", "shop", "I1", "R1", "{}" },
	{ 0, 50, 5, "b", "closed", "shop", "I1", "", "{}" },
	{ 0, 60, 6, "b", "deploy", "shop", "", "", "{}" },
	{ 0, 70, 7, "b", "opened", "cart", "I2", "", "{}" },
	{ 0, 80, 8, "b", "planned", "cart", "I2", "R2", "{}" },
	{ 0, 90, 9, "b", "intent", "cart", "I2", "R2", "{}" },
};

struct query_row {
	const char *name;
	struct store_query query;
	const char *rows;
};

/* clang-format off */
static struct query_row queries[] = {
	{ "all", { .kind = NULL }, "1 2 3 4 5 6 7 8 9" },
	{ "of a kind", { .kind = "deploy" }, "1 2 6" },
	{ "of either of two kinds", { .kind = "deploy", .or_kind = "closed" },
	  "1 2 5 6" },
	{ "of a service", { .service = "cart" }, "2 7 8 9" },
	{ "of an incident", { .incident = "I1" }, "3 4 5" },
	{ "of a run", { .run = "R2" }, "8 9" },
	{ "of no incident", { .incident = "" }, "1 2 6" },
	{ "after one", { .after_seq = 6 }, "7 8 9" },
	{ "since a moment, that included", { .since_wall_ms = 70 }, "7 8 9" },
	{ "since just behind it", { .since_wall_ms = 71 }, "8 9" },
	{ "the newest, still in order", { .newest = 3 }, "7 8 9" },
	{ "the newest of a kind", { .kind = "deploy", .newest = 1 }, "6" },
	{ "more newest than there are", { .run = "R1", .newest = 9 }, "4" },
	{ "the latest of each service", { .kind = "deploy", .latest_each = true },
	  "2 6" },
	{ "the latest of each, of one", { .kind = "deploy", .service = "shop",
	  .latest_each = true }, "6" },
	{ "of open incidents", { .open_incidents = true }, "7 8 9" },
	{ "of open incidents, a kind", { .open_incidents = true,
	  .kind = "planned" }, "8" },
	{ "all words at once", { .kind = "intent", .service = "cart",
	  .incident = "I2", .run = "R2", .after_seq = 1, .since_wall_ms = 1,
	  .newest = 5, .open_incidents = true }, "9" },
	{ "of a kind that is not there", { .kind = "x' OR 1" }, "" },
};
/* clang-format on */

static void
test_query(void **state)
{
	const struct query_row *row = *state;
	struct storage t;
	struct seen seen = { .t = &t, .words = text_new(1000) };

	storage_begin(&t);
	assert_true(storage_open(&t));
	store_append(
	    t.store, history, ARRAY_LEN(history), NULL, 0, storage_done, &t);
	store_read(t.store, &row->query, see, &seen);
	storage_wait(&t, 2);
	assert_true(t.ok);
	assert_string_equal(text_str(&seen.words), row->rows);
	text_free(&seen.words);
	storage_end(&t);
}

static void
check_columns(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	assert_true(ok);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].seq, 1);
	assert_int_equal(rows[0].wall_ms, 10);
	assert_int_equal(rows[0].boot_ms, 11);
	assert_string_equal(rows[0].boot_id, "boot");
	assert_string_equal(rows[0].kind, "kind");
	assert_string_equal(rows[0].service, "service");
	assert_string_equal(rows[0].incident, "incident");
	assert_string_equal(rows[0].run, "run");
	assert_string_equal(rows[0].data, "data \n\x01 '\";--\xff");
	assert_string_equal(rows[1].service, "");
	assert_string_equal(rows[1].data, "");
	storage_answered(arg, ok);
}

static void
test_an_event_is_read_as_it_was_written(void **state)
{
	struct store_query all = { .kind = NULL };
	struct storage t;

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	{
		char data[] = "data \n\x01 '\";--\xff";
		struct store_event e[] = {
			{ 99, 10, 11, "boot", "kind", "service", "incident",
			    "run", data },
			{ .kind = "empty" },
		};

		store_append(t.store, e, 2, NULL, 0, storage_done, &t);
		memset(data, 'x', sizeof(data) - 1); /* it was copied */
	}
	storage_wait(&t, 1);
	assert_true(t.ok);
	storage_close(&t);
	assert_true(storage_open(&t)); /* and lasts */
	store_read(t.store, &all, check_columns, &t);
	storage_wait(&t, 1);
	storage_end(&t);
}

static void
test_a_second_opener_is_refused_by_name(void **state)
{
	struct storage t;
	struct store *second;
	struct error err = { "" };
	char pid[32];

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	second = store_open(t.loop, t.folder, &err);
	assert_null(second);
	(void)snprintf(pid, sizeof(pid), "pid %ld", (long)getpid());
	assert_non_null(strstr(err.text, "another rollbackd"));
	assert_non_null(strstr(err.text, pid));
	storage_close(&t);
	assert_true(storage_open(&t));
	storage_end(&t);
}

static void
test_a_folder_that_is_not_ours_alone_is_refused(void **state)
{
	struct storage t;
	char link[128], missing[128];

	(void)state;
	storage_begin(&t);
	assert_int_equal(chmod(t.folder, 0770), 0);
	assert_false(storage_open(&t));
	assert_non_null(strstr(t.err.text, "others may write"));
	assert_int_equal(chmod(t.folder, 0700), 0);
	storage_path(&t, "link", link);
	assert_int_equal(symlink(t.folder, link), 0);
	assert_null(store_open(t.loop, link, &t.err));
	assert_non_null(strstr(t.err.text, "link"));
	storage_path(&t, "missing/deep", missing);
	assert_null(store_open(t.loop, missing, &t.err));
	storage_path(&t, "made", missing);
	t.store = store_open(t.loop, missing, &t.err);
	assert_non_null(t.store);
	storage_end(&t);
}

static void
test_a_folder_of_another_user_is_refused(void **state)
{
	struct storage t;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: needs root to give a folder away\n");
		skip();
	}
	storage_begin(&t);
	assert_int_equal(chown(t.folder, 65534, 65534), 0);
	assert_false(storage_open(&t));
	assert_non_null(strstr(t.err.text, "belongs to uid 65534"));
	storage_end(&t);
}

static void
close_within(void *arg, bool ok)
{
	struct storage *t = arg;

	storage_close(t);
	storage_answered(t, ok);
}

static void
test_it_may_be_closed_in_an_answer(void **state)
{
	struct store_event e = storage_event("deploy", "shop");
	struct storage t;

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	store_append(t.store, &e, 1, NULL, 0, close_within, &t);
	store_append(t.store, &e, 1, NULL, 0, storage_done, &t);
	storage_wait(&t, 1);
	assert_int_equal(t.answers, 1); /* none after the close */
	storage_end(&t);
}

static void
test_what_was_asked_before_the_close_is_done(void **state)
{
	struct store_event e = storage_event("deploy", "shop");
	struct store_query all = { .kind = NULL };
	struct storage t;
	struct seen seen = { .t = &t, .words = text_new(1000) };

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	for (int i = 0; i < 300; i++)
		store_append(t.store, &e, 1, NULL, 0, storage_done, &t);
	storage_close(&t);
	assert_int_equal(t.answers, 0);
	assert_true(storage_open(&t));
	store_read(t.store, &all, see, &seen);
	storage_wait(&t, 1);
	assert_int_equal(seen.count, 300);
	text_free(&seen.words);
	storage_end(&t);
}

static void
test_beats_are_counted_one_at_a_time(void **state)
{
	struct store_event e = storage_event("deploy", "shop");
	struct storage t;

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	assert_int_equal(store_heartbeats(t.store), 0);
	store_beat(t.store);
	store_beat(t.store);
	store_append(t.store, &e, 1, NULL, 0, storage_done, &t);
	storage_wait(&t, 1);
	assert_int_equal(store_heartbeats(t.store), 1);
	store_beat(t.store);
	store_append(t.store, &e, 1, NULL, 0, storage_done, &t);
	storage_wait(&t, 1);
	assert_int_equal(store_heartbeats(t.store), 2);
	storage_end(&t);
}

static void
check_outbox(
    void *arg, bool ok, const struct store_delivery *rows, size_t count)
{
	assert_true(ok);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].channel, "mail");
	assert_string_equal(rows[0].dedup_key, "I1-opened");
	assert_string_equal(rows[0].body, "{\"a\":1}");
	assert_int_equal(rows[0].event_seq, 2);
	assert_int_equal(rows[0].tries, 1);
	assert_int_equal(rows[0].next_wall_ms, 555);
	assert_true(rows[0].made_wall_ms > 1000000);
	assert_string_equal(rows[1].channel, "chat");
	assert_int_equal(rows[1].tries, 0);
	storage_answered(arg, ok);
}

static void
check_outbox_empty(
    void *arg, bool ok, const struct store_delivery *rows, size_t count)
{
	(void)rows;
	assert_int_equal(count, 0);
	storage_answered(arg, ok);
}

static void
test_the_outbox_keeps_what_is_not_delivered(void **state)
{
	struct store_event e[] = { storage_event("opened", "shop"),
		storage_event("planned", "shop") };
	struct store_delivery y[] = {
		{ .channel = "mail",
		    .dedup_key = "I1-opened",
		    .body = "{\"a\":1}" },
		{ .channel = "chat", .dedup_key = "I1-opened" },
		{ .channel = "mail", .dedup_key = "I1-opened", .body = "2" },
	};
	struct storage t;

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	store_append(t.store, e, 2, y, 3, storage_done, &t);
	store_postpone(t.store, 1, 555);
	storage_wait(&t, 1);
	storage_close(&t);
	assert_true(storage_open(&t));
	store_read_outbox(t.store, check_outbox, &t);
	store_delivered(t.store, 1);
	store_delivered(t.store, 2);
	store_delivered(t.store, 77); /* never was: no harm */
	store_read_outbox(t.store, check_outbox_empty, &t);
	storage_wait(&t, 2);
	storage_end(&t);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_answers_come_in_the_order_of_the_calls),
		cmocka_unit_test(test_an_event_is_read_as_it_was_written),
		cmocka_unit_test(test_a_second_opener_is_refused_by_name),
		cmocka_unit_test(
		    test_a_folder_that_is_not_ours_alone_is_refused),
		cmocka_unit_test(test_a_folder_of_another_user_is_refused),
		cmocka_unit_test(test_it_may_be_closed_in_an_answer),
		cmocka_unit_test(test_what_was_asked_before_the_close_is_done),
		cmocka_unit_test(test_beats_are_counted_one_at_a_time),
		cmocka_unit_test(test_the_outbox_keeps_what_is_not_delivered),
	};
	struct CMUnitTest stories[ARRAY_LEN(queries)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(queries); i++)
		stories[i] = (struct CMUnitTest){
			.name = queries[i].name,
			.test_func = test_query,
			.initial_state = &queries[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
