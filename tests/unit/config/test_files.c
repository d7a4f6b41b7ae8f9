/*
 * Which files are read and which are refused: whoever can write one of them
 * can run commands.
 */
#include "tests/unit/config/scratch.h"

#include <fcntl.h>
#include <stdint.h>

#define OTHER_USER 12345

static char answer[4096];

static void
open_scratch(struct scratch *s)
{
	*s = (struct scratch){ .folder = "" };
	scratch_open(s);
}

/* The first complaint, or "good". */
static const char *
load_as(struct scratch *s, uint32_t owner_uid)
{
	struct config_rules rules = { .owner_uid = owner_uid };
	struct complaints *complaints = complaints_new();
	struct config *c;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/rollbackd.conf", s->folder);
	c = config_load(path, &rules, complaints);
	(void)snprintf(answer, sizeof(answer), "%s",
	    c != NULL ? "good" : complaints_line(complaints, 0));
	assert_int_equal(c == NULL, complaints_are_fatal(complaints));
	if (c == NULL)
		assert_int_not_equal(
		    complaints_count(complaints, COMPLAINT_UNREADABLE) +
			complaints_count(complaints, COMPLAINT_ERROR),
		    0);
	config_free(c);
	complaints_free(complaints);
	return answer;
}

static const char *
load(struct scratch *s)
{
	return load_as(s, getuid());
}

