/* What a client may write on one line, and what it is told otherwise. */
#include "tests/unit/test.h"

#include <string.h>

#include "control/request.h"

static const struct caller root = { .uid = 0, .privileged = true };

struct row {
	const char *line;
	enum control_error code;
	const char *message; /* a part of it; NULL with CONTROL_OK */
};

#define ULID "01J9ZQ7V000000000000000000"
#define HEAD "{\"v\":1,\"id\":\"a\",\"verb\":"

/* clang-format off */
static const struct row rows[] = {
	{ HEAD "\"status\"}", CONTROL_OK, NULL },
	{ HEAD "\"status\",\"args\":{}}", CONTROL_OK, NULL },
	{ HEAD "\"status\",\"args\":null}", CONTROL_OK, NULL },
	{ HEAD "\"status\",\"args\":{\"service\":null}}", CONTROL_OK, NULL },
	{ " " HEAD "\"status\" , \"args\":{} } \r", CONTROL_OK, NULL },
	{ "", CONTROL_BAD_REQUEST, "" },
	{ "status", CONTROL_BAD_REQUEST, "" },
	{ "[]", CONTROL_BAD_REQUEST, "object" },
	{ "{}", CONTROL_BAD_REQUEST, "id must be" },
	{ HEAD "\"status\"} {}", CONTROL_BAD_REQUEST, "" },
	{ "{\"v\":1,\"v\":1,\"id\":\"a\",\"verb\":\"status\"}",
	  CONTROL_BAD_REQUEST, "" },
	{ "{\"id\":\"a\",\"verb\":\"status\"}", CONTROL_BAD_REQUEST,
	  "v must be 1" },
	{ "{\"v\":2,\"id\":\"a\",\"verb\":\"status\"}", CONTROL_BAD_REQUEST,
	  "v must be 1" },
	{ "{\"v\":\"1\",\"id\":\"a\",\"verb\":\"status\"}",
	  CONTROL_BAD_REQUEST, "v must be 1" },
	{ "{\"v\":1,\"id\":7,\"verb\":\"status\"}", CONTROL_BAD_REQUEST,
	  "id must be" },
	{ "{\"v\":1,\"id\":\"\",\"verb\":\"status\"}", CONTROL_BAD_REQUEST,
	  "id must be" },
	{ "{\"v\":1,\"id\":\"a b\",\"verb\":\"status\"}", CONTROL_BAD_REQUEST,
	  "id must be" },
	{ "{\"v\":1,\"id\":\"a\"}", CONTROL_BAD_REQUEST, "verb must be" },
	{ HEAD "\"stop\"}", CONTROL_UNKNOWN_VERB, "\"stop\"" },
	{ HEAD "\"Status\"}", CONTROL_UNKNOWN_VERB, "\"Status\"" },
	{ HEAD "\"status\",\"uid\":0}", CONTROL_BAD_REQUEST,
	  "a request has no \"uid\"" },
	{ HEAD "\"status\",\"args\":[]}", CONTROL_BAD_REQUEST,
	  "args must be an object" },
	{ HEAD "\"status\",\"args\":{\"sevice\":\"a\"}}",
	  CONTROL_BAD_REQUEST, "status takes no \"sevice\"" },
	{ HEAD "\"status\",\"args\":{\"service\":1}}", CONTROL_BAD_REQUEST,
	  "service must be text" },
	{ HEAD "\"status\",\"args\":{\"service\":\"../x\"}}",
	  CONTROL_BAD_REQUEST, "service must be a name" },
	{ HEAD "\"status\",\"args\":{\"probes\":\"yes\"}}",
	  CONTROL_BAD_REQUEST, "probes must be true or false" },
	{ HEAD "\"why\"}", CONTROL_BAD_REQUEST, "why needs service" },
	{ HEAD "\"why\",\"args\":{\"service\":null}}", CONTROL_BAD_REQUEST,
	  "why needs service" },
	{ HEAD "\"history\",\"args\":{\"limit\":1}}", CONTROL_OK, NULL },
	{ HEAD "\"history\",\"args\":{\"limit\":1000}}", CONTROL_OK, NULL },
	{ HEAD "\"history\",\"args\":{\"limit\":0}}", CONTROL_BAD_REQUEST,
	  "limit must be a whole number from 1 to 1000" },
	{ HEAD "\"history\",\"args\":{\"limit\":1001}}", CONTROL_BAD_REQUEST,
	  "limit must be" },
	{ HEAD "\"history\",\"args\":{\"limit\":2.5}}", CONTROL_BAD_REQUEST,
	  "limit must be" },
	{ HEAD "\"history\",\"args\":{\"limit\":\"5\"}}", CONTROL_BAD_REQUEST,
	  "limit must be" },
	{ HEAD "\"history\",\"args\":{\"limit\":99999999999999999999}}",
	  CONTROL_BAD_REQUEST, "" },
	{ HEAD "\"incident\",\"args\":{\"id\":\"" ULID "\"}}", CONTROL_OK,
	  NULL },
	{ HEAD "\"incident\",\"args\":{\"id\":\"../../etc/passwd\"}}",
	  CONTROL_BAD_REQUEST, "id must be an id" },
	{ HEAD "\"hold\",\"args\":{\"reason\":\"x\",\"for_ms\":1000}}",
	  CONTROL_OK, NULL },
	{ HEAD "\"hold\",\"args\":{\"reason\":\"x\",\"for_ms\":999}}",
	  CONTROL_BAD_REQUEST, "for_ms must be" },
	{ HEAD "\"hold\",\"args\":{\"reason\":\"x\",\"for_ms\":2592000000}}",
	  CONTROL_OK, NULL },
	{ HEAD "\"hold\",\"args\":{\"reason\":\"x\",\"for_ms\":2592000001}}",
	  CONTROL_BAD_REQUEST, "for_ms must be" },
	{ HEAD "\"hold\",\"args\":{\"reason\":\"x\",\"service\":\"*\"}}",
	  CONTROL_OK, NULL },
	{ HEAD "\"why\",\"args\":{\"service\":\"*\"}}",
	  CONTROL_BAD_REQUEST, "service must be a name" },
	{ HEAD "\"hold\",\"args\":{\"reason\":\"\"}}", CONTROL_BAD_REQUEST,
	  "reason must be a text" },
	{ HEAD "\"hold\",\"args\":{\"reason\":\"a\\u0000b\"}}",
	  CONTROL_BAD_REQUEST, "" },
	{ HEAD "\"release\"}", CONTROL_BAD_REQUEST, "either id or service" },
	{ HEAD "\"release\",\"args\":{\"service\":\"*\"}}", CONTROL_OK, NULL },
	{ HEAD "\"release\",\"args\":{\"id\":\"" ULID "\"}}", CONTROL_OK,
	  NULL },
	{ HEAD "\"release\",\"args\":{\"id\":\"" ULID "\",\"service\":\"*\"}}",
	  CONTROL_BAD_REQUEST, "either id or service" },
	{ HEAD "\"probe\",\"args\":{\"probe\":\"shop/health\"}}", CONTROL_OK,
	  NULL },
	{ HEAD "\"probe\",\"args\":{\"probe\":\"shop\"}}",
	  CONTROL_BAD_REQUEST, "SERVICE/PROBE" },
	{ HEAD "\"probe\",\"args\":{\"probe\":\"/health\"}}",
	  CONTROL_BAD_REQUEST, "SERVICE/PROBE" },
	{ HEAD "\"probe\",\"args\":{\"probe\":\"shop/health/x\"}}",
	  CONTROL_BAD_REQUEST, "SERVICE/PROBE" },
	{ HEAD "\"baseline\",\"args\":{\"service\":\"a\"}}", CONTROL_OK,
	  NULL },
	{ HEAD "\"baseline\",\"args\":{\"service\":\"a\",\"pin\":1.5,"
	       "\"unpin\":false}}", CONTROL_OK, NULL },
	{ HEAD "\"baseline\",\"args\":{\"service\":\"a\",\"pin\":\"1\"}}",
	  CONTROL_BAD_REQUEST, "pin must be a number" },
	{ HEAD "\"baseline\",\"args\":{\"service\":\"a\",\"pin\":0,"
	       "\"reset\":true}}", CONTROL_BAD_REQUEST,
	  "one of reset, pin and unpin" },
	{ HEAD "\"beat\",\"args\":{\"probe\":\"a/b\",\"value\":5}}",
	  CONTROL_OK, NULL },
	{ HEAD "\"beat\",\"args\":{\"probe\":\"a/b\",\"value\":-1.5e3}}",
	  CONTROL_OK, NULL },
	{ HEAD "\"beat\",\"args\":{\"probe\":\"a/b\",\"value\":\"5\"}}",
	  CONTROL_BAD_REQUEST, "value must be a number" },
	{ HEAD "\"beat\",\"args\":{\"probe\":\"a/b\",\"value\":1e999}}",
	  CONTROL_BAD_REQUEST, "" },
	{ HEAD "\"reload\",\"args\":{\"force\":true}}", CONTROL_BAD_REQUEST,
	  "reload takes no \"force\"" },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct control_request r;
	struct error err = { "" };
	enum control_error code =
	    request_read(row->line, strlen(row->line), &root, &r, &err);

	assert_string_equal(
	    control_error_word(code), control_error_word(row->code));
	if (row->message != NULL) {
		assert_non_null(strstr(err.text, row->message));
		assert_true(err.text[0] != '\0');
		assert_null(r.args);
	}
	request_end(&r);
}

