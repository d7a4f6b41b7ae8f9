/*
 * What a failing disk, a full one and a loss of power do to the store: what
 * was answered with yes stays, nothing is set aside that is whole, and it
 * works again when the disk does.
 */
#include "tests/daemon/faulty.h"
#include "tests/daemon/storage.h"

#define APPENDS 6
#define POWER_SEEDS 2
#define OPERATIONS_MAX 400 /* more than any of these does */

/* Which of the events were answered with yes. */
struct ledger {
	struct storage t;
	bool stored[64];
	int count;
	bool seen[64];
	int answered;
};

static void
on_stored(void *arg, bool ok)
{
	struct ledger *l = arg;

	l->stored[l->answered++] = ok;
	storage_answered(&l->t, ok);
}

/* Events named by their number. */
static void
append(struct ledger *l, int count)
{
	for (int i = 0; i < count; i++) {
		char name[16];
		struct store_event e = storage_event("deploy", name);

		(void)snprintf(name, sizeof(name), "%d", l->count++);
		store_append(l->t.store, &e, 1, NULL, 0, on_stored, l);
		storage_wait(&l->t, 1);
	}
}

static void
on_rows(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct ledger *l = arg;

	for (size_t i = 0; i < count; i++) {
		int number = (int)strtol(rows[i].service, NULL, 10);

		assert_in_range(number, 0, l->count - 1);
		assert_false(l->seen[number]); /* not twice */
		l->seen[number] = true;
	}
	storage_answered(&l->t, ok);
}

/* All that was answered with yes is there. */
static void
check(struct ledger *l)
{
	struct store_query all = { .kind = NULL };

	memset(l->seen, 0, sizeof(l->seen));
	store_read(l->t.store, &all, on_rows, l);
	storage_wait(&l->t, 1);
	assert_true(l->t.ok);
	for (int i = 0; i < l->count; i++)
		if (l->stored[i])
			assert_true(l->seen[i]);
}

static void
begin(struct ledger *l)
{
	memset(l, 0, sizeof(*l));
	storage_begin(&l->t);
	assert_true(storage_open(&l->t));
	append(l, 1);
	assert_true(l->stored[0]);
}

static void
on_change(void *arg, enum store_state state)
{
	struct storage *t = arg;

	if (state != STORE_FAILED)
		loop_stop(t->loop);
}

static void
wait_until_it_works(struct ledger *l)
{
	if (store_state(l->t.store) != STORE_FAILED)
		goto done;
	store_on_change(l->t.store, on_change, &l->t);
	l->t.late = false;
	loop_timer_start(l->t.deadline, STORAGE_WAIT_MS);
	assert_true(loop_run(l->t.loop));
	loop_timer_stop(l->t.deadline);
	assert_false(l->t.late);
	store_on_change(l->t.store, NULL, NULL);
done:
	if (store_trouble(l->t.store) != NULL)
		fail_msg("%s", store_trouble(l->t.store));
}

