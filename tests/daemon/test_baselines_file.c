/*
 * The file of baselines: what comes back, and what becomes of lines that are
 * damaged.
 */
#include "tests/daemon/storage.h"

#include "daemon/baselines_file.h"

#define MINUTE_MS INT64_C(60000)

static const struct baseline_settings settings = {
	.min_age_ms = MINUTE_MS,
	.min_samples = 1,
	.half_life_ms = 64 * MINUTE_MS,
	.quarantine_ms = 0,
};

static const struct baseline_line plain = {
	.service = "shop",
	.evaluator = "slow",
	.subject = "abcdef",
};

static const struct baseline_line told = {
	.service = "cart",
	.evaluator = "slow",
	.subject = "012345",
	.reset = "01JDAB3W5T0000000000000000",
	.pinned_by = "uid 1000 (lead)",
	.pinned_wall_ms = 1763830800000,
};

static struct baseline *
learned(void)
{
	struct baseline *b = baseline_new(&settings);

	assert_non_null(b);
	for (int64_t at = 0; at < 300 * MINUTE_MS; at += 7919)
		baseline_learn(b, LEARNING_ON, (double)(at % 1009) / 7, at);
	return b;
}

/* The lines that were taken, and the values that they brought. */
struct taken {
	struct baseline_line lines[4];
	struct baseline *states[4];
	size_t count;
	const char *refuses; /* the line of that service */
};

static bool
take(void *arg, const struct baseline_line *line, const char *state,
    struct error *err)
{
	struct taken *t = arg;
	struct baseline *b = baseline_new(&settings);

	if (t->refuses != NULL && strcmp(t->refuses, line->service) == 0) {
		baseline_free(b);
		return error_set(err, "refused");
	}
	if (!baseline_import(b, state, strlen(state), 0, err)) {
		baseline_free(b);
		return false;
	}
	t->lines[t->count] = *line;
	t->states[t->count++] = b;
	return true;
}

static void
forget(struct taken *t)
{
	for (size_t i = 0; i < t->count; i++)
		baseline_free(t->states[i]);
	t->count = 0;
}

static struct text
two_lines(const struct baseline *b)
{
	struct text lines = text_new(BASELINES_MAX_BYTES);

	baseline_line_write(&lines, &plain, b);
	text_add_char(&lines, '\n');
	baseline_line_write(&lines, &told, b);
	text_add_char(&lines, '\n');
	return lines;
}

static void
write_raw(const struct storage *t, const char *bytes, size_t length)
{
	char path[128];
	FILE *f;

	storage_path(t, BASELINES_FILE, path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, length, f), length);
	assert_int_equal(fclose(f), 0);
}

static void
assert_state(const struct baseline *a, const struct baseline *b)
{
	struct text x = text_new(BASELINE_TEXT_MAX);
	struct text y = text_new(BASELINE_TEXT_MAX);

	baseline_export(a, &x);
	baseline_export(b, &y);
	assert_string_equal(text_str(&x), text_str(&y));
	text_free(&x);
	text_free(&y);
}

static void
what_is_written_comes_back(void **state)
{
	struct baseline *b = learned();
	struct text lines = two_lines(b);
	struct taken got = { .count = 0 };
	struct storage t;
	size_t damaged;

	(void)state;
	storage_begin(&t);
	assert_true(baselines_file_write(t.folder, &lines, &t.err));
	assert_true(
	    baselines_file_read(t.folder, take, &got, &damaged, &t.err));
	assert_int_equal(damaged, 0);
	assert_int_equal(got.count, 2);
	assert_memory_equal(&got.lines[0], &plain, sizeof(plain));
	assert_memory_equal(&got.lines[1], &told, sizeof(told));
	assert_state(got.states[0], b);
	assert_state(got.states[1], b);
	assert_false(storage_has(&t, BASELINES_DAMAGED));
	forget(&got);
	text_free(&lines);
	baseline_free(b);
	storage_end(&t);
}

static void
no_file_is_no_trouble(void **state)
{
	struct taken got = { .count = 0 };
	struct storage t;
	size_t damaged;

	(void)state;
	storage_begin(&t);
	assert_true(
	    baselines_file_read(t.folder, take, &got, &damaged, &t.err));
	assert_int_equal(damaged, 0);
	assert_false(baselines_file_read(
	    "/nowhere/at/all", take, &got, &damaged, &t.err));
	storage_end(&t);
}

