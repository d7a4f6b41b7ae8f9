#include "tests/unit/test.h"

#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/log.h"

#define CATALOG "systemd/rollbackd.catalog"

/* What came out at the other end; never waits. */
static const char *
read_back(int fd)
{
	static char line[3 * LOG_LINE_MAX_BYTES];
	ssize_t n;

	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	n = read(fd, line, sizeof(line) - 1);
	line[n < 0 ? 0 : n] = '\0';
	return line;
}

struct row {
	const char *name;
	enum log_style style;
	enum log_level level;
	const char *sentence;
	struct log_field fields[3];
	const char *line; /* plain: without the time of day */
};

/* clang-format off */
static struct row rows[] = {
	{ "a sentence", LOG_STYLE_PREFIX, LOG_LEVEL_NOTICE, "it fails", {
	  { "service", "shop" } }, "<5>it fails service=shop\n" },
	{ "plain lines begin with the service", LOG_STYLE_PLAIN,
	  LOG_LEVEL_NOTICE, "it fails", { { "service", "shop" },
	  { "value", "3" } }, "shop: it fails value=3\n" },
	{ "plain lines say what is bad", LOG_STYLE_PLAIN, LOG_LEVEL_ERROR,
	  "no disk", { { NULL, NULL } }, "error: no disk\n" },
	{ "and what may be", LOG_STYLE_PLAIN, LOG_LEVEL_WARNING, "slow", {
	  { NULL, NULL } }, "warning: slow\n" },
	{ "empty fields are left out", LOG_STYLE_PREFIX, LOG_LEVEL_INFO, "a", {
	  { "b", NULL }, { "c", "" }, { "d", "e" } }, "<6>a d=e\n" },
	{ "values with blanks are quoted", LOG_STYLE_PREFIX, LOG_LEVEL_INFO,
	  "a", { { "b", "c d" }, { "e", "f=g" } },
	  "<6>a b=\"c d\" e=\"f=g\"\n" },
	{ "and quotes in them escaped", LOG_STYLE_PREFIX, LOG_LEVEL_INFO, "a",
	  { { "b", "say \"x\"" } }, "<6>a b=\"say \\\"x\\\"\"\n" },
	{ "no value begins a line", LOG_STYLE_PREFIX, LOG_LEVEL_INFO, "a", {
	  { "b", "c\n<0>d\r" } }, "<6>a b=\"c\\n<0>d\\x0d\"\n" },
	{ "no sentence does", LOG_STYLE_PREFIX, LOG_LEVEL_INFO, "a\n<0>b\r", {
	  { NULL, NULL } }, "<6>a\\n<0>b\\x0d\n" },
	{ "nothing drives a terminal", LOG_STYLE_PLAIN, LOG_LEVEL_INFO,
	  "a\x1b[2J\xc2\x9b", { { "service", "s\x1b]" } },
	  "s\\x1b]: a\\x1b[2J\\xc2\\x9b\n" },
	{ "nor what is no text", LOG_STYLE_PREFIX, LOG_LEVEL_INFO,
	  "\xff gr\xc3\xbc\xc3\x9f", { { NULL, NULL } },
	  "<6>\\xff gr\xc3\xbc\xc3\x9f\n" },
	{ "what is less important is left out", LOG_STYLE_PREFIX,
	  LOG_LEVEL_DEBUG, "a", { { NULL, NULL } }, "" },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	const char *line;
	size_t count = 0;
	int ends[2];

	while (
	    count < ARRAY_LEN(row->fields) && row->fields[count].name != NULL)
		count++;
	assert_int_equal(pipe(ends), 0);
	log_open(ends[1], row->style, LOG_LEVEL_INFO);
	log_event(
	    row->level, LOG_ID_NONE, row->fields, count, "%s", row->sentence);
	log_close();
	line = read_back(ends[0]);
	if (row->style == LOG_STYLE_PLAIN) {
		assert_true(strlen(line) > 9);
		assert_true(isdigit((unsigned char)line[0]));
		assert_true(line[2] == ':' && line[5] == ':');
		line += 9;
	}
	assert_string_equal(line, row->line);
	close(ends[0]);
	close(ends[1]);
}

static void
test_a_long_line_is_cut_and_still_ends(void **state)
{
	char *value = malloc(LOG_LINE_MAX_BYTES + 1);
	const char *line;
	int ends[2];

	(void)state;
	assert_non_null(value);
	memset(value, 'x', LOG_LINE_MAX_BYTES);
	value[LOG_LINE_MAX_BYTES] = '\0';
	assert_int_equal(pipe(ends), 0);
	log_open(ends[1], LOG_STYLE_PREFIX, LOG_LEVEL_INFO);
	/* "<6>" and the newline leave so much for the sentence. */
	log_event(LOG_LEVEL_INFO, LOG_ID_NONE, LOG_FIELDS({ "a", value + 10 }),
	    "%s", "s");
	line = read_back(ends[0]);
	assert_true(strlen(line) <= LOG_LINE_MAX_BYTES);
	assert_int_equal(line[strlen(line) - 1], '\n');
	log_event(LOG_LEVEL_INFO, LOG_ID_NONE, LOG_FIELDS({ "a", value }), "%s",
	    value);
	line = read_back(ends[0]);
	assert_true(strlen(line) <= LOG_LINE_MAX_BYTES);
	assert_int_equal(line[strlen(line) - 1], '\n');
	log_close();
	close(ends[0]);
	close(ends[1]);
	free(value);
}

