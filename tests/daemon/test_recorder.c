/* The file of a recording: whole lines, rotation, and a disk that fails. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/recorder_file.h"
#include "tests/unit/test.h"

#define LINE "{\"at_ms\":1}\n"
#define PATIENCE 2000

struct place {
	char folder[64];
	char path[128];
	struct recorder_file *file;
};

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	struct error err;

	(void)signal(SIGXFSZ, SIG_IGN);
	(void)snprintf(p->folder, sizeof(p->folder), "/tmp/recorder.XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	(void)snprintf(p->path, sizeof(p->path), "%s/r", p->folder);
	p->file = recorder_file_new(&err);
	assert_non_null(p->file);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char command[192];

	recorder_file_free(p->file);
	for (int i = 0; i < 10; i++) {
		(void)snprintf(command, sizeof(command), "%s.%d", p->path, i);
		(void)unlink(command);
	}
	(void)unlink(p->path);
	assert_int_equal(rmdir(p->folder), 0);
	free(p);
	return 0;
}

static void
settle(struct place *p)
{
	for (int i = 0; !recorder_file_is_idle(p->file); i++) {
		assert_true(i < PATIENCE);
		(void)poll(NULL, 0, 1);
	}
}

static void
give(struct place *p, const char *line)
{
	assert_true(recorder_file_give(p->file, line, strlen(line)));
}

static void
holds(struct place *p, const char *ending, const char *want)
{
	char path[192], have[256] = "";
	FILE *f;

	settle(p);
	(void)snprintf(path, sizeof(path), "%s%s", p->path, ending);
	f = fopen(path, "r");
	if (f == NULL) {
		assert_null(want);
		return;
	}
	assert_non_null(want);
	have[fread(have, 1, sizeof(have) - 1, f)] = '\0';
	(void)fclose(f);
	assert_string_equal(have, want);
}

static void
write_file(struct place *p, const char *bytes)
{
	FILE *f = fopen(p->path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, strlen(bytes), f), strlen(bytes));
	assert_int_equal(fclose(f), 0);
}

static void
writes_and_appends(void **state)
{
	struct place *p = *state;
	struct error trouble;
	struct stat st;

	recorder_file_open(p->file, p->path, 2);
	give(p, LINE);
	holds(p, "", LINE);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	recorder_file_open(p->file, p->path, 2);
	give(p, "{\"at_ms\":2}\n");
	holds(p, "", LINE "{\"at_ms\":2}\n");
	assert_int_equal(recorder_file_size(p->file), 24);
	recorder_file_open(p->file, NULL, 2);
	give(p, LINE);
	holds(p, "", LINE "{\"at_ms\":2}\n");
	assert_int_equal(recorder_file_lost(p->file, &trouble), 0);
}

/* What a crash left of a line is taken away. */
static void
mends_a_torn_line(void **state)
{
	struct place *p = *state;

	write_file(p, LINE "{\"at_ms\":7,\"serv");
	recorder_file_open(p->file, p->path, 2);
	give(p, "{\"at_ms\":8}\n");
	holds(p, "", LINE "{\"at_ms\":8}\n");
}

static void
rotates(void **state)
{
	struct place *p = *state;
	static const char *const lines[] = { "{\"at_ms\":1}\n",
		"{\"at_ms\":2}\n", "{\"at_ms\":3}\n", "{\"at_ms\":4}\n" };

	recorder_file_open(p->file, p->path, 2);
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			assert_true(recorder_file_rotate(p->file));
		give(p, lines[i]);
	}
	holds(p, "", lines[3]);
	holds(p, ".1", lines[2]);
	holds(p, ".2", lines[1]);
	holds(p, ".3", NULL);
}

static void
keeps_none(void **state)
{
	struct place *p = *state;

	recorder_file_open(p->file, p->path, 0);
	give(p, LINE);
	assert_true(recorder_file_rotate(p->file));
	give(p, "{\"at_ms\":2}\n");
	holds(p, "", "{\"at_ms\":2}\n");
	holds(p, ".1", NULL);
}

static void
refused(struct place *p, const char *why, uint64_t lost)
{
	struct error trouble;

	recorder_file_open(p->file, p->path, 1);
	give(p, LINE);
	give(p, LINE LINE);
	settle(p);
	assert_int_equal(recorder_file_lost(p->file, &trouble), lost);
	if (strstr(trouble.text, why) == NULL)
		fail_msg("says: %s", trouble.text);
}

/* Another file must not suffer from a slip in a path. */
static void
refuses_other_files(void **state)
{
	struct place *p = *state;
	char other[192];

	write_file(p, "SQLite format 3 and more\nof that");
	refused(p, "holds something else", 3);
	holds(p, "", "SQLite format 3 and more\nof that");
	assert_int_equal(unlink(p->path), 0);
	(void)snprintf(other, sizeof(other), "%s.1", p->path);
	assert_int_equal(symlink(other, p->path), 0);
	refused(p, "symbolic link", 6);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(mkfifo(p->path, 0600), 0);
	refused(p, "not a file", 9);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(mkdir(p->path, 0700), 0);
	refused(p, "irectory", 12);
	assert_int_equal(rmdir(p->path), 0);
	(void)snprintf(other, sizeof(other), "%s.1", p->path);
	write_file(p, LINE);
	assert_int_equal(link(p->path, other), 0);
	refused(p, "ours alone", 15);
}

