/*
 * Pages for people, against golden ones: tests/unit/control/show/NAME.json
 * is shown as NAME.txt says.  UPDATE=1 in the environment writes the pages
 * anew, to be read before they are believed.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/show.h"

#define PAGE_MAX 100000
#define FOLDER "tests/unit/control/show/"

struct row {
	const char *name;
	enum control_verb verb;
	struct show_style style;
};

/* clang-format off */
static const struct row rows[] = {
	{ "status", VERB_STATUS, { false, false, 80 } },
	{ "status-verbose", VERB_STATUS, { false, true, 0 } },
	{ "status-colour", VERB_STATUS, { true, false, 60 } },
	{ "status-hostile", VERB_STATUS, { true, true, 80 } },
	{ "status-empty", VERB_STATUS, { false, false, 80 } },
	{ "why", VERB_WHY, { false, false, 100 } },
	{ "why-nothing", VERB_WHY, { false, false, 100 } },
	{ "history", VERB_HISTORY, { false, false, 80 } },
	{ "history-none", VERB_HISTORY, { false, false, 80 } },
	{ "incident", VERB_INCIDENT, { false, false, 80 } },
	{ "incident-awaiting", VERB_INCIDENT, { false, false, 80 } },
	{ "incident-proposed", VERB_INCIDENT, { false, false, 80 } },
	{ "incident-markdown", VERB_INCIDENT, { false, false, 80 } },
	{ "deploy", VERB_DEPLOY, { false, false, 80 } },
	{ "deploy-incompatible", VERB_DEPLOY, { false, false, 80 } },
	{ "versions", VERB_VERSIONS, { false, false, 100 } },
	{ "versions-none", VERB_VERSIONS, { false, false, 80 } },
	{ "mark", VERB_MARK, { false, false, 80 } },
	{ "rollback", VERB_ROLLBACK, { false, false, 80 } },
	{ "abort", VERB_ABORT, { false, false, 80 } },
	{ "hold", VERB_HOLD, { false, false, 80 } },
	{ "hold-endless", VERB_HOLD, { false, false, 80 } },
	{ "release", VERB_RELEASE, { false, false, 80 } },
	{ "release-none", VERB_RELEASE, { false, false, 80 } },
	{ "probe", VERB_PROBE, { false, false, 80 } },
	{ "probe-verbose", VERB_PROBE, { false, true, 80 } },
	{ "beat", VERB_BEAT, { false, false, 80 } },
	{ "baseline", VERB_BASELINE, { false, false, 100 } },
	{ "baseline-none", VERB_BASELINE, { false, false, 100 } },
	{ "baseline-pinned", VERB_BASELINE, { false, false, 100 } },
	{ "reload", VERB_RELOAD, { false, false, 80 } },
	{ "version", VERB_VERSION, { false, false, 80 } },
	{ "metrics", VERB_METRICS, { false, false, 80 } },
	{ "approve", VERB_APPROVE, { false, false, 80 } },
	{ "reject", VERB_REJECT, { false, false, 80 } },
	{ "severity", VERB_SEVERITY, { false, false, 80 } },
	{ "severity-approved", VERB_SEVERITY, { false, false, 80 } },
	{ "report", VERB_REPORT, { false, false, 80 } },
	{ "report-withdrawn", VERB_REPORT, { false, false, 80 } },
	{ "resolve", VERB_RESOLVE, { false, false, 80 } },
	{ "notify", VERB_NOTIFY, { false, false, 80 } },
	{ "notify-none", VERB_NOTIFY, { false, false, 80 } },
	{ "notify-test", VERB_NOTIFY, { false, false, 80 } },
	{ "notify-drop", VERB_NOTIFY, { false, false, 80 } },
	{ "audit", VERB_AUDIT, { false, false, 100 } },
	{ "audit-none", VERB_AUDIT, { false, false, 80 } },
};
/* clang-format on */

static char *
read_file(const char *name, const char *ending, size_t *length)
{
	char *bytes = calloc(1, PAGE_MAX), path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), FOLDER "%s.%s", name, ending);
	f = fopen(path, "r");
	if (f == NULL)
		fail_msg("%s is missing", path);
	*length = fread(bytes, 1, PAGE_MAX - 1, f);
	(void)fclose(f);
	return bytes;
}

