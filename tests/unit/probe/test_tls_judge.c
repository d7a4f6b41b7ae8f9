/* Days, protocols, and a clock that cannot be relied upon. */
#include "tests/unit/test.h"

#include <string.h>

#include "probe/tls_judge.h"

static const char *h2[] = { "h2" };

static void
test_days(void **state)
{
	static const struct {
		double days;
		unsigned wanted;
		const char *failure;
		const char *detail;
	} rows[] = {
		{ 14, 14, NULL, "14.0 days left of /CN=shop" },
		{ 13.999, 14, "tls.expires", "14.0 days left of /CN=shop" },
		{ 0.5, 0, NULL, "0.5 days left of /CN=shop" },
		{ 400, 14, NULL, "400.0 days left of /CN=shop" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct tls_settings s = { .expect.days_left =
						    rows[i].wanted };
		const struct tls_answer a = { rows[i].days, "/CN=shop", "",
			true };
		struct probe_verdict v = tls_judge_answer(&s, &a);

		assert_int_equal(v.outcome,
		    rows[i].failure == NULL ? SAMPLE_OK : SAMPLE_FAILED);
		if (rows[i].failure != NULL)
			assert_string_equal(v.failure, rows[i].failure);
		assert_string_equal(v.detail, rows[i].detail);
	}
}

static void
test_protocol(void **state)
{
	const struct tls_settings s = { .alpn = { h2, 1 } };
	struct tls_answer a = { 400, "\033[2J/CN=x", "", true };
	struct probe_verdict v = tls_judge_answer(&s, &a);

	(void)state;
	assert_string_equal(v.failure, "tls.alpn");
	a.protocol = "h2";
	v = tls_judge_answer(&s, &a);
	assert_int_equal(v.outcome, SAMPLE_OK);
	assert_null(strchr(v.detail, '\033'));
}

/* T4, C4 */
static void
test_a_wrong_clock_counts_no_days(void **state)
{
	const struct tls_settings s = { .expect.days_left = 14 };
	const struct tls_answer a = { 3, "/CN=shop", "", false };
	struct probe_verdict v = tls_judge_answer(&s, &a);

	(void)state;
	assert_int_equal(v.outcome, SAMPLE_LOST);
	assert_string_equal(v.failure, "local.clock");
}

static void
test_offer(void **state)
{
	const char *two[] = { "h2", "http/1.1" };
	const char *empty[] = { "h2", "" };
	char longest[TLS_PROTOCOL_MAX + 2];
	const char *big[] = { longest };
	unsigned char offer[TLS_OFFER_MAX];
	struct strings list = { two, 2 };

	(void)state;
	assert_int_equal(tls_offer(&list, offer), 12);
	assert_memory_equal(offer, "\002h2\010http/1.1", 12);
	list = (struct strings){ empty, 2 };
	assert_int_equal(tls_offer(&list, offer), 0);
	list = (struct strings){ big, 1 };
	memset(longest, 'p', sizeof(longest));
	longest[TLS_PROTOCOL_MAX + 1] = '\0';
	assert_int_equal(tls_offer(&list, offer), 0);
	longest[TLS_PROTOCOL_MAX] = '\0';
	assert_int_equal(tls_offer(&list, offer), TLS_PROTOCOL_MAX + 1);
	list.count = 0;
	assert_int_equal(tls_offer(&list, offer), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_protocol),
		cmocka_unit_test(test_a_wrong_clock_counts_no_days),
		cmocka_unit_test(test_offer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
