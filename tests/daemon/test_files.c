#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/files.h"

struct folder {
	char path[64];
	int fd;
};

static int
begin(void **state)
{
	static struct folder f;

	f = (struct folder){ .path = "/tmp/rollbackd-files-XXXXXX" };
	assert_non_null(mkdtemp(f.path));
	f.fd = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(f.fd >= 0);
	*state = &f;
	return 0;
}

static int
end(void **state)
{
	static const char *const names[] = { "a", "b", ".a.tmp", "link",
		"pipe" };
	struct folder *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		(void)unlinkat(f->fd, names[i], 0);
	(void)unlinkat(f->fd, "d", AT_REMOVEDIR);
	close(f->fd);
	return rmdir(f->path); /* fails when anything was left over */
}

static bool
put(struct folder *f, const char *name, const char *words, enum file_write how,
    bool *exists)
{
	struct error err;

	return file_write_durably(
	    f->fd, name, words, strlen(words), how, exists, &err);
}

static void
assert_content(struct folder *f, const char *name, const char *words)
{
	struct error err = { "" };
	size_t length;
	char *bytes = file_read_whole(f->fd, name, 100, &length, NULL, &err);

	assert_non_null(bytes);
	assert_int_equal(length, strlen(words));
	assert_string_equal(bytes, words);
	free(bytes);
}

static void
test_what_is_written_is_read(void **state)
{
	struct stat st;

	assert_true(put(*state, "a", "one", FILE_REPLACE, NULL));
	assert_content(*state, "a", "one");
	assert_true(put(*state, "a", "", FILE_REPLACE, NULL));
	assert_content(*state, "a", "");
	assert_int_equal(
	    fstatat(((struct folder *)*state)->fd, "a", &st, 0), 0);
	assert_int_equal(st.st_mode & 07, 0);
}

static void
test_what_is_there_is_kept_when_so_asked(void **state)
{
	bool exists = true;

	assert_true(put(*state, "a", "one", FILE_KEEP_EXISTING, &exists));
	assert_false(exists);
	assert_false(put(*state, "a", "two", FILE_KEEP_EXISTING, &exists));
	assert_true(exists);
	assert_content(*state, "a", "one");
	assert_true(put(*state, "a", "three", FILE_REPLACE, &exists));
	assert_content(*state, "a", "three");
}

static void
test_a_link_is_replaced_and_not_followed(void **state)
{
	struct folder *f = *state;
	struct error err;
	size_t length;

	assert_true(put(f, "b", "untouched", FILE_REPLACE, NULL));
	assert_int_equal(symlinkat("b", f->fd, "a"), 0);
	assert_null(file_read_whole(f->fd, "a", 100, &length, NULL, &err));
	assert_false(put(f, "a", "x", FILE_KEEP_EXISTING, NULL));
	/* Not by way of the temporary name either. */
	assert_int_equal(symlinkat("b", f->fd, ".a.tmp"), 0);
	assert_true(put(f, "a", "x", FILE_REPLACE, NULL));
	assert_content(f, "a", "x");
	assert_content(f, "b", "untouched");
}

static void
test_a_name_stays_in_the_folder(void **state)
{
	static const char *const names[] = { "", ".", "..", "../a", "d/a",
		"/tmp/a" };
	struct folder *f = *state;
	struct error err;
	size_t length;

	assert_int_equal(mkdirat(f->fd, "d", 0700), 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		assert_false(put(f, names[i], "x", FILE_REPLACE, NULL));
		assert_null(
		    file_read_whole(f->fd, names[i], 100, &length, NULL, &err));
		assert_false(file_remove_durably(f->fd, names[i], &err));
	}
}

static void
test_a_long_name_is_refused(void **state)
{
	struct error err;
	char name[300];

	memset(name, 'a', sizeof(name));
	name[299] = '\0';
	assert_false(put(*state, name, "x", FILE_REPLACE, NULL));
	name[251] = '\0'; /* "." and ".tmp" make it 256 */
	assert_false(put(*state, name, "x", FILE_REPLACE, NULL));
	name[250] = '\0';
	assert_true(put(*state, name, "x", FILE_REPLACE, NULL));
	assert_true(
	    file_remove_durably(((struct folder *)*state)->fd, name, &err));
}

static void
test_only_so_much_is_read(void **state)
{
	struct folder *f = *state;
	struct error err = { "" };
	size_t length;
	bool missing = true;
	char *bytes;

	assert_true(put(f, "a", "12345", FILE_REPLACE, NULL));
	bytes = file_read_whole(f->fd, "a", 5, &length, &missing, &err);
	assert_non_null(bytes);
	free(bytes);
	assert_null(file_read_whole(f->fd, "a", 4, &length, &missing, &err));
	assert_false(missing);
	assert_non_null(strstr(err.text, "larger than 4 bytes"));
}

static void
test_only_so_much_is_written(void **state)
{
	struct folder *f = *state;
	char *bytes = calloc(1, FILES_MAX_BYTES + 1);
	struct error err = { "" };

	assert_non_null(bytes);
	assert_true(file_write_durably(
	    f->fd, "a", bytes, FILES_MAX_BYTES, FILE_REPLACE, NULL, &err));
	assert_false(file_write_durably(
	    f->fd, "a", bytes, FILES_MAX_BYTES + 1, FILE_REPLACE, NULL, &err));
	assert_non_null(strstr(err.text, "larger"));
	free(bytes);
}

static void
test_what_is_no_file_is_not_read(void **state)
{
	struct folder *f = *state;
	struct error err;
	size_t length;
	bool missing = false;

	assert_null(file_read_whole(f->fd, "a", 9, &length, &missing, &err));
	assert_true(missing);
	assert_int_equal(mkfifoat(f->fd, "pipe", 0600), 0);
	assert_null(file_read_whole(f->fd, "pipe", 9, &length, &missing, &err));
	assert_false(missing);
	assert_non_null(strstr(err.text, "not a regular file"));
	assert_int_equal(mkdirat(f->fd, "d", 0700), 0);
	assert_null(file_read_whole(f->fd, "d", 9, &length, NULL, &err));
}

static void
test_removing_what_is_not_there_is_fine(void **state)
{
	struct folder *f = *state;
	struct error err;
	size_t length;
	bool missing = false;

	assert_true(put(f, "a", "x", FILE_REPLACE, NULL));
	assert_true(file_remove_durably(f->fd, "a", &err));
	assert_null(file_read_whole(f->fd, "a", 9, &length, &missing, &err));
	assert_true(missing);
	assert_true(file_remove_durably(f->fd, "a", &err));
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test_setup_teardown(
		    test_what_is_written_is_read, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_what_is_there_is_kept_when_so_asked, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_link_is_replaced_and_not_followed, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_name_stays_in_the_folder, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_long_name_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_only_so_much_is_read, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_only_so_much_is_written, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_what_is_no_file_is_not_read, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_removing_what_is_not_there_is_fine, begin, end),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