/* A reason of so many bytes. */
static enum control_error
read_reason(size_t length)
{
	static char reason[REASON_MAX_BYTES + 2];
	struct text line = text_new(CONTROL_REQUEST_MAX_BYTES);
	struct control_request r;
	struct error err;
	enum control_error code;

	memset(reason, 'x', length);
	reason[length] = '\0';
	text_addf(&line, HEAD "\"hold\",\"args\":{\"reason\":\"%s\"}}", reason);
	code = request_read(text_str(&line), line.length, &root, &r, &err);
	request_end(&r);
	text_free(&line);
	return code;
}

static void
test_a_reason_may_have_255_bytes(void **state)
{
	(void)state;
	assert_int_equal(read_reason(REASON_MAX_BYTES), CONTROL_OK);
	assert_int_equal(
	    read_reason(REASON_MAX_BYTES + 1), CONTROL_BAD_REQUEST);
}

/* Padded with spaces to so many bytes. */
static enum control_error
read_padded(size_t length)
{
	static char line[CONTROL_REQUEST_MAX_BYTES + 1];
	const char request[] = HEAD "\"version\"}";
	struct control_request r;
	struct error err;
	enum control_error code;

	memset(line, ' ', length);
	memcpy(line, request, sizeof(request) - 1);
	code = request_read(line, length, &root, &r, &err);
	request_end(&r);
	return code;
}

