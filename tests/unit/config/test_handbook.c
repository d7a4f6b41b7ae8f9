/*
 * The handbook: each procedure and each parameter is in its manual page, with
 * an example that rollbackd -t --strict takes, and takes nothing hostile.
 */
#include "tests/unit/config/scratch.h"
#include "tests/unit/whole_file.h"

#include "base/text.h"

#define FILE_MAX_BYTES (1024 * 1024)
#define LINE_MAX_BYTES 512
#define LONG_CHARACTERS 10000
#define RATHER_LONG_CHARACTERS 2000
#define HERE "@HERE@"

static struct scratch folder;
static struct config *handbook;
static struct text page;

static void
run_script(const char *script, const char *name)
{
	char to[sizeof(folder.path)];
	pid_t child;
	int how = -1;

	(void)snprintf(to, sizeof(to), "%s/%s", folder.folder, name);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		execl(script, script, to, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &how, 0), child);
	assert_int_equal(how, 0);
}

static void
write_main_file(void)
{
	struct text original =
	    whole_file("tests/handbook/rollbackd.conf", FILE_MAX_BYTES);
	struct text changed = text_new(FILE_MAX_BYTES);
	const char *p = text_str(&original), *at;

	for (; (at = strstr(p, HERE)) != NULL; p = at + strlen(HERE)) {
		text_add_bytes(&changed, p, (size_t)(at - p));
		text_add(&changed, folder.folder);
	}
	text_add(&changed, p);
	scratch_write(&folder, "rollbackd.conf", text_str(&changed));
	text_free(&original);
	text_free(&changed);
}

/* As rollbackd -t would. */
static struct config *
load(struct complaints *complaints)
{
	struct config_rules rules = { .owner_uid = getuid(),
		.check_programs = true };
	char path[sizeof(folder.path)];

	(void)snprintf(path, sizeof(path), "%s/rollbackd.conf", folder.folder);
	return config_load(path, &rules, complaints);
}

static int
open_handbook(void **state)
{
	struct complaints *complaints = complaints_new();

	(void)state;
	scratch_open(&folder);
	run_script("tests/handbook/place", "procedures.d");
	run_script("tests/handbook/examples", "services.d");
	write_main_file();
	page = whole_file("man/rollbackd-procedures.7", FILE_MAX_BYTES);
	handbook = load(complaints);
	scratch_print(complaints);
	complaints_free(complaints);
	return handbook == NULL ? -1 : 0;
}

static int
close_handbook(void **state)
{
	(void)state;
	config_free(handbook);
	text_free(&page);
	scratch_close(&folder);
	return 0;
}

static void
test_it_is_good_as_it_is(void **state)
{
	struct complaints *complaints = complaints_new();
	struct config *c = load(complaints);

	(void)state;
	assert_null(complaints_line(complaints, 0));
	assert_non_null(c);
	assert_true(c->procedure_count > 0);
	config_free(c);
	complaints_free(complaints);
}

/* What nobody runs does not need its programs. */
static void
test_it_is_good_where_nobody_uses_it(void **state)
{
	struct complaints *complaints = complaints_new();
	struct config *c;

	(void)state;
	scratch_write(&folder, "procedures.d/spare.conf",
	    "procedures = ( { name = \"spare\"; budget = \"1m\"; steps = ("
	    "{ name = \"do\"; user = \"nobody\"; timeout = \"1s\";"
	    "  command = [ \"/nowhere/to/be/found\" ]; } ); } );");
	c = load(complaints);
	assert_null(complaints_line(complaints, 0));
	assert_non_null(c);
	config_free(c);
	assert_int_equal(unlink(folder.path), 0);
	complaints_free(complaints);
}

