/*
 * The reader and the writer on a table of their own, with every type.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/parse.h"
#include "config/reader.h"
#include "config/writer.h"

struct inner {
	bool given;
	unsigned count;
};

struct item {
	struct source source;
	const char *name;
	bool flag;
};

struct all {
	bool flag;
	unsigned count;
	double number, ratio, limit, share;
	int64_t duration_ms, size_bytes;
	const char *text, *name, *path;
	int word;
	struct strings strings, names;
	struct params params;
	struct inner inner;
	struct option_list items, named;
};

/* clang-format off */
static const struct option_word words[] = {
	{ "one", 1 }, { "two", 2 }, { NULL, 0 },
};
static const struct option inner[] = {
	{ .key = "count", .type = OPTION_COUNT,
	  .offset = offsetof(struct inner, count), .required = true,
	  .help = "a count" },
};
static const struct option_table inner_options = {
	.what = "inner", .options = inner, .count = 1,
	.size = sizeof(struct inner), .source = -1,
	.presence = offsetof(struct inner, given),
};
static const struct option item[] = {
	{ .key = "flag", .type = OPTION_BOOL,
	  .offset = offsetof(struct item, flag), .fallback = "true",
	  .help = "a flag" },
};
static const struct option_table named_options = {
	.what = "named", .options = item, .count = 1,
	.size = sizeof(struct item), .source = 0, .presence = -1,
	.name = offsetof(struct item, name),
};
static const struct option listed[] = {
	{ .key = "name", .type = OPTION_NAME, .required = true,
	  .offset = offsetof(struct item, name), .help = "a name" },
	{ .key = "flag", .type = OPTION_BOOL,
	  .offset = offsetof(struct item, flag), .fallback = "true",
	  .help = "a flag" },
};
static const struct option_table listed_options = {
	.what = "listed", .options = listed, .count = 2,
	.size = sizeof(struct item), .source = 0, .presence = -1,
};
#define ALL(member) offsetof(struct all, member)
static const struct option options[] = {
	{ .key = "flag", .type = OPTION_BOOL, .offset = ALL(flag) },
	{ .key = "count", .type = OPTION_COUNT, .offset = ALL(count),
	  .fallback = "7" },
	{ .key = "number", .type = OPTION_NUMBER, .offset = ALL(number),
	  .min = -1e300, .max = 1e300 },
	{ .key = "limit", .type = OPTION_NUMBER, .offset = ALL(limit),
	  .fallback = "nan" },
	{ .key = "ratio", .type = OPTION_RATIO, .offset = ALL(ratio),
	  .fallback = "12.5%" },
	{ .key = "share", .type = OPTION_RATIO, .offset = ALL(share),
	  .min = 0.001, .max = 1 },
	{ .key = "duration", .type = OPTION_DURATION,
	  .offset = ALL(duration_ms), .fallback = "1m30s" },
	{ .key = "size", .type = OPTION_SIZE, .offset = ALL(size_bytes),
	  .fallback = "64KiB" },
	{ .key = "text", .type = OPTION_TEXT, .offset = ALL(text), .max = 8 },
	{ .key = "name", .type = OPTION_NAME, .offset = ALL(name),
	  .fallback = "n" },
	{ .key = "path", .type = OPTION_PATH, .offset = ALL(path),
	  .fallback = "/p" },
	{ .key = "word", .type = OPTION_WORD, .offset = ALL(word),
	  .detail = words, .fallback = "two" },
	{ .key = "strings", .type = OPTION_STRINGS, .offset = ALL(strings),
	  .fallback = "s" },
	{ .key = "names", .type = OPTION_NAMES, .offset = ALL(names),
	  .min = 1, .max = 3 },
	{ .key = "params", .type = OPTION_PARAMS, .offset = ALL(params),
	  .max = 2 },
	{ .key = "inner", .type = OPTION_GROUP, .offset = ALL(inner),
	  .detail = &inner_options },
	{ .key = "items", .type = OPTION_LIST, .offset = ALL(items),
	  .min = 1, .max = 2, .detail = &listed_options },
	{ .key = "named", .type = OPTION_NAMED, .offset = ALL(named),
	  .max = 2, .detail = &named_options },
};
static const struct option_table all_options = {
	.what = "all", .options = options, .count = ARRAY_LEN(options),
	.size = sizeof(struct all), .source = -1, .presence = -1,
};
/* clang-format on */

static struct arena *arena;
static struct complaints *complaints;

/* The first complaint, or NULL. */
static const char *
read_all(const char *text, struct all *all)
{
	struct reader r;
	struct parsed parsed;
	const char *copy;

	complaints_free(complaints);
	arena_free(arena);
	complaints = complaints_new();
	arena = arena_new(1 << 20);
	r = (struct reader){ .arena = arena, .complaints = complaints };
	*all = (struct all){ .count = 0 };
	copy = parse_copy(arena, text, strlen(text));
	if (parse_bytes(&parsed, "t", copy, strlen(text), complaints))
		reader_one(
		    &r, config_root_setting(&parsed.tree), &all_options, all);
	parse_free(&parsed);
	assert_false(r.short_of_memory);
	return complaints_line(complaints, 0);
}