/* A disk that is full: what does not fit is lost whole, and later it goes on.
 */
static void
survives_a_full_disk(void **state)
{
	struct place *p = *state;
	struct rlimit before, small;
	struct error trouble;

	recorder_file_open(p->file, p->path, 1);
	give(p, LINE);
	settle(p);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 20; /* a line and a half */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	give(p, LINE);
	settle(p);
	assert_int_equal(recorder_file_lost(p->file, &trouble), 1);
	assert_true(trouble.text[0] != '\0');
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	holds(p, "", LINE);
	give(p, "{\"at_ms\":3}\n");
	holds(p, "", LINE "{\"at_ms\":3}\n");
	assert_int_equal(recorder_file_lost(p->file, &trouble), 1);
	assert_string_equal(trouble.text, "");
}

/* Room for so much at once, and never a wait. */
static void
takes_no_more_than_fits(void **state)
{
	struct place *p = *state;
	char *lines = malloc(RECORDER_RING_BYTES);
	struct error trouble;

	assert_non_null(lines);
	memset(lines, ' ', RECORDER_RING_BYTES);
	for (size_t i = 59; i < RECORDER_RING_BYTES; i += 60)
		lines[i] = '\n';
	recorder_file_open(p->file, p->path, 1);
	settle(p);
	assert_false(
	    recorder_file_give(p->file, lines, RECORDER_RING_BYTES - 2));
	lines[RECORDER_RING_BYTES - 4] = '\n';
	memcpy(lines, "{\"at_ms\":", 9);
	assert_true(
	    recorder_file_give(p->file, lines, RECORDER_RING_BYTES - 3));
	settle(p);
	assert_int_equal(recorder_file_size(p->file), RECORDER_RING_BYTES - 3);
	assert_int_equal(recorder_file_lost(p->file, &trouble), 0);
	free(lines);
}

/* What still goes to the file before is none of the new one's size. */
static void
size_is_that_of_the_newest(void **state)
{
	struct place *p = *state;
	char *lines = malloc(RECORDER_RING_BYTES);

	assert_non_null(lines);
	memset(lines, '\n', RECORDER_RING_BYTES);
	memcpy(lines, "{\"at_ms\":", 9);
	recorder_file_open(p->file, p->path, 1);
	settle(p);
	assert_true(
	    recorder_file_give(p->file, lines, RECORDER_RING_BYTES - 100));
	assert_true(recorder_file_rotate(p->file));
	give(p, LINE);
	do
		assert_in_range(
		    recorder_file_size(p->file), 0, sizeof(LINE) - 1);
	while (!recorder_file_is_idle(p->file));
	assert_int_equal(recorder_file_size(p->file), sizeof(LINE) - 1);
	holds(p, "", LINE);
	free(lines);
}

/* Every line once and in order, whatever the pace, over the ring's end. */
static void
keeps_order(void **state)
{
	struct place *p = *state;
	const int count = 200000;
	char line[64];
	FILE *f;

	recorder_file_open(p->file, p->path, 1);
	for (int i = 0; i < count; i++) {
		int length = snprintf(
		    line, sizeof(line), "{\"at_ms\":%d,\"pad\":%d}\n", i, i);

		for (int tries = 0;
		     !recorder_file_give(p->file, line, (size_t)length);
		     tries++) {
			assert_true(tries < PATIENCE);
			(void)poll(NULL, 0, 1);
		}
	}
	settle(p);
	f = fopen(p->path, "r");
	assert_non_null(f);
	for (int i = 0; i < count; i++) {
		char want[64];

		(void)snprintf(
		    want, sizeof(want), "{\"at_ms\":%d,\"pad\":%d}\n", i, i);
		assert_non_null(fgets(line, sizeof(line), f));
		assert_string_equal(line, want);
	}
	assert_null(fgets(line, sizeof(line), f));
	(void)fclose(f);
}

/* What was given before the end is written at the end. */
static void
writes_all_at_the_end(void **state)
{
	struct place *p = *state;
	struct stat st;
	struct error err;

	recorder_file_open(p->file, p->path, 1);
	for (int i = 0; i < 10000; i++)
		give(p, LINE);
	recorder_file_free(p->file);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_size, 10000 * (sizeof(LINE) - 1));
	p->file = recorder_file_new(&err);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writes_and_appends),
		TEST(mends_a_torn_line),
		TEST(rotates),
		TEST(keeps_none),
		TEST(refuses_other_files),
		TEST(survives_a_full_disk),
		TEST(takes_no_more_than_fits),
		TEST(size_is_that_of_the_newest),
		TEST(keeps_order),
		TEST(writes_all_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