/* The service of the example, which is in a file of the procedure's name. */
static const struct service_settings *
example_of(const struct procedure_settings *p)
{
	char file[LINE_MAX_BYTES];

	(void)snprintf(file, sizeof(file), "services.d/%s.conf", p->name);
	for (size_t i = 0; i < handbook->service_count; i++) {
		const struct service_settings *s = &handbook->services[i];

		if (s->source.file != NULL &&
		    strstr(s->source.file, file) != NULL)
			return s;
	}
	fail_msg("rollbackd-procedures(7) has no example of %s", p->name);
	return NULL;
}

static void
add_quoted(struct text *t, const char *value)
{
	text_add_char(t, '"');
	for (; *value != '\0'; value++)
		if (*value == '\n')
			text_add(t, "\\n");
		else if (*value == '"' || *value == '\\')
			text_addf(t, "\\%c", *value);
		else
			text_add_char(t, *value);
	text_add_char(t, '"');
}

/* A parameter as the example has it, and what else is to be in its list. */
static void
add_values(
    struct text *t, const char *name, const struct param *good, const char *bad)
{
	bool is_list = good != NULL && good->is_list;

	text_addf(t, " %s = %s", name, is_list ? "[ " : "");
	for (size_t i = 0;
	     good != NULL && (is_list || bad == NULL) && i < good->values.count;
	     i++) {
		text_add(t, i > 0 ? ", " : "");
		add_quoted(t, good->values.items[i]);
	}
	if (bad != NULL) {
		text_add(t, is_list ? ", " : "");
		add_quoted(t, bad);
	}
	text_add(t, is_list ? " ];" : ";");
}

/*
 * One service on a line of its own, as the example but for one parameter: bad
 * where that is not NULL, else missing.
 */
static void
add_service(struct text *t, const struct procedure_settings *p,
    const char *param, const char *bad, unsigned number)
{
	const struct service_settings *s = example_of(p);

	text_addf(t,
	    "%s{ name = \"h%u\"; like = \"shop\"; environment = \"h%u\";"
	    " procedures = [ \"%s\" ]; params = {",
	    number == 1 ? "" : ",\n", number, number, p->name);
	for (size_t i = 0; i < s->params.count; i++)
		if (strcmp(s->params.items[i].name, param) != 0)
			add_values(t, s->params.items[i].name,
			    &s->params.items[i], NULL);
	if (bad != NULL)
		add_values(t, param, params_find(&s->params, param), bad);
	text_add(t, " }; }");
}

/* What stands in the way of each service of the file: one error a line. */
static void
must_refuse(const struct procedure_settings *p, struct text *services,
    const char *const *params, unsigned count)
{
	struct complaints *complaints = complaints_new();
	unsigned found = 0;
	const char *line;

	text_add(services, " );\n");
	assert_true(text_ok(services));
	scratch_write(&folder, "services.d/hostile.conf", text_str(services));
	assert_null(load(complaints));
	assert_int_equal(unlink(folder.path), 0);
	for (unsigned i = 1; i <= count; i++) {
		char where[LINE_MAX_BYTES], name[LINE_MAX_BYTES];

		(void)snprintf(
		    where, sizeof(where), "hostile.conf:%u: error: ", i);
		(void)snprintf(name, sizeof(name), " %s", params[i - 1]);
		found = 0;
		for (size_t k = 0; (line = complaints_line(complaints, k)); k++)
			found += strstr(line, where) != NULL &&
			    strstr(line, name) != NULL;
		if (found == 0)
			scratch_print(complaints);
		if (found == 0)
			fail_msg("%s: parameter %s: case %u was not refused",
			    p->name, params[i - 1], i);
	}
	complaints_free(complaints);
}

static char long_value[LONG_CHARACTERS + 1];
/* Longer ones are refused when they are read, before their pattern is asked. */
static char rather_long_value[RATHER_LONG_CHARACTERS + 1];
static const char *const hostile[] = { ";", "a;b", "$(id)", "`id`",
	"${service}", "a\nb", "\n", "-a", "--all", "a'b", "a\"b", "a\\b", " a",
	rather_long_value };
static const char *const longer[] = { long_value };
#define CASES (2 * ARRAY_LEN(hostile))