static void
test_a_full_pipe_holds_nobody_up(void **state)
{
	uint64_t before = log_dropped();
	char expected[64];
	int ends[2], flags;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	log_open(ends[1], LOG_STYLE_PREFIX, LOG_LEVEL_INFO);
	for (int i = 0; i < 100000 && log_dropped() == before; i++)
		log_info("line %d", i);
	assert_int_equal(log_dropped(), before + 1);
	log_info("one more");
	assert_int_equal(log_dropped(), before + 2);
	flags = fcntl(ends[1], F_GETFL);
	assert_int_equal(flags & O_NONBLOCK, 0); /* ours alone is */
	while (read_back(ends[0])[0] != '\0')
		;
	log_info("now it is read");
	(void)snprintf(expected, sizeof(expected),
	    "<4>2 log lines were lost\n<6>now it is read\n");
	assert_string_equal(read_back(ends[0]), expected);
	log_info("and again");
	assert_string_equal(read_back(ends[0]), "<6>and again\n");
	log_close();
	close(ends[0]);
	close(ends[1]);
}

static void
test_a_full_socket_holds_nobody_up(void **state)
{
	uint64_t before = log_dropped();
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	log_open(ends[1], LOG_STYLE_PREFIX, LOG_LEVEL_INFO);
	for (int i = 0; i < 100000 && log_dropped() == before; i++)
		log_info("line %d", i);
	assert_int_equal(log_dropped(), before + 1);
	log_close();
	close(ends[0]);
	close(ends[1]);
}

static void
test_a_reader_that_went_away_is_survived(void **state)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	uint64_t before = log_dropped();
	int ends[2];

	(void)state;
	assert_int_equal(sigaction(SIGPIPE, &ignore, NULL), 0);
	assert_int_equal(pipe(ends), 0);
	log_open(ends[1], LOG_STYLE_PREFIX, LOG_LEVEL_INFO);
	close(ends[0]);
	log_info("nobody hears");
	assert_int_equal(log_dropped(), before + 1);
	log_close();
	close(ends[1]);
}

static void
test_auto_is_not_plain_but_for_a_terminal(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	log_open(ends[1], LOG_STYLE_AUTO, LOG_LEVEL_INFO);
	log_service(LOG_LEVEL_INFO, LOG_ID_STARTED, "shop", "%d %s", 1, "a");
	assert_string_equal(read_back(ends[0]), "<6>1 a service=shop\n");
	log_close();
	close(ends[0]);
	close(ends[1]);
}

static char *
read_catalog(void)
{
	char *bytes = calloc(1, 65536);
	FILE *f = fopen(CATALOG, "r");

	assert_non_null(bytes);
	assert_non_null(f);
	assert_in_range(fread(bytes, 1, 65535, f), 1, 65534);
	fclose(f);
	return bytes;
}

static void
test_every_message_id_is_one_and_in_the_catalog(void **state)
{
	char *catalog = read_catalog();
	size_t entries = 0;

	(void)state;
	assert_null(log_message_id(LOG_ID_NONE));
	for (int i = LOG_ID_NONE + 1; i < LOG_ID_COUNT; i++) {
		const char *id = log_message_id((enum log_id)i);
		char head[40];

		assert_non_null(id);
		assert_int_equal(strspn(id, "0123456789abcdef"), 32);
		assert_int_equal(strlen(id), 32);
		for (int j = LOG_ID_NONE + 1; j < i; j++)
			assert_string_not_equal(
			    id, log_message_id((enum log_id)j));
		(void)snprintf(head, sizeof(head), "\n-- %s\n", id);
		assert_non_null(strstr(catalog, head));
	}
	for (char *at = catalog; (at = strstr(at, "\n-- ")) != NULL; at++)
		entries++;
	assert_int_equal(entries, LOG_ID_COUNT - 1);
	free(catalog);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_auto_is_not_plain_but_for_a_terminal),
		cmocka_unit_test(test_a_long_line_is_cut_and_still_ends),
		cmocka_unit_test(test_a_full_pipe_holds_nobody_up),
		cmocka_unit_test(test_a_full_socket_holds_nobody_up),
		cmocka_unit_test(test_a_reader_that_went_away_is_survived),
		cmocka_unit_test(
		    test_every_message_id_is_one_and_in_the_catalog),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
