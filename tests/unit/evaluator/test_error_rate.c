/*
 * Each row is a story, one second a character.
 *
 * Of answers: o ok, x failed, - lost.
 *
 * Of scrapes: 0 to 9, one hundred more requests, so many of them errors; X all
 * of them; . no requests; n the total is not there; a 100 requests, and no
 * series of errors; r the counters were reset, then 100 requests and no error;
 * R the same and ten errors; q the same and no series of errors; e only the
 * errors were reset, to five; o ten requests and twenty errors; f the scrape
 * failed; - it was lost; ~ a minute in which nobody asks.
 *
 * The verdicts, right below what brought them about: ? unknown, h healthy,
 * T tripped.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evaluator/error_rate.h"
#include "evaluator/evaluator.h"

#define SECOND_MS 1000

struct row {
	const char *name;
	const char *told;
	const char *verdicts;
	struct error_rate_settings settings;
};

#define ANSWERS(share, window, least, errors)    \
	.settings = { .above = (share),          \
		.window_ms = (window)*SECOND_MS, \
		.min_samples = (least),          \
		.min_errors = (errors),          \
		.min_total = 20
#define SCRAPES(share, window, least, count)     \
	.settings = { .errors = "e",             \
		.total = "t",                    \
		.above = (share),                \
		.window_ms = (window)*SECOND_MS, \
		.min_samples = (least),          \
		.min_errors = 1,                 \
		.min_total = (count)

/* clang-format off */
static struct row answer_rows[] = {
	{ "good answers are healthy once there are enough",
	  "ooooo",
	  "????h", ANSWERS(0.1, 60, 5, 2) } },
	{ "bad ones trip it once there are enough",
	  "xxxxx",
	  "????T", ANSWERS(0.1, 60, 5, 2) } },
	{ "exactly the limit is still good",
	  "xooxoooooo",
	  "?????????h", ANSWERS(0.2, 60, 10, 2) } },
	{ "one more is not",
	  "xooxooxooo",
	  "?????????T", ANSWERS(0.2, 60, 10, 2) } },
	{ "one failed answer alone never trips it",
	  "ooooxooooo",
	  "???hhhhhhh", ANSWERS(0.01, 60, 4, 1) } },
	{ "fewer than min_errors neither",
	  "oooxxoooxo",
	  "??hhhhhhTT", ANSWERS(0.01, 60, 3, 3) } },
	{ "lost ones neither add nor clear",
	  "xx--x-----oo",
	  "????T-----hh", ANSWERS(0.9, 60, 3, 3) } },
	{ "it clears when they have left the window",
	  "xxoooooo",
	  "?TTThhhh", ANSWERS(0.4, 5, 2, 2) } },
	{ "and not before the clear limit",
	  "xxoooooo",
	  "?TTTTThh", ANSWERS(0.4, 5, 2, 2), .clear_below = 0.1 } },
	{ "for 2s: it must have been too much for two seconds",
	  "ooxxxxxx",
	  "?hhhhTTT", ANSWERS(0.4, 6, 2, 2), .for_ms = 2000 } },
};