static const char *
good_value_of(const struct procedure_settings *p, const struct param_spec *spec)
{
	const struct param *given =
	    params_find(&example_of(p)->params, spec->name);

	if (given != NULL)
		return given->values.items[0];
	return spec->fallback != NULL ? spec->fallback : "";
}

/* Those that the file of the procedure itself declares. */
static bool
is_own(const struct procedure_settings *p, const struct param_spec *spec)
{
	return strstr(spec->name, "__") == NULL && spec->source.file != NULL &&
	    strcmp(spec->source.file, p->source.file) == 0;
}

/* Alone, and behind what would be right: but for "-" and " ", which may be. */
static void
must_refuse_hostile(const struct procedure_settings *p,
    const struct param_spec *spec, const char *const *bad, size_t bad_count)
{
	struct text all = text_new(FILE_MAX_BYTES);
	const char *params[CASES];
	unsigned count = 0;

	text_add(&all, "services = ( ");
	for (unsigned h = 0; h < bad_count; h++) {
		struct text behind = text_new(FILE_MAX_BYTES);

		params[count++] = spec->name;
		add_service(&all, p, spec->name, bad[h], count);
		text_add(&behind, good_value_of(p, spec));
		text_add(&behind, bad[h]);
		if (strchr("- ", *bad[h]) == NULL) {
			params[count++] = spec->name;
			add_service(
			    &all, p, spec->name, text_str(&behind), count);
		}
		text_free(&behind);
	}
	must_refuse(p, &all, params, count);
	text_free(&all);
}

static void
test_hostile_values_are_refused(void **state)
{
	(void)state;
	memset(long_value, 'a', LONG_CHARACTERS);
	memset(rather_long_value, 'a', RATHER_LONG_CHARACTERS);
	for (size_t i = 0; i < handbook->procedure_count; i++) {
		const struct procedure_settings *p = &handbook->procedures[i];

		for (size_t k = 0; k < p->param_count; k++) {
			if (!is_own(p, &p->params[k]))
				continue;
			must_refuse_hostile(
			    p, &p->params[k], hostile, ARRAY_LEN(hostile));
			must_refuse_hostile(
			    p, &p->params[k], longer, ARRAY_LEN(longer));
		}
	}
}

static void
test_what_is_required_must_be_there(void **state)
{
	const char *params[64];

	(void)state;
	for (size_t i = 0; i < handbook->procedure_count; i++) {
		const struct procedure_settings *p = &handbook->procedures[i];
		struct text all = text_new(FILE_MAX_BYTES);
		unsigned count = 0;

		text_add(&all, "services = ( ");
		for (size_t k = 0; k < p->param_count; k++) {
			if (!p->params[k].required || !is_own(p, &p->params[k]))
				continue;
			assert_true(count < ARRAY_LEN(params));
			params[count++] = p->params[k].name;
			add_service(&all, p, p->params[k].name, NULL, count);
		}
		if (count > 0)
			must_refuse(p, &all, params, count);
		text_free(&all);
	}
}