static void
check_file(const struct storage *t)
{
	char path[128];
	sqlite3 *db;
	sqlite3_stmt *s;

	storage_path(t, "rollbackd.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &s, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(s, 0), "ok");
	sqlite3_finalize(s);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_false(storage_has(t, "rollbackd.db.quarantined"));
}

struct fault {
	const char *name;
	int operations;
	int error; /* 0: EIO, as it fits */
};

static struct fault faults[] = {
	{ "a write fails once", FAULTY_WRITE, 0 },
	{ "the disk is full for a moment", FAULTY_WRITE, SQLITE_FULL },
	{ "a sync fails once", FAULTY_SYNC, 0 },
	{ "anything fails once", FAULTY_ALL, 0 },
};

/* The n-th operation fails; false when there are not as many. */
static bool
fail_once(const struct fault *fault, int n)
{
	struct ledger l;
	int failed;

	begin(&l);
	faulty_arm(fault->operations, n, false, fault->error);
	append(&l, APPENDS);
	failed = faulty.failed;
	faulty_mend(); /* it may wait for one that never came */
	if (failed > 0 && !l.stored[l.count - 1])
		assert_non_null(store_trouble(l.t.store));
	wait_until_it_works(&l);
	append(&l, 1);
	assert_true(l.stored[l.count - 1]);
	check(&l);
	storage_close(&l.t);
	check_file(&l.t);
	assert_true(storage_open(&l.t));
	check(&l);
	storage_end(&l.t);
	return failed > 0;
}

static void
test_a_fault_passes(void **state)
{
	const struct fault *fault = *state;
	int n = 1;

	while (fail_once(fault, n))
		n++;
	assert_in_range(n, APPENDS, OPERATIONS_MAX);
}

static void
test_a_failed_append_says_so_at_once_and_all_behind_it(void **state)
{
	struct ledger l;

	(void)state;
	begin(&l);
	faulty_arm(FAULTY_SYNC, 1, true, 0);
	append(&l, 1);
	assert_false(l.stored[1]);
	assert_int_equal(store_state(l.t.store), STORE_FAILED);
	assert_non_null(strstr(store_trouble(l.t.store), "disk I/O"));
	append(&l, 3);
	assert_false(l.stored[2] || l.stored[3] || l.stored[4]);
	store_beat(l.t.store);
	append(&l, 1);
	assert_int_equal(store_heartbeats(l.t.store), 1); /* it goes on */
	storage_close(&l.t);
	faulty_mend();
	assert_true(storage_open(&l.t));
	assert_int_equal(store_state(l.t.store), STORE_OK);
	check(&l);
	storage_end(&l.t);
}

/* The n-th operation of opening fails: try again, set nothing aside. */
static bool
open_once(int operations, int n, bool fresh)
{
	struct ledger l;
	int failed;

	if (fresh) {
		memset(&l, 0, sizeof(l));
		storage_begin(&l.t);
	} else {
		begin(&l);
		storage_close(&l.t);
	}
	faulty_arm(operations, n, false, 0);
	assert_true(storage_open(&l.t));
	wait_until_it_works(&l);
	failed = faulty.failed;
	faulty_mend();
	assert_int_equal(store_state(l.t.store), STORE_OK);
	append(&l, 1);
	assert_true(l.stored[l.count - 1]);
	check(&l);
	storage_close(&l.t);
	check_file(&l.t);
	storage_end(&l.t);
	return failed > 0;
}

static void
test_a_fault_while_opening_sets_nothing_aside(void **state)
{
	int n = 1;

	(void)state;
	while (open_once(FAULTY_ALL, n, false))
		n++;
	assert_in_range(n, 5, OPERATIONS_MAX);
	n = 1;
	while (open_once(FAULTY_ALL, n, true))
		n++;
	assert_in_range(n, 10, OPERATIONS_MAX);
}

/*
 * Behind the failed sync the log looks whole and is not on the disk.  What is
 * answered with yes after that must not hang on it.
 */
static void
test_a_failed_sync_is_not_believed_later(void **state)
{
	struct ledger l;
	char path[128];

	(void)state;
	begin(&l);
	storage_path(&l.t, "rollbackd.db", path);
	storage_close(&l.t);
	faulty_remember(path);
	assert_true(storage_open(&l.t));
	append(&l, 2);
	faulty_arm(FAULTY_SYNC, 1, false, 0);
	append(&l, 1);
	assert_false(l.stored[3]);
	wait_until_it_works(&l);
	append(&l, 2);
	assert_true(l.stored[4] && l.stored[5]);
	faulty_arm(FAULTY_ALL, 1, true, 0); /* nothing more gets there */
	storage_close(&l.t);
	faulty_mend();
	faulty_lose_power(path, 1);
	assert_true(storage_open(&l.t));
	assert_int_equal(store_state(l.t.store), STORE_OK);
	check(&l);
	storage_end(&l.t);
}

/* Power is lost at the n-th write, sync or truncation. */
static bool
lose_power(int n, unsigned seed)
{
	struct ledger l;
	char path[128];
	int failed;

	begin(&l);
	storage_path(&l.t, "rollbackd.db", path);
	storage_close(&l.t);
	faulty_remember(path);
	faulty_arm(FAULTY_CHANGES | FAULTY_DELETE, n, true, 0);
	assert_true(storage_open(&l.t));
	if (store_state(l.t.store) == STORE_OK)
		append(&l, APPENDS);
	storage_close(&l.t);
	failed = faulty.failed;
	faulty_mend();
	faulty_lose_power(path, seed);
	assert_true(storage_open(&l.t));
	assert_int_equal(store_state(l.t.store), STORE_OK);
	check(&l);
	storage_close(&l.t);
	check_file(&l.t);
	storage_end(&l.t);
	return failed > 0;
}

static void
test_no_loss_of_power_loses_what_was_answered(void **state)
{
	int n = 1;

	(void)state;
	for (;;) {
		bool failed = false;

		for (unsigned seed = 0; seed < POWER_SEEDS; seed++)
			failed = lose_power(n, seed * 7919 + (unsigned)n);
		if (!failed)
			break;
		n++;
	}
	assert_in_range(n, 2 * APPENDS, OPERATIONS_MAX);
	print_message("power was lost at each of %d operations\n", n - 1);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(
		    test_a_failed_append_says_so_at_once_and_all_behind_it),
		cmocka_unit_test(test_a_fault_while_opening_sets_nothing_aside),
		cmocka_unit_test(test_a_failed_sync_is_not_believed_later),
		cmocka_unit_test(test_no_loss_of_power_loses_what_was_answered),
	};
	struct CMUnitTest stories[ARRAY_LEN(faults)];
	int failed;

	faulty_install();
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		stories[i] = (struct CMUnitTest){
			.name = faults[i].name,
			.test_func = test_a_fault_passes,
			.initial_state = &faults[i],
		};
	failed = cmocka_run_group_tests(rules, NULL, NULL);
	failed += cmocka_run_group_tests(stories, NULL, NULL);
	return failed;
}
