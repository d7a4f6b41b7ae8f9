/* Where an answer names the version that gave it. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "probe/metric_page.h"
#include "probe/version_read.h"

/* clang-format off */
/* NULL: none is found. */
static const struct {
	const char *body, *pointer, *version;
} bodies[] = {
	{ "{\"version\":\"v2\"}", "/version", "v2" },
	{ "{\"build\":{\"a/b\":\" 1.2.3+4 \"}}", "/build/a~1b", "1.2.3+4" },
	{ "{\"version\":17}", "/version", "17" },
	{ "\"v2\"", "", "v2" },
	{ "{\"v\":[\"a\",\"b\"]}", "/v/1", "b" },
	{ "{\"version\":\"v 2\"}", "/version", "v 2" }, /* others refuse it */
	{ "{\"version\":\"a\\u0000b\"}", "/version", NULL },
	{ "{\"version\":\"\"}", "/version", NULL },
	{ "{\"version\":\" \"}", "/version", NULL },
	{ "{\"version\":null}", "/version", NULL },
	{ "{\"version\":1.5}", "/version", NULL },
	{ "{\"version\":true}", "/version", NULL },
	{ "{\"version\":{\"a\":1}}", "/version", NULL },
	{ "{\"version\":\"v2\"}", "/v", NULL },
	{ "{\"version\":\"v2\"} x", "/version", NULL },
	{ "<p>v2", "/version", NULL },
	{ "", "/version", NULL },
};

static const struct {
	const char *output, *version;
} outputs[] = {
	{ "v2\n", "v2" },
	{ "v2", "v2" },
	{ "\n\n  v2\t\r\nmore\n", "v2" },
	{ "", NULL },
	{ "\n \n", NULL },
};

/* By build_info{job="x"}, label version. */
static const struct {
	const char *page, *version;
} metric_pages[] = {
	{ "build_info{job=\"x\",version=\"v2\"} 1\n", "v2" },
	{ "build_info{job=\"y\",version=\"v1\"} 1\n"
	  "build_info{version=\"v2\",job=\"x\"} 1\nup 1\n", "v2" },
	{ "build_info{job=\"x\",version=\"v2\",a=\"1\"} 1\n"
	  "build_info{job=\"x\",version=\"v2\",a=\"2\"} 1\n", "v2" },
	{ "build_info{job=\"x\",version=\"v2\"} 1\n"
	  "build_info{job=\"x\",version=\"v1\",a=\"2\"} 1\n", NULL },
	{ "build_info{job=\"x\"} 1\n", NULL },
	{ "build_info{job=\"x\",version=\"\"} 1\n", NULL },
	{ "up 1\n", NULL },
};

static const struct {
	const char *pointer, *why; /* NULL: it is one */
} pointers[] = {
	{ "", NULL },
	{ "/version", NULL },
	{ "/a~0b/~1", NULL },
	{ "version", "JSON pointer \"version\" does not begin with \"/\": "
	  "perhaps \"/version\"" },
	{ "/a~2", "in JSON pointer \"/a~2\" a \"~\" is written \"~0\"" },
	{ "/a~", "in JSON pointer \"/a~\" a \"~\" is written \"~0\"" },
};
/* clang-format on */

static void
expect(bool found, const char *version, const char *wanted)
{
	assert_int_equal(found, wanted != NULL);
	if (wanted != NULL)
		assert_string_equal(version, wanted);
}

static void
test_json(void **state)
{
	char version[SAMPLE_VERSION_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		expect(version_read_json(bodies[i].body, strlen(bodies[i].body),
			   bodies[i].pointer, version),
		    version, bodies[i].version);
}

static void
test_output(void **state)
{
	char version[SAMPLE_VERSION_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(outputs); i++)
		expect(version_read_line(outputs[i].output,
			   strlen(outputs[i].output), version),
		    version, outputs[i].version);
}

static void
test_what_is_too_long_is_cut(void **state)
{
	char version[SAMPLE_VERSION_MAX];
	char words[SAMPLE_VERSION_MAX + 1];

	(void)state;
	memset(words, 'v', sizeof(words));
	assert_true(version_read_words(words, SAMPLE_VERSION_MAX - 1, version));
	assert_int_equal(strlen(version), SAMPLE_VERSION_MAX - 1);
	assert_true(version_read_words(words, SAMPLE_VERSION_MAX, version));
	assert_int_equal(strlen(version), SAMPLE_VERSION_MAX - 1);
}

static void
test_pages(void **state)
{
	static const struct prometheus_settings settings = {
		.max_bytes = 4096, .max_series = 4, .max_age_ms = 300000
	};
	static const struct version_source source = {
		.selector = "build_info{job=\"x\"}", .label = "version"
	};
	static const struct metric_name names[] = { { "up", false } };
	static const struct metric_page_answer answer = { 200, NULL, NULL };
	struct error err = { "" };

	(void)state;
	for (size_t metrics = 0; metrics <= ARRAY_LEN(names); metrics++) {
		struct metric_page *p = metric_page_new_with(
		    &settings, names, metrics, &source, &err);

		assert_non_null(p);
		for (size_t i = 0; i < ARRAY_LEN(metric_pages); i++) {
			const char *page = metric_pages[i].page;
			const char *version;

			metric_page_begin(p, &answer, 0);
			assert_true(metric_page_bytes(p, page, strlen(page)));
			assert_int_equal(
			    metric_page_end(p, 0).outcome, SAMPLE_OK);
			version = metric_page_version(p);
			expect(
			    version != NULL, version, metric_pages[i].version);
		}
		metric_page_free(p);
	}
}

static void
test_a_selector_that_is_none(void **state)
{
	static const struct prometheus_settings settings = { .max_bytes = 4096,
		.max_series = 4 };
	static const struct version_source source = { .selector = "build{",
		.label = "version" };
	struct error err = { "" };

	(void)state;
	assert_null(metric_page_new_with(&settings, NULL, 0, &source, &err));
	assert_true(err.text[0] != '\0');
}

static void
test_pointers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pointers); i++) {
		struct error err = { "" };

		assert_int_equal(
		    version_pointer_check(pointers[i].pointer, &err),
		    pointers[i].why == NULL);
		assert_string_equal(
		    err.text, pointers[i].why == NULL ? "" : pointers[i].why);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_what_is_too_long_is_cut),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_a_selector_that_is_none),
		cmocka_unit_test(test_pointers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