/* Cut at every byte: the first line comes back as soon as it is whole. */
static void
a_cut_file_loses_no_whole_line(void **state)
{
	struct baseline *b = learned();
	struct text lines = two_lines(b);
	size_t first = strcspn(text_str(&lines), "\n");
	struct storage t;

	(void)state;
	storage_begin(&t);
	for (size_t at = 0; at < lines.length; at += at < 10 ? 1 : 97) {
		struct taken got = { .count = 0 };
		size_t damaged;

		write_raw(&t, text_str(&lines), at);
		assert_true(baselines_file_read(
		    t.folder, take, &got, &damaged, &t.err));
		assert_int_equal(got.count, at >= first);
		assert_int_equal(
		    damaged, at > 0 && at != first && at != first + 1);
		forget(&got);
	}
	text_free(&lines);
	baseline_free(b);
	storage_end(&t);
}

static void
damaged_lines_are_set_aside(void **state)
{
	struct baseline *b = learned();
	struct text lines = two_lines(b);
	struct taken got = { .refuses = "cart" };
	char *bad = strdup(text_str(&lines));
	struct storage t;
	size_t damaged;

	(void)state;
	assert_non_null(bad);
	memcpy(strstr(bad, "slices"), "slides", 6);
	storage_begin(&t);
	write_raw(&t, bad, lines.length);
	assert_true(
	    baselines_file_read(t.folder, take, &got, &damaged, &t.err));
	assert_int_equal(damaged, 2);
	assert_int_equal(got.count, 0);
	assert_string_equal(t.err.text, "it is no baseline that was exported");
	assert_true(storage_has(&t, BASELINES_DAMAGED));
	free(bad);
	text_free(&lines);
	baseline_free(b);
	storage_end(&t);
}

/* Else the next time it is written would be the end of it. */
static void
what_cannot_be_read_is_set_aside(void **state)
{
	struct taken got = { .count = 0 };
	struct storage t;
	char path[128];
	struct stat st;
	size_t damaged;

	(void)state;
	storage_begin(&t);
	write_raw(&t, "kept", 4);
	storage_path(&t, BASELINES_FILE, path);
	assert_int_equal(truncate(path, (off_t)BASELINES_MAX_BYTES + 1), 0);
	assert_false(
	    baselines_file_read(t.folder, take, &got, &damaged, &t.err));
	assert_non_null(strstr(t.err.text, "is larger than"));
	assert_false(storage_has(&t, BASELINES_FILE));
	storage_path(&t, BASELINES_DAMAGED, path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, BASELINES_MAX_BYTES + 1);
	assert_true(
	    baselines_file_read(t.folder, take, &got, &damaged, &t.err));
	storage_end(&t);
}

static const struct bad_row {
	const char *name;
	const char *line;
} bad_rows[] = {
	{ "nothing", "" },
	{ "no object", "7" },
	{ "no version", "{\"service\":\"a\"}" },
	{ "another version",
	    "{\"version\":2,\"service\":\"a\",\"evaluator\":\"b\","
	    "\"subject\":\"c\",\"baseline\":{}}" },
	{ "no service",
	    "{\"version\":1,\"evaluator\":\"b\",\"subject\":\"c\","
	    "\"baseline\":{}}" },
	{ "an empty name",
	    "{\"version\":1,\"service\":\"\",\"evaluator\":\"b\","
	    "\"subject\":\"c\",\"baseline\":{}}" },
	{ "no state",
	    "{\"version\":1,\"service\":\"a\",\"evaluator\":\"b\","
	    "\"subject\":\"c\"}" },
	{ "a subject that is too long",
	    "{\"version\":1,\"service\":\"a\",\"evaluator\":\"b\",\"subject\":"
	    "\"0123456789012345678901234567890123456789012345678901234567890123"
	    "4\",\"baseline\":{}}" },
};

static void
bad_lines_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		struct baseline_line line;
		struct error err = { "" };
		char *its = NULL;

		if (baseline_line_read(bad_rows[i].line,
			strlen(bad_rows[i].line), &line, &its, &err))
			fail_msg("%s", bad_rows[i].name);
		assert_true(err.text[0] != '\0');
		assert_null(its);
	}
}

static void
too_many_are_refused_and_the_old_file_stays(void **state)
{
	struct text lines = text_new(10);
	struct storage t;

	(void)state;
	storage_begin(&t);
	write_raw(&t, "old\n", 4);
	text_add(&lines, "more than fits");
	assert_false(baselines_file_write(t.folder, &lines, &t.err));
	assert_true(storage_has(&t, BASELINES_FILE));
	text_free(&lines);
	storage_end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_comes_back),
		cmocka_unit_test(no_file_is_no_trouble),
		cmocka_unit_test(a_cut_file_loses_no_whole_line),
		cmocka_unit_test(damaged_lines_are_set_aside),
		cmocka_unit_test(what_cannot_be_read_is_set_aside),
		cmocka_unit_test(bad_lines_are_refused),
		cmocka_unit_test(too_many_are_refused_and_the_old_file_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