static void
must_say(const char *said, const char *words)
{
	if (strstr(said, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", said, words);
}

static void
test_a_file_that_is_not_there(void **state)
{
	struct scratch s;

	(void)state;
	open_scratch(&s);
	must_say(load(&s), "rollbackd.conf: error: cannot be opened: No such");
	scratch_close(&s);
	must_say(load(&s), "its folder");
}

static void
test_an_empty_file_is_good(void **state)
{
	struct scratch s;

	(void)state;
	open_scratch(&s);
	scratch_write(&s, "rollbackd.conf", "");
	assert_string_equal(load(&s), "good");
	scratch_write(&s, "rollbackd.conf", "# nothing yet");
	assert_string_equal(load(&s), "good");
	scratch_close(&s);
}

static void
test_what_is_no_file(void **state)
{
	struct scratch s;

	(void)state;
	open_scratch(&s);
	scratch_mkdir(&s, "rollbackd.conf");
	must_say(load(&s), "is a folder, not a file");
	assert_int_equal(rmdir(s.path), 0);
	/* Would block for ever if it were opened as files are. */
	assert_int_equal(mkfifo(s.path, 0600), 0);
	must_say(load(&s), "is not a regular file");
	scratch_close(&s);
}

static void
test_a_symbolic_link_is_not_followed(void **state)
{
	struct scratch s;

	(void)state;
	open_scratch(&s);
	scratch_write(&s, "real", "");
	(void)snprintf(s.path, sizeof(s.path), "%s/rollbackd.conf", s.folder);
	assert_int_equal(symlink("real", s.path), 0);
	must_say(load(&s), "is a symbolic link");
	scratch_close(&s);
}

static void
test_a_file_that_others_may_write(void **state)
{
	static const mode_t bad[] = { 0664, 0646, 0620, 0602, 0777 };
	struct scratch s;

	(void)state;
	open_scratch(&s);
	scratch_write(&s, "rollbackd.conf", "");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(chmod(s.path, bad[i]), 0);
		must_say(load(&s), "others may write to it (mode 0");
	}
	assert_int_equal(chmod(s.path, 0640), 0);
	assert_string_equal(load(&s), "good");
	scratch_close(&s);
}

static void
test_a_folder_that_others_may_write(void **state)
{
	struct scratch s;

	(void)state;
	open_scratch(&s);
	scratch_write(&s, "rollbackd.conf", "");
	assert_int_equal(chmod(s.folder, 0777), 0);
	must_say(load(&s), "others may write to its folder (mode 0777)");
	/* As /tmp: nobody else can rename what is in it. */
	assert_int_equal(chmod(s.folder, 01777), 0);
	assert_string_equal(load(&s), "good");
	scratch_close(&s);
}

static void
test_a_folder_above_that_others_may_write(void **state)
{
	struct scratch s, inner;

	(void)state;
	open_scratch(&s);
	inner = s;
	scratch_mkdir(&s, "inner");
	(void)snprintf(
	    inner.folder, sizeof(inner.folder), "%.200s/inner", s.folder);
	scratch_write(&inner, "rollbackd.conf", "");
	assert_string_equal(load(&inner), "good");
	assert_int_equal(chmod(s.folder, 0775), 0);
	must_say(load(&inner), "others may write to a folder above it");
	scratch_close(&s);
}

static void
test_whose_file_it_is(void **state)
{
	struct scratch s;

	(void)state;
	if (getuid() != 0)
		skip();
	open_scratch(&s);
	scratch_write(&s, "rollbackd.conf", "");
	assert_int_equal(chown(s.path, OTHER_USER, 0), 0);
	must_say(load_as(&s, 0),
	    "belongs to user 12345; it must belong to "
	    "root: chown it");
	must_say(load_as(&s, OTHER_USER + 1), "root or to this user");
	assert_string_equal(load_as(&s, OTHER_USER), "good");
	assert_int_equal(chown(s.path, 0, 0), 0);
	assert_string_equal(load_as(&s, OTHER_USER), "good");
	assert_int_equal(chown(s.folder, OTHER_USER, 0), 0);
	must_say(load_as(&s, 0), "its folder belongs to user 12345");
	scratch_close(&s);
}

static void
write_long(struct scratch *s, size_t length)
{
	char *bytes = malloc(length + 1);

	assert_non_null(bytes);
	memset(bytes, '\n', length);
	bytes[length] = '\0';
	scratch_write(s, "rollbackd.conf", bytes);
	free(bytes);
}

static void
test_the_largest_file(void **state)
{
	struct scratch s;

	(void)state;
	open_scratch(&s);
	write_long(&s, CONFIG_FILE_MAX_BYTES);
	assert_string_equal(load(&s), "good");
	write_long(&s, CONFIG_FILE_MAX_BYTES + 1);
	must_say(load(&s), "is larger than 16 MiB");
	scratch_close(&s);
}

#define PROBE "{ name = \"p\"; type = \"http\"; url = \"http://192.0.2.1/\"; }"
#define SERVICE(name)                                               \
	"services = ( { name = \"" name "\"; environment = \"e\"; " \
	"probes = ( " PROBE " ); verify = { probes = [ \"p\" ]; }; } );\n"

static void
test_what_an_include_takes(void **state)
{
	struct complaints *complaints = complaints_new();
	struct scratch s;
	struct config *c;

	(void)state;
	open_scratch(&s);
	scratch_write(&s, "rollbackd.conf",
	    "include = [ \"b.d\", \"a.d/\", \"single.inc\" ];\n" SERVICE(
		"main"));
	scratch_mkdir(&s, "a.d");
	scratch_mkdir(&s, "b.d");
	scratch_write(&s, "b.d/2.conf", SERVICE("two"));
	scratch_write(&s, "b.d/1.conf", SERVICE("one"));
	scratch_write(&s, "b.d/1.conf.dpkg-old", "{{{");
	scratch_write(&s, "b.d/.hidden.conf", "{{{");
	scratch_write(&s, "b.d/README", "{{{");
	scratch_write(&s, "single.inc", SERVICE("single"));
	c = scratch_load(&s, complaints);
	scratch_print(complaints);
	assert_non_null(c);
	assert_int_equal(c->file_count, 4);
	assert_string_equal(c->files[0].path, "rollbackd.conf");
	assert_string_equal(c->files[1].path, "b.d/1.conf");
	assert_string_equal(c->files[2].path, "b.d/2.conf");
	assert_string_equal(c->files[3].path, "single.inc");
	assert_int_equal(c->service_count, 4);
	assert_string_equal(c->services[0].name, "main");
	assert_string_equal(c->services[3].name, "two");
	config_free(c);
	complaints_free(complaints);
	scratch_close(&s);
}

static void
include_must_say(struct scratch *s, const char *entry, const char *words)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "include = [ \"%s\" ];", entry);
	scratch_write(s, "rollbackd.conf", text);
	must_say(load(s), words);
}

