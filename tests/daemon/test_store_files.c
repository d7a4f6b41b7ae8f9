/*
 * What is done with a database file that is not what it should be, with one
 * that somebody else holds, and with one whose writer was killed.
 */
#include "tests/daemon/storage.h"

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include <sqlite3.h>

#include "daemon/store/folder.h"

#define LARGE_BYTES (1024 * 1024)
#define KILLS 100
#define KILL_WITHIN_US 30000

/* --- Files that are damaged, of others, or of the future. --- */

static void
cut(const char *path)
{
	assert_int_equal(truncate(path, 10000), 0);
}

static void
empty(const char *path)
{
	assert_int_equal(truncate(path, 0), 0);
}

static void
overwrite(const char *path, char with, size_t from, size_t length)
{
	char bytes[4096];
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	memset(bytes, with, sizeof(bytes));
	for (size_t at = from; at < from + length; at += sizeof(bytes))
		assert_int_equal(
		    pwrite(fd, bytes, sizeof(bytes), (off_t)at), sizeof(bytes));
	close(fd);
}

static void
zero(const char *path)
{
	overwrite(path, 0, 0, 40960);
}

static void
scribble(const char *path)
{
	overwrite(path, 'x', 4096, 8192);
}

static void
scribble_head(const char *path)
{
	overwrite(path, 'x', 0, 4096);
}

static void
sql(const char *path, const char *words)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, words, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
be_newer(const char *path)
{
	sql(path, "PRAGMA user_version = 2");
}

static void
be_older(const char *path)
{
	sql(path, "PRAGMA user_version = 0");
}

static void
be_foreign(const char *path)
{
	sql(path, "PRAGMA application_id = 7");
}

static void
lose_a_table(const char *path)
{
	sql(path, "DROP TABLE event");
}

static void
be_a_link(const char *path)
{
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
}