static void
write_page(const char *name, const struct text *page)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), FOLDER "%s.txt", name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(
	    fwrite(text_str(page), 1, page->length, f), page->length);
	assert_int_equal(fclose(f), 0);
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct text page = text_new(SHOW_MAX_BYTES);
	struct error err = { "" };
	struct json_object *result;
	size_t length;
	char *bytes = read_file(row->name, "json", &length);

	result = json_parse(bytes, length, &err);
	free(bytes);
	if (result == NULL)
		fail_msg("%s", err.text);
	show_result(&page, row->verb, result, &row->style);
	json_object_put(result);
	assert_true(text_ok(&page));
	if (getenv("UPDATE") != NULL)
		write_page(row->name, &page);
	bytes = read_file(row->name, "txt", &length);
	assert_string_equal(text_str(&page), bytes);
	free(bytes);
	text_free(&page);
}

static void
test_spans_have_two_units(void **state)
{
	static const struct {
		int64_t before_ms;
		const char *since;
	} spans[] = {
		{ -5, "0ms" },
		{ 0, "0ms" },
		{ 999, "999ms" },
		{ 1000, "1s" },
		{ 59999, "59s" },
		{ 60000, "1m" },
		{ 61000, "1m1s" },
		{ 3599999, "59m59s" },
		{ 3600000, "1h" },
		{ 86399999, "23h59m" },
		{ 86400000, "1d" },
		{ 90000000, "1d1h" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
		struct json_object *o = json_object_new_object();
		const struct show_style style = { .width = 80 };
		struct text page = text_new(10000);
		char since[32];

		json_set_int(o, "wall_ms", 1000000000000);
		json_set_int(
		    o, "since_wall_ms", 1000000000000 - spans[i].before_ms);
		show_result(&page, VERB_WHY, o, &style);
		(void)snprintf(
		    since, sizeof(since), "since       %s\n", spans[i].since);
		assert_string_equal(text_str(&page), since);
		text_free(&page);
		json_object_put(o);
	}
}

/* Every verb shows an empty result, and one in which all is of other types. */
static void
test_any_json_is_shown(void **state)
{
	static const char *const results[] = { "{}",
		"{\"wall_ms\":\"x\",\"daemon\":[],\"services\":[null,1,[]],"
		"\"holds\":{},\"incidents\":[null],\"evaluators\":[1],"
		"\"rules\":[{\"decision\":7,\"evaluators\":[null]}],"
		"\"evidence\":[null],\"would\":\"x\",\"incident\":{\"id\":1},"
		"\"document\":{\"timeline\":[null]},\"released\":[null],"
		"\"phases\":1,\"warnings\":[null],\"added\":[1,null]}" };
	const struct show_style style = { true, true, 80 };
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(results); i++)
		for (unsigned v = 0; v < VERB_COUNT; v++) {
			struct text page = text_new(SHOW_MAX_BYTES);
			struct json_object *o =
			    json_parse(results[i], strlen(results[i]), &err);

			assert_non_null(o);
			show_result(&page, (enum control_verb)v, o, &style);
			assert_true(page.length > 0 || v == VERB_WHY ||
			    v == VERB_INCIDENT || v == VERB_METRICS);
			text_free(&page);
			json_object_put(o);
		}
}

static void
test_a_refusal_shows_its_complaints_first(void **state)
{
	const char line[] = "{\"v\":1,\"id\":\"a\",\"ok\":false,\"error\":{"
			    "\"code\":\"failed\",\"message\":\"2 errors\","
			    "\"complaints\":[\"a.conf:1: error: \\u001b[2J\","
			    "\"b.conf:2: error: no\"]}}";
	const struct show_style style = { .width = 80 };
	struct text page = text_new(10000);
	struct reply reply;
	struct error err;

	(void)state;
	assert_true(reply_read(line, strlen(line), "a", &reply, &err));
	show_refusal(&page, VERB_RELOAD, &reply, &style);
	assert_string_equal(text_str(&page),
	    "a.conf:1: error: \\x1b[2J\n"
	    "b.conf:2: error: no\n"
	    "rollbackctl: reload: failed: 2 errors\n");
	assert_int_equal(
	    reply_exit(VERB_RELOAD, &reply), CONTROL_EXIT_BAD_CONFIG);
	text_free(&page);
	reply_end(&reply);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_spans_have_two_units),
		cmocka_unit_test(test_any_json_is_shown),
		cmocka_unit_test(test_a_refusal_shows_its_complaints_first),
	};
	struct CMUnitTest pages[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		pages[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	failed = cmocka_run_group_tests(pages, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