/* Done by the monitor itself, or taken apart when it was read. */
static bool
is_an_effect(const struct step_settings *s)
{
	static const char *const others[] = { "wait", "verify", "approval",
		"procedure" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (strcmp(s->executor, others[i]) == 0)
			return false;
	return true;
}

static void
test_every_procedure_says_what_it_must(void **state)
{
	(void)state;
	for (size_t i = 0; i < handbook->procedure_count; i++) {
		const struct procedure_settings *p = &handbook->procedures[i];
		char file[LINE_MAX_BYTES];

		(void)snprintf(file, sizeof(file), "/%s.conf", p->name);
		if (strstr(p->source.file, file) == NULL)
			fail_msg("%s is in %s", p->name, p->source.file);
		if (p->description == NULL)
			fail_msg("%s has no description", p->name);
		for (size_t k = 0; k < p->param_count; k++)
			if (p->params[k].match == NULL &&
			    is_own(p, &p->params[k]))
				fail_msg("%s: %s has no match", p->name,
				    p->params[k].name);
		for (size_t k = 0; k < p->step_count; k++) {
			const struct step_settings *s = &p->steps[k];

			if (!is_an_effect(s))
				continue;
			if (s->user == NULL)
				fail_msg("%s: step %s has no user", p->name,
				    s->name);
			if (!s->prepare && s->resume == RESUME_ASK)
				fail_msg("%s: step %s does not say what to do "
					 "after a crash",
				    p->name, s->name);
		}
	}
}

/* From ".Ss NAME" to the next section; the caller frees it. */
static char *
section_of(const char *name)
{
	char head[LINE_MAX_BYTES];
	const char *start, *end;

	(void)snprintf(head, sizeof(head), "\n.Ss %s\n", name);
	start = strstr(text_str(&page), head);
	if (start == NULL)
		fail_msg("rollbackd-procedures(7) has no section %s", name);
	start += strlen(head) - 1;
	end = start;
	do {
		end = strstr(end + 1, "\n.S"); /* .Ss or .Sh, but not .Sx */
		assert_non_null(end);
	} while (strchr("sh", end[strlen("\n.S")]) == NULL);
	return strndup(start, (size_t)(end - start));
}

static bool
has_param(const struct procedure_settings *p, const char *name, size_t length)
{
	for (size_t i = 0; i < p->param_count; i++)
		if (strlen(p->params[i].name) == length &&
		    strncmp(p->params[i].name, name, length) == 0)
			return true;
	return false;
}

static void
test_the_manual_page_has_every_parameter(void **state)
{
	static const char item[] = "\n.It Ic ";

	(void)state;
	for (size_t i = 0; i < handbook->procedure_count; i++) {
		const struct procedure_settings *p = &handbook->procedures[i];
		char *section = section_of(p->name), *at = section;
		size_t found = 0, own = 0;

		for (size_t k = 0; k < p->param_count; k++)
			own += is_own(p, &p->params[k]);
		for (; (at = strstr(at, item)) != NULL; found++) {
			size_t length;

			at += sizeof(item) - 1;
			length = strcspn(at, " \n");
			if (!has_param(p, at, length))
				fail_msg("rollbackd-procedures(7): %s has no "
					 "parameter %.*s",
				    p->name, (int)length, at);
		}
		if (found != own)
			fail_msg("rollbackd-procedures(7): %s: %zu parameters "
				 "of %zu",
			    p->name, found, own);
		free(section);
	}
}

static void
test_the_manual_page_is_in_order(void **state)
{
	const char *at = strstr(text_str(&page), "\n.Sh PROCEDURES\n");
	const char *end;
	char before[LINE_MAX_BYTES] = "", name[LINE_MAX_BYTES];
	size_t count = 0;

	(void)state;
	assert_non_null(at);
	end = strstr(at + 1, "\n.Sh ");
	assert_non_null(end);
	for (; (at = strstr(at, "\n.Ss ")) != NULL && at < end; count++) {
		at += strlen("\n.Ss ");
		(void)snprintf(
		    name, sizeof(name), "%.*s", (int)strcspn(at, "\n"), at);
		if (config_procedure(handbook, name) == NULL)
			fail_msg("there is no procedure %s", name);
		if (strcmp(before, name) >= 0)
			fail_msg("%s must come before %s", name, before);
		memcpy(before, name, sizeof(before));
	}
	assert_int_equal(count, handbook->procedure_count);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_good_as_it_is),
		cmocka_unit_test(test_it_is_good_where_nobody_uses_it),
		cmocka_unit_test(test_hostile_values_are_refused),
		cmocka_unit_test(test_what_is_required_must_be_there),
		cmocka_unit_test(test_every_procedure_says_what_it_must),
		cmocka_unit_test(test_the_manual_page_has_every_parameter),
		cmocka_unit_test(test_the_manual_page_is_in_order),
	};

	return cmocka_run_group_tests(tests, open_handbook, close_handbook);
}