static void
test_a_request_may_have_64_kib(void **state)
{
	(void)state;
	assert_int_equal(read_padded(CONTROL_REQUEST_MAX_BYTES), CONTROL_OK);
	assert_int_equal(
	    read_padded(CONTROL_REQUEST_MAX_BYTES + 1), CONTROL_TOO_LARGE);
}

static void
test_an_id_may_have_64_characters(void **state)
{
	char id[CONTROL_ID_MAX + 2];

	(void)state;
	for (size_t length = CONTROL_ID_MAX; length <= CONTROL_ID_MAX + 1;
	     length++) {
		struct text line = text_new(1000);
		struct control_request r;
		struct error err;
		enum control_error code;

		memset(id, 'i', length);
		id[length] = '\0';
		control_request_write(&line, id, VERB_VERSION, NULL);
		code =
		    request_read(text_str(&line), line.length, &root, &r, &err);
		assert_int_equal(code,
		    length == CONTROL_ID_MAX ? CONTROL_OK :
					       CONTROL_BAD_REQUEST);
		assert_string_equal(r.id, length == CONTROL_ID_MAX ? id : "");
		request_end(&r);
		text_free(&line);
	}
}

/* To look is nothing to be remembered. */
static void
test_what_acts(void **state)
{
	static const struct {
		const char *line;
		bool acts;
	} lines[] = {
		{ HEAD "\"status\"}", false },
		{ HEAD "\"hold\",\"args\":{\"reason\":\"x\"}}", true },
		{ HEAD "\"baseline\",\"args\":{\"service\":\"a\"}}", false },
		{ HEAD "\"baseline\",\"args\":{\"service\":\"a\","
		       "\"reset\":false}}",
		    false },
		{ HEAD "\"baseline\",\"args\":{\"service\":\"a\","
		       "\"reset\":true}}",
		    true },
		{ HEAD "\"baseline\",\"args\":{\"service\":\"a\","
		       "\"pin\":0}}",
		    true },
		{ HEAD "\"drill\",\"args\":{\"service\":\"a\"}}", true },
		{ HEAD "\"drill\",\"args\":{\"service\":\"a\","
		       "\"last\":true}}",
		    false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct control_request r;
		struct error err;

		assert_int_equal(request_read(lines[i].line,
				     strlen(lines[i].line), &root, &r, &err),
		    CONTROL_OK);
		assert_int_equal(request_acts(&r), lines[i].acts);
		request_end(&r);
	}
}

static void
test_a_refused_request_still_tells_its_id(void **state)
{
	const char line[] = "{\"v\":1,\"id\":\"x-1\",\"verb\":\"dance\"}";
	struct control_request r;
	struct error err;

	(void)state;
	assert_int_equal(request_read(line, strlen(line), &root, &r, &err),
	    CONTROL_UNKNOWN_VERB);
	assert_string_equal(r.id, "x-1");
}

static void
test_who_may_not_is_told_before_the_arguments_are_looked_at(void **state)
{
	const char line[] = HEAD "\"reload\",\"args\":{\"nonsense\":1}}";
	const struct caller nobody = { .uid = 1000 };
	struct control_request r;
	struct error err;

	(void)state;
	assert_int_equal(request_read(line, strlen(line), &nobody, &r, &err),
	    CONTROL_DENIED);
}

static void
test_what_is_written_is_read_again(void **state)
{
	struct text line = text_new(1000);
	struct json_object *args = json_object_new_object();
	struct control_request r;
	struct error err;

	(void)state;
	json_set_text(args, "service", "shop");
	json_set_text(args, "version", "2.0.1");
	json_set_bool(args, "verified", true);
	control_request_write(&line, "abc", VERB_DEPLOY, args);
	assert_int_equal(text_str(&line)[line.length - 1], '\n');
	assert_int_equal(
	    request_read(text_str(&line), line.length - 1, &root, &r, &err),
	    CONTROL_OK);
	assert_string_equal(r.id, "abc");
	assert_int_equal(r.verb, VERB_DEPLOY);
	assert_true(json_object_equal(r.args, args));
	request_end(&r);
	json_object_put(args);
	text_free(&line);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_a_reason_may_have_255_bytes),
		cmocka_unit_test(test_a_request_may_have_64_kib),
		cmocka_unit_test(test_an_id_may_have_64_characters),
		cmocka_unit_test(test_what_acts),
		cmocka_unit_test(test_a_refused_request_still_tells_its_id),
		cmocka_unit_test(
		    test_who_may_not_is_told_before_the_arguments_are_looked_at),
		cmocka_unit_test(test_what_is_written_is_read_again),
	};
	struct CMUnitTest lines[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		lines[i] = (struct CMUnitTest){
			.name = rows[i].line,
			.test_func = test_row,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	failed = cmocka_run_group_tests(lines, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
