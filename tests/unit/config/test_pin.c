#include "tests/unit/config/sample.h"

#include "base/text.h"
#include "config/pin.h"
#include "control/rights.h"

#define FILES_MAX 16

static const char *const file_names[] = {
	"rollbackd.conf",
	"services.d/backend.conf",
	"procedures.d/undo.conf",
};

static struct pin *
from_files(struct scratch *s, const char *service, const char *procedure,
    struct text *out, struct error *err)
{
	const char *names[] = { file_names[0], file_names[1], file_names[2] };
	struct strings files = { names, 3 };

	return pin_from_files(
	    s->folder, &files, service, procedure, getuid(), out, err);
}

static void
test_monitor_and_runner_make_the_same_text(void **state)
{
	struct text monitor = text_new(PIN_MAX_BYTES);
	struct text runner = text_new(PIN_MAX_BYTES);
	struct error err = { "" };
	struct scratch s;
	struct config *c;
	struct pin *pin;

	(void)state;
	sample_write(&s);
	c = sample_load(&s);
	pin_text(&monitor, c, config_service(c, "backend"),
	    config_procedure(c, "undo"));
	pin = from_files(&s, "backend", "undo", &runner, &err);
	assert_string_equal(err.text, "");
	assert_non_null(pin);
	assert_string_equal(text_str(&runner), text_str(&monitor));
	assert_string_equal(pin->service.name, "backend");
	assert_string_equal(pin->service.group, "shop");
	assert_int_equal(pin->service.params.count, 3);
	assert_int_equal(pin->service.cooldown_ms, 1800000);
	assert_int_equal(pin->service.cooldown_max_ms, 8 * 3600000);
	assert_int_equal(pin->service.budget, 4);
	assert_int_equal(pin->service.procedures.count, 1);
	assert_string_equal(pin->service.procedures.items[0], "undo");
	assert_true(pin->authority.is_automatic);
	assert_int_equal(pin->authority.severity, SEVERITY_P0);
	assert_int_equal(pin->authority.groups.count, 1);
	assert_string_equal(pin->authority.groups.items[0], "eng-leads");
	assert_int_equal(pin->limits.rollbacks_per_hour, 20);
	assert_string_equal(pin->procedure.escalate, "page");
	assert_string_equal(pin->procedure.params[1].match, "[a-z0-9-]+");
	assert_string_equal(
	    pin->procedure.steps[0].command.items[1], "${deployment}");
	pin_free(pin);
	config_free(c);
	text_free(&monitor);
	text_free(&runner);
	scratch_close(&s);
}

static void
test_a_pin_reads_back_as_what_it_was_written_from(void **state)
{
	struct text first = text_new(PIN_MAX_BYTES);
	struct text second = text_new(PIN_MAX_BYTES);
	struct error err = { "" };
	struct scratch s;
	struct pin *pin, *again;

	(void)state;
	sample_write(&s);
	pin = from_files(&s, "backend", "undo", &first, &err);
	assert_non_null(pin);
	again = pin_parse(text_str(&first), first.length, &err);
	assert_non_null(again);
	pin_write(&second, again);
	assert_string_equal(text_str(&second), text_str(&first));
	pin_free(pin);
	pin_free(again);
	text_free(&first);
	text_free(&second);
	scratch_close(&s);
}

static void
test_any_text_survives(void **state)
{
	static const char *hard[] = { "/bin/x", "a\"b\\c", "\\x41 \\n \\",
		"tab\tline\nreturn\r", "${x} $${y}", "caf\xc3\xa9", "" };
	struct service_settings service = {
		.name = "s", .environment = "e", .group = "s"
	};
	struct step_settings step = { .name = "one",
		.executor = "command",
		.timeout_ms = 61001,
		.attempts = 10,
		.backoff = 1.5,
		.on_failure = "stop",
		.resume = RESUME_CHECK,
		.command = { hard, 7 },
		.delay_ms = 0 };
	struct procedure_settings procedure = { .name = "p",
		.budget_ms = 900000,
		.steps = &step,
		.step_count = 1 };
	struct text out = text_new(PIN_MAX_BYTES);
	struct error err = { "" };
	struct pin *pin;

	(void)state;
	pin_text(&out, NULL, &service, &procedure);
	pin = pin_parse(text_str(&out), out.length, &err);
	assert_string_equal(err.text, "");
	assert_non_null(pin);
	assert_int_equal(pin->procedure.steps[0].timeout_ms, 61001);
	assert_int_equal(pin->procedure.steps[0].delay_ms, 0);
	assert_int_equal(pin->procedure.steps[0].resume, RESUME_CHECK);
	assert_int_equal(pin->procedure.steps[0].command.count, 7);
	for (size_t i = 0; i < 7; i++)
		assert_string_equal(
		    pin->procedure.steps[0].command.items[i], hard[i]);
	pin_free(pin);
	text_free(&out);
}