static struct row scrape_rows[] = {
	{ "the first scrape only begins the count",
	  "0000",
	  "??hh", SCRAPES(0.01, 60, 2, 20) } },
	{ "errors that were there before it began are not counted",
	  "X000",
	  "??hh", SCRAPES(0.01, 60, 2, 20) } },
	{ "one in a hundred is still good, two are not",
	  "01111122222",
	  "??hhhhhTTTT", SCRAPES(0.011, 60, 2, 20) } },
	{ "exactly the limit is good",
	  "0111",
	  "??hh", SCRAPES(0.01, 60, 2, 20) } },
	{ "one bad scrape alone never trips it",
	  "000X000",
	  "??hhhhh", SCRAPES(0.01, 60, 2, 20) } },
	{ "two do",
	  "000X0X0",
	  "??hhhTT", SCRAPES(0.01, 60, 2, 20) } },
	{ "no traffic is unknown, not healthy",
	  "......",
	  "??????", SCRAPES(0.01, 60, 2, 20) } },
	{ "and not bad: what was tripped stays, what is in the window counts",
	  "0XX......",
	  "??TTTTTTT", SCRAPES(0.01, 60, 2, 20) } },
	{ "healthy without traffic for longer than it looks back: unknown",
	  "0000...........",
	  "??hhhhhhhhhhh??", SCRAPES(0.01, 5, 2, 20) } },
	{ "tripped stays tripped",
	  "0XXX...........",
	  "??TTTTTTTTTTTTT", SCRAPES(0.01, 5, 2, 20) } },
	{ "fewer requests than min_total are unknown",
	  "0000",
	  "???h", SCRAPES(0.01, 60, 2, 300) } },
	{ "one request fewer, and it is",
	  "0000",
	  "????", SCRAPES(0.01, 60, 2, 301) } },
	{ "a series of errors that never was is none",
	  "aaaa",
	  "??hh", SCRAPES(0.01, 60, 2, 20) } },
	{ "when it appears, it counts from zero",
	  "aaa55",
	  "??hhT", SCRAPES(0.01, 60, 2, 20) } },
	{ "when it goes and comes back, it has not grown",
	  "9999aa0000",
	  "??hhhhhhhh", SCRAPES(0.10, 60, 2, 20) } },
	{ "a total that is not there is unknown",
	  "nnnn",
	  "????", SCRAPES(0.01, 60, 2, 20) } },
	{ "what came between counts with the next scrape",
	  "0n000",
	  "???hh", SCRAPES(0.01, 60, 2, 20) } },
	{ "a reset makes no errors of the old ones",
	  "0999r000",
	  "??hhhhhh", SCRAPES(0.10, 60, 2, 20) } },
	{ "after a reset errors count from zero",
	  "000R9R00",
	  "??hhTTTT", SCRAPES(0.01, 60, 2, 20) } },
	{ "nor does it take away from what was counted",
	  "000r99",
	  "??hhhT", SCRAPES(0.01, 60, 2, 20) } },
	{ "so when it is the errors alone",
	  "09e",
	  "??T", SCRAPES(0.01, 60, 2, 20) } },
	{ "a series that is not there after a reset counts from zero",
	  "033q99",
	  "??hhhT", SCRAPES(0.04, 60, 2, 20) } },
	{ "one that comes and goes brings nothing back each time",
	  "9999a0a0",
	  "??hhhhhh", SCRAPES(0.10, 60, 2, 20) } },
	{ "fewer errors than min_errors never trip it",
	  "0221",
	  "???T", .settings = { .errors = "e", .total = "t", .above = 0.01,
		.window_ms = 60000, .min_samples = 2, .min_errors = 5,
		.min_total = 20 } },
	{ "one more than there were, and it stays",
	  "0221",
	  "????", .settings = { .errors = "e", .total = "t", .above = 0.01,
		.window_ms = 60000, .min_samples = 2, .min_errors = 6,
		.min_total = 20 } },
	{ "more errors than requests are all of them",
	  "0oo",
	  "??T", SCRAPES(0.99, 60, 2, 20) } },
	{ "a failed scrape says nothing of requests",
	  "00ff0f",
	  "??????", SCRAPES(0.01, 60, 3, 20) } },
	{ "a lost one neither, and what came between counts",
	  "0-X--X--",
	  "?????T--", SCRAPES(0.01, 60, 2, 20) } },
	{ "after a gap just as long as well",
	  "00X---XX",
	  "??" "?---??", SCRAPES(0.01, 4, 2, 20) } },
	{ "but not when it is shorter",
	  "00X---XX",
	  "??" "?---TT", SCRAPES(0.01, 5, 2, 20) } },
	{ "after a gap as long as the window the count begins anew",
	  "000~X00",
	  "??h~??h", SCRAPES(0.01, 10, 2, 20) } },
};
/* clang-format on */

static const struct probe_settings app = { .name = "app",
	.interval_ms = SECOND_MS,
	.timeout_ms = 500 };

static double counters[2]; /* errors, total */

