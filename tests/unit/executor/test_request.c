/* Which requests, claims and results are taken; each row spoils one field. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "executor/request.h"
#include "executor/result.h"

#define RUN "01J0000000000000000000000A"
#define BOOT "14ce7313-ea8c-4310-adac-c844d4072f96"
#define DIGEST \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct row {
	const char *name;    /* of the field */
	const char *value;   /* NULL: left out */
	const char *refusal; /* NULL: it is taken */
};

static const char *const request_fields[][2] = {
	{ "key", RUN "-0-1" },
	{ "service", "shop" },
	{ "procedure", "back" },
	{ "digest", DIGEST },
	{ "cause", "operator" },
	{ "incident", RUN },
	{ "boot_id", BOOT },
	{ "file0", "rollbackd.conf" },
	{ "not_after_ms", "1" },
};

/* clang-format off */
static const struct row request_rows[] = {
	{ "key", NULL, "key is missing" },
	{ "key", "x", "key is malformed" },
	{ "parent", RUN, NULL },
	{ "parent", "x", "parent is malformed" },
	{ "service", NULL, "service is missing" },
	{ "service", "../x", "service is malformed" },
	{ "service", "-x", "service is malformed" },
	{ "procedure", "", "procedure is malformed" },
	{ "digest", "0", "digest is malformed" },
	{ "digest", DIGEST "0", "digest is malformed" },
	{ "cause", "automatic", NULL },
	{ "cause", "whim", "cause is malformed" },
	{ "version", "1.2+x:y_z", NULL },
	{ "version", "a b", "version is malformed" },
	{ "version", "", "version is malformed" },
	{ "previous_version", "-rf", "previous_version is malformed" },
	{ "target_version", "$(id)", "target_version is malformed" },
	{ "incident", "1", "incident is malformed" },
	{ "reason", "anything: \x1b $(id)", NULL },
	{ "reason", "no \xff UTF-8", "reason is malformed" },
	{ "told", "0=done,3=failed", NULL },
	{ "told", "", "told is malformed" },
	{ "told", "0=done;1=done", "told is malformed" },
	{ "parent_told", "255=timed_out", NULL },
	{ "parent_told", "256=timed_out", "parent_told is malformed" },
	{ "boot_id", "14CE7313-ea8c-4310-adac-c844d4072f96",
	  "boot_id is malformed" },
	{ "boot_id", BOOT "0", "boot_id is malformed" },
	{ "boot_id", "14ce7313", "boot_id is malformed" },
	{ "file0", NULL, "file0 is missing or malformed" },
	{ "file0", "services.d/shop.conf", NULL },
	{ "file0", "..x/y..", NULL },
	{ "file0", "/etc/passwd", "file0 is malformed" },
	{ "file0", "../x", "file0 is malformed" },
	{ "file0", "a/../../x", "file0 is malformed" },
	{ "file0", "a//b", "file0 is malformed" },
	{ "file0", "a/./b", "file0 is malformed" },
	{ "file0", "a/", "file0 is malformed" },
	{ "file0", "", "file0 is malformed" },
	{ "file0", "a\tb", "file0 is malformed" },
	{ "file1", "..", "file1 is malformed" },
	{ "not_after_ms", NULL, "not_after_ms is missing or malformed" },
	{ "not_after_ms", "1s", "not_after_ms is missing or malformed" },
	{ "more", "is ignored", NULL },
};

/* 127 bytes. */
#define WARRANT_LONGEST \
	"approval " DIGEST " 0123456789012345678901234567890123456789" \
	"0123456789012"

static const char *const claim_fields[][2] = {
	{ "key", RUN "-0-1" },
	{ "boot_id", BOOT },
	{ "pid", "7" },
	{ "start_time", "8" },
	{ "claimed_ms", "9" },
	{ "wall_ms", "10" },
	{ "service", "shop" },
	{ "procedure", "back" },
	{ "cause", "operator" },
	{ "incident", RUN },
	{ "request", "x" },
};

