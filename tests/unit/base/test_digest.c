#include "tests/unit/test.h"

#include <stdio.h>

#include "base/digest.h"

/* The vectors of FIPS 180-4. */
static void
test_digest_is_sha256(void **state)
{
	char digest[DIGEST_TEXT_BYTES];

	(void)state;
	digest_text("", 0, digest);
	assert_string_equal(digest,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_text("abc", 3, digest);
	assert_string_equal(digest,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_text("abc\0", 4, digest);
	assert_string_not_equal(digest,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
test_fraction_is_the_same_everywhere(void **state)
{
	(void)state;
	/* The first 53 of the 64 bits ba7816bf8f01cfea. */
	assert_true(digest_fraction("abc") ==
	    (double)(UINT64_C(0xba7816bf8f01cfea) >> 11) / 9007199254740992.0);
}

static void
test_fractions_are_spread_evenly(void **state)
{
	unsigned buckets[10] = { 0 };
	char name[32];

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		double fraction;

		(void)snprintf(name, sizeof(name), "service-%u/health", i);
		fraction = digest_fraction(name);
		assert_true(fraction >= 0 && fraction < 1);
		buckets[(unsigned)(fraction * 10)]++;
	}
	for (unsigned i = 0; i < 10; i++)
		assert_in_range(buckets[i], 900, 1100);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_digest_is_sha256),
		cmocka_unit_test(test_fraction_is_the_same_everywhere),
		cmocka_unit_test(test_fractions_are_spread_evenly),
	};

	return cmocka_run_group_tests(rules, NULL, NULL);
}
