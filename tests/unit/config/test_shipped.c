/*
 * What is shipped in conf/ is right, explains every option and its default,
 * and so does the manual page.
 */
#include "tests/unit/config/scratch.h"
#include "tests/unit/whole_file.h"

#include "base/text.h"
#include "config/main_options.h"

#define FILE_MAX_BYTES (256 * 1024)
#define NEEDLE_MAX 256

static struct text conf, page;

static int
read_both(void **state)
{
	(void)state;
	conf = whole_file("conf/rollbackd.conf", FILE_MAX_BYTES);
	page = whole_file("man/rollbackd.conf.5", FILE_MAX_BYTES);
	return 0;
}

static int
free_both(void **state)
{
	(void)state;
	text_free(&conf);
	text_free(&page);
	return 0;
}

typedef void see_option(const struct option *o, const char *what);

static void
walk(const struct option_table *table, see_option *see, unsigned depth)
{
	assert_true(depth < 8);
	for (size_t i = 0; i < table->count; i++) {
		const struct option *o = &table->options[i];

		see(o, table->what);
		/* Templates say what services say. */
		if (strcmp(o->key, "templates") != 0 &&
		    (o->type == OPTION_GROUP || o->type == OPTION_LIST ||
			o->type == OPTION_NAMED))
			walk(o->detail, see, depth + 1);
	}
	for (size_t i = 0; table->kinds != NULL && table->kinds[i]; i++)
		walk(table->kinds[i]->table, see, depth + 1);
}

static void
must_hold(const struct text *t, const char *needle, const char *where,
    const char *what)
{
	if (strstr(text_str(t), needle) == NULL)
		fail_msg("%s does not say: %s (%s)", where, needle, what);
}

static void
see_in_page(const struct option *o, const char *what)
{
	char needle[NEEDLE_MAX];

	(void)snprintf(needle, sizeof(needle), "\n.It Ic %s =", o->key);
	must_hold(&page, needle, "rollbackd.conf(5)", what);
	assert_non_null(o->help);
}

static void
see_in_conf(const struct option *o, const char *what)
{
	char needle[NEEDLE_MAX];

	(void)snprintf(needle, sizeof(needle), "%s = ", o->key);
	must_hold(&conf, needle, "conf/rollbackd.conf", what);
	/* What LIBEXECDIR says when it was built. */
	if (o->fallback == NULL || strcmp(o->key, "program") == 0)
		return;
	/* Or that there is no default. */
	if (strcmp(o->fallback, "nan") == 0)
		return;
	if (o->type == OPTION_BOOL || o->type == OPTION_COUNT ||
	    o->type == OPTION_NUMBER)
		(void)snprintf(
		    needle, sizeof(needle), "%s = %s;", o->key, o->fallback);
	else if (o->type == OPTION_STRINGS)
		(void)snprintf(needle, sizeof(needle), "%s = [ \"%s\" ];",
		    o->key, o->fallback);
	else
		(void)snprintf(needle, sizeof(needle), "%s = \"%s\";", o->key,
		    o->fallback);
	must_hold(&conf, needle, "conf/rollbackd.conf", what);
}

static void
test_the_manual_page_has_every_option(void **state)
{
	(void)state;
	walk(&main_options, see_in_page, 0);
	walk(&file_options, see_in_page, 0);
}

static void
test_the_shipped_file_has_every_option_and_default(void **state)
{
	(void)state;
	walk(&main_options, see_in_conf, 0);
	walk(&file_options, see_in_conf, 0);
}

/* Programs that are not on this host become one that is. */
static void
copy_file(struct scratch *s, const char *from, const char *name)
{
	static const char *const programs[] = { "\"/usr/lib/rollbackd/",
		"\"/usr/bin/kubectl\"" };
	struct text original = whole_file(from, FILE_MAX_BYTES);
	struct text changed = text_new(FILE_MAX_BYTES);
	const char *p = text_str(&original);

	while (*p != '\0') {
		bool found = false;

		for (size_t i = 0; i < ARRAY_LEN(programs); i++)
			found = found ||
			    strncmp(p, programs[i], strlen(programs[i])) == 0;
		if (found) {
			text_add(&changed, "\"/bin/true\"");
			p += strcspn(p + 1, "\"") + 2;
		} else
			text_add_char(&changed, *p++);
	}
	if (strcmp(name, "rollbackd.conf") == 0)
		text_add(
		    &changed, "\nrunner = { program = \"/bin/true\"; };\n");
	scratch_write(s, name, text_str(&changed));
	text_free(&original);
	text_free(&changed);
}