static void
test_what_is_not_there_or_twice_is_refused(void **state)
{
	struct error err = { "" };
	struct scratch s;

	(void)state;
	sample_write(&s);
	assert_null(from_files(&s, "frontend", "undo", NULL, &err));
	assert_non_null(strstr(err.text, "\"frontend\" is not"));
	assert_null(from_files(&s, "backend", "undo-all", NULL, &err));
	assert_non_null(strstr(err.text, "\"undo-all\" is not"));
	scratch_write(&s, "services.d/backend.conf",
	    "services = ( { name = \"backend\"; }, { name = \"backend\"; } );");
	assert_null(from_files(&s, "backend", "undo", NULL, &err));
	assert_non_null(strstr(err.text, "more than once"));
	scratch_close(&s);
}

static void
test_only_files_that_nobody_else_can_write(void **state)
{
	const char *names[] = { "../passwd" };
	struct strings files = { names, 1 };
	struct error err = { "" };
	struct scratch s;

	(void)state;
	sample_write(&s);
	assert_int_equal(chmod(s.path, 0664), 0);
	assert_null(from_files(&s, "backend", "undo", NULL, &err));
	assert_non_null(strstr(err.text, "others may write to it"));
	assert_null(pin_from_files(
	    s.folder, &files, "backend", "undo", getuid(), NULL, &err));
	assert_non_null(strstr(err.text, "beneath"));
	names[0] = "/etc/passwd";
	assert_null(pin_from_files(
	    s.folder, &files, "backend", "undo", getuid(), NULL, &err));
	assert_non_null(strstr(err.text, "beneath"));
	scratch_close(&s);
}

/* Left there by somebody who tried it out, or for later. */
static void
test_only_files_that_are_included(void **state)
{
	static const struct {
		const char *file;
		bool is_included;
	} rows[] = {
		{ "services.d/backend.conf", true },
		{ "services.d/backend.conf.old", false },
		{ "services.d/.backend.conf", false },
		{ "services.d/old/backend.conf", false },
		{ "services.dx/backend.conf", false },
		{ "backend.conf", false },
		{ "one.conf", true },
	};
	struct scratch s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *names[] = { "rollbackd.conf", rows[i].file,
			"procedures.d/undo.conf" };
		struct strings files = { names, 3 };
		struct error err = { "" };
		struct pin *pin;

		sample_write(&s);
		scratch_write(&s, "rollbackd.conf",
		    "include = [ \"services.d/\", \"procedures.d\", "
		    "\"one.conf\" ];");
		scratch_mkdir(&s, "services.d/old");
		scratch_mkdir(&s, "services.dx");
		scratch_write(&s, rows[i].file, sample_service);
		pin = pin_from_files(
		    s.folder, &files, "backend", "undo", getuid(), NULL, &err);
		assert_int_equal(pin != NULL, rows[i].is_included);
		if (pin == NULL)
			assert_non_null(strstr(
			    err.text, "is not included by rollbackd.conf"));
		pin_free(pin);
		scratch_close(&s);
	}
}

