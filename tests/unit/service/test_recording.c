#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "service/recording.h"
#include "tests/unit/test.h"

#define HEAD "{\"at_ms\":1000,\"service\":\"s\",\"probe\":\"p\","
#define OK "\"outcome\":\"ok\""

static struct recording_line line, other;

static void
good_lines(void **state)
{
	static const struct {
		const char *line;
		int64_t asked_ms, now_ms;
		double latency_ms, value;
		bool is_quick;
	} rows[] = {
		{ HEAD OK "}", 1000, 1000, 0, (double)NAN, true },
		{ HEAD OK ",\"recheck\":true}", 1000, 1000, 0, (double)NAN,
		    true },
		{ HEAD OK ",\"recheck\" : false}", 1000, 1000, 0, (double)NAN,
		    true },
		{ HEAD OK ",\"latency_ms\":12.5}", 987, 1000, 12.5, (double)NAN,
		    true },
		{ HEAD OK ",\"latency_ms\":0}", 1000, 1000, 0, (double)NAN,
		    true },
		{ HEAD OK ",\"latency_ms\":1e3}", 0, 1000, 1000, (double)NAN,
		    true },
		{ HEAD OK ",\"asked_ms\":7,\"now_ms\":1001}", 7, 1001, 0,
		    (double)NAN, true },
		{ HEAD OK ",\"value\":-0.5}", 1000, 1000, 0, -0.5, true },
		{ HEAD OK ",\"value\":null}", 1000, 1000, 0, (double)NAN,
		    true },
		{ HEAD OK ",\"value\":\"+Inf\"}", 1000, 1000, 0,
		    (double)INFINITY, true },
		{ HEAD OK ",\"value\":\"-Inf\"}", 1000, 1000, 0,
		    -(double)INFINITY, true },
		{ HEAD OK ",\"value\":0.1}", 1000, 1000, 0, 0.1, true },
		{ HEAD OK ",\"value\":0.30000000000000004}", 1000, 1000, 0,
		    0.30000000000000004, true },
		{ HEAD OK ",\"value\":123456789.123456789e-30}", 1000, 1000, 0,
		    123456789.123456789e-30, true },
		{ HEAD OK ",\"value\":5e-324}", 1000, 1000, 0, 5e-324, true },
		{ " { \"outcome\" : \"ok\" , \"at_ms\":\t1000, "
		  "\"service\":\"s\",\"probe\":\"p\" } ",
		    1000, 1000, 0, (double)NAN, true },
		{ "{\"at_ms\":1000,\"service\":\"\\u0073\",\"probe\":\"p\"," OK
		  "}",
		    1000, 1000, 0, (double)NAN, false },
		{ HEAD OK ",\"class\":\"\"}", 1000, 1000, 0, (double)NAN,
		    true },
		{ HEAD "\"status\":999," OK "}", 1000, 1000, 0, (double)NAN,
		    true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = rows[i].line;
		struct error err = { "" };

		print_message("%s\n", text);
		if (!recording_read(text, strlen(text), &line, &err))
			fail_msg("%s: %s", text, err.text);
		assert_int_equal(line.sample.asked_ms, rows[i].asked_ms);
		assert_int_equal(line.sample.now_ms, rows[i].now_ms);
		assert_memory_equal(&line.sample.latency_ms,
		    &rows[i].latency_ms, sizeof(double));
		if (isnan(rows[i].value))
			assert_true(isnan(line.sample.value));
		else
			assert_memory_equal(
			    &line.sample.value, &rows[i].value, sizeof(double));
		recording_end(&line);
		assert_int_equal(
		    recording_read_quickly(text, strlen(text), &other),
		    rows[i].is_quick);
		assert_true(
		    recording_read_strictly(text, strlen(text), &other, &err));
		recording_end(&other);
	}
}

static void
bad_lines(void **state)
{
	static const struct {
		const char *line;
		const char *why;
	} rows[] = {
		{ "", "byte 0" },
		{ "[]", "not a JSON object" },
		{ "{}", "needs at_ms, service, probe and outcome" },
		{ HEAD OK "} x", "byte" },
		{ HEAD OK ",}", "byte" },
		{ HEAD "\"outcome\":\"bad\"}", "outcome is \"ok\"" },
		{ HEAD OK ",\"outcome\":\"ok\"}", "outcome" },
		{ HEAD OK ",\"recheck\":1}", "recheck is true or false" },
		{ HEAD OK ",\"recheck\":tru}", "byte" },
		{ HEAD OK ",\"latncy_ms\":1}", "no \"latncy_ms\"" },
		{ HEAD OK ",\"latency_ms\":-1}", "latency_ms is milli" },
		{ HEAD OK ",\"latency_ms\":1.1e12}", "latency_ms is milli" },
		{ HEAD OK ",\"latency_ms\":\"1\"}", "latency_ms is milli" },
		{ HEAD OK ",\"asked_ms\":1001}", "later than at_ms" },
		{ HEAD OK ",\"asked_ms\":1.5}", "asked_ms is whole" },
		{ HEAD OK ",\"now_ms\":999}", "now_ms is before" },
		{ HEAD OK ",\"status\":1000}", "status is" },
		{ HEAD OK ",\"value\":1e999}", "too large" },
		{ HEAD OK ",\"value\":01}", "byte" },
		{ HEAD OK ",\"value\":\"Inf\"}", "value is a number" },
		{ HEAD OK ",\"values\":{\"a\":1,\"a\":2}}", "a" },
		{ HEAD OK ",\"values\":{\"a\":true}}", "values is" },
		{ HEAD OK ",\"values\":[]}", "values is" },
		{ "{\"at_ms\":-1,\"event\":\"deploy\"}", "needs at_ms" },
		{ "{\"event\":\"deploy\"}", "needs at_ms" },
		{ "{\"at_ms\":1,\"event\":7}", "name of one" },
		{ "{\"at_ms\":1,\"service\":\"\",\"probe\":\"p\"," OK "}",
		    "1 to 128 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = rows[i].line;
		struct error err = { "" };

		print_message("%s\n", text);
		assert_false(recording_read(text, strlen(text), &line, &err));
		if (strstr(err.text, rows[i].why) == NULL)
			fail_msg("says: %s", err.text);
	}
}

static bool
takes(const struct text *t)
{
	struct error err;
	bool quickly = recording_read_quickly(text_str(t), t->length, &other);
	bool ok = recording_read(text_str(t), t->length, &line, &err);

	assert_true(ok || !quickly);
	recording_end(&line);
	return ok;
}

static void
fill(struct text *t, size_t count, char c)
{
	for (size_t i = 0; i < count; i++)
		text_add_char(t, c);
}

/* Each at its limit, and one past it. */
static void
limits(void **state)
{
	struct text t = text_new(4 * RECORDING_LINE_MAX_BYTES);

	(void)state;
	for (size_t past = 0; past < 2; past++) {
		text_clear(&t);
		text_add(
		    &t, "{\"at_ms\":1,\"probe\":\"p\"," OK ",\"service\":\"");
		fill(&t, NAME_MAX_BYTES + past, 's');
		text_add(&t, "\"}");
		assert_int_equal(takes(&t), past == 0);

		text_clear(&t);
		text_add(&t, HEAD OK ",\"class\":\"");
		fill(&t, RECORDING_CLASS_MAX_BYTES + past, 'c');
		text_add(&t, "\"}");
		assert_int_equal(takes(&t), past == 0);

		text_clear(&t);
		text_add(&t, HEAD OK);
		fill(&t, RECORDING_LINE_MAX_BYTES - t.length - 1 + past, ' ');
		text_add(&t, "}");
		assert_int_equal(takes(&t), past == 0);

		text_clear(&t);
		text_addf(&t,
		    "{\"at_ms\":%lld,\"service\":\"s\",\"probe\":\"p\"," OK "}",
		    (long long)RECORDING_TIME_MAX_MS + (long long)past);
		assert_int_equal(takes(&t), past == 0);

		text_clear(&t);
		text_add(&t, HEAD OK ",\"values\":{\"m0\":0");
		for (size_t i = 1; i < METRIC_NAMES_MAX + past; i++)
			text_addf(&t, ",\"m%zu\":%zu", i, i);
		text_add(&t, "}}");
		assert_int_equal(takes(&t), past == 0);
	}
	text_free(&t);
}

static void
writes_samples(void **state)
{
	static const struct metric_name names[] = { { "x{a=\"b\"}", true },
		{ "rate(y)", false }, { "z", false }, { "w", false } };
	const double values[] = { 7, 0.1, (double)NAN, (double)INFINITY };
	struct sample s = { .asked_ms = 5,
		.answered_ms = 9,
		.outcome = SAMPLE_FAILED,
		.latency_ms = 4.25,
		.status = 500,
		.failure = "http.status",
		.values = values,
		.value_count = 4 };
	struct text t = text_new(4096);
	struct error err;

	(void)state;
	recording_write_sample(&t, "s", "p", &s, names, 10);
	assert_string_equal(text_str(&t),
	    "{\"at_ms\":9,\"asked_ms\":5,\"now_ms\":10,\"service\":\"s\","
	    "\"probe\":\"p\",\"outcome\":\"failed\",\"latency_ms\":4.25,"
	    "\"status\":500,\"class\":\"http.status\",\"values\":{"
	    "\"counter(x{a=\\\"b\\\"})\":7,\"rate(y)\":0.1,"
	    "\"w\":\"+Inf\"}}\n");
	assert_true(recording_read_quickly(text_str(&t), t.length - 1, &line));
	assert_int_equal(line.sample.value_count, 3);
	assert_int_equal(
	    recording_slot(names, 4, &line.sample.values[0].name), 0);
	assert_int_equal(
	    recording_slot(names, 4, &line.sample.values[1].name), 1);
	assert_int_equal(
	    recording_slot(names, 4, &line.sample.values[2].name), 3);

	text_clear(&t);
	s.value_count = 1;
	s.outcome = SAMPLE_OK;
	s.failure = NULL;
	s.status = 0;
	recording_write_sample(&t, "s", "p", &s, NULL, 9);
	assert_string_equal(text_str(&t),
	    "{\"at_ms\":9,\"asked_ms\":5,\"service\":\"s\",\"probe\":\"p\","
	    "\"outcome\":\"ok\",\"latency_ms\":4.25,\"value\":7}\n");
	assert_true(recording_read(text_str(&t), t.length - 1, &line, &err));
	text_free(&t);
}

/* A bare name is a counter where it means nothing else. */
static void
finds_metrics(void **state)
{
	static const struct metric_name names[] = { { "a", true },
		{ "b", false }, { "b", true }, { "counter(c)", false } };
	static const struct {
		const char *name;
		size_t slot;
	} rows[] = { { "a", 0 }, { "counter(a)", 0 }, { "b", 1 },
		{ "counter(b)", 2 }, { "counter(c)", 3 }, { "c", 4 },
		{ "counter(a", 4 }, { "sum(a)", 4 }, { "", 4 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recording_words w = { rows[i].name,
			strlen(rows[i].name) };

		print_message("%s\n", rows[i].name);
		assert_int_equal(recording_slot(names, 4, &w), rows[i].slot);
	}
}

static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Any double comes back as it was, by either reader. */
static void
numbers_come_back(void **state)
{
	uint64_t seed = 88172645463325252U;
	struct text t = text_new(4096);
	struct error err;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t bits = next_random(&seed);
		double value;

		memcpy(&value, &bits, sizeof(value));
		if (i % 3 == 1)
			value = (double)(bits % 100000000) / 1000;
		if (i % 3 == 2)
			value = (double)(int64_t)(bits >> (bits % 50));
		if (!isfinite(value))
			continue;
		text_clear(&t);
		text_add(&t, HEAD OK);
		recording_add_number(&t, "value", value);
		text_add_char(&t, '}');
		assert_true(
		    recording_read_quickly(text_str(&t), t.length, &line));
		assert_memory_equal(&line.sample.value, &value, sizeof(value));
		if (i % 10 != 0)
			continue;
		assert_true(recording_read_strictly(
		    text_str(&t), t.length, &other, &err));
		assert_memory_equal(&other.sample.value, &value, sizeof(value));
		recording_end(&other);
	}
	text_free(&t);
}

/* Lines that were damaged: the quick reader takes nothing the other refuses. */
static void
readers_agree(void **state)
{
	static const char whole[] = HEAD OK
	    ",\"latency_ms\":12.25,\"asked_ms\":3,\"class\":\"a\\\"b\","
	    "\"status\":200,\"value\":1e2,\"values\":{\"x\":1,\"y\":null}}";
	static const char bytes[] = "{}[]:,\"\\ 0123456789.eE+-nulltrue\t\x80";
	uint64_t seed = 362436069;
	unsigned taken = 0;
	struct error err;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		char copy[sizeof(whole)];
		size_t length = sizeof(whole) - 1;

		memcpy(copy, whole, sizeof(whole));
		for (uint64_t n = next_random(&seed) % 3 + 1; n > 0; n--)
			copy[next_random(&seed) % length] =
			    bytes[next_random(&seed) % (sizeof(bytes) - 1)];
		if (!recording_read_quickly(copy, length, &line))
			continue;
		taken++;
		if (!recording_read_strictly(copy, length, &other, &err))
			fail_msg("%s: %s", copy, err.text);
		assert_int_equal(line.sample.at_ms, other.sample.at_ms);
		assert_int_equal(line.sample.asked_ms, other.sample.asked_ms);
		assert_int_equal(line.sample.status, other.sample.status);
		assert_true(line.sample.latency_ms == other.sample.latency_ms);
		assert_int_equal(
		    line.sample.value_count, other.sample.value_count);
		recording_end(&other);
	}
	assert_true(taken > 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(limits),
		cmocka_unit_test(writes_samples),
		cmocka_unit_test(finds_metrics),
		cmocka_unit_test(numbers_come_back),
		cmocka_unit_test(readers_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
