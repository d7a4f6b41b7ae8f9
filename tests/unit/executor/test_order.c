/* Orders: what is written is read, and each row spoils one field. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "executor/order.h"
#include "procedure/procedure_settings.h"

#define RUN "01J0000000000000000000000A"
#define FILE_MAX_BYTES (2 * ORDER_MAX_BYTES)

static const struct order good = {
	.executor = "http",
	.key = RUN "-3-2",
	.run = RUN,
	.step = "call[a1]",
	.attempt = 2,
	.timeout_ms = 20000,
	.idempotency_key = RUN "-3",
};

/* Freed by the caller, who parses it. */
static char *
written(const struct order *o, const struct text *fields, size_t *length)
{
	struct text file = text_new(FILE_MAX_BYTES);

	order_write(&file, o, fields);
	assert_true(text_ok(&file));
	*length = file.length;
	return text_take(&file);
}

static void
test_what_is_written_is_read(void **state)
{
	struct text fields = text_new(ORDER_MAX_BYTES);
	struct order_setting setting;
	struct order o;
	struct error err;
	size_t length;
	char *bytes;

	(void)state;
	order_add(&fields, "url", "https://a/b?c=\"d\"\n");
	order_add(&fields, "body", "");
	order_add_item(&fields, "headers", 0, "A: b");
	order_add_item(&fields, "headers", 1, "C: d\\n");
	order_add_setting(&fields, 0, "flag", false, 1);
	order_add_setting_value(&fields, 0, 0, "off");
	order_add_setting(&fields, 1, "hosts", true, 2);
	order_add_setting_value(&fields, 1, 0, "a");
	order_add_setting_value(&fields, 1, 1, "b");
	order_add_setting(&fields, 2, "none", true, 0);
	bytes = written(&good, &fields, &length);
	if (!order_parse(&o, bytes, length, &err))
		fail_msg("%s", err.text);
	assert_string_equal(o.executor, "http");
	assert_string_equal(o.key, RUN "-3-2");
	assert_string_equal(o.run, RUN);
	assert_string_equal(o.step, "call[a1]");
	assert_string_equal(o.idempotency_key, RUN "-3");
	assert_int_equal(o.attempt, 2);
	assert_int_equal(o.timeout_ms, 20000);
	assert_string_equal(order_text(&o, "url"), "https://a/b?c=\"d\"\n");
	assert_string_equal(order_text(&o, "body"), "");
	assert_null(order_text(&o, "method"));
	assert_int_equal(order_count(&o, "headers"), 2);
	assert_string_equal(order_item(&o, "headers", 1), "C: d\\n");
	assert_null(order_item(&o, "headers", 2));
	assert_int_equal(order_count(&o, "units"), 0);
	assert_true(order_setting(&o, 0, &setting));
	assert_string_equal(setting.name, "flag");
	assert_false(setting.is_list);
	assert_int_equal(setting.count, 1);
	assert_string_equal(order_setting_value(&o, 0, 0), "off");
	assert_null(order_setting_value(&o, 0, 1));
	assert_true(order_setting(&o, 1, &setting));
	assert_true(setting.is_list);
	assert_int_equal(setting.count, 2);
	assert_string_equal(order_setting_value(&o, 1, 1), "b");
	assert_true(order_setting(&o, 2, &setting));
	assert_true(setting.is_list);
	assert_int_equal(setting.count, 0);
	assert_false(order_setting(&o, 3, &setting));
	free(bytes);
	text_free(&fields);
}

static struct row {
	const char *name;
	struct order order;
	const char *refusal;
} rows[] = {
	{ "another kind", { .executor = "command" }, "executor is missing or" },
	{ "a kind of the monitor", { .executor = "wait" }, "executor is" },
	{ "no key", { .key = "x" }, "key is missing or malformed" },
	{ "no run", { .run = "x" }, "run is missing or malformed" },
	{ "no label", { .step = "" }, "step is missing or malformed" },
	{ "a key of another form", { .idempotency_key = "a b" },
	    "idempotency_key is missing or malformed" },
	{ "attempt 0", { .attempt = -1 }, "attempt is missing or malformed" },
	{ "attempt 100", { .attempt = 100 }, "attempt is missing or" },
	{ "no time", { .timeout_ms = -1 }, "timeout_ms is missing or" },
};

static void
test_row(void **state)
{
	const struct row *row = *state;
	const struct order *r = &row->order;
	struct order o = {
		.executor = r->executor ? r->executor : good.executor,
		.key = r->key ? r->key : good.key,
		.run = r->run ? r->run : good.run,
		.step = r->step ? r->step : good.step,
		.attempt = r->attempt != 0 ? r->attempt : good.attempt,
		.timeout_ms = r->timeout_ms != 0 ? r->timeout_ms : 20000,
		.idempotency_key = r->idempotency_key ? r->idempotency_key :
							good.idempotency_key,
	};
	struct text none = text_new(1);
	struct error err = { "" };
	size_t length;
	char *bytes = written(&o, &none, &length);

	assert_false(order_parse(&o, bytes, length, &err));
	if (strstr(err.text, row->refusal) == NULL)
		fail_msg("%s", err.text);
	free(bytes);
}

/* A byte that is lost or added is found. */
static void
test_what_is_cut_is_refused(void **state)
{
	struct text none = text_new(1);
	struct error err;
	struct order o;
	size_t length;

	(void)state;
	for (size_t cut = 0; cut < 500; cut++) {
		char *bytes = written(&good, &none, &length);

		assert_false(order_parse(
		    &o, bytes, cut < length ? cut : length - 1, &err));
		free(bytes);
	}
}

static void
test_limits(void **state)
{
	static char large[ORDER_MAX_BYTES];
	struct text fields = text_new(ORDER_MAX_BYTES);
	struct text file = text_new(FILE_MAX_BYTES);
	struct order o = good;

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	order_add(&fields, "body", large);
	order_write(&file, &o, &fields);
	assert_false(text_ok(&file));
	text_free(&fields);
	text_free(&file);
	fields = text_new(ORDER_MAX_BYTES);
	order_add_item(&fields, "headers", ORDER_ITEMS_MAX - 1, "x");
	assert_true(text_ok(&fields));
	order_add_item(&fields, "headers", ORDER_ITEMS_MAX, "x");
	assert_false(text_ok(&fields));
	text_free(&fields);
}

/* What every order says itself is no option of a step. */
static void
test_no_option_has_the_name_of_a_field(void **state)
{
	static const char *const own[] = { "key", "run", "step", "attempt",
		"timeout_ms", "idempotency_key" };

	(void)state;
	for (size_t i = 0; i < step_options.count; i++)
		for (size_t k = 0; k < ARRAY_LEN(own); k++)
			assert_string_not_equal(
			    step_options.options[i].key, own[k]);
}

int
main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(rows) + 4] = {
		cmocka_unit_test(test_what_is_written_is_read),
		cmocka_unit_test(test_what_is_cut_is_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_no_option_has_the_name_of_a_field),
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[4 + i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
