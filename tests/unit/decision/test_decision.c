/*
 * What speaks against acting, what is done instead, until when, and how it is
 * put.  It is always second 1000 after boot, and what a row does not mention
 * speaks against nothing: version 2 was deployed at boot, version 1 before.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "decision/decision.h"

#define NOW_MS 1000000
#define MINUTE_MS 60000
#define HOUR_MS 3600000

#define PLAIN                           \
	{                               \
		.severity = SEVERITY_P0 \
	} /* and enforced, within 2 h */
#define CALM                         \
	{                            \
		.store_fails = false \
	}

static const char *evaluators[] = { "down" };

static struct row {
	const char *name;
	struct rule_settings rule;
	struct situation s;
	enum action action;
	enum guard guard;
	int64_t until_ms;
	const char *reason;
} rows[] = {
	/* clang-format off */
	{ "nothing speaks against it: act", PLAIN, CALM,
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback is run" },
	{ "the target is named", PLAIN,
	  { .needs_target = true, .target_version = "v1" },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback goes back to v1" },
	{ "the version is not known", PLAIN, { .version = "" },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds, so application-rollback is run" },
	{ "no deployment is known and none is asked for",
	  { .arm_window_ms = ARM_WINDOW_NONE }, { .deployed_ms = NEVER_MS },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds, so application-rollback is run" },

	{ "what it does cannot be taken back", PLAIN,
	  { .is_destructive = true },
	  ACTION_AWAIT, GUARD_APPROVAL, NEVER_MS,
	  "approval: what application-rollback does cannot be taken back, and "
	  "waits for a person to approve it" },
	{ "and a person approved it", PLAIN,
	  { .is_destructive = true, .is_approved = true },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback is run" },
	{ "or the rule says so in so many words",
	  { .arm_window_ms = ARM_WINDOW_NONE, .automatic_destructive = true },
	  { .is_destructive = true },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback is run" },

	{ "what is to be done cannot be written down", PLAIN,
	  { .store_fails = true },
	  ACTION_HOLD, GUARD_NO_STORE, NEVER_MS,
	  "no-store: what is to be done could not be written down" },

	{ "an operator holds it for good", PLAIN,
	  { .hold_reason = "database migration", .hold_author = "ann",
	    .hold_until_ms = NEVER_MS },
	  ACTION_HOLD, GUARD_HOLD, NEVER_MS,
	  "hold by ann: database migration" },
	{ "an operator holds it for a while", PLAIN,
	  { .hold_reason = "database migration", .hold_author = "ann",
	    .hold_until_ms = NOW_MS + 90 * MINUTE_MS },
	  ACTION_HOLD, GUARD_HOLD, NOW_MS + 90 * MINUTE_MS,
	  "hold by ann for another 1h30m: database migration" },
	{ "the last millisecond of a hold", PLAIN,
	  { .hold_reason = "tea", .hold_author = "",
	    .hold_until_ms = NOW_MS + 1 },
	  ACTION_HOLD, GUARD_HOLD, NOW_MS + 1,
	  "hold by an operator for another 1ms: tea" },
	{ "a hold that has just ended", PLAIN,
	  { .hold_reason = "tea", .hold_author = "ann",
	    .hold_until_ms = NOW_MS },
	  .reason = NULL },
	{ "a hold of which nobody knows the author", PLAIN,
	  { .hold_reason = "tea", .hold_until_ms = NEVER_MS },
	  ACTION_HOLD, GUARD_HOLD, NEVER_MS, "hold by an operator: tea" },

	{ "the daemon runs on an older configuration", PLAIN,
	  { .shadow = true },
	  ACTION_HOLD, GUARD_SHADOW, NEVER_MS,
	  "shadow: the configuration is bad and the last good one is in use" },

	{ "after a pause", PLAIN, { .tilt_until_ms = NOW_MS + 30000 },
	  ACTION_HOLD, GUARD_TILT, NOW_MS + 30000,
	  "tilt: the daemon was paused or the clock moved, so it watches "
	  "afresh for another 30s" },
	{ "the last millisecond after a pause", PLAIN,
	  { .tilt_until_ms = NOW_MS + 1 },
	  ACTION_HOLD, GUARD_TILT, NOW_MS + 1,
	  "tilt: the daemon was paused or the clock moved, so it watches "
	  "afresh for another 1ms" },
	{ "long enough after a pause", PLAIN, { .tilt_until_ms = NOW_MS },
	  .reason = NULL },
	{ "there was no pause", PLAIN, { .tilt_until_ms = NEVER_MS },
	  .reason = NULL },

	{ "a witness fails too", PLAIN, { .blind_witness = "gateway" },
	  ACTION_HOLD, GUARD_BLIND, NEVER_MS,
	  "blind: witness gateway does not answer either, so the trouble may "
	  "be ours" },

	{ "no witness has answered since", PLAIN, { .is_unwitnessed = true },
	  ACTION_HOLD, GUARD_BLIND, NEVER_MS,
	  "blind: no witness was asked yet since it went bad, so the trouble "
	  "may be ours" },

	{ "the verdict is old", PLAIN, { .stale_evaluator = "down" },
	  ACTION_HOLD, GUARD_STALE, NEVER_MS,
	  "stale: evaluator down has heard nothing that bears it out for too long" },

	{ "a run is on", PLAIN, { .run_is_on = true },
	  ACTION_HOLD, GUARD_RUNNING, NEVER_MS,
	  "running: a run of this service is under way" },

	{ "another service has the lock", PLAIN,
	  { .lock_name = "shop-production", .lock_holder = "frontend" },
	  ACTION_HOLD, GUARD_LOCK, NEVER_MS,
	  "lock: shop-production is held by a run of frontend" },
	{ "nobody knows which has it", PLAIN,
	  { .lock_name = "shop-production" },
	  ACTION_HOLD, GUARD_LOCK, NEVER_MS,
	  "lock: shop-production is held by a run of another service" },

	{ "just deployed", PLAIN,
	  { .changed_ms = NOW_MS - 40500, .deployed_ms = NOW_MS - 40500,
	    .settle_ms = 2 * MINUTE_MS },
	  ACTION_HOLD, GUARD_SETTLING, NOW_MS - 40500 + 2 * MINUTE_MS,
	  "settling: version v2 was deployed 40s ago and is given 2m" },
	{ "just deployed, who knows what", PLAIN,
	  { .changed_ms = NOW_MS - 700, .deployed_ms = NOW_MS - 700,
	    .settle_ms = 2 * MINUTE_MS, .version = "" },
	  ACTION_HOLD, GUARD_SETTLING, NOW_MS - 700 + 2 * MINUTE_MS,
	  "settling: a deployment was 700ms ago and is given 2m" },
	{ "just rolled back", PLAIN,
	  { .changed_ms = NOW_MS - 40000, .deployed_ms = NOW_MS - 90000,
	    .settle_ms = 2 * MINUTE_MS },
	  ACTION_HOLD, GUARD_SETTLING, NOW_MS - 40000 + 2 * MINUTE_MS,
	  "settling: a rollback ended 40s ago and is given 2m" },
	{ "the last millisecond of settling", PLAIN,
	  { .changed_ms = NOW_MS - 999, .deployed_ms = NOW_MS - 999,
	    .settle_ms = 1000 },
	  ACTION_HOLD, GUARD_SETTLING, NOW_MS + 1,
	  "settling: version v2 was deployed 999ms ago and is given 1s" },
	{ "it has settled", PLAIN,
	  { .changed_ms = NOW_MS - 1000, .deployed_ms = NOW_MS - 1000,
	    .settle_ms = 1000 },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 1s after version v2 was deployed, so "
	  "application-rollback is run" },
	{ "no change is known that could settle", PLAIN,
	  { .changed_ms = NEVER_MS, .settle_ms = HOUR_MS },
	  .reason = NULL },

	{ "it was rolled back a while ago", PLAIN,
	  { .acted_ms = NOW_MS - 3 * MINUTE_MS,
	    .cooldown_ms = 10 * MINUTE_MS },
	  ACTION_HOLD, GUARD_COOLDOWN, NOW_MS + 7 * MINUTE_MS,
	  "cooldown: the last rollback ended 3m ago and the next may start "
	  "10m after it" },
	{ "the last millisecond of cooling down", PLAIN,
	  { .acted_ms = NOW_MS - 999, .cooldown_ms = 1000 },
	  ACTION_HOLD, GUARD_COOLDOWN, NOW_MS + 1,
	  "cooldown: the last rollback ended 999ms ago and the next may start "
	  "1s after it" },
	{ "it has cooled down", PLAIN,
	  { .acted_ms = NOW_MS - 1000, .cooldown_ms = 1000 },
	  .reason = NULL },
	{ "it was never rolled back", PLAIN,
	  { .acted_ms = NEVER_MS, .cooldown_ms = HOUR_MS },
	  .reason = NULL },

	{ "nothing is known to go back to", PLAIN, { .needs_target = true },
	  ACTION_HOLD, GUARD_NO_TARGET, NEVER_MS,
	  "no-target: no version is known to go back to" },
	{ "nothing, spelt otherwise", PLAIN,
	  { .needs_target = true, .target_version = "" },
	  ACTION_HOLD, GUARD_NO_TARGET, NEVER_MS,
	  "no-target: no version is known to go back to" },
	{ "nothing, and why", PLAIN,
	  { .needs_target = true, .no_target = "v0 failed" },
	  ACTION_HOLD, GUARD_NO_TARGET, NEVER_MS,
	  "no-target: v0 failed" },
	{ "the target is the bad version itself", PLAIN,
	  { .needs_target = true, .target_version = "v2" },
	  ACTION_HOLD, GUARD_NO_TARGET, NEVER_MS,
	  "no-target: version v2 would only be replaced by itself" },
	{ "the target is known, what is bad is not", PLAIN,
	  { .needs_target = true, .target_version = "v1", .version = "" },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds, so application-rollback goes back to v1" },
	{ "no target is needed", PLAIN, { .target_version = "v2" },
	  .reason = NULL },

	{ "no deployment is known", PLAIN, { .deployed_ms = NEVER_MS },
	  ACTION_PROPOSE, GUARD_UNARMED, NEVER_MS,
	  "unarmed: no deployment is known of the last 2h" },
	{ "the deployment was long ago", { .arm_window_ms = 10 * MINUTE_MS },
	  CALM,
	  ACTION_PROPOSE, GUARD_UNARMED, NEVER_MS,
	  "unarmed: the last deployment was 16m40s ago, more than the 10m "
	  "that rule dead looks back" },
	{ "the last millisecond of being armed", { .arm_window_ms = 1000 },
	  { .deployed_ms = NOW_MS - 1000 },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 1s after version v2 was deployed, so "
	  "application-rollback is run" },
	{ "a millisecond later", { .arm_window_ms = 1000 },
	  { .deployed_ms = NOW_MS - 1001 },
	  ACTION_PROPOSE, GUARD_UNARMED, NEVER_MS,
	  "unarmed: the last deployment was 1s ago, more than the 1s that "
	  "rule dead looks back" },

	{ "it was bad before the release came", PLAIN,
	  { .was_ill = true, .ill_since_ms = NOW_MS - 1100000,
	    .ill_deployed_ms = NEVER_MS },
	  ACTION_PROPOSE, GUARD_UNARMED, NEVER_MS,
	  "unarmed: it was bad 1m40s before version v2 was deployed, and has "
	  "not been well since" },
	{ "and another release, of long ago, came before that", PLAIN,
	  { .was_ill = true, .ill_since_ms = NOW_MS - 1100000,
	    .ill_deployed_ms = NOW_MS - 7200001 },
	  ACTION_PROPOSE, GUARD_UNARMED, NEVER_MS,
	  "unarmed: it was bad 1m40s before version v2 was deployed, and has "
	  "not been well since" },
	{ "but if that was not long ago, it explains it", PLAIN,
	  { .was_ill = true, .ill_since_ms = NOW_MS - 1100000,
	    .ill_deployed_ms = NOW_MS - 7200000 },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback is run" },
	{ "it was bad before, where no deployment is asked for",
	  { .arm_window_ms = ARM_WINDOW_NONE },
	  { .was_ill = true, .ill_since_ms = NOW_MS - 1100000,
	    .ill_deployed_ms = NEVER_MS },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback is run" },

	{ "P1", { .severity = SEVERITY_P1 }, CALM,
	  ACTION_AWAIT, GUARD_APPROVAL, NEVER_MS,
	  "approval: P1 waits for a person to approve it" },
	{ "P1 that was approved", { .severity = SEVERITY_P1 },
	  { .is_approved = true },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback is run" },
	{ "P2 that was approved", { .severity = SEVERITY_P2 },
	  { .is_approved = true },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback is run" },
	{ "P3 that was approved, before its window",
	  { .severity = SEVERITY_P3 },
	  { .is_approved = true, .window_is_shut = true,
	    .window_opens_ms = NOW_MS + 1000 },
	  ACTION_HOLD, GUARD_WINDOW, NOW_MS + 1000,
	  "window: the next window of rule dead opens in 1s" },
	{ "approved in time, and its window opens late",
	  { .severity = SEVERITY_P3, .arm_window_ms = 1000 },
	  { .is_approved = true },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback is run" },
	{ "its window has just opened", { .severity = SEVERITY_P3 },
	  { .is_approved = true, .window_is_shut = true,
	    .window_opens_ms = NOW_MS },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback is run" },
	{ "a window that nobody sees coming", PLAIN,
	  { .window_is_shut = true, .window_opens_ms = NEVER_MS },
	  ACTION_HOLD, GUARD_WINDOW, NEVER_MS,
	  "window: no window of rule dead is in sight" },
	{ "planned work without an end", PLAIN,
	  { .in_maintenance = true, .maintenance_until_ms = NEVER_MS },
	  ACTION_HOLD, GUARD_MAINTENANCE, NEVER_MS,
	  "maintenance: planned work goes on" },
	{ "planned work", PLAIN,
	  { .in_maintenance = true, .maintenance_until_ms = NOW_MS + 1000 },
	  ACTION_HOLD, GUARD_MAINTENANCE, NOW_MS + 1000,
	  "maintenance: planned work goes on for another 1s" },
	{ "planned work that is just over", PLAIN,
	  { .in_maintenance = true, .maintenance_until_ms = NOW_MS },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback is run" },
	{ "most groups are bad", PLAIN,
	  { .correlated = "4 of 5 groups are bad" },
	  ACTION_HOLD, GUARD_CORRELATED, NEVER_MS,
	  "correlated: 4 of 5 groups are bad at once and no deployment "
	  "explains it, so the trouble may be ours" },
	{ "too many rollbacks", PLAIN,
	  { .over_budget = "all services", .budget_until_ms = NOW_MS + 1000 },
	  ACTION_HOLD, GUARD_BUDGET, NOW_MS + 1000,
	  "budget: the automatic rollbacks of an hour are used up for all "
	  "services for another 1s" },
	{ "the hour is just over", PLAIN,
	  { .over_budget = "all services", .budget_until_ms = NOW_MS },
	  ACTION_ROLL_BACK, GUARD_NONE, NEVER_MS,
	  "rule dead holds 16m40s after version v2 was deployed, so "
	  "application-rollback is run" },
	{ "P2", { .severity = SEVERITY_P2 }, CALM,
	  ACTION_PROPOSE, GUARD_SEVERITY, NEVER_MS,
	  "severity: P2 waits for a person to start it" },
	{ "P3", { .severity = SEVERITY_P3 }, CALM,
	  ACTION_AWAIT, GUARD_APPROVAL, NEVER_MS,
	  "approval: P3 waits for a person to approve it" },

	{ "the rule only proposes", { .mode = MODE_PROPOSE }, CALM,
	  ACTION_PROPOSE, GUARD_MODE, NEVER_MS,
	  "mode: rule dead only proposes" },
	{ "the rule is on trial", { .mode = MODE_SHADOW }, CALM,
	  ACTION_SHADOW, GUARD_MODE, NEVER_MS,
	  "mode: rule dead only says what it would do" },
	{ "a rule on trial proposes to nobody",
	  { .mode = MODE_SHADOW, .severity = SEVERITY_P2 }, CALM,
	  ACTION_SHADOW, GUARD_SEVERITY, NEVER_MS,
	  "severity: P2 waits for a person to start it" },
	{ "nor when it is unarmed", { .mode = MODE_SHADOW },
	  { .deployed_ms = NEVER_MS },
	  ACTION_SHADOW, GUARD_UNARMED, NEVER_MS,
	  "unarmed: no deployment is known of the last 2h" },
	{ "a rule on trial is held like others", { .mode = MODE_SHADOW },
	  { .run_is_on = true },
	  ACTION_HOLD, GUARD_RUNNING, NEVER_MS,
	  "running: a run of this service is under way" },

	{ "just restarted", PLAIN, { .confirm = true },
	  ACTION_HOLD, GUARD_CONFIRM, NEVER_MS,
	  "confirm: after a restart fresh samples must first say the same" },
	{ "bad by rechecks alone", PLAIN, { .is_hasty = true },
	  ACTION_HOLD, GUARD_CONFIRM, NEVER_MS,
	  "confirm: bad by rechecks, and the next answer in its turn must "
	  "first say the same" },
	{ "nobody is asked by rechecks alone", { .severity = SEVERITY_P2 },
	  { .is_hasty = true },
	  ACTION_HOLD, GUARD_CONFIRM, NEVER_MS,
	  "confirm: bad by rechecks, and the next answer in its turn must "
	  "first say the same" },
	{ "nor where nothing was deployed", PLAIN,
	  { .is_hasty = true, .deployed_ms = NEVER_MS },
	  ACTION_HOLD, GUARD_CONFIRM, NEVER_MS,
	  "confirm: bad by rechecks, and the next answer in its turn must "
	  "first say the same" },
	{ "nor does a rule on trial say what it would do",
	  { .mode = MODE_SHADOW }, { .is_hasty = true },
	  ACTION_HOLD, GUARD_CONFIRM, NEVER_MS,
	  "confirm: bad by rechecks, and the next answer in its turn must "
	  "first say the same" },
	{ "what holds anyway is named before", PLAIN,
	  { .is_hasty = true, .run_is_on = true },
	  ACTION_HOLD, GUARD_RUNNING, NEVER_MS,
	  "running: a run of this service is under way" },
	{ "just restarted, but it would only propose",
	  { .severity = SEVERITY_P2 }, { .confirm = true },
	  ACTION_PROPOSE, GUARD_SEVERITY, NEVER_MS,
	  "severity: P2 waits for a person to start it" },
	/* clang-format on */
};

/* Fills in what a row leaves open. */
static void
complete(struct rule_settings *rule, struct situation *s)
{
	rule->name = "dead";
	rule->any = (struct strings){ evaluators, 1 };
	rule->procedure = "application-rollback";
	if (rule->arm_window_ms == 0)
		rule->arm_window_ms = 2 * HOUR_MS;
	s->now_ms = NOW_MS;
	if (s->version == NULL)
		s->version = "v2";
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct rule_settings rule = row->rule;
	struct situation s = row->s;
	struct decision d;

	complete(&rule, &s);
	d = decide(&rule, VERDICT_TRIPPED, &s);
	if (row->reason == NULL) { /* as the first row */
		assert_string_equal(d.reason, rows[0].reason);
		assert_int_equal(d.action, ACTION_ROLL_BACK);
		assert_int_equal(d.guard, GUARD_NONE);
		assert_true(d.until_ms == NEVER_MS);
		return;
	}
	assert_string_equal(d.reason, row->reason);
	assert_int_equal(d.action, row->action);
	assert_int_equal(d.guard, row->guard);
	assert_true(d.until_ms == row->until_ms);
}

/* A guard that lets go by itself no longer objects when it said it would. */
static void
test_until_is_when_it_lets_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rule_settings rule = rows[i].rule;
		struct situation s = rows[i].s;
		struct decision d;

		complete(&rule, &s);
		d = decide(&rule, VERDICT_TRIPPED, &s);
		if (d.until_ms == NEVER_MS)
			continue;
		s.now_ms = d.until_ms - 1;
		assert_int_equal(
		    decide(&rule, VERDICT_TRIPPED, &s).guard, d.guard);
		s.now_ms = d.until_ms;
		assert_int_not_equal(
		    decide(&rule, VERDICT_TRIPPED, &s).guard, d.guard);
	}
}

/* Whatever else is so: what is not known to be bad is left alone. */
static void
test_only_a_rule_that_holds_is_acted_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rule_settings rule = rows[i].rule;
		struct situation s = rows[i].s;
		struct decision d;

		complete(&rule, &s);
		d = decide(&rule, VERDICT_HEALTHY, &s);
		assert_int_equal(d.action, ACTION_NONE);
		assert_int_equal(d.guard, GUARD_NONE);
		assert_true(d.until_ms == NEVER_MS);
		assert_string_equal(d.reason, "rule dead does not hold");
		d = decide(&rule, VERDICT_UNKNOWN, &s);
		assert_int_equal(d.action, ACTION_NONE);
		assert_string_equal(
		    d.reason, "too little is known to judge rule dead");
	}
}

/* A reason that is longer than its room ends with a whole character. */
static void
test_a_long_reason_is_cut_between_characters(void **state)
{
	char tale[2 * DECISION_REASON_MAX] = "";
	struct rule_settings rule = { 0 };
	struct situation s = { .hold_reason = tale,
		.hold_author = "ann",
		.hold_until_ms = NEVER_MS };
	struct decision d;

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(tale); i += 2)
		memcpy(tale + i, "\xc3\xa9", 2);
	complete(&rule, &s);
	d = decide(&rule, VERDICT_TRIPPED, &s);
	/* "hold by ann: " and then whole pairs of bytes. */
	assert_int_equal(strlen(d.reason), 13 + (255 - 13) / 2 * 2);

	s.hold_author = "anne"; /* now the last byte is half a character */
	d = decide(&rule, VERDICT_TRIPPED, &s);
	assert_int_equal(strlen(d.reason), 14 + (255 - 14) / 2 * 2);
	assert_int_equal((unsigned char)d.reason[253], 0xa9);
}

static void
test_words(void **state)
{
	(void)state;
	assert_string_equal(action_word(ACTION_NONE), "none");
	assert_string_equal(action_word(ACTION_HOLD), "hold");
	assert_string_equal(action_word(ACTION_SHADOW), "shadow");
	assert_string_equal(action_word(ACTION_PROPOSE), "propose");
	assert_string_equal(action_word(ACTION_ROLL_BACK), "roll_back");
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_until_is_when_it_lets_go),
		cmocka_unit_test(test_only_a_rule_that_holds_is_acted_on),
		cmocka_unit_test(test_a_long_reason_is_cut_between_characters),
		cmocka_unit_test(test_words),
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