/* As rollbackd -t --strict would: not even a warning. */
static void
must_be_good(struct scratch *s, size_t services)
{
	struct config_rules rules = { .owner_uid = getuid(),
		.check_programs = true };
	struct complaints *complaints = complaints_new();
	struct config *c;

	(void)snprintf(
	    s->path, sizeof(s->path), "%s/rollbackd.conf", s->folder);
	c = config_load(s->path, &rules, complaints);
	scratch_print(complaints);
	assert_null(complaints_line(complaints, 0));
	assert_non_null(c);
	assert_int_equal(c->service_count, services);
	config_free(c);
	complaints_free(complaints);
}

static void
test_the_shipped_file_is_good_as_it_is(void **state)
{
	struct scratch s;

	(void)state;
	scratch_open(&s);
	copy_file(&s, "conf/rollbackd.conf", "rollbackd.conf");
	must_be_good(&s, 0);
	scratch_close(&s);
}

static void
test_the_example_is_good_as_it_is(void **state)
{
	struct scratch s;

	(void)state;
	scratch_open(&s);
	scratch_mkdir(&s, "services.d");
	scratch_mkdir(&s, "procedures.d");
	copy_file(&s, "conf/example/rollbackd.conf", "rollbackd.conf");
	copy_file(&s, "conf/example/services.d/backend.conf",
	    "services.d/backend.conf");
	copy_file(&s, "conf/example/procedures.d/application-rollback.conf",
	    "procedures.d/application-rollback.conf");
	copy_file(&s, "conf/example/procedures.d/page-humans.conf",
	    "procedures.d/page-humans.conf");
	must_be_good(&s, 1);
	scratch_close(&s);
}

/* "#" before a letter, a brace or two spaces: an option, not a sentence. */
static bool
is_option_line(const char *line)
{
	if (line[0] != '#' || line[1] == '\n' || line[1] == '\0')
		return false;
	return line[1] != ' ' || line[2] == ' ';
}

static void
test_the_shipped_file_is_good_with_everything_in_it(void **state)
{
	struct complaints *complaints = complaints_new();
	struct text all = text_new(FILE_MAX_BYTES);
	const char *line = text_str(&conf);
	struct scratch s;
	struct config *c;

	(void)state;
	while (*line != '\0') {
		size_t length = strcspn(line, "\n") + 1;

		/* The folders are not here. */
		if (strncmp(line, "#include", 8) != 0)
			text_add_bytes(&all, line + is_option_line(line),
			    length - is_option_line(line));
		line += length;
	}
	scratch_open(&s);
	scratch_write(&s, "rollbackd.conf", text_str(&all));
	c = scratch_load(&s, complaints);
	scratch_print(complaints);
	assert_null(complaints_line(complaints, 0));
	assert_non_null(c);
	assert_int_equal(c->service_count, 1);
	assert_int_equal(c->procedure_count, 4);
	config_free(c);
	complaints_free(complaints);
	text_free(&all);
	scratch_close(&s);
}

static void
test_the_first_example_of_the_manual_page_is_good(void **state)
{
	static const char begin[] = ".Bd -literal -offset indent\n";
	const char *start = strstr(text_str(&page), begin);
	const char *end = start == NULL ? NULL : strstr(start, "\n.Ed\n");
	struct complaints *complaints = complaints_new();
	struct scratch s;
	struct config *c;
	char *example;

	(void)state;
	assert_non_null(end);
	start += sizeof(begin) - 1;
	example = strndup(start, (size_t)(end - start));
	scratch_open(&s);
	scratch_write(&s, "rollbackd.conf", example);
	c = scratch_load(&s, complaints);
	assert_false(complaints_are_fatal(complaints));
	/* The two that the page shows. */
	assert_int_equal(complaints_count(complaints, COMPLAINT_WARNING), 2);
	assert_non_null(c);
	config_free(c);
	complaints_free(complaints);
	scratch_close(&s);
	free(example);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_manual_page_has_every_option),
		cmocka_unit_test(
		    test_the_shipped_file_has_every_option_and_default),
		cmocka_unit_test(test_the_shipped_file_is_good_as_it_is),
		cmocka_unit_test(test_the_example_is_good_as_it_is),
		cmocka_unit_test(
		    test_the_shipped_file_is_good_with_everything_in_it),
		cmocka_unit_test(
		    test_the_first_example_of_the_manual_page_is_good),
	};

	return cmocka_run_group_tests(tests, read_both, free_both);
}