static void
test_what_an_include_refuses(void **state)
{
	char link[512];
	struct scratch s;

	(void)state;
	open_scratch(&s);
	scratch_mkdir(&s, "real.d");
	scratch_write(&s, "real.d/a.conf", "");
	(void)snprintf(link, sizeof(link), "%s/link.d", s.folder);
	assert_int_equal(symlink("real.d", link), 0);
	include_must_say(&s, "../x", "beneath the main file's folder");
	include_must_say(&s, "real.d/../real.d", "beneath the main");
	include_must_say(&s, "/etc", "beneath the main file's folder");
	include_must_say(&s, "/etc/passwd", "beneath the main file's folder");
	include_must_say(&s, "", "beneath the main file's folder");
	include_must_say(&s, "link.d", "Not a directory");
	include_must_say(&s, "gone.d", ":1: error: gone.d: No such file");
	include_must_say(&s, "real.d\", \"real.d/a.conf", "included twice");

	(void)snprintf(link, sizeof(link), "%s/real.d/b.conf", s.folder);
	assert_int_equal(symlink("a.conf", link), 0);
	include_must_say(&s, "real.d", "b.conf: error: is a symbolic link");
	assert_int_equal(unlink(link), 0);
	scratch_write(&s, "real.d/a.conf", "include = [ \"real.d\" ];");
	include_must_say(&s, "real.d",
	    "a.conf:1: error: included file: there is no \"include\"");
	scratch_write(&s, "real.d/a.conf", "");
	(void)snprintf(link, sizeof(link), "%s/real.d", s.folder);
	assert_int_equal(chmod(link, 0775), 0);
	include_must_say(&s, "real.d", "others may write to its folder");
	scratch_close(&s);
}

static void
test_each_file_gets_its_first_syntax_error(void **state)
{
	struct complaints *complaints = complaints_new();
	struct scratch s;

	(void)state;
	open_scratch(&s);
	scratch_write(&s, "rollbackd.conf", "include = [ \"a.d\" ];\n");
	scratch_mkdir(&s, "a.d");
	scratch_write(&s, "a.d/1.conf", "a = 5s;\nb = 6s;\n");
	scratch_write(&s, "a.d/2.conf", "\n\nservices = (;\n");
	scratch_write(&s, "a.d/3.conf", "servces = ( );\n");
	assert_null(scratch_load(&s, complaints));
	assert_int_equal(complaints_count(complaints, COMPLAINT_ERROR), 3);
	must_say(complaints_line(complaints, 0),
	    "a.d/1.conf:1: error: syntax error: write \"5s\" in double");
	must_say(complaints_line(complaints, 1), "a.d/2.conf:3: error");
	must_say(complaints_line(complaints, 2), "did you mean \"services\"");
	assert_null(complaints_line(complaints, 3));
	complaints_free(complaints);
	scratch_close(&s);
}

static void
test_all_complaints_have_an_end(void **state)
{
	struct complaints *complaints = complaints_new();
	struct source where = { "x.conf", 0 };
	size_t count = 0;

	(void)state;
	for (where.line = 300; where.line > 0; where.line--)
		complain(complaints, COMPLAINT_ERROR, where, "wrong");
	complain(complaints, COMPLAINT_ERROR, where, "wrong");
	complain(complaints, COMPLAINT_WARNING, where, "odd");
	complain(complaints, COMPLAINT_WARNING, where, "odd");
	assert_int_equal(complaints_count(complaints, COMPLAINT_WARNING), 1);
	assert_int_equal(complaints_count(complaints, COMPLAINT_ERROR), 301);
	assert_string_equal(
	    complaints_line(complaints, 0), "x.conf: warning: odd");
	assert_string_equal(
	    complaints_line(complaints, 1), "x.conf:101: error: wrong");
	while (complaints_line(complaints, count) != NULL)
		count++;
	assert_int_equal(count, COMPLAINTS_MAX + 2);
	assert_string_equal(complaints_line(complaints, count - 1),
	    "and 101 more: mend these first");
	complaints_free(complaints);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file_that_is_not_there),
		cmocka_unit_test(test_an_empty_file_is_good),
		cmocka_unit_test(test_what_is_no_file),
		cmocka_unit_test(test_a_symbolic_link_is_not_followed),
		cmocka_unit_test(test_a_file_that_others_may_write),
		cmocka_unit_test(test_a_folder_that_others_may_write),
		cmocka_unit_test(test_a_folder_above_that_others_may_write),
		cmocka_unit_test(test_whose_file_it_is),
		cmocka_unit_test(test_the_largest_file),
		cmocka_unit_test(test_what_an_include_takes),
		cmocka_unit_test(test_what_an_include_refuses),
		cmocka_unit_test(test_each_file_gets_its_first_syntax_error),
		cmocka_unit_test(test_all_complaints_have_an_end),
	};

	(void)umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