static void
test_defaults(void **state)
{
	struct all a;

	(void)state;
	assert_null(read_all("", &a));
	assert_int_equal(a.count, 7);
	assert_true(a.ratio == 0.125);
	assert_int_equal(a.duration_ms, 90000);
	assert_int_equal(a.size_bytes, 65536);
	assert_null(a.text);
	assert_string_equal(a.name, "n");
	assert_string_equal(a.path, "/p");
	assert_int_equal(a.word, 2);
	assert_int_equal(a.strings.count, 1);
	assert_string_equal(a.strings.items[0], "s");
	assert_int_equal(a.names.count, 0);
	assert_false(a.inner.given);
	assert_int_equal(a.items.count, 0);
}

static const char everything[] =
    "flag = true; count = 4; number = -2.5; ratio = \"0.1%\";\n"
    "duration = \"1d2h3m4s5ms\"; size = \"3B\"; text = \"a\\\"\\\\\\n\";\n"
    "name = \"x.y\"; path = \"/a b\"; word = \"one\";\n"
    "strings = [ \"\", \"b\" ]; names = ( \"c\" );\n"
    "params = { one = \"1\"; many = [ \"1\" ]; };\n"
    "inner = { count = 3; };\n"
    "items = ( { name = \"i\"; flag = false; }, { name = \"k\"; } );\n"
    "named = { one = { }; two = { flag = false; }; };\n";

static void
test_what_is_written_reads_back(void **state)
{
	struct text first = text_new(1 << 16), second = text_new(1 << 16);
	struct all a;

	(void)state;
	assert_null(read_all(everything, &a));
	assert_true(a.number == -2.5);
	assert_true(a.ratio == 0.001);
	assert_int_equal(a.duration_ms, 93784005);
	assert_string_equal(a.text, "a\"\\\n");
	assert_int_equal(a.strings.count, 2);
	assert_true(a.params.items[1].is_list);
	assert_int_equal(a.inner.count, 3);
	assert_int_equal(((struct item *)a.items.items)[1].source.line, 7);
	assert_string_equal(((struct item *)a.named.items)[1].name, "two");
	writer_options(&first, &all_options, &a, 0);

	assert_null(read_all(text_str(&first), &a));
	writer_options(&second, &all_options, &a, 0);
	assert_string_equal(text_str(&second), text_str(&first));
	text_free(&first);
	text_free(&second);
}

/* Where zero is a limit like any other, or none at all. */
static void
test_what_was_not_said_is_not_written(void **state)
{
	struct text t = text_new(4096);
	struct all a;

	(void)state;
	assert_null(read_all("flag = true;", &a));
	assert_true(isnan(a.limit));
	assert_true(a.share == 0);
	writer_options(&t, &all_options, &a, 0);
	assert_null(strstr(text_str(&t), "limit"));
	assert_null(strstr(text_str(&t), "share"));
	text_clear(&t);
	assert_null(read_all("limit = 0; share = \"5%\";", &a));
	assert_true(a.limit == 0);
	writer_options(&t, &all_options, &a, 0);
	assert_non_null(strstr(text_str(&t), "limit = 0"));
	assert_non_null(strstr(text_str(&t), "share = \"5%\""));
	text_free(&t);
}

static void
test_numbers_keep_their_value(void **state)
{
	static const double numbers[] = { 0, 1, -1, 0.1, 1.0 / 3, 1e22, 1e-7,
		123456789012.0, -1e300, 5e-324 };
	struct all a;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct text t = text_new(4096);

		a = (struct all){ .number = numbers[i], .word = 1 };
		writer_options(&t, &all_options, &a, 0);
		(void)read_all(text_str(&t), &a);
		assert_memory_equal(&a.number, &numbers[i], sizeof(double));
		text_free(&t);
	}
	assert_null(read_all("number = 3;", &a));
	assert_true(a.number == 3.0);
}

static void
test_what_is_refused(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "number = \"3\";", "a number, without quotes" },
		{ "number = 2.0e300;", "must be from" },
		{ "ratio = 0.5;", "is written with %: \"50%\"" },
		{ "ratio = 1;", "write a ratio such as" },
		{ "ratio = \"101%\";", "must be from 0% to 100%" },
		{ "ratio = \"50\";", "write a ratio such as" },
		{ "text = \"123456789\";", "longer than 8 bytes" },
		{ "word = \"three\";", "write one of \"one\", \"two\"" },
		{ "names = [ \"a\", \"b\", \"c\", \"d\" ];", "from 1 to 3" },
		{ "names = [ \"a b\" ];", "a name begins with" },
		{ "params = { a = \"1\"; b = \"2\"; c = \"3\"; };",
		    "more than 2" },
		{ "items = ( );", "from 1 to 2 items, has 0" },
		{ "items = ( { }, { }, { } );", "from 1 to 2 items, has 3" },
		{ "items = ( { } );", "listed has no \"name\": a name" },
		{ "inner = { };", "inner has no \"count\": a count" },
		{ "named = { a = 1; };", "write a group here" },
		{ "named = ( );", "a group of groups" },
		{ "flga = true;",
		    "there is no \"flga\"; did you mean "
		    "\"flag\"?" },
	};
	struct all a;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *said = read_all(cases[i].text, &a);

		assert_non_null(said);
		if (strstr(said, cases[i].words) == NULL)
			fail_msg("\"%s\", not \"%s\"", said, cases[i].words);
	}
	assert_null(read_all("text = \"12345678\";", &a));
}

static int
free_all(void **state)
{
	(void)state;
	complaints_free(complaints);
	arena_free(arena);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_what_is_written_reads_back),
		cmocka_unit_test(test_what_was_not_said_is_not_written),
		cmocka_unit_test(test_numbers_keep_their_value),
		cmocka_unit_test(test_what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, free_all);
}
