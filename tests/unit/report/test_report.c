/*
 * Each incident in tests/golden/report/NAME.events.json is written up, and
 * must come out as NAME.md and NAME.json stand there, byte for byte.  With
 * GOLDEN=write in the environment they are written instead: read what changed
 * before you commit it.
 */
#include "tests/unit/whole_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/event.h"
#include "report/report.h"
#include "report/report_template.h"
#include "report/template.h"

#define FOLDER "tests/golden/report/"
#define EVENTS_MAX 64

static const char *const names[] = { "recovered", "escalated", "undone",
	"interrupted", "cut-off", "aborted", "changed", "proposed", "operator",
	"hostile", "bare" };

struct incident {
	struct json_object *all;
	struct report_event events[EVENTS_MAX];
	struct report_incident report;
};

static struct text
read_file(const char *name, const char *suffix)
{
	struct text t, path = text_new(256);

	text_addf(&path, FOLDER "%s%s", name, suffix);
	t = whole_file(text_str(&path), REPORT_MAX_BYTES);
	text_free(&path);
	return t;
}

static void
write_file(const char *name, const char *suffix, const char *content)
{
	struct text path = text_new(256);
	FILE *f;

	text_addf(&path, FOLDER "%s%s", name, suffix);
	f = fopen(text_str(&path), "wb");
	assert_non_null(f);
	assert_true(fputs(content, f) >= 0);
	assert_int_equal(fclose(f), 0);
	text_free(&path);
}

static void
load_events(struct incident *in)
{
	struct json_object *list = json_array(in->all, "events");
	size_t count = json_object_array_length(list);

	assert_in_range(count, 1, EVENTS_MAX);
	for (size_t i = 0; i < count; i++) {
		struct json_object *e = json_object_array_get_idx(list, i);

		in->events[i] = (struct report_event){
			.seq = (int64_t)i + 1,
			.kind = json_text(e, "kind"),
			.run = json_text(e, "run"),
			.data = json_member(e, "data"),
		};
		assert_true(json_int(e, "wall_ms", &in->events[i].wall_ms));
	}
	in->report.event_count = count;
}

static void
load(struct incident *in, const char *name)
{
	struct text t = read_file(name, ".events.json");
	struct error err;

	in->all = json_parse(text_str(&t), t.length, &err);
	if (in->all == NULL)
		fail_msg("%s: %s", name, err.text);
	in->report.id = json_text(in->all, "id");
	in->report.service = json_text(in->all, "service");
	in->report.events = in->events;
	load_events(in);
	text_free(&t);
}

static void
compare(const char *name, const char *suffix, const char *made)
{
	const char *golden = getenv("GOLDEN");
	struct text expected;

	if (golden != NULL && strcmp(golden, "write") == 0)
		write_file(name, suffix, made);
	expected = read_file(name, suffix);
	assert_string_equal(made, text_str(&expected));
	text_free(&expected);
}

static void
test_markdown(void **state)
{
	const char *name = *state;
	struct incident in = { .all = NULL };
	struct text page = text_new(REPORT_MAX_BYTES);

	load(&in, name);
	report_markdown(&page, &in.report);
	assert_true(text_ok(&page));
	compare(name, ".md", text_str(&page));
	text_free(&page);
	json_object_put(in.all);
}