static const struct row claim_rows[] = {
	{ "key", "x", "key is missing or malformed" },
	{ "boot_id", NULL, "boot_id is missing or malformed" },
	{ "pid", "0", "a number is missing or malformed" },
	{ "pid", "-1", "a number is missing or malformed" },
	{ "start_time", NULL, "a number is missing or malformed" },
	{ "service", NULL, "a field is missing or malformed" },
	{ "procedure", "a b", "a field is missing or malformed" },
	{ "cause", NULL, "a field is missing or malformed" },
	{ "incident", "x", "a field is missing or malformed" },
	{ "request", NULL, "a field is missing or malformed" },
	{ "refusal", "too late", NULL },
	{ "parent", RUN, NULL },
	{ "warrant", "automatic", NULL },
	{ "warrant", WARRANT_LONGEST, NULL },
	{ "warrant", WARRANT_LONGEST "x", "a field is missing or malformed" },
};

static const char *const result_fields[][2] = {
	{ "key", RUN "-0-1" },
	{ "outcome", "done" },
	{ "reason", "exit status 0" },
	{ "exit_status", "0" },
	{ "started_ms", "1" },
	{ "ended_ms", "2" },
	{ "started_wall_ms", "3" },
	{ "output_bytes", "4" },
	{ "left_behind", "0" },
	{ "tail", "" },
};

static const struct row result_rows[] = {
	{ "key", NULL, "key is missing or malformed" },
	{ "outcome", NULL, "outcome is missing or malformed" },
	{ "outcome", "a b", "outcome is missing or malformed" },
	{ "reason", NULL, NULL },
	{ "tail", NULL, NULL },
	{ "exit_status", "x", "a number is missing or malformed" },
	{ "left_behind", NULL, "a number is missing or malformed" },
	{ "capture", "v1.2 \xc3\xbc", NULL },
	{ "capture", "", NULL },
	{ "capture", "two\nlines", "capture is malformed" },
	{ "capture", "\x1b[2J", "capture is malformed" },
	{ "capture", "\xc2\x9b", "capture is malformed" },
	{ "capture", "\xff", "capture is malformed" },
};
/* clang-format on */

/* The fields, but one of them as the row has it. */
static struct text
make(const char *kind, const char *const (*fields)[2], size_t count,
    const struct row *row)
{
	struct text lines = text_new(1 << 16), file = text_new(1 << 16);

	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i][0], row->name) != 0)
			record_add(&lines, fields[i][0], fields[i][1]);
	record_add(&lines, row->name, row->value);
	record_finish(&file, kind, &lines);
	text_free(&lines);
	return file;
}

static void
expect(const struct row *row, bool taken, const struct error *err)
{
	if (taken != (row->refusal == NULL) ||
	    (!taken && strcmp(err->text, row->refusal) != 0))
		fail_msg("%s \"%s\": %s", row->name,
		    row->value == NULL ? "left out" : row->value,
		    taken ? "taken" : err->text);
}

static void
test_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(request_rows); i++) {
		const struct row *row = &request_rows[i];
		struct text file = make(
		    "request", request_fields, ARRAY_LEN(request_fields), row);
		struct request r;
		struct error err = { "" };

		expect(row,
		    step_request_parse(&r, file.data, file.length, &err), &err);
		text_free(&file);
	}
}

static void
test_claims(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(claim_rows); i++) {
		const struct row *row = &claim_rows[i];
		struct text file =
		    make("claim", claim_fields, ARRAY_LEN(claim_fields), row);
		struct claim c;
		struct error err = { "" };

		expect(
		    row, claim_parse(&c, file.data, file.length, &err), &err);
		text_free(&file);
	}
}

static void
test_results(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(result_rows); i++) {
		const struct row *row = &result_rows[i];
		struct text file = make(
		    "result", result_fields, ARRAY_LEN(result_fields), row);
		struct result r;
		struct error err = { "" };

		expect(
		    row, result_parse(&r, file.data, file.length, &err), &err);
		text_free(&file);
	}
}

static char long_text[4 * 65536 + 1];

static const char *
repeat(char c, size_t count)
{
	memset(long_text, c, count);
	long_text[count] = '\0';
	return long_text;
}

