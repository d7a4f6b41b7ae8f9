/*
 * How much the store takes, what it lets go of when it prunes, and how many
 * commits it needs.
 */
#include "tests/daemon/faulty.h"
#include "tests/daemon/storage.h"

#include "base/text.h"

static void
noted(void *arg, bool ok)
{
	int *oks = arg;

	*oks += ok;
}

/* Like storage_done(), after the answers to all that was asked before. */
static void
settle(struct storage *t)
{
	store_append(t->store, NULL, 0, NULL, 0, storage_done, t);
	storage_wait(t, 1);
}

static void
test_an_append_may_be_so_large_and_no_larger(void **state)
{
	struct store_event e = storage_event("", "");
	/* boot_id "boot" and six NULs are counted as well. */
	size_t others = strlen("boot") + 6;
	char *data = malloc(STORE_APPEND_MAX_BYTES + 1);
	struct storage t;

	(void)state;
	assert_non_null(data);
	memset(data, 'x', STORE_APPEND_MAX_BYTES + 1);
	storage_begin(&t);
	assert_true(storage_open(&t));
	e.data = data;
	data[STORE_APPEND_MAX_BYTES - others] = '\0';
	store_append(t.store, &e, 1, NULL, 0, storage_done, &t);
	storage_wait(&t, 1);
	assert_true(t.ok);
	data[STORE_APPEND_MAX_BYTES - others] = 'x';
	data[STORE_APPEND_MAX_BYTES - others + 1] = '\0';
	store_append(t.store, &e, 1, NULL, 0, storage_done, &t);
	storage_wait(&t, 1);
	assert_false(t.ok);
	assert_int_equal(store_state(t.store), STORE_OK); /* only this one */
	storage_end(&t);
	free(data);
}

struct gate {
	int begun[2]; /* the thread says that it is there */
	int open[2];  /* and waits for a word */
};

static bool
wait_at_gate(void *arg)
{
	struct gate *g = arg;
	char byte = 0;

	return write(g->begun[1], &byte, 1) == 1 &&
	    read(g->open[0], &byte, 1) == 1;
}

static void
test_so_many_may_wait_and_no_more(void **state)
{
	struct store_event e = storage_event("deploy", "shop");
	struct storage t;
	struct gate g;
	char byte = 0;
	int oks = 0;

	(void)state;
	assert_int_equal(pipe(g.begun), 0);
	assert_int_equal(pipe(g.open), 0);
	storage_begin(&t);
	assert_true(storage_open(&t));
	store_run(t.store, wait_at_gate, NULL, &g);
	assert_int_equal(read(g.begun[0], &byte, 1), 1);
	for (int i = 0; i < STORE_WAITING_MAX + 1; i++)
		store_append(t.store, &e, 1, NULL, 0, noted, &oks);
	assert_int_equal(write(g.open[1], &byte, 1), 1);
	settle(&t);
	assert_int_equal(oks, STORE_WAITING_MAX);
	assert_true(storage_append(&t, "deploy", "shop")); /* room again */
	storage_end(&t);
	for (int i = 0; i < 2; i++) {
		close(g.begun[i]);
		close(g.open[i]);
	}
}

static void
test_appends_of_one_turn_share_a_commit(void **state)
{
	struct store_event e = storage_event("deploy", "shop");
	struct storage t;
	int oks = 0, syncs;

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	faulty_arm(FAULTY_SYNC, 1000000, false, 0);
	for (int i = 0; i < 1000; i++)
		store_append(t.store, &e, 1, NULL, 0, noted, &oks);
	settle(&t);
	syncs = 1000000 - faulty.until;
	faulty_mend();
	assert_int_equal(oks, 1000);
	assert_in_range(syncs, 1, 100);
	storage_end(&t);
}