/* Of a service with these rules and procedures "a" and "b". */
static void
test_who_has_a_say(void **state)
{
	static const struct {
		const char *rules;
		bool is_automatic;
		const char *groups;
	} rows[] = {
		{ "P0 enforce a", true, "boss leads oncall" },
		{ "P0 propose a", false, "boss leads oncall" },
		{ "P0 shadow a", false, "boss leads oncall" },
		{ "P1 enforce a", false, "boss leads" },
		{ "P2 enforce a", false, "boss" },
		{ "P3 enforce a", false, "boss product" },
		{ "P0 enforce b", false, "boss leads oncall" },
		{ "P2 enforce b", false, "boss" },
	};
	struct control_settings control = { 0 };
	struct config c = { .control = control };
	const char *names[] = { "oncall", "leads", "boss", "product",
		"deploy" };

	(void)state;
	c.control.roles = (struct control_roles){
		.on_call = { &names[0], 1 },
		.lead = { &names[1], 1 },
		.manager = { &names[2], 1 },
		.product = { &names[3], 1 },
		.ci = { &names[4], 1 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *r = rows[i].rules;
		struct rule_settings rule = {
			.name = "r",
			.severity = (enum severity)(r[1] - '0'),
			.mode = r[3] == 'e' ? MODE_ENFORCE :
			    r[3] == 'p'     ? MODE_PROPOSE :
					      MODE_SHADOW,
			.procedure = r + strlen(r) - 1,
		};
		const char *listed[] = { "a" };
		struct service_settings service = { .name = "s",
			.environment = "e",
			.group = "s",
			.procedures = { listed, 1 },
			.rules = &rule,
			.rule_count = 1 };
		struct procedure_settings procedure = { .name = "a",
			.budget_ms = 1000 };
		struct text out = text_new(PIN_MAX_BYTES);
		struct error err = { "" };
		char groups[100] = "";
		struct step_settings step = { .name = "one",
			.executor = "command",
			.timeout_ms = 1000,
			.attempts = 1,
			.backoff = 1,
			.on_failure = "stop",
			.command = { listed, 1 } };
		struct pin *pin;

		procedure.steps = &step;
		procedure.step_count = 1;
		pin_text(&out, &c, &service, &procedure);
		pin = pin_parse(text_str(&out), out.length, &err);
		assert_string_equal(err.text, "");
		assert_int_equal(
		    pin->authority.is_automatic, rows[i].is_automatic);
		for (size_t k = 0; k < pin->authority.groups.count; k++)
			(void)snprintf(groups + strlen(groups),
			    sizeof(groups) - strlen(groups), "%s%s",
			    k == 0 ? "" : " ", pin->authority.groups.items[k]);
		assert_string_equal(groups, rows[i].groups);
		pin_free(pin);
		text_free(&out);
	}
}

/* The daemon refuses whom the runner would not believe, and no others. */
static void
test_the_say_is_that_of_the_control_socket(void **state)
{
	const char *names[] = { "ci", "on_call", "lead", "manager", "product",
		"steps" };
	struct config c = { .file_count = 0 };
	const char *listed[] = { "a" };

	(void)state;
	c.control.roles = (struct control_roles){
		.ci = { &names[0], 1 },
		.on_call = { &names[1], 1 },
		.lead = { &names[2], 1 },
		.manager = { &names[3], 1 },
		.product = { &names[4], 1 },
		.steps = { &names[5], 1 },
	};
	for (int s = SEVERITY_P0; s <= SEVERITY_P3; s++) {
		struct rule_settings rule = { .name = "r",
			.severity = (enum severity)s,
			.mode = MODE_PROPOSE,
			.procedure = "a" };
		struct service_settings service = { .name = "s",
			.environment = "e",
			.group = "s",
			.procedures = { listed, 1 },
			.rules = &rule,
			.rule_count = 1 };
		struct step_settings step = { .name = "one",
			.executor = "command",
			.timeout_ms = 1000,
			.attempts = 1,
			.backoff = 1,
			.on_failure = "stop",
			.command = { listed, 1 } };
		struct procedure_settings procedure = { .name = "a",
			.budget_ms = 1000,
			.steps = &step,
			.step_count = 1 };
		struct text out = text_new(PIN_MAX_BYTES);
		struct error err;
		struct pin *pin;

		pin_text(&out, &c, &service, &procedure);
		pin = pin_parse(text_str(&out), out.length, &err);
		assert_non_null(pin);
		for (int role = 0; role < ROLE_COUNT; role++) {
			struct caller caller = { .uid = 1,
				.roles = ROLE_BIT(role) };

			assert_int_equal(strings_contain(&pin->authority.groups,
					     names[role]),
			    rights_severity(&caller, rule.severity, &err));
		}
		pin_free(pin);
		text_free(&out);
	}
}

static void
test_the_files_a_pin_needs(void **state)
{
	const char *files[FILES_MAX];
	struct scratch s;
	struct config *c;
	size_t count;

	(void)state;
	sample_write(&s);
	c = sample_load(&s);
	assert_true(pin_files(c, config_service(c, "backend"),
	    config_procedure(c, "undo"), files, FILES_MAX, &count));
	assert_int_equal(count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(files[i], file_names[i]);
	assert_false(pin_files(c, config_service(c, "backend"),
	    config_procedure(c, "undo"), files, 2, &count));
	config_free(c);
	scratch_close(&s);
}

static void
test_a_pin_that_was_meddled_with(void **state)
{
	static const char *const texts[] = { "", "service = {};", "procedure",
		"service = { name = \"a\"; environment = \"b\"; };",
		"evil = 1;" };
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		err.text[0] = '\0';
		assert_null(pin_parse(texts[i], strlen(texts[i]), &err));
		assert_string_not_equal(err.text, "");
	}
}

static const char outer_file[] =
    "procedures = ( { name = \"undo\"; steps = (\n"
    "  { name = \"x\"; executor = \"procedure\"; procedure = \"mid\";\n"
    "    on_failure = \"continue\"; } ); } );\n";
static const char mid_file[] =
    "procedures = ( { name = \"mid\"; destructive = true; steps = (\n"
    "  { name = \"y\"; executor = \"procedure\"; procedure = \"leaf\";\n"
    "    with = { where = \"here\"; }; } ); } );\n";
static const char mid_mild_file[] =
    "procedures = ( { name = \"mid\"; steps = (\n"
    "  { name = \"y\"; executor = \"procedure\"; procedure = \"leaf\";\n"
    "    with = { where = \"here\"; }; } ); } );\n";
#define LEAF                                                              \
	"  { name = \"leaf\";\n"                                          \
	"  params = { namespace = { required = true; }; where = {}; };\n" \
	"  steps = ( { name = \"do\"; timeout = \"5s\"; command =\n"      \
	"    [ \"/bin/echo\", \"${namespace}\", \"${where}\" ]; } ); } );\n"
static const char leaf_file[] =
    "procedures = ( { name = \"unlike\"; steps = ( { name = 7; } ); },\n" LEAF;
static const char leaf_alone_file[] = "procedures = (" LEAF;

/* The middle one has no steps of its own, and is needed nevertheless. */
static void
test_procedures_in_others_come_from_their_files(void **state)
{
	const char *files[FILES_MAX];
	struct text monitor = text_new(PIN_MAX_BYTES);
	struct text runner = text_new(PIN_MAX_BYTES);
	struct error err = { "" };
	struct strings names = { files, 0 };
	struct scratch s;
	struct config *c;
	struct pin *pin;

	(void)state;
	sample_write(&s);
	scratch_write(&s, "services.d/backend.conf", sample_service);
	scratch_write(&s, "procedures.d/undo.conf", outer_file);
	scratch_write(&s, "procedures.d/mid.conf", mid_file);
	scratch_write(&s, "procedures.d/leaf.conf", leaf_file);
	/* What the runner does not need may be wrong, the monitor's not. */
	pin = pin_from_files(s.folder,
	    &(struct strings){
		(const char *[]){ "rollbackd.conf", "services.d/backend.conf",
		    "procedures.d/undo.conf", "procedures.d/mid.conf",
		    "procedures.d/leaf.conf" },
		5 },
	    "backend", "undo", getuid(), &runner, &err);
	assert_string_equal(err.text, "");
	assert_non_null(pin);
	assert_int_equal(pin->procedure.step_count, 1);
	assert_string_equal(pin->procedure.steps[0].name, "x.y.do");
	assert_string_equal(pin->procedure.steps[0].on_failure, "leave:x");
	assert_true(pin->procedure.destructive);
	assert_false(pin->authority.is_automatic);
	pin_free(pin);
	text_clear(&runner);
	/* And both of them make the same of what is right. */
	scratch_write(&s, "procedures.d/mid.conf", mid_mild_file);
	scratch_write(&s, "procedures.d/leaf.conf", leaf_alone_file);
	c = sample_load(&s);
	assert_true(pin_files(c, config_service(c, "backend"),
	    config_procedure(c, "undo"), files, FILES_MAX, &names.count));
	assert_int_equal(names.count, 5);
	pin_text(&monitor, c, config_service(c, "backend"),
	    config_procedure(c, "undo"));
	pin = pin_from_files(
	    s.folder, &names, "backend", "undo", getuid(), &runner, &err);
	assert_string_equal(err.text, "");
	assert_string_equal(text_str(&runner), text_str(&monitor));
	pin_free(pin);
	names.count--;
	assert_null(pin_from_files(
	    s.folder, &names, "backend", "undo", getuid(), NULL, &err));
	config_free(c);
	text_free(&monitor);
	text_free(&runner);
	scratch_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_monitor_and_runner_make_the_same_text),
		cmocka_unit_test(
		    test_a_pin_reads_back_as_what_it_was_written_from),
		cmocka_unit_test(test_any_text_survives),
		cmocka_unit_test(test_what_is_not_there_or_twice_is_refused),
		cmocka_unit_test(test_only_files_that_nobody_else_can_write),
		cmocka_unit_test(test_only_files_that_are_included),
		cmocka_unit_test(test_who_has_a_say),
		cmocka_unit_test(test_the_say_is_that_of_the_control_socket),
		cmocka_unit_test(test_the_files_a_pin_needs),
		cmocka_unit_test(
		    test_procedures_in_others_come_from_their_files),
		cmocka_unit_test(test_a_pin_that_was_meddled_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
