/*
 * What the monitor leaves for its runner: the plan as a pin.  It is believed
 * where it is what was planned, and nothing that stands in its place keeps a
 * run from its steps.
 */
#include "tests/daemon/steps_fixture.h"

/* What is planned by the configuration as it is now. */
static struct text
plan_text(struct fixture *f)
{
	const char *file = "rollbackd.conf";
	struct strings files = { &file, 1 };
	struct text text = text_new(PIN_MAX_BYTES);
	struct error err = { "" };
	struct pin *pin = pin_from_files(
	    f->conf, &files, "shop", "back", geteuid(), &text, &err);

	assert_non_null(pin);
	pin_free(pin);
	return text;
}

static void
path_of_pin(const struct fixture *f, char path[512])
{
	(void)snprintf(path, 512, "%s/step/pins/%s", f->state, f->run);
}

static void
write_pin(const struct fixture *f, const char *bytes, size_t length)
{
	char path[512];
	FILE *out;

	path_of_pin(f, path);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, length, out), length);
	assert_int_equal(fclose(out), 0);
}

static void
remove_configuration(const struct fixture *f)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/rollbackd.conf", f->conf);
	assert_int_equal(unlink(path), 0);
}

/* Pins the text, then asks for the first step; gives the pin's inode. */
static ino_t
run_with(struct fixture *f, const struct text *text, unsigned attempt)
{
	char key[KEY_BYTES], path[512];
	struct request r = request_for(f, key, attempt);
	struct stat st;

	steps_pin(f->steps, f->run, text);
	assert_true(steps_start(f->steps, &r, on_ended, f));
	wait_loop(f);
	path_of_pin(f, path);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	return st.st_ino;
}

static void
a_pin_spares_the_configuration(void **state)
{
	struct fixture *f = *state;
	struct text text;

	configure_effect(f, "10s", "");
	text = plan_text(f);
	remove_configuration(f);
	(void)run_with(f, &text, 1);
	assert_string_equal(f->outcome, "done");
	assert_int_equal(effects(f), 1);
	text_free(&text);
}

static void
one_that_stands_stays(void **state)
{
	struct fixture *f = *state;
	struct text text;
	ino_t first;

	configure_effect(f, "10s", "exit 7");
	text = plan_text(f);
	first = run_with(f, &text, 1);
	assert_string_equal(f->outcome, "failed");
	assert_true(run_with(f, &text, 2) == first);
	assert_string_equal(f->outcome, "failed");
	assert_int_equal(effects(f), 2);
	text_free(&text);
}

/* As a loss of power leaves it. */
static void
one_that_was_cut_is_made_whole(void **state)
{
	struct fixture *f = *state;
	const size_t parts[] = { 0, 1, 2 };

	for (unsigned i = 0; i < ARRAY_LEN(parts); i++) {
		struct text text;

		configure_effect(f, "10s", "");
		text = plan_text(f);
		write_pin(f, text_str(&text), text.length * parts[i] / 3);
		(void)run_with(f, &text, 1);
		assert_string_equal(f->outcome, "done");
		assert_int_equal(effects(f), i + 1);
		text_free(&text);
	}
}

static void
one_that_leads_elsewhere_is_replaced(void **state)
{
	struct fixture *f = *state;
	char path[512];
	struct text text;

	configure_effect(f, "10s", "");
	text = plan_text(f);
	path_of_pin(f, path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	(void)run_with(f, &text, 1);
	assert_string_equal(f->outcome, "done");
	assert_int_equal(effects(f), 1);
	text_free(&text);
}

static void
one_of_another_plan_is_refused(void **state)
{
	struct fixture *f = *state;
	struct text other;

	configure_effect(f, "10s", "echo y >>$0");
	other = plan_text(f);
	configure_effect(f, "10s", "");
	(void)run_with(f, &other, 1);
	assert_string_equal(f->outcome, "refused");
	assert_non_null(strstr(f->reason, "another procedure or parameters"));
	assert_int_equal(effects(f), 0);
	text_free(&other);
}

static void
no_other_name_is_taken(void **state)
{
	struct fixture *f = *state;
	char key[KEY_BYTES];
	struct request r;
	struct text text;

	configure_effect(f, "10s", "");
	text = plan_text(f);
	steps_pin(f->steps, "../claims/x", &text);
	steps_pin(f->steps, "", &text);
	r = request_for(f, key, 1);
	assert_true(steps_start(f->steps, &r, on_ended, f));
	wait_loop(f);
	assert_false(is_there(f, "step/claims", "x"));
	assert_string_equal(f->outcome, "done");
	text_free(&text);
}

int
main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		STORY(a_pin_spares_the_configuration),
		STORY(one_that_stands_stays),
		STORY(one_that_was_cut_is_made_whole),
		STORY(one_that_leads_elsewhere_is_replaced),
		STORY(one_of_another_plan_is_refused),
		STORY(no_other_name_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