static void
scrape(char c, struct sample *s, double *values)
{
	double before[2] = { counters[0], counters[1] };

	if (c == 'r' || c == 'R' || c == 'q')
		before[0] = before[1] = 0;
	values[0] = before[0];
	values[1] = before[1] + 100;
	if (c >= '0' && c <= '9')
		values[0] += c - '0';
	else if (c == 'X')
		values[0] += 100;
	else if (c == 'R')
		values[0] += 10;
	else if (c == 'e')
		values[0] = 5;
	else if (c == 'o') {
		values[0] += 20;
		values[1] = before[1] + 10;
	} else if (c == '.')
		values[1] = before[1];
	counters[0] = values[0];
	counters[1] = values[1];
	if (c == 'a' || c == 'q')
		values[0] = (double)NAN;
	if (c == 'n')
		values[1] = (double)NAN;
	s->outcome = c == 'f' ? SAMPLE_FAILED : SAMPLE_OK;
	s->values = values;
	s->value_count = 2;
}

static struct evaluator *
error_rate_of(const struct error_rate_settings *settings)
{
	struct evaluator_settings wanted = { .name = "errors",
		.probe = "app",
		.kind = &evaluator_error_rate,
		.settings = settings };
	struct evaluator_source sources[2] = { { .probe = &app, .slot = 0 },
		{ .probe = &app, .slot = 1 } };
	size_t count = settings->errors != NULL ? 2 : 1;
	struct evaluator *e;

	if (count == 1)
		sources[0].slot = -1;
	counters[0] = 0;
	counters[1] = 1000;
	e = evaluator_new(&wanted, sources, count);
	assert_non_null(e);
	return e;
}

static char
verdict_char(enum verdict v)
{
	return v == VERDICT_TRIPPED ? 'T' : v == VERDICT_HEALTHY ? 'h' : '?';
}

static int64_t
tell(struct evaluator *e, bool scrapes, const char *told, int64_t now_ms,
    char *verdicts)
{
	size_t i = 0;

	for (; told[i] != '\0'; i++) {
		struct sample s = { .outcome = SAMPLE_OK };
		double values[2];

		now_ms += told[i] == '~' ? 60 * SECOND_MS : SECOND_MS;
		s.asked_ms = s.answered_ms = now_ms;
		if (scrapes && told[i] != '-')
			scrape(told[i], &s, values);
		if (!scrapes && told[i] == 'x')
			s.outcome = SAMPLE_FAILED;
		if (told[i] == '-')
			s.outcome = SAMPLE_LOST;
		if (told[i] != '~')
			evaluator_observe(e, &s);
		verdicts[i] = told[i] == '~' ?
		    '~' :
		    verdict_char(evaluator_finding(e).verdict);
	}
	verdicts[i] = '\0';
	return now_ms;
}

/* "-" below a lost sample: the verdict is that of the one before. */
static void
compare(const char *verdicts, const char *expected)
{
	char filled[64] = "";

	for (size_t i = 0; expected[i] != '\0'; i++)
		filled[i] = expected[i] == '-' ? filled[i - 1] : expected[i];
	assert_string_equal(verdicts, filled);
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct evaluator *e = error_rate_of(&row->settings);
	char verdicts[64];

	tell(e, row->settings.errors != NULL, row->told, 100000, verdicts);
	compare(verdicts, row->verdicts);
	evaluator_free(e);
}

static void
test_it_says_what_it_measured_and_since_when(void **state)
{
	struct error_rate_settings set = { .errors = "e",
		.total = "t",
		.above = 0.02,
		.window_ms = 60000,
		.min_samples = 2,
		.min_errors = 1,
		.min_total = 20 };
	struct evaluator *e = error_rate_of(&set);
	struct sample kept[EVIDENCE_MAX];
	char verdicts[64];
	struct finding f;

	(void)state;
	tell(e, true, "000509", 0, verdicts);
	f = evaluator_finding(e);
	assert_string_equal(verdicts, "??hhhT");
	assert_true(fabs(f.value - 14.0 / 500) < 1e-12);
	assert_true(f.limit == 0.02);
	assert_int_equal(f.began_ms, 4000);
	assert_int_equal(f.since_ms, 6000);
	assert_int_equal(evaluator_evidence(e, kept, EVIDENCE_MAX), 2);
	assert_int_equal(kept[0].answered_ms, 4000);
	assert_true(fabs(kept[0].value - 0.05) < 1e-12);
	assert_null(kept[0].values);
	evaluator_free(e);
}