static void
test_long_reason_is_cut(void **state)
{
	struct request r = { .key = RUN "-0-1",
		.service = "shop",
		.procedure = "back",
		.digest = DIGEST,
		.files = { "a" },
		.file_count = 1,
		.cause = "operator",
		.incident = RUN,
		.boot_id = BOOT };
	struct text file = text_new(REQUEST_MAX_BYTES);
	struct request again;
	struct error err = { "" };

	(void)state;
	r.reason = repeat('x', REQUEST_REASON_MAX);
	memcpy(long_text + REQUEST_REASON_MAX - 1, "\xc3\xbc", 3);
	step_request_write(&file, &r);
	assert_true(step_request_parse(&again, file.data, file.length, &err));
	/* Not in the middle of a character. */
	assert_int_equal(strlen(again.reason), REQUEST_REASON_MAX - 1);
	text_free(&file);
}

/* The longest of everything. */
static void
test_largest_request_fits(void **state)
{
	static char name[REQUEST_FILES_MAX][REQUEST_FILE_NAME_MAX + 1];
	char told[TOLD_MAX_BYTES + 1] = "";
	struct request r = { .key = RUN "-0-1",
		.parent = RUN,
		.service = "shop",
		.procedure = "back",
		.digest = DIGEST,
		.cause = "operator",
		.incident = RUN,
		.told = told,
		.parent_told = told,
		.boot_id = BOOT };
	struct text file = text_new(2 * REQUEST_MAX_BYTES);
	struct request again;
	struct error err = { "" };

	(void)state;
	while (told_add(told, 255, "timed_out"))
		;
	for (unsigned i = 0; i < REQUEST_FILES_MAX; i++) {
		memset(name[i], 'f', REQUEST_FILE_NAME_MAX);
		r.files[r.file_count++] = name[i];
	}
	/* Each is escaped. */
	r.reason = repeat('\n', REQUEST_REASON_MAX);
	step_request_write(&file, &r);
	assert_true(text_ok(&file));
	assert_true(file.length <= REQUEST_MAX_BYTES);
	assert_true(step_request_parse(&again, file.data, file.length, &err));
	assert_string_equal(again.told, told);
	assert_string_equal(again.parent_told, told);
	text_free(&file);
}

static void
test_largest_result_fits(void **state)
{
	struct result r = { .key = RUN "-0-1", .outcome = "failed" };
	struct text file = text_new(RESULT_MAX_BYTES);
	struct result again;
	struct error err = { "" };
	char reason[2 * RESULT_REASON_MAX + 1];

	(void)state;
	memset(reason, 'r', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	r.reason = reason;
	/* Every fourth character is escaped once more. */
	r.tail = repeat('x', 4 * RESULT_TAIL_MAX);
	for (size_t i = 0; i < 4 * RESULT_TAIL_MAX; i += 4)
		long_text[i] = '\\';
	result_write(&file, &r);
	assert_true(text_ok(&file));
	assert_true(file.length <= RESULT_MAX_BYTES);
	assert_true(result_parse(&again, file.data, file.length, &err));
	assert_string_equal(again.tail, long_text);
	assert_int_equal(strlen(again.reason), RESULT_REASON_MAX);
	text_free(&file);
}

static void
test_files_limit(void **state)
{
	struct text lines = text_new(8192), file = text_new(16384);
	struct request r;
	struct error err = { "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(request_fields); i++)
		record_add(&lines, request_fields[i][0], request_fields[i][1]);
	for (unsigned i = 1; i < REQUEST_FILES_MAX; i++)
		text_addf(&lines, "file%u f%u\n", i, i);
	record_finish(&file, "request", &lines);
	assert_true(step_request_parse(&r, file.data, file.length, &err));
	assert_int_equal(r.file_count, REQUEST_FILES_MAX);
	text_free(&lines);
	text_free(&file);
}

/* At the limit and one past it. */
static void
test_captures(void **state)
{
	(void)state;
	assert_true(capture_is_valid(
	    repeat('x', RESULT_CAPTURE_MAX), RESULT_CAPTURE_MAX));
	assert_false(capture_is_valid(
	    repeat('x', RESULT_CAPTURE_MAX + 1), RESULT_CAPTURE_MAX + 1));
	assert_true(capture_is_valid("", 0));
	assert_false(capture_is_valid("a\0b", 3));
	assert_false(capture_is_valid("\x7f", 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_long_reason_is_cut),
		cmocka_unit_test(test_largest_request_fits),
		cmocka_unit_test(test_largest_result_fits),
		cmocka_unit_test(test_files_limit),
		cmocka_unit_test(test_captures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
