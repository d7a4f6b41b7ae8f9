/*
 * Each row is a story: what the probes answer, and the state below what
 * brought it about.  Two characters a second, one for each of two probes, or
 * one a second where there is one probe: o ok, x failed, - lost, _ nothing.
 * States: . pending, P passed, F failed.  It begins at the first second.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "verify/verification.h"

static const char *names[] = { "front", "back" };

static struct row {
	const char *name;
	unsigned probes, successes;
	int64_t within_ms;
	const char *samples;
	const char *states;
} rows[] = {
	/* clang-format off */
	{ "three in a row prove it", 1, 3, 60000,
	  "ooo",
	  "..P" },
	{ "one is enough where one is asked for", 1, 1, 60000,
	  "o",
	  "P" },
	{ "a failure starts the count again", 1, 3, 60000,
	  "ooxooo",
	  ".....P" },
	{ "good, bad, good proves nothing", 1, 2, 9000,
	  "oxoxoxoxox",
	  ".........F" },
	{ "lost answers count neither way", 1, 3, 60000,
	  "o-o--o",
	  ".....P" },
	{ "blind all the while is not recovered", 1, 1, 3000,
	  "----",
	  "...F" },
	{ "an answer just in time", 1, 3, 2001,
	  "ooo",
	  "..P" },
	{ "an answer just at the deadline is too late", 1, 3, 2000,
	  "ooo",
	  "..F" },
	{ "passed is final", 1, 2, 3000,
	  "ooxxxx",
	  ".PPPPP" },
	{ "failed is final", 1, 2, 2000,
	  "xxooooo",
	  "..FFFFF" },
	{ "both probes must prove it", 2, 2, 60000,
	  "o_o_o__o_o",
	  ".........P" },
	{ "one good probe does not make up for a bad one", 2, 2, 5000,
	  "oxoxoxoxoxox",
	  "..........FF" },
	{ "a probe that fails after it was done must prove it again",
	  2, 2, 60000,
	  "o_o_x__o_oo_o_",
	  "............PP" },
	{ "the order of probes does not matter", 2, 1, 60000,
	  "_oo_",
	  "..PP" },
	/* clang-format on */
};

#define BEGIN_MS 100000

static struct sample
sample(int64_t at_ms, char c)
{
	struct sample s = {
		.asked_ms = at_ms, .answered_ms = at_ms, .outcome = SAMPLE_LOST
	};

	if (c == 'o')
		s.outcome = SAMPLE_OK;
	if (c == 'x')
		s.outcome = SAMPLE_FAILED;
	return s;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct verify_settings settings = { .probes = { names, row->probes },
		.successes = row->successes,
		.within_ms = row->within_ms };
	struct verification *v = verification_new(&settings);
	char states[32] = "";

	assert_non_null(v);
	verification_begin(v, BEGIN_MS);
	for (size_t i = 0; row->samples[i] != '\0'; i++) {
		int64_t now_ms = BEGIN_MS + 1000 * (int64_t)(i / row->probes);
		struct sample s = sample(now_ms, row->samples[i]);

		if (row->samples[i] == '_')
			states[i] = ".PF"[verification_tick(v, now_ms)];
		else
			states[i] = ".PF"[verification_observe(
			    v, (unsigned)(i % row->probes), &s)];
	}
	assert_string_equal(states, row->states);
	verification_free(v);
}

static const struct verify_settings one = {
	.probes = { names, 1 },
	.successes = 2,
	.within_ms = 10000,
};

static void
test_what_was_asked_before_it_began_does_not_count(void **state)
{
	struct verification *v = verification_new(&one);
	struct sample s = sample(BEGIN_MS + 1, 'o');

	(void)state;
	verification_begin(v, BEGIN_MS);
	s.asked_ms = BEGIN_MS - 1;
	verification_observe(v, 0, &s);
	assert_int_equal(verification_successes(v, 0), 0);
	s.asked_ms = BEGIN_MS;
	s.outcome = SAMPLE_OK;
	verification_observe(v, 0, &s);
	assert_int_equal(verification_successes(v, 0), 1);
	s.asked_ms = BEGIN_MS - 1;
	s.outcome = SAMPLE_FAILED;
	verification_observe(v, 0, &s);
	assert_int_equal(verification_successes(v, 0), 1);
	verification_free(v);
}

static void
test_nothing_counts_before_it_begins(void **state)
{
	struct verification *v = verification_new(&one);
	struct sample s = sample(BEGIN_MS, 'o');

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(
		    verification_observe(v, 0, &s), VERIFICATION_PENDING);
	assert_int_equal(
	    verification_tick(v, BEGIN_MS * 1000), VERIFICATION_PENDING);
	verification_free(v);
}

static void
test_it_can_begin_again(void **state)
{
	struct verification *v = verification_new(&one);
	struct sample s = sample(BEGIN_MS, 'o');

	(void)state;
	verification_begin(v, BEGIN_MS);
	verification_observe(v, 0, &s);
	assert_int_equal(verification_deadline_ms(v), BEGIN_MS + 10000);
	assert_int_equal(
	    verification_tick(v, BEGIN_MS + 9999), VERIFICATION_PENDING);
	assert_int_equal(
	    verification_tick(v, BEGIN_MS + 10000), VERIFICATION_FAILED);

	verification_begin(v, BEGIN_MS + 20000);
	assert_int_equal(verification_deadline_ms(v), BEGIN_MS + 30000);
	assert_int_equal(verification_successes(v, 0), 0);
	s = sample(BEGIN_MS + 20000, 'o');
	assert_int_equal(verification_observe(v, 0, &s), VERIFICATION_PENDING);
	assert_int_equal(verification_observe(v, 0, &s), VERIFICATION_PASSED);
	verification_free(v);
}

static void
test_free_takes_null(void **state)
{
	(void)state;
	verification_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(
		    test_what_was_asked_before_it_began_does_not_count),
		cmocka_unit_test(test_nothing_counts_before_it_begins),
		cmocka_unit_test(test_it_can_begin_again),
		cmocka_unit_test(test_free_takes_null),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