static void
be_a_folder(const char *path)
{
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void
leave_only_the_log(const char *path)
{
	char log[160];
	FILE *f;

	(void)snprintf(log, sizeof(log), "%s-wal", path);
	assert_int_equal(rename(path, log), 0);
	f = fopen(log, "a");
	assert_non_null(f);
	fclose(f);
}

struct damage {
	const char *name;
	void (*damage)(const char *path);
	const char *aside; /* how the name of what was set aside goes on */
	const char *reason;
};

/* clang-format off */
static struct damage damages[] = {
	{ "a file cut short", cut, "corrupt-", "" },
	{ "an empty file", empty, "corrupt-", "it is empty" },
	{ "a file full of zeros", zero, "corrupt-", "not a database" },
	{ "a file with a few pages of rubbish", scribble, "corrupt-", "" },
	{ "a file with rubbish at its head", scribble_head, "corrupt-",
	  "not a database" },
	{ "a file of a newer schema", be_newer, "newer-", "newer than" },
	{ "a file of a schema that never was", be_older, "corrupt-", "schema" },
	{ "a database of another program", be_foreign, "corrupt-",
	  "not written by rollbackd" },
	{ "a file that lacks a table", lose_a_table, "corrupt-", "event" },
	{ "a link to another file", be_a_link, "corrupt-", "regular file" },
	{ "a folder in its place", be_a_folder, "corrupt-", "regular file" },
	{ "a log without its file", leave_only_the_log, "corrupt-", "log" },
};
/* clang-format on */

/* A log whose database is there as well. */
static bool
belongs_to_another(const struct storage *t, const char *name)
{
	char *end, base[NAME_MAX + 1];

	(void)snprintf(base, sizeof(base), "%s", name);
	end = strrchr(base, '-');
	if (strcmp(end, "-wal") != 0 && strcmp(end, "-shm") != 0)
		return false;
	*end = '\0';
	return storage_has(t, base);
}

/* So many databases (not their logs) have names that begin like that. */
static int
names_like(const struct storage *t, const char *start)
{
	DIR *d = opendir(t->folder);
	struct dirent *e;
	int count = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		if (strncmp(e->d_name, start, strlen(start)) == 0 &&
		    !belongs_to_another(t, e->d_name))
			count++;
	closedir(d);
	return count;
}

static void
fill(struct storage *t)
{
	for (int i = 0; i < 20; i++) {
		struct store_event e = storage_event("deploy", "shop");

		store_append(t->store, &e, 1, NULL, 0, storage_done, t);
	}
	storage_wait(t, 20);
	assert_true(t->ok);
}

static void
test_it_is_set_aside_until_acknowledged(void **state)
{
	const struct damage *damage = *state;
	struct storage t;
	char path[128], start[64];

	storage_begin(&t);
	assert_true(storage_open(&t));
	fill(&t);
	storage_close(&t);
	storage_path(&t, FOLDER_DATABASE, path);
	damage->damage(path);
	assert_true(storage_open(&t));
	assert_int_equal(store_state(t.store), STORE_QUARANTINED);
	assert_non_null(strstr(store_trouble(t.store), damage->reason));
	(void)snprintf(
	    start, sizeof(start), FOLDER_DATABASE ".%s", damage->aside);
	assert_int_equal(names_like(&t, start), 1);
	assert_true(storage_append(&t, "deploy", "shop")); /* it works */
	storage_close(&t);

	/* It is not forgotten by a restart, and nothing more set aside. */
	assert_true(storage_open(&t));
	assert_int_equal(store_state(t.store), STORE_QUARANTINED);
	assert_int_equal(names_like(&t, start), 1);
	store_acknowledge(t.store, storage_done, &t);
	storage_wait(&t, 1);
	assert_true(t.ok);
	assert_int_equal(store_state(t.store), STORE_OK);
	assert_null(store_trouble(t.store));
	storage_close(&t);
	assert_true(storage_open(&t));
	assert_int_equal(store_state(t.store), STORE_OK);
	storage_end(&t);
}

static void
test_several_may_be_set_aside_in_one_second(void **state)
{
	struct storage t;
	char path[128];

	(void)state;
	storage_begin(&t);
	storage_path(&t, FOLDER_DATABASE, path);
	for (int i = 0; i < 3; i++) {
		assert_true(storage_open(&t));
		storage_close(&t);
		empty(path);
	}
	assert_true(storage_open(&t));
	assert_int_equal(names_like(&t, FOLDER_DATABASE ".corrupt-"), 3);
	storage_end(&t);
}

/* --- Others at the file. --- */

static void
on_change(void *arg, enum store_state state)
{
	struct storage *t = arg;

	if (state != STORE_FAILED)
		loop_stop(t->loop);
}

static void
wait_for_change(struct storage *t)
{
	store_on_change(t->store, on_change, t);
	t->late = false;
	loop_timer_start(t->deadline, STORAGE_WAIT_MS);
	assert_true(loop_run(t->loop));
	loop_timer_stop(t->deadline);
	assert_false(t->late);
}

static void
test_a_lock_of_another_program_fails_and_passes(void **state)
{
	struct storage t;
	char path[128];
	sqlite3 *db;

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	storage_path(&t, FOLDER_DATABASE, path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	assert_false(storage_append(&t, "deploy", "shop"));
	assert_int_equal(store_state(t.store), STORE_FAILED);
	assert_non_null(strstr(store_trouble(t.store), "locked"));
	assert_int_equal(
	    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	wait_for_change(&t);
	assert_int_equal(store_state(t.store), STORE_OK);
	assert_true(storage_append(&t, "deploy", "shop"));
	storage_end(&t);
}

static void
test_what_is_committed_to_a_lost_file_is_not_stored(void **state)
{
	struct storage t;
	char path[128];

	(void)state;
	storage_begin(&t);
	assert_true(storage_open(&t));
	assert_true(storage_append(&t, "deploy", "shop"));
	storage_path(&t, FOLDER_DATABASE, path);
	assert_int_equal(unlink(path), 0);
	assert_false(storage_append(&t, "deploy", "shop"));
	assert_int_equal(store_state(t.store), STORE_FAILED);
	wait_for_change(&t); /* begins anew, but does not hide it */
	assert_int_equal(store_state(t.store), STORE_QUARANTINED);
	storage_end(&t);
}

static void
on_any_rows(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	(void)rows;
	(void)count;
	storage_answered(arg, ok);
}

static void
test_damage_found_in_use_sets_aside(void **state)
{
	struct store_event e = storage_event("deploy", "shop");
	struct store_query all = { .kind = NULL };
	char *data = malloc(LARGE_BYTES);
	struct storage t;
	char path[128];

	(void)state;
	assert_non_null(data);
	memset(data, 'a', LARGE_BYTES - 1);
	data[LARGE_BYTES - 1] = '\0';
	e.data = data;
	storage_begin(&t);
	assert_true(storage_open(&t));
	for (int i = 0; i < 8; i++) /* more than SQLite keeps in memory */
		store_append(t.store, &e, 1, NULL, 0, storage_done, &t);
	storage_wait(&t, 8);
	storage_close(&t);
	assert_true(storage_open(&t));
	storage_path(&t, FOLDER_DATABASE, path);
	overwrite(path, 'x', LARGE_BYTES, 4 * LARGE_BYTES);
	store_read(t.store, &all, on_any_rows, &t);
	storage_wait(&t, 1);
	assert_false(t.ok);
	assert_int_equal(store_state(t.store), STORE_FAILED);
	wait_for_change(&t);
	assert_int_equal(store_state(t.store), STORE_QUARANTINED);
	assert_int_equal(names_like(&t, FOLDER_DATABASE ".corrupt-"), 1);
	storage_end(&t);
	free(data);
}

/* In a child, because the limit cannot be taken back by everybody. */
static int
fill_up(struct storage *t)
{
	struct rlimit limit = { 200000, RLIM_INFINITY };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)sigaction(SIGXFSZ, &ignore, NULL);
	if (!storage_open(t) || setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 1;
	for (int i = 0; i < 2000; i++)
		if (!storage_append(t, "deploy", "shop"))
			break;
	if (store_state(t->store) != STORE_FAILED)
		return 2;
	limit.rlim_cur = RLIM_INFINITY;
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 3;
	wait_for_change(t);
	if (store_state(t->store) != STORE_OK ||
	    !storage_append(t, "deploy", "shop"))
		return 4;
	storage_close(t);
	return 0;
}

static void
test_no_room_fails_and_room_mends(void **state)
{
	struct storage t;
	int status;
	pid_t child;

	(void)state;
	storage_begin(&t);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(fill_up(&t));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_false(storage_has(&t, FOLDER_MARK));
	storage_end(&t);
}

/* --- Killed at any moment. --- */

struct writer {
	struct storage *t;
	int pipe;
	int64_t number;
};

static void write_more(struct writer *w);

static void
on_written(void *arg, bool ok)
{
	struct writer *w = arg;
	int64_t number = w->number;

	if (!ok || write(w->pipe, &number, sizeof(number)) != sizeof(number))
		_exit(1);
	write_more(w);
}

static void
write_more(struct writer *w)
{
	char name[24];
	struct store_event e = storage_event("deploy", name);

	w->number++;
	(void)snprintf(name, sizeof(name), "%lld", (long long)w->number);
	store_append(w->t->store, &e, 1, NULL, 0, on_written, w);
}

/* The child: each number is told only after it was answered with yes. */
static void
write_until_killed(struct storage *t, int to, int64_t from)
{
	struct writer w = { .t = t, .pipe = to, .number = from };

	if (!storage_open(t) || store_state(t->store) != STORE_OK)
		_exit(1);
	write_more(&w);
	write_more(&w);
	(void)loop_run(t->loop);
	_exit(1);
}

struct last {
	struct storage *t;
	int64_t number;
	size_t count;
};

static void
on_rows(void *arg, bool ok, const struct store_event *rows, size_t count)
{
	struct last *last = arg;

	last->count = count;
	last->number =
	    count == 0 ? 0 : strtoll(rows[count - 1].service, NULL, 10);
	for (size_t i = 0; i < count; i++) /* none is missing or doubled */
		assert_int_equal(
		    strtoll(rows[i].service, NULL, 10), (long long)i + 1);
	storage_answered(last->t, ok);
}

/* The last number that was told before the child was killed. */
static int64_t
kill_one(struct storage *t, int64_t from, unsigned *seed)
{
	struct timespec wait = {
		.tv_nsec = (long)(rand_r(seed) % KILL_WITHIN_US) * 1000
	};
	int64_t number, told = 0;
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		write_until_killed(t, ends[1], from);
	close(ends[1]);
	(void)nanosleep(&wait, NULL); /* the moment is what is tried out */
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	while (read(ends[0], &number, sizeof(number)) == sizeof(number))
		told++;
	close(ends[0]);
	return told;
}

static void
test_what_was_answered_survives_kill_at_any_moment(void **state)
{
	struct store_query all = { .kind = NULL };
	struct last last = { .number = 0 };
	unsigned seed = (unsigned)time(NULL);
	int64_t told_in_all = 0;
	struct storage t;

	(void)state;
	print_message("seed %u\n", seed);
	storage_begin(&t);
	last.t = &t;
	for (int i = 0; i < KILLS; i++) {
		int64_t before = last.number;
		int64_t told = kill_one(&t, before, &seed);

		told_in_all += told;
		assert_true(storage_open(&t));
		assert_int_equal(store_state(t.store), STORE_OK);
		store_read(t.store, &all, on_rows, &last);
		storage_wait(&t, 1);
		assert_true(t.ok);
		assert_true(last.number >= before + told);
		storage_close(&t);
	}
	print_message(
	    "%d kills, %lld events answered\n", KILLS, (long long)told_in_all);
	assert_true(told_in_all > 0);
	storage_end(&t);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_several_may_be_set_aside_in_one_second),
		cmocka_unit_test(
		    test_a_lock_of_another_program_fails_and_passes),
		cmocka_unit_test(
		    test_what_is_committed_to_a_lost_file_is_not_stored),
		cmocka_unit_test(test_damage_found_in_use_sets_aside),
		cmocka_unit_test(test_no_room_fails_and_room_mends),
		cmocka_unit_test(
		    test_what_was_answered_survives_kill_at_any_moment),
	};
	struct CMUnitTest stories[ARRAY_LEN(damages)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(damages); i++)
		stories[i] = (struct CMUnitTest){
			.name = damages[i].name,
			.test_func = test_it_is_set_aside_until_acknowledged,
			.initial_state = &damages[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