static void
sql(const struct storage *t, const char *words)
{
	char path[128];
	sqlite3 *db;

	storage_path(t, "rollbackd.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, words, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

struct answers {
	struct storage *t;
	char letters[32];
};

static void
lettered(void *arg, bool ok)
{
	struct answers *a = arg;

	a->letters[strlen(a->letters)] = ok ? 'y' : 'n';
	storage_answered(a->t, ok);
}

static void
test_one_that_is_refused_takes_no_other_with_it(void **state)
{
	struct storage t;
	struct answers a = { .t = &t };
	struct store_event good = storage_event("deploy", "shop");
	struct store_event both[] = { good, storage_event("bad", "shop") };

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	sql(&t,
	    "CREATE TRIGGER no BEFORE INSERT ON event WHEN new.kind = 'bad' "
	    "BEGIN SELECT raise(ABORT, 'no'); END");
	store_append(t.store, &good, 1, NULL, 0, lettered, &a);
	store_append(t.store, &both[1], 1, NULL, 0, lettered, &a);
	store_append(t.store, &good, 1, NULL, 0, lettered, &a);
	store_append(t.store, both, 2, NULL, 0, lettered, &a);
	store_append(t.store, &good, 1, NULL, 0, lettered, &a);
	storage_wait(&t, 5);
	assert_string_equal(a.letters, "ynyny");
	assert_int_equal(store_state(t.store), STORE_OK);
	storage_end(&t);
}

/* --- What is pruned: everything here is older than the moment, 100, but
 * for what says so. --- */

struct old_event {
	const char *kind;
	const char *service;
	const char *incident;
	int64_t wall_ms;
	const char *data;
};

struct prune_row {
	const char *name;
	struct old_event events[6];
	const char *left; /* the numbers of those that stay */
};

#define PIN(e) "{\"evaluator\":\"" e "\",\"act\":\"pin\",\"value\":1}"
#define UNPIN(e) "{\"evaluator\":\"" e "\",\"act\":\"unpin\"}"

/* clang-format off */
static struct prune_row prunes[] = {
	{ "a closed incident goes", {
	  { "opened", "shop", "I1", 10, "{}" },
	  { "closed", "shop", "I1", 20, "{}" } }, "" },
	{ "an open incident stays", {
	  { "opened", "shop", "I1", 10, "{}" },
	  { "intent", "shop", "I1", 20, "{}" } }, "1 2" },
	{ "one closed since stays whole", {
	  { "opened", "shop", "I1", 10, "{}" },
	  { "closed", "shop", "I1", 100, "{}" } }, "1 2" },
	{ "one closed just before goes whole", {
	  { "opened", "shop", "I1", 10, "{}" },
	  { "closed", "shop", "I1", 99, "{}" } }, "" },
	{ "an event of no incident goes", {
	  { "reload", "", "", 99, "{}" },
	  { "reload", "", "", 100, "{}" } }, "2" },
	{ "what was said of versions stays", {
	  { "deploy", "shop", "", 10, "{}" },
	  { "good", "shop", "", 20, "{}" },
	  { "mark", "shop", "", 30, "not JSON" },
	  { "found", "cart", "", 5, "{}" } }, "1 2 3 4" },
	{ "a hold without end stays", {
	  { "hold", "shop", "", 10, "{\"id\":\"H1\",\"until_ms\":0}" } },
	  "1" },
	{ "a hold that still lasts stays", {
	  { "hold", "shop", "", 10, "{\"id\":\"H1\",\"until_ms\":100}" } },
	  "1" },
	{ "a hold whose time is over goes", {
	  { "hold", "shop", "", 10, "{\"id\":\"H1\",\"until_ms\":99}" } },
	  "" },
	{ "a hold goes with its release", {
	  { "hold", "shop", "", 10, "{\"id\":\"H1\",\"scope\":\"shop\"}" },
	  { "release", "shop", "", 20, "{\"id\":\"H1\",\"scope\":\"shop\"}" } },
	  "" },
	{ "a release stays while there is a hold that it may be for", {
	  { "hold", "shop", "", 10, "{\"id\":\"H1\",\"scope\":\"shop\"}" },
	  { "release", "shop", "", 20, "{\"id\":\"H2\",\"scope\":\"shop\"}" } },
	  "1 2" },
	{ "one hold goes, another stays", {
	  { "hold", "shop", "", 10, "{\"id\":\"H1\",\"scope\":\"shop\"}" },
	  { "hold", "*", "", 11, "{\"id\":\"H2\",\"scope\":\"*\"}" },
	  { "release", "*", "", 20, "{\"id\":\"H2\",\"scope\":\"*\"}" } },
	  "1" },
	{ "a pin stays", {
	  { "baseline", "shop", "", 10, PIN("slow") } }, "1" },
	{ "until it is pinned anew", {
	  { "baseline", "shop", "", 10, PIN("slow") },
	  { "baseline", "shop", "", 20, PIN("slow") } }, "2" },
	{ "or unpinned, which goes with it", {
	  { "baseline", "shop", "", 10, PIN("slow") },
	  { "baseline", "shop", "", 20, UNPIN("slow") } }, "" },
	{ "what is said of others leaves it alone", {
	  { "baseline", "shop", "", 10, PIN("slow") },
	  { "baseline", "shop", "", 20, UNPIN("slower") },
	  { "baseline", "cart", "", 30, PIN("slow") } }, "1 3" },
	{ "a new unpinning stays, and the pin goes", {
	  { "baseline", "shop", "", 10, PIN("slow") },
	  { "baseline", "shop", "", 100, UNPIN("slow") } }, "2" },
	{ "a reset goes", {
	  { "baseline", "shop", "", 10,
	    "{\"evaluator\":\"slow\",\"act\":\"reset\"}" },
	  { "baseline", "shop", "", 20, "not JSON" } }, "" },
};
/* clang-format on */

struct left {
	struct storage *t;
	struct text numbers;
};

static void
on_left(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct left *l = arg;

	for (size_t i = 0; i < count; i++)
		text_addf(
		    &l->numbers, "%s%d", i > 0 ? " " : "", (int)rows[i].seq);
	storage_answered(l->t, ok);
}

static void
test_prune(void **state)
{
	const struct prune_row *row = *state;
	struct store_query all = { .kind = NULL };
	struct storage t;
	struct left left = { .t = &t, .numbers = text_new(100) };

	storage_begin(&t);
	assert_true(storage_open(&t));
	for (size_t i = 0;
	     i < ARRAY_LEN(row->events) && row->events[i].kind != NULL; i++) {
		struct store_event e = {
			.wall_ms = row->events[i].wall_ms,
			.kind = row->events[i].kind,
			.service = row->events[i].service,
			.incident = row->events[i].incident,
			.data = row->events[i].data,
		};

		store_append(t.store, &e, 1, NULL, 0, NULL, NULL);
	}
	store_prune(t.store, 100);
	store_prune(t.store, 100); /* again: nothing more goes */
	store_read(t.store, &all, on_left, &left);
	storage_wait(&t, 1);
	assert_true(t.ok);
	assert_string_equal(text_str(&left.numbers), row->left);
	assert_int_equal(store_state(t.store), STORE_OK);
	text_free(&left.numbers);
	storage_end(&t);
}

static void
counted(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	(void)rows;
	assert_int_equal(count, ok ? STORE_READ_MAX_ROWS : 0);
	storage_answered(arg, ok);
}

static void
test_so_many_are_read_and_no_more(void **state)
{
	struct store_query all = { .kind = NULL };
	struct storage t;
	char words[400];

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	(void)snprintf(words, sizeof(words),
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < %d) INSERT INTO event (wall_ms, boot_ms, boot_id, "
	    "kind, service, incident, run, data) "
	    "SELECT 1, 1, '', 'reload', '', '', '', '' FROM n",
	    STORE_READ_MAX_ROWS);
	sql(&t, words);
	store_read(t.store, &all, counted, &t);
	storage_wait(&t, 1);
	assert_true(t.ok);
	assert_true(storage_append(&t, "deploy", "shop"));
	store_read(t.store, &all, counted, &t);
	storage_wait(&t, 1);
	assert_false(t.ok);
	assert_int_equal(store_state(t.store), STORE_OK);
	all.newest = STORE_READ_MAX_ROWS;
	store_read(t.store, &all, counted, &t);
	storage_wait(&t, 1);
	assert_true(t.ok);
	storage_end(&t);
}

static void
test_a_number_is_not_given_twice(void **state)
{
	struct store_query all = { .kind = NULL };
	struct storage t;
	struct left left = { .t = &t, .numbers = text_new(100) };

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	assert_true(storage_append(&t, "reload", ""));
	store_prune(t.store, 100000);
	assert_true(storage_append(&t, "reload", ""));
	store_read(t.store, &all, on_left, &left);
	storage_wait(&t, 1);
	assert_string_equal(text_str(&left.numbers), "2");
	text_free(&left.numbers);
	storage_end(&t);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_an_append_may_be_so_large_and_no_larger),
		cmocka_unit_test(test_so_many_may_wait_and_no_more),
		cmocka_unit_test(test_appends_of_one_turn_share_a_commit),
		cmocka_unit_test(
		    test_one_that_is_refused_takes_no_other_with_it),
		cmocka_unit_test(test_so_many_are_read_and_no_more),
		cmocka_unit_test(test_a_number_is_not_given_twice),
	};
	struct CMUnitTest stories[ARRAY_LEN(prunes)];
	int failed;

	faulty_install();
	for (size_t i = 0; i < ARRAY_LEN(prunes); i++)
		stories[i] = (struct CMUnitTest){
			.name = prunes[i].name,
			.test_func = test_prune,
			.initial_state = &prunes[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