static void
test_more_than_all_is_all(void **state)
{
	struct error_rate_settings set = { .errors = "e",
		.total = "t",
		.above = 0.5,
		.window_ms = 60000,
		.min_samples = 2,
		.min_errors = 1,
		.min_total = 20 };
	struct evaluator *e = error_rate_of(&set);
	char verdicts[64];

	(void)state;
	tell(e, true, "0ooo", 0, verdicts);
	assert_true(evaluator_finding(e).value == 1);
	evaluator_free(e);
}

static void
test_reset_begins_the_count_anew(void **state)
{
	struct error_rate_settings set = { .errors = "e",
		.total = "t",
		.above = 0.01,
		.window_ms = 60000,
		.min_samples = 2,
		.min_errors = 1,
		.min_total = 20 };
	struct evaluator *e = error_rate_of(&set);
	char verdicts[64];

	(void)state;
	tell(e, true, "0XX", 0, verdicts);
	assert_string_equal(verdicts, "??T");
	evaluator_reset(e, 3500);
	tell(e, true, "X00", 3500, verdicts);
	assert_string_equal(verdicts, "??h");
	evaluator_free(e);
}

static void
test_what_it_asks_for(void **state)
{
	struct error_rate_settings set = { .above = 0.01 };
	struct evaluator_settings e = { .name = "errors",
		.probe = "app",
		.kind = &evaluator_error_rate,
		.settings = &set };
	struct evaluator_input in[EVALUATOR_INPUTS_MAX];

	(void)state;
	assert_int_equal(evaluator_inputs(&e, in), 1);
	assert_string_equal(in[0].probe, "app");
	assert_false(in[0].wants_value);
	set.errors = "e";
	set.total = "t";
	assert_int_equal(evaluator_inputs(&e, in), 2);
	assert_string_equal(in[1].probe, "app");
	assert_true(in[0].wants_value && in[1].wants_value);
	assert_string_equal(in[0].metric.text, "e");
	assert_string_equal(in[1].metric.text, "t");
	assert_true(in[0].metric.is_counter && in[1].metric.is_counter);
}

static struct missing {
	const char *told;
	const char *text;
	struct error_rate_settings settings;
} missing_rows[] = { { "o", "2 more answers", ANSWERS(0.1, 60, 3, 2) } },
{
	"oxo", "1 more failed answers", ANSWERS(0.1, 60, 3, 2)
}
}
,
{
	"ooo", "", ANSWERS(0.1, 60, 3, 2)
}
}
,
{
	"0", "2 more scrapes", SCRAPES(0.1, 60, 2, 20)
}
}
,
{
	"000", "requests: 200 of 300 in the window", SCRAPES(0.1, 60, 2, 300)
}
}
,
{
	"...", "requests: 0 of 20 in the window", SCRAPES(0.1, 60, 2, 20)
}
}
,
{
	"0000", "", SCRAPES(0.1, 60, 2, 20)
}
}
,
}
;

static void
test_it_says_what_is_missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(missing_rows); i++) {
		const struct missing *row = &missing_rows[i];
		struct evaluator *e = error_rate_of(&row->settings);
		char verdicts[64], text[EVALUATOR_TEXT_MAX] = "";

		tell(e, row->settings.errors != NULL, row->told, 0, verdicts);
		evaluator_missing(e, 100000, text);
		assert_string_equal(text, row->text);
		evaluator_free(e);
	}
}

static void
add_rows(struct CMUnitTest *tests, struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i] };
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_it_says_what_it_measured_and_since_when),
		cmocka_unit_test(test_more_than_all_is_all),
		cmocka_unit_test(test_reset_begins_the_count_anew),
		cmocka_unit_test(test_what_it_asks_for),
		cmocka_unit_test(test_it_says_what_is_missing),
	};
	struct CMUnitTest answers[ARRAY_LEN(answer_rows)];
	struct CMUnitTest scrapes[ARRAY_LEN(scrape_rows)];
	int failed;

	add_rows(answers, answer_rows, ARRAY_LEN(answer_rows));
	add_rows(scrapes, scrape_rows, ARRAY_LEN(scrape_rows));
	failed = cmocka_run_group_tests(answers, NULL, NULL);
	failed += cmocka_run_group_tests(scrapes, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