static void
test_json(void **state)
{
	const char *name = *state;
	struct incident in = { .all = NULL };
	struct json_object *o;
	struct text t = text_new(REPORT_MAX_BYTES);

	load(&in, name);
	o = report_json(&in.report);
	assert_non_null(o);
	text_add(&t,
	    json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	text_add_char(&t, '\n');
	compare(name, ".json", text_str(&t));
	json_object_put(o);
	text_free(&t);
	json_object_put(in.all);
}

/* On a page of the operator's own. */
static void
test_template(void **state)
{
	const char *name = *state;
	struct incident in = { .all = NULL };
	struct text own = read_file("page", ".template");
	struct text page = text_new(REPORT_MAX_BYTES);
	struct error err = { "" };

	load(&in, name);
	if (!template_check(text_str(&own), report_template_names, &err))
		fail_msg("%s", err.text);
	report_from_template(&page, &in.report, text_str(&own));
	assert_true(text_ok(&page));
	compare(name, ".page.md", text_str(&page));
	text_free(&page);
	text_free(&own);
	json_object_put(in.all);
}

/* Each name stands for something, and the whole page is the usual one. */
static void
test_every_name_of_a_template(void **state)
{
	struct incident in = { .all = NULL };
	struct text usual = text_new(REPORT_MAX_BYTES);
	struct error err = { "" };

	(void)state;
	load(&in, "recovered");
	report_markdown(&usual, &in.report);
	for (size_t i = 0; report_template_names[i] != NULL; i++) {
		struct text page = text_new(REPORT_MAX_BYTES);
		char template[64];

		(void)snprintf(template, sizeof(template), "${%s}",
		    report_template_names[i]);
		assert_true(
		    template_check(template, report_template_names, &err));
		report_from_template(&page, &in.report, template);
		/* Nobody asked for this one, and nobody said why. */
		if (strcmp(report_template_names[i], "by") != 0 &&
		    strcmp(report_template_names[i], "changes") != 0 &&
		    strcmp(text_str(&page), "unknown") == 0)
			fail_msg("%s is unknown", template);
		if (strcmp(report_template_names[i], "report") == 0)
			assert_memory_equal(
			    text_str(&page), text_str(&usual), page.length);
		text_free(&page);
	}
	assert_false(template_check("${nobody}", report_template_names, &err));
	text_free(&usual);
	json_object_put(in.all);
}

/* Without its log an incident still has a page. */
static void
test_no_events_at_all(void **state)
{
	struct report_incident in = { .id = "01X", .service = "shop" };
	struct text page = text_new(REPORT_MAX_BYTES);
	struct json_object *o = report_json(&in);

	(void)state;
	report_markdown(&page, &in);
	assert_true(text_ok(&page));
	assert_non_null(strstr(text_str(&page), "How it began is not known"));
	assert_string_equal(json_text(o, "status"), "open");
	json_object_put(o);
	text_free(&page);
}

/* One event "outcome" with a tail of so many bytes, so many times. */
static struct text
page_of_long_tails(size_t tails, size_t tail_bytes)
{
	struct json_object *data = json_object_new_object();
	struct report_event *events = calloc(tails, sizeof(*events));
	struct report_incident in = { "01X", "shop", events, tails };
	struct text page = text_new(REPORT_MAX_BYTES);
	char *tail = malloc(tail_bytes + 1);

	assert_non_null(events);
	assert_non_null(tail);
	memset(tail, 'x', tail_bytes);
	tail[tail_bytes] = '\0';
	json_set_text(data, "tail", tail);
	for (size_t i = 0; i < tails; i++)
		events[i] = (struct report_event){ .kind = EVENT_OUTCOME,
			.wall_ms = 1,
			.run = "r",
			.data = data };
	report_markdown(&page, &in);
	free(tail);
	free(events);
	json_object_put(data);
	return page;
}

static void
test_outputs_never_crowd_out_the_rest(void **state)
{
	struct text most = page_of_long_tails(128, 8192);
	struct text more = page_of_long_tails(129, 8192);

	(void)state;
	assert_true(text_ok(&most));
	assert_null(strstr(text_str(&most), "left out"));
	assert_true(text_ok(&more));
	assert_non_null(strstr(text_str(&more), "left out"));
	assert_non_null(strstr(text_str(&more), "## Root cause"));
	text_free(&most);
	text_free(&more);
}

static const struct response_row {
	const char *severity;
	int64_t took_ms;
	const char *words;
} responses[] = {
	{ "P0", 5 * 60000, "limit 5 min 00 s: **met**" },
	{ "P0", 5 * 60000 + 1, "limit 5 min 00 s: **missed**" },
	{ "P1", 15 * 60000, "limit 15 min 00 s: **met**" },
	{ "P1", 15 * 60000 + 1, "limit 15 min 00 s: **missed**" },
	{ "P2", 3600000, "limit 1 h 00 min: **met**" },
	{ "P2", 3600001, "limit 1 h 00 min: **missed**" },
	{ "P3", 3600001, "no limit for this severity" },
	{ "P0", -5, "first step: 0.000 s; limit 5 min 00 s: **met**" },
};

static void
test_response_is_held_against_the_severity(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(responses); i++) {
		const struct response_row *row = &responses[i];
		struct json_object *opened = json_object_new_object();
		struct json_object *outcome = json_object_new_object();
		struct report_event events[] = {
			{ 1, 1000, EVENT_OPENED, NULL, opened },
			{ 2, 2000, EVENT_OUTCOME, "r", outcome },
		};
		struct report_incident in = { "01X", "shop", events, 2 };
		struct text page = text_new(REPORT_MAX_BYTES);

		json_set_text(opened, "severity", row->severity);
		json_set_int(opened, "detected_ms", 900);
		json_set_int(outcome, "started_ms", 900 + row->took_ms);
		report_markdown(&page, &in);
		if (strstr(text_str(&page), row->words) == NULL)
			fail_msg("%s not in %s", row->words, text_str(&page));
		text_free(&page);
		json_object_put(opened);
		json_object_put(outcome);
	}
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_no_events_at_all),
		cmocka_unit_test(test_every_name_of_a_template),
		cmocka_unit_test(test_outputs_never_crowd_out_the_rest),
		cmocka_unit_test(test_response_is_held_against_the_severity),
	};
	struct CMUnitTest stories[3 * ARRAY_LEN(names)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		void *name = (void *)(uintptr_t)names[i];

		stories[3 * i] = (struct CMUnitTest){
			.name = names[i],
			.test_func = test_markdown,
			.initial_state = name,
		};
		stories[3 * i + 1] = stories[3 * i];
		stories[3 * i + 1].test_func = test_json;
		stories[3 * i + 2] = stories[3 * i];
		stories[3 * i + 2].test_func = test_template;
	}
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
