/* Which approvals are taken; each row spoils one field. */
#include "tests/unit/test.h"

#include <string.h>

#include "executor/approval.h"

#define INCIDENT "01J0000000000000000000000A"
#define BOOT "14ce7313-ea8c-4310-adac-c844d4072f96"
#define DIGEST \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *const fields[][2] = {
	{ "incident", INCIDENT },
	{ "service", "shop" },
	{ "procedure", "back" },
	{ "digest", DIGEST },
	{ "boot_id", BOOT },
	{ "wall_ms", "1" },
	{ "not_after_ms", "2" },
};

static struct row {
	const char *name;
	const char *value;   /* NULL: left out */
	const char *refusal; /* NULL: it is taken */
} rows[] = {
	{ "incident", NULL, "incident is missing" },
	{ "incident", "../x", "incident is malformed" },
	{ "service", NULL, "service is missing" },
	{ "service", "a b", "service is malformed" },
	{ "procedure", NULL, "procedure is missing" },
	{ "procedure", "-x", "procedure is malformed" },
	{ "digest", NULL, "digest is missing" },
	{ "digest", "0123", "digest is malformed" },
	{ "boot_id", NULL, "boot_id is missing" },
	{ "boot_id", "14ce7313", "boot_id is malformed" },
	{ "wall_ms", NULL, "a time is missing or malformed" },
	{ "wall_ms", "noon", "a time is missing or malformed" },
	{ "not_after_ms", NULL, "a time is missing or malformed" },
	{ "target_version", "v1", NULL },
	{ "target_version", "$(id)", "target_version is malformed" },
	{ "reason", "anything: \x1b $(id)", NULL },
	{ "reason", "no \xff UTF-8", "reason is malformed" },
	{ "gate", "restore[eu-1/db]", NULL },
	{ "gate", "", "gate is malformed" },
	{ "gate", "a\tb", "gate is malformed" },
	{ "gate", "no \xff UTF-8", "gate is malformed" },
	{ "more", "is ignored", NULL },
};

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct text plain = text_new(APPROVAL_MAX_BYTES);
	struct text file = text_new(APPROVAL_MAX_BYTES);
	struct error err = { "" };
	struct approval a;
	bool there = false;
	char bytes[APPROVAL_MAX_BYTES];

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (strcmp(fields[i][0], row->name) == 0) {
			record_add(&plain, row->name, row->value);
			there = true;
		} else {
			record_add(&plain, fields[i][0], fields[i][1]);
		}
	}
	if (!there)
		record_add(&plain, row->name, row->value);
	record_finish(&file, "approval", &plain);
	memcpy(bytes, text_str(&file), file.length + 1);
	assert_true(approval_parse(&a, bytes, file.length, &err) ==
	    (row->refusal == NULL));
	if (row->refusal != NULL)
		assert_string_equal(err.text, row->refusal);
	text_free(&plain);
	text_free(&file);
}

static void
test_what_is_written_is_read(void **state)
{
	char reason[APPROVAL_REASON_MAX + 2], bytes[APPROVAL_MAX_BYTES];
	struct approval a = { INCIDENT, "shop", "back", DIGEST, "v1", "ask",
		reason, BOOT, 1234, 5678 };
	struct text file = text_new(APPROVAL_MAX_BYTES);
	struct approval read;
	struct error err;

	(void)state;
	memset(reason, 'x', sizeof(reason));
	reason[APPROVAL_REASON_MAX] = '\0';
	approval_write(&file, &a);
	memcpy(bytes, text_str(&file), file.length + 1);
	assert_true(approval_parse(&read, bytes, file.length, &err));
	assert_string_equal(read.incident, INCIDENT);
	assert_string_equal(read.service, "shop");
	assert_string_equal(read.procedure, "back");
	assert_string_equal(read.digest, DIGEST);
	assert_string_equal(read.target_version, "v1");
	assert_string_equal(read.gate, "ask");
	assert_string_equal(read.reason, reason);
	assert_string_equal(read.boot_id, BOOT);
	assert_int_equal(read.wall_ms, 1234);
	assert_int_equal(read.not_after_ms, 5678);

	/* One byte more is left out: the approval must not fail for that. */
	reason[APPROVAL_REASON_MAX] = 'x';
	reason[APPROVAL_REASON_MAX + 1] = '\0';
	text_clear(&file);
	approval_write(&file, &a);
	memcpy(bytes, text_str(&file), file.length + 1);
	assert_true(approval_parse(&read, bytes, file.length, &err));
	assert_null(read.reason);
	assert_false(
	    approval_parse(&read, bytes, APPROVAL_MAX_BYTES + 1, &err));
	text_free(&file);
}

/* A person may leave one for the run, and one for each gate of it. */
static void
test_each_has_a_name(void **state)
{
	char run[APPROVAL_NAME_BYTES], gate[APPROVAL_NAME_BYTES],
	    other[APPROVAL_NAME_BYTES];

	(void)state;
	approval_name(INCIDENT, NULL, run);
	approval_name(INCIDENT, "ask[a/b]", gate);
	approval_name(INCIDENT, "ask[a/c]", other);
	assert_string_equal(run, INCIDENT);
	assert_int_equal(strncmp(gate, INCIDENT ".gate-", 32), 0);
	assert_int_equal(strlen(gate), 32 + 16);
	assert_null(strchr(gate, '/'));
	assert_string_not_equal(gate, other);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_each_has_a_name),
		cmocka_unit_test(test_what_is_written_is_read),
	};
	struct CMUnitTest tests[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed + cmocka_run_group_tests(rules, NULL, NULL);
}
