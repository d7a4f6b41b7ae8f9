#include "tests/unit/config/sample.h"

#include "base/text.h"
#include "config/pin.h"

#define FILES_MAX 16

static const char *const file_names[] = {
	"services.d/backend.conf",
	"procedures.d/undo.conf",
};

static struct pin *
from_files(struct scratch *s, const char *service, const char *procedure,
    struct text *out, struct error *err)
{
	const char *names[] = { file_names[0], file_names[1] };
	struct strings files = { names, 2 };

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
	pin_text(&second, NULL, &again->service, &again->procedure);
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
	assert_int_equal(count, 2);
	assert_string_equal(files[0], file_names[0]);
	assert_string_equal(files[1], file_names[1]);
	assert_false(pin_files(c, config_service(c, "backend"),
	    config_procedure(c, "undo"), files, 1, &count));
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
		cmocka_unit_test(test_the_files_a_pin_needs),
		cmocka_unit_test(test_a_pin_that_was_meddled_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
